"""The command line from outside: what it prints, writes, refuses, and with which exit code."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from denggao.cli import main
from denggao.demo.county import make_county
from denggao.diagnosis.pool import firm_of
from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.facts.ledger import read_ledgers
from denggao.rules.library import by_default, in_force
from denggao.rules.nodes import Kind
from tests.strategies import TODAY, instrument_text

HNTE, SME = "高新技术企业认定", "科技型中小企业评价"
DAY = ["--as-of", "2026-06-30"]
ON_HNTE = ["--law", HNTE, *DAY]
FIRST = ["identity", "law", "as_of", "verdict", "hard_verdict", "score_lo", "score_hi"]

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


# ------------------------------------------------------------------------------------ help

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


def run(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "denggao", *arguments]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False, **more)


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


# ------------------------------------------------------------------------------------- law


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


# ----------------------------------------------------------------------------------- judge

FIRM = {"id": "甲", "facts": {"staff": {"2025": 100}, "tech_staff": {"2025": "9.5"}}}


def written(path: Path, thing: Any) -> Path:
    text = thing if isinstance(thing, str) else json.dumps(thing, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
    return path


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


BAD = {
    "not json": "{",
    "a list": "[1]",
    "no facts": '{"id": 1}',
    "facts no object": '{"facts": [1]}',
    "unknown fact": '{"facts": {"nonsense": 1}}',
    "a year missing": '{"facts": {"staff": 5}}',
    "a strange year": '{"facts": {"staff": {"25": 5}}}',
    "fact twice": '{"facts": {"staff": {"2025": 5}, "职工总数": {"2025": 5}}}',
    "key twice": '{"facts": {"staff": {"2025": 5, "2025": 6}}}',
    "NaN": '{"facts": {"staff": {"2025": NaN}}}',
    "Infinity": '{"facts": {"staff": {"2025": -Infinity}}}',
    "deep": '{"facts": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "unknown law": '{"law": "没有", "facts": {}}',
    "law no text": '{"law": 5, "facts": {}}',
    "before the law": '{"as_of": "2015-12-31", "facts": {}}',
    "no day": '{"as_of": "2026-02-30", "facts": {}}',
    "day a number": '{"as_of": 20260630, "facts": {}}',
    "empty": "",
    "a number": "7",
}


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


def judged_lines(capsys: Capture, path: Path, code: int = 0) -> list[dict[str, Any]]:
    said = done(capsys, "judge", "--batch", path, *ON_HNTE, "--json", code=code)
    return [json.loads(line) for line in said.splitlines()]


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


def test_a_law_that_is_none_names_each_once(capsys: Capture) -> None:
    assert main(["law", "show", "没有"]) == 2
    names = capsys.readouterr().err.strip().partition("现有：")[2].split("、")
    assert len(names) == len(set(names)) > 5


def test_batch_that_is_empty(tmp_path: Path, capsys: Capture) -> None:
    assert judged_lines(capsys, written(tmp_path / "b.jsonl", "")) == []


def test_byte_order_mark_and_crlf(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "b.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([json.dumps(FIRM).encode()] * 2))
    assert len(judged_lines(capsys, path)) == 2


# ---------------------------------------------------------------------------------- screen

HEADS = ["企业名称", "成立日期", "2025年职工总数", "2025年科技人员数", "一类知识产权数"]
ROWS = [
    ["甲公司", "2019-05-06", "100", "10", "1"],
    ["=乙公司", "2019-05-06", "100", "9", ""],
    ["丙公司", "", "100", "", "0"],
    ["丁公司", "2026-01-01", "100", "9", "1"],
]


def csv_file(path: Path, heads: list[str] = HEADS, rows: list[list[str]] = ROWS) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([heads, *rows])
    return path


def xlsx_file(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in [["企业台账"], HEADS, *ROWS]:
        book.active.append(row)
    book.active["A4"].data_type = "s"  # text, no formula
    book.save(path)
    return path


def parquet_file(path: Path) -> Path:
    columns = {head: [row[i] or None for row in ROWS] for i, head in enumerate(HEADS)}
    frame = pl.DataFrame(columns).with_columns(pl.col(HEADS[2:]).cast(pl.Int64))
    frame.with_columns(pl.col(HEADS[1]).str.to_date()).write_parquet(path)
    return path


LEDGERS = {".csv": csv_file, ".xlsx": xlsx_file, ".parquet": parquet_file}


def table(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pl.read_parquet(path).to_dicts()
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize("into", [".csv", ".parquet", ".xlsx"])
@pytest.mark.parametrize("kind", LEDGERS)
def test_every_form_in_and_out(kind: str, into: str, tmp_path: Path, capsys: Capture) -> None:
    ledger, out = LEDGERS[kind](tmp_path / f"台账{kind}"), tmp_path / f"结果{into}"
    text = done(capsys, "screen", ledger, *ON_HNTE, "-o", out)
    assert f"结果已写入 {out}" in text
    assert files(tmp_path) == sorted([ledger.name, out.name])
    if into == ".xlsx":
        sheets = ["总览", "逐企结论", "差距清单", "待补数据", "走访排序", "数据问题", "口径说明"]
        assert openpyxl.load_workbook(out, read_only=True).sheetnames == sheets
        return
    rows = table(out)
    names = {row["identity"].lstrip("'=") for row in rows}
    assert names == {"甲公司", "乙公司", "丙公司", "丁公司"}
    assert all(row["law"] == HNTE and row["as_of"] == "2026-06-30" for row in rows)


def test_order_of_the_rows(tmp_path: Path, capsys: Capture) -> None:
    """Fewest failed countable conditions, then fewest open."""
    out = tmp_path / "o.csv"
    done(capsys, "screen", csv_file(tmp_path / "a.csv"), *ON_HNTE, "-o", out)
    hard = in_force(HNTE, TODAY).statements["HNTE-HARD"].uses
    counts = [
        tuple(sum(row[f"{c}_truth"] == word for c in hard) for word in ("fail", "unknown"))
        for row in table(out)
    ]
    assert counts == sorted(counts)


def contract_columns(*laws: str) -> list[str]:
    found = list(FIRST)
    for law in laws:
        instrument = in_force(law, TODAY)
        chosen = [s for s in instrument.statements.values() if s.kind is not Kind.PRELIMINARY]
        for s in sorted(chosen, key=lambda s: s.line):
            found += [f"{s.id}_{part}" for part in ("truth", "lo", "hi", "gap")]
    return [*found, "name", "flags"]


@pytest.mark.parametrize("into", [".csv", ".parquet"])
@pytest.mark.parametrize("source", ["a.csv", "a.parquet"])
def test_columns_of_the_contract(into: str, source: str, tmp_path: Path, capsys: Capture) -> None:
    ledger, out = LEDGERS[source[1:]](tmp_path / source), tmp_path / f"o{into}"
    done(capsys, "screen", ledger, *ON_HNTE, "-o", out)
    assert list(table(out)[0]) == contract_columns(HNTE)
    done(capsys, "screen", ledger, *DAY, "-o", out)
    laws = [law.short for law in by_default(TODAY)]
    assert list(table(out)[0]) == contract_columns(*laws)
    assert [row["law"] for row in table(out)] == [law for law in laws for _ in ROWS]


@pytest.mark.parametrize("source", ["a.csv", "a.parquet"])
def test_a_formula_stays_harmless(source: str, tmp_path: Path, capsys: Capture) -> None:
    ledger, out = LEDGERS[source[1:]](tmp_path / source), tmp_path / "o.csv"
    done(capsys, "screen", ledger, *ON_HNTE, "-o", out)
    cells = [cell for row in table(out) for cell in row.values()]
    assert not [cell for cell in cells if cell and cell[0] in "=+@\t\r"]
    assert any(cell.endswith("=乙公司") for cell in cells)


def test_same_input_same_bytes(tmp_path: Path, capsys: Capture) -> None:
    ledger = csv_file(tmp_path / "a.csv")
    for suffix in (".csv", ".xlsx", ".parquet"):
        one, two = (tmp_path / f"{name}{suffix}" for name in "12")
        for out in (one, two):
            done(capsys, "screen", ledger, *DAY, "-o", out)
        assert one.read_bytes() == two.read_bytes()


def test_nothing_is_written_without_output(tmp_path: Path, capsys: Capture) -> None:
    text = done(capsys, "screen", csv_file(tmp_path / "a.csv"), *DAY)
    assert files(tmp_path) == ["a.csv"]
    assert "读入企业 4 户" in text
    assert f"《{HNTE}》" in text
    assert f"《{SME}》" in text


def test_column_map_and_id(tmp_path: Path, capsys: Capture) -> None:
    heads = ["firm no", "headcount25", "geeks25"]
    ledger = csv_file(tmp_path / "a.csv", heads, [["F1", "100", "10"], ["F2", "100", "9"]])
    mapping = tmp_path / "map.toml"
    mapping.write_text(
        '[heads]\nheadcount25 = { fact = "职工总数", unit = "人", year = 2025 }\n'
        'geeks25 = { fact = "科技人员数", unit = "人", year = 2025 }\n',
        encoding="utf-8",
    )
    out = tmp_path / "o.csv"
    done(capsys, "screen", ledger, *ON_HNTE, "--columns", mapping, "--id", "firm no", "-o", out)
    truths = {row["identity"]: row["HNTE-C4_truth"] for row in table(out)}
    assert truths == {"F1": "pass", "F2": "fail"}


@pytest.mark.parametrize("into", [".csv", ".parquet"])
def test_top_says_why(into: str, tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / f"o{into}"
    ledger = csv_file(tmp_path / "a.csv")
    done(capsys, "screen", ledger, *ON_HNTE, "-o", out, "--top", "1")
    others = tmp_path / f"o.未入选{into}"
    assert files(tmp_path) == sorted(["a.csv", out.name, others.name])
    inside, outside = table(out), table(others)
    assert (len(inside), len(outside)) == (1, 3)
    assert inside[0]["reason"].startswith("第 1 名：")
    assert all(row["reason"].startswith("排在第 1 名之后") for row in outside)
    failed = next(row for row in outside if row["HNTE-C4_truth"] == "fail")
    assert "不符合 HNTE-C4 科技人员占比（还差科技人员数 1人）" in failed["reason"]


def test_top_in_a_workbook(tmp_path: Path, capsys: Capture) -> None:
    out = tmp_path / "o.xlsx"
    done(capsys, "screen", csv_file(tmp_path / "a.csv"), *ON_HNTE, "-o", out, "--top", "2")
    names = openpyxl.load_workbook(out).sheetnames
    assert names[-1] == "名单"
    assert "走访排序" in names


def test_reading_in_a_screening(tmp_path: Path, capsys: Capture) -> None:
    heads = ["企业名称", "2023年销售收入（元）", "2024年销售收入（元）", "2025年销售收入（元）"]
    ledger = csv_file(tmp_path / "a.csv", heads, [["甲公司", "1000", "1000", "1100"]])
    lows = []
    for more in ([], ["--reading", "附件4"]):
        done(capsys, "screen", ledger, *ON_HNTE, "-o", tmp_path / "o.csv", *more)
        lows.append(float(table(tmp_path / "o.csv")[0]["HNTE-S4.sales_lo"]))
    assert lows == [3.0, 1.0]
    refused(capsys, "screen", ledger, *DAY, "-o", tmp_path / "p.csv", "--reading", "附件5")
    assert "p.csv" not in files(tmp_path)


def test_several_ledgers_make_one_firm(tmp_path: Path, capsys: Capture) -> None:
    one = csv_file(tmp_path / "a.csv", ["企业名称", "2025年职工总数"], [["甲公司", "100"]])
    two = csv_file(tmp_path / "b.csv", ["企业名称", "2025年科技人员数"], [["甲公司", "10"]])
    done(capsys, "screen", one, two, *ON_HNTE, "-o", tmp_path / "o.csv")
    assert [row["HNTE-C4_truth"] for row in table(tmp_path / "o.csv")] == ["pass"]


def test_a_fact_twice_with_two_values_is_used_in_neither(tmp_path: Path, capsys: Capture) -> None:
    rows = [["甲公司", "100", "10"], ["甲公司", "100", "9"]]
    ledger = csv_file(tmp_path / "a.csv", ["企业名称", "2025年职工总数", "2025年科技人员数"], rows)
    text = done(capsys, "screen", ledger, *ON_HNTE, "-o", tmp_path / "o.csv")
    assert [row["HNTE-C4_truth"] for row in table(tmp_path / "o.csv")] == ["unknown"]
    assert "数据问题 0 处" not in text


# ------------------------------------------------------------------------- bad ledgers


def claiming(path: Path, size: int) -> Path:
    """The same file, its largest part now said to unpack to so many bytes."""
    with zipfile.ZipFile(path) as book:
        largest = max(book.infolist(), key=lambda info: info.file_size)
    data = path.read_bytes()
    packed = largest.compress_size.to_bytes(4, "little")
    before, after = (packed + x.to_bytes(4, "little") for x in (largest.file_size, size))
    assert before in data
    path.write_bytes(data.replace(before, after))
    return path


def bad_files(folder: Path) -> dict[str, Path]:
    """Ledgers that no one can read, each in its own way."""
    unknown = csv_file(folder / "无表头.csv", ["甲", "乙"], [["1", "2"]])
    nobody = csv_file(folder / "无标识.csv", ["2025年职工总数"], [["100"]])
    heads = csv_file(folder / "只有表头.csv", HEADS, [])
    fake = folder / "假.xlsx"
    fake.write_bytes(b"<html>not a workbook</html>")
    encrypted = folder / "加密.xlsx"
    encrypted.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 4096)
    empty = folder / "空.csv"
    empty.write_bytes(b"")
    bomb = claiming(xlsx_file(folder / "炸弹.xlsx"), 2**31)
    other = folder / "台账.docx"
    other.write_bytes(b"PK")
    parquet = folder / "假.parquet"
    parquet.write_bytes(b"PAR1 no PAR1")
    return {
        "no known head": unknown, "no identity": nobody, "no rows": heads, "fake xlsx": fake,
        "encrypted": encrypted, "empty": empty, "zip bomb": bomb, "other suffix": other,
        "fake parquet": parquet, "not there": folder / "没有.xlsx", "a folder": folder,
    }  # fmt: skip


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return bad_files(tmp_path_factory.mktemp("bad"))


@pytest.mark.parametrize("into", [".csv", ".xlsx", ".parquet"])
@pytest.mark.parametrize(
    "what",
    ["no known head", "no identity", "no rows", "fake xlsx", "encrypted", "empty", "zip bomb",
     "other suffix", "fake parquet", "not there", "a folder"],
)  # fmt: skip
def test_bad_ledgers(
    what: str, into: str, bad: Mapping[str, Path], tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / f"o{into}"
    out.write_bytes(b"kept")
    refused(capsys, "screen", bad[what], *ON_HNTE, "-o", out)
    assert files(tmp_path) == [out.name]
    assert out.read_bytes() == b"kept"


def test_bad_outputs(tmp_path: Path, capsys: Capture) -> None:
    ledger = csv_file(tmp_path / "a.csv")
    for out in ("o.xls", "o", "没有这个文件夹/o.xlsx"):
        refused(capsys, "screen", ledger, *DAY, "-o", tmp_path / out)
    for suffix in (".csv", ".xlsx", ".parquet"):
        folder = tmp_path / f"夹{suffix}"
        folder.mkdir()
        assert main(["screen", str(ledger), *DAY, "-o", str(folder)]) == 2
        assert "错误：" in capsys.readouterr().err
        folder.rmdir()
    assert files(tmp_path) == ["a.csv"]


def test_before_any_law(tmp_path: Path, capsys: Capture) -> None:
    ledger, out = csv_file(tmp_path / "a.csv"), tmp_path / "o.csv"
    refused(capsys, "screen", ledger, "--as-of", "2010-01-01", "-o", out)
    refused(capsys, "screen", ledger, "--law", SME, "--as-of", "2017-05-02", "-o", out)
    refused(capsys, "screen", ledger, "--law", "没有", *DAY, "-o", out)
    assert files(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("text", ["[columns", '[heads]\nx = "没有的事实"\n', "\x00"])
def test_bad_column_map(text: str, tmp_path: Path, capsys: Capture) -> None:
    mapping = written(tmp_path / "map.toml", text)
    refused(capsys, "screen", csv_file(tmp_path / "a.csv"), *DAY, "--columns", mapping)
    refused(capsys, "screen", tmp_path / "a.csv", *DAY, "--columns", tmp_path / "没有.toml")


def test_id_column_that_is_not_there(tmp_path: Path, capsys: Capture) -> None:
    ledger = csv_file(tmp_path / "a.csv")
    assert "没有这列" in refused(capsys, "screen", ledger, *DAY, "--id", "没有这列")


def test_parquet_does_not_mix(tmp_path: Path, capsys: Capture) -> None:
    both = csv_file(tmp_path / "a.csv"), parquet_file(tmp_path / "a.parquet")
    refused(capsys, "screen", *both, *DAY)


# -------------------------------------------------------------- a screening is many judgings


def exchange(firm: Firm) -> dict[str, Any]:
    """A firm of a ledger in the form that ``judge`` reads."""
    facts: dict[str, Any] = {}
    for key, value in firm.values.items():
        code, _, year = key.partition("@")
        if year:
            facts.setdefault(code, {})[year] = plain(value)
        else:
            facts[code] = plain(value)
    return facts


def plain(value: Any) -> Any:
    if isinstance(value, Interval):
        ends = [None if x is None else str(Fraction(x)) for x in value[:2]]
        return {"lo": ends[0], "hi": ends[1]}
    if isinstance(value, tuple):
        fields = ("kind", "issued_on", "valid_to", "event", "cancelled_on")
        return [{k: str(v) for k in fields if (v := getattr(t, k)) is not None} for t in value]
    return value if isinstance(value, bool) else str(value)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_county(tmp_path_factory.mktemp("county"), firms=120)


@pytest.mark.parametrize("law", [HNTE, SME])
def test_screen_equals_judge(law: str, county: Path, tmp_path: Path, capsys: Capture) -> None:
    out, batch = tmp_path / "o.csv", tmp_path / "b.jsonl"
    done(capsys, "screen", county, "--law", law, *DAY, "-o", out)
    ledger = read_ledgers([county], as_of=TODAY)
    lines = [
        json.dumps({"id": identity, "facts": exchange(firm_of(ledger, index))}, ensure_ascii=False)
        for index, identity in enumerate(ledger.identity)
    ]
    written(batch, "\n".join(lines))
    said = done(capsys, "judge", "--batch", batch, "--law", law, *DAY, "--json")
    answers = {a["id"]: a for a in map(json.loads, said.splitlines())}
    rows = table(out)
    assert len(rows) == len(answers) == len(ledger)
    found = {row["identity"]: list(differences(row, answers[row["identity"]], law)) for row in rows}
    assert {identity: told for identity, told in found.items() if told} == {}


def differences(row: Mapping[str, str], answer: Mapping[str, Any], law: str) -> Iterator[str]:
    if row["verdict"] != answer["verdict"] or row["hard_verdict"] != answer["hard"]["verdict"]:
        yield "verdict"
    for end in ("lo", "hi"):
        if float(row[f"score_{end}"]) != float(Fraction(answer["score"][end])):
            yield f"score_{end}"
    for node in answer["nodes"]:
        yield from _of_node(row, node, law)


def _of_node(row: Mapping[str, str], node: Mapping[str, Any], law: str) -> Iterator[str]:
    id_ = node["id"]
    if (row[f"{id_}_truth"] or None) != node["truth"]:
        yield f"{id_}_truth"
    for end in ("lo", "hi"):
        if not _same(row[f"{id_}_{end}"], node[end]):
            yield f"{id_}_{end}: {row[f'{id_}_{end}']} {node[end]}"
    gap = None if isinstance(node["gap"], dict) else node["gap"]
    if not _same(row[f"{id_}_gap"], gap):
        yield f"{id_}_gap: {row[f'{id_}_gap']} {gap}"
    yield from _wrong_side(row, node, law)


def _same(cell: str, exact: str | None) -> bool:
    if not cell or exact is None:
        return (cell or None) == exact
    wanted = Fraction(exact)
    return abs(Fraction(cell) - wanted) <= max(abs(wanted), 1) * Fraction(1, 10**12)


RATIOS = {"HNTE-C4": 0.1, "HNTE-C5b": 0.6, "HNTE-C6": 0.6}


def _wrong_side(row: Mapping[str, str], node: Mapping[str, Any], law: str) -> Iterator[str]:
    limit = RATIOS.get(node["id"])
    if limit is None or node["truth"] == "unknown":
        return
    shown = float(row[f"{node['id']}_{'lo' if node['truth'] == 'pass' else 'hi'}"] or "inf")
    if (shown >= limit) != (node["truth"] == "pass"):
        yield f"{node['id']} {shown} {node['truth']}"


# ------------------------------------------------------------------------------------ demo


def test_demo_twice(tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says and writes, and that it is the same each time. The second time without the
    pages' database, whose keys and days are its own."""
    one, two = tmp_path / "新" / "夹", tmp_path / "二"
    texts = []
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
