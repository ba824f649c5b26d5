"""A screening is many judgings: both commands say the same of a county."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from denggao.demo.county import make_county
from denggao.diagnosis.pool import firm_of
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.facts.ledger import read_ledgers
from tests.cli.calling import DAY, HNTE, SME, Capture, done, written
from tests.cli.ledgers import table
from tests.strategies import TODAY


def exchange(firm: Firm) -> dict[str, Any]:
    """A firm of a ledger in the form that ``judge`` reads."""
    facts: dict[str, Any] = {}
    for key, value in firm.values.items():
        code, _, year = key.partition("@")
        if year:
            facts.setdefault(code, {})[year] = plain(value)
        else:
            facts[code] = plain(value)
    return facts


def plain(value: Any) -> Any:
    if isinstance(value, Interval):
        ends = [None if x is None else str(Fraction(x)) for x in value[:2]]
        return {"lo": ends[0], "hi": ends[1]}
    if isinstance(value, tuple):
        fields = ("kind", "issued_on", "valid_to", "event", "cancelled_on")
        return [{k: str(v) for k in fields if (v := getattr(t, k)) is not None} for t in value]
    return value if isinstance(value, bool) else str(value)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_county(tmp_path_factory.mktemp("county"), firms=120)


@pytest.mark.parametrize("law", [HNTE, SME])
def test_screen_equals_judge(law: str, county: Path, tmp_path: Path, capsys: Capture) -> None:
    out, batch = tmp_path / "o.csv", tmp_path / "b.jsonl"
    done(capsys, "screen", county, "--law", law, *DAY, "-o", out)
    ledger = read_ledgers([county], as_of=TODAY)
    lines = [
        json.dumps({"id": identity, "facts": exchange(firm_of(ledger, index))}, ensure_ascii=False)
        for index, identity in enumerate(ledger.identity)
    ]
    written(batch, "\n".join(lines))
    said = done(capsys, "judge", "--batch", batch, "--law", law, *DAY, "--json")
    answers = {a["id"]: a for a in map(json.loads, said.splitlines())}
    rows = table(out)
    assert len(rows) == len(answers) == len(ledger)
    found = {row["identity"]: list(differences(row, answers[row["identity"]], law)) for row in rows}
    assert {identity: told for identity, told in found.items() if told} == {}


def differences(row: Mapping[str, str], answer: Mapping[str, Any], law: str) -> Iterator[str]:
    if row["verdict"] != answer["verdict"] or row["hard_verdict"] != answer["hard"]["verdict"]:
        yield "verdict"
    for end in ("lo", "hi"):
        if float(row[f"score_{end}"]) != float(Fraction(answer["score"][end])):
            yield f"score_{end}"
    for node in answer["nodes"]:
        yield from _of_node(row, node, law)


def _of_node(row: Mapping[str, str], node: Mapping[str, Any], law: str) -> Iterator[str]:
    id_ = node["id"]
    if (row[f"{id_}_truth"] or None) != node["truth"]:
        yield f"{id_}_truth"
    for end in ("lo", "hi"):
        if not _same(row[f"{id_}_{end}"], node[end]):
            yield f"{id_}_{end}: {row[f'{id_}_{end}']} {node[end]}"
    gap = None if isinstance(node["gap"], dict) else node["gap"]
    if not _same(row[f"{id_}_gap"], gap):
        yield f"{id_}_gap: {row[f'{id_}_gap']} {gap}"
    yield from _wrong_side(row, node, law)


def _same(cell: str, exact: str | None) -> bool:
    if not cell or exact is None:
        return (cell or None) == exact
    wanted = Fraction(exact)
    return abs(Fraction(cell) - wanted) <= max(abs(wanted), 1) * Fraction(1, 10**12)


RATIOS = {"HNTE-C4": 0.1, "HNTE-C5b": 0.6, "HNTE-C6": 0.6}


def _wrong_side(row: Mapping[str, str], node: Mapping[str, Any], law: str) -> Iterator[str]:
    limit = RATIOS.get(node["id"])
    if limit is None or node["truth"] == "unknown":
        return
    shown = float(row[f"{node['id']}_{'lo' if node['truth'] == 'pass' else 'hi'}"] or "inf")
    if (shown >= limit) != (node["truth"] == "pass"):
        yield f"{node['id']} {shown} {node['truth']}"
