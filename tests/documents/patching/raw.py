"""Packages made by hand: as other programs write them, down to how the zip is laid out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from tests.documents.patching.books import CODES, NAMES, OLD, SHEET, Shape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_OFFICE = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

STYLES = (
    '<styleSheet xmlns="{main}"><numFmts count="1"><numFmt numFmtId="176"'
    ' formatCode="0.00_ "/></numFmts><fonts count="1"><font><sz val="11"/><name val="宋体"/>'
    '<charset val="134"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/>'
    '</fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/>'
    '</borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0">'
    '<alignment vertical="center"/></xf></cellStyleXfs><cellXfs count="3"><xf numFmtId="0"'
    ' fontId="0" fillId="0" borderId="0" xfId="0"><alignment vertical="center"/></xf>'
    '<xf numFmtId="176" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1">'
    '<alignment horizontal="right"/></xf><xf numFmtId="49" fontId="0" fillId="0" borderId="0"'
    ' xfId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
STRINGS = (
    '<sst xmlns="{main}" count="5" uniqueCount="5"><si><t>台账</t></si><si><t>企业名称</t></si>'
    '<si><r><t>兰州甲科技</t></r><r><rPr><b/></rPr><t>有限公司</t></r><rPh sb="0" eb="1">'
    "<t>lan</t></rPh></si><si><t>收入</t></si><si/></sst>"
)


def rows(p: str = "", r: bool = True) -> str:
    """Six rows, the figure in C6; ``p`` is a prefix with its colon, ``r`` whether cells and
    rows say where they are."""

    def cell(reference: str, attributes: str, content: str) -> str:
        place = f' r="{reference}"' if r else ""
        return f"<{p}c{place}{attributes}>{content}</{p}c>"

    def row(number: int, *found: str, more: str = ' spans="1:3"') -> str:
        place = f' r="{number}"' if r else ""
        return f"<{p}row{place}{more if r else ''}>{''.join(found)}</{p}row>"

    def v(value: object) -> str:
        return f"<{p}v>{value}</{p}v>"

    def text(words: str) -> str:
        return f"<{p}is><{p}t>{words}</{p}t></{p}is>"

    return "".join(
        [
            row(1, cell("A1", ' t="s"', v(0))),
            row(2) if r else f"<{p}row/>",
            row(3, cell("A3", ' t="inlineStr"', text("代码")), cell("B3", ' t="s"', v(1)),
                cell("C3", ' t="s"', v(3))),
            row(4, cell("A4", ' s="2" t="inlineStr"', text(CODES[0])), cell("B4", ' t="s"', v(2)),
                cell("C4", ' s="1"', v("1E2"))),
            row(5, cell("A5", ' s="2" t="str"', v(CODES[1])), cell("B5", ' t="s"', v(4)),
                cell("C5", ' s="1" t="n"', v("0.10000000000000001"))),
            row(6, cell("A6", ' s="2" t="inlineStr"', text(CODES[2])),
                cell("B6", ' t="inlineStr"', text(NAMES[2])), cell("C6", ' s="1"', v(OLD))),
        ]
    )  # fmt: skip


def sheet(body: str, head: str = "", tail: str = "", root: str = "") -> str:
    return (
        f'{HEAD}<worksheet xmlns="{MAIN}" xmlns:r="{OFFICE}"{root}>{head}'
        f"<sheetData>{body}</sheetData>{tail}</worksheet>"
    )


def package(sheets: str, **more: str) -> dict[str, str]:
    """The parts of a workbook with one sheet; ``more`` is added or put in place of these."""
    types = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for name, kind in (
            ("workbook", "sheet.main"), ("worksheets/sheet1", "worksheet"),
            ("styles", "styles"), ("sharedStrings", "sharedStrings"),
        )
    )  # fmt: skip
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(
            (("worksheet", "worksheets/sheet1.xml"), ("styles", "styles.xml"),
             ("sharedStrings", "sharedStrings.xml")), 1,
        )
    )  # fmt: skip
    found = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default'
        ' Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{types}</Types>',
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship'
        f' Id="rId1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet'
        f' name="{SHEET}" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">'
        f"{relations}</Relationships>",
        "xl/worksheets/sheet1.xml": sheets,
        "xl/styles.xml": HEAD + STYLES.format(main=MAIN),
        "xl/sharedStrings.xml": HEAD + STRINGS.format(main=MAIN),
    }
    return found | more


class Unseekable(io.RawIOBase):
    """A pipe, as far as zipfile can see: sizes come after the data."""

    def __init__(self, target: BinaryIO) -> None:
        self.target = target

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self.target.write(data)


def save(path: Path, parts: dict[str, str], method: int = zipfile.ZIP_DEFLATED, **how: Any) -> None:
    """Zip the parts. ``zip64``: wide sizes in every local header; ``pipe``: data descriptors;
    ``before``: bytes in front of the zip; ``slash``: how folders are separated."""
    with path.open("wb") as file:
        file.write(how.get("before", b""))
        target = Unseekable(file) if how.get("pipe") else file
        with zipfile.ZipFile(target, "w", method) as made:  # type: ignore[arg-type]
            made.comment = how.get("comment", b"")
            for number, (name, words) in enumerate(parts.items()):
                info = zipfile.ZipInfo(name.replace("/", how.get("slash", "/")))
                info.date_time = (2021, 3, 4, 5, 6, 2 * number)
                info.compress_type = method
                info.external_attr = 0o640 << 16
                info.comment = how.get("remark", b"")
                info.extra = how.get("extra", b"")
                if how.get("pipe"):
                    info.flag_bits |= 8
                with made.open(info, "w", force_zip64=how.get("zip64", False)) as stream:
                    stream.write(words.encode())


# --- shapes ----------------------------------------------------------------------------------


def _as(parts: dict[str, str], **how: Any) -> Callable[[Path], None]:
    return lambda path: save(path, parts, **how)


WPS = package(
    sheet(
        rows(),
        head='<sheetPr/><dimension ref="A1:C6"/><sheetViews><sheetView tabSelected="1"'
        ' workbookViewId="0"><selection activeCell="A1" sqref="A1"/></sheetView></sheetViews>'
        '<sheetFormatPr defaultColWidth="9" defaultRowHeight="13.5" outlineLevelCol="2"/>'
        '<cols><col min="1" max="1" width="20.63" style="2" customWidth="1"/></cols>',
        tail='<mergeCells count="1"><mergeCell ref="A1:C1"/></mergeCells><pageMargins left="0.75"'
        ' right="0.75" top="1" bottom="1" header="0.5" footer="0.5"/><headerFooter/>',
        root=' xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
        ' xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
        ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        ' xmlns:etc="http://www.wps.cn/officeDocument/2017/etCustomData"',
    ),
    **{
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><fileVersion'
        ' appName="xl" lastEdited="3" lowestEdited="5" rupBuild="9302"/><workbookPr/><bookViews>'
        f'<workbookView windowWidth="28800"/></bookViews><sheets><sheet name="{SHEET}"'
        ' sheetId="1" r:id="rId1"/></sheets><calcPr calcId="144525"/></workbook>',
        "docProps/custom.xml": f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/'
        'officeDocument/2006/custom-properties" xmlns:vt="http://schemas.openxmlformats.org/'
        'officeDocument/2006/docPropsVTypes"><property'
        ' fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2"'
        ' name="KSOProductBuildVer"><vt:lpwstr>2052-12.1.0.15712</vt:lpwstr></property>'
        "</Properties>",
    },
)


def _prefixed() -> dict[str, str]:
    whole = (
        f'{HEAD}<x:worksheet xmlns:x="{MAIN}" xmlns:r="{OFFICE}"><x:dimension ref="A1:C6"/>'
        f"<x:sheetData>{rows('x:')}</x:sheetData></x:worksheet>"
    )
    styles = STYLES.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    book = (
        f'{HEAD}<x:workbook xmlns:x="{MAIN}" xmlns:r="{OFFICE}"><x:sheets><x:sheet'
        f' name="{SHEET}" sheetId="1" r:id="rId1"/></x:sheets></x:workbook>'
    )
    more = {"xl/styles.xml": HEAD + styles.format(main=MAIN), "xl/workbook.xml": book}
    return package(whole, **more)


def _strict() -> dict[str, str]:
    return {
        name: words.replace(MAIN, STRICT).replace(OFFICE, STRICT_OFFICE)
        for name, words in package(sheet(rows())).items()
    }


ALTERNATE = sheet(
    rows(),
    tail='<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/'
    '2006"><mc:Choice Requires="x14"><extLst/></mc:Choice><mc:Fallback/></mc:AlternateContent>',
)
ODD_XML = (
    sheet(rows(), head="<!-- <sheetData><row r='1'/> -->")
    .replace("<v>320.5</v>", "<v >320.5</v >")
    .replace('<row r="5" spans="1:3">', "<!-- <row r='9'><c r='A9'/></row> --><row\n r = '5' >")
    .replace('<c r="B5" t="s"><v>4</v></c>', "<c\tt='inlineStr' r='B5'><is><t><![CDATA[</row>]]>"
             "</t></is></c>")
    .replace("</row>", "</row >")
)  # fmt: skip
ABSOLUTE = package(sheet(rows()))
ABSOLUTE["xl/_rels/workbook.xml.rels"] = ABSOLUTE["xl/_rels/workbook.xml.rels"].replace(
    'Target="', 'Target="/xl/'
)
GBK_NAME = package(sheet(rows())) | {"docProps/说明.txt": "随便"}
ROOMY = package(sheet(rows()))

SHAPES = [
    Shape("WPS", _as(WPS)),
    Shape("no references", _as(package(sheet(rows(r=False))))),
    Shape("prefixes", _as(_prefixed())),
    Shape("strict", _as(_strict())),
    Shape("alternate content", _as(package(ALTERNATE))),
    Shape("odd XML", _as(package(ODD_XML))),
    Shape("byte order mark", _as(package("\ufeff" + sheet(rows())))),
    Shape("absolute targets", _as(ABSOLUTE)),
    Shape("stored", _as(ROOMY, method=zipfile.ZIP_STORED)),
    Shape("zip64", _as(ROOMY, zip64=True, comment="某局导出".encode())),
    Shape("data descriptors", _as(ROOMY, pipe=True)),
    Shape(
        "extra fields", _as(GBK_NAME, extra=b"\x55\x54\x05\x00\x01\x00\x00\x00\x00", remark=b"x")
    ),
]
