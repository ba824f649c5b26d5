"""Another office program opens every patched workbook and finds the new value."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from denggao.documents.patching import Change, NewSheet, patch
from tests.documents.patching import books, raw
from tests.documents.patching.books import CELL, SHEET, Shape
from tests.documents.patching.test_packages import at, unfaithful, values_by_calamine

pytestmark = pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) is not installed here"
)
SHAPES = [*books.SHAPES, *raw.SHAPES]
NEW = Decimal("1234.56")
CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
BY_LIBREOFFICE = ("formulas", "three levels", "comments", "WPS")


def convert(profile: Path, kind: str, files: Sequence[Path], folder: Path) -> None:
    """One start of the program for all files; its profile is nobody else's."""
    subprocess.run(
        ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore",
         "--convert-to", kind, "--outdir", folder, *files],
        check=True, capture_output=True, timeout=300,
        env={**os.environ, "SAL_USE_VCLPLUGIN": "svp"},
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every shape patched, with a note and a new sheet; then as LibreOffice shows it.
    Shapes that LibreOffice itself wrote are among them."""
    path = tmp_path_factory.mktemp("office")
    by_name = {shape.name: shape for shape in SHAPES}
    for name in BY_LIBREOFFICE:
        by_name[name].make(path / f"{name} LibreOffice.xlsx")
    own = path / "own"
    convert(path / "profile", "xlsx", sorted(path.glob("*.xlsx")), own)
    for shape in SHAPES:
        shape.make(own / f"{shape.name}.xlsx")
    patched = path / "patched"
    patched.mkdir()
    for before in own.iterdir():
        row, column = at(CELL)
        changes = [
            Change(SHEET, row, column, NEW, note="据审计报告", fill="FFF2CC"),
            Change(SHEET, 9, "B", "=不是公式"),
        ]
        patch(before, patched / before.name, changes, [NewSheet("来源", [["列"], ["审计报告"]])])
    convert(path / "profile", CSV, sorted(patched.iterdir()), path / "shown")
    return path


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize(
    "name", [*(s.name for s in SHAPES), *(f"{n} LibreOffice" for n in BY_LIBREOFFICE)]
)
def test_opens_and_shows_the_value(name: str, folder: Path) -> None:
    shown = rows(folder / "shown" / f"{name}-{SHEET}.csv")
    assert shown[5][2].replace(",", "") in ("1234.56", "1234.560")
    assert shown[8][1] == "=不是公式"
    assert rows(folder / "shown" / f"{name}-来源.csv") == [["列"], ["审计报告"]]


@pytest.mark.parametrize("name", BY_LIBREOFFICE)
def test_files_of_libreoffice_are_patched_faithfully(
    name: str, folder: Path, tmp_path: Path
) -> None:
    before, after = folder / "own" / f"{name} LibreOffice.xlsx", tmp_path / "后.xlsx"
    row, column = at(CELL)
    patch(before, after, [Change(SHEET, row, column, NEW)])
    shape = Shape(name, lambda path: None)
    assert unfaithful(shape, before, after, CELL) == []
    was, now = values_by_calamine(before), values_by_calamine(after)
    assert {key for key in was if was[key] != now[key]} == {(SHEET, 5, 2)}


def test_a_broken_package_is_not_shown(folder: Path, tmp_path: Path) -> None:
    """The program does refuse: a sheet cut short does not come out as a table."""
    whole = (folder / "patched" / "plain.xlsx").read_bytes()
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(whole[: len(whole) // 2])
    convert(folder / "profile", CSV, [broken], tmp_path / "shown")
    assert not list((tmp_path / "shown").glob("*台账*"))
