"""The tables of a form: where the heads are, which rows wait to be filled, where the notes begin.

Unlike a ledger, a form is mostly blank and its heads may all be strange; so heads are told by
how they are drawn (a closed row of texts, merged upwards and sideways), not by being known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from denggao.documents.filling.headrows import (
    LABEL_LINE,
    HeadColumn,
    Meant,
    heads_at,
    identity_column,
    is_dated,
)
from denggao.documents.filling.layout import Area, Layout
from denggao.facts.headparts import sheet_factor
from denggao.facts.heads import Meaning
from denggao.facts.rowfilter import is_column_numbers, words_reason
from denggao.facts.toldyear import is_sentence

_EXAMPLE = re.compile(r"(?:示?例|样例|填写示例|填报示例|举例|例如)[\d:：)）]?.*")
_INVENTED = re.compile(r"某某|[×xX]{2,}|[*＊]{2,}|示例|样例|（例）|\(例\)|举例")
_FIRM = re.compile(r"(?:公司|合作社|集团|厂|院|研究所|中心|店|农场|商行)$")
#: 「（18位）」 in a cell says how to fill it in; it is no value.
HINT = re.compile(r"[(（][^()（）]{1,20}[)）]")


@dataclass(frozen=True, slots=True)
class BodyRow:
    """``kind``: "blank", "listed" (names a firm), "example" or "labelled" (says something
    else already). ``label`` is the first text of a labelled row."""

    row: int
    kind: str
    name: str = ""
    code: str = ""
    label: str = ""


@dataclass(frozen=True)
class FormTable:
    """``top``/``bottom`` are the rows of the heads, ``end`` the last row that can be filled;
    ``texts`` what stands above and below the table (title, unit line, notes), ``titles`` all
    that name it, of which ``title`` is the first."""

    sheet: str
    top: int
    bottom: int
    end: int
    columns: tuple[HeadColumn, ...]
    rows: tuple[BodyRow, ...]
    totals: tuple[int, ...]
    texts: tuple[str, ...]
    title: str
    titles: str

    def of_kind(self, kind: str) -> list[BodyRow]:
        return [row for row in self.rows if row.kind == kind]

    def index_of(self, code: str, meant: Meant) -> int | None:
        return identity_column(self.columns, code, meant)


def find_tables(layout: Layout, meant: Meant) -> list[FormTable]:
    """The tables of a sheet, from the top."""
    found: list[_Place] = []
    row = 1
    while row <= layout.last_row:
        heads = heads_at(layout, row, meant)
        if heads:
            last = _body_end(layout, *heads, meant)
            found.append(_Place(row, heads[0], tuple(heads[1]), last))
            row = last + 1
        else:
            row += 1
    starts = [_start(layout, place, above) for place, above in _with_above(found)]
    ends = [*starts[1:], layout.last_row + 1]
    return [
        _table(layout, place, start, end, meant)
        for place, start, end in zip(found, starts, ends, strict=False)
    ]


class _Place(NamedTuple):
    """Where a table is: the rows of its heads, its columns, the last row of its body."""

    top: int
    bottom: int
    columns: tuple[HeadColumn, ...]
    last: int


def _with_above(found: list[_Place]) -> Iterator[tuple[_Place, int]]:
    """Each table with the last row of the body above it."""
    return zip(found, [0, *(place.last for place in found)], strict=False)


def _start(layout: Layout, place: _Place, above: int) -> int:
    """The first row of what belongs to a table: below another one, its title and unit line
    but not the notes of the other."""
    if not above:
        return 1
    row = place.top
    while row - 1 > above and _is_title(layout, row - 1):
        row -= 1
    return row


def _is_title(layout: Layout, row: int) -> bool:
    """One text alone that is neither a note nor a firm nor a number: a title, a unit line."""
    texts = _texts(layout, row)
    if len(texts) != 1 or (words_reason(texts[0]) and sheet_factor(texts) is None):
        return False
    return not (texts[0].isdigit() or _FIRM.search(texts[0]) or is_invented(texts[0]))


# --- body ----------------------------------------------------------------------------------


def _texts(layout: Layout, row: int) -> list[str]:
    return [text for area, text in layout.filled(row) if area.top == row]


def _body_end(layout: Layout, bottom: int, columns: list[HeadColumn], meant: Meant) -> int:
    """The last row before a note, a signature line or the next heads."""
    row = bottom
    while row < layout.last_row and not _ends_here(layout, row + 1, columns, meant):
        row += 1
    heads = row + 1
    while heads < layout.last_row and _is_title(layout, heads):
        heads += 1
    if heads_at(layout, heads, meant):
        while row > bottom and _is_title(layout, row):  # of the table that comes next
            row -= 1
    return row


def _ends_here(layout: Layout, row: int, columns: list[HeadColumn], meant: Meant) -> bool:
    filled = [(area, text) for area, text in layout.filled(row) if area.top == row]
    if not filled:
        return False
    first = filled[0][1]
    reason = words_reason(first)
    if reason == "合计行":
        return False
    if reason or (LABEL_LINE.search(first) and not _EXAMPLE.fullmatch(first)):
        return True
    width = columns[-1].index - columns[0].index + 1
    area = filled[0][0]
    if len(filled) == 1 and (len(first) > 30 or (area.right - area.left + 1) * 2 > width > 2):
        return True
    known = {text for column in columns for text in column.levels}
    if {text for _, text in filled} <= known and len(filled) >= min(3, len(columns)):
        return True  # the heads once more
    if len(filled) < 2 or any(_is_number(layout, a) for a, _ in filled):
        return False
    heads = heads_at(layout, row, meant)
    if heads is None:
        return False
    understood = [meant(column.levels) is not None for column in heads[1]]
    return any(understood) if len(understood) > 2 else all(understood)


def _is_number(layout: Layout, area: Area) -> bool:
    return layout.box(area.top, area.left).is_number


def _table(
    layout: Layout,
    place: _Place,
    start: int,
    after: int,
    meant: Meant,
) -> FormTable:
    """``start``: the first row of what belongs to it; ``after``: that of the next table."""
    top, bottom, columns, last = place
    closed = any(_texts(layout, row) for row in range(last + 1, layout.last_row + 1))
    rows, totals = _body(layout, bottom, last, columns, meant)
    rows = _drawn(layout, rows, columns, closed)
    texts = [t for row in (*range(start, top), *range(last + 1, after))
             for t in _texts(layout, row)]  # fmt: skip
    titles = [t for row in range(start, top) for t in _texts(layout, row)
              if not LABEL_LINE.search(t)]  # fmt: skip
    end = max((row.row for row in rows), default=bottom)
    naming = (t for t in titles if t == titles[0] or not is_sentence(t))
    return FormTable(
        layout.name, top, bottom, end, columns, tuple(rows), totals, tuple(texts),
        titles[0] if titles else "", " ".join(naming),
    )  # fmt: skip


def _body(
    layout: Layout, bottom: int, last: int, columns: tuple[HeadColumn, ...], meant: Meant
) -> tuple[list[BodyRow], tuple[int, ...]]:
    name = identity_column(columns, "name", meant)
    code = identity_column(columns, "uscc", meant)
    numbering = [c.index for c in columns if _is_numbering(meant(c.levels))]
    dated = [c.index for c in columns if is_dated(c, meant)] if (name, code) != (None, None) else []
    rows: list[BodyRow] = []
    totals: list[int] = []
    for row in range(bottom + 1, last + 1):
        texts = {c.index: layout.text(row, c.index) for c in columns}
        said = {i: t for i, t in texts.items() if t and not layout.box(row, i).formula}
        first = next(iter(said.values()), "")
        if words_reason(first) == "合计行":
            totals.append(row)
        elif row == bottom + 1 and is_column_numbers(list(texts.values())):
            continue
        else:
            named = {i: t for i, t in said.items() if i not in dated}
            rows.append(_body_row(row, named, name, code, numbering))
    return rows, tuple(totals)


def _is_numbering(meaning: Meaning | None) -> bool:
    return meaning is not None and meaning.role == "nothing"


def _body_row(
    row: int, said: dict[int, str], name: int | None, code: int | None, numbering: list[int]
) -> BodyRow:
    texts = [text for index, text in said.items() if index not in numbering or not text.isdigit()]
    who = said.get(name, "") if name is not None else ""
    number = said.get(code, "") if code is not None else ""
    number = "" if HINT.fullmatch(number) else number
    if any(_EXAMPLE.fullmatch(said[i]) for i in numbering if i in said) or (
        texts and _EXAMPLE.fullmatch(texts[0])
    ):
        return BodyRow(row, "example")
    if not texts:
        return BodyRow(row, "blank")
    if who or number:
        return BodyRow(row, "listed", who, number)
    return BodyRow(row, "labelled", label=texts[0])


def is_invented(name: str) -> bool:
    """「某某公司」, 「XX有限公司」: the name of an example, not of a firm."""
    return _INVENTED.search(name) is not None


def _drawn(
    layout: Layout, rows: list[BodyRow], columns: Sequence[HeadColumn], closed: bool
) -> list[BodyRow]:
    """Without the blank rows at the end that only keep a distance to the note: those drawn
    otherwise than the first blank row."""
    blank = next((row.row for row in rows if row.kind == "blank"), None)
    if blank is None:
        return rows
    look = _look(layout, blank, columns)
    kept = list(rows)
    while kept and kept[-1].kind == "blank" and _look(layout, kept[-1].row, columns) != look:
        kept.pop()
    if not any(look) and not closed:  # nothing is drawn and nothing follows: no row is there
        while kept and kept[-1].kind == "blank":
            kept.pop()
    return kept


def _look(layout: Layout, row: int, columns: Sequence[HeadColumn]) -> tuple[int, ...]:
    return tuple(layout.box(row, column.index).style for column in columns)


def lines(layout: Layout, rows: range) -> Iterator[str]:
    """Every text in these rows."""
    for row in rows:
        yield from _texts(layout, row)
