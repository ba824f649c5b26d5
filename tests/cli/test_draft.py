"""``denggao draft`` and ``denggao targets`` as a clerk types them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from denggao.cli import main
from denggao.rules.library import load

TEXTS = Path(__file__).parents[1] / "drafting" / "texts"


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = main([str(a) for a in arguments])
    said = capsys.readouterr()
    return code, said.out + said.err


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, Any]:
    code, text = run(capsys, *arguments, "--json")
    return code, json.loads(text)


def test_a_draft_loads_once_a_person_has_dated_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "拟稿.md"
    code, told = run(
        capsys, "draft", TEXTS / "01-action-plan.txt", "-o", path, "--region", "云川市"
    )
    assert code == 0
    assert "任务 4 条" in told
    assert "拟稿已写入" in told
    code, told = run(capsys, "law", "check", path)
    assert code == 2
    assert "1 处要由人补齐" in told
    assert "施行" in told
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"待补（正文没有成文日期）"', "2024-01-01"), encoding="utf-8")
    code, told = run(capsys, "law", "check", path)
    assert code == 0
    assert "任务 4 条" in told
    found = load(path)
    _, document = answer(capsys, "draft", TEXTS / "01-action-plan.txt", "--region", "云川市")
    assert len(found.targets) == len(document["targets"])
    assert [t.lo for t in found.targets][:3] == [800, 130, 2000]
    assert found.tasks[1].lead == ("市科技局",)
    assert found.tasks[1].due == "2025年底前"


@pytest.mark.parametrize("path", sorted(TEXTS.glob("*.txt")), ids=lambda path: path.stem)
def test_every_draft_is_well_formed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, path: Path
) -> None:
    """Once what it calls missing is filled in, and nothing else, it loads."""
    draft = tmp_path / "拟稿.md"
    assert run(capsys, "draft", path, "-o", draft, "--region", "云川市")[0] == 0
    text = draft.read_text(encoding="utf-8").replace("2024—2026", "2024—2026")
    for gap in ('"待补（正文没有成文日期）"', '"待补（正文没有认出标题）"'):
        text = text.replace(gap, "2020-01-01" if "日期" in gap else "某稿")
    text = text.replace("简称: 待补", "简称: 某稿").replace('简称: "待补"', "简称: 某稿")
    draft.write_text(text, encoding="utf-8")
    load(draft)


def test_json_is_of_the_schema(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(capsys, "draft", TEXTS / "03-measures.txt")
    assert code == 0
    assert found["schema_version"] == "1.0"
    assert found["kind"] == "subsidy_measure"
    fields = {"beneficiary", "condition", "amount", "unit", "op", "basis", "level", "note", "quote"}
    assert all(fields <= set(award) for award in found["subsidies"])


def test_a_region_given(capsys: pytest.CaptureFixture[str]) -> None:
    _, found = answer(capsys, "draft", TEXTS / "10-conflict.txt", "--region", "某省云川市东山区")
    places = {t["region"] for t in found["targets"]}
    assert places >= {"某省云川市东山区", "某省云川市东山区大学城片区"}


def test_what_it_will_not_do(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = TEXTS / "01-action-plan.txt"
    assert run(capsys, "draft", tmp_path / "no.txt")[0] == 2
    code, told = run(capsys, "draft", text, "-o", tmp_path / "a.txt")
    assert code == 2
    assert ".md" in told
    empty = tmp_path / "空.txt"
    empty.write_text("今天天气很好。", encoding="utf-8")
    code, told = run(capsys, "draft", empty)
    assert code == 0
    assert "没有读出" in told


# ------------------------------------------------------------------------------ targets


def test_a_plan_is_checked_against_itself(capsys: pytest.CaptureFixture[str]) -> None:
    code, found = answer(capsys, "targets", "check", TEXTS / "10-conflict.txt")
    assert code == 1
    assert {"twice"} <= {f["kind"] for f in found["findings"]}
    code, found = answer(capsys, "targets", "check", TEXTS / "02-implementation.txt")
    assert code == 0


def test_a_file_without_targets_is_not_called_sound(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    other = tmp_path / "企业.json"
    other.write_text('{"as_of": "2026-06-30"}', encoding="utf-8")
    code, told = run(capsys, "targets", "check", other)
    assert code == 2
    assert "没有读出一条目标" in told


def test_a_draft_is_checked_like_its_text(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = tmp_path / "方案.txt"
    text.write_text(
        "某市科技企业培育行动方案（2024—2027年）\n一、主要目标\n"
        "每年新认定高新技术企业35家以上，入库科技型中小企业300家以上，"
        "每年科技型中小企业递增60家以上。"
        "到2027年，高新技术企业突破255家，科技型中小企业达到432家。\n某市科技局\n2024年1月5日\n",
        encoding="utf-8",
    )
    draft = tmp_path / "拟稿.md"
    assert run(capsys, "draft", text, "-o", draft, "--region", "某市")[0] == 0
    code, one = answer(capsys, "targets", "check", text, "--region", "某市")
    again, two = answer(capsys, "targets", "check", draft)
    assert code == again == 1
    assert [(f["kind"], f.get("base")) for f in one["findings"]] == [
        (f["kind"], f.get("base")) for f in two["findings"]
    ]
    assert [f["base"] for f in two["findings"] if f["kind"] == "implied_base"] == [115, 192]


def test_claims_against_a_series(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    speech = tmp_path / "讲话.txt"
    speech.write_text(
        "近日，某市召开会议。2016年全市高新技术企业数达到228家，2021年达到681家，"
        "每年新培育100多家，"
        "近5年来我市高新技术企业数量实现翻两番。\n",
        encoding="utf-8",
    )
    series = tmp_path / "历年.csv"
    series.write_text("年份,数\n2015,157\n2016,228\n2021,681\n", encoding="utf-8")
    code, found = answer(capsys, "targets", "check", speech, "--series", series)
    told = {c["what"]: c for c in found["claims"]}
    assert code == 1
    assert told["doublings"]["verdict"] == "不符合"
    assert told["doublings"]["needed"] == 912
    assert told["doublings"]["bases"] == [2015]
    assert told["gross"]["verdict"] == "口径不同"
    assert told["gross"]["real"] == 90.6


def test_a_total_is_split(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, told = run(
        capsys, "targets", "split", "--total", 115, "--weights", "31,38,46", "--base", 115
    )
    assert code == 0
    assert "146 → 184 → 230" in told
    table = tmp_path / "分解.csv"
    table.write_text(
        "年度,单位,数\n2025,甲局,12\n2025,乙局,*\n2026,甲局,*\n2026,乙局,*\n2026,丙局,*\n",
        encoding="utf-8",
    )
    code, told = run(capsys, "targets", "split", table, "-o", tmp_path / "果.csv")
    assert code == 0
    assert "≥ 12，未定 4 项" in told
    assert "甲局" in (tmp_path / "果.csv").read_text(encoding="utf-8-sig")
    _, found = answer(capsys, "targets", "split", table)
    assert found["total"] == {"known": 12, "unknown": 4, "text": "≥ 12，未定 4 项"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("targets", "split"),
        ("targets", "split", "--weights", "1,2"),
        ("targets", "split", "--total", "5", "--weights", "甲"),
        ("targets", "split", "--total", "5", "--weights", "0,0"),
    ],
)
def test_splits_that_cannot_be(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, told = run(capsys, *arguments)
    assert code == 2
    assert "错误" in told


def test_awards_that_need_no_guess_are_statements(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = tmp_path / "办法.txt"
    text.write_text(
        "某市科技企业奖补办法（征求意见稿）\n一、奖补标准\n"
        "（一）省级财政对首次认定的高新技术企业每家给予一次性奖补20万元、重新认定的每家给予一次性奖补10万元，"
        "以及对首次认定的省级科技创新型企业一次性奖补5万元。\n"
        "（二）按研发费用的10%给予补助，最高100万元。\n某市财政局\n2024年1月5日\n",
        encoding="utf-8",
    )
    path = tmp_path / "拟稿.md"
    assert run(capsys, "draft", text, "-o", path, "--region", "某市")[0] == 0
    found = load(path)
    assert [(a.events, a.titles) for a in found.awards] == [
        (("首次认定",), ("高新技术企业",)),
        (("重新认定",), ("高新技术企业",)),
        (("首次认定",), ("省级科技创新型企业",)),
    ]
    assert found.draft
    assert "研发费用" in path.read_text(encoding="utf-8").split("# 奖补（摘录")[1]
