"""What will be written into a form, cell by cell, and what not and why: data only.

Rows are those of the finished sheet: where a table needs more rows than it has, the plan says
how many to insert after which row, and counts on from there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from denggao.documents.filling.answers import Answer, Answers, Value
from denggao.documents.filling.firms import Roll
from denggao.documents.filling.headrows import Meant
from denggao.documents.filling.layout import Form, letter


class Filled(NamedTuple):
    """One cell that gets a value; ``note`` becomes a comment."""

    sheet: str
    row: int
    column: int
    value: Value
    firm: str
    answer: Answer
    note: str = ""


class Marked(NamedTuple):
    """One cell that stays as it is and gets a comment."""

    sheet: str
    row: int
    column: int
    firm: str
    head: str
    why: str


class Unfilled(NamedTuple):
    """A column (or a card's cell) nobody filled: ``row`` is that of its head."""

    sheet: str
    row: int
    column: int
    head: str
    why: str


class Inserted(NamedTuple):
    """``added`` rows after row ``after``, drawn like row ``like`` (0: like none); ``first`` is
    the first row of the body. All in the rows of the form as it came."""

    sheet: str
    after: int
    added: int
    like: int
    first: int


@dataclass
class Plan:
    """``filled``/``marked`` in the order of the form; ``unfilled`` columns with a suggestion;
    ``absent`` firms that the form lists and the ledger has not; ``notices`` for the person;
    ``doubted`` cells that are filled and should be looked at."""

    filled: list[Filled] = field(default_factory=list)
    marked: list[Marked] = field(default_factory=list)
    head_notes: list[Marked] = field(default_factory=list)
    unfilled: list[Unfilled] = field(default_factory=list)
    absent: list[Marked] = field(default_factory=list)
    differing: list[Marked] = field(default_factory=list)
    inserted: list[Inserted] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    doubted: list[Marked] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    firms: set[int] = field(default_factory=set)

    @property
    def is_empty(self) -> bool:
        """Nothing in the form could be filled."""
        return not self.filled

    def fill(self, item: Filled, head: str, doubt: str = "") -> None:
        """Add a cell; a ``doubt`` about its value goes into its comment and into the list."""
        if doubt:
            item = item._replace(note="；".join(filter(None, [item.note, doubt])))
            self.doubted.append(Marked(*item[:3], item.firm, head, doubt))
        self.filled.append(item)

    def moved(self, sheet: str, row: int) -> int:
        """Where a row of the form comes to lie in the finished sheet."""
        return row + sum(i.added for i in self.inserted if i.sheet == sheet and i.after < row)


@dataclass(frozen=True)
class Work:
    """What the planners share; ``firms`` of the ledger in the order to be filled in,
    ``report_year`` the year that the user says the form is about."""

    plan: Plan
    form: Form
    answers: Answers
    roll: Roll
    meant: Meant
    report_year: int | None
    firms: Sequence[int]


def cell_name(item: Filled | Marked | Unfilled) -> str:
    """C5"""
    return f"{letter(item.column)}{item.row}"
