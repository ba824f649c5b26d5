"""Ledgers, laws, outputs and column maps that ``denggao screen`` refuses, with nothing written."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from denggao.cli import main
from tests.cli.calling import DAY, ON_HNTE, SME, Capture, files, refused, written
from tests.cli.ledgers import HEADS, csv_file, parquet_file, xlsx_file


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
