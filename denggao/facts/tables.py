"""Finding the table in a sheet: title rows, a unit line, one to four rows of heads, the data."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from denggao.facts.carrying import carry_key
from denggao.facts.catalogue import catalogue
from denggao.facts.columnmap import ColumnMap
from denggao.facts.columns import Column
from denggao.facts.errors import UserError
from denggao.facts.headparts import title_factor
from denggao.facts.heads import Meaning, normal, sheet_factor, understand
from denggao.facts.sheetscan import Region
from denggao.facts.titlerows import TitleColumns
from denggao.facts.toldyear import is_period, told_year
from denggao.facts.workbook import Cell, Grid, Row

#: Heads are looked for in so many rows from the top, and are at most so many rows deep.
SEARCH_ROWS = 40
MAX_LEVELS = 4
MAX_COLUMNS = 16_384
_LONGEST_HEAD = 120
IDENTITY = ("uscc", "name")


@dataclass
class Table:
    """``rows`` yields the rows below the heads; the first of them is sheet row ``first_row``
    (from 1). ``head_rows`` and ``title_rows`` are the raw rows of the heads and those above
    them, for finding repeats of them. ``unit_from_above``: the unit is that of the table above
    in the sheet. ``detail``: the head of a column that makes each row one product or project of
    a firm; figures in such a row are none of the whole firm. ``told_year``: the one past year
    that the title, or else the sheet's name, tells of; ``open_year``: why figures are
    of no whole year, so that they are unread."""

    grid: Grid
    columns: list[Column]
    head_rows: list[Row]
    first_row: int
    rows: Iterator[Row]
    id_index: int | None = None
    year_index: int | None = None
    unit: int | None = None
    merges: list[Region] = field(default_factory=list)
    title_rows: list[Row] = field(default_factory=list)
    unit_from_above: bool = False
    detail: str = ""
    told_year: int | None = None
    open_year: str = ""

    @property
    def width(self) -> int:
        return len(self.columns)

    @cached_property
    def titles(self) -> TitleColumns:
        return TitleColumns.of(self.columns, self.grid.date1904)

    def index_of(self, code: str) -> int | None:
        """Of the first column that states this fact."""
        return next((c.index for c in self.columns if c.fact_code == code), None)

    def identity_indexes(self) -> set[int]:
        """Columns that say whose row it is, and of which year."""
        indexes = {self.index_of(code) for code in IDENTITY} | {self.id_index, self.year_index}
        return {index for index in indexes if index is not None}

    def filled_indexes(self) -> set[int]:
        """Columns whose merged cells hold for every row that they cover: one 区县 for many."""
        region = self.index_of("region")
        return self.identity_indexes() | ({region} if region is not None else set())


@dataclass
class Reader:
    """How heads are understood: by the catalogue and by the user's column map."""

    application_year: int
    columns: ColumnMap
    id_column: str | None
    #: Heads (``carry_key``) that a form asks for: they make a table as facts do.
    carried: frozenset[str] = frozenset()

    def meaning(self, path: tuple[str, ...]) -> Meaning | None:
        return self.mapped(path) or understand(path, self.application_year)

    def mapped(self, path: tuple[str, ...]) -> Meaning | None:
        """What the user's map says of these heads."""
        return self.columns.meaning("/".join(path), self.application_year)

    def is_id(self, column: Column) -> bool:
        return self.id_column is not None and normal(self.id_column) in (
            normal(column.head),
            normal(column.head.rsplit("/", 1)[-1]),
        )


def find_in(grid: Grid, rows: Iterator[Row], above: int, reader: Reader) -> Table | list[str]:
    """The first table in the rows that are left of a sheet, below its first ``above`` ones; or,
    where no heads are known, the texts that are likeliest.

    Raises UserError for a sheet wider than any ledger.
    """
    top = list(itertools.islice(rows, SEARCH_ROWS + MAX_LEVELS))
    if max(map(len, top), default=0) > MAX_COLUMNS:
        raise UserError(f"「{grid.file}」的列数超过 {MAX_COLUMNS}，不是台账；请检查分隔符")
    found = candidates(_lifted(grid.merges, above, above + len(top)), top, reader)
    known = _tallest([candidate for candidate in found if candidate[0][0] > 0], top)
    if not known:
        return _fullest(top)
    # the first heads of the sheet: better ones further down belong to another table
    first = min(start for _, start, _, _ in known)
    end = max(start + depth for _, start, depth, _ in known if start == first)
    _, start, depth, columns = max(
        (candidate for candidate in known if candidate[1] < end), key=lambda found: found[0]
    )
    below = start + depth
    titles = itertools.chain.from_iterable(top[:start])
    told, open_year = told_year(titles, grid.sheet, reader.application_year)
    year_index = next((c.index for c in columns if _is_year(c)), None)
    period = next((c.head for c in columns if is_period(_leaf(c))), "")
    if period:
        open_year = f"有“{period}”一列，数额是一段时间的，不是全年的"
        columns = [_without_figures(column, reader) for column in columns]
    elif open_year and year_index is None:
        columns, before = [_without_open_year(c, reader) for c in columns], columns
        open_year = open_year if columns != before else ""
    else:
        open_year = ""
    detail = next((c.head for c in columns if _is_detail(c)), "")
    if detail:
        columns = [_without_figures(column, reader) for column in columns]
    return Table(
        grid=grid,
        columns=columns,
        detail=detail,
        head_rows=top[start:below],
        first_row=above + below + 1,
        rows=itertools.chain(top[below:], rows),
        id_index=next((c.index for c in columns if reader.is_id(c)), None),
        year_index=year_index,
        unit=_unit(top, start, below),
        merges=[m for m in grid.merges if m[0][0] >= above + below],
        title_rows=top[:start],
        told_year=told,
        open_year=open_year,
    )


def firms_without_facts(grid: Grid, reader: Reader) -> tuple[int, list[str]] | None:
    """Of a sheet without a table: (rows down to the end of the heads, the heads) where a column
    says whose row it is and none says anything of it; ``None`` where no column does."""
    top = list(itertools.islice(grid.rows(), SEARCH_ROWS + MAX_LEVELS))
    for _, start, depth, columns in candidates(_lifted(grid.merges, 0, len(top)), top, reader):
        whose = [c.index for c in columns if c.fact_code in IDENTITY or reader.is_id(c)]
        others = top[:start] + top[start + depth :]
        if whose and not any(_names_a_fact(row, whose[0], reader) for row in others):
            return start + depth, [c.head for c in columns if c.head]
    return None


def _names_a_fact(row: Row, index: int, reader: Reader) -> bool:
    """Is this cell a head, too? Then the sheet explains columns, one below the other."""
    text = _head_text(row[index]) if index < len(row) else ""
    return bool(text) and reader.meaning((text,)) is not None


#: What a row tells of in a list of products, projects or results.
_DETAILS = frozenset(
    map(
        normal,
        (
            "产品名称",
            "产品（服务）名称",
            "研发活动名称",
            "研发活动编号",
            "项目编号",
            "项目名称",
            "产品",
            "科技成果名称",
        ),
    )
)


def _is_detail(column: Column) -> bool:
    return _leaf(column) in _DETAILS and (
        column.meaning is None or column.meaning.role != "nothing"
    )


def _unit(top: list[Row], start: int, below: int) -> int | None:
    """Of the titles, the heads or the lone notes between them and the first row of data."""
    lone = itertools.takewhile(lambda row: sum(1 for cell in row if cell != "") <= 1, top[below:])
    titles, rest = (list(itertools.chain.from_iterable(r)) for r in (top[:start], top[start:below]))
    notes = list(itertools.chain.from_iterable(lone))
    return title_factor(titles) or sheet_factor([*rest, *notes])


def _leaf(column: Column) -> str:
    return normal(column.head.rsplit("/", 1)[-1])


def _without_open_year(column: Column, reader: Reader) -> Column:
    """The column unread, if it states a figure of a year that neither it nor the map names."""
    meaning = column.meaning
    if meaning is None or meaning.year is not None or reader.columns.meaning(column.head):
        return column
    yearly = meaning.role == "share" or (meaning.role == "fact" and meaning.fact.yearly)
    return replace(column, meaning=None) if yearly else column


def _without_figures(column: Column, reader: Reader) -> Column:
    """The column unread, if it states a figure or field that the user's map does not name."""
    code = column.fact_code
    states = bool(code) and (catalogue()[code].numeric or code == "field_code")
    if states and reader.columns.meaning(column.head) is None:
        return replace(column, meaning=None)
    return column


def _lifted(merges: list[Region], first: int, end: int) -> list[Region]:
    """Those that begin in the rows first ≤ row < end, counted from ``first``."""
    return [
        ((top - first, left), (bottom - first, right))
        for (top, left), (bottom, right) in merges
        if first <= top < end
    ]


def _is_year(column: Column) -> bool:
    return column.meaning is not None and column.meaning.role == "year"


def _places(top: list[Row], merges: list[Region]) -> Iterator[tuple[int, int]]:
    """Every (first row, depth) that can be heads: filled with short texts and years only,
    and not ending in the middle of a merged cell."""
    last_row = len(top)
    cut = {row for (a, _), (b, _) in merges for row in range(a + 1, min(b, last_row) + 1)}
    for start, row in enumerate(top[:SEARCH_ROWS]):
        if sum(1 for cell in row if cell != "") < 2:
            continue
        for depth in range(1, min(MAX_LEVELS, len(top) - start) + 1):
            if not all(map(can_be_head, top[start + depth - 1])):
                break
            if start + depth not in cut:
                yield start, depth


def can_be_head(cell: Cell) -> bool:
    """May a cell stand in a row of heads: a short text or a year?"""
    if isinstance(cell, str):
        return len(cell) <= _LONGEST_HEAD
    if isinstance(cell, float):
        return 1980 <= cell <= 2100 and cell == int(cell)
    return not isinstance(cell, (bool, datetime.date, datetime.time, datetime.timedelta))


Score = tuple[int, int, int]
#: Score, first row, rows, columns.
Candidate = tuple[Score, int, int, list[Column]]


def candidates(merges: list[Region], top: list[Row], reader: Reader) -> Iterator[Candidate]:
    """Every place in these rows where heads can stand, and what they would say."""
    for start, depth in _places(top, merges):
        yield _candidate(merges, top, start, depth, reader)


def _tallest(known: list[Candidate], top: list[Row]) -> list[Candidate]:
    """Without heads that have a further level above them: it may say 目标 or 万元."""
    places = {(start, start + depth) for _, start, depth, _ in known}
    return [
        candidate
        for candidate in known
        if (candidate[1] - 1, candidate[1] + candidate[2]) not in places
        or not _is_level(top[candidate[1] - 1])
    ]


def _is_level(row: Row) -> bool:
    """Several texts side by side, none of them a line such as 「单位：万元」."""
    texts = {_head_text(cell) for cell in row} - {""}
    return len(texts) > 1 and not any(":" in text or "：" in text for text in texts)


def _candidate(
    merges: list[Region], top: list[Row], start: int, depth: int, reader: Reader
) -> Candidate:
    heads, doubtful = _filled(merges, top[start : start + depth], start)
    columns = []
    for index, path in enumerate(zip(*heads, strict=True)):
        levels = tuple(dict.fromkeys(level for level in path if level))
        understood = reader.mapped if index in doubtful else reader.meaning
        meaning = understood(levels) if levels else None
        columns.append(Column(index, "/".join(levels), meaning))
    return _score(columns, reader, start, depth), start, depth, columns


def _score(columns: list[Column], reader: Reader, start: int, depth: int) -> Score:
    """More understood is better, then more years and units stated, then fewer rows higher up.
    Negative when there is no identity, or nothing beside it."""
    meanings = {c.meaning.key: c.meaning for c in columns if c.meaning}
    named = any(c.fact_code in IDENTITY for c in columns) or any(map(reader.is_id, columns))
    says = [m for m in meanings.values() if m.role != "nothing" and m.code not in IDENTITY]
    stated = sum((m.year is not None) + (m.factor is not None) for m in meanings.values())
    carried = {c.head for c in columns if reader.carried and carry_key(c.head) in reader.carried}
    if not named or not (carried or any(m.role in ("fact", "title") for m in says)):
        return (-1, 0, 0)
    return (len(meanings) * 4 + stated + len(carried), -depth, -start)


def _filled(merges: list[Region], rows: list[Row], start: int) -> tuple[list[list[str]], set[int]]:
    """The head rows as equally long texts, merged cells written into every cell they cover, and
    the columns of which it is open whether an unmerged head above reaches over them.
    Without merged cells (.csv) an upper head reaches over the blanks to its right."""
    width = max(map(len, rows))
    heads = [[_head_text(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    covered: set[tuple[int, int]] = set()
    for (row0, column0), (row1, column1) in merges:
        if start <= row0 <= row1 < start + len(rows) and column0 < width:
            text = heads[row0 - start][column0]
            end = min(column1 + 1, width)
            for row in range(row0 - start, row1 - start + 1):
                heads[row][column0:end] = [text] * (end - column0)
                covered.update((row, column) for column in range(column0, end))
    if covered:
        return heads, _spread_beside_merged(heads, covered)
    _spread(heads)
    return heads, set()


def _spread_beside_merged(heads: list[list[str]], covered: set[tuple[int, int]]) -> set[int]:
    """Some groups are merged, others only centred: 2024年 over 营业收入, and nothing over 研发费用.
    Such a head reaches over the blanks to its right where their leaves repeat those of the group
    before; the other columns beside it are open."""
    doubtful: set[int] = set()
    for level, row in enumerate(heads[:-1]):
        group: int | None = None  # where the centred head stands
        for index, text in enumerate(row):
            leaf = next((h[index] for h in reversed(heads[level + 1 :]) if h[index]), "")
            if text or (level, index) in covered:
                group = index if text and leaf and (level, index) not in covered else None
            elif group is not None and leaf and _upper(heads, level, index, group):
                if leaf in _leaves_before(heads, level, group):
                    row[index] = row[group]
                else:
                    doubtful.add(index)
    return doubtful


def _upper(heads: list[list[str]], level: int, one: int, other: int) -> bool:
    return all(upper[one] == upper[other] for upper in heads[:level])


def _leaves_before(heads: list[list[str]], level: int, group: int) -> set[str]:
    """The lowest heads of the group that ends where the one at ``group`` begins."""
    row = heads[level]
    before = row[group - 1] if group else ""
    same = [index for index in range(group) if before and row[index] == before]
    return {lower[index] for index in same for lower in heads[level + 1 :]} - {"", before}


def _spread(heads: list[list[str]]) -> None:
    for level, row in enumerate(heads[:-1]):
        last = ""
        for index, text in enumerate(row):
            below = any(lower[index] for lower in heads[level + 1 :])
            above = [upper[index] for upper in heads[:level]]
            if text:
                last = text
            elif last and below and (level == 0 or above == [u[index - 1] for u in heads[:level]]):
                row[index] = last


def _head_text(cell: Cell) -> str:
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return " ".join(str(cell).split())


def _fullest(top: list[Row]) -> list[str]:
    """The texts of what was probably meant as heads: the first row that has at least half as
    many texts as the fullest one (which is often a row of data below merged heads)."""
    texts = [[c.strip() for c in row if isinstance(c, str) and c.strip()] for row in top]
    most = max(map(len, texts), default=0)
    return next((row for row in texts if len(row) * 2 >= most), [])


def examples() -> str:
    """A few heads that would be understood, for messages."""
    names = [catalogue()[code].name for code in ("uscc", "name", "established_on")]
    return "、".join([*names, "2024年销售收入（万元）", "2024年研发费用（万元）", "2024年职工总数"])
