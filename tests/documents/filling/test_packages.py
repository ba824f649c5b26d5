"""Forms that other programs pack in other ways, and damaged ones."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from denggao.documents.filling.formreader import read_form
from denggao.documents.filling.rows import prepare
from denggao.facts.errors import UserError
from tests.documents.filling.forms import Drawn, draw, fill, values, write_ledger


def repacked(source: Path, change: Callable[[str, bytes], tuple[str, bytes]]) -> Path:
    """The same package with ``change`` done to every part's name and contents."""
    target = source.with_name(f"另-{source.name}")
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(*change(name, old.read(name)))
    return target


def test_breaks_of_lines_in_heads_are_no_words(tmp_path: Path) -> None:
    """Excel writes a carriage return in a cell as _x000D_."""

    def broken(name: str, data: bytes) -> tuple[str, bytes]:
        return name, data.replace("职工总数".encode(), "职工_x000D_\n总数".encode())

    form = draw(tmp_path / "表.xlsx", Drawn(["序号", "企业名称", "2025年职工总数"]))
    filled = fill(repacked(form, broken), write_ledger(tmp_path / "台账.xlsx"))
    assert [row[2] for row in values(filled)[2:5]] == [100, 50, 20.5]


def test_strings_and_styles_lie_where_the_workbook_says(tmp_path: Path) -> None:
    places = {b"sharedStrings.xml": b"texte/words.xml", b"styles.xml": b"looks.xml"}

    def elsewhere(name: str, data: bytes) -> tuple[str, bytes]:
        for old, new in places.items():
            if name == f"xl/{old.decode()}":
                name = f"xl/{new.decode()}"
            if name.endswith((".rels", "[Content_Types].xml")):
                data = data.replace(old, new)
        return name, data

    form = Drawn(["序号", "企业名称", "科技人员占职工总数比例"], formats={2: "0.00%"})
    read = read_form(repacked(draw(tmp_path / "表.xlsx", form), elsewhere))
    (layout,) = read.sheets
    assert layout.box(2, 2).text == "科技人员占职工总数比例"
    assert read.format(layout.box(3, 2).style) == "0.00%"


def test_a_damaged_package_is_said_when_rows_are_prepared(tmp_path: Path) -> None:
    form = draw(tmp_path / "表.xlsx", Drawn(["序号", "企业名称", "2025年职工总数"]))
    data = form.read_bytes()
    form.write_bytes(re.sub(rb"PK\x01\x02", b"PK\x01\x07", data, count=1))
    with pytest.raises(UserError, match="内部写法不合规范"):
        prepare(form, tmp_path / "出.xlsx", [])
