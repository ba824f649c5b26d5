"""``denggao judge`` from outside: one firm, and what can be wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from denggao.rules.library import in_force
from tests.cli.calling import HNTE, ON_HNTE, SME, Capture, done, refused, written
from tests.cli.exchanged import BAD, FIRM, judged_lines
from tests.strategies import TODAY


def test_judge_json(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path / "a.json", FIRM)
    answer = json.loads(done(capsys, "judge", path, *ON_HNTE, "--json"))
    assert (answer["id"], answer["law"], answer["as_of"]) == ("甲", HNTE, "2026-06-30")
    assert answer["verdict"] == "fail"
    c4 = next(node for node in answer["nodes"] if node["id"] == "HNTE-C4")
    assert (c4["truth"], c4["lo"], c4["gap"]) == ("fail", "0.095", "0.5")


def test_judge_for_a_person(tmp_path: Path, capsys: Capture) -> None:
    text = done(capsys, "judge", written(tmp_path / "a.json", FIRM), *ON_HNTE)
    assert "✗ HNTE-C4 科技人员占比：不符合" in text
    assert "9.50%" in text
    assert "还差 科技人员数 1人" in text


def test_judge_reads_numbers_exactly(tmp_path: Path, capsys: Capture) -> None:
    """0.1 + 0.2 in binary would miss; 999999999999999.99 has no double of its own."""
    facts = '{"staff":{"2025":3.0},"tech_staff":{"2025":0.3},"sales":{"2025":999999999999999.99}}'
    path = written(tmp_path / "a.json", f'{{"facts":{facts}}}')
    answer = json.loads(done(capsys, "judge", path, *ON_HNTE, "--json"))
    nodes = {node["id"]: node for node in answer["nodes"]}
    assert nodes["HNTE-C4"]["truth"] == "pass"
    assert answer["flags"] == []


def test_own_law_and_day_win(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path / "a.json", FIRM | {"law": SME, "as_of": "2025-07-01"})
    answer = json.loads(done(capsys, "judge", path, *ON_HNTE, "--json"))
    assert (answer["law"], answer["as_of"]) == (SME, "2025-07-01")


def test_full_name_of_a_law(tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path / "a.json", FIRM)
    name = in_force(SME, TODAY).name
    assert json.loads(done(capsys, "judge", path, "--law", name, "--json"))["law"] == SME


def test_reading_is_chosen(tmp_path: Path, capsys: Capture) -> None:
    sales = {"sales": {"2023": 1000, "2024": 1000, "2025": 1100}}
    path = written(tmp_path / "a.json", {"facts": sales})
    lows = []
    for more in ([], ["--reading", "附件4"]):
        answer = json.loads(done(capsys, "judge", path, *ON_HNTE, "--json", *more))
        lows.append(next(n["lo"] for n in answer["nodes"] if n["id"] == "HNTE-S4.sales"))
    assert lows == ["3", "1"]
    assert "附件4" in refused(capsys, "judge", path, *ON_HNTE, "--reading", "附件5")


@pytest.mark.parametrize("text", BAD.values(), ids=BAD.keys())
def test_bad_single_input(text: str, tmp_path: Path, capsys: Capture) -> None:
    refused(capsys, "judge", written(tmp_path / "a.json", text), *ON_HNTE, "--json")


def test_file_that_is_not_there_or_not_utf8(tmp_path: Path, capsys: Capture) -> None:
    assert "没有文件" in refused(capsys, "judge", tmp_path / "没有.json", *ON_HNTE)
    path = tmp_path / "a.json"
    path.write_bytes('{"facts": {"职工总数": {}}}'.encode("gb18030"))
    assert "UTF-8" in refused(capsys, "judge", path, *ON_HNTE)
    (line,) = judged_lines(capsys, path, code=1)
    assert "UTF-8" in line["error"]
    refused(capsys, "judge", tmp_path, *ON_HNTE)


def test_no_law_named(tmp_path: Path, capsys: Capture) -> None:
    assert "--law" in refused(capsys, "judge", written(tmp_path / "a.json", FIRM))
    message = refused(capsys, "judge", tmp_path / "a.json", "--law", HNTE, "--as-of", "x")
    assert "应写成 2026-06-30" in message


IMPOSSIBLE = {
    "large": "1e15", "negative": "-1", "upside down": '{"lo":2,"hi":1}', "fine": "1.00001",
    "1e400": "1e400", "text": '"1e999999999"', "5000 digits": "9" * 5000,
}  # fmt: skip


@pytest.mark.parametrize("value", IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_values_that_cannot_stand_are_unknown(value: str, tmp_path: Path, capsys: Capture) -> None:
    """Named and flagged, never an error: the verdict is still told."""
    path = written(tmp_path / "a.json", f'{{"facts": {{"staff": {{"2025": {value}}}}}}}')
    answer = json.loads(done(capsys, "judge", path, *ON_HNTE, "--json"))
    assert answer["flags"] == ["OUT_OF_DOMAIN"]
    assert answer["problems"]


@pytest.mark.parametrize("value", ['"abc"', "true", '"NaN"', "[1]", '"1_000"', "{}"])
def test_what_is_no_number_is_never_one(value: str, tmp_path: Path, capsys: Capture) -> None:
    path = written(tmp_path / "a.json", f'{{"facts": {{"staff": {{"2025": {value}}}}}}}')
    assert "staff@2025" in refused(capsys, "judge", path, *ON_HNTE, "--json")
