"""``denggao report``, and Word and PDF of ``plan``, ``lists`` and ``forecast``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import docx
import pytest

from denggao.cli import main
from denggao.demo.county import make_county
from denggao.documents.papers.word.printing import WordPrinter
from denggao.facts.errors import UserError
from tests.documents.papers.making import HOSTILE, footnotes, references, text_of, write_ledger

DAY = ("--as-of", "2026-06-30")
Capture = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_county(tmp_path_factory.mktemp("report"), firms=12)


def done(capsys: Capture, *arguments: Any) -> str:
    code = main([*map(str, arguments)])
    out = capsys.readouterr()
    assert code == 0, out.err
    return out.out


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def names_of(county: Path, capsys: Capture) -> list[str]:
    lines = done(capsys, "report", county, *DAY, "--all", "--json").splitlines()
    return [json.loads(line)["name"] for line in lines]


def test_one_firm_as_word_and_pdf(county: Path, tmp_path: Path, capsys: Capture) -> None:
    name = names_of(county, capsys)[3]
    said = done(capsys, "report", county, *DAY, "--firm", name, "-o", tmp_path, "--format", "both")
    assert files(tmp_path) == [f"{name}-诊断报告.docx", f"{name}-诊断报告.pdf"]
    assert name in said
    assert (tmp_path / f"{name}-诊断报告.pdf").read_bytes().startswith(b"%PDF")
    text = text_of(tmp_path / f"{name}-诊断报告.docx")
    for heading in ("一、领域", "二、材料", "三、研发归集", "四、知识产权与转化", "五、组织管理"):
        assert heading in text
    target = tmp_path / "报告.docx"
    done(
        capsys, "report", county, *DAY, "--law", "科技型中小企业评价", "--firm", name, "-o", target
    )
    assert "科技型中小企业评价诊断报告" in text_of(target)


def test_every_firm(county: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "报告"
    said = done(capsys, "report", county, *DAY, "--all", "-o", folder)
    names = names_of(county, capsys)
    assert files(folder) == sorted(f"{name}-诊断报告.docx" for name in names)
    assert "12 户" in said
    for name in names:
        path = folder / f"{name}-诊断报告.docx"
        assert references(path) == sorted(footnotes(path))
    told = done(capsys, "report", county, *DAY, "--all", "-o", folder, "--json").splitlines()
    answers = [json.loads(line) for line in told]
    assert all(Path(answer["files"][0]).is_file() for answer in answers)
    assert {answer["verdict"] for answer in answers} <= {"pass", "fail", "unknown"}
    parts = answers[0]["paper"]["parts"]
    notes = [s for p in parts for b in p["blocks"] for s in b.get("said", ()) if s["note"]]
    assert notes
    assert all(set(said["evidence"]) == {"article", "cells", "remarks"} for said in notes)


def test_hostile_names_make_safe_files(tmp_path: Path, capsys: Capture) -> None:
    ledger = write_ledger(tmp_path / "台账.xlsx", [*HOSTILE, "甲公司", "CON", "同名/公司"])
    done(capsys, "report", ledger, *DAY, "--all", "-o", tmp_path / "出")
    made = files(tmp_path / "出")
    assert len(made) >= 9
    for name in made:
        assert not set(name) & set('<>:"/\\|?*')
        assert docx.Document(str(tmp_path / "出" / name)).paragraphs


def test_plans_as_papers_beside_the_workbook(county: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "方案"
    said = done(capsys, "plan", county, *DAY, "--all", "-o", folder)
    made = files(folder)
    assert len(made) == 13
    assert "一企一策.xlsx" in made
    assert sum(name.endswith("-一企一策.docx") for name in made) == 12
    assert "12 户" in said
    for name in made:
        if name.endswith(".docx"):
            text = text_of(folder / name)
            assert "规范版本 国科发火〔2016〕32号@2016-01-01" in text  # signed with its version
            assert references(folder / name) == sorted(footnotes(folder / name))
    name = made[-1].removesuffix("-一企一策.docx")
    done(capsys, "plan", county, *DAY, "--firm", name, "-o", tmp_path / "一份.pdf")
    assert (tmp_path / "一份.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("ending", [".docx", ".pdf"])
def test_lists_and_forecast(county: Path, tmp_path: Path, capsys: Capture, ending: str) -> None:
    lists, forecast = tmp_path / f"清单{ending}", tmp_path / f"预测{ending}"
    done(capsys, "lists", county, *DAY, "-o", lists)
    stated = ("--base", "115", "--filings", "45", "--pass-rate", "0.78", "--renewal", "0.8")
    done(
        capsys, "forecast", *stated, "--target", "255", "--from", "2023", "--to", "2027", *DAY,
        "-o", forecast,
    )  # fmt: skip
    if ending == ".pdf":
        assert lists.read_bytes().startswith(b"%PDF")
        return
    text = text_of(lists)
    assert "当年到期需重新认定" in text
    assert any("〈" in words for words in footnotes(lists).values())
    text = text_of(forecast)
    assert "中位数 219 户" in text
    assert "来源：命令行给定" in "".join(footnotes(forecast).values())


def test_own_templates(county: Path, tmp_path: Path, capsys: Capture) -> None:
    said = done(capsys, "report", "--save-templates", tmp_path / "模板")
    assert "诊断报告.docx" in said
    assert files(tmp_path / "模板") == sorted(
        ["诊断报告.docx", "一企一策.docx", "三清单.docx", "完不完得成.docx", "周报告.docx"]
    )
    path = tmp_path / "模板" / "一企一策.docx"
    document = docx.Document(str(path))
    document.paragraphs[0].insert_paragraph_before("某某市科学技术局")
    document.save(str(path))
    folder = tmp_path / "出"
    done(capsys, "plan", county, *DAY, "--all", "-o", folder, "--template-dir", path.parent)
    papers = [folder / name for name in files(folder) if name.endswith(".docx")]
    assert all(text_of(one).startswith("某某市科学技术局") for one in papers)


def test_nothing_half_done(
    county: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, calls = WordPrinter.write, []

    def failing(self: WordPrinter, paper: Any, path: Path) -> None:
        calls.append(path)
        if len(calls) == 3:
            raise UserError("第三份写不出")
        write(self, paper, path)

    monkeypatch.setattr(WordPrinter, "write", failing)
    for command in ("report", "plan"):
        calls.clear()
        assert main([command, str(county), *DAY, "--all", "-o", str(tmp_path / command)]) == 2
        assert "第三份" in capsys.readouterr().err
        assert not (tmp_path / command).exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "请用 --firm 指定一户企业，或用 --all"),
        (("--all",), "-o"),
        (("--all", "-o", "x.docx"), "应是文件夹"),
        (("--firm", "没有的公司", "-o", "出"), "台账里没有“没有的公司”"),
        (("--firm", "模拟县", "-o", "出"), "请写全"),
        (("--all", "-o", "出", "--format", "doc"), "可选：docx"),
        (("--all", "-o", "出", "--law", "行动"), "没有“结论”一条"),
        (("--all", "-o", "出", "--law", "没有的办法"), "没有的办法"),
        (("--all", "-o", "出", "--template-dir", "没有"), "没有模板文件夹"),
        (("--all", "-o", "出", "--reading", "没有"), "没有读法"),
    ],
)
def test_wrong_calls_are_told_in_chinese(
    county: Path, arguments: tuple[str, ...], message: str, capsys: Capture,
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["report", str(county), *DAY, *arguments]) == 2
    assert message in capsys.readouterr().err
    assert files(tmp_path) == []


def test_a_file_to_write_has_one_format(county: Path, tmp_path: Path, capsys: Capture) -> None:
    firm = ("--firm", names_of(county, capsys)[0])
    for more, message in (
        (("-o", tmp_path / "x.xlsx"), "结尾"),
        (("-o", tmp_path / "x.pdf", "--format", "docx"), "不一样"),
        (("-o", tmp_path / "没有" / "x.pdf"), "没有文件夹"),
    ):
        assert main(["report", str(county), *DAY, *firm, *map(str, more)]) == 2
        assert message in capsys.readouterr().err
    assert main(["report"]) == 2
    assert "没有给台账" in capsys.readouterr().err
