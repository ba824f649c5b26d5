"""What a file is, told by its content whatever its name says, and what to do about it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from denggao.facts.errors import UserError

ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RESAVE = "请用 Excel 或 WPS 打开后另存为 .xlsx 再导入"
_TABLE = "请提供 .xlsx 或 .csv"
_UNPACK = "请先解压，再导入里面的 .xlsx 或 .csv"
#: First bytes → what it is, and the cure.
_STARTS: dict[bytes, tuple[str, str]] = {
    b"%PDF": ("PDF 文件", _TABLE),
    b"{\\rtf": ("Word（RTF）文档", _TABLE),
    b"Rar!": ("RAR 压缩包", _UNPACK),
    b"7z\xbc\xaf": ("7z 压缩包", _UNPACK),
    b"\x1f\x8b": ("gzip 压缩包", _UNPACK),
    b"BZh": ("bzip2 压缩包", _UNPACK),
    b"\xfd7zXZ": ("xz 压缩包", _UNPACK),
    b"PK\x05\x06": ("空的压缩包", _TABLE),
    b"\x89PNG": ("图片", "图片里的表格要先录成 .xlsx 再导入"),
    b"\xff\xd8\xff": ("图片", "图片里的表格要先录成 .xlsx 再导入"),
    b"GIF8": ("图片", "图片里的表格要先录成 .xlsx 再导入"),
    b"II*\x00": ("图片", "图片里的表格要先录成 .xlsx 再导入"),
    b"PAR1": ("Parquet 文件", "它由程序写出，可直接用 denggao screen；" + _TABLE),
    b"SQLite format 3": ("数据库文件", _TABLE),
    b"MZ": ("Windows 程序", "不要打开它，" + _TABLE),
    b"\x7fELF": ("程序", "不要打开它，" + _TABLE),
}
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<meta", b"<div", b"<style", b"<body", b"<!--")
_EXCEL_NAMES = (".xlsx", ".xls", ".xlsm", ".xlsb", ".et", ".ett")
_ENDS = 1 << 20


def refuse_foreign(path: Path, start: bytes) -> None:
    """Raises UserError unless a file that begins so may be text. Zips are looked into by
    ``refuse_other_zip``."""
    if start.startswith(_OLE):
        raise UserError(_about_ole(path))
    for mark, (what, cure) in _STARTS.items():
        if start.startswith(mark):
            raise UserError(f"「{path.name}」其实是{what}，不是表格；{cure}")
    _refuse_markup(path, start)
    if path.suffix.lower() in _EXCEL_NAMES:
        raise UserError(
            f"「{path.name}」的内容不是 Excel 工作簿；若是文本（.csv）请把名字改回 .csv，"
            "否则请用 Excel 或 WPS 另存为 .xlsx 再导入"
        )


def is_foreign(start: bytes) -> bool:
    """Does a file that begins so hold no text, but a workbook, a picture, a program …?"""
    return start.startswith((ZIP, _OLE, *_STARTS))


def refuse_no_zip(path: Path) -> None:
    """Raises UserError, with what the file is instead, unless it begins as an .xlsx does."""
    with path.open("rb") as stream:
        start = stream.read(4096)
    if start.startswith(ZIP):
        return
    refuse_foreign(path, start)
    raise UserError(f"「{path.name}」不是 .xlsx 工作簿；请用 Excel 或 WPS 打开后另存为 .xlsx 再试")


def _about_ole(path: Path) -> str:
    """Old .xls, .doc and encrypted .xlsx are OLE containers; their streams have names."""
    with path.open("rb") as stream:
        found = stream.read(_ENDS)
        stream.seek(max(stream.seek(0, 2) - _ENDS, 0))
        found += stream.read()
    if "EncryptedPackage".encode("utf-16-le") in found:
        return f"「{path.name}」设有打开密码；请去掉密码另存为 .xlsx 再导入"
    if "WordDocument".encode("utf-16-le") in found:
        return f"「{path.name}」其实是旧的 Word 文档（.doc），不是表格；{_TABLE}"
    return f"「{path.name}」是旧的 .xls 格式；{_RESAVE}"


def _refuse_markup(path: Path, start: bytes) -> None:
    head = start.replace(b"\x00", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n").lower()
    if head.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise UserError(f"「{path.name}」其实是 XML 表格 2003（系统导出的“假 Excel”）；{_RESAVE}")
    if head.startswith((*_MARKUP, b"<?xml", b"mime-version:")):
        raise UserError(f"「{path.name}」其实是网页（系统导出的“假 Excel”）；{_RESAVE}")


def refuse_other_zip(path: Path, names: Collection[str]) -> None:
    """Raises UserError unless a zip with these entries is an .xlsx workbook."""
    if "xl/workbook.bin" in names:
        raise UserError(f"「{path.name}」是 .xlsb 格式；请另存为 .xlsx 再导入")
    if "xl/workbook.xml" in names:
        return
    if any(name.startswith("word/") for name in names):
        what, cure = "Word 文档", _TABLE
    elif any(name.startswith("ppt/") for name in names):
        what, cure = "演示文稿（PPT）", _TABLE
    elif "mimetype" in names and "content.xml" in names:
        what, cure = "OpenDocument 表格（.ods）", _RESAVE
    else:
        inside = [n for n in names if n.lower().endswith((".xlsx", ".xls", ".csv", ".et"))]
        what = "压缩包" + (f"（里面有 {len(inside)} 个表格）" if inside else "")
        cure = _UNPACK
    raise UserError(f"「{path.name}」不是 Excel 工作簿，而是{what}；{cure}")
