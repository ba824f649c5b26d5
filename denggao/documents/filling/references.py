"""Cell references in formulas and areas, after rows were inserted into one sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from denggao.documents.filling.plan import Inserted
from denggao.facts.problems import column_index, column_letter

_PREFIX = r"(?P<sheet>'(?:[^']|'')+'!|(?<![\w.\]])[^\W\d][\w.]*!)?"
_CELL = r"(?P<{0}a>\$?[A-Za-z]{{1,3}})(?P<{0}d>\$?)(?P<{0}n>[0-9]{{1,7}})"
_TOKEN = re.compile(
    r'"(?:[^"]|"")*"|'
    + _PREFIX
    + r"(?<![\w.$\]])(?:"
    + _CELL.format("x")
    + r"(?::"
    + _CELL.format("y")
    + r")?|(?P<r1d>\$?)(?P<r1n>[0-9]{1,7}):(?P<r2d>\$?)(?P<r2n>[0-9]{1,7}))(?![\w.(!])"
)


@dataclass(frozen=True)
class Rows:
    """The rows of one sheet, before and after: ``inserted`` in the rows as they were."""

    sheet: str
    inserted: Sequence[Inserted]

    def row(self, row: int) -> int:
        """Where a row comes to lie."""
        return row + sum(i.added for i in self.inserted if i.after < row)

    def end(self, top: int, bottom: int, in_body: bool = False) -> int:
        """Where the end of an area comes to lie. One that ends with the body, as a sum does,
        grows with it; of a single row only if that is the whole body, and not in a formula of
        the body itself (``in_body``), which adds up its own row."""
        new = self.row(bottom)
        for i in self.inserted:
            whole = i.first == i.after and not in_body
            if i.like and bottom == i.after and top <= bottom and (top < bottom or whole):
                new += i.added
        return new

    def has_in_body(self, row: int) -> bool:
        """Is this one of the rows that are filled?"""
        return any(i.first <= row <= i.after for i in self.inserted)

    def crosses(self, top: int, bottom: int) -> bool:
        """Are rows inserted inside this area?"""
        return any(top <= i.after < bottom for i in self.inserted)


def shifted(formula: str, rows: Rows, at_home: bool, in_body: bool = False) -> str:
    """A formula after the insertion; ``at_home``: it stands in the sheet itself, so references
    without a sheet are meant; ``in_body``: in one of the rows that are filled."""

    def mapped(match: re.Match[str]) -> str:
        if not _is_meant(match, rows.sheet, at_home):
            return match.group()
        if match["r1n"]:
            top, bottom = int(match["r1n"]), int(match["r2n"])
            ends = f"{match['r1d']}{rows.row(top)}:{match['r2d']}{rows.end(top, bottom, in_body)}"
            return (match["sheet"] or "") + ends
        top = int(match["xn"])
        new = f"{match['sheet'] or ''}{match['xa']}{match['xd']}{rows.row(top)}"
        if match["yn"]:
            bottom = int(match["yn"])
            new += f":{match['ya']}{match['yd']}{rows.end(top, bottom, in_body)}"
        return new

    return _references(formula, mapped)


def moved(formula: str, down: int, right: int = 0) -> str:
    """A formula copied so many rows down and columns right: what has no $ goes with it."""

    def cell(letters: str, dollar: str, number: str) -> str:
        if not letters.startswith("$") and right:
            letters = column_letter(column_index(letters) + right)
        return f"{letters}{dollar}{number if dollar else int(number) + down}"

    def mapped(match: re.Match[str]) -> str:
        if match["r1n"]:
            return match.group()
        new = (match["sheet"] or "") + cell(match["xa"], match["xd"], match["xn"])
        return new + (":" + cell(match["ya"], match["yd"], match["yn"]) if match["yn"] else "")

    return _references(formula, mapped)


def _references(formula: str, mapped: Callable[[re.Match[str]], str]) -> str:
    return _TOKEN.sub(lambda m: m.group() if m.group().startswith('"') else mapped(m), formula)


def _is_meant(match: re.Match[str], sheet: str, at_home: bool) -> bool:
    prefix: str | None = match["sheet"]
    if prefix is None:
        # "!" after what is no name of a sheet of ours: [1]表1!A9 is in another workbook
        return at_home and not match.string.endswith("!", 0, match.start())
    return prefix[:-1].strip("'").replace("''", "'") == sheet


def shifted_areas(areas: str, rows: Rows) -> str:
    """「A5:C9 E5」 of a validation, a print range or a merged block; an area that holds the
    row copied, but ends before the insertion, gets a second part for the new rows."""
    new: list[str] = []
    for area in areas.split():
        new.append(shifted(area, rows, at_home=True))
        new += _more(area, rows)
    return " ".join(new)


def _more(area: str, rows: Rows) -> list[str]:
    match = _TOKEN.fullmatch(area)
    if match is None or match["xn"] is None:
        return []
    top, bottom = int(match["xn"]), int(match["yn"] or match["xn"])
    right = match["ya"] or match["xa"]
    more = []
    for i in rows.inserted:
        grows = bottom > i.after or (bottom == i.after and rows.end(top, bottom) > rows.row(bottom))
        if top <= i.like <= bottom and not grows:
            first = rows.row(i.after) + 1
            more.append(f"{match['xa']}{first}:{right}{first + i.added - 1}")
    return more
