"""A file is replaced whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from denggao.cli.common import checked_output
from denggao.documents.replacing import replacing
from denggao.facts.errors import UserError


def put(path: Path, text: str, like: Path | None = None) -> None:
    with replacing(path, like=like) as draft:
        assert draft.parent == Path(os.path.realpath(path)).parent
        assert draft.suffix == path.suffix.lower()
        draft.write_text(text)


def test_links_and_modes_stay(tmp_path: Path) -> None:
    theirs, link = tmp_path / "库" / "原.CSV", tmp_path / "链接.CSV"
    theirs.parent.mkdir()
    theirs.write_text("旧")
    theirs.chmod(0o640)
    link.symlink_to(theirs)
    put(link, "新")
    assert link.is_symlink()
    assert theirs.read_text() == "新"
    assert theirs.stat().st_mode & 0o777 == 0o640
    put(tmp_path / "照着.csv", "新", like=theirs)
    assert (tmp_path / "照着.csv").stat().st_mode & 0o777 == 0o640
    put(tmp_path / "平常.csv", "新")
    (tmp_path / "手写.csv").write_text("")
    usual = (tmp_path / "手写.csv").stat().st_mode
    assert (tmp_path / "平常.csv").stat().st_mode == usual
    assert list(theirs.parent.iterdir()) == [theirs]


def test_two_writers_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with replacing(path) as first, replacing(path) as second:
        assert first != second
        first.write_text("一")
        second.write_text("二")
    assert path.read_text() == "一"
    assert list(tmp_path.iterdir()) == [path]


def test_only_errors_of_the_target_are_said_to_be_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("旧")

    def fail(error: BaseException) -> None:
        with replacing(path) as draft:
            draft.write_text("半")
            raise error

    with pytest.raises(UserError, match="写不进去"):
        fail(OSError(28, "No space left on device"))
    for other in (FileNotFoundError(2, "gone", "别的.xlsx"), ValueError("x"), KeyboardInterrupt()):
        with pytest.raises(type(other)):
            fail(other)
    with pytest.raises(FileNotFoundError), replacing(path):
        (tmp_path / "没有").read_bytes()
    assert path.read_text() == "旧"
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_a_target_is_refused_before(tmp_path: Path) -> None:
    for path, why in ((tmp_path, "这是一个文件夹"), (tmp_path / "无" / "a.csv", "没有文件夹")):
        with pytest.raises(UserError, match=why), replacing(path):
            pytest.fail("the work was done in vain")
    assert list(tmp_path.iterdir()) == []


def test_outputs_are_checked_in_one_way(tmp_path: Path) -> None:
    read, output = tmp_path / "台账.xlsx", tmp_path / "结果.XLSX"
    read.write_text("x")
    link = tmp_path / "同一份.xlsx"
    link.hardlink_to(read)
    checked_output(output, [".xlsx"], [read, None])
    for path, why in (
        (tmp_path / "结果.csv", "以 .xlsx 结尾"),
        (tmp_path / "无" / "结果.xlsx", "没有文件夹"),
        (read, "会盖掉输入文件"),
        (link, "会盖掉输入文件"),
    ):
        with pytest.raises(UserError, match=why):
            checked_output(path, [".xlsx"], [None, read])
    (tmp_path / "夹.xlsx").mkdir()
    with pytest.raises(UserError, match="是一个文件夹"):
        checked_output(tmp_path / "夹.xlsx", [".xlsx"])
