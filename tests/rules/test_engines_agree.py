"""The columnar engine says what the reference says: random instruments, random firms, and the
shipped ones at their thresholds. The comparison itself is shown errors that it must find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import event, given

from denggao.facts import interval as iv
from denggao.facts.enterprise import Firm, firm_from_json
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.rules.engines import reference
from denggao.rules.engines.lowering import ends, facts, values
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble
from tests.rules.engines import Disagreement, Engine, disagreements, small
from tests.strategies import TODAY, codes_read, examples, firms, generators, instruments

FIRMS = 20
DAYS = (TODAY, TODAY, date(2026, 1, 1), date(2025, 12, 31), date(2024, 2, 29))


def drawn_readings(instrument: n.Instrument, rnd: Random) -> dict[str, str]:
    """One option of each reading."""
    return {r.id: rnd.choice(r.options)[0] for r in instrument.readings}


def smallest(
    instrument: n.Instrument,
    found: Sequence[Disagreement],
    day: date,
    readings: dict[str, str],
    other: Engine | None = None,
) -> str:
    """One disagreement with all facts left out that it does not need, for the report."""
    first, values_left = found[0], dict(found[0].values)
    for key in list(values_left):
        fewer = {k: v for k, v in values_left.items() if k != key}
        again = disagreements(instrument, [Firm(fewer)], day, readings, other=other)
        same = [d for d in again if d.where == first.where]
        if same:
            first, values_left = same[0], fewer
    return f"{first.where}：reference {first.reference}，不同 {first.other}，{values_left}"


def agree(instrument: n.Instrument, rnd: Random, number: int, other: Engine | None = None) -> None:
    """Random firms, one day, one choice of readings: not one difference."""
    day, readings = rnd.choice(DAYS), drawn_readings(instrument, rnd)
    some = firms(rnd, number, codes_read(instrument))
    found = disagreements(instrument, some, day, readings, other=other)
    assert not found, smallest(instrument, found, day, readings, other)


# --- random instruments ------------------------------------------------------------------------


def test_random_instruments() -> None:
    """Few may be turned down: by the loader (a band that is never reached), or by the columnar
    engine in words (a product of signed numbers, a quotient of quotients, over 128 bits)."""
    outcomes: list[str] = []

    @examples(90, nightly=7500)
    @given(instruments(), generators)
    def compare(text: str, rnd: Random) -> None:
        try:
            agree(assemble(text, "试验.md"), rnd, FIRMS)
            outcomes.append("compared")
        except InstrumentError:
            outcomes.append("not loaded")
        except UserError:
            outcomes.append("not compiled")
        event(outcomes[-1])

    compare()
    assert outcomes.count("compared") >= 0.8 * len(outcomes)
    assert outcomes.count("not loaded") <= 0.1 * len(outcomes)


#: What only lists and warnings may say (no verdict may read it, so no random law does): drawn
#: at random and judged on both engines in test_title_days.
OF_LISTS = {n.Later, n.EverHeld, n.TitleDay, n.Day}
LISTS = {n.Kind.LISTING, n.Kind.WARNING}


def test_the_generator_uses_the_whole_language() -> None:
    """Every kind of expression and of statement turns up, every operator too."""
    expressions: set[type] = set()
    kinds: set[n.Kind] = set()
    operators: set[str] = set()

    @examples(120, nightly=10_000)
    @given(instruments())
    def collect(text: str) -> None:
        try:
            instrument = assemble(text, "试验.md")
        except InstrumentError:
            return
        written = [*instrument.statements.values(), *instrument.derivations.values()]
        kinds.update(s.kind for s in written)
        for expr in (e for s in written for e in s.expressions()):
            expressions.add(type(expr))
            operators.add(getattr(expr, "op", ""))
        assert instrument.readings
        assert instrument.manuals

    collect()
    assert expressions == set(get_args(n.Expr)) - OF_LISTS
    assert kinds == set(n.Kind) - LISTS
    assert operators == {"", *"+−×÷", "取小", "取大", *"≥≤><=≠"}


# --- the shipped instruments --------------------------------------------------------------------


@pytest.mark.parametrize("law", ["高新技术企业认定", "科技型中小企业评价"])
def test_shipped_instruments(law: str) -> None:
    """A thousand firms clustered at the thresholds of each, under every choice of readings."""
    instrument = library.in_force(law, TODAY)

    @examples(4, nightly=300)
    @given(generators)
    def compare(rnd: Random) -> None:
        agree(instrument, rnd, 250)

    compare()


@pytest.mark.parametrize("entry", library.entries(), ids=lambda e: e.path.stem)
def test_every_law_that_comes_along(entry: library.Entry) -> None:
    """A few firms of each; the days are any, so that every tax year is met."""
    instrument = library.load(entry.path)

    @examples(2, nightly=150)
    @given(generators)
    def compare(rnd: Random) -> None:
        agree(instrument, rnd, 60)

    compare()


# --- the comparison finds errors -----------------------------------------------------------------

CONTROL = """
条件 A-1 研发：研发费用[近三年] ÷ 销售收入[近三年] ≥ 5%
条件 A-2 科技人员：科技人员数[上年] ÷ 职工总数[上年] > 10%
数值 A-3 增长：销售收入[前年] ÷ 销售收入[大前年] + 销售收入[上年] ÷ 销售收入[前年]
数值 A-4 积：销售收入[上年] × 研发费用[上年]
条件 A-5 缺报：缺报 销售收入[近三年]
数值 A-6 年数：经营年数
评分 A-7 分档 满分 8：
    二类知识产权数 ≥ 3 得 5~8
    二类知识产权数 ≥ 1 得 1~4
    否则 得 0
"""


def control_firms() -> list[Firm]:
    """At the limit; younger than the window; with gaps; with the largest amounts."""

    def three(a: Any, b: Any, c: Any) -> dict[str, Any]:
        return {y: v for y, v in zip(("2023", "2024", "2025"), (a, b, c), strict=True) if v}

    rows: list[dict[str, Any]] = [
        {"sales": three("100", "100", "100"), "rd_expense": three("5", "5", "5")},
        {"sales": three("100", "100", "100"), "rd_expense": three("5", "5", "4.99")},
        {"tech_staff": three(None, None, "10"), "staff": three(None, None, "100")},
        {"established_on": "2024-03-01", "sales": three(None, "100", "100"), "ip_class2": "3"},
        {"established_on": "2024-03-01", "rd_expense": three(None, "5", "5"), "ip_class2": "0"},
        {"sales": three("3", "7", "11"), "rd_expense": three("1", None, None)},
        {"sales": three("999999999999999.99", "999999999999999.98", "999999999999999.97"),
         "rd_expense": three("999999999999999.99", "3", "999999999999999.97")},
    ]  # fmt: skip
    return [firm_from_json(row) for row in rows]


Patch = Callable[[pytest.MonkeyPatch], None]


def above_for_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    """≥ judged as >."""
    real = values.at_least
    monkeypatch.setattr(values, "at_least", lambda a, b, **_: real(a, b, strictly=True))


def at_least_for_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """> judged as ≥."""
    real = values.at_least
    monkeypatch.setattr(values, "at_least", lambda a, b, **_: real(a, b))


def no_founding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every year counts, whether the enterprise existed or not."""
    monkeypatch.setattr(facts.FactColumns, "operated", lambda self, year: True)


def missing_is_nought(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing amount taken for 0."""
    real = facts.FactColumns._stated_or

    def stated_or(self: Any, fact: Any, key: str, base: values.Lin) -> values.Lin:
        return real(self, fact, key, base._replace(lo=0, hi=0))

    monkeypatch.setattr(facts.FactColumns, "_stated_or", stated_or)


def sixty_four_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Products that wrap around."""
    monkeypatch.setattr(ends, "wide", lambda end, size: end)


def whole_quotients(monkeypatch: pytest.MonkeyPatch) -> None:
    """Division that drops the remainder."""
    real = iv.divide

    def truncated(a: Interval, b: Interval) -> Interval:
        exact = real(a, b)
        return Interval(*(None if x is None else Fraction(x).__trunc__() for x in exact[:2]))

    monkeypatch.setitem(reference._ARITHMETIC, "÷", truncated)


def kleene_without_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison that is not certain taken for a failure."""
    real = values.at_least

    def decided(a: Any, b: Any, *, strictly: bool = False) -> Any:
        holds, _ = real(a, b, strictly=strictly)
        return holds, ends.negated(holds)

    monkeypatch.setattr(values, "at_least", decided)


def test_the_control_agrees() -> None:
    assert disagreements(small(CONTROL), control_firms(), TODAY) == []


@pytest.mark.parametrize(
    "plant",
    [
        above_for_at_least,
        at_least_for_above,
        no_founding,
        missing_is_nought,
        sixty_four_bits,
        whole_quotients,
        kleene_without_unknown,
    ],
)
def test_a_planted_error_is_found(plant: Patch, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    found = disagreements(small(CONTROL), control_firms(), TODAY)
    assert [d for d in found if d.where != "flags"]


def test_a_flag_raised_by_one_engine_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts.FactColumns, "raise_flag", lambda self, name, when: None)
    contradictory = [firm_from_json({"tech_staff": {"2025": "11"}, "staff": {"2025": "10"}})]
    assert [d.where for d in disagreements(small(CONTROL), contradictory, TODAY)] == ["flags"]
