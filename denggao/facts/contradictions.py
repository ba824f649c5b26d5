"""Figures of one firm that cannot both be right, wherever in the ledgers they stand.

Rules take both for unknown; here a person is told of both cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.converters import shown
from denggao.facts.origins import Origins, Source
from denggao.facts.problems import Problem, place

Columns = Mapping[str, Sequence[Any]]


def contradictions(columns: Columns, origins: Origins) -> Iterator[Problem]:
    """A part above the whole that it can never exceed (科技人员数 > 职工总数), for each firm of
    a ledger's columns: at the part's cell, naming the cell of the whole."""
    for key in columns:
        code, _, year = key.partition("@")
        fact = catalogue().get(code)
        if fact is None or fact.at_most is None or "." in key:
            continue
        whole = f"{fact.at_most}@{year}" if year else fact.at_most
        if whole in columns:
            yield from _exceeding(columns, origins, key, whole)


def _exceeding(columns: Columns, origins: Origins, key: str, whole: str) -> Iterator[Problem]:
    part, other = (catalogue()[k.partition("@")[0]] for k in (key, whole))
    for firm, (low, high) in enumerate(
        zip(_ends(columns, key, "lo"), _ends(columns, whole, "hi"), strict=True)
    ):
        if low is not None and high is not None and low > high:
            at = origins.of(key, firm)
            if at is not None:
                yield _problem(key, part, low, at, other, high, origins.of(whole, firm))


def _ends(columns: Columns, key: str, side: str) -> Iterator[Any]:
    """The low or high ends of a column; exact values are both."""
    exact = columns[key]
    ends = columns.get(f"{key}.{side}", [None] * len(exact))
    return (end if value is None else value for value, end in zip(exact, ends, strict=True))


def _problem(
    key: str, part: Fact, low: Any, at: Source, other: Fact, high: Any, there: Source | None
) -> Problem:
    where = "" if there is None else place(there.file, there.sheet, there.row, there.letter)
    advice = (
        f"大于{other.name}“{shown(high, other)}”（{where}），两个数都不用，靠它们的条件按未知算；"
        "请核对哪一个写错了"
    )
    return Problem(
        at.file, at.sheet, at.row, at.letter, at.head, shown(low, part),
        f"不超过{other.name}的数", advice, "contradiction", key,
    )  # fmt: skip
