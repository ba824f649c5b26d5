"""Files that are not what they seem, and zips made to hurt whoever unpacks them."""

from __future__ import annotations

import io
import stat
import struct
import warnings
import zipfile
import zlib
from pathlib import Path

import openpyxl
import xlsxwriter

from tests.hostile.making import (
    SPREADSHEET,
    Case,
    good,
    package,
    packed,
    parts,
    relations,
    sheet_xml,
    text_file,
    workbook_xml,
    written,
)

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _ole(stream: str) -> bytes:
    return OLE + bytes(1024) + stream.encode("utf-16-le") + bytes(2048)


def _odt(path: Path, mimetype: str) -> Path:
    return packed(path, {"mimetype": mimetype, "content.xml": "<a/>", "META-INF/manifest.xml": ""})


def _zip_of_tables(path: Path) -> Path:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as book:
        book.writestr("xl/workbook.xml", "<a/>")
    return packed(path, {"三月/台账.xlsx": inner.getvalue()})


def _added(path: Path, name: str, data: bytes = b"x", **more: str | bytes) -> Path:
    return packed(path, parts(sheet_xml(good())) | {name: data, **more})


def _types(extra: str) -> dict[str, str | bytes]:
    content = str(parts("")["[Content_Types].xml"])
    return {"[Content_Types].xml": content.replace("</Types>", extra + "</Types>")}


def _macro_by_content_type(path: Path) -> Path:
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    content = str(parts("")["[Content_Types].xml"])
    content = content.replace(f"{SPREADSHEET}.sheet.main+xml", kind)
    return package(path, good(), **{"[Content_Types].xml": content})


def _vba_renamed(path: Path) -> Path:
    extra = (
        '<Override PartName="/xl/theme.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
    )
    return _added(path, "xl/theme.bin", **_types(extra))


def _external(kind: str, target: str) -> dict[str, str | bytes]:
    return {"xl/worksheets/_rels/sheet1.xml.rels": relations(("rId1", kind, target, "External"))}


def _linked_workbook(path: Path, link: str = "<externalBook/>") -> Path:
    links = str(parts("")["xl/_rels/workbook.xml.rels"])
    link_part = relations(("rId9", "externalLink", "externalLinks/externalLink1.xml"))
    inner = link_part[link_part.index("<Relationship ") : link_part.index("</Relationships>")]
    return package(
        path,
        good(),
        **{
            "xl/_rels/workbook.xml.rels": links.replace("</Rel", inner + "</Rel"),
            "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="x">{link}</externalLink>',
        },
    )


def _duplicate_part(path: Path, name: str) -> Path:
    package(path, good())
    with warnings.catch_warnings(), zipfile.ZipFile(path, "a") as again:
        warnings.simplefilter("ignore")
        again.writestr(name, sheet_xml(good(1)))
    return path


def _symlink(path: Path) -> Path:
    package(path, good())
    with zipfile.ZipFile(path, "a") as again:
        info = zipfile.ZipInfo("xl/media/image1.png")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        again.writestr(info, "/etc/passwd")
    return path


def _encrypted_flag(path: Path) -> Path:
    data = bytearray(package(path, good()).read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return text_file(path, bytes(data))


def _other_method(path: Path) -> Path:
    return packed(path, parts(sheet_xml(good())), zipfile.ZIP_LZMA)


def _overlapping(path: Path) -> Path:
    """Every entry of the directory points at the same compressed bytes."""
    bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = bomb.compress(b"A" * 20_000_000) + bomb.flush()
    head = struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, zlib.crc32(b"A" * 20_000_000),
                       len(body), 20_000_000, 15, 0)  # fmt: skip
    directory = b""
    for number in range(40):
        name = f"xl/media/{number:06d}".encode()[:15].ljust(15, b"x")
        directory += struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0,
                                 zlib.crc32(b"A" * 20_000_000), len(body), 20_000_000, 15, 0, 0, 0,
                                 0, 0, 0) + name  # fmt: skip
    data = head + b"xl/media/000000" + body
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 40, 40, len(directory), len(data), 0)
    return text_file(path, data + directory + end)


def _lying_size(path: Path) -> Path:
    """The sheet claims to be small; its check sum is that of the part that is claimed."""
    sheet = sheet_xml(good()).encode()
    content = parts(sheet + b" " * 60_000_000)
    data = bytearray(packed(path, content).read_bytes())
    for mark, at_crc, at_size in ((b"PK\x03\x04", 14, 22), (b"PK\x01\x02", 16, 24)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            name_at = at + (30 if mark[2] == 3 else 46)
            if data[name_at : name_at + 24] == b"xl/worksheets/sheet1.xml":
                struct.pack_into("<L", data, at + at_crc, zlib.crc32(sheet))
                struct.pack_into("<L", data, at + at_size, len(sheet))
    return text_file(path, bytes(data))


def _bomb(path: Path) -> Path:
    extra = "<row><c><v>" + "0" * 80_000_000 + "</v></c></row>"
    return packed(path, parts(sheet_xml(good(), extra=extra)))


def _huge_directory(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as many:
        for number in range(60_000):
            many.writestr(f"xl/media/a-rather-long-name-of-a-picture-{number:08d}.png", b"")
    return path


def _prefixed(path: Path) -> Path:
    first = package(path, good(1)).read_bytes()
    return text_file(path, first + package(path, good()).read_bytes())


def _truncated(path: Path) -> Path:
    data = written(path, good(200)).read_bytes()
    return text_file(path, data[: len(data) * 2 // 3])


def _flipped_byte(path: Path) -> Path:
    data = bytearray(written(path, good(200)).read_bytes())
    at = data.find(b"xl/worksheets/sheet1.xml") + 200
    data[at] ^= 0xFF
    return text_file(path, bytes(data))


def _hidden_sheets(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in good():
        book.active.append(row)
    for name, state in (("隐", "hidden"), ("深隐", "veryHidden")):
        sheet = book.create_sheet(name)
        sheet.append(["企业名称", "2024年销售收入（元）"])
        sheet.append(["不该读的公司", 1])
        sheet.sheet_state = state
    book.save(path)
    return path


def _chart_sheet(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet("台账")
        for number, row in enumerate(good()):
            page.write_row(number, 0, row)
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=台账!$D$2:$D$4"})
        book.add_chartsheet("图").set_chart(chart)
    return path


def _same_sheet_twice(path: Path) -> Path:
    return package(
        path, good(), **{"xl/workbook.xml": workbook_xml(("甲", "rId1"), ("甲", "rId1"))}
    )


def _as_xlsx(name: str, data: bytes, words: str) -> Case:
    return Case(name, lambda path: text_file(path, data), refused=words)


_PAGE = "<html><body><table><tr><td>企业名称</td></tr></table></body></html>"
_XML_2003 = (
    '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
)

DISGUISED = [
    _as_xlsx("xls", _ole("Workbook"), r"旧的 \.xls.*另存为 \.xlsx"),
    _as_xlsx("doc", _ole("WordDocument"), r"旧的 Word 文档"),
    _as_xlsx("password", _ole("EncryptedPackage"), r"打开密码.*去掉密码"),
    _as_xlsx("html", _PAGE.encode(), r"网页.*另存为 \.xlsx"),
    _as_xlsx("html utf-16", _PAGE.encode("utf-16"), r"网页"),
    _as_xlsx("mht", b"MIME-Version: 1.0\r\n\r\n", r"网页"),
    _as_xlsx("xml 2003", _XML_2003.encode(), r"XML 表格 2003.*另存为 \.xlsx"),
    _as_xlsx("pdf", b"%PDF-1.7\n" + bytes(99), r"PDF.*\.xlsx 或 \.csv"),
    _as_xlsx("png", b"\x89PNG\r\n\x1a\n" + bytes(99), r"图片"),
    _as_xlsx("rar", b"Rar!\x1a\x07\x00" + bytes(99), r"RAR 压缩包.*解压"),
    _as_xlsx("gzip", b"\x1f\x8b\x08" + bytes(99), r"gzip 压缩包.*解压"),
    _as_xlsx("csv text", "企业名称,2024年销售收入\n甲,1\n".encode(), r"不是 Excel.*改回 \.csv"),
    _as_xlsx("parquet", b"PAR1" + bytes(99), r"Parquet"),
    _as_xlsx("program", b"MZ" + bytes(99), r"Windows 程序"),
    _as_xlsx("no bytes", b"", r"空文件"),
    Case("docx", lambda p: packed(p, {"word/document.xml": "<a/>"}), refused="Word 文档"),
    Case("pptx", lambda p: packed(p, {"ppt/presentation.xml": "<a/>"}), refused="演示文稿"),
    Case("ods", lambda p: _odt(p, "application/vnd.oasis.opendocument.spreadsheet"),
         refused=r"\.ods.*另存为 \.xlsx"),
    Case("zip of tables", _zip_of_tables, refused="压缩包（里面有 1 个表格）.*先解压"),
    Case("xlsb", lambda p: packed(p, {"xl/workbook.bin": "x"}), refused=r"\.xlsb.*另存为"),
]  # fmt: skip

ZIPS = [
    Case("truncated", _truncated, refused="不是完整的 Excel 工作簿.*另存"),
    Case("a flipped byte", _flipped_byte, refused="不是完整的 Excel 工作簿"),
    Case("claims less than it holds", _lying_size, refused="声明的大小不符", heavy=True),
    Case("one part of 80 MB zeros", _bomb, refused="压缩比.*压缩炸弹", heavy=True),
    Case("parts on top of each other", _overlapping, refused="互相重叠"),
    Case("60,000 parts", _huge_directory, refused="部件", heavy=True),
    Case("a part twice", lambda p: _duplicate_part(p, "xl/worksheets/sheet1.xml"), refused="重名"),
    Case(
        "a part twice in capitals", lambda p: _duplicate_part(p, "xl/WORKBOOK.xml"), refused="重名"
    ),
    Case("a second zip before it", _prefixed, refused="前面还藏着"),
    Case("path upwards", lambda p: _added(p, "../../../tmp/evil.txt"), refused="路径可疑"),
    Case("absolute path", lambda p: _added(p, "/etc/cron.d/evil"), refused="路径可疑"),
    Case("drive letter", lambda p: _added(p, "C:\\evil.bat"), refused="路径可疑"),
    Case("symbolic link", _symlink, refused="符号链接"),
    Case("encrypted entry", _encrypted_flag, refused="密码"),
    Case("lzma", _other_method, refused="压缩方法"),
]

ACTIVE = [
    Case("macros", lambda p: _added(p, "xl/vbaProject.bin"), refused="带有宏.*不含宏"),
    Case("macros by content type", _macro_by_content_type, refused="带有宏"),
    Case("macros under another name", _vba_renamed, refused="带有宏"),
    Case("macro sheet", lambda p: _added(p, "xl/macrosheets/sheet1.xml"), refused="带有宏"),
    Case("embedded object", lambda p: _added(p, "xl/embeddings/oleObject1.bin"),
         refused="OLE 对象"),
    Case("ActiveX", lambda p: _added(p, "xl/activeX/activeX1.xml"), refused="ActiveX"),
    Case("picture from outside",
         lambda p: package(p, good(), **_external("image", "http://x.invalid/a.png")),
         refused="外部关系"),
    Case("a link to click", lambda p: package(p, good(), **_external("hyperlink", "http://x.invalid"))),
    Case("formulas of another workbook", _linked_workbook, says=("引用了别的工作簿",)),
    Case("DDE", lambda p: _linked_workbook(p, '<ddeLink xmlns="x" ddeService="cmd"/>'),
         refused="DDE.*断开链接"),
    Case("hidden sheets", _hidden_sheets, says=("隐藏",), never=("不该读的公司",)),
    Case("chart sheet", _chart_sheet),
    Case("a sheet twice", _same_sheet_twice, refused="两页都叫"),
]  # fmt: skip

CASES = [*DISGUISED, *ZIPS, *ACTIVE]
