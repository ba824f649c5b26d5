"""三清单与预警 on the terminal: how many on each, and the first of them."""

from __future__ import annotations

from collections.abc import Iterator

from denggao.diagnosis.lists import Entry, Lists, Roll

_SHOWN = 5


def lines(found: Lists) -> Iterator[str]:
    """Counts and the most urgent rows of every list."""
    yield f"{found.as_of} 的清单与预警；台账 {found.firms} 户（{'、'.join(found.files)}）"
    yield f"依据：{'；'.join(found.versions)}"
    for roll in found.rolls:
        yield ""
        yield from _roll(roll)
    for note in found.notes:
        yield f"说明：{note}"
    for problem in found.problems[:_SHOWN]:
        yield f"数据问题：{problem}"
    if len(found.problems) > _SHOWN:
        yield f"数据问题共 {len(found.problems)} 处，用 -o 清单.xlsx 看全部"


def _roll(roll: Roll) -> Iterator[str]:
    unsure = f"，待核 {len(roll.open)} 户" if roll.open else ""
    yield f"{roll.kind} {roll.id} {roll.name}：{len(roll.on)} 户{unsure}（{roll.cite}）"
    unowned = sum(1 for entry in roll.on if not entry.owner)
    for entry in roll.on[:_SHOWN]:
        yield "  " + row(entry, roll)
    if len(roll.on) > _SHOWN:
        yield f"  ……共 {len(roll.on)} 户，用 -o 清单.xlsx 看全部"
    if 0 < unowned < len(roll.on):
        yield f"  其中 {unowned} 户没有责任人"
    if roll.on and roll.todo:
        yield f"  办理：{roll.todo}"


def row(entry: Entry, roll: Roll) -> str:
    """One firm of a list in one line."""
    parts = [entry.name]
    if entry.name != entry.firm:
        parts[0] += f"（{entry.firm}）"
    if entry.valid_to:
        parts.append(f"有效期至 {entry.valid_to}")
    parts += ["" if entry.reason == roll.name else entry.reason, entry.notice]
    return "，".join(part for part in parts if part)
