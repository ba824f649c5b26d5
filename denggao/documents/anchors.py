"""The audit chain's head as it was printed: read back from the Word or Excel file of a report."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from denggao.facts.container import open_container
from denggao.facts.errors import UserError

_HEAD = re.compile(r"(?<!\d)\d{1,19}:[0-9a-f]{64}(?![0-9a-f])")
_TAG = re.compile(r"<[^>]*>")
_PARTS = re.compile(
    r"(?:word/(?:document|footer\d*|header\d*)|xl/(?:sharedStrings|worksheets/.*))\.xml"
)
_MOST = 256 << 20


def anchor_of(told: str) -> str:
    """「序号:哈希」 itself, or the one that stands in a .docx, .xlsx or text file. Raises UserError
    where there is none, or where there are two."""
    if _HEAD.fullmatch(told.strip()):
        return told.strip()
    path = Path(told)
    if not path.is_file():
        raise UserError(f"“{told}”既不是审计头（序号:哈希），也不是一个文件")
    found = list(dict.fromkeys(_HEAD.findall(_text(path))))
    if not found:
        raise UserError(f"「{path.name}」里没有审计头；周报告的 Word 和 Excel 末尾印着它")
    if len(found) > 1:
        raise UserError(f"「{path.name}」里有 {len(found)} 个不同的审计头，请直接写要核对的那一个")
    return found[0]


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST:
        raise UserError(f"「{path.name}」太大，不像周报告")
    if path.suffix.lower() not in (".docx", ".xlsx"):
        return path.read_bytes().decode("utf-8", "replace")
    try:
        with open_container(path) as package:
            parts = [e for e in package.infolist() if _PARTS.fullmatch(e.filename)]
            if sum(entry.file_size for entry in parts) > _MOST:
                raise UserError(f"「{path.name}」解压后太大，不予读取")
            texts = (package.read(e).decode("utf-8", "replace") for e in parts)
            found: str = "\n".join(_TAG.sub("", text) for text in texts)
            return found
    except (zipfile.BadZipFile, OSError) as error:
        raise UserError(f"「{path.name}」打不开（{error}）") from None
