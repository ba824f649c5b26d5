"""The tables of a form: where the heads are, which rows wait to be filled, where the notes begin.

Unlike a ledger, a form is mostly blank and its heads may all be strange; so heads are told by
how they are drawn (a closed row of texts, merged upwards and sideways), not by being known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from denggao.documents.filling.headrows import (
    LABEL_LINE,
    HeadColumn,
    Meant,
    heads_at,
    identity_column,
)
from denggao.documents.filling.layout import Area, Layout
from denggao.facts.heads import Meaning
from denggao.facts.rowfilter import is_column_numbers, words_reason

_EXAMPLE = re.compile(r"(?:示?例|样例|填写示例|填报示例|举例|例如)[\d:：)）]?.*")
_INVENTED = re.compile(r"某某|[×xX]{2,}|[*＊]{2,}|示例|样例|（例）|\(例\)|举例")
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
    ``texts`` what stands above and below the table (title, unit line, notes)."""

    sheet: str
    top: int
    bottom: int
    end: int
    columns: tuple[HeadColumn, ...]
    rows: tuple[BodyRow, ...]
    totals: tuple[int, ...]
    texts: tuple[str, ...]
    title: str

    def of_kind(self, kind: str) -> list[BodyRow]:
        return [row for row in self.rows if row.kind == kind]

    def index_of(self, code: str, meant: Meant) -> int | None:
        return identity_column(self.columns, code, meant)


def find_tables(layout: Layout, meant: Meant) -> list[FormTable]:
    """The tables of a sheet, from the top."""
    found: list[tuple[int, int, list[HeadColumn]]] = []
    row = 1
    while row <= layout.last_row:
        heads = heads_at(layout, row, meant)
        if heads:
            found.append((row, *heads))
            row = _body_end(layout, heads[0], heads[1], meant) + 1
        else:
            row += 1
    return [
        _table(layout, place, [p[0] for p in found[number + 1 :]], _above(found, number), meant)
        for number, place in enumerate(found)
    ]


def _above(found: list[tuple[int, int, list[HeadColumn]]], number: int) -> int:
    return found[number - 1][1] if number else 0


# --- body ----------------------------------------------------------------------------------


def _texts(layout: Layout, row: int) -> list[str]:
    return [text for area, text in layout.filled(row) if area.top == row]


def _body_end(layout: Layout, bottom: int, columns: list[HeadColumn], meant: Meant) -> int:
    """The last row before a note, a signature line or the next heads."""
    row = bottom
    while row < layout.last_row:
        if _ends_here(layout, row + 1, columns, meant):
            break
        row += 1
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
    if {text for _, text in filled} <= known and len(filled) > 2:
        return True  # the heads once more
    if len(filled) < 3 or any(_is_number(layout, a) for a, _ in filled):
        return False
    heads = heads_at(layout, row, meant)
    return heads is not None and any(meant(c.levels) for c in heads[1]) and len(heads[1]) > 2


def _is_number(layout: Layout, area: Area) -> bool:
    return layout.box(area.top, area.left).is_number


def _table(
    layout: Layout,
    place: tuple[int, int, list[HeadColumn]],
    next_tops: list[int],
    above: int,
    meant: Meant,
) -> FormTable:
    top, bottom, columns = place
    last = _body_end(layout, bottom, columns, meant)
    after = min(next_tops, default=layout.last_row + 1)
    closed = any(_texts(layout, row) for row in range(last + 1, layout.last_row + 1))
    rows, totals = _body(layout, bottom, last, tuple(columns), meant)
    rows = _drawn(layout, rows, columns, closed)
    texts = [t for row in (*range(above + 1, top), *range(last + 1, after))
             for t in _texts(layout, row)]  # fmt: skip
    title = next((t for row in range(above + 1, top) for t in _texts(layout, row)
                  if not LABEL_LINE.search(t)), "")  # fmt: skip
    end = max((row.row for row in rows), default=bottom)
    return FormTable(
        layout.name, top, bottom, end, tuple(columns), tuple(rows), totals, tuple(texts), title
    )


def _body(
    layout: Layout, bottom: int, last: int, columns: tuple[HeadColumn, ...], meant: Meant
) -> tuple[list[BodyRow], tuple[int, ...]]:
    name = identity_column(columns, "name", meant)
    code = identity_column(columns, "uscc", meant)
    numbering = [c.index for c in columns if _is_numbering(meant(c.levels))]
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
            rows.append(_body_row(row, said, name, code, numbering))
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
    layout: Layout, rows: list[BodyRow], columns: list[HeadColumn], closed: bool
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


def _look(layout: Layout, row: int, columns: list[HeadColumn]) -> tuple[int, ...]:
    return tuple(layout.box(row, column.index).style for column in columns)


def lines(layout: Layout, rows: range) -> Iterator[str]:
    """Every text in these rows."""
    for row in rows:
        yield from _texts(layout, row)
