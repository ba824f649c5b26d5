"""三清单与预警 as a paper: a table for each list, the article above it, the cell in every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from denggao.diagnosis.lists import Entry, Lists, Roll
from denggao.documents.papers.paper import (
    Block,
    Cell,
    Look,
    Note,
    Paper,
    Part,
    Table,
    cell,
    day_words,
    numbered,
    say,
)
from denggao.facts.errors import UserError
from denggao.facts.problems import place

KIND = "三清单"
#: More rows than this are no paper any more.
MOST_ROWS = 2_000
_SHOWN_PROBLEMS = 20


def lists_paper(found: Lists) -> Paper:
    """All lists and warnings of one day. Raises UserError where they are too long for paper."""
    rows = sum(len(roll.on) + len(roll.open) for roll in found.rolls)
    if rows > MOST_ROWS:
        raise UserError(f"清单共 {rows} 行，Word 和 PDF 装不下；请改用 -o 清单.xlsx")
    parts = [
        Part(f"{roll.name}（{len(roll.on)} 户）", tuple(_roll(roll, found))) for roll in found.rolls
    ]
    return Paper(
        kind=KIND,
        day=found.as_of,
        title="三清单与预警",
        about="",
        parts=numbered([*parts, Part("口径", tuple(_basis(found)))]),
        known=(
            ("截至", f"{found.as_of}"),
            ("台账", f"{'、'.join(found.files)}，{found.firms} 户"),
            ("规范版本", "；".join(found.versions)),
        ),
        is_wide=True,
    )


def _roll(roll: Roll, found: Lists) -> Iterator[Block]:
    todo = f"；办理：{roll.todo}" if roll.todo else ""
    against = f"；对照《{roll.against}》数得出来的条件" if roll.against else ""
    yield say(
        f"{roll.kind} {roll.id}：列入 {len(roll.on)} 户，待核 {len(roll.open)} 户{against}{todo}。",
        Note(roll.cite),
    )
    if roll.on:
        yield _table(roll, len(found.files) > 1)
    yield from _open(roll)


def _open(roll: Roll) -> Iterator[Block]:
    """Those of whom it is not known whether they belong here, by what is missing."""
    missing: dict[str, list[Entry]] = {}
    for entry in roll.open:
        missing.setdefault(entry.reason, []).append(entry)
    for reason, entries in missing.items():
        names = "、".join(entry.name for entry in entries)
        note = Note(roll.cite, tuple(_places(entries)))
        yield say(f"待核，{reason}，{len(entries)} 户：{names}。", note, Look.SMALL)


def _places(entries: Sequence[Entry]) -> Iterator[str]:
    """「台账.xlsx」〈企业台账〉F5、F36: many cells of one sheet together."""
    found: dict[tuple[str, str], list[str]] = {}
    for file, sheet, row, letter, _ in (entry.source for entry in entries):
        found.setdefault((file, sheet), []).append(f"{letter}{row}" if letter else f"第{row}行")
    for (file, sheet), cells in found.items():
        yield place(file, sheet, 0, "") + "、".join(cells)


_HEADS = ("序号", "企业名称", "所在区县", "证书编号", "有效期至", "列入理由", "到期情况",
          "最后工作日", "责任人", "来源")  # fmt: skip
_WIDTHS = (5, 22, 9, 18, 12, 10, 12, 12, 8, 16)


def _table(roll: Roll, several: bool) -> Table:
    rows = [tuple(_row(number, entry, roll, several)) for number, entry in enumerate(roll.on, 1)]
    return Table(_HEADS, _WIDTHS, tuple(rows), frozenset({0, 2, 3, 4, 6, 7, 8}))


def _row(number: int, entry: Entry, roll: Roll, several: bool) -> Sequence[Cell]:
    return (
        cell(f"{number}"), cell(entry.name), cell(entry.region),
        cell(entry.number), cell(_day(entry.valid_to)), cell(_reason(entry, roll)),
        cell(entry.notice),
        cell(_day(entry.act_by)), cell(entry.owner), cell(_source(entry, several)),
    )  # fmt: skip


def _source(entry: Entry, several: bool) -> str:
    """The cell, in a column of its own: a note in every row of a table would push the rows of
    most word processors apart. The file only where there are several."""
    file, sheet, row, letter, _ = entry.source
    return f"{f'「{file}」' if several else ''}〈{sheet}〉{letter}{row}"


def _reason(entry: Entry, roll: Roll) -> str:
    """Why, where that is not what the list is about anyway."""
    return "—" if entry.reason == roll.name else entry.reason


def _day(day: object) -> str:
    return f"{day}" if day else ""


def _basis(found: Lists) -> Iterator[Block]:
    yield say(f"按{day_words(found.as_of)}那一天看；那天以后才发的证书还不知道。")
    yield say(
        "每一行的“来源”是证书所在的单元格，条款见清单上方的脚注；最后工作日是期限当天或之前的工作日。"
    )
    for note in found.notes:
        yield say(f"{note}。")
    for problem in found.problems[:_SHOWN_PROBLEMS]:
        yield say(f"数据问题：{problem}。", look=Look.SMALL)
    if len(found.problems) > _SHOWN_PROBLEMS:
        yield say(f"数据问题共 {len(found.problems)} 处，用 -o 清单.xlsx 看全部。", look=Look.SMALL)
    for version in found.versions:
        yield say(version, look=Look.SIGNED)
