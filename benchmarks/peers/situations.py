"""What each tool answers where a cell is missing or stands exactly at a threshold, when the rule
is written the way its manual writes rules: ``研发 ÷ 收入 ≥ 5%`` on amounts in 元.

The exact forms that the benchmark measures are right in all of these; here is what it takes a
careful hand to avoid.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import data

Cells = dict[str, int | None]
Truth = bool | None | str


@dataclass(frozen=True)
class Case:
    """``cells`` in whole 分 (人 for staff, days for age); ``rule``: which of the four."""

    title: str
    rule: str
    cells: Cells
    right: Truth


def _share(rd: tuple[int | None, ...], sales: tuple[int | None, ...]) -> Cells:
    return {f"{k}{i}": v for k, years in (("x", rd), ("q", sales)) for i, v in enumerate(years)}


_SALES = (4_655_142_668, 3_003_485_146, 4_237_365_966)
_RD = (198_266_563, 148_699_922, 247_833_204)
CASES = [
    Case("研发恰好 5%", "share", _share(_RD, _SALES), True),
    Case("少一分", "share", _share((*_RD[:2], _RD[2] - 1), _SALES), False),
    Case("多一分", "share", _share((*_RD[:2], _RD[2] + 1), _SALES), True),
    Case("缺一年研发，另两年已够", "share", _share((None, _RD[0], 2 * _RD[2]), _SALES), True),
    Case("缺一年研发，另两年不够", "share", _share((None, *_RD[1:]), _SALES), None),
    Case("缺一年收入", "share", _share(_RD, (None, *_SALES[1:])), None),
    Case("0 ÷ 0", "share", _share((0, 0, 0), (0, 0, 0)), None),
    Case("增长恰好 15%", "growth", {"a": 343_000_000, "b": 392_000_000, "c": 453_600_000}, True),
    Case("同上少一分", "growth", {"a": 343_000_000, "b": 392_000_000, "c": 453_599_999}, False),
    Case("职工 0 人", "staff", {"t": 0, "w": 0}, None),
    Case("科技人员多于职工", "staff", {"t": 101, "w": 100}, None),
    Case("缺成立日期", "age", {"days": None}, None),
    Case("成立 365 天", "age", {"days": 365}, True),
]  # fmt: skip

#: In the common notation of Python, SQL and ZEN; the amounts are in 元.
_PLAIN = {
    "share": "(x0 + x1 + x2) / (q0 + q1 + q2) >= 0.05",
    "growth": "(b / a + c / b) / 2 - 1 >= 0.15",
    "staff": "t / w >= 0.1",
    "age": "days >= 365",
}


def answers() -> dict[str, list[Truth]]:
    """Tool → its answer to each case; True, False, None (unknown) or ``"出错"``."""
    found: dict[str, list[Truth]] = {"应是": [case.right for case in CASES]}
    for title, (package, ask) in TOOLS.items():
        if importlib.util.find_spec(package) is not None:
            found[title] = [_asked(ask, case) for case in CASES]
    return found


def table() -> list[str]:
    """Markdown; what is wrong in bold."""
    said = answers()
    words = {True: "符合", False: "不符合", None: "未知"}
    lines = [f"| | {' | '.join(said)} |", f"|---|{'---|' * len(said)}"]
    for i, case in enumerate(CASES):
        cells = [words.get(column[i], str(column[i])) for column in said.values()]
        marked = [x if x == cells[0] else f"**{x}**" for x in cells]
        lines.append(f"| {case.title} | {' | '.join(marked)} |")
    return lines


def _asked(ask: Callable[[Case], Truth], case: Case) -> Truth:
    try:
        return ask(case)
    except (TypeError, ArithmeticError, RuntimeError):
        return "出错"


def _in_yuan(case: Case, number: Callable[[Any], Any] = float) -> dict[str, Any]:
    """Money in 元; people and days as they are."""
    factor = 100 if case.rule in ("share", "growth") else 1
    return {k: None if v is None else number(v) / factor for k, v in case.cells.items()}


# ------------------------------------------------------------------ tools


def _python(case: Case) -> Truth:
    return eval(_PLAIN[case.rule], {}, _in_yuan(case))  # noqa: S307 - the four lines above


def _polars(case: Case) -> Truth:
    import polars as pl

    frame = pl.DataFrame(_in_yuan(case), schema=dict.fromkeys(case.cells, pl.Float64))
    return frame.sql(f"select {_PLAIN[case.rule]} as said from self")["said"][0]


def _duckdb(kind: str) -> Callable[[Case], Truth]:
    def ask(case: Case) -> Truth:
        import duckdb

        cells = _in_yuan(case, Decimal)
        said = ", ".join(f"{'null' if v is None else v}::{kind} as {k}" for k, v in cells.items())
        rows = duckdb.sql(f"select {_PLAIN[case.rule]} from (select {said})").fetchall()
        return rows[0][0]

    return ask


def _zen(case: Case) -> Truth:
    import zen

    return zen.evaluate_expression(_PLAIN[case.rule], _in_yuan(case))


def _openfisca(case: Case) -> Truth:
    """Stock: float32, and 0 for what is missing."""
    import numpy as np
    from openfisca_core import entities, periods, simulations, taxbenefitsystems, variables

    firm = entities.Entity("firm", "firms", "an enterprise", "")
    system = taxbenefitsystems.TaxBenefitSystem([firm])
    yearly = periods.DateUnit.YEAR

    def add(name: str, kind: type, **more: Any) -> None:
        body = {"value_type": kind, "entity": firm, "definition_period": yearly, "label": name}
        system.add_variable(type(name, (variables.Variable,), {**body, **more}))

    def formula(one: Any, period: Any) -> Any:
        cells = {k: one(k, period) for k in case.cells}
        return eval(_PLAIN[case.rule], {}, cells)  # noqa: S307

    for name in case.cells:
        add(name, float)
    add("said", bool, formula=formula)
    made = simulations.SimulationBuilder().build_default_simulation(system, 1)
    for name, value in _in_yuan(case).items():
        if value is not None:
            made.set_input(name, str(_YEARS[-1]), [value])
    with np.errstate(all="ignore"):
        return bool(made.calculate("said", str(_YEARS[-1]))[0])


def _ours(case: Case) -> Truth:
    """One row of a ledger under the shipped law; of growth, whether 5 points are reached."""
    import polars as pl

    from denggao.rules.engines.columnar.table import table as screened
    from denggao.rules.library import in_force

    column, named = _OURS[case.rule]
    cells = {named[k]: v for k, v in case.cells.items() if k in named}
    cells |= {"established_on": date(2010, 1, 1)}
    if case.rule == "age":
        days = case.cells["days"]
        cells = {"established_on": None if days is None else data.AS_OF - timedelta(days=days)}
    scale = 10_000 if case.rule == "staff" else 1
    rows = {k: [v * scale if isinstance(v, int) else v] for k, v in cells.items()}
    types = {k: pl.Date if k == "established_on" else pl.Int64 for k in rows}
    law = in_force(data.LAWS["hnte"], data.AS_OF)
    made = screened(law, pl.DataFrame(rows, schema=types), data.AS_OF, only=[column]).collected()
    said = made[column][0]
    return said >= 5 if case.rule == "growth" else {"pass": True, "fail": False}.get(said)


_YEARS = data.YEARS
_OURS = {
    "share": (
        "HNTE-C5a_truth",
        {f"{k}{i}": f"{code}@{y}" for k, code in (("x", "rd_expense"), ("q", "sales"))
         for i, y in enumerate(_YEARS)},
    ),
    "growth": ("HNTE-S4.sales_lo", {k: f"sales@{y}" for k, y in zip("abc", _YEARS, strict=True)}),
    "staff": ("HNTE-C4_truth", {"t": f"tech_staff@{_YEARS[-1]}", "w": f"staff@{_YEARS[-1]}"}),
    "age": ("HNTE-C1_truth", {}),
}  # fmt: skip
TOOLS: dict[str, tuple[str, Callable[[Case], Truth]]] = {
    "登高": ("denggao", _ours),
    "Polars": ("polars", _polars),
    "DuckDB DOUBLE": ("duckdb", _duckdb("double")),
    "DuckDB DECIMAL": ("duckdb", _duckdb("decimal(18,2)")),
    "OpenFisca": ("openfisca_core", _openfisca),
    "zen": ("zen", _zen),
    "Python": ("json", _python),
}
