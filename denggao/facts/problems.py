"""What is wrong with one cell, row, column or sheet of a ledger, for the person who mends it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

#: Kinds that only inform: something was assumed or merged, no value was refused.
NOTICES = frozenset(
    {
        "assumed_unit",
        "assumed_year",
        "changed_over_years",
        "detail_table",
        "duplicate",
        "head_not_found",
        "head_suggestion",
        "hidden_columns",
        "hidden_rows",
        "hidden_sheet",
        "joined",
        "masked_whole",
        "linked_workbook",
        "own_page",
        "share_unlike",
        "sheet_unread",
        "sheet_without_facts",
    }
)

#: Kinds of which the value is kept all the same: a person should look.
DOUBTS = frozenset({"suspect_unit", "odd_name", "unknown_region", "unknown_industry"})

#: Kinds that name a contradiction with another row, sheet or file.
CONFLICTS = frozenset(
    {"fact_twice", "columns_differ", "two_codes", "two_names", "ambiguous_name", "ambiguous_code"}
)


class Finding(NamedTuple):
    """What is wrong, not yet where: ``kind`` is a short stable code for programs, ``expected``
    what should stand there, ``advice`` how to mend it (Chinese, no full stop)."""

    kind: str
    expected: str
    advice: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding. ``row`` is the sheet's own row number from 1 (0: the whole column or
    sheet), ``column`` the Excel letter ("" : the whole row). ``value`` is the cell as read,
    ``expected`` what should stand there, ``advice`` how to mend it (Chinese, no full stop).
    ``kind`` is a short stable code for programs; ``key`` the fact that the column states
    (``sales@2024``), "" where it states none."""

    file: str
    sheet: str
    row: int
    column: str
    head: str
    value: str
    expected: str
    advice: str
    kind: str
    key: str = ""

    @property
    def is_notice(self) -> bool:
        """True when nothing was refused, only assumed or merged."""
        return self.kind in NOTICES

    @property
    def said(self) -> str:
        """Value, what was expected and how to mend it, without the place."""
        value = f"“{self.value}”" if self.value else ""
        expected = f"应为{self.expected}" if self.expected else ""
        return "；".join(part for part in (value, expected, self.advice) if part)

    def __str__(self) -> str:
        return f"{place(self.file, self.sheet, self.row, self.column, self.head)}：{self.said}"


def place(file: str, sheet: str, row: int, column: str, head: str = "") -> str:
    """「台账.xlsx」〈Sheet1〉第 5 行 D 列（销售收入）"""
    where = f"「{file}」" + (f"〈{sheet}〉" if sheet else "")
    cell = [f"第 {row} 行"] if row else []
    cell += [f"{column} 列"] if column else []
    return where + " ".join(cell) + (f"（{head}）" if head else "")


def column_letter(index: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as Excel counts."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """A → 0, AA → 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


_MOST_SPANS = 20


def spans(numbers: Iterable[int], shown: Callable[[int], str] = str) -> str:
    """3, 4, 5, 9 → 「3–5、9」; "" for none."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    texts = [shown(a) if a == b else f"{shown(a)}–{shown(b)}" for a, b in found]
    return "、".join(texts[:_MOST_SPANS]) + ("……" if len(texts) > _MOST_SPANS else "")
