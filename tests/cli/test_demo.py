"""``denggao demo`` from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from denggao.cli import main
from tests.cli.calling import HNTE, SME, Capture, done, files, written
from tests.web.homes import migrated


def test_demo_twice(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says and writes, and that it is the same each time. The second time without the
    pages' database, whose keys and days are its own; the first time that is there already, only
    empty, for it takes ten seconds to make."""
    one, two = tmp_path / "一", tmp_path / "新" / "夹"
    texts = []
    (one / "网页数据").mkdir(parents=True)
    migrated(one / "网页数据")
    for folder in (one, two):
        said = done(capsys, "demo", "--keep", folder, "--no-serve", "--port", "8000")
        texts.append(said.replace(str(folder), ""))
        monkeypatch.setattr("denggao.cli.demo.demonstrate", lambda *_: None)
    assert texts[0].startswith(texts[1])
    assert "一次性密码" in texts[0]
    assert texts[0].startswith("【模拟数据】")
    assert "阶梯（2026-06-30 持有效证书）：" in texts[0]
    assert all(f"《{law}》离可核实条件最近" in texts[0] for law in (HNTE, SME))
    assert re.search("问到 .* 就能定", texts[0])
    assert "下一步" in texts[0]
    papers = sorted(name for name in files(one) if "-" in name)
    assert len(papers) == 3
    kinds = [name.partition("-")[2] for name in papers]
    assert sorted(kinds) == ["一企一策.docx", "一企一策.pdf", "诊断报告.docx"]
    others = ["三清单与预警.docx", "三清单与预警.xlsx", "完不完得成.docx"]
    known = ["模拟县台账.xlsx", "摸排结果.xlsx", *others, *papers]
    assert files(one) == sorted(["网页数据", *known])
    assert files(two) == sorted(known)
    for name in known:
        assert (one / name).read_bytes() == (two / name).read_bytes()


def test_demo_into_a_file(tmp_path: Path, capsys: Capture) -> None:
    written(tmp_path / "占", "x")
    assert main(["demo", "--keep", str(tmp_path / "占")]) == 2
    assert "错误：" in capsys.readouterr().err
