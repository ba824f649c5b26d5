"""The heads of a table, told by how they are drawn: a closed row of texts, merged upwards and
sideways, from the group to the leaf."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from denggao.documents.filling.layout import Layout
from denggao.facts.heads import Meaning, normal
from denggao.facts.rowfilter import words_reason
from denggao.facts.toldyear import is_period

Meant = Callable[[tuple[str, ...]], Meaning | None]
MAX_DEPTH = 5
_LONGEST_HEAD = 120
#: Of the columns between the first and the last head, so many must have one.
_CLOSED = 0.8
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:\.0)?")
_UNIT_ONLY = re.compile(
    r"[(（]?(?:单位[:：]?)?(?:[百千]?[万亿]?元|人|名|项|件|个|%|％|年|月|日)[)）]?"
)
_FIRM = re.compile(r"(?:公司|合作社|集团)$")
#: Columns whose cells may hold a year or a part of one.
_SPANS = frozenset(
    {"报告期", "所属期", "统计期", "数据期", "期间", "时期", "报告期间", "统计期间", "数据期间"}
    | {
        "会计期间",
        "所属期间",
        "所属时期",
        "统计时期",
        "统计时段",
        "统计时间",
        "数据时间",
        "所属时间",
    }
)
#: 「填报单位：」 is no head.
LABEL_LINE = re.compile(r"[:：]")


@dataclass(frozen=True, slots=True)
class HeadColumn:
    """One column: ``levels`` from the group to the leaf."""

    index: int
    levels: tuple[str, ...]

    @property
    def head(self) -> str:
        return "/".join(self.levels)


def identity_column(columns: tuple[HeadColumn, ...], code: str, meant: Meant) -> int | None:
    """The column that names the firm of a row: the plainest head, if one is plainest."""
    found = [(len(c.levels), c.index) for c in columns if _is_fact(meant(c.levels), code)]
    return min(found)[1] if found else None


def _is_fact(meaning: Meaning | None, code: str) -> bool:
    return meaning is not None and meaning.role == "fact" and meaning.code == code


def is_span(head: str) -> bool:
    """Is this the head of a column of months, quarters, or of periods of any length?"""
    return is_period(normal(head)) or normal(head) in _SPANS


def is_dated(column: HeadColumn, meant: Meant) -> bool:
    """Does the column say of which period a row is?"""
    meaning = meant(column.levels)
    return (meaning is not None and meaning.role == "year") or is_span(column.levels[-1])


def heads_at(layout: Layout, row: int, meant: Meant) -> tuple[int, list[HeadColumn]] | None:
    """(last row, columns) of the heads that begin in this row, ``None`` if none do."""
    blocks = [(area, text) for area, text in layout.filled(row) if area.top == row]
    if len(blocks) < 2 or not all(_can_be_head(text) for _, text in blocks):
        return None
    if sum(1 for _, text in blocks if LABEL_LINE.search(text)) * 2 >= len(blocks):
        return None
    bottom = _bottom(layout, row)
    columns = _columns(layout, row, bottom)
    width = columns[-1].index - columns[0].index + 1
    if len(columns) < _CLOSED * width:
        return None
    leaves = {column.levels for column in columns}
    if len(leaves) < 3 and identity_column(tuple(columns), "name", meant) is None:
        return None
    return bottom, columns


def _can_be_head(text: str) -> bool:
    number = re.fullmatch(r"-?[0-9.]+", text)
    if _FIRM.search(text):
        return False
    return len(text) <= _LONGEST_HEAD and (number is None or _YEAR.fullmatch(text) is not None)


def _bottom(layout: Layout, top: int) -> int:
    """The last row of the heads that begin at ``top``."""
    bottom = top
    while bottom - top < MAX_DEPTH - 1:
        reach = max(area.bottom for row in range(top, bottom + 1) for area, _ in layout.filled(row))
        if reach > bottom:
            bottom = min(reach, top + MAX_DEPTH - 1)
        elif _goes_on(layout, top, bottom):
            bottom += 1
        else:
            break
    return bottom


def _goes_on(layout: Layout, top: int, bottom: int) -> bool:
    """Does the next row divide the heads above it, or give their units?"""
    below = [(area, text) for area, text in layout.filled(bottom + 1) if area.top == bottom + 1]
    if not below or not all(_can_be_head(text) for _, text in below):
        return False
    if any(words_reason(text) for _, text in below):
        return False
    if all(_UNIT_ONLY.fullmatch(text) for _, text in below):
        return True
    groups = [area for area, _ in layout.filled(bottom) if area.right > area.left]
    divided = any(
        group.left <= area.left and area.right <= group.right
        and (area.left, area.right) != (group.left, group.right)
        for group in groups for area, _ in below
    )  # fmt: skip
    if divided:
        return True
    left, right = _span(layout, top, bottom)
    under = {area.left for area, _ in below}
    headed = {c for c in range(left, right + 1) if _levels(layout, top, bottom, c)}
    # groups that are not merged: something stands beside them, and 序号 has nothing below
    return len(below) > 1 and bool(under - headed) and bool(headed - under)


def _span(layout: Layout, top: int, bottom: int) -> tuple[int, int]:
    areas = [area for row in range(top, bottom + 1) for area, _ in layout.filled(row)]
    return min(area.left for area in areas), max(area.right for area in areas)


def _levels(layout: Layout, top: int, bottom: int, column: int) -> tuple[str, ...]:
    texts = (layout.text(row, column) for row in range(top, bottom + 1))
    return tuple(dict.fromkeys(text for text in texts if text))


def _columns(layout: Layout, top: int, bottom: int) -> list[HeadColumn]:
    """Every column with a head; one head merged over several columns counts once, at its
    first. Where nothing is merged, a head reaches over the blanks to its right that have
    heads of their own below."""
    left, right = _span(layout, top, bottom)
    rows = range(top, bottom + 1)
    merged = any(a.right > a.left for row in rows for a, _ in layout.filled(row))
    columns = []
    above = ""
    for column in range(left, right + 1):
        if layout.block(bottom, column).left != column:
            continue
        levels = _levels(layout, top, bottom, column)
        first = layout.text(top, column)
        above = first or above
        if not merged and not first and levels and bottom > top and above:
            levels = (above, *levels)
        if levels:
            columns.append(HeadColumn(column, levels))
    return columns
