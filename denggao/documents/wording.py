"""Numbers, facts and formulas in the words of the bureau.

Figures are shown rounded and judged exact: a shown ratio never reaches a threshold that the
exact one misses (4.996 % is not shown as 5.00 %).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from math import ceil, floor

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Value
from denggao.facts.interval import Bound, Interval
from denggao.facts.resolve import WINDOW_YEARS
from denggao.facts.titles import Title
from denggao.rules import nodes as n

FLAG_WORDS = {
    "OUT_OF_DOMAIN": "有数值超出允许的范围或精度，按未知处理",
    "CONTRADICTION": "事实之间相互矛盾（如科技人员多于职工），按未知处理",
    "BEFORE_FOUNDING": "成立以前年度的数字未计入",
    "DERIVED_DIFFERS": "填报值与由明细推算的值不一致，以填报值为准",
    "ROUNDED": "人数按月平均折算，四舍五入到四位小数",
    "NEGATIVE_NET_ASSETS": "净资产有负数，增长率照算而得分取区间",
    "BAND_GAP": "年均转化数在0与1之间，条文没有对应档次",
    "GROWTH_EXACT_5": "增长率恰好5%，正文与附件4读法不同",
    "EXPERT_DECIDES": "可数的条件都已明确，只等专家评分",
}


def fact_words(key: str) -> str:
    """``sales@2025`` → 2025年销售收入."""
    code, _, year = key.partition("@")
    return f"{year}年{catalogue()[code].name}" if year else catalogue()[code].name


def lacking(expr: n.Expr) -> str:
    """What there is too little of: 科技人员; of a sum 一、二类知识产权; of a quotient, what is
    divided."""
    if isinstance(expr, n.Arith) and expr.op == "÷":
        expr = expr.left
    inner = n.walk(expr)
    codes = dict.fromkeys(e.code for e in inner if isinstance(e, n.FactRef | n.WindowLeast))
    if not codes:
        return "成立天数" if isinstance(expr, n.Age) else "得分"
    return _joined([catalogue()[code].name.removesuffix("数") for code in codes])


def _joined(names: Sequence[str]) -> str:
    """一类知识产权、二类知识产权 → 一、二类知识产权."""
    first, same = names[0], 0
    while same < len(first) - 1 and all(x.endswith(first[-same - 1 :]) for x in names[1:]):
        same += 1
    if len(names) == 1 or not same:
        return "、".join(names)
    return "、".join(x[:-same] for x in names) + first[-same:]


def amount(value: Bound, unit: str) -> str:
    """A number in its unit: 元 as 万元 (six places: to the 分) from 1 万元 up."""
    if value is None:
        return "∞"
    exact = Fraction(value)
    if unit == "年":
        return f"{exact}年"
    if unit == "元":
        if abs(exact) >= 10_000:
            return f"{_decimal(exact / 10_000, 6)}万元"
        return f"{_decimal(exact, 2)}元"
    return f"{_decimal(exact, 4)}{unit}"


def shortfall(value: Bound, unit: str) -> str:
    """A gap: people and items are whole, rounded up; money to the next 分."""
    if value is None:
        return "未知"
    exact = Fraction(value)
    if unit in ("人", "项", "天"):
        return f"{ceil(exact)}{unit}"
    if unit == "元":
        return amount(Fraction(ceil(exact * 100), 100), unit)
    return amount(exact, unit)


def percent(value: Bound, threshold: Fraction | None = None) -> str:
    """A ratio with two decimals of a percent, never across the threshold it is compared with."""
    if value is None:
        return "∞"
    exact = Fraction(value) * 100
    limit = None if threshold is None else threshold * 100
    for places in range(2, 12):
        shown = Fraction(round(exact * 10**places), 10**places)
        if limit is None or (shown >= limit) == (exact >= limit):
            return f"{_fixed(shown, 2, places)}%"
    below = Fraction(floor(exact * 10**12), 10**12)
    return f"{_fixed(below, 2, 12)}%"


def _fixed(value: Fraction, least: int, most: int) -> str:
    text = _decimal(value, most)
    whole, _, digits = text.partition(".")
    return f"{whole}.{digits.rstrip('0').ljust(least, '0')}"


def _decimal(value: Fraction, places: int) -> str:
    """A decimal with at most this many places, trailing zeros dropped; thousands separated."""
    steps = round(abs(value) * 10**places)
    whole, rest = divmod(steps, 10**places)
    digits = str(rest).rjust(places, "0").rstrip("0") if places else ""
    sign = "-" if value < 0 and steps else ""
    return f"{sign}{whole:,}" + (f".{digits}" if digits else "")


def interval(value: Interval | None, unit: str) -> str:
    """An interval in words: a point, a span, 不少于, 不多于 or 未知."""
    if value is None:
        return "无"
    if value.lo is None and value.hi is None:
        return "未知"
    show = percent if unit == "%" else lambda x: amount(x, unit)
    if value.is_point:
        return show(value.lo)
    if value.hi is None:
        return f"不少于 {show(value.lo)}"
    if value.lo is None:
        return f"不多于 {show(value.hi)}"
    return f"{show(value.lo)}～{show(value.hi)}"


def value_words(key: str, value: Value | None) -> str:
    """A fact's value in force as a person reads it; what is not known is 缺."""
    match value:
        case None:
            return "缺"
        case Interval():
            code = key.partition("@")[0]
            if value == catalogue()[code].domain:
                return "缺"
            return interval(value, catalogue()[code].unit)
        case bool():
            return "是" if value else "否"
        case date():
            return value.isoformat()
        case str():
            return value
    return "、".join(_title(t) for t in value) or "没有证书"


def read_words(key: str, value: Value | None, *, is_stated: bool) -> str:
    """The same for a fact that may be stated and yet not used: figures that contradict each
    other, or lie outside what is possible, are unknown to every rule."""
    words = value_words(key, value)
    return "填的数自相矛盾，不用" if words == "缺" and is_stated else words


def _title(title: Title) -> str:
    span = f"{title.issued_on or '?'}～{title.valid_to or '?'}"
    return f"{title.kind}（{span}）"


# -------------------------------------------------------------------- formulas


def formula(expr: n.Expr, names: Mapping[str, n.Statement], year: int) -> str:
    """The expression as the text has it, with fiscal years for an application in ``year``."""
    match expr:
        case n.Num(value, unit):
            return _literal(value, unit)
        case n.FactRef(code, when):
            return _fact(code, when, year)
        case n.WindowLeast(code):
            return f"{_fact(code, n.Year.WINDOW, year)}的最小值"
        case n.Ref(id_):
            return names[id_].name
        case n.Arith(op, left, right):
            sides = (_inner(e, names, year) for e in (left, right))
            return f" {op} ".join(sides)
        case n.Compare(op, n.TaxYear() as left, n.Num(value, "")):
            return f"{formula(left, names, year)} {op} {amount(value, '年')}"
        case n.Compare(op, left, right):
            return f"{formula(left, names, year)} {op} {formula(right, names, year)}"
        case n.All(args):
            return "，且".join(_grouped(e, names, year) for e in args)
        case n.AnyOf(args):
            return "（" + " 或 ".join(_grouped(e, names, year) for e in args) + "）"
        case n.Not(n.FactRef(code, _)) if code not in ("resident", "taxed_on_accounts"):
            return f"没有{formula(expr.arg, names, year)}"
        case n.Not(arg):
            return f"不是{_grouped(arg, names, year)}"
        case n.Extreme(op, args):
            return f"{op}（{'，'.join(formula(e, names, year) for e in args)}）"
        case n.Missing(fact):
            return f"缺报{formula(fact, names, year)}"
        case n.Classified(_):
            return "技术领域已归类"
        case n.Holds(kind, when):
            return f"持有{kind}" if when is None else f"{when.years(year)[0]}年末持有{kind}"
        case n.EverHeld() | n.TitleDay() | n.Day() | n.Later():
            return _dated(expr, names, year)
        case n.Within(code, prefixes):
            return f"{catalogue()[code].name}属于{'、'.join(prefixes)}"
        case n.Adopted(option):
            return f"采用“{option}”"
        case n.Age() | n.OperatedYears():
            return "成立天数" if isinstance(expr, n.Age) else "经营年数"
        case n.TaxYear():
            return f"纳税年度（{year - 1}年）"
    return "待核实"


def _dated(
    expr: n.EverHeld | n.TitleDay | n.Day | n.Later, names: Mapping[str, n.Statement], year: int
) -> str:
    match expr:
        case n.EverHeld(kind):
            return f"曾持有{kind}"
        case n.TitleDay(what, kind):
            return f"{kind}{what}日"
        case n.Day(0, _, _):
            return "申请日"
        case n.Day(month, day, when):
            return f"{when.years(year)[0] if when else year}年{month}月{day}日"
        case n.Later(other, span):
            word = "满" if span.months + span.days >= 0 else "前"
            return f"{formula(other, names, year)}{word}{span}"


def _grouped(expr: n.Expr, names: Mapping[str, n.Statement], year: int) -> str:
    """A part of a joined condition; what is itself joined by 且 stands in brackets."""
    text = formula(expr, names, year)
    return f"（{text}）" if isinstance(expr, n.All) else text


def _inner(expr: n.Expr, names: Mapping[str, n.Statement], year: int) -> str:
    text = formula(expr, names, year)
    return f"（{text}）" if isinstance(expr, n.Arith) and expr.op in "+−" else text


def _fact(code: str, when: n.Year | None, year: int) -> str:
    name = catalogue()[code].name
    if when is None:
        return name
    if when is n.Year.WINDOW:
        return f"{year - WINDOW_YEARS}—{year - 1}年{name}"
    return f"{when.years(year)[0]}年{name}"


def _literal(value: int | Fraction, unit: str) -> str:
    if unit == "%":
        return f"{_decimal(Fraction(value) * 100, 4)}%"
    if unit == "元":
        return amount(value, "元")
    return f"{_decimal(Fraction(value), 4)}{unit}"
