"""One comparison of two engines, for every test that needs it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from denggao.facts.enterprise import Firm, firm_from_json
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.cases import Answer
from denggao.rules.engines import reference
from denggao.rules.engines.columnar import run
from denggao.rules.library import assemble
from tests.strategies import TODAY, instrument_text

#: Speaks of the outcome as a whole: it belongs to no engine.
EXPERT_DECIDES = "EXPERT_DECIDES"

Answers = tuple[dict[str, Answer], set[str]]
Engine = Callable[..., list[Answers]]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Where the engines differ: a statement (or "flags") of one firm."""

    row: int
    where: str
    reference: object
    other: object
    values: dict[str, object]


def by_reference(
    instrument: n.Instrument,
    firms: Sequence[Firm],
    as_of: date,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
) -> list[Answers]:
    """Answers and flags of every firm, one by one. EXPERT_DECIDES speaks of the outcome as a
    whole and is left out."""
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
    compiled = run.compile_for(instrument, frame.columns, as_of, readings=readings, given=given)
    said = run.answers(compiled, frame)
    return [(a, flags | firm.flags) for (a, flags), firm in zip(said, firms, strict=True)]


def disagreements(
    instrument: n.Instrument,
    firms: Sequence[Firm],
    as_of: date,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
    other: Engine | None = None,
) -> list[Disagreement]:
    """Every statement and every set of flags that ``other`` (the columnar engine, if none is
    named) sees differently from the reference."""
    expected = by_reference(instrument, firms, as_of, readings, given)
    got = (other or by_columns)(instrument, firms, as_of, readings, given)
    found = []
    for row, (theirs, ours) in enumerate(zip(expected, got, strict=True)):
        pairs = {id_: (answer, ours[0][id_]) for id_, answer in theirs[0].items()}
        pairs["flags"] = (theirs[1], ours[1])
        for where, (a, b) in pairs.items():
            if a != b:
                found.append(Disagreement(row, where, a, b, dict(firms[row].values)))
    return found


# ---- one small rule on both engines

#: Every instrument needs a verdict with a total; these answer no question of a test.
TAIL = """
评分 X-8 无关评分 满分 1：
    待核实 得 1
    否则 得 0
结论 X-9 无关结论 总分 X-8：待核实
"""

ENGINES = {"reference": by_reference, "columnar": by_columns}


def small(rules: str) -> n.Instrument:
    """An instrument of these rules, through the real loader."""
    return assemble(instrument_text(rules + TAIL), "试验.md")


def on_each_engine(
    rules: str, facts: Mapping[str, Any], as_of: date = TODAY
) -> dict[str, tuple[dict[str, Answer], set[str]]]:
    """What each engine says of one firm in the exchange form."""
    instrument, firm = small(rules), firm_from_json(facts)
    return {name: engine(instrument, [firm], as_of)[0] for name, engine in ENGINES.items()}
