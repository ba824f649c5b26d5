"""Real texts, where they lie beside the repository (they may not be copied into it)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from denggao.drafting.as_json import as_json
from denggao.drafting.draft import Draft, draft
from denggao.drafting.sources import read_source
from tests.drafting import scoring

POLICIES = Path(__file__).parents[2].parent / "shared" / "data" / "policies"
pytestmark = pytest.mark.skipif(not POLICIES.is_dir(), reason="the real texts are not at hand")


def read(name: str) -> Draft:
    return draft(read_source(POLICIES / name))


def documents() -> list[dict[str, Any]]:
    text = (POLICIES / "truth.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)["documents"]
    return found


def test_targets_of_all_texts() -> None:
    total = scoring.Score(0, (), ())
    for truth in documents():
        found = as_json(read(truth["file"]))
        total += scoring.score(truth["targets"], found["targets"], scoring.same_figure)
        for fact in truth["facts"]:  # a report is never a promise
            assert not any(scoring.same_figure(fact, t) for t in found["targets"])
    assert total.precision >= 0.95, total.wrong
    assert total.recall >= 0.9, total.missed


def test_the_plan_of_chengguan() -> None:
    found = read("seed-003.txt")
    assert (len(found.tasks), len(set(found.units.values())), found.links) == (18, 11, 52)
    assert all(task.due is None for task in found.tasks)
    figures = [t.value for t in found.targets if not (t.unit == "%" and t.value == 100)]
    figures += [award.amount for award in found.awards]
    wanted = [35, 50, 300, 255, 319, 432, 40, 80, 85, 56, 1.5, 20, 60, 50, 20, 10, 5]
    assert sorted(map(float, filter(None, figures))) == sorted(wanted)


def test_spans_point_into_the_text_as_given() -> None:
    for truth in documents():
        text = (POLICIES / truth["file"]).read_text(encoding="utf-8")
        found = as_json(read(truth["file"]))
        for key in ("targets", "facts", "tasks", "subsidies", "deadlines"):
            for item in found[key]:
                first, last = item["span"]
                assert text[first:last] == item["quote"]
