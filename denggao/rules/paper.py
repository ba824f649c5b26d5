"""Nodes that no rule computes with: what is only printed, shown as a case, or promised."""

from __future__ import annotations

from dataclasses import dataclass

from denggao.facts.interval import Number


@dataclass(frozen=True, slots=True)
class Target:
    """目标: what a plan promises. ``lo`` to ``hi`` is the figure (``None``: masked in the text),
    ``year`` a year, 每年, or words (三年内), ``sort`` one of 存量 流量 比率 增速 位次 职责;
    ``quote`` and ``span`` (characters) show where the source says it."""

    id: str
    name: str
    cite: str
    line: int
    op: str  # ≥ > ≤ < = 约
    lo: Number | None
    hi: Number | None
    unit: str
    year: int | str | None = None
    sort: str | None = None
    place: str | None = None
    quote: str = ""
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Task:
    """任务: what is to be done, by whom (``lead`` first), by when (``None``: no deadline)."""

    id: str
    name: str
    cite: str
    line: int
    lead: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    due: str | None = None
    quote: str = ""
    span: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Manual:
    """核对: a phrase of the law that no fact answers; printed as 须人工核对."""

    id: str
    name: str
    cite: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """One row of a case table: inputs and what must come out, as written in the cells."""

    name: str
    line: int
    inputs: tuple[tuple[str, str], ...]  # head, cell
    expected: tuple[tuple[str, str], ...]
