"""Loading instruments: from a file, and those that come with the program."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from denggao.facts.catalogue import catalogue
from denggao.facts.errors import UserError
from denggao.rules import nodes as n
from denggao.rules.awardcases import award_failures, side
from denggao.rules.build import Builder, parse
from denggao.rules.cases import failures, side_of_head
from denggao.rules.checks import check, components, ordered
from denggao.rules.document import DRAFT, Block, Table, examples, read_document, read_head
from denggao.rules.errors import InstrumentError


def load(path: Path) -> n.Instrument:
    """Read, check and prove one instrument.

    Raises InstrumentError (file, line, column, expected form) for anything that cannot be
    right, a failing case of its own included.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}：读不出来（{type(error).__name__}），应是 UTF-8 的 Markdown"
        ) from None
    return load_text(text, str(path))


def load_text(text: str, path: str = "规范") -> n.Instrument:
    """As ``load``, from the text itself."""
    instrument = assemble(text, path)
    failed = [*failures(instrument), *award_failures(instrument)]
    if failed:
        first = failed[0]
        more = f"（另有 {len(failed) - 1} 处）" if len(failed) > 1 else ""
        raise InstrumentError(path, first.line, 1, f"算例不过：{first}{more}")
    return instrument


def assemble(text: str, path: str) -> n.Instrument:
    """Everything but running the cases."""
    try:
        return _assemble(text, path)
    except RecursionError:
        raise InstrumentError(path, 1, 1, "算式套得太深或太长，请分成几条数值") from None


def _assemble(text: str, path: str) -> n.Instrument:
    document = read_document(text, path)
    builder = Builder(path)
    builder.build([(block, parse(block, path)) for block in document.blocks])
    statements = ordered(builder.statements, path)
    derivations = {s.id: s for s in [*_identities(), *builder.derivations]}
    instrument = n.Instrument(
        **_head(document.meta),
        path=path,
        statements=statements,
        derivations=derivations,
        components=components(derivations, path),
        readings=tuple(builder.readings),
        manuals=tuple(builder.manuals),
        actions=tuple(builder.actions),
        awards=tuple(builder.awards),
        targets=tuple(builder.targets),
        tasks=tuple(builder.tasks),
        examples=examples(document.tables, _heads(document.tables, builder, side_of_head)),
        award_examples=examples(
            document.award_tables, _heads(document.award_tables, builder, side)
        ),
    )
    check(instrument)
    return instrument


def _head(meta: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": str(meta["名称"]),
        "short": str(meta["简称"]),
        "documents": tuple(map(str, meta["依据"])),
        "region": str(meta["地域"]),
        "valid_from": meta["施行"],
        "valid_to": meta.get("废止"),
        "case_date": meta.get("例日") or meta["施行"],
        "by_default": meta.get("缺省摸排", True),
        "draft": meta.get("状态") == DRAFT,
    }


def _heads(
    tables: list[Table], builder: Builder, side_of: Callable[[str, dict[str, str]], bool | None]
) -> dict[str, bool]:
    """Each head of the case tables: is it an expectation (or an input)?"""
    heads = {}
    for table in tables:
        for head in table.heads[1:]:
            is_expected = side_of(head, builder.names)
            if is_expected is None:
                message = f"算例表头“{head}”既不是事实也不是本文件的语句"
                raise InstrumentError(builder.path, table.line, 1, message)
            heads[head] = is_expected
    return heads


@cache
def _identities() -> tuple[n.Statement, ...]:
    """The accounting identities of the catalogue, as derivations."""
    builder = Builder("catalogue.toml")
    for fact in catalogue().values():
        if fact.derive:
            target = f"{fact.name}[年]" if fact.yearly else fact.name
            block = Block(f"推导 {target}：{fact.derive}", 1, "会计恒等式", "会计恒等式")
            builder.build([(block, parse(block, builder.path))])
    return tuple(builder.derivations)


# ------------------------------------------------------- those that come along


@dataclass(frozen=True, slots=True)
class Entry:
    """What a file's head says of the instrument in it: enough to choose, before it is read."""

    path: Path
    name: str
    short: str
    valid_from: date
    valid_to: date | None
    by_default: bool
    region: str
    draft: bool
    pays: bool  # holds 奖补

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


@cache
def paths() -> tuple[Path, ...]:
    """The files of the instruments that come with the program; looked for once."""
    return tuple(sorted(Path(str(files("denggao.law"))).rglob("*.md")))


def entries() -> tuple[Entry, ...]:
    """The instruments that come with the program, by place and name."""
    return tuple(_entry(path) for path in paths())


_AWARD = re.compile(r"^奖补 ", re.M)


@cache
def _entry(path: Path) -> Entry:
    text = path.read_text(encoding="utf-8-sig")
    head = _head(read_head(text, str(path)))
    told = ("name", "short", "valid_from", "valid_to", "by_default", "region", "draft")
    return Entry(path, **{key: head[key] for key in told}, pays=bool(_AWARD.search(text)))


def instruments() -> tuple[n.Instrument, ...]:
    """Every instrument of the package, by place and name, loaded and proven."""
    return tuple(_loaded(entry.path) for entry in entries())


def load_known(entry: Entry) -> n.Instrument:
    """The instrument of one of ``entries()``, whatever day it is in force on."""
    return _loaded(entry.path)


@cache
def _loaded(path: Path) -> n.Instrument:
    """An instrument loaded and proven once."""
    return load(path)


def in_force(law: str, as_of: date) -> n.Instrument:
    """The version of ``law`` (short or full name, or a file of its own) in force on the day.

    Raises UserError when there is no such law, or none in force yet or any more.
    """
    if law.endswith(".md"):
        own = _loaded(Path(law))
        _check_day(law, [(own.valid_from, own.valid_to)] if not own.in_force(as_of) else [], as_of)
        return own
    named = [entry for entry in entries() if law in (entry.short, entry.name)]
    if not named:
        known = "、".join(dict.fromkeys(entry.short for entry in entries()))
        raise UserError(f"没有名为“{law}”的规范；现有：{known}")
    valid = [entry for entry in named if entry.in_force(as_of)]
    _check_day(law, [] if valid else [(e.valid_from, e.valid_to) for e in named], as_of)
    return _loaded(max(valid, key=lambda entry: entry.valid_from).path)


def _check_day(law: str, missed: list[tuple[date, date | None]], as_of: date) -> None:
    if missed:
        spans = "；".join(f"{first} 起" + (f"至 {last}" if last else "") for first, last in missed)
        raise UserError(f"“{law}”在 {as_of} 没有有效的版本（{spans}）；请核对日期 --as-of")


ACTIONS = "行动"


def actions_in_force(as_of: date, own: Path | None = None) -> tuple[n.Action, ...]:
    """What firms can do about a gap: those that come along, and of a file of one's own, whose
    actions take the place of those with the same id. Raises UserError."""
    found = {action.id: action for action in in_force(ACTIONS, as_of).actions}
    if own is not None:
        mine = _loaded(own).actions
        if not mine:
            raise UserError(f"“{own.name}”里没有一条“行动”；写法见 denggao law show 行动")
        found |= {action.id: action for action in mine}
    return tuple(found.values())


def all_in_force(as_of: date) -> list[n.Instrument]:
    """One version of each law that has one in force on the day, but those that only pay."""
    return _each([entry for entry in entries() if not entry.pays], as_of)


def paying() -> dict[str, tuple[Entry, ...]]:
    """The measures that pay, by short name: the versions of each, the oldest first."""
    found: dict[str, tuple[Entry, ...]] = {}
    for entry in sorted((e for e in entries() if e.pays), key=lambda e: e.valid_from):
        found[entry.short] = (*found.get(entry.short, ()), entry)
    return found


def loaded(path: Path) -> n.Instrument:
    """The instrument of this file, loaded and proven once. Raises as ``load``."""
    return _loaded(path)


def by_default(as_of: date) -> list[n.Instrument]:
    """Of those, the ones that a screening takes when no law is named."""
    return _each([entry for entry in entries() if entry.by_default], as_of)


def _each(found: Iterable[Entry], as_of: date) -> list[n.Instrument]:
    shorts = dict.fromkeys(entry.short for entry in found if entry.in_force(as_of))
    return [in_force(short, as_of) for short in shorts]
