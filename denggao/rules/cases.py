"""算例: the rows under an article that prove its rule, on any engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from denggao.facts.catalogue import Fact, find
from denggao.facts.enterprise import Firm, firm_from_json
from denggao.facts.errors import UserError
from denggao.facts.interval import Bound, Interval, Truth, reduced
from denggao.facts.numbers import exact
from denggao.facts.titles import CANCELLED
from denggao.rules import nodes as n
from denggao.rules.engines import reference
from denggao.rules.outcome import TRUTH_WORDS

_MONEY = {"亿元": 10**8, "万元": 10**4, "元": 1}
_HEAD = re.compile(r"^(?P<name>[^\[（(]+)(\[(?P<year>[^\]]+)\])?([（(](?P<unit>[^）)]+)[）)])?$")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_GIVEN = "给定 "
_GAP = " 差距"
_YEARS = {year.value for year in n.Year}
_UNITS = {*_MONEY, "人", "项", "分"}
_TRUTHS = {word: truth for truth, word in TRUTH_WORDS.items()}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row's inputs, as any engine takes them; ``wanted`` are the statements asked about,
    empty where the flags are asked too and everything has to run."""

    firm: Firm
    as_of: date
    readings: dict[str, str]
    given: dict[str, Interval]
    wanted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of one statement."""

    truth: Truth
    value: Interval | None
    gap: Interval | None


#: What an engine says of one row: answers by statement id, and the flags raised.
Said = tuple[Mapping[str, Answer], set[str]]
#: Runs many rows at once.
Engine = Callable[[n.Instrument, Sequence[Prepared]], list[Said]]


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that did not come out as written."""

    line: int
    name: str
    head: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"“{self.name}”的 {self.head} 应为 {self.expected}，得 {self.got}"


def side_of_head(head: str, names: Mapping[str, str]) -> bool | None:
    """Is this head an expectation (True), an input (False), or neither (None)?"""
    if head in names or head == "标记" or head.removesuffix(_GAP) in names:
        return True
    if head in ("申请日", "读法") or head.removeprefix(_GIVEN) in names:
        return False
    match = _HEAD.match(head)
    if not match or not find(match["name"].strip()):
        return None
    is_year = match["year"] is None or match["year"] in _YEARS
    is_unit = match["unit"] is None or match["unit"] in _UNITS
    return False if is_year and is_unit else None


def reference_engine(instrument: n.Instrument, rows: Sequence[Prepared]) -> list[Said]:
    """The definition; runs only what each row asks about."""
    return [_by_definition(instrument, row) for row in rows]


def _by_definition(instrument: n.Instrument, row: Prepared) -> Said:
    run = reference.Evaluation(instrument, row.firm, row.as_of, row.readings, row.given)
    if row.wanted:
        results, flags = {id_: run.result(id_) for id_ in row.wanted}, set[str]()
    else:
        outcome = run.outcome()
        results, flags = outcome.results, outcome.flags
    return {id_: Answer(r.truth, r.value, r.gap) for id_, r in results.items()}, flags


def failures(instrument: n.Instrument, engine: Engine = reference_engine) -> list[Failure]:
    """Every cell of the case tables that does not come out as written."""
    found: list[Failure] = []
    ready: list[tuple[n.Example, Prepared]] = []
    for example in instrument.examples:
        try:
            ready.append((example, prepare(instrument, example)))
        except UserError as error:
            found.append(Failure(example.line, example.name, "输入", "能读懂的值", str(error)))
    ids = _ids(instrument)
    said = engine(instrument, [row for _, row in ready])
    for (example, _), (answers, flags) in zip(ready, said, strict=True):
        found += _compare(example, answers, flags, ids, instrument)
    return sorted(found, key=lambda f: f.line)


def _compare(
    example: n.Example,
    answers: Mapping[str, Answer],
    flags: set[str],
    ids: Mapping[str, str],
    instrument: n.Instrument,
) -> Iterable[Failure]:
    for head, cell in example.expected:
        if not _is_expectation(cell, head):
            yield Failure(example.line, example.name, head, "符合、不符合、未知，或数、区间", cell)
            continue
        if head == "标记":
            agrees, got = _flags_agree(cell, flags), "、".join(sorted(flags)) or "无"
        else:
            id_ = ids[head.removesuffix(_GAP)]
            is_truth = instrument.statements[id_].is_truth
            agrees, got = _agrees(answers[id_], cell, is_truth, is_gap=head.endswith(_GAP))
        if not agrees:
            yield Failure(example.line, example.name, head, cell, got)


def _ids(instrument: n.Instrument) -> dict[str, str]:
    """Statement ids by id and by name."""
    found = {id_: id_ for id_ in instrument.statements}
    return found | {s.name: s.id for s in instrument.statements.values()}


def _is_expectation(cell: str, head: str) -> bool:
    if head == "标记" or cell in _TRUTHS or (cell == "无" and head.endswith(_GAP)):
        return True
    try:
        _interval(cell)
    except UserError:
        return False
    return True


def _flags_agree(cell: str, flags: set[str]) -> bool:
    """``无`` or every flag named."""
    if cell == "无":
        return not flags
    return set(re.split(r"[、，,\s]+", cell)) <= flags


def _agrees(answer: Answer, cell: str, is_truth: bool, *, is_gap: bool) -> tuple[bool, str]:
    if is_gap:
        wanted = None if cell == "无" else _interval(cell)
        return answer.gap == wanted, _words(answer.gap)
    if cell in _TRUTHS and is_truth:
        return answer.truth == _TRUTHS[cell], TRUTH_WORDS[answer.truth]
    value = answer.value
    if cell in _TRUTHS:  # of a number, 未知 is one without bounds
        is_open = value is None or not value.is_bounded or value.undefined
        return cell == "未知" and is_open, _words(value)
    plain = None if value is None else Interval(value.lo, value.hi)
    return plain == _interval(cell), _words(value)


def _words(value: Interval | None) -> str:
    if value is None:
        return "无"
    if value.is_point:
        return str(value.lo)
    return f"{'−∞' if value.lo is None else value.lo}~{'∞' if value.hi is None else value.hi}"


def _interval(cell: str) -> Interval:
    lo, _, hi = cell.partition("~")
    low = _end(lo)
    return Interval(low, _end(hi) if hi else low)


def _end(text: str) -> Bound:
    text = text.strip().replace("−", "-")
    if text in ("∞", "-∞"):
        return None
    if _ISO.fullmatch(text):
        return _day(text).toordinal()
    factors: dict[str, Fraction | int] = {"%": Fraction(1, 100), **_MONEY}
    for unit, factor in factors.items():
        if text.endswith(unit):
            return reduced(_number(text.removesuffix(unit)) * factor)
    return reduced(_number(text.rstrip("天项人分")))


def money(text: str, unit: str) -> Fraction:
    """元 of 「20万元」, or of 「20」 under a head with this unit. Raises UserError."""
    for own, factor in _MONEY.items():
        if text.endswith(own):
            return _number(text.removesuffix(own)) * factor
    return _number(text) * _MONEY[unit or "元"]


def _number(text: str) -> Fraction:
    """Raises UserError for what is no number."""
    value = exact(text.replace(",", "").replace("−", "-"))
    if value is None:
        raise UserError(f"“{text}”不是数")
    return value


# ---------------------------------------------------------------------- inputs


def prepare(instrument: n.Instrument, example: n.Example) -> Prepared:
    """The row's inputs. Raises UserError for a cell that cannot be read."""
    inputs = dict(example.inputs)
    as_of = _day(inputs.pop("申请日", instrument.case_date.isoformat()))
    readings = _readings(instrument, inputs.pop("读法", ""))
    given: dict[str, Interval] = {}
    facts: dict[str, Any] = {}
    ids = _ids(instrument)
    for head, cell in inputs.items():
        if head.startswith(_GIVEN):
            id_ = ids[head.removeprefix(_GIVEN)]
            if instrument.statements[id_].is_truth:
                raise UserError(f"{head}：只能给定分数和数值，不能给定条件")
            given[id_] = _interval(cell)
        else:
            stated_in(facts, head, cell, as_of)
    heads = [head.removesuffix(_GAP) for head, _ in example.expected]
    wanted = frozenset() if "标记" in heads else frozenset(ids[head] for head in heads)
    return Prepared(firm_from_json(facts), as_of, readings, given, wanted)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"“{text}”不是日期，应写成 2026-06-30") from None


def _readings(instrument: n.Instrument, cell: str) -> dict[str, str]:
    return readings_from(instrument, re.split(r"[、，,\s]+", cell) if cell else [])


def readings_from(instrument: n.Instrument, options: Iterable[str]) -> dict[str, str]:
    """Reading id → option, from option names. Raises UserError for an unknown one."""
    owner = {option: r.id for r in instrument.readings for option, _ in r.options}
    for option in options:
        if option not in owner:
            known = "、".join(owner) or "没有读法可选"
            raise UserError(f"“{option}”不是《{instrument.short}》的读法选项；可选：{known}")
    return {owner[option]: option for option in options}


def stated_in(facts: dict[str, Any], head: str, cell: str, as_of: date) -> None:
    """Put the cell under this head into ``facts`` in the exchange form. Raises UserError."""
    match = _HEAD.match(head)
    fact = find(match["name"].strip()) if match else None
    if match is None or fact is None:
        raise UserError(f"不认识的表头“{head}”")
    value = _stated(fact, cell, _MONEY.get(match["unit"] or "元", 1))
    if match["year"] is None:
        facts[fact.code] = value
        return
    for year in n.Year(match["year"]).years(as_of.year):
        facts.setdefault(fact.code, {})[str(year)] = value


def _stated(fact: Fact, cell: str, factor: int) -> Any:
    if fact.unit == "是否":
        if cell not in ("是", "否"):
            raise UserError(f"{fact.name} 应写 是 或 否，不是“{cell}”")
        return cell == "是"
    if fact.unit == "记录":
        return [] if cell == "空" else [_title(text) for text in cell.split("；")]
    if not fact.numeric:
        return cell
    if cell.startswith(("月：", "季：")):
        pairs = [pair.split("/") for pair in cell[2:].split()]
        return {"months" if cell[0] == "月" else "quarters": pairs}
    scale = factor if fact.unit == "元" and not cell.endswith("元") else 1
    ends = [_end(end) for end in cell.split("~")]
    texts = [None if end is None else str(Fraction(end) * scale) for end in ends]
    return texts[0] if len(texts) == 1 else {"lo": texts[0], "hi": texts[1]}


def _title(text: str) -> dict[str, str | None]:
    """「高新技术企业 2024-01-01~2026-12-31」, 「高新技术企业 取消2025-06-01」."""
    kind, _, days = text.strip().partition(" ")
    if days.startswith(CANCELLED):
        return {"kind": kind, "event": CANCELLED, "issued_on": days.removeprefix(CANCELLED)}
    issued, _, until = days.partition("~")
    return {"kind": kind, "issued_on": issued.strip() or None, "valid_to": until.strip() or None}
