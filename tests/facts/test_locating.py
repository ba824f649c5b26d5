"""A fact is located in the very cell that the reader of ledgers took it from."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.catalogue import catalogue
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger
from denggao.facts.locating import locate
from tests.facts.books import AS_OF, A, B, Rows, csv_of, read, sheet_of
from tests.facts.generated import truth, write
from tests.strategies import examples


def check(path: Path, ledger: Ledger) -> tuple[int, int]:
    """Every value of every firm: (located, stated in several cells)."""
    located = several = 0
    for key in ledger.columns:
        code, _, year = key.partition("@")
        if code not in catalogue():
            continue  # an end of a range
        for firm, asked in enumerate(ledger.identity):
            source = ledger.source_of(key, firm)
            if source is None:
                continue
            try:
                spot = locate(path, asked, catalogue()[code], int(year or 0) or None, as_of=AS_OF)
            except UserError as error:
                if "不止一格" not in str(error):
                    raise
                several += 1
                continue
            found = (spot.file, spot.sheet, spot.row, spot.column.letter, spot.column.head)
            assert found == (source.file, source.sheet, source.row, source.letter, source.head)
            located += 1
    return located, several


HEADS: list[object] = ["企业名称", "2025年研发费用（万元）", "2025年职工总数"]
OTHERS: list[object] = ["单位名称", "2025年销售收入（万元）", "2025年研发费用（元）"]


@pytest.mark.parametrize("between", [[], [["", "", ""], ["二、其余企业", "", ""]]])
def test_a_second_table_with_other_columns(tmp_path: Path, between: Rows) -> None:
    rows: Rows = [
        ["培育库", "", ""], HEADS, ["甲公司", 1, 10], ["乙公司", 2, 20], *between,
        OTHERS, ["丙公司", 300, 3], ["丁公司", 400, 4],
    ]  # fmt: skip
    path = csv_of(tmp_path / "a.csv", rows)
    spot = locate(path, "丙公司", catalogue()["rd_expense"], 2025, as_of=AS_OF)
    assert (spot.row, spot.column.letter, spot.value, spot.factor) == (
        len(rows) - 1, "C", "3", 1,
    )  # fmt: skip
    located, several = check(path, read(path))
    assert (located, several) == (4 + 4 + 4, 0)


def test_tables_shifted_and_known_by_code_in_one_only(tmp_path: Path) -> None:
    rows: Rows = [
        ["序号", "统一社会信用代码", "企业名称", "2025年职工总数"],
        [1, A, "甲公司", 5],
        [2, B, "乙公司", 6],
        ["", "", "", ""],
        ["", "", "企业名称", "2024年职工总数"],
        ["", "", "乙公司", 7],
    ]
    path = sheet_of(tmp_path / "a.xlsx", rows)
    ledger = read(path)
    spot = locate(path, B, catalogue()["staff"], 2024, as_of=AS_OF)
    assert (spot.row, spot.column.letter) == (6, "D")
    located, several = check(path, ledger)
    assert (located, several) == (6, 1)  # 乙公司's name stands twice


@examples(12, nightly=500)
@given(seed=st.integers(0, 2**32 - 1))
def test_any_ledger(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rnd = Random(seed)
        path = write(Path(folder), truth(rnd), rnd)
        located, _ = check(path, read(path))
        assert located
