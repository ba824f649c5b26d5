"""话要有据: what a text claims about a series (翻两番, 每年净增10家左右) against the series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

HOLDS, FAILS, OTHER_SENSE, OPEN = "符合", "不符合", "口径不同", "无法核对"
#: 左右, 约: so much of the figure may be missing or over.
_ABOUT = Fraction(1, 10)


@dataclass(frozen=True, slots=True)
class Claim:
    """``what``: doublings (翻番), times (增长了几倍), rate (增长%), yearly_rate (年均增长%), net
    (每年净增), gross (每年新增, counting no losses). ``first`` to ``last`` are the years that it
    is about; ``op`` as said (多 is >, 左右 is ≈)."""

    what: str
    value: Fraction
    op: str
    first: int | None
    last: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """``real``: what the series gives in place of the claim; ``needed``: the last value that the
    claim would need; ``bases``: first years with which it would hold."""

    claim: Claim
    verdict: str
    text: str
    real: Fraction | None = None
    needed: Fraction | None = None
    bases: tuple[int, ...] = ()


def check_claim(claim: Claim, series: Mapping[int, Fraction]) -> Verdict:
    """One claim against one series of stocks at the ends of years."""
    if claim.first is None or claim.last is None:
        return Verdict(claim, OPEN, f"“{claim.words}”没有写明起止年份，无法核对")
    missing = [y for y in (claim.first, claim.last) if y not in series]
    if missing:
        years = "、".join(map(str, missing))
        return Verdict(claim, OPEN, f"“{claim.words}”：序列里没有 {years} 年，无法核对")
    start, end = series[claim.first], series[claim.last]
    count = claim.last - claim.first
    if start <= 0 or count <= 0:
        return Verdict(claim, OPEN, f"“{claim.words}”：起止年份或基数不合，无法核对")
    if claim.what in ("net", "gross"):
        return _yearly(claim, start, end, count)
    return _grown(claim, series, start, end, count)


def _span(claim: Claim, start: Fraction, end: Fraction) -> str:
    return f"{claim.first} 年 {_number(start)} → {claim.last} 年 {_number(end)}"


def _yearly(claim: Claim, start: Fraction, end: Fraction, count: int) -> Verdict:
    real = (end - start) / count
    told = f"“{claim.words}”：{_span(claim, start, end)}，年均净增 {_number(real)}"
    if _fits(claim.op, claim.value, real):
        return Verdict(claim, HOLDS, told, real)
    if claim.what == "gross":
        return Verdict(
            claim,
            OTHER_SENSE,
            f"{told}；说的是新增（毛数），与净增不是一个口径，请写明，并附每年新增的名单",
            real,
        )
    return Verdict(claim, FAILS, f"{told}，不是 {_number(claim.value)}", real)


def _grown(
    claim: Claim, series: Mapping[int, Fraction], start: Fraction, end: Fraction, count: int
) -> Verdict:
    factor = _factor(claim, count)
    needed = start * factor
    ratio = end / start
    told = f"“{claim.words}”：{_span(claim, start, end)}，是 {float(ratio):.2f} 倍"
    if _reached(claim, ratio, factor, count):
        return Verdict(claim, HOLDS, told, ratio, needed)
    assert claim.last is not None
    bases = tuple(
        year
        for year, value in sorted(series.items())
        if year < claim.last
        and value > 0
        and year != claim.first
        and _reached(claim, end / value, _factor(claim, claim.last - year), claim.last - year)
    )
    hint = f"；以 {'、'.join(map(str, bases))} 年为基期才成立" if bases else ""
    text = f"{told}，照这句话应为 {_number(needed)}{hint}"
    return Verdict(claim, FAILS, text, ratio, needed, bases)


def _factor(claim: Claim, count: int) -> Fraction:
    match claim.what:
        case "doublings":
            return Fraction(2) ** int(claim.value)
        case "times":
            return 1 + claim.value
        case "rate":
            return 1 + claim.value / 100
    return (1 + claim.value / 100) ** max(count, 1)


def _reached(claim: Claim, ratio: Fraction, factor: Fraction, count: int) -> bool:
    """Doublings are reached or not; rates hold as they would be rounded."""
    if claim.what == "doublings" or claim.op in (">", ">="):
        return ratio >= factor
    if claim.op == "≈":
        return abs(ratio - factor) <= factor * _ABOUT
    if claim.what == "times":
        return abs(ratio - factor) <= Fraction(1, 20)
    half = Fraction(1, 2 * 10 ** _places(claim.value)) / 100
    if claim.what == "rate":
        return abs(ratio - factor) <= half
    low, high = (1 + claim.value / 100 - half) ** count, (1 + claim.value / 100 + half) ** count
    return low <= ratio <= high


def _places(value: Fraction) -> int:
    return next((p for p in range(6) if (value * 10**p).denominator == 1), 6)


def _fits(op: str, said: Fraction, real: Fraction) -> bool:
    match op:
        case ">":
            return real > said
        case ">=":
            return real >= said
        case "<=":
            return real <= said
        case "≈":
            return abs(real - said) <= said * _ABOUT
    return abs(real - said) < Fraction(1, 2)


def _number(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.1f}"


def window(series: Mapping[int, Fraction], back: int) -> tuple[int, int] | None:
    """近N年: from N years before the last year of the series to it."""
    if not series:
        return None
    return max(series) - back, max(series)


def merged(*all_: Sequence[tuple[int, Fraction]]) -> dict[int, Fraction]:
    """One series of several; the first that has a year says it."""
    found: dict[int, Fraction] = {}
    for points in all_:
        for year, value in points:
            found.setdefault(year, value)
    return found
