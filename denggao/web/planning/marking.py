"""A text with its items marked: each piece links to its item, each item to the piece."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


@dataclass(frozen=True, slots=True)
class Mark:
    """[start, end) belongs to the item on the page called ``name``; ``css`` tells its kind."""

    start: int
    end: int
    name: str
    css: str


def marked(text: str, marks: Sequence[Mark], noise: Sequence[Sequence[int]] = ()) -> SafeString:
    """The text as HTML. Where marks overlap the shortest one lights; each mark is an anchor
    ``at-NAME`` where it begins, and its pieces name it in ``data-of``."""
    every = [*marks, *(Mark(start, end, "", "noise") for start, end in noise)]
    return format_html_join("", "{}", ((piece,) for piece in _pieces(text, every)))


def _pieces(text: str, marks: Sequence[Mark]) -> Iterator[SafeString]:
    ends = sorted({0, len(text), *(m.start for m in marks), *(m.end for m in marks)})
    starting: dict[int, list[Mark]] = {}
    for mark in marks:
        starting.setdefault(mark.start, []).append(mark)
    alive: list[Mark] = []
    for start, end in itertools.pairwise(ends):
        alive = [m for m in [*alive, *starting.get(start, [])] if m.end > start]
        for mark in starting.get(start, []):
            if mark.name:
                yield format_html('<a class="anchor" id="at-{}"></a>', mark.name)
        yield _piece(text[start:end], alive)


def _piece(words: str, alive: Sequence[Mark]) -> SafeString:
    named = [mark for mark in alive if mark.name]
    if named:
        inner = min(named, key=lambda mark: mark.end - mark.start)
        of = " ".join(mark.name for mark in named)
        return format_html(
            '<a class="mark {}" href="#{}" data-of="{}">{}</a>', inner.css, inner.name, of, words
        )
    if alive:
        return format_html('<span class="noise">{}</span>', words)
    return format_html("{}", words)
