"""One enterprise as the exchange form of ``denggao judge`` has it (facts of the catalogue).

``Firm.values`` holds what was *stated*: keys are ``code`` or ``code@year``, numbers are
intervals in the catalogue's unit (元, 人, 项, 分), the rest ``bool``, ``date``, ``str`` or
titles. What is absent is unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from denggao.facts.catalogue import Fact, find, is_technical_field
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval, reduced
from denggao.facts.numbers import OutOfDomain, average_headcount, exact, is_number, recorded
from denggao.facts.titles import Title

Value = Interval | bool | date | str | tuple[Title, ...]

OUT_OF_DOMAIN = "OUT_OF_DOMAIN"
CONTRADICTION = "CONTRADICTION"


class NotTheForm(ValueError):
    """The value is no number, date, yes or no … at all; the message says what it should be."""


ROUNDED = "ROUNDED"


@dataclass(slots=True)
class Firm:
    """What was stated about one enterprise, and what had to be said about the stating."""

    values: dict[str, Value] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def state(self, key: str, fact: Fact, raw: Any) -> None:
        """Take one stated value. ``None`` is unknown; what cannot stand as this fact is unknown
        too, with flag OUT_OF_DOMAIN and a problem that says why. Raises UserError for what is
        not the exchange form at all (a word where a number should be)."""
        if raw is None:
            return
        try:
            value = _CONVERTERS[fact.unit](self, fact, raw)
            if value != Interval(None, None):  # "anything" says nothing
                self.values[key] = value
        except OutOfDomain as error:
            self.flags.add(OUT_OF_DOMAIN)
            self.problems.append(f"{key}：值 {_shown(raw)} 不能用，{error}；按未知处理")
        except NotTheForm as error:
            raise UserError(f"{key}：值 {_shown(raw)} 读不懂，{error}") from None


def key_of(code: str, year: int | None) -> str:
    """``sales@2025`` for a fiscal year, the bare code without one."""
    return code if year is None else f"{code}@{year}"


def firm_from_json(facts: Mapping[str, Any]) -> Firm:
    """The ``facts`` of the exchange form (facts.md). Raises UserError for what is not the form:
    an unknown name, a yearly fact without years, the same fact under two names."""
    firm = Firm()
    seen: dict[str, str] = {}
    for name, raw in facts.items():
        fact = find(name)
        if fact is None:
            raise UserError(f"“{name}”不在事实目录，请核对名称（编码或中文名）")
        if seen.setdefault(fact.code, name) != name:
            raise UserError(f"“{seen[fact.code]}”和“{name}”是同一个事实，只能写一次")
        if fact.yearly:
            _state_years(firm, fact, name, raw)
        else:
            firm.state(fact.code, fact, raw)
    return firm


def _state_years(firm: Firm, fact: Fact, name: str, raw: Any) -> None:
    if raw is None:
        return
    if not isinstance(raw, Mapping) or not all(_is_year(year) for year in raw):
        raise UserError(f"“{name}”是年度事实，要按年写，如 {{“2025”: 100}}")
    for year, value in raw.items():
        firm.state(key_of(fact.code, int(year)), fact, value)


def _is_year(text: Any) -> bool:
    return isinstance(text, str) and len(text) == 4 and text.isascii() and text.isdigit()


def _shown(raw: Any) -> str:
    return str(raw)[:40]


# ------------------------------------------------------------------ converters


def number_from(raw: Any) -> Fraction:
    """A JSON number or decimal string, exactly. Raises NotTheForm for what is no number,
    OutOfDomain for one too long or too large to be meant."""
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise NotTheForm("应是数")
    text = repr(raw) if isinstance(raw, float) else str(raw)
    value = exact(text)
    if value is None and is_number(text):
        raise OutOfDomain("数太大或位数太多")
    if value is None:
        raise NotTheForm("应是数")
    return value


def _stepped(firm: Firm, fact: Fact, raw: Any) -> Any:
    """The number at the precision it is recorded with, in the fact's unit."""
    steps, rounded = recorded(fact, number_from(raw))
    if rounded:
        firm.flags.add(ROUNDED)
        firm.problems.append(f"{fact.name}：{_shown(raw)} 按四位小数四舍五入")
    return reduced(Fraction(steps, fact.scale))


def _interval(firm: Firm, fact: Fact, raw: Any) -> Interval:
    if isinstance(raw, Mapping):
        if set(raw) & {"months", "quarters"}:
            return _average(firm, fact, raw)
        if not set(raw) <= {"lo", "hi"} or not raw:
            raise NotTheForm("区间写作 {“lo”: …, “hi”: …}")
        lo, hi = (
            end if raw.get(side) is None else _stepped(firm, fact, raw[side])
            for side, end in (("lo", fact.lo), ("hi", fact.hi))
        )
        if lo is not None and hi is not None and lo > hi:
            raise OutOfDomain("下限大于上限")
        return Interval(lo, hi)
    value = _stepped(firm, fact, raw)
    return Interval(value, value)


def _average(firm: Firm, fact: Fact, raw: Mapping[str, Any]) -> Interval:
    """(start, end) pairs of the months or quarters operated → the yearly average, four
    decimals, half up (195号 三（五）)."""
    pairs = _pairs(fact, raw)
    average = average_headcount(pairs)
    steps = (average * fact.scale + Fraction(1, 2)).__floor__()
    if steps != average * fact.scale:
        firm.flags.add(ROUNDED)
        firm.problems.append(f"{fact.name}：按月平均折算，四位小数四舍五入")
    value = reduced(Fraction(steps, fact.scale))
    return Interval(value, value)


def _pairs(fact: Fact, raw: Mapping[str, Any]) -> list[tuple[Fraction, Fraction]]:
    stated = raw.get("months", raw.get("quarters"))
    limit = 12 if "months" in raw else 4
    is_list = isinstance(stated, list) and 0 < len(stated) <= limit and len(raw) == 1
    if not is_list or not all(isinstance(p, list) and len(p) == 2 for p in stated or ()):
        raise NotTheForm("逐月（逐季）人数写作 {“months”: [[月初, 月末], …]}")
    pairs = [(number_from(a), number_from(b)) for a, b in stated or ()]
    if fact.unit != "人" or any(number < 0 for pair in pairs for number in pair):
        raise OutOfDomain("逐月（逐季）只用于人数，且不能小于 0")
    return pairs


def _yes_no(firm: Firm, fact: Fact, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise NotTheForm("应是 true 或 false")
    return raw


def _date(firm: Firm, fact: Fact, raw: Any) -> date:
    if isinstance(raw, date):
        return raw
    try:
        return date.fromisoformat(str(raw))
    except ValueError:
        raise NotTheForm("应是日期，如 2019-05-06") from None


def _text(firm: Firm, fact: Fact, raw: Any) -> str:
    if not isinstance(raw, str):
        raise NotTheForm("应是文字")
    if fact.code == "field_code" and not is_technical_field(raw):
        raise OutOfDomain("不是八大领域目录最末一级的代码，应如 1.1.10")
    return raw


def _titles(firm: Firm, fact: Fact, raw: Any) -> tuple[Title, ...]:
    if not isinstance(raw, list) or not all(isinstance(item, Mapping) for item in raw):
        raise NotTheForm("资格证书应是清单，每项有 kind、issued_on、valid_to")
    found = tuple(_title(firm, fact, item) for item in raw)
    for title in found:
        if title.is_backwards:
            firm.flags.add(CONTRADICTION)
            days = f"有效期至 {title.valid_to} 早于发证日期 {title.issued_on}"
            firm.problems.append(f"{fact.name}：{days}，两个都不用，按未知处理")
    return found


def _title(firm: Firm, fact: Fact, item: Mapping[str, Any]) -> Title:
    kind = item.get("kind")
    if not isinstance(kind, str):
        raise NotTheForm("证书缺 kind（资格类型全称）")
    on = {
        side: None if item.get(side) is None else _date(firm, fact, item[side])
        for side in ("issued_on", "valid_to", "cancelled_on")
    }
    number, issuer, event = (str(item.get(x) or "") for x in ("number", "issuer", "event"))
    return Title(kind, number, **on, issuer=issuer, event=event)


_CONVERTERS: dict[str, Callable[[Firm, Fact, Any], Value]] = {
    **dict.fromkeys(("元", "人", "项", "分"), _interval),
    "是否": _yes_no,
    "日期": _date,
    "文本": _text,
    "代码": _text,
    "记录": _titles,
}
