"""Firms at, one step below and one step above each threshold, in whole steps (分, 1/10000 人).

Keys are those of ``oracle``: ``sales@2`` is the last fiscal year before the application.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import oracle

Row = dict[str, Any]
#: A leap day, days around it, and the ordinary day of our examples.
DAYS = (date(2026, 6, 30), date(2024, 2, 29), date(2025, 2, 28), date(2024, 6, 30))
YUAN, PERSON = 100, 10_000
MONEY = (
    "sales", "rd_expense", "rd_domestic", "net_assets", "total_income", "ht_income",
    "main_product_income", "rd_super", "cost_expense", "total_assets",
)  # fmt: skip
_YES_NO = (
    "major_incident", "standards_drafted", "ip_self_developed", "resident",
    "taxed_on_accounts@2", "prohibited_industry", "abnormal_listed", "dishonest_listed",
    "science_award", "rd_institution", "standard_led",
)  # fmt: skip
_POINTS = {
    "ip_advancement": 8, "ip_core_support": 8, "ip_acquisition": 6,
    "org_system": 6, "org_institution": 6, "org_conversion": 4, "org_talent": 4,
}  # fmt: skip
_UNUSUALLY_YES = ("ip_self_developed", "resident", "taxed_on_accounts@2")


def rows(count: int, as_of: date) -> Iterator[Row]:
    """Every family in turn, each a third below, at and above; a sixth of other facts missing."""
    rng = Random(as_of.toordinal())
    families = list(FAMILIES)
    for number in range(count):
        family, beside = families[number % len(families)], number // len(families) % 3 - 1
        row = _any_firm(rng, as_of)
        row |= FAMILIES[family](rng, beside, row, as_of)
        yield {"family": family, **row}


def scale(key: str) -> int:
    """How many steps make one unit."""
    code = key.partition("@")[0]
    if code in MONEY:
        return YUAN
    return PERSON if code in ("staff", "tech_staff") or code in _POINTS else 1


def _any_firm(rng: Random, as_of: date) -> Row:
    row: Row = {f"{code}@{y}": _amount(rng) for code in MONEY for y in range(3)}
    for y in range(3):
        row[f"rd_domestic@{y}"] = row[f"rd_expense@{y}"] * rng.randrange(105) // 100
        row[f"net_assets@{y}"] *= rng.choice((1, 1, 1, 1, 0, -1))
        row[f"conversions@{y}"] = rng.randrange(9)
        row[f"staff@{y}"] = rng.randrange(1, 700) * PERSON * rng.choice((0, 1, 1, 1, 1, 1))
        row[f"tech_staff@{y}"] = row[f"staff@{y}"] * rng.randrange(45) // 100
    row |= {key: rng.random() < (0.9 if key in _UNUSUALLY_YES else 0.1) for key in _YES_NO}
    row |= {key: rng.randrange(most * 10_000 + 1) for key, most in _POINTS.items()}
    row |= {"ip_class1": rng.randrange(3), "ip_class2": rng.randrange(7), "field_code": "1.1.10"}
    row["established_on"] = _founded(rng, as_of)
    return {key: None if rng.random() < 1 / 6 else value for key, value in row.items()}


def _amount(rng: Random) -> int:
    """Nought, small, usual or huge."""
    return int(rng.random() * rng.choice((0, 1000, *(6 * [5 * 10**10]), 10**15)))


def _founded(rng: Random, as_of: date) -> date:
    leap_days = (date(2016, 2, 29), date(2020, 2, 29), date(2024, 2, 29))
    recent = as_of - timedelta(days=rng.randrange(1200))
    return rng.choice((recent, date(2001, 5, 6), rng.choice(leap_days)))


# ------------------------------------------------------------------ families


def _old(rng: Random) -> Row:
    return {"established_on": rng.choice((None, date(2010, 1, 1)))}


def _age(rng: Random, beside: int, row: Row, as_of: date) -> Row:
    return {"established_on": as_of - timedelta(days=365 + beside)}


def _part(part: str, whole: str, percent: int) -> Callable[..., Row]:
    """``part`` is that percentage of ``whole``, and one step beside it."""

    def make(rng: Random, beside: int, row: Row, as_of: date) -> Row:
        of = 100 * rng.randrange(1, 10**8) if rng.random() < 0.95 else 0
        found = {f"{whole}@2": of, f"{part}@2": max(0, of * percent // 100 + beside)}
        return {**_old(rng), **found}

    return make


def _rd_share(percent: int, low: int, high: int) -> Callable[..., Row]:
    """Three years of R&D at that percentage of sales; last year's sales within these yuan."""

    def make(rng: Random, beside: int, row: Row, as_of: date) -> Row:
        last = rng.randrange(low, high + 1)
        return {**_old(rng), **_rd_of(rng, last * YUAN, percent, beside)}

    return make


def _rd_of(rng: Random, last: int, percent: int, beside: int) -> Row:
    sales = [rng.randrange(1, 3 * 10**10), 0, last]
    sales[1] = rng.randrange(1, 10**8) * 100 - (sales[0] + last) % 100  # the sum: whole yuan
    spent = sum(sales) * percent // 100 + beside
    parts = [spent // 3, spent // 4, spent - spent // 3 - spent // 4]
    return {f"sales@{y}": x for y, x in enumerate(sales)} | {
        f"rd_expense@{y}": x for y, x in enumerate(parts)
    }


def _switch(limit: int) -> Callable[..., Row]:
    """Last year's sales at the switch of two tiers; R&D exactly at one tier's percentage."""

    def make(rng: Random, beside: int, row: Row, as_of: date) -> Row:
        return {**_old(rng), **_rd_of(rng, limit * YUAN + beside, rng.choice((3, 4, 5)), 0)}

    return make


def _domestic(rng: Random, beside: int, row: Row, as_of: date) -> Row:
    spent = [rng.randrange(1, 10**8) * 5 for _ in range(3)]
    inland = [x * 3 // 5 for x in spent]
    inland[rng.randrange(3)] += beside
    found = {f"rd_expense@{y}": x for y, x in enumerate(spent)}
    return {**_old(rng), **found, **{f"rd_domestic@{y}": x for y, x in enumerate(inland)}}


def _growth(code: str) -> Callable[..., Row]:
    """(b ÷ a + c ÷ b) ÷ 2 − 1 at each band; firms two years old and a first year of nought too."""

    def make(rng: Random, beside: int, row: Row, as_of: date) -> Row:
        percent = rng.choice((0, 5, 15, 25, 35))
        a = rng.randrange(1, 10**6) * 10_000
        ratio = rng.randrange(60, 160)
        b = a * ratio // 100
        c = b * (200 + 2 * percent - ratio) // 100 + beside
        found = _old(rng)
        if rng.random() < 0.3:
            c = b * (100 + percent) // 100 + beside
            two_years = {"established_on": date(as_of.year - 2, 5, 1)}
            a, found = rng.choice(((0, found), (a, two_years)))
        return {**found, f"{code}@0": a, f"{code}@1": b, f"{code}@2": max(0, c)}

    return make


def _seventy(rng: Random, beside: int, row: Row, as_of: date) -> Row:
    """An end of the score at 70 points, 1/10000 point to either side of it."""
    fixed = {
        **_old(rng), "ip_class1": 1, "ip_core_support": 40_000, "ip_acquisition": 20_000,
        "standards_drafted": rng.random() < 0.5,
        **{f"conversions@{y}": rng.randrange(5, 9) for y in range(3)},
        **{f"{code}@{y}": 10**9 * 2**y for code in ("sales", "net_assets") for y in range(3)},
    }  # fmt: skip
    free = {k: _POINTS[k] * 10_000 for k in _POINTS if k == "ip_advancement" or "org_" in k}
    units = {**row, **fixed, "ip_core_support": 4, "ip_acquisition": 2}
    ends = oracle.hnte({**units, **dict.fromkeys(free, 0)}, as_of)["HNTE-SCORE"]
    need = (70 - rng.choice(ends)) * 10_000 + beside
    for key, most in free.items():
        fixed[key] = min(max(need, 0), most)
        need -= fixed[key]
    return fixed


def _limit(key: str, limit: int) -> Callable[..., Row]:
    """500 人 and 2 亿元, all else within."""

    def make(rng: Random, beside: int, row: Row, as_of: date) -> Row:
        within = {"staff@2": 400 * PERSON, "sales@2": 10**9, "total_assets@2": 10**9}
        found = {**within, "tech_staff@2": 50 * PERSON, key: limit + beside}
        return {**_old(rng), **found}

    return make


FAMILIES: dict[str, Callable[..., Row]] = {
    "成立365天": _age,
    "C4 科技人员10%": _part("tech_staff", "staff", 10),
    "C5a 5%": _rd_share(5, 1, 50_000_000),
    "C5a 4%": _rd_share(4, 50_000_001, 200_000_000),
    "C5a 3%": _rd_share(3, 200_000_001, 10**9),
    "C5a 5000万元": _switch(50_000_000),
    "C5a 2亿元": _switch(200_000_000),
    "C5b 境内60%": _domestic,
    "C6 高新收入60%": _part("ht_income", "total_income", 60),
    "MAIN-1 50%": _part("main_product_income", "ht_income", 50),
    "销售收入增长": _growth("sales"),
    "净资产增长": _growth("net_assets"),
    "总分70": _seventy,
    "科小 职工500人": _limit("staff@2", 500 * PERSON),
    "科小 销售收入2亿元": _limit("sales@2", 200_000_000 * YUAN),
    "科小 资产2亿元": _limit("total_assets@2", 200_000_000 * YUAN),
    **{f"科小 科技人员{p}%": _part("tech_staff", "staff", p) for p in (10, 15, 20, 25, 30)},
    **{f"科小 占销售收入{p}%": _part("rd_super", "sales", p) for p in (2, 3, 4, 5, 6)},
    **{f"科小 占成本{p}%": _part("rd_super", "cost_expense", p) for p in (10, 15, 20, 25, 30)},
}
