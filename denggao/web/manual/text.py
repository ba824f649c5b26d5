"""The chapters of the manual as HTML: for the application, and for the one file of the bundle.

In a wheel the chapters lie beside this file, in the source tree under docs/; pictures likewise.
Nothing here knows Django.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

_HERE = Path(__file__).resolve().parent
_DOCS = _HERE.parents[2] / "docs"
#: Folder of the chapters, and of the pictures in them.
TEXT = _HERE / "text" if (_HERE / "text").is_dir() else _DOCS / "manual"
IMAGES = _HERE / "img" if (_HERE / "img").is_dir() else _DOCS / "img"
_NAME = re.compile(r"^(\d+)-([a-z0-9-]+)\.md$")
#: Raw HTML stays text: the pages' policy would refuse most of it anyway.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One file: ``NN-slug.md``, its first line ``# title``; ``sections``: (anchor, heading)."""

    slug: str
    title: str
    source: str
    sections: tuple[tuple[str, str], ...]


@cache
def chapters() -> tuple[Chapter, ...]:
    """All chapters by number; none where the manual was not put into the package."""
    files = sorted(path for path in TEXT.glob("*.md") if _NAME.match(path.name))
    return tuple(_chapter(path) for path in files)


def _chapter(path: Path) -> Chapter:
    found = _NAME.match(path.name)
    assert found is not None
    head, _, source = path.read_text(encoding="utf-8").partition("\n")
    sections = tuple((anchor, title) for anchor, title, _ in _sections(_MARKDOWN.parse(source)))
    return Chapter(found[2], head.removeprefix("# ").strip(), source, sections)


def _sections(tokens: list[Token]) -> Iterator[tuple[str, str, Token]]:
    """(anchor, heading, token that opens it) of each second-level heading."""
    for number, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag == "h2":
            yield f"s{number}", tokens[number + 1].content, token


def html_of(chapter: Chapter, picture: Callable[[str], str], page: Callable[[str], str]) -> str:
    """The chapter without its title. ``picture``: file name → address; ``page``: slug of another
    chapter → address."""
    tokens = _MARKDOWN.parse(chapter.source)
    for anchor, _, token in _sections(tokens):
        token.attrSet("id", anchor)
    for token in (inner for outer in tokens for inner in outer.children or ()):
        if token.type == "image":
            token.attrSet("src", picture(str(token.attrs["src"]).removeprefix("../img/")))
        elif token.type == "link_open":
            name, hash_, anchor = str(token.attrs["href"]).partition("#")
            if found := _NAME.match(name):
                token.attrSet("href", page(found[2]) + hash_ + anchor)
    return str(_MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {}))
