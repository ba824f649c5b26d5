"""One value in many workbooks: nothing else differs in the package, nor to other readers."""

from __future__ import annotations

import datetime as dt
import warnings
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from denggao.documents.patching import Change, patch
from denggao.documents.patching.container import Container
from tests.documents.patching import books, raw
from tests.documents.patching.books import OLD, Shape
from tests.documents.patching.compare import (
    changed_parts,
    outside,
    text,
    without_recalculation,
)

SHAPES = [*books.SHAPES, *raw.SHAPES]
NEW = Decimal("1234.56")


def at(reference: str) -> tuple[int, str]:
    """(row, column) of "C6"."""
    letters = reference.rstrip("0123456789")
    return int(reference.removeprefix(letters)), letters


def change(shape: Shape, value: Any, **more: Any) -> Change:
    row, column = at(shape.cell)
    return Change(shape.sheet, row, column, value, **more)


def values_by_openpyxl(path: Path) -> dict[tuple[str, str], Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # what it cannot keep; we do
        book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): (_plain(cell.value), cell.number_format, cell.style_id)
        for sheet in book.worksheets
        for row in sheet.rows
        for cell in row
        if cell.value is not None
    }


def _plain(value: Any) -> Any:
    """Array formulas are objects that equal nothing."""
    return getattr(value, "text", value)


def values_by_calamine(path: Path) -> dict[tuple[str, int, int], Any]:
    book = CalamineWorkbook.from_path(str(path))
    found = {}
    for name in book.sheet_names:
        sheet = book.get_sheet_by_name(name)
        for row, cells in enumerate(sheet.to_python(skip_empty_area=False)):
            found |= {(name, row, column): cell for column, cell in enumerate(cells)}
    return found


def differing(before: dict[Any, Any], after: dict[Any, Any]) -> set[Any]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def unfaithful(shape: Shape, before: Path, after: Path, cell: str) -> list[str]:
    """What differs in the package besides one cell and the wish to reckon anew."""
    said = [f"part {name}" for name in changed_parts(before, after) - {shape.part, shape.workbook}]
    if outside(text(before, shape.part), cell) != outside(text(after, shape.part), cell):
        said.append("sheet outside the cell")
    books = [without_recalculation(text(path, shape.workbook)) for path in (before, after)]
    if books[0] != books[1]:
        said.append("workbook")
    return said


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_only_the_cell_changes(shape: Shape, tmp_path: Path) -> None:
    before, after = tmp_path / "前.xlsx", tmp_path / "后.xlsx"
    shape.make(before)
    patch(before, after, [change(shape, NEW)])
    assert unfaithful(shape, before, after, shape.cell) == []
    assert text(before, shape.part) != text(after, shape.part)
    row, column = at(shape.cell)
    key = shape.sheet, row - 1, ord(column) - 65
    was, now = values_by_calamine(before), values_by_calamine(after)
    assert differing(was, now) == {key}
    assert (was[key], now[key]) == (OLD, float(NEW))
    assert _differ_to_openpyxl(shape, before, after) == {(shape.sheet, shape.cell)}


def _differ_to_openpyxl(shape: Shape, before: Path, after: Path) -> set[Any]:
    if shape.name == "strict":  # openpyxl finds no sheets in a strict file
        return {(shape.sheet, shape.cell)}
    was, now = values_by_openpyxl(before), values_by_openpyxl(after)
    key = shape.sheet, shape.cell
    assert was[key][1:] == now[key][1:]  # the format of the cell
    assert now[key][0] == float(NEW)
    return differing(was, now)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_the_same_value_changes_no_byte(shape: Shape, tmp_path: Path) -> None:
    before, after = tmp_path / "前.xlsx", tmp_path / "后.xlsx"
    shape.make(before)
    patch(before, after, [change(shape, Decimal("320.50"))])
    assert before.read_bytes() == after.read_bytes()


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_there_and_back(shape: Shape, tmp_path: Path) -> None:
    """The old value again gives the old bytes of the sheet, but for how it was spelt."""
    before, after = tmp_path / "前.xlsx", tmp_path / "后.xlsx"
    shape.make(before)
    patch(before, after, [change(shape, NEW)])
    patch(after, after, [change(shape, Decimal("320.5"))])
    assert unfaithful(shape, before, after, shape.cell) == []
    assert values_by_calamine(before) == values_by_calamine(after)


@pytest.mark.parametrize("name", ["plain", "charts", "comments", "formulas", "WPS"])
def test_reading_and_writing_all_would_be_found(name: str, tmp_path: Path) -> None:
    """The comparison is worth something: openpyxl's own way does not pass it."""
    shape = next(shape for shape in SHAPES if shape.name == name)
    before, after = tmp_path / "前.xlsx", tmp_path / "后.xlsx"
    shape.make(before)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = openpyxl.load_workbook(before)
    book[shape.sheet][shape.cell] = float(NEW)
    book.save(after)
    assert unfaithful(shape, before, after, shape.cell)


def test_there_are_enough_shapes() -> None:
    assert len({shape.name for shape in SHAPES}) == len(SHAPES) >= 20


def test_formulas_are_reckoned_anew(tmp_path: Path) -> None:
    """The workbook part says so by one attribute; without formulas it stays as it is."""
    for shape in SHAPES:
        before, after = tmp_path / f"{shape.name}.xlsx", tmp_path / f"{shape.name}后.xlsx"
        shape.make(before)
        patch(before, after, [change(shape, NEW)])
        if shape.name in ("formulas", "tables", "openpyxl", "openpyxl write-only", "pictures"):
            assert b'fullCalcOnLoad="1"' in text(after, shape.workbook)
        else:
            assert shape.workbook not in changed_parts(before, after)


def test_dates_are_dates_in_both_systems(tmp_path: Path) -> None:
    for shape in SHAPES:
        if shape.name not in ("plain", "1904"):
            continue
        path = tmp_path / f"{shape.name}.xlsx"
        shape.make(path)
        changes = [
            Change(shape.sheet, 6, "F", dt.date(2026, 6, 30)),  # is a date there
            Change(shape.sheet, 6, "C", dt.date(2024, 2, 29)),  # is money there
        ]
        patch(path, path, changes)
        found = values_by_calamine(path)
        assert found[shape.sheet, 5, 5] == dt.date(2026, 6, 30)
        assert found[shape.sheet, 5, 2] == dt.date(2024, 2, 29)


def test_parts_of_every_size_about_a_chunk(tmp_path: Path) -> None:
    """The unpacker may hold back output when the packed bytes end at the border of a chunk."""
    chunk = 1 << 20
    sizes = [chunk + more for more in range(-20, 300, 4)]
    path = tmp_path / "部件.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        for size in sizes:
            package.writestr(str(size), b"<c/>" * (size // 4) + b"<" * (size % 4))
    container = Container(path)
    try:
        read = {e.name: sum(map(len, container.chunks(e))) for e in container.entries}
    finally:
        container.close()
    assert read == {str(size): size for size in sizes}
    assert any(_holds_back(path, str(size)) for size in sizes)  # the fault can show here


def _holds_back(path: Path, name: str) -> bool:
    """Is there output left when all input is consumed, a chunk at a time?"""
    with zipfile.ZipFile(path) as package:
        pack = zlib.compressobj(6, zlib.DEFLATED, -15)
        rest = pack.compress(package.read(name)) + pack.flush()
    inflate = zlib.decompressobj(-15)
    while rest:
        inflate.decompress(rest, 1 << 20)
        rest = inflate.unconsumed_tail
    return not inflate.eof
