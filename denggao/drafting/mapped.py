"""Text that remembers where each of its characters stood in the text as it was given."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mapped:
    """``text`` and, for each of its characters, where it ``begins`` in the original; what was
    left out between two characters belongs to neither."""

    text: str
    begins: array[int]

    @classmethod
    def of(cls, text: str) -> Mapped:
        """The original itself."""
        return cls(text, array("L", range(len(text))))

    def span(self, start: int, end: int) -> Span:
        """[start, end) of this text as [start, end) of the original."""
        if start >= end:
            return (self.begins[start], self.begins[start]) if start < len(self.text) else (0, 0)
        return self.begins[start], self.begins[end - 1] + 1

    def cut(self, start: int, end: int) -> Mapped:
        """A part of it."""
        return Mapped(self.text[start:end], self.begins[start:end])

    def without(self, spans: Iterable[Span]) -> Mapped:
        """All but these parts; the parts are in order and do not overlap."""
        texts, begins, at = [], array("L"), 0
        for start, end in spans:
            texts.append(self.text[at:start])
            begins += self.begins[at:start]
            at = end
        if not texts:
            return self
        texts.append(self.text[at:])
        begins += self.begins[at:]
        return Mapped("".join(texts), begins)

    def dropped(self, pattern: re.Pattern[str]) -> Mapped:
        """Without what matches (group ``drop`` of it, if the pattern has one)."""
        group = "drop" if "drop" in pattern.groupindex else 0
        return self.without(m.span(group) for m in pattern.finditer(self.text))

    def mapped(self, change: Callable[[str], str]) -> Mapped:
        """With another text of the same length."""
        text = change(self.text)
        assert len(text) == len(self.text)
        return Mapped(text, self.begins)

    @staticmethod
    def joined(parts: Iterable[Mapped], mark: str = "\n") -> Mapped:
        """Parts in one, ``mark`` after each: it stands where its part ends."""
        texts, begins = [], array("L")
        for part in parts:
            texts += [part.text, mark]
            begins += part.begins
            begins.append(part.begins[-1] if part.begins else 0)
        return Mapped("".join(texts), begins)
