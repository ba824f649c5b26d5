"""走访排序 settles more verdicts with the same number of calls than other orders do."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from denggao.demo.county import make_county
from denggao.diagnosis.decisive import Decisive
from denggao.diagnosis.pool import MAX_SET, firm_of, questions
from denggao.diagnosis.visits import Visit, visits
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.rules import nodes as n
from denggao.rules.engines.columnar.screening import frame_of_ledger, screen
from denggao.rules.engines.reference import Evaluation
from denggao.rules.library import by_default
from tests.strategies import TODAY

HIDDEN = 0.12  # of what is known, so much is forgotten before the calls
CALLS = (10, 20, 40)


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    path: Path = make_county(tmp_path_factory.mktemp("county"), firms=160)
    return read_ledgers([path], as_of=TODAY)


def forgotten(ledger: Ledger) -> Ledger:
    """The same ledger with figures missing here and there."""
    rnd = Random(7)
    columns = {}
    for key, column in ledger.columns.items():
        fact = catalogue().get(key.partition("@")[0])
        may_go = fact is not None and (fact.numeric or fact.unit == "是否") and "." not in key
        gone = [may_go and rnd.random() < HIDDEN for _ in column]
        columns[key] = [None if out else x for out, x in zip(gone, column, strict=True)]
    return Ledger(**{**vars(ledger), "columns": columns})


def settled(truth: Ledger, pool: Ledger, laws: list[n.Instrument], calls: list[Visit]) -> int:
    """Verdicts that were open before these calls and are decided after them."""
    count = 0
    for visit in calls:
        known, real = firm_of(pool, visit.firm), firm_of(truth, visit.firm)
        told = {key: real.values[key] for key in visit.keys if key in real.values}
        for law in laws:
            goal = (law.preliminary or law.verdict).id
            before = Evaluation(law, known, TODAY).result(goal).truth
            after = Evaluation(law, Firm({**known.values, **told}), TODAY).result(goal).truth
            count += before is None and after is not None
    return count


def test_it_beats_alphabetical_and_largest_first(truth: Ledger) -> None:
    laws = by_default(TODAY)
    pool = forgotten(truth)
    tables = list(screen(frame_of_ledger(pool, laws, TODAY), laws, TODAY))
    asked = {t.instrument.short: questions(pool, t, TODAY) for t in tables}
    ranked = visits(asked)
    assert len(ranked) > max(CALLS)
    sales = pool.columns["sales@2025"]
    others = {
        "alphabetical": sorted(ranked, key=lambda v: pool.identity[v.firm]),
        "largest first": sorted(ranked, key=lambda v: -(sales[v.firm] or 0)),
    }
    for calls in CALLS:
        best = settled(truth, pool, laws, ranked[:calls])
        for name, order in others.items():
            found = settled(truth, pool, laws, order[:calls])
            assert best > found, f"{calls} calls: {best} settled, {name} {found}"


def test_what_is_promised_is_settled(truth: Ledger) -> None:
    """A call that is said to settle a law settles it, whatever the answers are (here, the true
    ones; those that nobody knows even in truth are left out)."""
    laws = by_default(TODAY)
    pool = forgotten(truth)
    tables = list(screen(frame_of_ledger(pool, laws, TODAY), laws, TODAY))
    asked = {t.instrument.short: questions(pool, t, TODAY, nearest=60) for t in tables}
    checked = 0
    for visit in visits(asked):
        real = firm_of(truth, visit.firm)
        if not visit.settles or any(key not in real.values for key in visit.keys):
            continue
        told = {key: real.values[key] for key in visit.keys}
        firm = Firm({**firm_of(pool, visit.firm).values, **told})
        for law in laws:
            if law.short in visit.settles:
                goal = (law.preliminary or law.verdict).id
                assert Evaluation(law, firm, TODAY).result(goal).truth is not None
                checked += 1
    assert checked > 20


def test_one_call_for_two_laws() -> None:
    """Shared questions are asked once; more verdicts come first, then fewer questions."""
    asked = {
        "甲": {
            1: Decisive((("a", "b"), ("c",)), (), ("a", "b", "c")),
            2: Decisive((("a",),), (), ("a",)),
            3: Decisive((), ("x",), tuple("xyzuv")),
        },
        "乙": {1: Decisive((("a", "b"),), (), ("a", "b"))},
    }
    first, second, third = visits(asked)
    assert (first.firm, first.keys, first.settles) == (1, ("a", "b"), ("甲", "乙"))
    assert (second.firm, second.keys, second.settles) == (2, ("a",), ("甲",))
    assert (third.firm, third.settles, third.may_settle) == (3, (), ("甲",))
    assert third.keys == ("x", "y", "z", "u")
    assert len(third.keys) == MAX_SET
