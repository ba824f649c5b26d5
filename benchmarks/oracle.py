"""What the two laws say, written a second time: plain formulas over ``fractions.Fraction``.

Nothing of the project is imported here. A firm is a dict: a bare code or ``code@0 … code@2``
(the three fiscal years before the application, oldest first) → a number in 元, 人, 项 or 分, a
bool, a date, or ``None`` for missing. Truths are True, False or ``None``; ends that are
infinite are ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

Truth = bool | None
Ends = tuple[Fraction | int | None, Fraction | int | None]
Row = dict[str, Any]
_PAIRS = (("tech_staff", "staff"), ("rd_domestic", "rd_expense"))


# ------------------------------------------------------------------ truths and ends


def both(*truths: Truth) -> Truth:
    if False in truths:
        return False
    return None if None in truths else True


def one_of(*truths: Truth) -> Truth:
    if True in truths:
        return True
    return None if None in truths else False


def no(truth: Truth) -> Truth:
    return None if truth is None else not truth


def at_least(have: Ends, least: Fraction | int, *, more: bool = False) -> Truth:
    lo, hi = have
    if lo is not None and (lo > least or (lo == least and not more)):
        return True
    if hi is not None and (hi < least or (hi == least and more)):
        return False
    return None


def share(top: Ends, whole: Ends, percent: int, *, more: bool = False) -> Truth:
    """Is top ÷ whole ≥ percent? By what may be 0, nothing is known."""
    if whole[0] is None or whole[0] <= 0:
        return None
    least, most = (None if x is None else Fraction(percent, 100) * x for x in whole)
    if most is not None and at_least((top[0], None), most, more=more):
        return True
    return False if at_least((None, top[1]), least, more=more) is False else None


def total(parts: Iterable[Ends]) -> Ends:
    los, his = zip(*parts, strict=True)
    return None if None in los else sum(los), None if None in his else sum(his)


def first(bands: Sequence[tuple[Truth, Ends]]) -> Ends:
    """The points of the first line that holds; from … to where it cannot be told."""
    possible = []
    for truth, points in bands:
        if truth is not False:
            possible.append(points)
        if truth is True:
            break
    return min(lo for lo, _ in possible), max(hi for _, hi in possible)


# ------------------------------------------------------------------ facts


def operated(row: Row, year: int, as_of: date) -> bool:
    founded = row["established_on"]
    return founded is None or founded.year <= as_of.year - 3 + year


def number(row: Row, code: str, year: int, as_of: date) -> Ends:
    """A yearly fact: a point, or what its neighbour leaves; nothing before founding."""
    if not operated(row, year, as_of):
        return 0, 0
    value = row[f"{code}@{year}"]
    for part, whole in _PAIRS:
        if code in (part, whole):
            less, more = row[f"{part}@{year}"], row[f"{whole}@{year}"]
            if less is not None and more is not None and less > more:
                return 0, None
            if value is None:
                return (0, more) if code == part else (less or 0, None)
    return (0, None) if value is None else (value, value)


def count(row: Row, code: str) -> Ends:
    value = row[code]
    return (0, None) if value is None else (value, value)


def points(row: Row, code: str, most: int) -> Ends:
    value = row[code]
    return (0, most) if value is None else (value, value)


# ------------------------------------------------------------------ 高新技术企业认定


def hnte(row: Row, as_of: date) -> dict[str, Truth | Ends]:
    """Everything the law says of one firm, by the ids of the instrument."""
    sums = {
        code: total(number(row, code, year, as_of) for year in range(3))
        for code in ("rd_expense", "rd_domestic")
    }
    last = lambda code: number(row, code, 2, as_of)  # noqa: E731
    has_ip = at_least(total([count(row, "ip_class1"), count(row, "ip_class2")]), 1)
    expert = row["ip_core_support"]
    said: dict[str, Any] = _hnte_score(row, as_of)
    said |= {
        "HNTE-C1": _age(row, as_of),
        "HNTE-C2.ip": has_ip,
        "HNTE-C2": both(has_ip, True if expert is not None and expert > 0 else None),
        "HNTE-C3": True if row["field_code"] else None,
        "HNTE-C4": share(last("tech_staff"), last("staff"), 10),
        "HNTE-C5a": _rd_share(row, sums["rd_expense"], as_of),
        "HNTE-C5b": share(sums["rd_domestic"], sums["rd_expense"], 60),
        "HNTE-C6": share(last("ht_income"), last("total_income"), 60),
        "MAIN-1": share(last("main_product_income"), last("ht_income"), 50, more=True),
        "HNTE-C7": at_least(said["HNTE-SCORE"], 70, more=True),
        "HNTE-C8": no(row["major_incident"]),
    }
    names = ("C1", "C2", "C3", "C4", "C5a", "C5b", "C6", "C7", "C8")
    said["verdict"] = both(*(said[f"HNTE-{name}"] for name in names))
    hard = ("C1", "C2.ip", "C4", "C5a", "C5b", "C6")
    said["hard_verdict"] = both(*(said[f"HNTE-{name}"] for name in hard))
    return said


def _age(row: Row, as_of: date) -> Truth:
    founded = row["established_on"]
    return None if founded is None else (as_of - founded).days >= 365


def _rd_share(row: Row, spent: Ends, as_of: date) -> Truth:
    """The threshold hangs on last year's sales; where they are missing, each tier in turn."""
    earlier = [number(row, "sales", year, as_of) for year in (0, 1)]
    sales = number(row, "sales", 2, as_of)
    first_limit, second_limit, cent = 50_000_000, 200_000_000, Fraction(1, 100)
    tiers = [
        (0, first_limit, 5),
        (first_limit + cent, second_limit, 4),
        (second_limit + cent, None, 3),
    ]
    truths = set()
    for low, high, percent in tiers:
        if sales[0] == sales[1] and (sales[0] < low or (high is not None and sales[0] > high)):
            continue
        within = sales if sales[0] == sales[1] else (low, high)
        truths.add(share(spent, total([*earlier, within]), percent))
    return truths.pop() if len(truths) == 1 else None


def _hnte_score(row: Row, as_of: date) -> dict[str, Ends]:
    class1, class2 = count(row, "ip_class1"), count(row, "ip_class2")
    own, drafted = row["ip_self_developed"], row["standards_drafted"]
    said = {
        "HNTE-S1.3": first(
            [(at_least(class1, 1), (7, 8))]
            + [(at_least(class2, k), (p, p + 1)) for k, p in ((5, 5), (3, 3), (1, 1))]
            + [(True, (0, 0))]
        ),
        "HNTE-S1.4": first(
            [
                (no(at_least(total([class1, class2]), 1)), (0, 0)),
                (row["ip_acquisition"] is not None, points(row, "ip_acquisition", 6)),
                (own, (1, 6)),
                (True, (1, 3)),
            ]
        ),
        "HNTE-S1.5": first([(drafted, (1, 2)), (True, (0, 0))]),
        "HNTE-S2": _conversions(row, as_of),
        "HNTE-S4.sales": _sales_growth(row, as_of),
        "HNTE-S4.assets": _assets_growth(row, as_of),
    }
    judged = [points(row, code, 8) for code in ("ip_advancement", "ip_core_support")]
    lo, hi = total([*judged, *(said[f"HNTE-S1.{k}"] for k in (3, 4, 5))])
    said["HNTE-S1"] = min(30, lo), min(30, hi)
    parts = (("org_system", 6), ("org_institution", 6), ("org_conversion", 4), ("org_talent", 4))
    said["HNTE-S3"] = total(points(row, code, most) for code, most in parts)
    said["HNTE-S4"] = total([said["HNTE-S4.sales"], said["HNTE-S4.assets"]])
    said["HNTE-SCORE"] = total(said[f"HNTE-S{k}"] for k in (1, 2, 3, 4))
    return said


def _conversions(row: Row, as_of: date) -> Ends:
    years = [year for year in range(3) if operated(row, year, as_of)]
    if not years:
        return 0, 0
    lo, hi = total(number(row, "conversions", year, as_of) for year in years)
    mean = Fraction(lo, len(years)), None if hi is None else Fraction(hi, len(years))
    bands = [(at_least(mean, k), (6 * k - 5, 6 * k)) for k in (5, 4, 3, 2, 1)]
    return first([*bands, (at_least(mean, 0, more=True), (0, 6)), (True, (0, 0))])


def _growth_points(years: Sequence[Fraction]) -> Ends:
    """Known figures of the operated years, at least two, oldest first."""
    *_, before, last = years
    if before == 0:
        return 0, 0
    growth = Fraction(last) / before - 1
    if len(years) == 3 and years[0] != 0:
        growth = (Fraction(before) / years[0] + Fraction(last) / before) / 2 - 1
    bands = (
        (Fraction(35, 100), 9),
        (Fraction(25, 100), 7),
        (Fraction(15, 100), 5),
        (Fraction(5, 100), 3),
    )
    for least, low in bands:
        if growth >= least:
            return low, low + 1
    return (1, 2) if growth > 0 else (0, 0)


def _sales_growth(row: Row, as_of: date) -> Ends:
    years = [row[f"sales@{year}"] for year in range(3) if operated(row, year, as_of)]
    if len(years) <= 1:
        return 0, 0
    return (0, 10) if None in years else _growth_points(years)


def _assets_growth(row: Row, as_of: date) -> Ends:
    years = [row[f"net_assets@{year}"] for year in range(3) if operated(row, year, as_of)]
    if len(years) <= 1:
        return 0, 0
    if None in years:
        return 0, 10
    low, high = _growth_points(years)
    return (0 if min(years) < 0 else low), high


# ------------------------------------------------------------------ 科技型中小企业评价


def sme(row: Row, as_of: date) -> dict[str, Truth | Ends]:
    """Everything the law says of one firm, by the ids of the instrument."""
    last = lambda code: number(row, code, 2, as_of)  # noqa: E731
    books = row["taxed_on_accounts@2"] if operated(row, 2, as_of) else None
    said: dict[str, Any] = _sme_score(row, as_of)
    limits = (("staff", 500), ("sales", 200_000_000), ("total_assets", 200_000_000))
    incidents = ("major_incident", "abnormal_listed", "dishonest_listed")
    direct = ("science_award", "rd_institution", "standard_led")
    enough = at_least(said["SME-SCORE"], 60)
    said |= {
        "SME-C1": both(row["resident"], books),
        "SME-C2": both(*(no(at_least(last(code), most, more=True)) for code, most in limits)),
        "SME-C3": no(row["prohibited_industry"]),
        "SME-C4": both(*(no(row[code]) for code in incidents)),
        "SME-C5.score": enough,
        "SME-C5": both(enough, at_least(said["SME-S.staff"], 0, more=True)),
        "SME-D": one_of(None, *(row[code] for code in direct)),  # no list of titles is given
    }
    basic = [said[f"SME-C{k}"] for k in (1, 2, 3, 4)]
    said["verdict"] = both(*basic, one_of(said["SME-C5"], said["SME-D"]))
    said["hard_verdict"] = both(*basic, said["SME-C5"])
    return said


def _sme_score(row: Row, as_of: date) -> dict[str, Ends]:
    def banded(
        top: str, whole: str, bands: Sequence[tuple[int, int]], least: Fraction = Fraction(0)
    ) -> list[tuple[Truth, Ends]]:
        lo, hi = number(row, whole, 2, as_of)
        ends = number(row, top, 2, as_of), (max(lo, least), hi)
        lines = [(share(*ends, percent), (p, p)) for percent, p in bands]
        return [*lines, (True, (0, 0))]

    sales = number(row, "sales", 2, as_of)
    by_sales = ((6, 50), (5, 40), (4, 30), (3, 20), (2, 10))
    by_cost = ((30, 50), (25, 40), (20, 30), (15, 20), (10, 10))
    by_staff = ((30, 20), (25, 16), (20, 12), (15, 8), (10, 4))
    ip = count(row, "ip_class1"), count(row, "ip_class2")
    no_sales = no(at_least(sales, 0, more=True))
    # where there are none, the first line has spoken: the others are about sales of 1 分 and more
    with_sales = banded("rd_super", "sales", by_sales, Fraction(1, 100))
    said = {
        "SME-S.staff": first(banded("tech_staff", "staff", by_staff)),
        "SME-S.rd1": first([(no_sales, (0, 0)), *with_sales]),
        "SME-S.rd2": first(banded("rd_super", "cost_expense", by_cost)),
        "SME-S.ip": first(
            [(at_least(ip[0], 1), (30, 30))]
            + [(at_least(ip[1], k), (6 * k, 6 * k)) for k in (4, 3, 2, 1)]
            + [(True, (0, 0))]
        ),
    }
    pair = said["SME-S.rd1"], said["SME-S.rd2"]
    said["SME-S.rd"] = max(lo for lo, _ in pair), max(hi for _, hi in pair)
    said["SME-SCORE"] = total(said[f"SME-S.{part}"] for part in ("staff", "rd", "ip"))
    return said
