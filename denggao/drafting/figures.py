"""Figures in a text: number, unit, what stands around them (以上、不少于、约), masks, ranges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from denggao.drafting import lexicon
from denggao.drafting.numerals import ARABIC, CHINESE, MASK, MULTIPLES, value_of


@dataclass(frozen=True, slots=True)
class Figure:
    """``start`` to ``end`` is the number with its unit and what stands behind it (以上),
    ``left`` where the operator before it begins (不少于). ``value`` is ``None`` for a masked
    number; ``high`` ends a range. ``written`` tells a number in Chinese characters."""

    start: int
    end: int
    left: int
    value: Fraction | None
    high: Fraction | None
    unit: str
    kind: str
    op: str
    written: bool = False
    per: str = ""
    reached: bool = False  # 达到 stands before it
    full: bool = False  # 全覆盖


@cache
def _units() -> dict[str, tuple[str, str]]:
    return {row["unit"]: (row["kind"], row["shown"]) for row in lexicon.rows("units.csv")}


_MULTIPLE = "|".join(sorted(MULTIPLES, key=len, reverse=True))


@cache
def _pattern() -> re.Pattern[str]:
    units = "|".join(map(re.escape, sorted(_units(), key=len, reverse=True)))
    number = rf"{ARABIC}|{CHINESE}|{MASK}"
    return re.compile(
        rf"(?P<share>百分之)?(?P<num>{number})(?P<mul>{_MULTIPLE})?(?P<some>[余多几来"
        rf"])?(?P<mul_>万|亿)?"
        rf"(?:(?P<unit0>{units})?(?:—{{1,2}}|-|~|至|到)(?P<num2>{ARABIC}|"
        rf"{CHINESE})(?P<mul2>{_MULTIPLE})?)?"
        rf"(?P<some2>[余多])?(?P<unit>{units})(?P<per>/(?:\w+?人口|万人|家|户|年|人|"
        rf"件|项|个|次|亩|名))?"
        r"|(?P<pshare>百分之)(?P<pnum>[零一二三四五六七八九十百点两]+|"
        r"\d+(?:\.\d+)?)(?P<psome>多|余)?"
        r"|(?P<tenths>[一二三四五六七八九])成(?=以上|左右|[,;。、]|$|的)"
        r"|(?P<full>全覆盖|(?<!扎)(?<!现有)清零|应建尽建)"
        r"|(?P<double>翻(?P<times>[一两二三]?)番|翻了(?P<times2>[一两二三])番)"
    )


@cache
def _around() -> tuple[tuple[str, re.Pattern[str]], ...]:
    behind = {">=": "after_least", "<=": "after_most", "≈": "after_about"}
    return tuple((op, lexicon.starts("operators", name)) for op, name in behind.items())


@cache
def _before() -> tuple[tuple[str, re.Pattern[str]], ...]:
    names = {"<=": "most", ">": "more", "≈": "about", ">=": "least", "": "plain"}
    return tuple((op, lexicon.ends("operators", name)) for op, name in names.items())


#: 第3名, 23-24年, 2.1节: what is no amount.
_ORDINAL = re.compile(r"(?:第|[A-Za-z\d.])$")
_RANK = re.compile(r"(?:第|前)$")
_TIME = re.compile(r"(?:年|月|日|天|时|分|秒|季|周|岁|届|轮|学时)")
#: 一户一策, 一家一家, 千家万户, 一个个; 一次性, 一批, 一件事.
_SAYING = re.compile(
    r"[户家企人件个项次]?一[户家企人件个项次]|一[对批一]|一次性|一件事|一系列|"
    r"一体化|一类|千家万户|万[户家]|百[家户]争|一定|一道|一流|一门式|一条龙|"
    r"一站式"
)


def figures(text: str) -> list[Figure]:
    """Every figure with a unit, from left to right."""
    found = []
    for match in _pattern().finditer(text):
        figure = _figure(text, match)
        if figure is not None:
            found += [*_sharing(text, figure), figure]
    return found


_SHARED = re.compile(rf"(?:(?:{ARABIC})(?:{_MULTIPLE})?[、和])+$")
_ONE_SHARED = re.compile(rf"(?P<n>{ARABIC})(?P<mul>{_MULTIPLE})?[、和]")


def _sharing(text: str, figure: Figure) -> list[Figure]:
    """「300万、400万、500万平方米」: numbers before that share the unit."""
    run = _SHARED.search(text[: figure.start])
    if run is None or figure.high is not None:
        return []
    found = []
    for one in _ONE_SHARED.finditer(run[0]):
        start = run.start() + one.start()
        left, op, reached = _left(text, start)
        value = value_of(one["n"], one["mul"])
        found.append(
            Figure(
                start,
                run.start() + one.end() - 1,
                left,
                value,
                None,
                figure.unit,
                figure.kind,
                op or figure.op,
                reached=reached,
            )
        )
    return found


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    if match["full"]:
        return Figure(
            match.start(),
            match.end(),
            match.start(),
            Fraction(100),
            None,
            "%",
            "ratio",
            "=",
            True,
            full=True,
        )
    if match["double"]:
        times = value_of(match["times"] or match["times2"] or "一")
        end = match.end()
        return Figure(
            match.start(),
            end,
            _left(text, match.start())[0],
            times,
            None,
            "番",
            "doublings",
            _op_behind(text, end)[0] or "=",
            True,
        )
    if match["tenths"]:
        value = value_of(match["tenths"])
        return _placed(
            text, match, None if value is None else value * 10, None, "%", "ratio", False, True
        )
    if match["pshare"]:
        return _percent(text, match)
    return _counted(text, match)


def _percent(text: str, match: re.Match[str]) -> Figure | None:
    whole, _, part = match["pnum"].partition("点")
    value = value_of(whole)
    if value is None:
        return None
    for place, digit in enumerate(part, 1):
        value += Fraction("零一二三四五六七八九".index(digit), 10**place)
    return _placed(text, match, value, None, "%", "ratio", bool(match["psome"]), True)


def _counted(text: str, match: re.Match[str]) -> Figure | None:
    number, unit = match["num"], match["unit"]
    kind, shown = _units()[unit]
    masked = re.fullmatch(MASK, number) is not None
    if match["share"] or (not masked and _is_no_amount(text, match)):
        return None
    multiple = (match["mul"] or "") + (match["mul_"] or "")
    value = None if masked else value_of(number, multiple if multiple in MULTIPLES else None)
    if value is None and not masked:
        return None
    high = None
    if match["num2"]:
        if match["unit0"] and match["unit0"] != unit:
            return None
        high = value_of(match["num2"], match["mul2"])
        if high is None or value is None:
            return None
        if match["mul2"] and not multiple:
            value, multiple = value * MULTIPLES[match["mul2"]], match["mul2"]
    if multiple in ("万", "亿") and kind == "money":  # told in 万元, it stays so
        shown = multiple + unit
        value = None if value is None else value / MULTIPLES[multiple]
        high = high if high is None or not match["mul2"] else high / MULTIPLES[match["mul2"]]
    elif kind == "money" and unit[0] not in "亿万千":
        value, high, shown = _money(value, high, unit)
    written = not masked and re.fullmatch(CHINESE, number) is not None
    some = bool(match["some"] or match["some2"])
    if match["per"]:
        shown += match["per"]
    return _placed(text, match, value, high, shown, kind, some, written)


def _money(
    value: Fraction | None, high: Fraction | None, unit: str
) -> tuple[Fraction | None, Fraction | None, str]:
    """``1.2亿`` + 元 as 1.2 亿元: money is told in the unit that the text tells it in."""
    if value is not None:
        for size, name in ((10**8, "亿元"), (10**4, "万元")):
            if value >= size and (value / size * 10**4).denominator == 1:
                return value / size, None if high is None else high / size, name
    return value, high, unit


def _is_no_amount(text: str, match: re.Match[str]) -> bool:
    before, after = text[max(0, match.start() - 2) : match.start()], text[match.end() :]
    if _ORDINAL.search(before) and not (before.endswith("第") and match["unit"] in ("位", "名")):
        return True
    number = match["num"]
    if re.fullmatch(CHINESE, number):
        around = text[max(0, match.start() - 1) : match.end() + 2]
        if number[0] in "万亿千百" or any(
            s.start() < 3 + len(number) for s in _SAYING.finditer(around)
        ):
            told = _least_before(text, match.start()) or after.startswith(("以上", "左右"))
            return number in ("一", "百", "千", "万") and not told
        if (
            match["unit"] in ("位", "部", "对", "门", "片", "处", "类", "期", "批")
            and len(number) == 1
            and not _RANK.search(before)
        ):
            return True
    return match["unit"] in ("次", "个", "批", "期") and after.startswith(("月", "性", "方面"))


def _least_before(text: str, at: int) -> bool:
    return re.search(r"(?:至少|不少于|不低于|最少).{0,8}$", text[:at]) is not None


def _placed(
    text: str,
    match: re.Match[str],
    value: Fraction | None,
    high: Fraction | None,
    unit: str,
    kind: str,
    some: bool,
    written: bool,
) -> Figure:
    start, end = match.span()
    if unit in ("位", "名") and _RANK.search(text[:start]):
        kind = "rank"
    elif unit == "位" and re.search(r"(?:提升|上升|前移|前进|进|下降|后退)了?$", text[:start]):
        kind = "moved"
    op, end = _op_behind(text, end)
    left, before, reached = _left(text, start)
    if high is not None:
        op = "range"
    elif before in ("<=", ">", "≈") or (before and not op):
        op = before if not (before == "≈" and op == ">=") else op
    if some and op in ("", ">="):
        op = ">"
    return Figure(start, end, left, value, high, unit, kind, op, written, reached=reached)


def _op_behind(text: str, end: int) -> tuple[str, int]:
    for op, pattern in _around():
        if found := pattern.match(text, end):
            return op, found.end()
    return "", end


def _left(text: str, start: int) -> tuple[int, str, bool]:
    """Where the words before the number begin that say how it is meant, and what they say."""
    at, op, reached = start, "", False
    while True:
        before = text[max(0, at - 8) : at]
        found = [(match[0], said) for said, p in _before() if (match := p.search(before))]
        if not found:
            return at, op, reached
        word, said = max(found, key=lambda pair: len(pair[0]))
        at -= len(word)
        reached = reached or word.startswith("达")
        op = op or said
