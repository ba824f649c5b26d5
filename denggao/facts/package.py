"""An .xlsx file as a zip package: limits before parsing."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from denggao.facts.activeparts import Active, refuse_active
from denggao.facts.cellguard import CellGuard
from denggao.facts.container import MAX_UNCOMPRESSED, RESAVE, Damaged, open_container, unpacked
from denggao.facts.errors import UserError
from denggao.facts.filekinds import refuse_no_zip, refuse_other_zip
from denggao.facts.sheetscan import SheetScan, scan
from denggao.facts.xmlguard import Refused, guarded, strings_counted, tree

#: Cells of a sheet from its first to its farthest one: the reader lays them all out in memory,
#: 30 bytes each.
MAX_CELLS = 12_000_000
_MAX_SMALL_PART = 16 << 20
_MAX_STYLES = 64 << 20
MAX_SHEETS = 300

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"

Guard = Callable[[Iterable[bytes]], Iterator[bytes]]


class Package:
    """The opened zip; ``sheets`` maps each sheet's name to its part, ``date1904`` is the
    workbook's date system, ``linked``: its formulas read other workbooks. Raises UserError on
    anything that must not be parsed."""

    def __init__(self, path: Path) -> None:
        self.name = path.name
        with self._said():
            refuse_no_zip(path)
            self._zip = open_container(path)
            try:
                refuse_other_zip(path, self._zip.namelist())
                self.linked = refuse_active(self._zip.namelist(), self._tree)
                workbook = self._tree("xl/workbook.xml")
                targets = self._targets()
                self._prove("xl/styles.xml", guarded, _MAX_STYLES)
                self.sheets = _sheet_parts(workbook, targets)
            except BaseException:
                self._zip.close()
                raise
        self.date1904 = _is_1904(workbook)
        self._parts = {name.lower(): name for name in self._zip.namelist()}
        if len(self.sheets) > MAX_SHEETS:
            raise UserError(
                f"「{self.name}」有 {len(self.sheets)} 页，超过 {MAX_SHEETS} 页；请分成几个文件"
            )

    @contextmanager
    def _said(self) -> Iterator[None]:
        """What is wrong inside, as words for a person."""
        try:
            yield
        except Active as error:
            raise UserError(f"「{self.name}」{error}，不予读取；{error.cure}") from error
        except Refused as error:
            raise UserError(f"「{self.name}」{error}，不予读取；{RESAVE}") from error
        except (
            zipfile.BadZipFile,
            Damaged,
            KeyError,
            ElementTree.ParseError,
            OSError,
            NotImplementedError,
            RuntimeError,
            ValueError,
            zlib.error,
        ) as error:
            raise UserError(
                f"「{self.name}」不是完整的 Excel 工作簿（文件损坏、下载不全，"
                f"或内容与其声明的大小不符）；{RESAVE}"
            ) from error

    def _tree(self, part: str) -> ElementTree.Element:
        entry = self._zip.getinfo(part)
        if entry.file_size > _MAX_SMALL_PART:
            raise Refused(f"里的 {part} 大得异常")
        return tree(unpacked(self._zip, entry))

    def _targets(self) -> dict[str, str]:
        relations = self._tree("xl/_rels/workbook.xml.rels")
        return {
            relation.get("Id", ""): posixpath.normpath(
                posixpath.join("/xl", relation.get("Target", ""))
            ).lstrip("/")
            for relation in relations
        }

    def _prove(self, part: str, guard: Guard, most: int) -> None:
        """Unpack a part that calamine will parse once, if there is one."""
        if part in self._zip.namelist():
            if self._zip.getinfo(part).file_size > most:
                raise Refused(f"里的 {part} 大得异常")
            for _ in guard(unpacked(self._zip, self._zip.getinfo(part))):
                pass

    def scan(self, sheet: str) -> SheetScan:
        """What the XML of a sheet tells besides its values. Also proves that the sheet unpacks
        to the size that it claims. Raises UserError where it reaches too far."""
        part = self._parts.get(self.sheets.get(sheet, "").lower())
        if part is None:  # calamine may find another one under this name
            raise UserError(f"「{self.name}」里没有〈{sheet}〉这一页的内容；{RESAVE}")
        guard = CellGuard()
        found = scan(self._chunks(part, guard))
        found.width, found.height = guard.width, guard.height
        if found.cells > MAX_CELLS:
            raise UserError(
                f"「{self.name}」〈{sheet}〉从左上角到最远的单元格有 {found.cells} 格，"
                "远处可能有零散内容；请删去表格以外的内容后另存，或分成几个文件"
            )
        return found

    def check_strings(self) -> None:
        """Unpack the shared strings once, so that too many are found before parsing."""
        with self._said():
            self._prove("xl/sharedStrings.xml", strings_counted, MAX_UNCOMPRESSED)

    def _chunks(self, part: str, guard: CellGuard) -> Iterator[bytes]:
        with self._said():
            unpacking = unpacked(self._zip, self._zip.getinfo(part))
            yield from guard.passed(guarded(unpacking))

    def close(self) -> None:
        self._zip.close()


def _is_1904(workbook: ElementTree.Element) -> bool:
    for space in (_MAIN, _STRICT):
        properties = workbook.find(f"{space}workbookPr")
        if properties is not None:
            return properties.get("date1904") in ("1", "true")
    return False


def _sheet_parts(workbook: ElementTree.Element, targets: dict[str, str]) -> dict[str, str]:
    parts: dict[str, str] = {}
    for space in (_MAIN, _STRICT):
        for sheet in workbook.iter(f"{space}sheet"):
            link = next((v for k, v in sheet.attrib.items() if k.endswith("}id")), "")
            name = sheet.get("name", "")
            if name in parts:
                raise Refused(f"里有两页都叫“{name}”")
            parts[name] = targets.get(link, "")
    return parts
