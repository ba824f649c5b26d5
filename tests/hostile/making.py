"""Making files that nobody should send: good ledgers, and packages written part by part."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import xlsxwriter
from stdnum.cn import uscc

Rows = Sequence[Sequence[object]]
Build = Callable[[Path], Path]


def code(number: int, office: str = "620102") -> str:
    """A valid credit code, the same for the same number."""
    body = f"91{office}MA7{number:06d}"
    return body + uscc.calc_check_digit(body)


HEADS = ["统一社会信用代码", "企业名称", "成立日期", "2024年职工总数（人）",
         "2024年销售收入（万元）", "2024年研发费用（万元）"]  # fmt: skip


def firm(number: int, **changed: object) -> list[object]:
    """A good row; ``changed`` by the position of the column, ``c3="x"``."""
    row: list[object] = [code(number), f"金城试验{number}号有限公司", "2018-05-06", 40 + number,
                         3000.5 + number, 180 + number]  # fmt: skip
    for place, value in changed.items():
        row[int(place[1:])] = value
    return row


def good(count: int = 3) -> list[list[object]]:
    """Heads and so many good rows."""
    return [HEADS, *(firm(number) for number in range(count))]


def with_cell(column: int, value: object) -> list[list[object]]:
    """Three good rows, then one of them spoilt: the second firm's."""
    rows = good()
    rows[2][column] = value
    return rows


@dataclass(frozen=True)
class Case:
    """A file and what must come of it: ``refused`` with these words, or ``valid``, ``errors``
    and ``skipped`` rows, with the words of ``says`` somewhere in the messages. ``never`` must
    stand nowhere in the answer. ``row`` and ``column`` of the only error, where there is one.
    ``heavy``: measured in a process of its own; ``endless``: a naive reader does not come back."""

    name: str
    build: Build
    refused: str = ""
    valid: int = 3
    errors: int = 0
    skipped: int = 0
    says: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    region: str = ""
    row: int = 0
    column: str = ""
    heavy: bool = False
    endless: bool = False
    suffix: str = ".xlsx"


def spoilt(name: str, column: int, value: object, says: str, **more: object) -> Case:
    """One bad cell in the second of three firms: its row is wrong, the others are valid."""
    letter = "ABCDEF"[column]
    rows = with_cell(column, value)
    return Case(name, lambda path: written(path, rows), valid=2, errors=1, says=(says,), row=3,
                column=letter, **more)  # type: ignore[arg-type]  # fmt: skip


# --- .xlsx ---------------------------------------------------------------------------------

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def written(path: Path, rows: Rows, sheet: str = "台账") -> Path:
    """The rows as a real workbook."""
    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            for index, cell in enumerate(row):
                if cell not in ("", None):
                    page.write(number, index, cell)
    return path


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def letters(index: int) -> str:
    """0 → A."""
    found = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        found = chr(65 + rest) + found
    return found


def cell_xml(reference: str, value: object) -> str:
    if isinstance(value, int | float):
        return f'<c r="{reference}"><v>{value}</v></c>'
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def row_xml(number: int, row: Iterable[object]) -> str:
    cells = (cell_xml(f"{letters(i)}{number}", v) for i, v in enumerate(row) if v not in ("", None))
    return f'<row r="{number}">{"".join(cells)}</row>'


def sheet_xml(rows: Rows, first: int = 1, after: str = "", extra: str = "") -> str:
    """A worksheet with the rows, then ``extra`` rows as XML, then what stands ``after`` them."""
    body = "".join(row_xml(number, row) for number, row in enumerate(rows, first))
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}{extra}</sheetData>{after}</worksheet>'


def parts(sheet: str | bytes) -> dict[str, str | bytes]:
    """All parts of a workbook with one sheet, which a builder may spoil."""
    types = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet"}
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{SPREADSHEET}.{kind}+xml"/>'
        for part, kind in types.items()
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{CONTENT}"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": workbook_xml(("台账", "rId1")),
        "xl/_rels/workbook.xml.rels": relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"),
            ("rId2", "sharedStrings", "sharedStrings.xml"),
        ),
        "xl/worksheets/sheet1.xml": sheet,
    }


def workbook_xml(*sheets: tuple[str, str], extra: str = "") -> str:
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="{link}"/>'
        for number, (name, link) in enumerate(sheets, 1)
    )
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{extra}<sheets>{listed}</sheets></workbook>'
    )


def relations(*links: tuple[str, ...]) -> str:
    """(id, kind, target[, mode]) as a .rels part."""
    listed = "".join(
        f'<Relationship Id="{link[0]}" Type="{OFFICE}/{link[1]}" Target="{link[2]}"'
        + (f' TargetMode="{link[3]}"' if len(link) > 3 else "")
        + "/>"
        for link in links
    )
    return f'<Relationships xmlns="{RELATIONS}">{listed}</Relationships>'


def packed(path: Path, content: dict[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method, compresslevel=1) as package:
        for name, data in content.items():
            package.writestr(name, data)
    return path


def package(path: Path, rows: Rows, **changed: str | bytes) -> Path:
    """A workbook of the rows; ``changed`` parts by their names."""
    return packed(path, parts(sheet_xml(rows)) | changed)


def raw_sheet(path: Path, sheet: str | bytes, **changed: str | bytes) -> Path:
    """A workbook with this XML as its sheet."""
    return packed(path, parts(sheet) | changed)


# --- .csv ----------------------------------------------------------------------------------


def csv_text(rows: Rows, mark: str = ",", end: str = "\r\n") -> str:
    return end.join(mark.join(str(cell) for cell in row) for row in rows) + end


def text_file(path: Path, text: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path
