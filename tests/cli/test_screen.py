"""``denggao screen`` from outside: every form in and out, and the columns of the contract."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from denggao.rules.library import by_default, in_force
from denggao.rules.nodes import Kind
from tests.cli.calling import DAY, HNTE, ON_HNTE, SME, Capture, done, files, refused
from tests.cli.ledgers import LEDGERS, ROWS, csv_file, parquet_file, table
from tests.strategies import TODAY

FIRST = ["identity", "law", "as_of", "verdict", "hard_verdict", "score_lo", "score_hi"]


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


@pytest.mark.parametrize("into", [".csv", ".parquet"])
def test_a_stream_is_summed_up(into: str, tmp_path: Path, capsys: Capture) -> None:
    """It was never in memory, and is counted all the same."""
    ledger, out = parquet_file(tmp_path / "台账.parquet"), tmp_path / f"结果{into}"
    text = done(capsys, "screen", ledger, *ON_HNTE, "-o", out)
    assert f"企业 {len(ROWS)} 户；" in text
    found = Counter(row["hard_verdict"] for row in table(out))
    words = zip(("符合", "未知", "不符合"), ("pass", "unknown", "fail"), strict=True)
    told = "，".join(f"{word} {found[key]} 户" for word, key in words)
    assert f"可核实条件：{told}" in text
    flagged = sum("OUT_OF_DOMAIN" in (row["flags"] or "") for row in table(out))
    assert f"按未知算的 {flagged} 户" in text


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
