"""台账: files of a bureau → columns of facts by firm, with every doubt named.

Rows become firms (``firms``), heads become facts (``heads``, ``tables``), cells become values
(``cells``, ``converters``), values come together (``merging``). This module only leads.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from denggao.facts import rowfilter
from denggao.facts.carrying import carry_key
from denggao.facts.columnmap import ColumnMap, load_column_map
from denggao.facts.contradictions import contradictions
from denggao.facts.decisions import Decision
from denggao.facts.errors import UserError
from denggao.facts.heads import normal
from denggao.facts.importing import Import
from denggao.facts.joining import settle
from denggao.facts.origins import Carried, Carrying, Origins, Source
from denggao.facts.ownpages import is_own_grid
from denggao.facts.parts import Part
from denggao.facts.plausible import name_suspects
from denggao.facts.privacy import masked
from denggao.facts.problems import Finding, Problem, column_letter, spans
from denggao.facts.rowreader import read_table
from denggao.facts.splitting import tables
from denggao.facts.tables import Reader, Table, examples, firms_without_facts
from denggao.facts.unknownnames import name_unknown
from denggao.facts.workbook import Grid, open_grids

__all__ = ["ColumnMap", "Ledger", "load_column_map", "read_ledgers"]

Progress = Callable[[int, int], None]
_SHOWN = 5


@dataclass
class Ledger:
    """Facts of ``len(identity)`` firms, in the order of their first appearance.

    ``columns`` by canonical key: ``sales@2025`` for yearly facts, else the bare code; one
    value per firm, ``None`` where there is none. Numbers are whole steps of
    ``catalogue.SCALE`` (分, 1/10000 人); dates ``datetime.date``; yes/no ``bool``. Where a
    column has bounds (「570余」), ``key.lo`` and ``key.hi`` hold those rows' ends (``None`` =
    unbounded) and the main column has ``None`` there: a row has a bound exactly when one of
    the two is not ``None``. ``titles``, when any sheet tells of them, holds tuples of Title;
    ``()`` is "holds none", ``None`` "nobody said".

    ``flags``: OUT_OF_DOMAIN (a number was refused), ROUNDED (a head count was). ``places``:
    (file, sheet, row from 1) of each firm's first row. ``sources``: (file, sheet, column
    letter, head) that each column was first read from. ``unread``: the same for columns not
    understood. Every row below heads is either in ``rows_read`` or, by reason, in
    ``skipped``. ``parts``: the same by table, and what each column was read as.
    """

    identity: list[str]
    identity_head: str
    columns: dict[str, list[Any]]
    flags: list[frozenset[str]]
    places: list[tuple[str, str, int]]
    sources: dict[str, tuple[str, str, str, str]]
    problems: list[Problem]
    unread: list[tuple[str, str, str, str]]
    rows_read: int
    skipped: Counter[str] = field(default_factory=Counter)
    origins: Origins | None = None
    carrying: Carrying = field(default_factory=Carrying)
    parts: list[Part] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.identity)

    @property
    def rows_skipped(self) -> int:
        return sum(self.skipped.values())

    def source_of(self, key: str, firm: int) -> Source | None:
        """The cell that the value of ``key`` for ``firm`` came from; ``None`` where the file
        keeps no cells (.parquet) or there is no value."""
        return self.origins.of(key, firm) if self.origins else None

    def carried(self, head: str, firm: int) -> Carried | None:
        """The cell under the same head as a form's, of a column that rules do not read (only
        heads asked for with ``carry``); ``None`` also when two rows disagree."""
        key = carry_key(head)
        if (key, firm) in self.carrying.disputed:
            return None
        return self.carrying.values.get(key, {}).get(firm)


def read_ledgers(
    paths: Sequence[Path],
    *,
    as_of: datetime.date,
    columns: ColumnMap | None = None,
    id_column: str | None = None,
    decisions: Sequence[Decision] = (),
    progress: Progress | None = None,
    carry: Iterable[str] = (),
    lenient: bool = False,
) -> Ledger:
    """Read .xlsx and .csv files into one ledger.

    ``as_of`` gives the application year N for heads such as 上年 (N − 1). ``id_column`` is
    the head of the column that tells firms apart when it is neither credit code nor name.
    ``decisions`` say which firms are one and which are not. ``progress`` is called with (bytes
    done, bytes in all). ``carry`` are heads whose cells are kept as they are, although no rule
    reads them (``Ledger.carried``). ``lenient`` only names two columns that state one fact
    differently, for those who list what is wrong.

    Raises UserError (Chinese) for a file that cannot be read, that has no identity column or
    no known head besides it, and when not one firm is found.
    """
    columns = columns or ColumnMap()
    wanted = frozenset(map(carry_key, carry))
    reader = Reader(as_of.year, columns, id_column or columns.id_column, wanted)
    work = Import(reader, carrying=Carrying(wanted))
    paths = [Path(path) for path in paths]
    sizes = [_size(path) for path in paths]
    for number, path in enumerate(paths):
        before = sum(sizes[:number])
        read_file(work, path, _share(progress, before, sizes[number], sum(sizes)))
    asked = id_column or columns.id_column
    if asked is not None and len(work.firms) and normal(asked) != normal(work.identity_head()):
        raise UserError(f"没有一张表有标识列“{asked}”，请核对 --id 或对照文件")
    if not len(work.firms):
        names = "、".join(f"「{path.name}」" for path in paths)
        raise UserError(f"{names}里有表头，但没有一行能用的企业数据{_reasons(work)}")
    if not lenient:
        _refuse_differing_columns(work.problems)
    return _finished(work, decisions)


def _reasons(work: Import) -> str:
    counts = "、".join(f"{reason} {count}" for reason, count in work.skipped.items())
    return f"（跳过：{counts}）" if counts else ""


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # open_grids says what is wrong


def _share(progress: Progress | None, before: int, size: int, total: int) -> Progress:
    """Rows of one file as its share of all bytes."""

    def report(rows: int, height: int) -> None:
        if progress is not None:
            progress(before + size * rows // max(height, 1), total)

    return report


def read_file(work: Import, path: Path, progress: Progress) -> None:
    """Every sheet of one file into ``work``. Raises UserError where there is no table."""
    read, seen, linked = 0, [], False
    for grid in open_grids(path):
        if grid.linked and not linked:
            linked = True
            advice = "公式引用了别的工作簿，读的是这个文件里存下的数，可能已经过时"
            work.note_sheet(grid, Finding("linked_workbook", "", advice))
        if grid.hidden:
            advice = "这一页是隐藏的，没有读；要读请先取消隐藏"
            work.note_sheet(grid, Finding("hidden_sheet", "", advice))
            continue
        if is_own_grid(grid):
            advice = "这一页是登高自己加的，不是台账，没有读"
            work.note_sheet(grid, Finding("own_page", "", advice))
            continue
        for number, table in enumerate(tables(grid, work.reader)):
            if not isinstance(table, Table):
                seen.append((grid, table))
                continue
            if not number:
                _note_hidden(work, grid)
            _read_table(work, table, progress, below_another=number > 0)
            read += 1
    if not read:
        raise UserError(_not_understood(path, seen, work.reader))
    for grid, heads in seen:
        _note_unread(work, grid, heads)
    progress(1, 1)


def _note_unread(work: Import, grid: Grid, heads: list[str]) -> None:
    """Rows that name firms are counted, though nothing in them is understood."""
    found = firms_without_facts(grid, work.reader)
    if found is None:
        advice = "没有认得的表头，这一页没有读：" + "、".join(_words(heads)[:8])
        work.note_sheet(grid, Finding("sheet_unread", "", advice))
        return
    below, heads = found
    for number, row in enumerate(grid.rows(), 1):
        if number > below:
            work.skip(grid, number, _why_unread(row))
    advice = (
        f"{rowfilter.NO_FACTS}，没有读：{'、'.join(_words(heads)[:8])}；"
        "列名不同的，请用 --columns 对照文件说明"
    )
    work.note_sheet(grid, Finding("sheet_without_facts", "", advice))


def _why_unread(row: list[Any]) -> str:
    if rowfilter.is_blank(row):
        return rowfilter.BLANK
    return (rowfilter.words_reason(row[0]) if row else None) or rowfilter.NO_FACTS


def _read_table(work: Import, table: Table, progress: Progress, below_another: bool) -> None:
    rows, skipped = work.rows_read, work.skipped.copy()
    if below_another:
        _skip_heads(work, table)
    work.told.append(read_table(work, table, progress))
    work.counts.append((work.rows_read - rows, work.skipped - skipped))


def _skip_heads(work: Import, table: Table) -> None:
    """The rows between two tables count as skipped, as all others below heads do."""
    rows = [*table.title_rows, *table.head_rows]
    for number, row in enumerate(rows, table.first_row - len(rows)):
        blank = rowfilter.is_blank(row)
        work.skip(table.grid, number, rowfilter.BLANK if blank else rowfilter.NEXT_HEADS)


def _note_hidden(work: Import, grid: Grid) -> None:
    """Hidden rows and columns are read like all others; but nobody sees them, so it is said."""
    rows = spans(row + 1 for row in grid.hidden_rows)
    columns = spans(grid.hidden_columns, column_letter)
    if rows:
        advice = f"第 {rows} 行是隐藏的（可能是筛选），照样读入；不要的请删去"
        work.note_sheet(grid, Finding("hidden_rows", "", advice))
    if columns:
        advice = f"{columns} 列是隐藏的，照样读入；不要的请删去，或在对照文件里 ignore"
        work.note_sheet(grid, Finding("hidden_columns", "", advice))


def _not_understood(path: Path, seen: list[tuple[Grid, list[str]]], reader: Reader) -> str:
    heads = max((heads for _, heads in seen), key=len, default=[])
    found = "、".join(_words(heads)[:20]) or "（没有文字）"
    who = f"标识列「{reader.id_column}」" if reader.id_column else "“统一社会信用代码”或“企业名称”"
    return (
        f"「{path.name}」里找不到能用的表头。需要{who}一列，以及至少一列认得的事实。"
        f"表中看到的是：{found}。认得的写法例如：{examples()}；"
        "列名不同的，先用 denggao columns 看每一列像什么，再用 --columns 对照文件说明"
    )


def _words(heads: list[str]) -> list[str]:
    """Heads to show; a row with somebody's number in it is data, and nobody's business."""
    if any(masked(head) != head for head in heads):
        return ["（像是数据，不是表头）"]
    return heads


def _name_heads_not_found(work: Import) -> None:
    """Heads of the user's map that stand in no table: a slip, or a column that is gone."""
    columns = work.reader.columns
    heads = {column.head for table in work.tables for column in table.columns}
    for head in columns.not_among(heads):
        advice = "列名对照里写了这个表头，这次读到的表里没有；请核对写法，或从对照中删去"
        work.problems.append(
            Problem(columns.file, "", 0, "", head, "", "", advice, "head_not_found")
        )


def _refuse_differing_columns(problems: Sequence[Problem]) -> None:
    """Two columns of one sheet state the same fact with different values: which of them is
    meant concerns every row, so nothing is read until a person says."""
    differing = [p for p in problems if p.kind == "columns_differ"]
    if differing:
        more = f"\n……共 {len(differing)} 处" if len(differing) > _SHOWN else ""
        places = "\n".join(f"  {problem}" for problem in differing[:_SHOWN])
        raise UserError(
            "同一个事实在一张表里有两列，而且数不一样；请删去一列，"
            f"或用 --columns 对照文件的 ignore 略过一列：\n{places}{more}"
        )


def conclude(work: Import, decisions: Sequence[Decision] = ()) -> dict[str, list[Any]]:
    """What can be said only after all rows of all files; the columns by firm."""
    _name_heads_not_found(work)
    work.shares.compare(work)
    if work.reader.id_column is None:
        settle(work, decisions)
    columns = work.store.finish(len(work.firms))
    name_suspects(work)
    name_unknown(work)
    work.finish_notices()
    return columns


def _finished(work: Import, decisions: Sequence[Decision]) -> Ledger:
    columns = conclude(work, decisions)
    count = len(work.firms)
    titles = work.titles.of_firm
    if titles:
        columns["titles"] = [titles.get(firm) for firm in range(count)]
    none: frozenset[str] = frozenset()
    return Ledger(
        identity=work.firms.identity,
        identity_head=work.identity_head(),
        columns=columns,
        flags=[frozenset(work.flags[f]) if f in work.flags else none for f in range(count)],
        places=[work.place(row) for row in work.first_rows],
        sources=work.sources,
        problems=[*work.problems, *contradictions(columns, work.origins)],
        unread=work.unread,
        rows_read=work.rows_read,
        skipped=work.skipped,
        origins=work.origins,
        carrying=work.carrying,
        parts=work.parts(),
    )
