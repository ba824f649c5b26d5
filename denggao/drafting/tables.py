"""Tables of targets: indicators down the side, years or places along the top (cells by tabs)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from denggao.drafting import naming, roles
from denggao.drafting.figures import Figure
from denggao.drafting.head import Head
from denggao.drafting.items import Item
from denggao.drafting.numerals import MASK
from denggao.drafting.outline import Paragraph
from denggao.drafting.years import years

_NAME = re.compile(r"指标|名称|内容|项目|目标任务|单位名称|地区|县|区")
_UNIT = re.compile(
    r"[(](?P<unit>家|户|个|件|项|人|名|次|场|亿元|万元|元|%|‰|件/万人|亿|台|篇|"
    r"平方米|万平方米|亩|人年)[)]"
)
_VALUE = re.compile(
    rf"(?P<op>[≥>≤<]|不少于|不低于|突破|达到)?(?P<n>\d+(?:\.\d+)?|"
    rf"{MASK})(?P<unit>家|户|个|件|项|人|名|次|场|亿元|万元|元|%|"
    rf"‰)?(?P<more>以上|左右)?"
)
_OPS = {
    "≥": ">=",
    "不少于": ">=",
    "不低于": ">=",
    "达到": ">=",
    ">": ">",
    "突破": ">",
    "≤": "<=",
    "<": "<=",
}
_RATIOS = ("%", "‰")
_MONEY = ("亿元", "万元", "元", "亿")


def read_tables(text: str, paragraphs: Sequence[Paragraph], head: Head) -> list[Item]:
    """The figures of every table whose head names years or says 目标."""
    found: list[Item] = []
    rows: list[tuple[int, Paragraph]] = []
    for number, paragraph in enumerate(paragraphs):
        if paragraph.is_row:
            rows.append((number, paragraph))
        elif rows:
            found += _of_table(text, rows, head)
            rows = []
    return [*found, *_of_table(text, rows, head)] if rows else found


def _cells(text: str, paragraph: Paragraph) -> list[tuple[str, int]]:
    cells, at = [], paragraph.start
    for cell in text[paragraph.start : paragraph.end].split("\t"):
        cells.append((cell.strip(), at + len(cell) - len(cell.lstrip())))
        at += len(cell) + 1
    return cells


def _of_table(text: str, rows: Sequence[tuple[int, Paragraph]], head: Head) -> Iterator[Item]:
    heads = _cells(text, rows[0][1])
    places = _of_places(text, rows, heads, head)
    if places:
        yield from places
        return
    columns = {
        i: found for i, (cell, _) in enumerate(heads) if (found := _column(cell, head)) is not None
    }
    names = [i for i, (cell, _) in enumerate(heads) if i not in columns and _NAME.search(cell)]
    if not columns or not names:
        return
    units = next((i for i, (cell, _) in enumerate(heads) if cell in ("单位", "计量单位")), None)
    for number, row in rows[1:]:
        cells = _cells(text, row)
        if len(cells) != len(heads) or not cells[names[0]][0]:
            continue
        for i, (year, role) in columns.items():
            item = _item(cells, names[0], units, i, year, role, number)
            if item is not None:
                yield item


_PLACES = re.compile(
    r"单位(?:名称)?|县区|区县|地区|县\(市、?区\)|责任单位|街道|乡镇|市州|属地|"
    r"园区"
)


def _of_places(
    text: str,
    rows: Sequence[tuple[int, Paragraph]],
    heads: Sequence[tuple[str, int]],
    head: Head,
) -> list[Item]:
    """A year's targets by place: 单位 | 净增高企(家) | 成交额(亿元)."""
    first = next((i for i, (cell, _) in enumerate(heads) if _PLACES.fullmatch(cell)), None)
    counted = [i for i, (cell, _) in enumerate(heads) if _UNIT.search(cell)]
    before = text[max(0, heads[0][1] - 120) : heads[0][1]]
    if (
        first is None
        or not counted
        or head.only_year is None
        or not re.search(r"目标|任务|分解", before)
    ):
        return []
    found = []
    for number, row in rows[1:]:
        cells = _cells(text, row)
        if len(cells) != len(heads):
            continue
        place = re.sub(r"^(?:合计|总计|全市|全省|全县|全区)$", "", cells[first][0]) or None
        for i in counted:
            named = [(heads[i][0], heads[i][1]), cells[i]]
            item = _item(named, 0, None, 1, head.only_year, roles.TARGET, number)
            if item is not None:
                found.append(replace(item, area=place))
    return found


def _column(cell: str, head: Head) -> tuple[int, str] | None:
    """The year of a column, and whether its figures are promised."""
    named = [w.year for w in years(cell, head.now, head.last_year) if isinstance(w.year, int)]
    bare = re.fullmatch(r"(20\d\d)(?:目标|目标值|计划|任务)?", cell)
    if bare:
        named = [int(bare[1])]
    if not named:
        return None
    reported = re.search(r"现状|基期|基数|完成|实际|实绩", cell) is not None
    past = head.now is not None and named[0] < head.now
    return named[0], roles.FACT if reported or past else roles.TARGET


def _item(
    cells: list[tuple[str, int]],
    name: int,
    units: int | None,
    i: int,
    year: int,
    role: str,
    number: int,
) -> Item | None:
    cell, at = cells[i]
    found = _VALUE.fullmatch(cell.replace(" ", ""))
    if found is None:
        return None
    title = cells[name][0]
    column = cells[units][0].strip("-—/ ") if units is not None else ""
    unit = found["unit"] or column or _told(title)
    title = _UNIT.sub("", title).strip()
    if not unit:
        return None
    value = None if re.fullmatch(MASK, found["n"]) else Fraction(found["n"])
    unit = "亿元" if unit == "亿" else unit
    kind = "ratio" if unit in _RATIOS else "money" if unit in _MONEY else "count"
    figure = Figure(0, 0, 0, value, None, unit, kind, "")
    indicator, sort = naming.indicator(naming.frame(title, "", figure), figure, False)
    op = _OPS.get(found["op"] or "", ">=" if role == roles.TARGET else "=")
    return Item(
        role, indicator, value, None, unit, year, op, sort, None, at, at + len(cell), number
    )


def _told(title: str) -> str:
    found = _UNIT.search(title)
    return found["unit"] if found else ""
