"""Workbooks that leave: their own ledger with corrections, the same with reasons at wrong cells,
an empty template, and any list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse

from denggao.documents.patching import Change, patch
from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval
from denggao.web.ledger import reading
from denggao.web.ledger.models import Import, Statement, Value
from denggao.web.ledger.values import Columns, value_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
Writer = Callable[[Import, Path], None]


def download(book: Path, name: str) -> HttpResponse:
    """The answer that makes the browser save a workbook under a Chinese name."""
    said = f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": said}
    return HttpResponse(book.read_bytes(), content_type=XLSX, headers=headers)


def marked(source: Import, target: Path) -> None:
    """The upload with a comment at every problem. Raises UserError where it cannot be."""
    from denggao.documents.error_workbook import write_errors
    from denggao.facts.ledger import read_ledgers

    path = _upload(source)
    found = read_ledgers(
        [path], as_of=source.as_of, columns=reading.column_map(source), lenient=True
    )
    write_errors(path, target, found.problems)


def own_workbook(source: Import, target: Path) -> None:
    """The upload with the values in force now in place of those it stated: only the cells that
    were corrected since differ, each with a note. Raises UserError for a text file, and for a
    cell that must not change."""
    path = _upload(source)
    if path.suffix != ".xlsx":
        raise UserError("只有 .xlsx 能原样回写；.csv 请用“导出 Excel”")
    patch(path, target, list(_corrections(source)), force=False)


def _upload(source: Import) -> Path:
    path = reading.upload_path(source)
    if not path.is_file():
        raise UserError(f"「{source.file}」的原件已不在（放弃的导入不留原件）")
    return path


def _corrections(source: Import) -> Iterable[Change]:
    tables = reading.Tables(source.tables)
    stated = Statement.objects.filter(source=source).exclude(column="")
    now = {
        (v.enterprise_id, v.fact, v.year): v
        for v in Value.objects.filter(enterprise__statements__source=source)
        .exclude(statement__source=source)
        .select_related("statement__by")
        .distinct()
    }
    for said in stated if now else ():
        value = now.get((said.enterprise_id, said.fact, said.year))
        if value is None or _columns(value) == _columns(said):
            continue
        why = value.statement.why or f"后来的{value.statement.at:%Y-%m-%d}填报"
        factor = tables.factor(said.sheet, said.column)
        yield Change(
            tables.sheet(said.sheet),
            said.row,
            said.column,
            cell_of(catalogue()[said.fact], _columns(value), factor),
            note=f"登高：{value.statement.by} 改，{why}",
        )


def _columns(row: Any) -> Columns:
    return Columns(row.number, row.lo, row.hi, row.text)


def cell_of(fact: Fact, columns: Columns, factor: int = 1) -> Any:
    """A value as a cell has it; ``factor`` is the column's unit (万元: 10000)."""
    value = value_of(fact, columns)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return Fraction(value, fact.scale * factor)
    if isinstance(value, Interval):
        return "~".join(
            "" if end is None else f"{float(Fraction(end, fact.scale * factor)):.15g}"
            for end in value[:2]
        )
    return value


def template(target: Path) -> None:
    """An empty ledger with the columns that the laws of today ask for."""
    from django.utils import timezone

    from denggao.documents.template_columns import template_columns
    from denggao.documents.template_workbook import write_template
    from denggao.rules import library

    on = timezone.localdate()
    laws = library.by_default(on)
    words = "、".join(f"《{law.short}》" for law in laws)
    write_template(target, template_columns(laws, on.year), on.year, words)


def write_list(
    target: Path, title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """A plain sheet; texts stay texts whatever they begin with. Returns the number of rows."""
    import datetime

    import xlsxwriter

    count = 0
    with xlsxwriter.Workbook(str(target), _OPTIONS) as book:
        sheet = book.add_worksheet(title[:31])
        head = book.add_format({"bold": True, "bg_color": "#EEF3FA", "border": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd", "border": 1})
        plain = book.add_format({"border": 1})
        for column, words in enumerate(heads):
            sheet.set_column(column, column, max(10, min(40, 2 * len(words) + 4)))
            sheet.write_string(0, column, words, head)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.repeat_rows(0)
        for count, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime.date):
                    sheet.write_datetime(count, column, cell, day)
                elif isinstance(cell, int | float | Fraction):
                    sheet.write_number(count, column, float(cell), plain)
                else:
                    sheet.write_string(count, column, str(cell or ""), plain)
    return count
