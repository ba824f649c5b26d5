"""Learning more never takes back what was said: truths stay, intervals only narrow."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm, key_of
from denggao.facts.interval import Interval, point, reduced
from denggao.rules import library
from denggao.rules import nodes as n
from denggao.rules.engines import reference
from denggao.rules.engines.reference import Evaluation
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble
from tests.rules.engines import small
from tests.strategies import (
    QUESTIONS,
    TODAY,
    YEARS,
    codes_read,
    examples,
    firms,
    generators,
    instruments,
    stated,
)

#: Found in the facts themselves: these are no completion of what was known before.
SPOILT = {"CONTRADICTION", "OUT_OF_DOMAIN", "DERIVED_DIFFERS"}


def asks_what_is_missing(instrument: n.Instrument) -> set[str]:
    """Statements that read 缺报, themselves or through others: to be told changes them."""
    found: set[str] = set()
    for id_, statement in instrument.statements.items():  # each after all that it reads
        own = any(isinstance(e, n.Missing) for e in statement.expressions())
        if own or found & set(statement.uses):
            found.add(id_)
    return found


def contradictions(
    instrument: n.Instrument, before: reference.Outcome, after: reference.Outcome
) -> Iterator[str]:
    """What the second outcome takes back of the first."""
    exempt = asks_what_is_missing(instrument)
    for id_, old in before.results.items():
        new = after.results[id_]
        if id_ in exempt:
            continue
        if old.truth is not None and new.truth is not old.truth:
            yield f"{id_}：{old.truth} → {new.truth}"
        if old.value is not None and new.value is not None and not within(new.value, old.value):
            yield f"{id_}：{old.value} → {new.value}"


def within(inner: Interval, outer: Interval) -> bool:
    """Does ``outer`` hold all of ``inner``? What has no value at all is in nobody's way."""
    if inner.undefined and outer.undefined:
        return True
    below = outer.lo is None or (inner.lo is not None and inner.lo >= outer.lo)
    above = outer.hi is None or (inner.hi is not None and inner.hi <= outer.hi)
    return below and above and not inner.undefined


def told(instrument: n.Instrument, firm: Firm, rnd: Random) -> Firm | None:
    """The firm with one fact more: a value that its present bounds allow."""
    keys = [
        key_of(code, int(year) if year else None)
        for code in (*codes_read(instrument), *QUESTIONS)
        for year in (YEARS if catalogue()[code].yearly else (None,))
    ]
    missing = [key for key in keys if key not in firm.values]
    if not missing:
        return None
    key = rnd.choice(missing)
    fact = catalogue()[key.partition("@")[0]]
    if not fact.numeric:
        return Firm({**firm.values, key: rnd.random() < 0.5})
    value = allowed(instrument, firm, key, rnd)
    return None if value is None else Firm({**firm.values, key: value})


def allowed(instrument: n.Instrument, firm: Firm, key: str, rnd: Random) -> Interval | None:
    """A point within what is known of the fact, on the steps that it is recorded with."""
    code, _, year = key.partition("@")
    fact = catalogue()[code]
    known = Evaluation(instrument, firm, TODAY).facts.number(code, int(year) if year else None)
    text = stated(code, rnd)
    text = text if isinstance(text, str) else next(iter(text.values()))
    drawn = Firm()
    drawn.state(key, fact, text)
    value = drawn.values[key]
    assert isinstance(value, Interval)
    if within(value, known):
        return value
    edge = known.lo if known.lo is not None else known.hi
    if edge is None or edge * fact.scale % 1:
        return None
    return point(reduced(edge))


def narrowing(instrument: n.Instrument, rnd: Random, number: int) -> int:
    """Tell random firms one fact after another; how many steps were proper completions."""
    steps = 0
    for firm in firms(rnd, number, codes_read(instrument)):
        before = reference.judge(instrument, firm, TODAY)
        more = told(instrument, firm, rnd)
        if more is None:
            continue
        after = reference.judge(instrument, more, TODAY)
        if (before.flags | after.flags) & SPOILT:
            continue
        assert list(contradictions(instrument, before, after)) == [], (firm.values, more.values)
        steps += 1
    return steps


@pytest.mark.parametrize("law", ["高新技术企业认定", "科技型中小企业评价"])
def test_shipped_instruments(law: str) -> None:
    instrument, steps = library.in_force(law, TODAY), []

    @examples(3, nightly=250)
    @given(generators)
    def narrow(rnd: Random) -> None:
        steps.append(narrowing(instrument, rnd, 120))

    narrow()
    assert sum(steps) >= 40


def test_random_instruments() -> None:
    steps = []

    @examples(40, nightly=3000)
    @given(instruments(), generators)
    def narrow(text: str, rnd: Random) -> None:
        try:
            instrument = assemble(text, "试验.md")
        except InstrumentError:
            return
        steps.append(narrowing(instrument, rnd, 12))

    narrow()
    assert sum(steps) >= 100


def test_a_statement_that_forgets_is_found() -> None:
    """Control: 缺报 itself turns round when the fact is told, and only it is let off."""
    instrument = small("条件 A-1 甲：缺报 销售收入[上年]\n条件 A-2 乙：销售收入[上年] ≥ 0元")
    told_more = Firm({"sales@2025": point(1)})
    before, after = (reference.judge(instrument, f, TODAY) for f in (Firm(), told_more))
    assert before.results["A-1"].truth is not after.results["A-1"].truth
    assert asks_what_is_missing(instrument) == {"A-1"}
    assert list(contradictions(instrument, before, after)) == []
    assert list(contradictions(instrument, after, before)) == [
        "A-2：Interval(lo=1, hi=1, undefined=False) → Interval(lo=0, hi=None, undefined=False)"
    ]
