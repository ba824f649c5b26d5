"""台账: files of a bureau → columns of facts by firm, with every doubt named.

Rows become firms (``firms``), heads become facts (``heads``, ``tables``), cells become values
(``cells``, ``converters``), values come together (``merging``). This module only leads.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from denggao.facts.columnmap import ColumnMap, load_column_map
from denggao.facts.errors import UserError
from denggao.facts.heads import normal
from denggao.facts.importing import Import
from denggao.facts.plausible import name_suspects
from denggao.facts.problems import Finding, Problem
from denggao.facts.rowreader import read_table
from denggao.facts.tables import Reader, Table, examples, find_table
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
    ``skipped``.
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

    def __len__(self) -> int:
        return len(self.identity)

    @property
    def rows_skipped(self) -> int:
        return sum(self.skipped.values())


def read_ledgers(
    paths: Sequence[Path],
    *,
    as_of: datetime.date,
    columns: ColumnMap | None = None,
    id_column: str | None = None,
    progress: Progress | None = None,
) -> Ledger:
    """Read .xlsx and .csv files into one ledger.

    ``as_of`` gives the application year N for heads such as 上年 (N − 1). ``id_column`` is
    the head of the column that tells firms apart when it is neither credit code nor name.
    ``progress`` is called with (bytes done, bytes in all).

    Raises UserError (Chinese) for a file that cannot be read, that has no identity column or
    no known head besides it, and when not one firm is found.
    """
    columns = columns or ColumnMap()
    reader = Reader(as_of.year, columns, id_column or columns.id_column)
    work = Import(reader)
    paths = [Path(path) for path in paths]
    sizes = [_size(path) for path in paths]
    for number, path in enumerate(paths):
        before = sum(sizes[:number])
        _read_file(work, path, _share(progress, before, sizes[number], sum(sizes)))
    asked = id_column or columns.id_column
    if asked is not None and len(work.firms) and normal(asked) != normal(work.identity_head()):
        raise UserError(f"没有一张表有标识列“{asked}”，请核对 --id 或对照文件")
    if not len(work.firms):
        names = "、".join(f"「{path.name}」" for path in paths)
        raise UserError(f"{names}里有表头，但没有一行能用的企业数据{_reasons(work)}")
    return _finished(work)


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


def _read_file(work: Import, path: Path, progress: Progress) -> None:
    read, seen = 0, []
    for grid in open_grids(path):
        if grid.hidden:
            advice = "这一页是隐藏的，没有读；要读请先取消隐藏"
            work.note_sheet(grid, Finding("hidden_sheet", "", advice))
            continue
        table = find_table(grid, work.reader)
        if isinstance(table, Table):
            read_table(work, table, progress)
            read += 1
        else:
            seen.append((grid, table))
    if not read:
        raise UserError(_not_understood(path, seen, work.reader))
    for grid, heads in seen:
        advice = "没有认得的表头，这一页没有读：" + "、".join(heads[:8])
        work.note_sheet(grid, Finding("sheet_unread", "", advice))
    progress(1, 1)


def _not_understood(path: Path, seen: list[tuple[Grid, list[str]]], reader: Reader) -> str:
    heads = max((heads for _, heads in seen), key=len, default=[])
    found = "、".join(heads[:20]) or "（没有文字）"
    who = f"标识列「{reader.id_column}」" if reader.id_column else "“统一社会信用代码”或“企业名称”"
    return (
        f"「{path.name}」里找不到能用的表头。需要{who}一列，以及至少一列认得的事实。"
        f"表中看到的是：{found}。认得的写法例如：{examples()}；"
        "列名不同的，用 --columns 对照文件说明"
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


def _finished(work: Import) -> Ledger:
    _refuse_differing_columns(work.problems)
    count = len(work.firms)
    columns = work.store.finish(count)
    name_suspects(work)
    work.finish_notices()
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
        problems=work.problems,
        unread=work.unread,
        rows_read=work.rows_read,
        skipped=work.skipped,
    )
