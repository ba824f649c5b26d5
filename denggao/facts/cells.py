"""One cell → one value of one fact.

A number becomes whole steps of its unit (``catalogue.SCALE``), exactly; nothing bad becomes a
number. Missing cells give ``None``; 「570余」 gives an ``Interval`` of steps; everything else
that cannot stand as the fact raises ``BadCell``. Dates, text and technical fields have files of
their own and are offered here too.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from math import isfinite
from typing import NamedTuple

from denggao.facts.catalogue import MOST_PEOPLE, Fact
from denggao.facts.celldates import date
from denggao.facts.celltext import (
    INVISIBLE,
    MISSING,
    PENDING,
    BadCell,
    code,
    is_missing,
    label,
    phone,
    plain_text,
    refuse_broken,
    says_nothing,
    text,
    tidy,
    word_set,
    yes_no,
)
from denggao.facts.interval import Interval
from denggao.facts.numbers import OutOfDomain, recorded
from denggao.facts.techfields import field_code

__all__ = [
    "INVISIBLE",
    "MISSING",
    "BadCell",
    "Number",
    "code",
    "date",
    "field_code",
    "is_missing",
    "label",
    "number",
    "phone",
    "plain_text",
    "refuse_broken",
    "says_nothing",
    "text",
    "tidy",
    "yes_no",
]

Parsed = int | Interval | None


class Number(NamedTuple):
    """``value`` in steps, and whether a head count had to be rounded to the 1/10000."""

    value: Parsed
    rounded: bool = False


_NOT_FINITE = word_set("nan inf infinity 1.#inf 1.#ind 1.#qnan ∞")
_FULL_STOP = re.compile(r"(?<=[0-9])[。·．](?=[0-9])")

_UNIT_WORDS = {
    "元": "元整?|块|人民币|元人民币|RMB",
    "人": "人|名|位",
    "项": "项|件|个|条|篇",
    "分": "分",
    "天": "天|日",
}
_MULTIPLES = {"": 1, "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3}){1,6}(?:\.[0-9]{1,30})?|[0-9]{1,30}(?:\.[0-9]{1,30})?"
_SIGN = {"-", "−", "–", "﹣", "－"}


@cache
def _amount_pattern(unit: str) -> re.Pattern[str]:
    words = _UNIT_WORDS[unit]
    return re.compile(
        rf"""(?P<before>大约|约|近|≥|>=|>|≤|<=|<|不少于|不低于|至少|不足|不到|不超过|至多|超过|逾|超)?\s*
        (?P<sign>[-−–﹣+])?\s*(?P<currency>[¥￥])?\s*(?P<digits>{_NUMBER})\s*
        (?P<multiple>百万|千万|百|千|万|亿)?(?P<more>余|多)?\s*(?P<unit>{words})?
        (?P<after>以上|及以上|以下|以内|左右|余|多|\+)?""",
        re.X,
    )


_ABOUT = word_set("约 大约 近 左右")
_AT_LEAST = word_set("≥ >= > 不少于 不低于 至少 超过 逾 超 以上 及以上 余 多 +")
_AT_MOST = word_set("≤ <= < 不足 不到 不超过 至多 以下 以内")


def number(cell: object, fact: Fact, factor: Fraction | int) -> Number:
    """The number in a cell of a column whose head says ``factor`` (万元: 10000).

    ``factor`` holds only where the cell names no unit of its own: 「320万元」 stays 320 万元
    in any column.
    """
    if isinstance(cell, str):
        return _number_in_text(cell, fact, factor)
    if isinstance(cell, bool):
        raise _not_a_number(fact)
    if isinstance(cell, int):
        return _steps(fact, cell * Fraction(factor))
    if isinstance(cell, float):
        if not isfinite(cell):
            raise _not_finite(fact)
        # 15 digits are what a spreadsheet keeps and shows
        return _steps(fact, Fraction(f"{cell:.15g}") * factor)
    raise BadCell(
        "not_a_number", _expected(fact), "Excel 把它存成了日期；请把单元格改为常规格式后重填"
    )


def _number_in_text(cell: str, fact: Fact, factor: Fraction | int) -> Number:
    text = _FULL_STOP.sub(".", tidy(cell))
    if text.lower().lstrip("+-") in _NOT_FINITE:
        raise _not_finite(fact)
    if says_nothing(text):
        return Number(None)
    refuse_broken(text)
    _refuse_words(text, fact)
    return (
        _accounting(text, fact, factor)
        or _range(text, fact, factor)
        or _compound(text, fact)
        or _amount(text, fact, factor)
    )


def _refuse_words(text: str, fact: Fact) -> None:
    """The usual cells that are no number, each with the advice that fits it."""
    if text in ("无", "没有"):
        advice = "看不出是 0 还是没有数据；是 0 请填 0，没有数据请留空"
        raise BadCell("ambiguous_none", _expected(fact), advice)
    if PENDING.fullmatch(text):
        raise BadCell("pending", _expected(fact), "请核实后填写；暂时没有数据请留空")
    if "*" in text:
        raise BadCell("masked", _expected(fact), "数字被遮盖，按没有数据处理；请填完整的数")
    if text.endswith(("%", "‰")):
        raise BadCell("percent", _expected(fact), "这里要的是数量，不是百分比")
    if re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", text):
        raise BadCell("scientific", _expected(fact), "科学计数法可能丢了尾数；请改为完整的数字")


def _accounting(text: str, fact: Fact, factor: Fraction | int) -> Number | None:
    """(1,234.00) is −1234 in accounts."""
    if not (text.startswith("(") and text.endswith(")")):
        return None
    match = _amount_pattern(fact.unit).fullmatch(text[1:-1].strip())
    if match is None or _vague(match) or match["sign"]:
        raise _not_a_number(fact)
    _refuse_doubtful_multiple(match, fact, factor)
    return _steps(fact, -_magnitude(match, factor))


def _range(text: str, fact: Fact, factor: Fraction | int) -> Number | None:
    """「500~600人」, and 「7-8」 where the fact is an expert's score."""
    parts = re.split(r"[~～至]" if not fact.judged else r"[~～至\-]", text)
    if len(parts) != 2:
        return None
    low, high = (_amount_pattern(fact.unit).fullmatch(part.strip()) for part in parts)
    if low is None or high is None:
        return None
    if _vague(low) or _vague(high) or low["sign"] or high["sign"]:
        raise _not_a_number(fact)
    for match in (low, high):
        _refuse_doubtful_multiple(match, fact, factor)
    if _own_factor(low) is None:  # 「2~3亿」: the unit behind holds for both
        factor = _own_factor(high) or factor
    lo, hi = (_steps(fact, _magnitude(match, factor)).value for match in (low, high))
    if not isinstance(lo, int) or not isinstance(hi, int) or lo > hi:
        raise _not_a_number(fact)
    return Number(Interval(lo, hi))


_COMPOUND = re.compile(
    r"(?:([0-9]{1,6})亿)?(?:零?([0-9]{1,4}(?:\.[0-9]{1,6})?)万)?(?:零?([0-9]{1,4}(?:\.[0-9]{1,2})?))?元?整?"
)


def _compound(text: str, fact: Fact) -> Number | None:
    """「1亿2000万元」, 「3万5000元」: two multiples at least, the larger first."""
    match = _COMPOUND.fullmatch(text) if fact.unit == "元" else None
    if match is None or sum(part is not None for part in match.groups()) < 2:
        return None
    if match[3] is not None and not text.endswith(("元", "整")):
        return None  # 「1亿5」: of what?
    parts = zip(match.groups(), (10**8, 10**4, 1), strict=True)
    return _steps(fact, sum((Fraction(part or 0) * times for part, times in parts), Fraction(0)))


def _amount(text: str, fact: Fact, factor: Fraction | int) -> Number:
    match = _amount_pattern(fact.unit).fullmatch(text)
    if match is None or (match["currency"] and fact.unit != "元"):
        raise _not_a_number(fact)
    _refuse_doubtful_multiple(match, fact, factor)
    value = _magnitude(match, factor)
    exact = _steps(fact, -value if match["sign"] in _SIGN else value)
    if not _vague(match):
        return exact
    if match["sign"]:  # 「-500余」: a loss of more than 500, or of less?
        raise _not_a_number(fact)
    return _bounded(fact, exact, _vague(match))


def _vague(match: re.Match[str]) -> set[str]:
    """The words around a number that make it less than exact."""
    return {word for word in (match["before"], match["more"], match["after"]) if word}


def _bounded(fact: Fact, exact: Number, words: set[str]) -> Number:
    """「约570余」 and 「570余」 are at least 570; 「不足570」 at most; 「约570」 says neither."""
    assert isinstance(exact.value, int)
    words = words - _ABOUT
    if words and words <= _AT_LEAST:
        return Number(Interval(exact.value, None if fact.hi is None else fact.hi * fact.scale))
    if words and words <= _AT_MOST:
        return Number(Interval(None if fact.lo is None else fact.lo * fact.scale, exact.value))
    advice = "“约”不是确数；请填确数，或写成“570余”“500~600”这样的范围"
    raise BadCell("approximate", _expected(fact), advice)


def _own_factor(match: re.Match[str]) -> int | None:
    """What the cell itself multiplies by; ``None`` when the head's unit holds."""
    if match["multiple"]:
        return _MULTIPLES[match["multiple"]]
    return 1 if match["unit"] else None


def _refuse_doubtful_multiple(match: re.Match[str], fact: Fact, factor: Fraction | int) -> None:
    """「3千」 in a column of 万元: 3000 元, or 3000 万元?"""
    if match["multiple"] not in ("百", "千") or match["unit"]:
        return
    if factor not in (1, _MULTIPLES[match["multiple"]]):
        advice = (
            f"看不出“{match['multiple']}”是多少{fact.unit}还是按表头的单位；请写明单位或只填数字"
        )
        raise BadCell("ambiguous_unit", _expected(fact), advice)


def _magnitude(match: re.Match[str], factor: Fraction | int) -> Fraction:
    own = _own_factor(match)
    return Fraction(match["digits"].replace(",", "")) * (factor if own is None else own)


def _steps(fact: Fact, value: Fraction) -> Number:
    if fact.unit == "人" and abs(value) > MOST_PEOPLE:
        advice = "没有企业有这么多人，像是电话号码或金额填错了列；请核对这一格"
        most = f"不超过 {MOST_PEOPLE:,} 的人数"
        raise BadCell("out_of_domain", most, advice)
    try:
        return Number(*recorded(fact, value))
    except OutOfDomain as error:
        raise BadCell("out_of_domain", _expected(fact), str(error)) from error


_NOUNS = {"元": "金额", "人": "人数", "项": "数量", "分": "分数", "天": "天数"}


def _expected(fact: Fact) -> str:
    return f"{_NOUNS[fact.unit]}（数字）"


def _not_finite(fact: Fact) -> BadCell:
    advice = "这是程序算不出数时留下的字样；请填确数，没有数据请留空"
    return BadCell("not_finite", _expected(fact), advice)


def _not_a_number(fact: Fact) -> BadCell:
    return BadCell("not_a_number", _expected(fact), "请只填数字；没有数据请留空")
