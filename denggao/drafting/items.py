"""What a figure of a document says, once it is read."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from denggao.drafting.years import Year


@dataclass(frozen=True, slots=True)
class Item:
    """One figure of the document. ``role``: target, fact, forecast, threshold or duty; ``value``
    is ``None`` where the text masks it; ``area``: the part of the region that it is of; ``start``
    to ``end`` in the document's text."""

    role: str
    indicator: str
    value: Fraction | None
    high: Fraction | None
    unit: str
    year: Year | None
    op: str
    kind: str
    area: str | None
    start: int
    end: int
    paragraph: int
    base: bool = False  # the figure from which another one grows
