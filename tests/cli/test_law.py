"""``denggao law`` from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from denggao.cli import main
from denggao.rules.library import in_force
from tests.cli.calling import HNTE, SME, Capture, done, refused
from tests.strategies import TODAY, instrument_text


def test_law_list(capsys: Capture) -> None:
    text = done(capsys, "law", "list")
    for law in (HNTE, SME):
        assert law in text
        assert "、".join(in_force(law, TODAY).documents) in text


@pytest.mark.parametrize("name", [HNTE, in_force(HNTE, TODAY).name])
def test_law_show(name: str, capsys: Capture) -> None:
    text = done(capsys, "law", "show", name)
    source = Path(in_force(HNTE, TODAY).path).read_text(encoding="utf-8")
    assert text.rstrip("\n") == source.rstrip("\n")


def test_law_show_unknown(capsys: Capture) -> None:
    assert HNTE in refused(capsys, "law", "show", "没有这份")


def test_law_check(capsys: Capture) -> None:
    text = done(capsys, "law", "check", SME)
    for engine in ("reference", "columnar"):
        assert re.search(rf"{engine}：算例 \d+ 个，核对 \d+ 处，全部通过", text)
    assert "不过" not in text


RULES = """条件 C-1 人数：职工总数[上年] ≥ 10人
评分 S-1 分 满分 1：
    C-1 得 1
    否则 得 0
结论 Z-1 结论 总分 S-1：C-1"""
CASES = "\n| 例 | 职工总数[上年] | C-1 |\n|---|---|---|\n| 十人 | {} | 符合 |\n"


def test_law_check_of_a_file(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "试验.md"
    path.write_text(instrument_text(RULES) + CASES.format(10), encoding="utf-8")
    assert "全部通过" in done(capsys, "law", "check", path)


def test_law_check_of_a_failing_case(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "试验.md"
    path.write_text(instrument_text(RULES) + CASES.format(9), encoding="utf-8")
    text = done(capsys, "law", "check", path, code=1)
    assert text.count("1 处不过") == 2
    assert "应为 符合，得 不符合" in text


UNKNOWN_FACT = instrument_text("条件 C-1 人数：没有的事实 ≥ 1")


@pytest.mark.parametrize("text", ["", "没有文件头", UNKNOWN_FACT], ids=["empty", "bare", "name"])
def test_law_check_of_a_broken_file(text: str, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "坏.md"
    path.write_text(text, encoding="utf-8")
    assert re.search(r"坏\.md:\d+:\d+ ", refused(capsys, "law", "check", path))


def test_law_check_of_no_text(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "坏.md"
    path.write_bytes(b"\xff\xfe\x00")
    refused(capsys, "law", "check", path)
    refused(capsys, "law", "check", tmp_path / "没有.md")


def test_a_law_that_is_none_names_each_once(capsys: Capture) -> None:
    assert main(["law", "show", "没有"]) == 2
    names = capsys.readouterr().err.strip().partition("现有：")[2].split("、")
    assert len(names) == len(set(names)) > 5
