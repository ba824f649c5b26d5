"""Forms that other programs pack in other ways, and damaged ones."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from denggao.cli.app import main
from denggao.documents.filling import workbook
from denggao.documents.filling.formreader import read_form
from denggao.documents.filling.rows import prepare
from denggao.facts.errors import UserError
from tests.documents.filling.forms import (
    AS_OF,
    FIRMS,
    Drawn,
    draw,
    fill,
    notes,
    values,
    write_ledger,
)


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


def conversation(source: Path, cell: str) -> Path:
    """The workbook with a conversation at a cell of its first sheet, which has no relations."""
    target = source.with_name(f"谈-{source.name}")
    shutil.copy(source, target)
    with zipfile.ZipFile(target, "a") as package:
        package.writestr(
            "xl/threadedComments/threadedComment1.xml",
            '<ThreadedComments xmlns="http://schemas.microsoft.com/office/spreadsheetml/2018/'
            f'threadedcomments"><threadedComment ref="{cell}" id="{{1}}"><text>谈</text>'
            "</threadedComment></ThreadedComments>",
        )
        package.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="rId1" Target="../threadedComments/threadedComment1.xml" Type='
            '"http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"/>'
            "</Relationships>",
        )
    return target


def test_a_conversation_keeps_its_cell_and_the_rest_is_filled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second firm's sales are 「500余」 and its expenses are blank: two cells in want."""
    heads = ["企业名称", "2025年销售收入（万元）", "2025年研发费用（万元）"]
    form = conversation(draw(tmp_path / "表.xlsx", Drawn(heads)), "B4")
    filled = fill(form, write_ledger(tmp_path / "台账.xlsx"))
    assert values(filled)[2] == ["试验甲科技有限公司", 1500.5, 80.25]
    assert set(notes(filled)) == {"C4"}
    said = capsys.readouterr().out
    assert "缺数 2 格，1 格加了批注，全部列在〈待填清单〉" in said
    assert "1 格有对话式批注，没有另加批注：〈表1〉B4" in said
    assert "B4" in [row[2] for row in values(filled, "待填清单")]


def test_errors_are_marked_beside_a_conversation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    firm = {**FIRMS[0], "成立日期": "哪天"}
    ledger = conversation(write_ledger(tmp_path / "台账.xlsx", [firm]), "C2")
    target = tmp_path / "有错.xlsx"
    assert main(["errors", str(ledger), "-o", str(target), "--as-of", AS_OF]) == 0
    assert "没有另加批注：〈台账〉C2" in capsys.readouterr().out
    assert "C2" in [row[3] for row in values(target, "数据问题")]
    assert openpyxl.load_workbook(target)["台账"]["C2"].fill.fgColor.rgb.endswith("FFC7CE")


def test_nothing_missing_is_said_as_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = draw(tmp_path / "表.xlsx", Drawn(["企业名称", "所在区县", "2025年职工总数"]))
    ledger = write_ledger(tmp_path / "台账.xlsx")
    filled = fill(form, ledger)
    assert not notes(filled)
    assert "缺数 0 格\n" in capsys.readouterr().out


def test_only_comments_really_written_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_COMMENTS", 1)
    heads = ["企业名称", "2025年销售收入（万元）", "2025年研发费用（万元）"]
    form = draw(tmp_path / "表.xlsx", Drawn(heads))
    filled = fill(form, write_ledger(tmp_path / "台账.xlsx"))
    assert len(notes(filled)) == 1
    assert "缺数 2 格，1 格加了批注，全部列在〈待填清单〉" in capsys.readouterr().out


def pivot(source: Path, area: str) -> Path:
    """The workbook with a pivot cache that reads an area of its sheet 表1."""

    def related(name: str, data: bytes) -> tuple[str, bytes]:
        if name == "xl/_rels/workbook.xml.rels":
            link = (
                b'<Relationship Id="rId99" Target="pivotCache/pivotCacheDefinition1.xml" Type="http'
                b"://schemas.openxmlformats.org/officeDocument/2006/relationships/"
                b'pivotCacheDefinition"/></Relationships>'
            )
            data = data.replace(b"</Relationships>", link)
        return name, data

    target = repacked(source, related)
    with zipfile.ZipFile(target, "a") as package:
        package.writestr(
            "xl/pivotCache/pivotCacheDefinition1.xml",
            '<pivotCacheDefinition xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/'
            f'main"><cacheSource type="worksheet"><worksheetSource ref="{area}" sheet="表1"/>'
            '</cacheSource><cacheFields count="0"/></pivotCacheDefinition>',
        )
    return target


@pytest.mark.parametrize(
    ("area", "blank", "code"), [("A2:C4", 2, 2), ("A1:C2", 2, 0), ("A2:C4", 3, 0)]
)
def test_what_a_pivot_table_reads_does_not_move(
    area: str, blank: int, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only where rows are inserted and the area is not above them."""
    form = Drawn(["序号", "企业名称", "2025年职工总数"], blank=blank)
    made = pivot(draw(tmp_path / "表.xlsx", form), area)
    fill(made, write_ledger(tmp_path / "台账.xlsx"), code=code)
    assert ("数据透视表取的是 A2:C4 的数据" in capsys.readouterr().err) == bool(code)


def vml(path: Path) -> str:
    with zipfile.ZipFile(path) as package:
        (name,) = [name for name in package.namelist() if name.endswith(".vml")]
        return package.read(name).decode()


def test_boxes_of_any_prefix_move_with_their_comments(tmp_path: Path) -> None:
    def commented(book: object, sheet: Any) -> None:
        sheet.write_comment("A6", "原来的批注")

    def other_prefix(name: str, data: bytes) -> tuple[str, bytes]:
        if name.endswith(".vml"):
            data = re.sub(rb"(</?|xmlns:)x(?=[:=])", rb"\1excel", data)
        return name, data

    form = Drawn(["序号", "企业名称", "2025年职工总数"], blank=1, more=commented)
    made = repacked(draw(tmp_path / "表.xlsx", form), other_prefix)
    filled = fill(made, write_ledger(tmp_path / "台账.xlsx"))
    assert notes(filled) == {"A8": "原来的批注"}
    assert re.findall(r"<excel:Row>(\d+)<", vml(filled)) == ["7"]
    (anchor,) = re.findall(r"<excel:Anchor>([0-9, ]+)<", vml(filled))
    (before,) = re.findall(r"<excel:Anchor>([0-9, ]+)<", vml(made))
    was, now = ([int(n) for n in text.split(",")] for text in (before, anchor))
    assert [b - a for a, b in zip(was, now, strict=True)] == [0, 0, 2, 0, 0, 0, 2, 0]
