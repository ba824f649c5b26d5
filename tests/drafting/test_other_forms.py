"""The same things said in other forms: units in a sentence, the years under the title, a paragraph
of a plan without title and date."""

from __future__ import annotations

from typing import Any

import pytest

from denggao.drafting.as_json import as_json
from denggao.drafting.draft import Draft, draft
from denggao.drafting.sources import source_of

HEAD = "模拟县科技企业梯度培育行动方案\n\n制定本方案。\n\n一、重点任务\n"


def read(text: str) -> Draft:
    return draft(source_of(text, "原文"))


def promised(text: str) -> list[tuple[Any, ...]]:
    return [(t["indicator"], t["value"], t["year"]) for t in as_json(read(text))["targets"]]


# --- units ---------------------------------------------------------------------------------------

LEADS = ["县科技局"], ["县财政局", "县税务局"]


@pytest.mark.parametrize(
    ("said", "leads", "others"),
    [
        ("由县科技局牵头，县财政局、县税务局配合，逐户摸清底数。", *LEADS),
        ("逐户摸清底数，建立台账，县科技局牵头，县财政局、县税务局配合。", *LEADS),
        ("逐户摸清底数。此项工作由县科技局牵头，县财政局和县税务局参与。", *LEADS),
        ("逐户摸清底数。（由县科技局牵头，县财政局、县税务局配合）", *LEADS),
        ("逐户摸清底数。（牵头单位：县科技局；配合单位：县财政局、县税务局）", *LEADS),
        ("逐户摸清底数。\n牵头单位：县科技局\n配合单位：县财政局、县税务局", *LEADS),
        ("逐户摸清底数，牵头部门为县科技局，配合部门为县财政局、县税务局。", *LEADS),
        ("由县科技局会同县财政局、县税务局组织摸排。", *LEADS),
        ("逐户摸清底数。责任单位：县科技局、县财政局。", [], ["县科技局", "县财政局"]),
        ("逐户摸清底数，县科技局、县财政局按照职责分工负责。", [], ["县科技局", "县财政局"]),
        ("县融媒体中心负责宣传报道。", [], ["县融媒体中心"]),
        ("逐户摸清底数。（县科技局、县财政局）", [], ["县科技局", "县财政局"]),
        ("支持企业牵头组建创新联合体，鼓励高校院所参与。", [], []),
        ("落实主体责任，压实属地责任，形成工作合力。", [], []),
    ],
)
def test_units_are_found_however_they_are_said(
    said: str, leads: list[str], others: list[str]
) -> None:
    text = f"{HEAD}1.开展摸排。{said}\n2.组织培训。举办培训班。\n"
    made = read(text)
    first, second = made.tasks
    assert [link.written for link in first.links if link.leads] == leads
    assert [link.written for link in first.links if not link.leads] == others
    assert (second.title, second.links) == ("组织培训", ())
    for link in first.links:
        assert made.quote(link.start, link.end) == link.written


# --- years ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "years",
    [
        "（2027—2029年）",
        "（2027-2029年）",
        "2027—2029年",
        "（2027年至2029年）",
        "（2027－2029年度）",
    ],
)
def test_the_years_may_stand_under_the_title(years: str) -> None:
    made = read(
        f"模拟县科技企业培育行动方案\n{years}\n\n一、目标\n到期末，高新技术企业达到60户。"
        "每年新认定高新技术企业10户。\n"
    )
    assert made.head.period == (2027, 2029)
    assert made.head.title == "模拟县科技企业培育行动方案(2027—2029年)"
    assert [(t.indicator, t.year) for t in made.targets] == [
        ("高新技术企业数", 2029), ("新认定高新技术企业数", "每年"),
    ]  # fmt: skip


def test_the_years_may_be_said_in_the_text() -> None:
    text = "模拟县科技企业培育三年行动方案\n\n用三年时间（2027—2029年），高新技术企业达到60户。\n"
    assert read(text).head.period == (2027, 2029)


def test_a_year_to_reach_is_no_number_of_years() -> None:
    assert ("新增高新技术企业数", 12, 2027) in promised("力争2027年新增高新技术企业12户。")


# --- an extract ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("到2027年，高新技术企业达到60户，科技型中小企业达到200家，省级科技创新型企业达到30家。",
         [60, 200, 30]),
        ("到2027年，高新技术企业、科技型中小企业分别达到60户、200家。", [60, 200]),
        ("2026年全县高新技术企业45户。到2027年，高新技术企业达到60户；到2030年，达到100户。",
         [60, 100]),
        ("截至2026年底，高新技术企业达到45户；到2027年，高新技术企业达到60户。", [60]),
        ("到2025年底，全县有高新技术企业45户，同比增长12%，到2027年达到60户。", [60]),
        ("三年内，高新技术企业达到60户。", [60]),
    ],
)  # fmt: skip
def test_a_paragraph_of_a_plan_gives_its_targets(text: str, wanted: list[int]) -> None:
    assert [value for _, value, _ in promised(text)] == wanted


@pytest.mark.parametrize(
    "text",
    [
        "截至2026年底，全县高新技术企业达到45户，科技型中小企业达到150家。",
        "2025年，全县新认定高新技术企业12户，总数达到45户，同比增长20%。",
        "2024年新认定高新技术企业12户，2025年新认定8户，达到53户，完成全年目标的120%。",
        "到2025年底全县高新技术企业已达到45户，超额完成目标。",
        "近日，模拟县高新技术企业达到45户，记者了解到，今年已新增8户。",
    ],
)
def test_a_paragraph_of_a_report_promises_nothing(text: str) -> None:
    assert promised(text) == []
    assert read(text).facts
