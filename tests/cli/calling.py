"""The command line as a test calls it: what must succeed, and what must be refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from denggao.cli import main

HNTE, SME = "高新技术企业认定", "科技型中小企业评价"
DAY = ["--as-of", "2026-06-30"]
ON_HNTE = ["--law", HNTE, *DAY]

Capture = pytest.CaptureFixture[str]


def refused(capsys: Capture, *arguments: object) -> str:
    """The message of a call that must do nothing."""
    assert main([str(a) for a in arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("错误：")
    assert re.search("[\u4e00-\u9fff]{3}", said.err)
    assert "Traceback" not in said.err
    assert "程序出了差错" not in said.err
    return said.err


def done(capsys: Capture, *arguments: object, code: int = 0) -> str:
    assert main([str(a) for a in arguments]) == code
    return capsys.readouterr().out


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "denggao", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, **more)


def written(path: Path, thing: Any) -> Path:
    text = thing if isinstance(thing, str) else json.dumps(thing, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path
