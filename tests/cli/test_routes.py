"""``denggao screen --top``: the key list by 培育路径, from what the ledger says and no more."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from denggao.cli.app import main

HEADS = (
    "企业名称", "2025年规模以上", "迁入日期", "招商引资企业", "所属产业链", "资格类型", "发证日期",
    "有效期至",
)  # fmt: skip
SME = ("科技型中小企业", "2026-05-01", "2026-12-31")
ROWS = {
    "路径甲公司": (("是", "", "", "", "", "", ""), "规进高"),
    "路径乙公司": (("否", "2025-01-01", "", "有色冶金", "", "", ""), "招引高、链带高"),
    "路径丙公司": (("否", "", "否", "", "", "", ""), "未知"),  # no certificates, no chain
    "路径丁公司": (("", "2027-01-01", "", "", *SME), "小升高"),  # moves in after the day
    "路径戊公司": (("", "", "", "", "", "", ""), "未知"),
}
ON = ("--law", "高新技术企业认定", "--as-of", "2026-06-30", "--decisive", "0")


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "台账.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([HEADS, *((k, *v) for k, (v, _) in ROWS.items())])
    return path


def rows_of(path: Path, sheet: str) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True))


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def screened(ledger: Path, out: Path, *more: str) -> None:
    assert main(["screen", str(ledger), *ON, "-o", str(out), *more]) == 0


def test_each_firm_in_the_workbook(ledger: Path, tmp_path: Path) -> None:
    screened(ledger, out := tmp_path / "a.xlsx", "--top", "2")
    heads, *rows = rows_of(out, "名单")
    place, name, inside = (heads.index(h) for h in ("培育路径", "企业名称", "入选"))
    assert {r[name]: r[place] for r in rows} == {k: word for k, (_, word) in ROWS.items()}
    assert [r[inside] for r in rows].count("入选") == 2
    why = heads.index("依据")
    assert all("第2名之后" in str(r[why]) for r in rows if r[inside] == "未入选")
    heads, _, *rows = rows_of(out, "逐企结论")
    place = heads.index("培育路径")
    assert len(rows) == 2
    assert all(r[place] == ROWS[str(r[1])][1] for r in rows)


def test_the_overview_counts_the_routes(ledger: Path, tmp_path: Path) -> None:
    screened(ledger, out := tmp_path / "a.xlsx", "--top", "5")
    counted = {r[1]: r[2:4] for r in rows_of(out, "总览") if r[0] == "高新技术企业认定" and r[1]}
    for name, count in {"小升高": 1, "规进高": 1, "招引高": 1, "链带高": 1, "未知": 2}.items():
        assert counted[name] == (count, count)


def test_programs_get_the_route_with_a_cut_list_only(ledger: Path, tmp_path: Path) -> None:
    screened(ledger, tmp_path / "all.csv")
    screened(ledger, tmp_path / "cut.csv", "--top", "3")
    assert "route" not in table(tmp_path / "all.csv")[0]
    both = [*table(tmp_path / "cut.csv"), *table(tmp_path / "cut.未入选.csv")]
    assert {row["name"]: row["route"] for row in both} == {k: w for k, (_, w) in ROWS.items()}


def test_the_terminal_says_how_the_list_splits(
    ledger: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["screen", str(ledger), *ON, "--top", "5"]) == 0
    told = capsys.readouterr().out
    assert (
        "前 5 户按培育路径：小升高 1 户，规进高 1 户，招引高 1 户，链带高 1 户，未知 2 户" in told
    )
