"""Texts of ours, as unlike each other as plans are, and what is true of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from denggao.drafting.as_json import as_json
from denggao.drafting.draft import draft
from denggao.drafting.sources import read_source
from tests.drafting import scoring

TEXTS = Path(__file__).parent / "texts"
TRUTHS = json.loads((TEXTS / "truth.json").read_text(encoding="utf-8"))["documents"]
KINDS = {
    "targets": scoring.same_figure,
    "tasks": scoring.same_task,
    "subsidies": scoring.same_award,
    "deadlines": scoring.same_deadline,
}


def drafted(truth: dict[str, Any]) -> dict[str, Any]:
    return as_json(draft(read_source(TEXTS / truth["file"])))


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth["id"])
def test_what_a_text_says_is_found(truth: dict[str, Any]) -> None:
    found = drafted(truth)
    for key, same in KINDS.items():
        score = scoring.score(truth[key], found[key], same)
        assert score.precision >= 0.95, (key, score.wrong)
        assert score.recall >= 0.9, (key, score.missed)
    for key in ("kind", "period", "issued", "doc_no", "issuer"):
        assert key not in truth or found[key] == truth[key]


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth["id"])
def test_no_reported_figure_becomes_a_target(truth: dict[str, Any]) -> None:
    found = drafted(truth)
    for fact in truth["facts"]:
        taken = [t for t in found["targets"] if scoring.same_figure(fact, t)]
        promised = [t for t in truth["targets"] if scoring.same_figure(fact, t)]
        assert len(taken) == len(promised)


def test_reported_figures_are_kept_as_reports() -> None:
    truths = [t for t in TRUTHS if t["facts"]]
    scores = [scoring.score(t["facts"], drafted(t)["facts"], scoring.same_figure) for t in truths]
    assert sum(scores[1:], scores[0]).recall >= 0.9


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth["id"])
def test_every_item_stands_where_it_says(truth: dict[str, Any]) -> None:
    text = (TEXTS / truth["file"]).read_text(encoding="utf-8")
    found = drafted(truth)
    items = [
        i for key in ("targets", "facts", "tasks", "subsidies", "deadlines") for i in found[key]
    ]
    links = [link for task in found["tasks"] for link in task["links"]]
    for item in [*items, *links, *found["cited"], *found["bodies"]]:
        first, last = item["span"]
        assert text[first:last] == item["quote"] != ""


def test_parts_of_a_region_are_told_apart() -> None:
    truth = next(t for t in TRUTHS if t["id"] == "08-breakdown")
    parts = [(t["scope"], t["value"]) for t in drafted(truth)["targets"] if t["scope"]]
    assert parts[:4] == [("东山区", 30), ("西岭区", 22), ("南屏县", 16), ("北塘县", 12)]


def test_contradictions_show_both_figures_and_change_nothing() -> None:
    truth = next(t for t in TRUTHS if t["id"] == "10-conflict")
    found = drafted(truth)
    told = {c["kind"]: c for c in found["contradictions"]}
    assert set(told) == {"same", "parts", "growth"}
    assert "260" in told["same"]["desc"]
    assert "280" in told["same"]["desc"]
    assert "60%" in told["growth"]["desc"]
    assert "50%" in told["growth"]["desc"]
    values = [t["value"] for t in found["targets"] if t["indicator"] == "高新技术企业数"]
    assert {260, 280} <= set(values)


def test_a_body_knows_its_members() -> None:
    truth = next(t for t in TRUTHS if t["id"] == "01-action-plan")
    (body,) = drafted(truth)["bodies"]
    assert body["name"] == "市科技企业培育工作专班"
    assert body["members"] == ["市科技局", "市工信局", "市财政局", "市税务局"]


def test_documents_cited_have_their_numbers() -> None:
    truth = next(t for t in TRUTHS if t["id"] == "02-implementation")
    cited = {c["name"]: (c["doc_no"], c["role"]) for c in drafted(truth)["cited"]}
    assert cited["省人民政府关于完善科技成果转化机制的若干意见"] == ("省政发〔2022〕9号", "依据")


def test_awards_have_caps_shares_and_stages() -> None:
    truth = next(t for t in TRUTHS if t["id"] == "03-measures")
    awards = {(a["beneficiary"], a["amount"]): a for a in drafted(truth)["subsidies"]}
    assert awards["规模以上企业", 10]["cap"] == {"amount": 200, "unit": "万元"}
    assert "6:4" in awards["省级重点实验室", 100]["stages"].replace("：", ":")
    assert "50%" in awards["高新技术企业", 30]["share"]
    assert awards["顶尖人才团队", 1]["op"] == "<="


def test_the_scoring_catches_a_planted_fault() -> None:
    truth = TRUTHS[0]
    found = drafted(truth)["targets"]
    found[0] = {**found[0], "value": found[0]["value"] + 1}
    score = scoring.score(truth["targets"], found, scoring.same_figure)
    assert len(score.missed) == len(score.wrong) == 1
