"""What a paper is, whoever prints it: parts of paragraphs and tables, made of sentences.

A sentence that says something about a firm or a law carries its evidence, a ``Note``: the
article it rests on and the cells its figures were read from. Printed, every note is a footnote.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import Enum
from typing import Any


class Look(Enum):
    """How a paragraph stands on the page; the value names its style in a Word template."""

    BODY = "登高正文"
    POINT = "登高条目"  # （一） … with its own indent
    SMALL = "登高说明"
    SIGNED = "登高落款"  # to the right, at the end


@dataclass(frozen=True, slots=True)
class Note:
    """The evidence of one sentence: an article (文号 and 条款), cells, and what else it rests
    on. ``words`` is the footnote."""

    article: str = ""
    cells: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return "；".join(part for part in (self.article, *self.cells, *self.remarks) if part)

    def __bool__(self) -> bool:
        return bool(self.words)


@dataclass(frozen=True, slots=True)
class Said:
    """A run of text, printed ``strong`` or not, with the evidence that stands behind it."""

    text: str
    note: Note | None = None
    strong: bool = False


Cell = tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Runs of text that follow each other."""

    said: tuple[Said, ...]
    look: Look = Look.BODY


@dataclass(frozen=True, slots=True)
class Table:
    """``widths`` are shares of the line; ``centred`` the columns of short words and figures.
    A table without rows says 无数据."""

    heads: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]
    centred: frozenset[int] = frozenset()


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """``kind`` names its template and its file (一企一策); ``about`` whom or what it is about,
    "" for a paper about all firms; ``day`` as of which; ``known`` what stands at its head."""

    kind: str
    day: date
    title: str
    about: str
    parts: tuple[Part, ...]
    known: tuple[tuple[str, str], ...] = ()
    is_wide: bool = False

    def notes(self) -> Iterator[Note]:
        """The evidence of every sentence, in the order of the page."""
        for part in self.parts:
            for block in part.blocks:
                for said in _runs(block):
                    if said.note:
                        yield said.note


def _runs(block: Block) -> Iterator[Said]:
    if isinstance(block, Paragraph):
        yield from block.said
        return
    for row in block.rows:
        for cell in row:
            yield from cell


def say(text: str, note: Note | None = None, look: Look = Look.BODY) -> Paragraph:
    """A paragraph of one sentence."""
    return Paragraph((Said(text, note),), look)


def point(lead: str, text: str, note: Note | None = None) -> Paragraph:
    """A paragraph that begins with its gist in strong letters."""
    return Paragraph((Said(lead, strong=True), Said(text, note)), Look.POINT)


def cell(text: str, note: Note | None = None) -> Cell:
    """A cell of a table."""
    return (Said(text, note),)


def day_words(day: date) -> str:
    """2026年6月30日."""
    return f"{day.year}年{day.month}月{day.day}日"


_DIGITS = "零一二三四五六七八九十"


def counted(number: int) -> str:
    """1 → 一, 12 → 十二, 20 → 二十 (up to 99), as headings count."""
    tens, ones = divmod(number, 10)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def numbered(parts: Sequence[Part]) -> tuple[Part, ...]:
    """Headings 一、 二、 三、, those without blocks left out."""
    kept = [part for part in parts if part.blocks]
    return tuple(Part(f"{counted(i)}、{part.title}", part.blocks) for i, part in enumerate(kept, 1))


def as_json(paper: Paper) -> dict[str, Any]:
    """For programs and for typst: plain values only."""
    return {
        "kind": paper.kind,
        "title": paper.title,
        "about": paper.about,
        "wide": paper.is_wide,
        "known": dict(paper.known),
        "parts": [
            {"title": part.title, "blocks": [_block_json(block) for block in part.blocks]}
            for part in paper.parts
        ],
    }


def _block_json(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"look": block.look.name.lower(), "said": [_said_json(s) for s in block.said]}
    return {
        "look": "table",
        "heads": list(block.heads),
        "widths": list(block.widths),
        "centred": sorted(block.centred),
        "rows": [[[_said_json(said) for said in cell] for cell in row] for row in block.rows],
    }


def _said_json(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = {"text": said.text, "strong": said.strong, "note": ""}
    if said.note:
        found |= {"note": said.note.words, "evidence": asdict(said.note)}
    return found
