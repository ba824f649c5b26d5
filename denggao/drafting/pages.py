"""A web page as the text that it shows: no scripts, styles, menus; one line for each block."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_SILENT = {
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "iframe",
    "object",
    "select",
    "head",
    "button",
    "textarea",
}
_CHROME = {"nav", "footer", "aside"}
_BLOCKS = {
    "p",
    "div",
    "br",
    "li",
    "ul",
    "ol",
    "tr",
    "table",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "section",
    "article",
    "header",
    "main",
    "dd",
    "dt",
    "blockquote",
    "pre",
    "hr",
    "title",
    "center",
    "form",
}
_CELLS = {"td", "th"}
_VOID = {
    "br",
    "hr",
    "img",
    "input",
    "meta",
    "link",
    "area",
    "base",
    "col",
    "embed",
    "source",
    "track",
    "wbr",
    "param",
}
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_LINES = re.compile(r" *\n[\n ]*")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        if tag in _VOID:
            self.parts.append("\n" if tag in _BLOCKS else "")
        elif tag in _SILENT or tag in _CHROME:
            self.silent.append(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.silent:
            while self.silent.pop() != tag:
                pass
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.parts.append(_BLANKS.sub(" ", data))


def text_of(markup: str) -> str:
    """What a reader of the page sees, in the order of the page."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    lines = "".join(reader.parts).replace(" \t", "\t").replace("\n\t", "\n")
    return _LINES.sub("\n", lines).strip() + "\n"
