"""Headings, numbers and sections: what each paragraph stands under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from denggao.drafting import lexicon
from denggao.drafting.mapped import Mapped

_CN = "[一二三四五六七八九十百零〇]"
#: Ways to number a heading, the outermost first.
_NUMBERS = (
    rf"第{_CN}{{1,4}}[编章](?= |[\u4e00-\u9fff])",
    rf"第{_CN}{{1,4}}节(?= |[\u4e00-\u9fff])",
    rf"第(?:{_CN}{{1,5}}|\d{{1,3}})条(?:之[一二三四五])?",
    rf"{_CN}{{1,3}}(?:、|[.,](?!\d))",
    rf"[(]{_CN}{{1,3}}[)][、.]?",
    r"\d{1,2}(?:[、.](?!\d)|[.]? (?=[\u4e00-\u9fff“]))",
    r"[(]\d{1,2}[)][、.]?",
    r"[①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳]",
)
_NUMBER = tuple(re.compile(pattern) for pattern in _NUMBERS)
#: 「一是…」 opens an item inside a text that has no better numbers.
_ITEM = re.compile(r"[一二三四五六七八九十]是|——(?=\S)|[-·▪◆■]\s*(?=\S)|问[::]|答[::]")
_TITLE_END = re.compile(r"[。:;]")
_LONGEST_TITLE = 42
_ENDED = re.compile(r"[。;,、]$")


@dataclass(slots=True)
class Paragraph:
    """``start`` to ``end`` in the document's text, the title up to ``body``. ``level`` is the
    depth of its number (0: none); ``above``: the headings that it stands under, outermost
    first; ``kind``: the nearest section that says what figures in it are, "" for none."""

    start: int
    end: int
    number: str = ""
    level: int = 0
    title: str = ""
    body: int = 0
    above: tuple[Paragraph, ...] = ()
    kind: str = ""
    is_item: bool = False
    is_row: bool = False


def outline(text: Mapped) -> list[Paragraph]:
    """The paragraphs of a document in order, each with what it stands under."""
    found = [_paragraph(text.text, start, end) for start, end in _lines(text.text)]
    open_: list[Paragraph] = []
    for paragraph in found:
        if paragraph.level:
            open_ = [p for p in open_ if p.level < paragraph.level]
        paragraph.above = tuple(open_)
        paragraph.kind = _kind(paragraph)
        if paragraph.level:
            open_.append(paragraph)
    return found


def _lines(text: str) -> Iterator[tuple[int, int]]:
    at = 0
    for line in text.split("\n"):
        if line:
            yield at, at + len(line)
        at += len(line) + 1


def _paragraph(text: str, start: int, end: int) -> Paragraph:
    line = text[start:end]
    paragraph = Paragraph(start, end, body=start, is_row="\t" in line)
    if paragraph.is_row:
        return paragraph
    for level, pattern in enumerate(_NUMBER, 1):
        if found := pattern.match(line):
            paragraph.number, paragraph.level = found[0].strip(), level
            _take_title(paragraph, line, found.end())
            return paragraph
    if found := _ITEM.match(line):
        paragraph.is_item, paragraph.body = True, start + found.end()
    elif line.rstrip(":") in lexicon.listed("headings", "plain"):  # a heading without a number
        paragraph.level, paragraph.title, paragraph.body = 4, line.rstrip(":"), end
    return paragraph


def _take_title(paragraph: Paragraph, line: str, after: int) -> None:
    after += len(line[after:]) - len(line[after:].lstrip())
    rest = line[after:]
    found = _TITLE_END.search(rest[: _LONGEST_TITLE + 1])
    if found and not (found[0] == ";" and len(rest) > found.end()):
        paragraph.title, body = rest[: found.start()], after + found.end()
    elif len(rest) <= _LONGEST_TITLE and not _ENDED.search(rest):
        paragraph.title, body = rest, len(line)
    else:
        body = after
    if paragraph.level == 3 and (found := re.match(r"[【(]([^】)]{2,20})[】)]", rest)):
        paragraph.title = found[1]  # 第五条 【认定奖励】
    paragraph.body = paragraph.start + body


def _kind(paragraph: Paragraph) -> str:
    for heading in (paragraph, *reversed(paragraph.above)):
        for kind in lexicon.group_names("sections"):
            if heading.title and lexicon.words("sections", kind).search(heading.title):
                return kind
    return ""
