"""Every row of the case tables of every shipped instrument, on both engines."""

from __future__ import annotations

from dataclasses import replace

import pytest

from denggao.rules import nodes as n
from denggao.rules.cases import Engine, failures, reference_engine
from denggao.rules.engines.columnar import run
from denggao.rules.library import instruments

#: So many rows at least; a table that is no longer read would go unnoticed otherwise.
#: Steps of other rules, tested through those.
STEPS = {"HNTE-S4.assets.literal"}
FLOORS = {
    "高新技术企业认定": 300,
    "科技型中小企业评价": 150,
    "研发费用加计扣除": 130,
    "创新型中小企业评价": 95,
    "专精特新小巨人企业认定": 55,
    "规模以上企业": 55,
    "专精特新中小企业认定": 40,
    "亏损结转": 35,
    "高新技术企业所得税优惠": 30,
    "甘肃省科技创新型企业认定": 30,
    "高企管理清单": 75,
    "培育路径": 15,
}

# actions alone have nothing to prove, awards are proven in test_awards.py
RULES = [i for i in instruments() if i.statements and not i.awards]
SHIPPED = pytest.mark.parametrize("instrument", RULES, ids=lambda i: i.version)


@SHIPPED
def test_there_are_enough_cases(instrument: n.Instrument) -> None:
    assert len(instrument.examples) >= FLOORS[instrument.short]
    asked = {head for e in instrument.examples for head, _ in e.expected}
    rules = [s for s in instrument.statements.values() if s.kind is not n.Kind.SCORE or s.cases]
    untested = {s.id for s in rules if not asked & {s.id, s.name}}
    assert untested <= STEPS


@SHIPPED
@pytest.mark.parametrize("engine", [reference_engine, run.engine], ids=["reference", "columnar"])
def test_cases(instrument: n.Instrument, engine: Engine) -> None:
    assert failures(instrument, engine) == []


@SHIPPED
@pytest.mark.parametrize("engine", [reference_engine, run.engine], ids=["reference", "columnar"])
def test_a_changed_expectation_fails(instrument: n.Instrument, engine: Engine) -> None:
    """Control: every tenth row with a truth, turned round, must fail."""
    turned = {"符合": "不符合", "不符合": "符合"}
    changed = []
    for example in instrument.examples[::10]:
        expected = tuple((head, turned.get(cell, cell)) for head, cell in example.expected)
        if expected != example.expected:
            changed.append(replace(example, expected=expected))
    wrong = replace(instrument, examples=tuple(changed))
    assert changed
    assert {f.line for f in failures(wrong, engine)} == {example.line for example in changed}
