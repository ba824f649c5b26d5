"""Files that nobody should send, each through the real command: refused with words that help,
or read with every row valid, wrong or skipped."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from denggao.cli.app import main
from tests.hostile import cells, containers, sheets, texts, xmlcells
from tests.hostile.making import Case, good, written

CASES = [*containers.CASES, *sheets.CASES, *cells.CASES, *texts.CASES, *xmlcells.CASES]
LIGHT = [case for case in CASES if not case.heavy]
HEAVY = [case for case in CASES if case.heavy]
AS_OF = ("--as-of", "2026-06-30")
KEYS = ["mode", "file_errors", "errors", "warnings", "skipped", "valid_rows", "error_rows",
        "imported", "rows"]  # fmt: skip
ENTRY = ["sheet", "row", "column", "field", "message"]
CHINESE = re.compile("[\u4e00-\u9fff]{2}")
MAX_MEMORY, MAX_SECONDS = 512, 10
Answer = dict[str, Any]


def ids(case: Case) -> str:
    return case.name


def made(case: Case, folder: Path) -> Path:
    return case.build(folder / f"台账{case.suffix}")


def arguments(case: Case, path: Path) -> list[str]:
    region = ["--region", case.region] if case.region else []
    return ["check", str(path), "--json", *AS_OF, *region]


def test_the_set_is_large_enough() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)
    assert len(HEAVY) >= 10


@pytest.mark.parametrize("case", LIGHT, ids=ids)
def test_light(case: Case, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(arguments(case, made(case, tmp_path)))
    said = capsys.readouterr()
    assert said.err == ""
    judge(case, code, said.out)


# --- what every answer must be -------------------------------------------------------------


def judge(case: Case, code: int, out: str) -> None:
    answer = json.loads(out)
    check_form(answer)
    for secret in case.never:
        assert secret not in out
    assert "程序出了差错" not in out
    if case.refused:
        assert code == 2
        (error,) = answer["file_errors"]
        assert re.search(case.refused, error["message"]), error["message"]
        assert (answer["valid_rows"], answer["error_rows"], answer["rows"]) == (0, 0, [])
        return
    assert answer["file_errors"] == []
    rows = answer["valid_rows"], answer["error_rows"], len(answer["skipped"])
    assert rows == (case.valid, case.errors, case.skipped), answer["errors"] + answer["warnings"]
    assert code == (1 if case.errors else 0)
    for words in case.says:
        assert words in out, out[:2000]
    if case.row:
        assert case.row in {error["row"] for error in answer["errors"]}
    if case.column:
        assert case.column in {error["column"] for error in answer["errors"]}


def check_form(answer: Answer) -> None:
    """The document of the contract, and no row without its place and its reason."""
    assert list(answer) == KEYS
    assert (answer["mode"], answer["imported"]) == ("atomic", 0)
    entries = [*answer["file_errors"], *answer["errors"], *answer["warnings"]]
    assert all(list(entry) == ENTRY for entry in entries)
    assert all(CHINESE.search(entry["message"]) for entry in [*entries, *answer["skipped"]])
    for error in answer["errors"]:
        assert error["sheet"]
        assert error["row"] > 0
        assert error["column"].isalpha()
    assert len(answer["rows"]) == answer["valid_rows"]
    wrong = {(error["sheet"], error["row"]) for error in answer["errors"]}
    valid = {(row["sheet"], row["row"]) for row in answer["rows"]}
    assert not wrong & valid
    assert len(wrong) == answer["error_rows"]
    assert all(list(row) == ["sheet", "row", "values"] for row in answer["rows"])


# --- memory and time -----------------------------------------------------------------------

# ru_maxrss would count what the parent held when it started the child
_MEASURED = """
import re, sys, time
from pathlib import Path
from denggao.cli.app import main
code = main(sys.argv[1:])
peak = re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())
print(code, int(peak[1]) // 1024, time.process_time(), file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
@pytest.mark.parametrize("case", HEAVY, ids=ids)
def test_heavy(case: Case, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _MEASURED, *arguments(case, made(case, tmp_path))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    code, memory, seconds = done.stderr.split()
    judge(case, int(code), done.stdout)
    assert float(seconds) <= MAX_SECONDS
    assert int(memory) <= MAX_MEMORY


# --- positive controls ---------------------------------------------------------------------


def test_a_clean_file_passes_whole(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = written(tmp_path / "好.xlsx", good(3))
    assert main(["check", str(path), "--json", *AS_OF]) == 0
    answer = json.loads(capsys.readouterr().out)
    check_form(answer)
    assert (answer["errors"], answer["warnings"], answer["skipped"]) == ([], [], [])
    assert answer["rows"][1] == {
        "sheet": "台账",
        "row": 3,
        "values": {
            "uscc": good()[2][0],
            "name": "金城试验1号有限公司",
            "established_on": "2018-05-06",
            "staff@2024": "41",
            "sales@2024": "30015000.00",
            "rd_expense@2024": "1810000.00",
        },
    }


def naive(path: Path) -> tuple[int, int]:
    """(valid, wrong) rows as a quick script would have them: row 1 holds the heads, a row with a
    name is valid unless the amount is no number."""
    sheet = openpyxl.load_workbook(path, data_only=True).active
    assert sheet is not None
    valid = wrong = 0
    for row in sheet.iter_rows(min_row=2, values_only=True):
        try:
            float(row[4])  # type: ignore[arg-type]
            valid += 1
        except (TypeError, ValueError, IndexError):
            wrong += 1
    return valid, wrong


@pytest.mark.filterwarnings("ignore")
def test_a_naive_reader_fails_most_of_them(tmp_path: Path) -> None:
    passed = []
    for case in LIGHT:
        if case.endless:
            continue
        try:
            got: tuple[int, int] | None = naive(made(case, tmp_path))
        except Exception:
            got = None  # it does not even say what is wrong
        if got == (case.valid, case.errors) and not (case.refused or case.says or case.never):
            passed.append(case.name)
    assert len(passed) < len(LIGHT) // 4, passed
