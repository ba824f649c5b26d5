"""One meaning in SQL too: every case table, random instruments and random firms on databases,
compared with the reference as exact values. The comparison is shown errors it must find."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import event, given

from denggao.facts.enterprise import Firm, firm_from_json
from denggao.facts.errors import UserError
from denggao.rules import nodes as n
from denggao.rules.cases import failures
from denggao.rules.engines.lowering import compile as compile_
from denggao.rules.engines.lowering import ends, values
from denggao.rules.engines.lowering.expr import Expr, Type
from denggao.rules.engines.sql import emit
from denggao.rules.engines.sql.cases import engine
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble, instruments
from tests.databases import by_database, session
from tests.rules.engines import disagreements, small
from tests.rules.test_engines_agree import agree
from tests.strategies import TODAY, examples, generators
from tests.strategies import instruments as texts

DATABASES = pytest.mark.parametrize("database", ["duckdb", "postgres"])
RULES = [i for i in instruments() if i.statements]


@DATABASES
@pytest.mark.parametrize("instrument", RULES, ids=lambda i: i.version)
def test_cases(instrument: n.Instrument, database: str) -> None:
    assert failures(instrument, engine(session(database))) == []


@DATABASES
def test_random_instruments(database: str) -> None:
    """Twelve firms under each of these instruments; a few may be turned down in words."""
    outcomes: list[str] = []
    other = by_database(database)
    session(database)

    @examples(25, nightly=2000)
    @given(texts(), generators)
    def compare(text: str, rnd: Random) -> None:
        try:
            agree(assemble(text, "试验.md"), rnd, 12, other)
            outcomes.append("compared")
        except InstrumentError:
            outcomes.append("not loaded")
        except UserError:
            outcomes.append("not compiled")
        event(outcomes[-1])

    compare()
    assert outcomes.count("compared") >= 0.8 * len(outcomes)


# --- the comparison finds errors -----------------------------------------------------------------

CONTROL = """
条件 A-1 研发：研发费用[近三年] ÷ 销售收入[近三年] ≥ 5%
数值 A-2 增长：销售收入[前年] ÷ 销售收入[大前年] + 销售收入[上年] ÷ 销售收入[前年]
条件 A-3 增长够：A-2 ≥ 210%
数值 A-4 积：销售收入[上年] × 研发费用[上年]
条件 A-5 自主：有自主研发知识产权 且 居民企业
"""


def control_firms() -> list[Firm]:
    """At the limit, beside it, with gaps, with the largest amounts, saying no."""

    def three(*values: str | None) -> dict[str, str]:
        return {y: v for y, v in zip(("2023", "2024", "2025"), values, strict=True) if v}

    rows: list[dict[str, Any]] = [
        {"sales": three("100", "100", "100"), "rd_expense": three("5", "5", "5")},
        {"sales": three("100", "100", "100"), "rd_expense": three("5", "5", "4.99")},
        {"sales": three("3", "7", "11"), "rd_expense": three("1", None, None), "居民企业": False},
        {"sales": three("999999999999999.99", "999999999999999.98", "999999999999999.97"),
         "rd_expense": three("999999999999999.99", "3", "999999999999999.97")},
    ]  # fmt: skip
    return [firm_from_json(row) for row in rows]


Patch = Callable[[pytest.MonkeyPatch], None]


def integer_division(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quotient of whole numbers, cut as databases cut it."""

    def cut(a: Any, b: Any) -> values.Value:
        lo = Expr("floor", (ends.expression(a.lo), ends.expression(b.lo)), Type.INT)
        return values.Lin(lo, lo, 1, a.size, True)

    monkeypatch.setattr(values, "divide", cut)
    text = lambda say, x: f"{say.part(x.args[0], 7)} / NULLIF({say.part(x.args[1], 7)}, 0)"  # noqa: E731
    monkeypatch.setitem(emit._OPERATIONS, "floor", text)


def null_counts_as_no(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not known to hold taken for what fails."""
    real = compile_.Compiler._yes_no

    def decided(self: Any, expr: Any) -> Any:
        holds, _ = real(self, expr)
        return holds, ends.negated(holds)

    monkeypatch.setitem(compile_._TRUTHS, n.FactRef, decided)


def null_spreads(monkeypatch: pytest.MonkeyPatch) -> None:
    """COALESCE forgotten: one null makes the whole condition null."""
    first = lambda say, x: say.part(x.args[0], 1)  # noqa: E731
    monkeypatch.setitem(emit._OPERATIONS, "coalesce", first)


def too_narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products of amounts in 64 bits."""
    monkeypatch.setattr(ends, "wide", lambda end, size: end)


def doubles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wide numbers as doubles."""
    real = emit.Emitter.type
    is_wide = lambda t: t is Type.WIDE  # noqa: E731
    monkeypatch.setattr(
        emit.Emitter, "type", lambda self, t: real(self, Type.REAL if is_wide(t) else t)
    )


PLANTED = [integer_division, null_counts_as_no, null_spreads, doubles]


@DATABASES
def test_the_control_agrees(database: str) -> None:
    found = disagreements(small(CONTROL), control_firms(), TODAY, other=by_database(database))
    assert found == []


@DATABASES
@pytest.mark.parametrize("plant", PLANTED)
def test_a_planted_error_is_found(
    plant: Patch, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = by_database(database)
    session(database)
    plant(monkeypatch)
    found = disagreements(small(CONTROL), control_firms(), TODAY, other=there)
    assert [d for d in found if d.where != "flags"]


@DATABASES
def test_too_narrow_a_number_is_refused_by_the_database(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An overflow would never pass in silence, even if the compiler were wrong."""
    there = by_database(database)
    session(database)
    too_narrow(monkeypatch)
    with pytest.raises(Exception, match=r"(?i)range"):
        disagreements(small(CONTROL), control_firms(), TODAY, other=there)
