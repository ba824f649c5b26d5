"""The clean text → the lines of the document itself: no page chrome, no advertisements, no lists
of other news, and broken lines whole again. What was left out is kept, to be shown."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from denggao.drafting.mapped import Mapped, Span

_ENDING = re.compile(r"[。!?;:…\"”)》]$")
_STARTS = re.compile(
    r"(?:第[一二三四五六七八九十百零]+[章节条编]|[一二三四五六七八九十]{1,3}[、.]|[(][一二三四五六七八九十]{1,3}[)]"
    r"|\d{1,2}[.、](?!\d)|[(]\d{1,2}[)]|[①-⑳]|[一二三四五六七八九十]是|附件|[-—·]{1,2}|问[::]|答[::])"
)
#: Shorter lines are headings or ends of paragraphs, not lines broken by a printer.
_BROKEN_FROM = 16
_LONG = 60


@dataclass(frozen=True, slots=True)
class Lines:
    """``text``: the document, a paragraph a line. ``noise``: what was left out, as spans of the
    original, in order; ``around`` is its text, cleaned."""

    text: Mapped
    noise: tuple[Span, ...]
    around: str


@dataclass(frozen=True, slots=True)
class _Noise:
    longest: int
    lines: re.Pattern[str]
    sayings: re.Pattern[str]
    tails: re.Pattern[str]
    items: re.Pattern[str]


@cache
def _noise() -> _Noise:
    text = files("denggao.drafting").joinpath("noise.toml").read_text(encoding="utf-8")
    data = tomllib.loads(text)
    found = {
        key: re.compile("|".join(f"(?:{p})" for p in data[key]))
        for key in ("lines", "sayings", "tails", "items")
    }
    return _Noise(data["longest"], **found)


def lines_of(clean: Mapped) -> Lines:
    """The document's own lines."""
    kept: list[Mapped] = []
    noise: list[Span] = []
    around: list[str] = []
    tail = False
    for line in _cut(clean):
        tail = _in_tail(line.text, tail)
        if tail or is_noise(line.text):
            if line.text:
                noise.append(line.span(0, len(line.text)))
                around.append(line.text)
        elif line.text:
            kept.append(line)
    return Lines(Mapped.joined(_whole(kept)), tuple(noise), "\n".join(around))


def _cut(clean: Mapped) -> Iterator[Mapped]:
    at = 0
    for line in clean.text.split("\n"):
        left = len(line) - len(line.lstrip())
        yield clean.cut(at + left, at + max(len(line.rstrip()), left))
        at += len(line) + 1


def is_noise(line: str) -> bool:
    """Is it something around the document, not of it?"""
    known = _noise()
    if len(line) <= known.longest and known.lines.search(line):
        return not _STARTS.match(line) or len(line) < _LONG or "文档" in line
    return bool(known.sayings.search(line))


def _in_tail(line: str, tail: bool) -> bool:
    known = _noise()
    if known.tails.search(line):
        return True
    if not tail or not line:
        return tail
    goes_on = (len(line) > _LONG and line.endswith("。")) or (
        _STARTS.match(line) is not None and not known.items.search(line)
    )
    return not goes_on


def _whole(lines: list[Mapped]) -> Iterator[Mapped]:
    """Lines that a printer or a page broke, joined again."""
    width = _width([line.text for line in lines])
    parts: list[Mapped] = []
    for line in lines:
        if parts and not _goes_on(parts[-1].text, line.text, width):
            yield _one(parts)
            parts = []
        parts.append(line)
    if parts:
        yield _one(parts)


def _one(parts: list[Mapped]) -> Mapped:
    if len(parts) == 1:
        return parts[0]
    joined = Mapped.joined(parts, "")
    # ``joined`` leaves a place for the empty mark behind each part: none is wanted here
    begins = parts[0].begins[:]
    for part in parts[1:]:
        begins += part.begins
    return Mapped(joined.text, begins)


def _width(lines: list[str]) -> int:
    """The width at which lines were broken; 0 if they were not."""
    full = [line for line in lines if len(line) >= _BROKEN_FROM and "\t" not in line]
    broken = [len(line) for line in full if not _ENDING.search(line)]
    if len(full) < 8 or len(broken) < len(full) * 0.4:
        return 0
    return sorted(broken)[len(broken) * 3 // 4]


def _goes_on(before: str, line: str, width: int) -> bool:
    if "\t" in before or "\t" in line or _STARTS.match(line):
        return False
    if before.endswith((",", "、")) and len(before) >= _BROKEN_FROM:
        return True
    if not width or (_ENDING.search(before[-1:]) and len(before) < width * 0.9):
        return False
    ends = before.endswith(("。", "!", "?"))
    return len(before) >= width * 0.85 and not ends and len(line) > 1
