"""One paper into one .docx, with our template or the bureau's own."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from copy import deepcopy
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from docx import Document
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2.exceptions import TemplateError
from lxml import etree

from denggao.documents.papers.paper import Paper, Part
from denggao.documents.papers.word.body import blocks_xml
from denggao.documents.papers.word.footnotes import Footnotes, W
from denggao.documents.papers.word.sandbox import NotAllowed, PaperEnvironment
from denggao.documents.papers.word.template import NOTE_MARK, NOTE_TEXT, template
from denggao.facts.container import open_container
from denggao.facts.errors import UserError

_PLACE = "denggao-part-"
_MAX_TEMPLATE = 64 << 20
#: Where a body may stand: not inside a paragraph, not in a header.
_HOLDERS = (qn("w:body"), qn("w:tc"), qn("w:txbxContent"), qn("w:sdtContent"))
_TEXTS = re.compile(r"word/(?:document|(?:header|footer)[0-9]*)\.xml")
_EPOCH = (1980, 1, 1, 0, 0, 0)


class WordPrinter:
    """Prints papers with the templates of a folder (``诊断报告.docx`` …), ours where it has
    none for a kind. Raises UserError, with the template's name, for one that cannot be used."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._environment = PaperEnvironment()
        self._read: dict[str, tuple[str, bytes]] = {}
        if folder is not None and not folder.is_dir():
            raise UserError(f"没有模板文件夹“{folder}”")

    def write(self, paper: Paper, path: Path) -> None:
        """The paper at ``path``; the same paper gives the same bytes."""
        name, content = self._template(paper)
        made = _Template(io.BytesIO(content), paper, name)
        self._environment.start()
        try:
            made.render(_context(paper, made), self._environment, autoescape=True)
            made.finish()
        except NotAllowed as error:
            raise UserError(f"模板“{name}”不能用：{error}") from None
        except TemplateError as error:
            raise UserError(f"模板“{name}”不能用：{_said(error)}") from None
        except (TypeError, ValueError, KeyError, AttributeError, etree.XMLSyntaxError) as error:
            raise UserError(
                f"模板“{name}”不能用：{{% %}} 没有成对、跨了单元格，或文件已损坏（{error}）"
            ) from None
        path.write_bytes(_settled(made))

    def _template(self, paper: Paper) -> tuple[str, bytes]:
        found = self._read.get(paper.kind)
        if found is None:
            found = self._read[paper.kind] = self._own(paper.kind) or (
                "登高自带", template(paper.is_wide)
            )  # fmt: skip
        return found

    def _own(self, kind: str) -> tuple[str, bytes] | None:
        path = self._folder / f"{kind}.docx" if self._folder else None
        if path is None or not path.is_file():
            return None
        try:
            with open_container(path) as package:
                names = package.namelist()
                total = sum(entry.file_size for entry in package.infolist())
        except (zipfile.BadZipFile, OSError) as error:
            raise UserError(f"模板“{path.name}”打不开，不是 .docx 文件（{error}）") from None
        if "word/document.xml" not in names or total > _MAX_TEMPLATE:
            raise UserError(f"模板“{path.name}”不是 .docx 文件，或大得异常；请用 WPS 另存为 .docx")
        if any("vbaproject" in name.lower() for name in names):
            raise UserError(f"模板“{path.name}”里有宏，不予使用；请另存为不带宏的 .docx")
        content = path.read_bytes()
        _check_braces(path.name, content)
        return path.name, content


def _check_braces(name: str, content: bytes) -> None:
    """docxtpl swallows what stands between 「{{ 标题 }」 and the next 「}}」."""
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        texts = [part for part in package.namelist() if _TEXTS.fullmatch(part)]
        for part in texts:
            for paragraph in etree.fromstring(package.read(part)).iter(qn("w:p")):
                text = "".join(found.text or "" for found in paragraph.iter(qn("w:t")))
                for left, right in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
                    if text.count(left) != text.count(right):
                        raise UserError(
                            f"模板“{name}”不能用：“{text[:40]}”里的 {left} {right} 没有成对"
                        )


def _said(error: TemplateError) -> str:
    text = str(error)
    if "is undefined" in text or "has no attribute" in text:
        return f"里面的名称登高没有给出（{text}）；可用：标题、关于、企业名称、概况、各部分"
    return text


# ------------------------------------------------------------------- what a template sees


class _Slot:
    """Where the blocks of a part go; the blocks themselves never pass through the template."""

    def __init__(self, made: _Template, number: int) -> None:
        self._made, self._number = made, number

    def __html__(self) -> str:
        self._made.asked += 1
        return f'<w:sdt><w:sdtPr><w:tag w:val="{_PLACE}{self._number}"/></w:sdtPr></w:sdt>'

    def __str__(self) -> str:
        return self.__html__()


def _context(paper: Paper, made: _Template) -> dict[str, Any]:
    return {
        **dict(paper.known),
        "标题": paper.title,
        "关于": paper.about,
        "企业名称": paper.about,
        "日期": f"{paper.day}",
        "概况": [{"名称": name, "内容": text} for name, text in paper.known],
        "各部分": [
            {"标题": part.title, "名称": _name(part), "内容": _Slot(made, number)}
            for number, part in enumerate(paper.parts)
        ],
    }


def _name(part: Part) -> str:
    """The heading without its number."""
    return part.title.partition("、")[2] or part.title


class _Template(DocxTemplate):  # type: ignore[misc]
    """docxtpl with two things its own way: markup that does not close is an error, not mended
    in silence; and the parts are put in as they are, after the template was filled."""

    def __init__(self, stream: io.BytesIO, paper: Paper, name: str) -> None:
        super().__init__(stream)
        self.paper, self.name = paper, name
        self.asked = 0

    def fix_tables(self, xml: str) -> Any:
        """The filled body as a tree, with the blocks of every part in their places."""
        etree.fromstring(xml.encode())  # docxtpl would drop what does not close
        tree = super().fix_tables(xml)
        styles = _styles(self.docx)
        notes = Footnotes(self.docx, styles[NOTE_TEXT], styles[NOTE_MARK])
        width = _text_width(tree)
        placed = 0
        for slot in list(tree.iter(qn("w:sdt"))):
            tag = slot.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
            value = "" if tag is None else tag.get(qn("w:val"), "")
            if not value.startswith(_PLACE):
                continue
            parent = slot.getparent()
            if parent is None or parent.tag not in _HOLDERS:
                break
            blocks = self.paper.parts[int(value.removeprefix(_PLACE))].blocks
            xml = blocks_xml(blocks, styles, width, notes.reference)
            for element in etree.fromstring(f'<w:x xmlns:w="{W}">{xml}</w:x>'):
                slot.addprevious(element)
            parent.remove(slot)
            placed += 1
        self.placed, self.notes = placed, notes
        return tree

    def finish(self) -> None:
        """Footnotes in; nothing asked for may have been lost."""
        if self.asked != self.placed:
            raise NotAllowed("“内容”要单独占一段，写成 {{p 部分.内容 }}，不能放在页眉页脚里")
        self.notes.attach()
        made = datetime.combine(self.paper.day, time(), UTC)
        properties = self.docx.core_properties
        properties.created = properties.modified = made
        if properties.title:
            properties.title = self.paper.title  # a property is no markup: nothing is escaped


def _styles(document: Any) -> dict[str, str]:
    """Style name → id in this document; those of ours that it lacks are added. WPS changes the
    ids when it saves, never the names."""
    root = document.styles.element
    have = {_style_name(style): style.get(qn("w:styleId")) for style in root.iter(qn("w:style"))}
    for name, style in _ours().items():
        if name not in have:
            copy = deepcopy(style)
            if copy.get(qn("w:styleId")) in have.values():
                copy.set(qn("w:styleId"), f"denggao{len(have)}")
            root.append(copy)
            have[name] = copy.get(qn("w:styleId"))
    return have


def _style_name(style: Any) -> str:
    found = style.find(qn("w:name"))
    return "" if found is None else str(found.get(qn("w:val")))


@cache
def _ours() -> Mapping[str, Any]:
    root = Document(io.BytesIO(template(False))).styles.element
    styles = {_style_name(style): style for style in root.iter(qn("w:style"))}
    wanted = ("登高", NOTE_TEXT, NOTE_MARK, "heading 1")
    return {name: style for name, style in styles.items() if name.startswith(wanted)}


def _text_width(body: Any) -> int:
    """The width of the text of the last section, in twentieths of a point."""
    sections = list(body.iter(qn("w:sectPr")))
    if not sections:
        return 8845
    size, margins = (sections[-1].find(qn(f"w:{name}")) for name in ("pgSz", "pgMar"))
    if size is None or margins is None:
        return 8845
    sides = (int(margins.get(qn(f"w:{side}"), 0)) for side in ("left", "right"))
    return int(size.get(qn("w:w"))) - sum(sides)


def _settled(made: _Template) -> bytes:
    """The package with the time stamps of its parts taken out."""
    first, last = io.BytesIO(), io.BytesIO()
    made.save(first)
    with (
        zipfile.ZipFile(first) as old,
        zipfile.ZipFile(last, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            info = zipfile.ZipInfo(entry.filename, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(entry))
    return last.getvalue()
