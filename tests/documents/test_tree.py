"""The outcome tree for a person: every rule, its article, its formula and the figures."""

from __future__ import annotations

from typing import Any

import pytest

from denggao.diagnosis.judgement import judge_firm
from denggao.documents.tree import gap_fact, gap_unit, lines, unit_of
from denggao.documents.wording import formula
from denggao.facts.enterprise import firm_from_json
from denggao.rules import nodes as n
from denggao.rules.cases import readings_from
from denggao.rules.library import in_force, instruments
from tests.strategies import TODAY

HNTE, SME = "高新技术企业认定", "科技型中小企业评价"


def told(facts: dict[str, Any], law: str = HNTE, options: tuple[str, ...] = ()) -> list[str]:
    """The lines for one firm."""
    instrument = in_force(law, TODAY)
    chosen = readings_from(instrument, options)
    return list(lines(judge_firm(instrument, firm_from_json(facts), TODAY, readings=chosen)))


def rule(said: list[str], id_: str) -> list[str]:
    """The line of one rule and those that belong to it."""
    start = next(i for i, line in enumerate(said) if line[2:].startswith(f"{id_} "))
    found = [said[start]]
    for line in said[start + 1 :]:
        if not line.startswith("      "):
            break
        found.append(line.strip())
    return found


FIVE = {
    "established_on": "2010-01-01",
    "rd_expense": {"2023": 50_000, "2024": 50_000, "2025": 400_000},
    "sales": {"2023": 10**6, "2024": 10**6, "2025": 10**7},
}


# -------------------------------------------------------------------------- every rule


@pytest.mark.parametrize("law", [HNTE, SME])
@pytest.mark.parametrize("facts", [{}, FIVE], ids=["nothing known", "some"])
def test_every_rule_with_its_article(law: str, facts: dict[str, Any]) -> None:
    instrument, said = in_force(law, TODAY), told(facts, law)
    for statement in instrument.statements.values():
        if statement.kind is not n.Kind.PRELIMINARY:
            head = rule(said, statement.id)[0]
            assert statement.name in head
            assert head.endswith(f"〔{statement.cite}〕")


@pytest.mark.parametrize("law", [HNTE, SME])
def test_every_condition_with_its_formula(law: str) -> None:
    instrument, said = in_force(law, TODAY), told({}, law)
    for statement in instrument.statements.values():
        if statement.kind is n.Kind.CONDITION:
            assert statement.body is not None
            assert formula(statement.body, instrument.statements, 2026) in rule(said, statement.id)


@pytest.mark.parametrize("law", [HNTE, SME])
def test_what_a_person_has_to_check(law: str) -> None:
    instrument, said = in_force(law, TODAY), told({}, law)
    assert instrument.manuals
    for manual in instrument.manuals:
        line = next(line for line in said if line.startswith(f"  □ {manual.id} "))
        assert manual.text in line
        assert manual.cite in line


def test_head() -> None:
    said = told(FIVE | {"rd_expense": {"2025": 10**6}})
    assert said[0] == "《高新技术企业认定》  国科发火〔2016〕32号@2016-01-01  申请日 2026-06-30"
    assert said[1].startswith("结论：未知    评分 ")
    assert said[2] == "可核实条件：未知"


def test_no_markup_and_no_english() -> None:
    text = "\n".join(told(FIVE) + told(FIVE, SME))
    for word in ("None", "Interval", "Fraction", "[/", "@2", "unknown", "pass", "True"):
        assert word not in text.replace("@2016-01-01", "").replace("@2017-05-03", "")


# ------------------------------------------------------------------------- the figures


def test_exactly_five_percent() -> None:
    facts = FIVE | {"rd_expense": {"2023": 50_000, "2024": 50_000, "2025": 500_000}}
    found = rule(told(facts), "HNTE-C5a")
    assert found[0].startswith("✓ HNTE-C5a 研发费用占比：符合")
    assert found[-1].endswith("→  5.00%")
    assert "2023—2025年研发费用 ÷ 2023—2025年销售收入 ≥ 研发占比下限" in found[1]
    assert "2025年研发费用 50万元" in found[2]
    assert "2025年销售收入 1,000万元" in found[2]


def test_just_short_of_five_percent() -> None:
    """4.996 % is not shown as 5.00 %."""
    facts = FIVE | {"rd_expense": {"2023": 50_000, "2024": 50_000, "2025": 499_520}}
    found = rule(told(facts), "HNTE-C5a")
    assert found[0].startswith("✗ HNTE-C5a 研发费用占比：不符合")
    assert "→  4.996%" in found[2]
    assert "5.00%" not in "".join(found)
    assert found[3] == "还差 研发费用 480元"


def test_one_fen_short() -> None:
    facts = FIVE | {"rd_expense": {"2023": 50_000, "2024": 50_000, "2025": "499999.99"}}
    found = rule(told(facts), "HNTE-C5a")
    assert "4.9999999%" in found[2]
    assert found[3] == "还差 研发费用 0.01元"


def test_missing_people_are_rounded_up() -> None:
    facts = {"staff": {"2025": "95.5"}, "tech_staff": {"2025": "8.9"}}
    found = rule(told(facts), "HNTE-C4")
    assert "2025年科技人员数 8.9人；2025年职工总数 95.5人" in found[2]
    assert found[3] == "还差 科技人员数 1人"


def test_a_missing_figure_is_called_missing() -> None:
    found = rule(told({"tech_staff": {"2025": 9}}), "HNTE-C4")
    assert found[0].startswith("？ HNTE-C4 科技人员占比：未知")
    assert "2025年科技人员数 9人" in found[2]
    assert "2025年职工总数 不少于 9人" in found[2]  # bounded by the 9
    unknown = rule(told({}), "HNTE-C4")
    assert "2025年科技人员数 缺；2025年职工总数 缺" in unknown[2]


def test_a_gap_that_is_uncertain() -> None:
    facts = {"staff": {"2025": 100}, "tech_staff": {"2025": {"lo": 7, "hi": "8.5"}}}
    assert rule(told(facts), "HNTE-C4")[3] == "还差 科技人员数 2人～3人"


def test_points_and_rates() -> None:
    facts = FIVE | {"sales": {"2023": 2000, "2024": 2600, "2025": 2600}, "ip_class1": 1}
    said = told(facts)
    assert "HNTE-G.sales 销售收入增长率：15.00%" in "".join(rule(said, "HNTE-G.sales"))
    assert "HNTE-S4.sales 销售收入增长得分：5分～6分" in "".join(rule(said, "HNTE-S4.sales"))
    assert "HNTE-C5a.min 研发占比下限：5.00%" in "".join(rule(said, "HNTE-C5a.min"))


def test_every_figure_read_is_shown() -> None:
    """Each value of the firm stands in the line of each rule that reads it."""
    found = rule(told(FIVE), "HNTE-C5a")[2]
    for figure in ("2023年研发费用 5万元", "2024年研发费用 5万元", "2025年研发费用 40万元",
                   "2023年销售收入 100万元", "2025年销售收入 1,000万元"):  # fmt: skip
        assert figure in found


# ---------------------------------------------------------------------- what decides it


def test_questions_in_words() -> None:
    facts = {
        "established_on": "2025-01-15", "tech_staff": {"2025": 10}, "ip_class1": 1,
        "rd_expense": {"2025": 50}, "rd_domestic": {"2025": 50}, "sales": {"2025": 1000},
        "ht_income": {"2025": 600}, "total_income": {"2025": 1000},
    }  # fmt: skip
    said = told(facts)
    assert "问到下面任何一组，可核实条件就能定（不论数字是多少）：" in said
    assert "  · 2025年职工总数" in said
    assert "单独一项就可能定的：2025年职工总数" in said


def test_nothing_is_asked_of_the_decided() -> None:
    failing = told({"major_incident": True, "staff": {"2025": 9}, "tech_staff": {"2025": 0}})
    assert not any("就能定" in line for line in failing)


def test_no_set_settles() -> None:
    """A firm without staff has no ratio of staff, whatever else becomes known."""
    said = told({"ip_class1": 1, "staff": {"2025": 0}, "tech_staff": {"2025": 0}})
    assert any(line.startswith("没有哪一组待补数据一定能定") for line in said)


def test_notes_and_readings() -> None:
    facts = FIVE | {"net_assets": {"2023": -1, "2024": -2, "2025": -4}, "staff": {"2025": -1}}
    said = told(facts, options=("附件4",))
    assert any(line.startswith("注意 NEGATIVE_NET_ASSETS：净资产有负数") for line in said)
    assert any(line.startswith("注意 OUT_OF_DOMAIN：") for line in said)
    assert any(line.startswith("数据问题 staff@2025：值 -1 不能用") for line in said)
    assert "GR-8 附件4" in said[-1]


# -------------------------------------------------------------------- words for gaps


@pytest.mark.parametrize(
    ("law", "id_", "unit", "of", "gap_in"),
    [
        (HNTE, "HNTE-C1", "天", "成立天数", "天"),
        (HNTE, "HNTE-C4", "%", "科技人员数", "人"),
        (HNTE, "HNTE-C5a", "%", "研发费用", "元"),
        (HNTE, "HNTE-C6", "%", "高新收入", "元"),
        (HNTE, "HNTE-C7", "分", "得分", "分"),
        (HNTE, "HNTE-C2.ip", "项", "一类知识产权数、二类知识产权数", "项"),
        (SME, "SME-C5.score", "分", "得分", "分"),
    ],
)
def test_units(law: str, id_: str, unit: str, of: str, gap_in: str) -> None:
    statement = in_force(law, TODAY).statements[id_]
    assert isinstance(statement.body, n.Compare)
    assert unit_of(statement) == unit
    assert gap_fact(statement.body) == of
    assert gap_unit(statement.body) == gap_in


def test_every_statement_has_a_unit_to_be_shown_in() -> None:
    for law in instruments():
        for statement in law.statements.values():
            if statement.body is not None or statement.cases:
                unit = unit_of(statement, law.statements)
                assert unit in ("%", "分", "元", "人", "项", "天", "年", "")
