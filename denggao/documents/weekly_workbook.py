"""周报告 as a workbook: 总表, 各单位, 为什么变了, 各数的行, 口径与核验; all rows behind them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.explain import REASONS
from denggao.diagnosis.weekly.report import Report
from denggao.documents import screening_page as page
from denggao.documents.papers.weekly import Signed, name_of

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FONT = {"font_name": "宋体", "font_size": 10}


def write_workbook(path: Path, report: Report, signed: Signed | None = None) -> None:
    """Write it; the same report gives the same bytes. Raises OSError."""
    import xlsxwriter

    options = {**_OPTIONS, "default_format_properties": dict(_FONT)}
    with xlsxwriter.Workbook(str(path), options) as book:
        created = datetime.combine(report.as_of, time(), UTC)
        book.set_properties({"title": "高企培育周报告", "created": created})
        looks = page.Looks(book)
        _figures(book, looks, report)
        _units(book, looks, report)
        _why(book, looks, report)
        _rows(book, looks, report)
        _basis(book, looks, report, signed or Signed())


def _sheet(
    book: Any, looks: page.Looks, report: Report, name: str, columns: list[page.Column],
    frozen: int = 1,
) -> page.ListSheet:  # fmt: skip
    return page.ListSheet(book, looks, name, report.as_of, columns, frozen=frozen, day="截至")


def _figures(book: Any, looks: page.Looks, report: Report) -> None:
    columns = [page.Column("指标", 40), page.Column("本期", 10, "count"),
               page.Column("上期", 10, "count"), page.Column("增减", 10, "count")]  # fmt: skip
    columns += [page.Column(reason, 9, "count") for reason in REASONS]
    sheet = _sheet(book, looks, report, "总表", columns)
    for line in report.lines:
        causes = report.causes_of(line.id)
        last = None if line.change is None else line.total - line.change
        sums = [sum(c.by for c in causes if c.reason == reason) for reason in REASONS]
        told = [None] * len(REASONS) if line.change is None else sums
        sheet.add([name_of(line.id), line.total, last, line.change, *told])
    sheet.finish()


def _units(book: Any, looks: page.Looks, report: Report) -> None:
    columns = [page.Column("指标", 40), page.Column("单位", 24), page.Column("本期", 10, "count"),
               page.Column("上期", 10, "count"), page.Column("增减", 10, "count")]  # fmt: skip
    sheet = _sheet(book, looks, report, "各单位", columns, 2)
    for line in report.lines:
        for unit in report.units:
            now = line.now.get(unit, 0)
            last = None if line.last is None else line.last.get(unit, 0)
            if now or last:
                change = None if last is None else now - last
                sheet.add([name_of(line.id), unit, now, last, change])
    sheet.finish()


def _why(book: Any, looks: page.Looks, report: Report) -> None:
    columns = [
        page.Column("指标", 34), page.Column("单位", 18), page.Column("增减", 8, "count"),
        page.Column("缘由", 8), page.Column("类别", 8), page.Column("标识", 22),
        page.Column("谁", 34), page.Column("为什么", 60, "wrap"),
        page.Column("来源", 34, "wrap"),
    ]  # fmt: skip
    sheet = _sheet(book, looks, report, "为什么变了", columns, 2)
    for c in report.causes:
        named = [name_of(c.figure), c.unit, c.by, c.reason, c.kind, c.key, c.name]
        sheet.add([*named, c.why, c.source])
    sheet.finish()


def _rows(book: Any, looks: page.Looks, report: Report) -> None:
    columns = [
        page.Column("指标", 34), page.Column("单位", 18), page.Column("计入", 8, "count"),
        page.Column("类别", 8), page.Column("标识", 22), page.Column("谁", 34),
        page.Column("情况", 44), page.Column("来源", 34, "wrap"),
    ]  # fmt: skip
    sheet = _sheet(book, looks, report, "各数的行", columns, 2)
    for id_, rows in report.rows.items():
        for r in rows:
            sheet.add([name_of(id_), r.unit, r.by, r.kind, r.key, r.name, r.detail, r.source])
    sheet.finish()


def _basis(book: Any, looks: page.Looks, report: Report, signed: Signed) -> None:
    columns = [page.Column("类别", 12), page.Column("内容", 110, "wrap")]
    sheet = _sheet(book, looks, report, "口径与核验", columns)
    for kind, text in _told(report, signed):
        sheet.add([kind, text])
    if signed.head:
        sheet.sheet.set_footer(f"&L审计链头 {signed.head}")
    sheet.finish()


def _told(report: Report, signed: Signed) -> Iterator[tuple[str, str]]:
    yield "截至", f"{report.as_of}"
    yield "上期", f"{report.since}" if report.since else "没有，这是第一期"
    yield "范围", report.region or "、".join(report.files)
    for rule in report.rules:
        yield "口径", rule
    for words in report.changed:
        yield "口径变了", words
    yield "数据", "、".join(report.files)
    yield "各数的行", f"“{f.FIRMS}”是台账的每一户，不逐行列"
    if signed.compiled:
        yield "编制", signed.compiled
    yield "签发", signed.signed or "未签发"
    if signed.head:
        yield "审计链头", signed.head
        yield "怎样核验", "denggao verify --against 这份文件"
