"""完不完得成 as a file: a workbook of four sheets, or the year table as .csv."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from denggao.diagnosis.forecast.flows import together
from denggao.diagnosis.forecast.inputs import Basis
from denggao.diagnosis.forecast.outlook import Outlook
from denggao.documents import forecast_wording as w
from denggao.documents.forecast_page import ALL_UNITS, FLOW_HEADS, flow_row

YEAR_HEADS = (
    "年度", "年初（平均）", "新认定（平均）", "到期（平均）", "续上（平均）", "失效（平均）",
    "年末（平均）", "年末中位数", "九成区间低", "九成区间高", "目标", "达到目标的概率", "来源",
)  # fmt: skip
_LINE = 13.5  # points
LEVER_HEADS = ("抓什么", "动多少", "原来", "改为", "概率", "概率增加", "中位数", "中位数增加")


def as_csv(outlook: Outlook, basis: Basis, sources: Sequence[str]) -> bytes:
    """The year table, UTF-8 with the mark by which Excel and WPS know it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [YEAR_HEADS, *_year_rows(outlook, _source(basis, sources))]
    )
    return text.getvalue().encode("utf-8-sig")


def as_workbook(outlook: Outlook, basis: Basis, sources: Sequence[str], as_of: date) -> bytes:
    """预测, 抓什么最管用, 历年流量 (from a ledger), 假设与来源."""
    import xlsxwriter

    from denggao.documents.screening_page import Looks

    memory = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "default_format_properties": {"font_name": "宋体", "font_size": 10},
    }
    book = xlsxwriter.Workbook(memory, options)
    created = datetime.combine(as_of, time(), UTC)  # the same bytes for the same question
    book.set_properties({"title": "完不完得成", "created": created})
    looks = Looks(book)
    years = _year_rows(outlook, _source(basis, sources))
    _sheet(book, looks, "预测", YEAR_HEADS, years, (8, *[14] * 6, *[12] * 4, 17, 44))
    _sheet(book, looks, "抓什么最管用", LEVER_HEADS, _lever_rows(outlook, basis),
           (20, 30, 12, 12, 12, 12, 10, 12))  # fmt: skip
    if basis.history is not None:
        heads = ("所在区县", *FLOW_HEADS)
        _sheet(book, looks, "历年流量", heads, _flow_rows(basis), (24, *[10] * 10))
    _sheet(book, looks, "假设与来源", ("类别", "内容"), _notes(outlook, basis, sources), (12, 110))
    book.close()
    return memory.getvalue()


def _sheet(
    book: Any, looks: Any, name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]],
    widths: Sequence[int],
) -> None:  # fmt: skip
    from denggao.documents.screening_page import lines_of

    sheet = book.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)
    sheet.set_header(f"&L{name}")
    sheet.set_footer("&C第 &P 页 共 &N 页")
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, head, looks["head"])
    sheet.set_row(0, 2 * _LINE + 4)
    for number, row in enumerate(rows, 1):
        texts = zip(row, widths, strict=True)
        sizes = (lines_of(text, width) for text, width in texts if isinstance(text, str))
        sheet.set_row(number, max(sizes, default=1) * _LINE + 2)
        for column, (value, head) in enumerate(zip(row, heads, strict=True)):
            if isinstance(value, str):
                sheet.write_string(number, column, value, looks["wrap"])
            else:
                sheet.write_number(number, column, value, looks[_look(head, value)])


def _look(head: str, value: float) -> str:
    """Two decimals of a percent, unless they would say 0 % or 100 % of what is only nearly so."""
    if "概率" in head:
        return "exact_ratio" if 0 < min(abs(value), 1 - abs(value)) < 0.00005 else "ratio"
    return "rank" if head == "年度" else "money" if "平均" in head else "number"


def _year_rows(outlook: Outlook, source: str) -> list[list[Any]]:
    rows = []
    for year in outlook.years:
        f = year.flow
        means = (f.opening, f.new, f.lapsed, f.renewed, f.lapsed - f.renewed, f.closing)
        rows.append(
            [f.year, *(round(float(v), 6) for v in means), year.median, year.low, year.high,
             outlook.target, year.probability, source]
        )  # fmt: skip
    return rows


def _lever_rows(outlook: Outlook, basis: Basis) -> list[list[Any]]:
    return [
        [
            w.lever_name(lever, basis), w.lever_step(lever),
            w.lever_value(lever, lever.before), w.lever_value(lever, lever.after),
            lever.probability, lever.gain, lever.median, lever.median_gain,
        ]
        for lever in outlook.levers
    ]  # fmt: skip


def _flow_rows(basis: Basis) -> list[list[Any]]:
    assert basis.history is not None
    flows = basis.history.flows
    whole = together(flows, ALL_UNITS)
    parts = flows if len({flow.unit for flow in flows}) > 1 else ()
    return [[flow.unit, *flow_row(flow)] for flow in (*parts, *whole)]


def _notes(outlook: Outlook, basis: Basis, sources: Sequence[str]) -> list[list[str]]:
    final = outlook.final
    answer = (
        f"{final.flow.year} 年底达到 {outlook.target} 户的概率 "
        f"{w.probability(final.probability)}；中位数 {final.median} 户，"
        f"九成可能在 {final.low}—{final.high} 户之间"
    )
    return [
        ["结论", answer],
        ["结论", w.needed(outlook, basis)],
        *(["假设", text] for text in w.assumptions(basis)),
        *(["来源", text] for text in sources),
    ]


def _source(basis: Basis, sources: Sequence[str]) -> str:
    """Where the figures of a row are from, short enough for each row."""
    counted = {
        "基数": basis.base_counted,
        "新增": basis.filings_counted,
        "重新认定率": basis.renewal_counted,
    }
    given = [name for name, from_ledger in counted.items() if not from_ledger]
    told = [f"{'、'.join(given)}：命令行给定"] if given else []
    seen = [name for name, from_ledger in counted.items() if from_ledger]
    return "；".join(told + ([f"{'、'.join(seen)}：{'；'.join(sources)}"] if seen else []))
