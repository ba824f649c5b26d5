"""The job as an OpenFisca country package: one entity, a variable for each fact and rule.

OpenFisca has no null: beside each fact stands a variable that tells whether it is known. Stock
OpenFisca holds whole numbers in 32 bits and all others in float32, in which no amount of a real
firm is held to the 分; here its table of types is widened to 64 bits. Where 64 bits end too, at
the growth rates, doubles decide the rows that are clearly within a band and Python's integers
the few beside one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import data
import numpy as np
import polars as pl
from openfisca_core import entities, periods, simulations, taxbenefitsystems, variables
from openfisca_core.variables import config

from peers.subset import COLUMNS, GAPS, OUTPUT, POINTS, TRUTHS

_FIRST_LIMIT, _SECOND_LIMIT = 50_000_000_00, 200_000_000_00  # 5000 万元, 2 亿元 in 分
_ALWAYS, _YEARLY = periods.DateUnit.ETERNITY, periods.DateUnit.YEAR
_PERIOD = str(data.YEARS[-1])
_FIRM = entities.Entity("firm", "firms", "an enterprise", "")
_DAY = np.datetime64(data.AS_OF)
_NEAR = 1e-9  # relative; the doubles of a growth rate are good to 1e-15

Array = Any
#: name → (type, formula): the rules, in the order of the text.
_RULES: dict[str, tuple[type, Callable[..., Array]]] = {}


def judge(path: Path) -> pl.DataFrame:
    """Read, hand over whole arrays, calculate, gather."""
    frame = pl.read_parquet(path, columns=["name", *COLUMNS])
    return gathered(frame["name"], in_bulk(frame))


def judge_json(path: Path) -> pl.DataFrame:
    """The same through OpenFisca's situations, as its web API takes them."""
    frame = pl.read_parquet(path, columns=["name", *COLUMNS])
    return gathered(frame["name"], from_situations(frame))


def in_bulk(frame: pl.DataFrame) -> simulations.Simulation:
    """A simulation whose inputs are arrays."""
    made = simulations.SimulationBuilder().build_default_simulation(system(), frame.height)
    for column in COLUMNS:
        series, (code, _, year) = frame[column], column.partition("@")
        nothing = data.AS_OF if column == "established_on" else 0
        made.set_input(code, year or _ALWAYS.value, series.fill_null(nothing).to_numpy())
        made.set_input(f"has_{code}", year or _ALWAYS.value, series.is_not_null().to_numpy())
    return made


def from_situations(frame: pl.DataFrame) -> simulations.Simulation:
    """A simulation built from one JSON object with an object for every firm."""
    firms = {}
    for number, row in enumerate(frame.iter_rows(named=True)):
        firm: dict[str, dict[str, Any]] = {}
        for column in COLUMNS:
            value, (code, _, year) = row[column], column.partition("@")
            if value is not None:
                period = year or "ETERNITY"  # in capitals, or each firm wipes the one before
                said = value.isoformat() if isinstance(value, date) else value
                firm.setdefault(code, {})[period] = said
                firm.setdefault(f"has_{code}", {})[period] = True
        firms[str(number)] = firm
    return simulations.SimulationBuilder().build_from_entities(system(), {"firms": firms})


def gathered(names: pl.Series, situation: simulations.Simulation) -> pl.DataFrame:
    """Every output; a truth is two variables, a gap a number and whether there is one."""

    def said(name: str) -> pl.Series:
        return pl.Series(situation.calculate(name, _PERIOD))

    frame = pl.DataFrame(
        {"name": names, **{x: said(x) for x in POINTS}}
        | {f"{x}_{part}": said(f"{x}_{part}") for x in TRUTHS for part in ("yes", "no")}
        | {x: said(x) for x in GAPS}
        | {f"{x}_known": said(f"{x}_known") for x in GAPS}
    )
    truths = [pl.when(f"{x}_yes").then(True).when(f"{x}_no").then(False).alias(x) for x in TRUTHS]
    gaps = [pl.when(f"{x}_known").then(x).alias(x) for x in GAPS]
    return frame.with_columns(*truths, *gaps).select(OUTPUT)


# ------------------------------------------------------------------ the system


def system() -> taxbenefitsystems.TaxBenefitSystem:
    """Facts and rules; amounts are whole 分."""
    config.VALUE_TYPES[int]["dtype"] = np.int64
    made = taxbenefitsystems.TaxBenefitSystem([_FIRM])
    for column in COLUMNS:
        code, _, year = column.partition("@")
        if code not in made.variables:
            period = _YEARLY if year else _ALWAYS
            _add(made, code, date if code == "established_on" else int, period)
            _add(made, f"has_{code}", bool, period)
    for name, (kind, formula) in _RULES.items():
        _add(made, name, kind, _YEARLY, formula)
    return made


def _add(made: Any, name: str, kind: type, period: Any, formula: Any = None) -> None:
    body = {"value_type": kind, "entity": _FIRM, "definition_period": period, "label": name}
    if formula is not None:
        body["formula"] = formula
    made.add_variable(type(name, (variables.Variable,), body))


def _rule(kind: type) -> Callable[[Callable[..., Array]], Callable[..., Array]]:
    def noted(formula: Callable[..., Array]) -> Callable[..., Array]:
        _RULES[formula.__name__] = kind, formula
        return formula

    return noted


def _years(period: Any) -> list[Any]:
    return [period.offset(-back, "year") for back in (2, 1, 0)]


def _total(firm: Any, name: str, period: Any) -> Array:
    first, middle, last = (firm(name, year) for year in _years(period))
    return first + middle + last


def _always(firm: Any, name: str, period: Any) -> Array:
    first, middle, last = (firm(name, year) for year in _years(period))
    return first & middle & last


# ------------------------------------------------------------------ facts of one year


@_rule(bool)
def operated(firm, period):
    founded = firm("established_on", period).astype("datetime64[Y]").astype(int) + 1970
    return (founded <= period.start.year) | ~firm("has_established_on", period)


@_rule(bool)
def rd_sane(firm, period):
    both = firm("has_rd_domestic", period) & firm("has_rd_expense", period)
    above = firm("rd_domestic", period) > firm("rd_expense", period)
    return firm("operated", period) & ~(both & above)


@_rule(int)
def rd_least(firm, period):  # what is missing was handed over as 0
    least = np.maximum(firm("rd_expense", period), firm("rd_domestic", period))
    stated = np.where(firm("has_rd_expense", period), firm("rd_expense", period), least)
    return np.where(firm("rd_sane", period), stated, 0)


@_rule(bool)
def rd_known(firm, period):
    known = firm("rd_sane", period) & firm("has_rd_expense", period)
    return known | ~firm("operated", period)


@_rule(int)
def domestic_least(firm, period):
    return np.where(firm("rd_sane", period), firm("rd_domestic", period), 0)


@_rule(int)
def domestic_most(firm, period):
    stated = firm("has_rd_domestic", period)
    most = np.where(stated, firm("rd_domestic", period), firm("rd_expense", period))
    return np.where(firm("rd_sane", period), most, 0)


@_rule(bool)
def domestic_bounded(firm, period):
    said = firm("has_rd_domestic", period) | firm("has_rd_expense", period)
    return (firm("rd_sane", period) & said) | ~firm("operated", period)


@_rule(int)
def sales_least(firm, period):
    return np.where(firm("operated", period), firm("sales", period), 0)


@_rule(bool)
def sales_known(firm, period):
    return firm("has_sales", period) | ~firm("operated", period)


# ------------------------------------------------------------------ conditions


@_rule(bool)
def c1_yes(firm, period):
    age = (_DAY - firm("established_on", period)).astype(int)
    return firm("has_established_on", period) & (age >= 365)


@_rule(bool)
def c1_no(firm, period):
    return firm("has_established_on", period) & ~firm("c1_yes", period)


@_rule(int)
def c1_gap(firm, period):
    return np.maximum(365 - (_DAY - firm("established_on", period)).astype(int), 0)


@_rule(bool)
def c1_gap_known(firm, period):
    return firm("has_established_on", period)


@_rule(bool)
def ip_yes(firm, period):
    return firm("ip_class1", period) + firm("ip_class2", period) >= 1


@_rule(bool)
def ip_no(firm, period):
    known = firm("has_ip_class1", period) & firm("has_ip_class2", period)
    return known & ~firm("ip_yes", period)


@_rule(bool)
def c4_gap_known(firm, period):
    known = firm("has_tech_staff", period) & firm("has_staff", period)
    sane = firm("tech_staff", period) <= firm("staff", period)
    return known & sane & (firm("staff", period) > 0) & firm("operated", period)


@_rule(int)
def c4_gap(firm, period):
    return np.maximum(firm("staff", period) - firm("tech_staff", period) * 10, 0)


@_rule(bool)
def c4_yes(firm, period):
    return firm("c4_gap_known", period) & (firm("c4_gap", period) == 0)


@_rule(bool)
def c4_no(firm, period):
    return firm("c4_gap_known", period) & (firm("c4_gap", period) > 0)


@_rule(int)
def c5a_need(firm, period):
    sales, last = _total(firm, "sales_least", period), firm("sales_least", period)
    tier = np.where(last <= _FIRST_LIMIT, 5, np.where(last <= _SECOND_LIMIT, 4, 3))
    return sales * tier - _total(firm, "rd_least", period) * 100


@_rule(bool)
def sales_whole(firm, period):
    return _always(firm, "sales_known", period) & (_total(firm, "sales_least", period) > 0)


@_rule(bool)
def c5a_yes(firm, period):
    return firm("sales_whole", period) & (firm("c5a_need", period) <= 0)


@_rule(bool)
def c5a_no(firm, period):
    first, middle, _ = _years(period)
    earlier = firm("sales_least", first) + firm("sales_least", middle)
    tiers = earlier * 5, (earlier + _FIRST_LIMIT + 1) * 4, (earlier + _SECOND_LIMIT + 1) * 3
    least = np.minimum(np.minimum(tiers[0], tiers[1]), tiers[2])
    spent = _total(firm, "rd_least", period) * 100
    if_open = (earlier > 0) & (spent < least)
    no = np.where(firm("sales_known", period), firm("c5a_need", period) > 0, if_open)
    return _always(firm, "rd_known", period) & no


@_rule(int)
def c5a_gap(firm, period):
    return np.maximum(firm("c5a_need", period), 0)


@_rule(bool)
def c5a_gap_known(firm, period):
    known = firm("sales_whole", period) & _always(firm, "rd_known", period)
    return firm("c5a_yes", period) | known


@_rule(int)
def c5b_need(firm, period):
    return _total(firm, "rd_least", period) * 3 - _total(firm, "domestic_least", period) * 5


@_rule(bool)
def rd_whole(firm, period):
    return _always(firm, "rd_known", period) & (_total(firm, "rd_least", period) > 0)


@_rule(bool)
def c5b_yes(firm, period):
    return firm("rd_whole", period) & (firm("c5b_need", period) <= 0)


@_rule(bool)
def c5b_no(firm, period):
    short = _total(firm, "domestic_most", period) * 5 < _total(firm, "rd_least", period) * 3
    return _always(firm, "domestic_bounded", period) & short


@_rule(int)
def c5b_gap(firm, period):
    return np.maximum(firm("c5b_need", period), 0)


@_rule(bool)
def c5b_gap_known(firm, period):
    most, least = (_total(firm, f"domestic_{end}", period) for end in ("most", "least"))
    known = firm("rd_whole", period) & _always(firm, "domestic_bounded", period)
    return firm("c5b_yes", period) | (known & (most == least))


@_rule(bool)
def c6_gap_known(firm, period):
    known = firm("has_ht_income", period) & firm("has_total_income", period)
    return known & (firm("total_income", period) > 0) & firm("operated", period)


@_rule(int)
def c6_gap(firm, period):
    return np.maximum(firm("total_income", period) * 3 - firm("ht_income", period) * 5, 0)


@_rule(bool)
def c6_yes(firm, period):
    return firm("c6_gap_known", period) & (firm("c6_gap", period) == 0)


@_rule(bool)
def c6_no(firm, period):
    return firm("c6_gap_known", period) & (firm("c6_gap", period) > 0)


@_rule(bool)
def hard_yes(firm, period):
    names = ("c1", "ip", "c4", "c5a", "c5b", "c6")
    return np.logical_and.reduce([firm(f"{x}_yes", period) for x in names])


@_rule(bool)
def hard_no(firm, period):
    names = ("c1", "ip", "c4", "c5a", "c5b", "c6")
    return np.logical_or.reduce([firm(f"{x}_no", period) for x in names])


# ------------------------------------------------------------------ growth


def _reached(firm: Any, code: str, period: Any) -> Array:
    """How many of the five bands the rate reaches: top ÷ below is 2 × (1 + the rate)."""
    a, b, c = (firm(code, year) for year in _years(period))
    two = firm("operated", _years(period)[0]) & (a != 0)
    x, y, z = (v.astype(float) for v in (a, b, c))
    with np.errstate(all="ignore"):
        double = np.where(two, y / x + z / y, 2 * z / y)
    reached = np.zeros(len(a), dtype=np.int64)
    near = np.zeros(len(a), dtype=bool)
    for percent in (0, 5, 15, 25, 35):
        limit = 2 * (1 + percent / 100)
        reached += double > limit
        near |= abs(double - limit) <= _NEAR * (1 + abs(double) + abs(y / np.where(two, x, 1)))
    for i in np.flatnonzero(near & (b != 0)):
        reached[i] = _exactly(*(int(v[i]) for v in (a, b, c)), bool(two[i]))
    return np.where(b == 0, 0, reached)


def _exactly(a: int, b: int, c: int, two: bool) -> int:
    top, below = (b * b + a * c, a * b) if two else (2 * c, b)
    if below < 0:
        top, below = -top, -below
    more = sum(50 * top >= below * (100 + p) for p in (5, 15, 25, 35))
    return more + (top > 2 * below)


def _all_there(firm: Any, code: str, period: Any) -> Array:
    return np.logical_and.reduce(
        [firm(f"has_{code}", y) | ~firm("operated", y) for y in _years(period)]
    )


@_rule(int)
def sales_bands(firm, period):
    return _reached(firm, "sales", period)


@_rule(int)
def assets_bands(firm, period):
    return _reached(firm, "net_assets", period)


@_rule(int)
def growth_lo(firm, period):
    scored = firm("operated", _years(period)[1])
    sales = np.maximum(firm("sales_bands", period) * 2 - 1, 0) * _all_there(firm, "sales", period)
    positive = np.logical_and.reduce(
        [(firm("net_assets", y) >= 0) | ~firm("operated", y) for y in _years(period)]
    )
    known = _all_there(firm, "net_assets", period) & positive
    return (sales + np.maximum(firm("assets_bands", period) * 2 - 1, 0) * known) * scored


@_rule(int)
def growth_hi(firm, period):
    scored = firm("operated", _years(period)[1])
    ends = [
        np.where(_all_there(firm, code, period), firm(f"{short}_bands", period) * 2, 10)
        for code, short in (("sales", "sales"), ("net_assets", "assets"))
    ]
    return (ends[0] + ends[1]) * scored
