"""逐企结论: one row per firm and law, every rule in columns named as the contract names them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

from xlsxwriter.utility import xl_range

from denggao.documents.screening_data import WORDS, Screening
from denggao.documents.screening_page import Column, ListSheet, Looks
from denggao.documents.tree import gap_unit, unit_of
from denggao.rules import nodes as n
from denggao.rules.engines.columnar.screening import IDENTITY, NAME, ROUTE, Screened
from denggao.rules.engines.columnar.table import shown_statements

SHEET = "逐企结论"
_FIRST = {
    "law": ("规范", 18, "centre"),
    "as_of": ("申请日", 11, "centre"),
    "verdict": ("结论", 8, "truth"),
    "hard_verdict": ("可核实\n条件", 8, "truth"),
    "score_lo": ("总分\n下限", 8, "number"),
    "score_hi": ("总分\n上限", 8, "number"),
}
_FIRM = Column("企业名称", 32, "text", NAME)
_ROUTE = Column("培育路径", 18, "centre", ROUTE)
_FLAGS = Column("标记", 24, "text", "flags")
_LOOK = {"%": "ratio", "元": "money"}
_STEP = 500  # rows between two reports
_WIDTH = {"truth": 10, "ratio": 10, "money": 17, "number": 10}


def columns_of(screening: Screening) -> list[Column]:
    """The columns of the contract, laws one after the other; the name beside the code, where
    a clerk looks for it, the flags at the end."""
    heads = [Column(head, width, look, name) for name, (head, width, look) in _FIRST.items()]
    found = [Column(screening.ledger.identity_head, 22, "text", IDENTITY), _FIRM, *heads]
    for table in screening.tables:
        frame = table.frame
        have = {c for c in frame.columns if frame[c].null_count() < frame.height}
        for statement in shown_statements(table.instrument):
            mine = _of_statement(table.instrument, statement)
            found += [c for c in mine if c.machine in have and c not in found]
    has_routes = any(ROUTE in table.frame.columns for table in screening.tables)
    return [*found, *([_ROUTE] if has_routes else []), _FLAGS]


def _of_statement(instrument: n.Instrument, statement: n.Statement) -> Iterator[Column]:
    start, id_ = f"{statement.id}\n{statement.name}\n", statement.id
    unit = "" if _only_truth(statement) else unit_of(statement, instrument.statements)
    look = _LOOK.get(unit, "number")
    limits = _limits(instrument, statement) if look == "ratio" else ()
    told = f"({unit})" if unit and unit != "%" else ""
    yield Column(f"{start}结论", _WIDTH["truth"], "truth", f"{id_}_truth")
    low, high = ("值下限", "值上限") if statement.is_truth else ("下限", "上限")
    yield Column(f"{start}{low}{told}", _WIDTH[look], look, f"{id_}_lo", limits)
    yield Column(f"{start}{high}{told}", _WIDTH[look], look, f"{id_}_hi", limits)
    if statement.kind is n.Kind.SCORE:
        yield Column(f"{start}差距(分)", _WIDTH["number"], "number", f"{id_}_gap")
    if isinstance(statement.body, n.Compare):
        unit = gap_unit(statement.body)
        look = _LOOK.get(unit, "number")
        yield Column(f"{start}差距({unit})", _WIDTH[look], look, f"{id_}_gap")


def _only_truth(statement: n.Statement) -> bool:
    return statement.is_truth and not isinstance(statement.body, n.Compare)


def _limits(instrument: n.Instrument, statement: n.Statement) -> tuple[float, ...]:
    """The thresholds a ratio is compared with, every case of a parameter included."""
    if not isinstance(statement.body, n.Compare):
        return ()
    right = statement.body.right
    if isinstance(right, n.Ref):
        cases = instrument.statements[right.id].cases
        return tuple(float(c.lo.value) for c in cases if isinstance(c.lo, n.Num))
    return (float(right.value),) if isinstance(right, n.Num) else ()


def write(book: Any, looks: Looks, screening: Screening, report: Callable[[int], None]) -> None:
    """Write the sheet; ``report`` is told of each batch of rows."""
    columns = columns_of(screening)
    sheet = ListSheet(book, looks, SHEET, screening.as_of, columns, frozen=2)
    for table in screening.tables:
        _write_table(sheet, table, columns, screening.top, report)
    sheet.finish()
    sheet.sheet.set_print_scale(60)  # too wide for one page: the firm on each of them
    sheet.sheet.repeat_columns(0, 1)
    _colour(sheet, looks, [i for i, c in enumerate(columns) if c.look == "truth"])


def _write_table(
    sheet: ListSheet,
    table: Screened,
    columns: Sequence[Column],
    top: int | None,
    report: Callable[[int], None],
) -> None:
    have = set(table.frame.columns)
    places = [i for i, c in enumerate(columns) if c.machine in have]
    wanted = [columns[i].machine for i in places]
    rows = islice(table.rows(wanted), top)
    for done, row in enumerate(rows, 1):
        sheet.add(row, places)
        if not done % _STEP:
            report(_STEP)


def _colour(sheet: ListSheet, looks: Looks, places: Sequence[int]) -> None:
    """符合, 不符合 and 未知 in colours, by one rule each for all columns of truths."""
    first, last = sheet.heads, sheet.row - 1
    spans = [xl_range(first, left, last, right) for left, right in _runs(places)]
    for truth, look in looks.of_truth.items():
        rule = {
            "type": "cell", "criteria": "==", "value": f'"{WORDS[truth]}"',
            "format": look, "multi_range": " ".join(spans),
        }  # fmt: skip
        sheet.sheet.conditional_format(first, places[0], last, places[0], rule)


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Columns side by side as one span."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
