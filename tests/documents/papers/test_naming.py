"""File names of papers on every system, and folders that are whole or untouched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.documents.papers.naming import safe, stems
from denggao.documents.papers.printing import staged
from denggao.facts.errors import UserError
from tests.strategies import examples

NAMES = st.one_of(
    st.text(max_size=300),
    st.sampled_from(["甲公司", "甲公司 ", "CON", "nul.txt", "a/b", "..", "", "A公司", "a公司"]),
)


@given(names=st.lists(NAMES, min_size=1, max_size=12))
@examples(200)
def test_any_names_make_files_of_their_own(names: list[str]) -> None:
    found = stems(names, [f"代码{n // 2}" for n in range(len(names))], "一企一策")
    assert len({stem.casefold() for stem in found}) == len(names)
    for stem in found:
        assert stem.removesuffix(".docx")
        assert not re.search(r'[<>:"/\\|?*\x00-\x1f]', stem)
        assert stem == stem.strip(" .")
        assert len(f".{'0' * 16}{stem}.docx".encode()) < 400
        assert len(f"{stem}.docx".encode()) <= 255 or any(len(n) > 80 for n in names)
        assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", stem)


def test_plain_names_stay_as_they_are() -> None:
    assert stems(["甲公司", "乙公司"], ["1", "2"], "诊断报告") == [
        "甲公司-诊断报告",
        "乙公司-诊断报告",
    ]
    assert stems(["甲", "甲"], ["91A", "91B"], "一企一策") == [
        "甲（91A）-一企一策", "甲（91B）-一企一策"
    ]  # fmt: skip
    assert safe("甲:乙/丙?") == "甲_乙_丙_"
    assert len(safe("长" * 200).encode()) <= 150


def filled(folder: Path, *names: str, fails: bool = False) -> None:
    with staged(folder) as stage:
        for name in names:
            (stage / name).write_text("新", encoding="utf-8")
        if fails:
            raise RuntimeError("第二份写不出")


def test_a_folder_is_filled_at_once_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "方案"
    with pytest.raises(RuntimeError, match="第二份"):
        filled(folder, "甲.docx", fails=True)
    assert not folder.exists()
    folder.mkdir()
    (folder / "甲.docx").write_text("旧", encoding="utf-8")
    with pytest.raises(RuntimeError, match="第二份"):
        filled(folder, "甲.docx", "乙.docx", fails=True)
    assert (folder / "甲.docx").read_text(encoding="utf-8") == "旧"
    filled(folder, "甲.docx", "乙.docx")
    assert sorted(path.name for path in folder.iterdir()) == ["乙.docx", "甲.docx"]
    assert (folder / "甲.docx").read_text(encoding="utf-8") == "新"


def test_a_folder_in_the_way_of_a_file_stops_all(tmp_path: Path) -> None:
    (tmp_path / "乙.docx").mkdir()
    with pytest.raises(UserError, match="同名"):
        filled(tmp_path, "甲.docx", "乙.docx")
    assert [path.name for path in tmp_path.iterdir()] == ["乙.docx"]


def test_a_place_that_cannot_be_a_folder(tmp_path: Path) -> None:
    (tmp_path / "占").write_text("", encoding="utf-8")
    with pytest.raises(UserError, match="建不了"):
        filled(tmp_path / "占" / "里")
