"""An .xlsx file as a zip package: limits before parsing."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from denggao.facts.errors import UserError
from denggao.facts.sheetscan import SheetScan, scan

MAX_UNCOMPRESSED = 1 << 30
MAX_RATIO = 200
#: Small parts compress well without harm; only above this does the ratio count.
_RATIO_MATTERS = 32 << 20
MAX_ENTRIES = 10_000
#: Cells of a sheet from its first to its farthest one: the reader lays them all out in memory.
MAX_CELLS = 40_000_000
_MAX_SMALL_PART = 16 << 20

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


class Package:
    """The opened zip; ``sheets`` maps each sheet's name to its part, ``date1904`` is the
    workbook's date system. Raises UserError on anything that must not be parsed."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        try:
            self._zip = zipfile.ZipFile(path)
            _check_sizes(self._zip, path)
            workbook = self._tree("xl/workbook.xml")
            targets = self._targets()
        except (
            zipfile.BadZipFile,
            KeyError,
            ElementTree.ParseError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            zlib.error,
        ) as error:
            raise UserError(
                f"「{path.name}」不是完整的 Excel 工作簿（文件损坏或下载不全）；"
                "请用 Excel 或 WPS 打开后另存为 .xlsx 再试"
            ) from error
        self.date1904 = _is_1904(workbook)
        self.sheets = _sheet_parts(workbook, targets)

    def _tree(self, part: str) -> ElementTree.Element:
        info = self._zip.getinfo(part)
        if info.file_size > _MAX_SMALL_PART:
            raise ValueError(part)
        data = self._zip.read(info)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise ValueError(part)
        return ElementTree.fromstring(data)  # noqa: S314 (no DOCTYPE, so no entities)

    def _targets(self) -> dict[str, str]:
        relations = self._tree("xl/_rels/workbook.xml.rels")
        return {
            relation.get("Id", ""): posixpath.normpath(
                posixpath.join("/xl", relation.get("Target", ""))
            ).lstrip("/")
            for relation in relations
        }

    def scan(self, sheet: str) -> SheetScan:
        """What the XML of a sheet tells besides its values. Also proves that the sheet unpacks
        to the size that it claims. Raises UserError where it reaches too far."""
        part = self.sheets.get(sheet)
        if part is None or part not in self._zip.namelist():
            return SheetScan()
        found = scan(self._chunks(part))
        if found.cells > MAX_CELLS:
            raise UserError(
                f"「{self.name}」〈{sheet}〉从左上角到最远的单元格有 {found.cells} 格，"
                "远处可能有零散内容；请删去表格以外的内容后另存，或分成几个文件"
            )
        return found

    def check_strings(self) -> None:
        """Unpack the shared strings once, so that a false size is found before parsing."""
        if "xl/sharedStrings.xml" in self._zip.namelist():
            for _ in self._chunks("xl/sharedStrings.xml"):
                pass

    def _chunks(self, part: str) -> Iterator[bytes]:
        try:
            with self._zip.open(part) as stream:
                first = True
                while chunk := stream.read(1 << 20):
                    if first and b"<!DOCTYPE" in chunk:
                        raise UserError(f"「{self.name}」含有外部实体声明，不予读取")
                    first = False
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise UserError(
                f"「{self.name}」的内容与其声明的大小不符或已损坏，不予读取；"
                "请用 Excel 或 WPS 打开后另存为 .xlsx 再试"
            ) from error

    def close(self) -> None:
        self._zip.close()


def _check_sizes(package: zipfile.ZipFile, path: Path) -> None:
    entries = package.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UserError(
            f"「{path.name}」内含 {len(entries)} 个部件，超过 {MAX_ENTRIES} 个，不予读取"
        )
    total = sum(entry.file_size for entry in entries)
    if total > MAX_UNCOMPRESSED:
        raise UserError(
            f"「{path.name}」声称解压后有 {total / 2**30:.1f} GB，超过 1 GB 的上限，不予读取；"
            "请删去空白的带格式行列，或分成几个文件"
        )
    for entry in entries:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if entry.file_size > _RATIO_MATTERS and ratio > MAX_RATIO:
            raise UserError(
                f"「{path.name}」的压缩比高达 {ratio:.0f} 倍，像是压缩炸弹，不予读取；"
                "请用 Excel 或 WPS 打开，删去空白的带格式行列后另存"
            )
        if entry.flag_bits & 1:
            raise UserError(f"「{path.name}」设有密码；请去掉密码另存后再导入")
        if entry.filename.endswith("vbaProject.bin"):
            raise UserError(f"「{path.name}」带有宏；请另存为不含宏的 .xlsx 再导入")


def _is_1904(workbook: ElementTree.Element) -> bool:
    for space in (_MAIN, _STRICT):
        properties = workbook.find(f"{space}workbookPr")
        if properties is not None:
            return properties.get("date1904") in ("1", "true")
    return False


def _sheet_parts(workbook: ElementTree.Element, targets: dict[str, str]) -> dict[str, str]:
    parts = {}
    for space in (_MAIN, _STRICT):
        for sheet in workbook.iter(f"{space}sheet"):
            link = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
            parts[sheet.get("name", "")] = targets.get(link, "")
    return parts
