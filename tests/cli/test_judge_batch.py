"""``denggao judge --batch``: line by line, each error in its place."""

from __future__ import annotations

import json
import re
from pathlib import Path

from denggao.cli import main
from tests.cli.calling import HNTE, ON_HNTE, SME, Capture, done, written
from tests.cli.exchanged import BAD, FIRM, judged_lines


def test_batch(tmp_path: Path, capsys: Capture) -> None:
    lines = [json.dumps({**FIRM, "id": number}) for number in (3, 1, 2)]
    lines.insert(1, json.dumps({"id": {"a": None}, "law": SME, "as_of": "2025-07-01", "facts": {}}))
    path = written(tmp_path / "b.jsonl", "\n".join(lines) + "\n")
    answers = judged_lines(capsys, path)
    assert [a["id"] for a in answers] == [3, {"a": None}, 1, 2]
    assert [a["law"] for a in answers] == [HNTE, SME, HNTE, HNTE]
    assert [a["as_of"][:4] for a in answers] == ["2026", "2025", "2026", "2026"]


def test_batch_is_the_single_judge_line_by_line(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path / "a.json", FIRM)
    single = done(capsys, "judge", path, *ON_HNTE, "--json")
    assert done(capsys, "judge", "--batch", path, *ON_HNTE, "--json") == single


def test_bad_lines_of_a_batch(tmp_path: Path, capsys: Capture) -> None:
    """Each gives an error in its place; the others are judged; exit 1."""
    bad = [text for text in BAD.values() if text]
    lines = [json.dumps(FIRM), "", *bad, json.dumps({**FIRM, "id": "乙"})]
    path = written(tmp_path / "b.jsonl", "\n".join(lines))
    answers = judged_lines(capsys, path, code=1)
    assert len(answers) == len(lines)
    assert (answers[0]["id"], answers[-1]["id"]) == ("甲", "乙")
    assert all(set(answer) == {"id", "error"} for answer in answers[1:-1])
    assert all(re.search("[\u4e00-\u9fff]", answer["error"]) for answer in answers[1:-1])
    assert answers[2 + list(BAD).index("no facts")]["id"] == 1  # carried where it can be read


def test_a_workbook_as_a_batch_is_refused_once(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "台账.xlsx"
    path.write_bytes(b"PK\x03\x04" + b"\n\xff" * 50)
    assert main(["judge", "--batch", str(path), *ON_HNTE]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "denggao screen" in said.err


def test_batch_that_is_empty(tmp_path: Path, capsys: Capture) -> None:
    assert judged_lines(capsys, written(tmp_path / "b.jsonl", "")) == []


def test_byte_order_mark_and_crlf(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([json.dumps(FIRM).encode()] * 2))
    assert len(judged_lines(capsys, path)) == 2
