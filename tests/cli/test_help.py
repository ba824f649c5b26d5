"""Help, wrong calls and exit codes: in Chinese, and without loading anything heavy."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from denggao.cli import main
from tests.cli.calling import HNTE, Capture, done, refused, run

COMMANDS = [
    [], ["law"], ["law", "list"], ["law", "show"], ["law", "check"], ["judge"], ["screen"],
    ["demo"], ["fill"], ["template"], ["forecast"],
]  # fmt: skip
ENGLISH = re.compile(
    r"(?i)\b(usage|options?|arguments?|commands?|required|default|show|message|exit|help"
    r"|int|text|path|range|list|str|file|inf)\b"
)


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_chinese(command: list[str], capsys: Capture) -> None:
    text = done(capsys, *command, "--help")
    assert text.startswith("用法：denggao")
    names = "law|judge|screen|demo|list|show|check|fill|template|forecast"
    plain = re.sub(rf"--[a-z-]+|^ {{2}}({names}) ", " ", text, flags=re.M)
    plain = re.sub(rf"denggao( ({names}))*", " ", plain)
    assert ENGLISH.findall(plain) == []
    assert not re.search(r"\bx[<>]=|<=x|\[\[|\]\.\.\.", text)


def test_help_says_bounds_and_defaults_in_words(capsys: Capture) -> None:
    assert "[1990 到 2100]" in done(capsys, "fill", "--help")
    assert "[缺省 500，不小于 0]" in done(capsys, "screen", "--help")
    assert "缺省与摸排相同（高企、科小）" in done(capsys, "template", "--help")


def test_no_arguments_shows_help(capsys: Capture) -> None:
    assert main([]) in (0, 2)
    assert "命令：" in capsys.readouterr().out


def test_version(capsys: Capture) -> None:
    assert re.fullmatch(r"登高 \d+\.\d+.*\n", done(capsys, "--version"))


def test_help_needs_nothing_heavy() -> None:
    code = (
        "import sys; from denggao.cli import main; main(['--help']);"
        "print([m for m in ('polars', 'lark', 'xlsxwriter', 'python_calamine', 'rich', 'yaml')"
        " if m in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    made = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert made.stdout.splitlines()[-1] == "[]"


def test_processes_and_exit_codes(tmp_path: Path) -> None:
    assert run("law", "list").returncode == 0
    wrong = run("screen", str(tmp_path / "没有.csv"))
    assert wrong.returncode == 2
    assert wrong.stdout == ""
    assert wrong.stderr.startswith("错误：")


def test_output_in_an_ascii_terminal() -> None:
    made = run("law", "list", env={"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PATH": "/usr/bin"})
    assert made.returncode == 0
    assert HNTE in made.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["没有的命令"], ["law", "没有"], ["screen"], ["screen", "--没有", "a.csv"],
        ["screen", "a.csv", "--top", "0"], ["screen", "a.csv", "--top", "甲"],
        ["judge"], ["judge", "a.json", "--batch", "b.jsonl"], ["law", "show"],
        ["screen", "a.csv", "--decisive", "-1"], ["judge", "a.json", "--law"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_wrong_calls(arguments: list[str], capsys: Capture) -> None:
    message = refused(capsys, *arguments)
    words = re.sub(r"--\w[\w-]*|[ab]\.\w+|\.\w+|as_of", "", message)
    assert not re.search("[A-Za-z]{4}", words), message
