"""One meaning in SQL too: every case table, random instruments and random firms on databases,
compared with the reference as exact values. The comparison is shown errors it must find."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import event, given

from denggao.facts.errors import UserError
from denggao.rules.cases import failures
from denggao.rules.engines.sql.cases import engine
from denggao.rules.errors import InstrumentError
from denggao.rules.library import assemble, instruments
from tests.databases import by_database, session
from tests.rules.test_engines_agree import agree
from tests.strategies import examples, generators
from tests.strategies import instruments as texts

DATABASES = pytest.mark.parametrize("database", ["duckdb", "postgres"])
RULES = [i for i in instruments() if i.statements]


@DATABASES
@pytest.mark.parametrize("instrument", RULES, ids=lambda i: i.version)
def test_cases(instrument, database) -> None:
    assert failures(instrument, engine(session(database))) == []


@DATABASES
def test_random_instruments(database: str) -> None:
    """Twelve firms under each of these instruments; a few may be turned down in words."""
    outcomes: list[str] = []
    other = by_database(database)
    session(database)

    @examples(60, nightly=1200)
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
