"""The words of a .docx, paragraph by paragraph; the cells of a table row in one line."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from xml.etree import ElementTree

from denggao.facts.container import Damaged, open_container, unpacked
from denggao.facts.errors import UserError
from denggao.facts.xmlguard import Refused, tree

_BODY = "word/document.xml"
_MAX_BODY = 64 << 20
_RESAVE = "请用 Word 或 WPS 打开后另存为 .docx 再试"
_BREAKS = {"br", "cr"}
#: What a reader does not see: deleted text, field codes, fallbacks for older programs.
_HIDDEN = {"del", "instrText", "delText", "Fallback", "moveFrom", "rPr", "pPr", "sectPr", "tblPr"}


def text_of(path: Path) -> str:
    """The text. Raises UserError for a zip that is no document, or must not be unpacked."""
    try:
        with open_container(path) as package:
            if _BODY not in package.namelist():
                raise UserError(f"「{path.name}」不是 Word 文档（.docx）；{_RESAVE}")
            entry = package.getinfo(_BODY)
            if entry.file_size > _MAX_BODY:
                raise UserError(f"「{path.name}」的正文大得异常，不予读取；{_RESAVE}")
            root = tree(unpacked(package, entry))
    except Refused as error:
        raise UserError(f"「{path.name}」{error}，不予读取；{_RESAVE}") from error
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
            f"「{path.name}」不是完整的 Word 文档（损坏或下载不全）；{_RESAVE}"
        ) from error
    lines: list[str] = []
    _blocks(root, lines)
    return "\n".join(lines) + "\n"


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _blocks(element: ElementTree.Element, lines: list[str]) -> None:
    for child in element:
        match _name(child):
            case "p":
                lines += "".join(_inline(child)).split("\n")
            case "tr":
                lines.append("\t".join(_cell(cell) for cell in child if _name(cell) == "tc"))
            case name if name not in _HIDDEN:
                _blocks(child, lines)


def _cell(cell: ElementTree.Element) -> str:
    inside: list[str] = []
    _blocks(cell, inside)
    return "".join(line.strip().replace("\t", " ") for line in inside)


def _inline(element: ElementTree.Element) -> list[str]:
    found: list[str] = []
    for child in element:
        name = _name(child)
        if name == "t":
            found.append(child.text or "")
        elif name == "tab":
            found.append("\t")
        elif name in _BREAKS:
            found.append("\n")
        elif name == "noBreakHyphen":
            found.append("-")
        elif name not in _HIDDEN:
            found += _inline(child)
    return found
