"""A column of a table and what its head says."""

from __future__ import annotations

from dataclasses import dataclass

from denggao.facts.heads import Meaning
from denggao.facts.problems import column_letter


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: ``index`` from 0, the ``head`` as a path 「销售收入/2024年」."""

    index: int
    head: str
    meaning: Meaning | None

    @property
    def letter(self) -> str:
        return column_letter(self.index)

    @property
    def key(self) -> str:
        """The fact that it states, with the year of its head: ``sales@2024``; titles have one
        key for all their columns."""
        if self.meaning is None or self.meaning.role not in ("fact", "title"):
            return ""
        if self.meaning.role == "title":
            return "titles"
        year = f"@{self.meaning.year}" if self.meaning.year else ""
        return self.meaning.code + year

    @property
    def fact_code(self) -> str:
        """The fact that it states, "" if it states none."""
        return self.meaning.code if self.meaning and self.meaning.role == "fact" else ""

    @property
    def unit(self) -> str:
        """Of the fact that it states (元, 人, 日期), "" if it states none."""
        return self.meaning.fact.unit if self.meaning and self.meaning.role == "fact" else ""
