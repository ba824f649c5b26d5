"""A file as text: .txt in UTF-8, UTF-16 or GB18030, .docx, .html; whatever its name says."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from denggao.drafting import pages, words_file
from denggao.facts.errors import UserError, reason
from denggao.facts.filekinds import ZIP, is_foreign, refuse_foreign

#: Bytes of a file that may still be one document; characters of the text in it.
MAX_BYTES = 64 << 20
MAX_CHARACTERS = 500_000
_MARKUP = (
    "<!doctype html",
    "<html",
    "<head",
    "<body",
    "<div",
    "<p>",
    "<p ",
    "<table",
    "<meta",
    "<script",
    "<style",
    "<span",
    "<article",
)


@dataclass(frozen=True, slots=True)
class Source:
    """``text`` is what spans count in: the file's own characters (line ends as one ``\\n``), or
    for .docx and .html what they show (``extracted``). ``hash`` is that of the file's bytes."""

    file: str
    kind: str  # txt, docx, html
    text: str
    hash: str
    encoding: str | None = None

    @property
    def extracted(self) -> bool:
        return self.kind != "txt"


def read_source(path: Path) -> Source:
    """The text of a file. Raises UserError for what is none, or too large for a document."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UserError(f"「{path.name}」有 {size >> 20} MB，不像一份文件；请只保留正文再试")
        content = path.read_bytes()
    except FileNotFoundError:
        raise UserError(f"找不到文件“{path}”；请检查路径和文件名") from None
    except OSError as error:
        raise UserError(f"“{path}”读不出来：{reason(error)}") from None
    digest = sha256(content).hexdigest()
    if content.startswith(ZIP):
        text = words_file.text_of(path)
        return Source(path.name, "docx", _checked(text, path.name), digest)
    if is_foreign(content):
        _refuse(path, content)
    text, encoding = _decoded(content, path.name)
    if _is_markup(text):
        return Source(path.name, "html", _checked(pages.text_of(text), path.name), digest, encoding)
    return Source(path.name, "txt", _checked(text, path.name), digest, encoding)


def source_of(text: str, name: str = "文本") -> Source:
    """Pasted text. Raises UserError for an empty or endless one."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _is_markup(text):
        return Source(name, "html", _checked(pages.text_of(text), name), _hash(text))
    return Source(name, "txt", _checked(text, name), _hash(text))


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _refuse(path: Path, content: bytes) -> None:
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise UserError(
            f"「{path.name}」是旧的 .doc（或设有密码的）文档；请用 Word 或 WPS 另存为 .docx 再试"
        )
    if content.startswith(b"%PDF"):
        raise UserError(f"「{path.name}」是 PDF；请复制其中的文字存为 .txt，或转成 .docx 再试")
    try:
        refuse_foreign(path, content[:4096])
    except UserError as error:
        said = str(error).partition("；")[0].replace("，不是表格", "")
        raise UserError(f"{said}，不是文字材料；请提供 .txt、.docx 或 .html") from None


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            raise UserError(f"「{name}」不是文本文件（含有空字符）；请提供 .txt、.docx 或 .html")
        return text.replace("\r\n", "\n").replace("\r", "\n"), encoding.removesuffix("-sig")
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    if sum(c > "\x7f" for c in text) > 10 * bad:
        line = text[: text.index("\ufffd")].count("\n") + 1
        raise UserError(f"「{name}」是 UTF-8 编码，但第 {line} 行附近有损坏的字符；请重新导出")
    raise UserError(f"「{name}」既不是 UTF-8 也不是 GB18030 编码；请另存为 UTF-8 的 .txt 再试")


def _is_markup(text: str) -> bool:
    start = text[:2000].lower()
    return start.lstrip().startswith("<") and any(mark in start for mark in _MARKUP)


def _checked(text: str, name: str) -> str:
    if len(text) > MAX_CHARACTERS:
        raise UserError(
            f"「{name}」有 {len(text):,} 字，超过 {MAX_CHARACTERS:,} 字，不像一份方案；"
            "请只保留方案正文，或分成几份"
        )
    if not any(c.isalnum() for c in text):
        raise UserError(f"「{name}」里没有文字；扫描件、图片要先识别成文字再试")
    return text
