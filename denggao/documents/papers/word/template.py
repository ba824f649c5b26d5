"""Our own Word template, made here: the page of GB/T 9704, its styles, and where the text goes.

``denggao report --save-templates`` writes it out for a bureau to change in WPS. Fonts are named,
never shipped; each style names the Chinese face (``w:eastAsia``) too, without which Word takes
its default one.
"""

from __future__ import annotations

import io
from functools import cache
from typing import TYPE_CHECKING, Any

from denggao.documents.papers.paper import Look

if TYPE_CHECKING:
    from docx.document import Document

SONG, TITLE_FACE = "宋体", "方正小标宋简体"
FANG, HEI, KAI = "仿宋_GB2312", "黑体", "楷体_GB2312"
_LATIN = "Times New Roman"
TITLE, SUBTITLE, KNOWN, HEADING = "登高标题", "登高副标题", "登高概况", "heading 1"
CELL, CELL_HEAD, STRONG = "登高表格", "登高表头", "登高要点"
NOTE_TEXT, NOTE_MARK = "footnote text", "footnote reference"
_LINE = 28.95  # points: 22 lines of 225 mm

#: Name → face, points, line spacing, first-line indent in characters, alignment.
_STYLES: dict[str, tuple[str, float, float, float, str]] = {
    TITLE: (TITLE_FACE, 22, 34, 0, "center"),
    SUBTITLE: (KAI, 16, _LINE, 0, "center"),
    KNOWN: (FANG, 14, 24, 0, "left"),
    HEADING: (HEI, 16, _LINE, 2, "left"),
    Look.BODY.value: (FANG, 16, _LINE, 2, "both"),
    Look.POINT.value: (FANG, 16, _LINE, 2, "both"),
    Look.SMALL.value: (FANG, 14, 24, 2, "both"),
    Look.SIGNED.value: (FANG, 16, _LINE, 0, "right"),
    CELL: (FANG, 10.5, 15, 0, "left"),
    CELL_HEAD: (HEI, 10.5, 15, 0, "center"),
    NOTE_TEXT: (FANG, 9, 12, 0, "left"),
}


@cache
def template(is_wide: bool) -> bytes:
    """The .docx that our papers are printed with; ``is_wide``: landscape."""
    from docx import Document

    document = Document()
    _page(document, is_wide=is_wide)
    for name, (face, size, line, indent, align) in _STYLES.items():
        _style(document, name, face, size, line, indent, align)
    _marks(document)
    _text(document)
    _footers(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _page(document: Document, *, is_wide: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    if is_wide:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
        section.top_margin, section.bottom_margin = Mm(28), Mm(26)
        section.left_margin, section.right_margin = Mm(35), Mm(37)
    section.footer_distance = Mm(25) if not is_wide else Mm(16)
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is not None:
        section._sectPr.remove(grid)  # lines are spaced exactly; a grid would move footnotes
    document.core_properties.title = "{{ 标题 }}"
    document.core_properties.author = "登高"
    document.core_properties.comments = ""


def _style(
    document: Document, name: str, face: str, size: float, line: float, indent: float, align: str
) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
    from docx.shared import Pt

    known = {style.name.lower(): style for style in document.styles if style.name}
    style: Any = known.get(name) or document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles["Normal"] if name != HEADING else None
    style.quick_style, style.hidden = True, False
    _font(style, face, size)
    style.font.bold = style.font.italic = False
    spacing = style.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    if name == SUBTITLE:
        spacing.space_after = Pt(12)
    spacing.line_spacing_rule = WD_LINE_SPACING.EXACTLY
    spacing.line_spacing = Pt(line)
    spacing.first_line_indent = Pt(size * indent)
    spacing.keep_with_next = name == HEADING
    spacing.widow_control = True
    aligned = {"both": "JUSTIFY", "left": "LEFT", "center": "CENTER", "right": "RIGHT"}
    spacing.alignment = getattr(WD_ALIGN_PARAGRAPH, aligned[align])


def _font(style: Any, face: str, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style.font.size, style.font.name = Pt(size), _LATIN
    style.font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    for side in ("ascii", "hAnsi", "cs"):
        fonts.set(qn(f"w:{side}"), _LATIN)
    fonts.set(qn("w:eastAsia"), face)
    for name in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[name]


def _marks(document: Document) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn

    normal = document.styles["Normal"]
    _font(normal, FANG, 16)
    strong = document.styles.add_style(STRONG, WD_STYLE_TYPE.CHARACTER)
    strong.font.name = _LATIN
    strong.element.rPr.rFonts.set(qn("w:eastAsia"), KAI)
    mark = document.styles.add_style(NOTE_MARK, WD_STYLE_TYPE.CHARACTER)
    mark.font.superscript = True


def _text(document: Document) -> None:
    """The whole template in eleven lines, as a person sees it in WPS."""
    lines = (
        ("{{ 标题 }}", TITLE),
        ("{%p if 关于 %}", SUBTITLE),
        ("{{ 关于 }}", SUBTITLE),
        ("{%p endif %}", SUBTITLE),
        ("{%p for 项 in 概况 %}", KNOWN),
        ("{{ 项.名称 }}：{{ 项.内容 }}", KNOWN),
        ("{%p endfor %}", KNOWN),
        ("{%p for 部分 in 各部分 %}", Look.BODY.value),
        ("{{ 部分.标题 }}", "Heading 1"),
        ("{{p 部分.内容 }}", Look.BODY.value),
        ("{%p endfor %}", Look.BODY.value),
    )
    for text, style in lines:
        document.add_paragraph(text, style=style)


def _footers(document: Document) -> None:
    """「— 1 —」 on the outer side of each page."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    document.settings.odd_and_even_pages_header_footer = True
    section = document.sections[0]
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.alignment = side
        _footer_run(paragraph, "— ")
        _page_field(paragraph)
        _footer_run(paragraph, " —")


def _footer_run(paragraph: Any, text: str) -> Any:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run(text)
    run.font.size, run.font.name = Pt(14), SONG
    run._element.rPr.rFonts.set(qn("w:eastAsia"), SONG)
    return run


def _page_field(paragraph: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "1"), ("end", "")):
        run = _footer_run(paragraph, "1" if kind == "text" else "")
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._element.append(mark)
        elif not kind:
            order = OxmlElement("w:instrText")
            order.set(qn("xml:space"), "preserve")
            order.text = text
            run._element.append(order)
