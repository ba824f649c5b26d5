"""算例 of 奖补: the rows whose table has a column 事项, run as pay runs of one firm.

A cell of 事项 holds one event or several (「整体迁入 2024-05-01；重新认定 2026-05-01 第2期」).
Further inputs: 对象, 兑付日, 所在地, 已发 (「GS-1 2024 20万元」), 假定 (已施行), and facts.
Expected: the id or name of an award, 合计, a level (省级), each an amount; 状态; 理由, words that
must be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from denggao.facts.enterprise import Value, firm_from_json
from denggao.facts.errors import UserError
from denggao.facts.eventwords import USUAL_TITLE, event_name
from denggao.rules import nodes as n
from denggao.rules.award import LEVELS
from denggao.rules.cases import Failure, money, side_of_head, stated_in
from denggao.rules.paying import Scheme, pay
from denggao.rules.payments import OPEN, Event, Payment, Prior, Register
from denggao.rules.settling import yuan

EVENTS = "事项"
_INPUTS = (EVENTS, "对象", "兑付日", "所在地", "已发", "假定")
_WORDS = ("状态", "理由")
_TOTAL = "合计"
_ADOPTED = "已施行"
_UNKNOWN = "未知"
_UNIT = re.compile(r"[（(](元|万元|亿元)[）)]$")
_EVENT = re.compile(r"(?P<words>\S+?)(?: +(?P<day>\d{4}-\d\d-\d\d))?(?: +第(?P<stage>\d+)期)?")
_PRIOR = re.compile(r"(?P<award>\S+) +(?P<year>\d{4}) +(?P<amount>\S+)")


def side(head: str, names: dict[str, str]) -> bool | None:
    """Is this head of such a table an expectation (True), an input (False), or neither?"""
    words = _UNIT.sub("", head)
    if words in names or words in (_TOTAL, *_WORDS) or words in LEVELS:
        return True
    if head in _INPUTS:
        return False
    return side_of_head(head, {})


def award_failures(instrument: n.Instrument) -> list[Failure]:
    """Every cell of these tables that does not come out as written."""
    return [f for example in instrument.award_examples for f in _failures(instrument, example)]


def _failures(instrument: n.Instrument, example: n.Example) -> Iterator[Failure]:
    try:
        rows = run_example(instrument, example)
    except UserError as error:
        yield Failure(example.line, example.name, "输入", "能读懂的值", str(error))
        return
    for head, cell in example.expected:
        words = _UNIT.sub("", head)
        if words == "理由":
            got = "；".join(row.reason for row in rows if row.reason) or "无"
            agrees = cell in got
        elif words == "状态":
            got = "、".join(dict.fromkeys(row.status for row in rows)) or "无"
            agrees = cell == got
        else:
            sums = _sum(instrument, rows, words)
            got, agrees = sums.said, sums.is_as(cell, _factor(head))
        if not agrees:
            yield Failure(example.line, example.name, head, cell, got)


def _factor(head: str) -> str:
    found = _UNIT.search(head)
    return found[1] if found else ""


@dataclass(slots=True)
class _Sum:
    """``lo`` and ``hi`` in 分, ``hi`` ``None`` without a limit; ``is_open``: not decided."""

    lo: int = 0
    hi: int | None = 0
    is_open: bool = False
    said: str = field(init=False, default="")

    def is_as(self, cell: str, unit: str) -> bool:
        try:
            if cell == _UNKNOWN:
                return self.is_open
            lo, _, hi = cell.partition("~")
            least, most = (money(end, unit) * 100 for end in (lo, hi or lo))
        except UserError:
            return False
        return bool(hi) == self.is_open and self.lo == least and self.hi == most


def _sum(instrument: n.Instrument, rows: Sequence[Payment], words: str) -> _Sum:
    found = _Sum()
    if words in LEVELS:
        found.lo = sum(row.levels.get(words, 0) for row in rows)
        found.hi = found.lo
    else:
        ours = [r for r in rows if words in (_TOTAL, r.award.id, r.award.name)]
        found.lo = found.hi = sum(row.paid for row in ours)
        for row in ours:
            if row.status == OPEN:
                found.is_open, found.lo = True, found.lo + row.fen
                found.hi = None if row.most is None or found.hi is None else found.hi + row.most
    most = "不限" if found.hi is None else yuan(found.hi)
    found.said = f"{yuan(found.lo)}~{most}" if found.is_open else yuan(found.lo)
    return found


def run_example(instrument: n.Instrument, example: n.Example) -> list[Payment]:
    """The payments of one row. Raises UserError for a cell that cannot be read."""
    inputs = dict(example.inputs)
    told = {head: inputs.pop(head, "") for head in _INPUTS}
    as_of = _day(told["兑付日"]) if told["兑付日"] else instrument.case_date
    title = told["对象"] or USUAL_TITLE
    if told["假定"] not in ("", _ADOPTED):
        raise UserError(f"假定 只能写 {_ADOPTED}，不是“{told['假定']}”")
    paid = Register(_prior(instrument, text, title) for text in _split(told["已发"]))
    parts = [_parts(text) for text in _split(told[EVENTS])]
    events = [
        Event("甲", kind, title, day, stage, back, _facts(inputs, day or as_of), told["所在地"],
              f"第 {number + 1} 件", number)
        for number, (kind, day, stage, back) in enumerate(parts)
    ]  # fmt: skip
    return pay([Scheme((instrument,), fixed=bool(told["假定"]))], events, as_of, paid)


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("；") if part.strip()]


def _parts(text: str) -> tuple[str, date | None, int, bool]:
    match = _EVENT.fullmatch(text)
    name = event_name(match["words"]) if match else None
    if match is None or name is None:
        raise UserError(f"事项“{text}”读不懂，应写成 首次认定 2024-05-01")
    day = _day(match["day"]) if match["day"] else None
    return name.kind, day, int(match["stage"] or 1), name.back


def _prior(instrument: n.Instrument, text: str, title: str) -> Prior:
    match = _PRIOR.fullmatch(text)
    if match is None or match["award"] not in {a.id for a in instrument.awards}:
        raise UserError(f"已发“{text}”读不懂，应写成 奖补编号 2024 20万元")
    fen = int(money(match["amount"], "") * 100)
    return Prior("甲", "", title, int(match["year"]), 1, fen, match["award"])


def _facts(inputs: dict[str, str], on: date) -> dict[str, Value]:
    facts: dict[str, Any] = {}
    for head, cell in inputs.items():
        stated_in(facts, head, cell, on)
    return firm_from_json(facts).values


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(f"“{text}”不是日期，应写成 2026-06-30") from None
