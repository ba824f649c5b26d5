"""Nine ways in which readers of workbooks lose cells without a word; none may happen here.

One workbook of 3,000 rows, as measured: what a type-guessing reader takes for a number column
turns to text after row 1000, and so on. The last tests show that the traps are real.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import python_calamine
import xlsxwriter

from denggao.facts.ledger import Ledger
from tests.facts.books import AS_OF, read

ROWS = 3000
LOST_FROM = 1000
CODE = 916201007127728696  # as a number: a double keeps 9.16201007127729E+17
DAY = dt.date(2024, 3, 5)


def writer(write: Callable[[Any, int, int, int], object]) -> Callable[[Any, int, int], object]:
    """``write(sheet, row, column, number)`` where ``number`` counts the firms from 0."""
    return lambda sheet, row, column: write(sheet, row, column, row - 1)


COLUMNS: dict[str, Callable[[Any, int, int], object]] = {
    "企业名称": writer(lambda s, r, c, n: s.write_string(r, c, f"企业{n}")),
    "2025年职工总数": writer(
        lambda s, r, c, n: s.write(r, c, n + 1 if n < LOST_FROM else "无" if n % 2 else f"{n}人")
    ),
    "2025年科技人员数": writer(lambda s, r, c, n: s.write(r, c, 1) if n >= 50 else None),
    "2024年职工总数": writer(lambda s, r, c, n: s.write(r, c, "—" if n % 3 else 7)),
    "2025年销售收入（元）": writer(
        lambda s, r, c, n: s.write_formula(r, c, "=1/0", None, "#DIV/0!") if n % 10 == 9
        else s.write_number(r, c, n)
    ),
    "一类知识产权数": writer(lambda s, r, c, n: s.write_number(r, c, 3)),
    "注册号": writer(lambda s, r, c, n: s.write_number(r, c, CODE)),
    "国民经济行业": writer(lambda s, r, c, n: s.write_string(r, c, "0651")),
    "2025年研发费用（元）": writer(lambda s, r, c, n: s.write_string(r, c, "1,234.50")),
    "2024年销售收入（元）": writer(lambda s, r, c, n: s.write_formula(r, c, "=1+1", None, 2)),
}  # fmt: skip


def made(path: Path, rows: int = ROWS, date1904: bool = False) -> Path:
    book = xlsxwriter.Workbook(str(path), {"date_1904": date1904})
    sheet, day = book.add_worksheet("台账"), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, [*COLUMNS, "成立日期"])
    serial = (DAY - (dt.date(1904, 1, 1) if date1904 else dt.date(1899, 12, 30))).days
    for row in range(1, rows + 1):
        for column, write in enumerate(COLUMNS.values()):
            write(sheet, row, column)
        if row % 3 == 0:
            sheet.write_datetime(row, len(COLUMNS), dt.datetime(2024, 3, 5), day)  # noqa: DTZ001
        else:
            sheet.write(row, len(COLUMNS), "2024.3.5" if row % 3 == 1 else serial)
    book.close()
    return path


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("silent") / "台账.xlsx")


@pytest.fixture(scope="module")
def ledger(path: Path) -> Ledger:
    found = read(path, as_of=AS_OF)
    assert (len(found), found.rows_read, found.rows_skipped) == (ROWS, ROWS, 0)
    return found


def named(ledger: Ledger, kind: str) -> set[tuple[int, str]]:
    return {(p.row, p.column) for p in ledger.problems if p.kind == kind and p.row}


def test_text_after_row_1000_of_a_number_column(ledger: Ledger) -> None:
    values = ledger.columns["staff@2025"]
    assert values[:LOST_FROM] == [(n + 1) * 10_000 for n in range(LOST_FROM)]
    assert values[LOST_FROM::2] == [n * 10_000 for n in range(LOST_FROM, ROWS, 2)]
    assert named(ledger, "ambiguous_none") == {(n + 2, "B") for n in range(LOST_FROM + 1, ROWS, 2)}


def test_a_column_whose_first_rows_are_blank(ledger: Ledger) -> None:
    assert ledger.columns["tech_staff@2025"] == [None] * 50 + [10_000] * (ROWS - 50)


def test_numbers_and_dashes_mixed(ledger: Ledger) -> None:
    expected = [None if n % 3 else 70_000 for n in range(ROWS)]
    assert ledger.columns["staff@2024"] == expected
    assert not {row for row, column in named(ledger, "not_a_number") if column == "D"}


def test_dates_texts_and_serial_numbers_mixed(ledger: Ledger) -> None:
    assert ledger.columns["established_on"] == [DAY] * ROWS


def test_error_cells_are_no_blanks(ledger: Ledger) -> None:
    assert named(ledger, "error_value") == {(n + 2, "E") for n in range(9, ROWS, 10)}
    values = ledger.columns["sales@2025"]
    assert [n for n in range(ROWS) if values[n] is None] == list(range(9, ROWS, 10))


def test_whole_numbers_stay_whole(ledger: Ledger) -> None:
    values = ledger.columns["ip_class1"]
    assert values == [3] * ROWS
    assert {type(value) for value in values} == {int}


def test_eighteen_digits_typed_as_a_number_are_named_with_the_cure(ledger: Ledger) -> None:
    assert len(named(ledger, "digits_lost")) == ROWS
    assert set(ledger.columns["reg_no"]) == {None}
    problem = next(p for p in ledger.problems if p.kind == "digits_lost")
    assert "设为文本后重新填写" in problem.advice


def test_leading_zeros_and_thousands_separators_in_text(ledger: Ledger) -> None:
    assert set(ledger.columns["industry"]) == {"0651"}
    assert set(ledger.columns["rd_expense@2025"]) == {123_450}


def test_formulas_give_their_stored_value(ledger: Ledger) -> None:
    assert set(ledger.columns["sales@2024"]) == {200}


def test_every_cell_is_a_value_or_named_or_blank(ledger: Ledger) -> None:
    """Nothing in between: what is no value and not blank has a problem of its own."""
    wrong = {(p.row, p.column) for p in ledger.problems if p.row and not p.is_notice}
    for key, letter in (("staff@2025", "B"), ("sales@2025", "E"), ("established_on", "K")):
        for firm, value in enumerate(ledger.columns[key]):
            assert (value is None) == ((firm + 2, letter) in wrong), (key, firm)


def test_the_1904_system(tmp_path: Path) -> None:
    ledger = read(made(tmp_path / "1904.xlsx", rows=60, date1904=True))
    assert ledger.columns["established_on"] == [DAY] * 60


# --- the traps are real --------------------------------------------------------------------


def test_the_fast_reader_alone_loses_the_error_cells(path: Path) -> None:
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    rows = sheet.to_python()
    assert [row[4] for row in rows[10::10]] == [""] * (ROWS // 10)


def test_a_number_of_18_digits_has_lost_the_last_ones(path: Path) -> None:
    sheet = python_calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    stored = sheet.to_python()[1][6]
    assert f"{stored:.15g}" == "9.16201007127729e+17"
    assert int(float(f"{stored:.15g}")) != CODE
