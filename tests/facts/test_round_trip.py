"""Any generated ledger, written in any layout, reads back to the same values."""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.catalogue import catalogue
from denggao.facts.checking import check_file
from denggao.facts.ledger import read_ledgers
from denggao.facts.rowvalues import exchanged
from tests.facts.generated import Truth, truth, write
from tests.strategies import examples

AS_OF = dt.date(2026, 6, 30)
SEEDS = st.integers(0, 2**32 - 1)


def written(seed: int, folder: str) -> tuple[Truth, Path]:
    rnd = Random(seed)
    firms = truth(rnd)
    return firms, write(Path(folder), firms, rnd)


@examples(200, nightly=2000)
@given(seed=SEEDS)
def test_written_and_read_again(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        firms, path = written(seed, folder)
        ledger = read_ledgers([path], as_of=AS_OF)
        assert [str(p) for p in ledger.problems if not p.is_notice and p.kind not in DOUBTS] == []
        read = {
            ledger.columns["uscc"][firm]: {
                key: column[firm]
                for key, column in ledger.columns.items()
                if key != "uscc" and column[firm] is not None
            }
            for firm in range(len(ledger))
        }
        assert read == firms


@examples(100, nightly=1000)
@given(seed=SEEDS)
def test_checked_row_by_row(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        firms, path = written(seed, folder)
        with check_file(path, as_of=AS_OF) as checked:
            assert (checked.file_errors, checked.errors) == ([], [])
            read: dict[str, dict[str, Any]] = {}
            for text in checked.rows():
                values = json.loads(text)["values"]
                read.setdefault(values.pop("uscc"), {}).update(values)
            assert read == {uscc: in_json(values) for uscc, values in firms.items()}


#: Figures drawn at random jump about from year to year.
DOUBTS = {"suspect_unit"}


def in_json(values: dict[str, Any]) -> dict[str, Any]:
    return {k: exchanged(v, catalogue()[k.partition("@")[0]]) for k, v in values.items()}


def test_the_generator_reaches_every_layout() -> None:
    """A floor: each kind of file and layout comes up among the everyday examples."""
    seen = set()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(60):
            _, path = written(seed, folder)
            seen.add(path.suffix)
            if path.suffix == ".csv":
                start = path.read_bytes()[:2]
                seen.add({b"\xff\xfe": "utf-16", b"\xef\xbb": "mark"}.get(start, "plain"))
    assert seen == {".xlsx", ".csv", "utf-16", "mark", "plain"}
