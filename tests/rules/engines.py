"""One comparison of the two engines, for every test that needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.cases import Answer
from denggao.rules.engines import reference
from denggao.rules.engines.columnar import run
from denggao.rules.outcome import EXPERT_DECIDES

Answers = tuple[dict[str, Answer], set[str]]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where the engines differ: a statement (or "flags") of one firm."""

    row: int
    where: str
    reference: object
    columnar: object
    values: dict[str, object]


def by_reference(
    instrument: n.Instrument,
    firms: Sequence[Firm],
    as_of: date,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
) -> list[Answers]:
    """Answers and flags of every firm, one by one. EXPERT_DECIDES speaks of the outcome as a
    whole and is left out: it belongs to no engine."""
    found = []
    for firm in firms:
        outcome = reference.judge(instrument, firm, as_of, readings=readings, given=given)
        answers = {k: Answer(r.truth, r.value, r.gap) for k, r in outcome.results.items()}
        found.append((answers, outcome.flags - {EXPERT_DECIDES}))
    return found


def by_columns(
    instrument: n.Instrument,
    firms: Sequence[Firm],
    as_of: date,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
) -> list[Answers]:
    """The same from one frame."""
    frame = run.frame_of_firms(firms, as_of, [instrument])
    frame = frame.with_columns(pl.Series("§row", range(len(firms))))
    compiled = run.compile_for(instrument, frame.columns, as_of, readings=readings, given=given)
    exprs = [pl.col("§row"), *(e.alias(f"§flag {k}") for k, e in compiled.flags().items())]
    raised = compiled.apply(frame.lazy()).select(exprs).collect().to_dicts()
    flags = [{k[6:] for k, on in row.items() if on and k != "§row"} for row in raised]
    answers = run.answers(compiled, frame)
    assert len(answers) == len(flags) == len(firms)
    return [(a, f | firm.flags) for a, f, firm in zip(answers, flags, firms, strict=True)]


def disagreements(
    instrument: n.Instrument,
    firms: Sequence[Firm],
    as_of: date,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
) -> list[Disagreement]:
    """Every statement and every set of flags that the engines see differently."""
    expected = by_reference(instrument, firms, as_of, readings, given)
    got = by_columns(instrument, firms, as_of, readings, given)
    found = []
    for row, (theirs, ours) in enumerate(zip(expected, got, strict=True)):
        pairs = {id_: (answer, ours[0][id_]) for id_, answer in theirs[0].items()}
        pairs["flags"] = (theirs[1], ours[1])
        for where, (a, b) in pairs.items():
            if a != b:
                found.append(Disagreement(row, where, a, b, dict(firms[row].values)))
    return found
