"""三清单与预警 as a workbook: a sheet for each 清单, one for all 预警, 待核, 数据问题, 口径."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from itertools import chain
from pathlib import Path
from typing import Any

from denggao.diagnosis.lists import Entry, Lists, Roll
from denggao.documents import screening_page as page
from denggao.facts.problems import place

_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
}
_FONT = {"font_name": "宋体", "font_size": 10}
_WARNINGS, _OPEN, _PROBLEMS, _BASIS = "预警", "待核", "数据问题", "口径"
_LONGEST = 31  # characters of a sheet's name
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")


def write_workbook(path: Path, found: Lists) -> None:
    """Write the workbook; the same lists give the same bytes. Raises OSError, and UserError
    where a sheet would be too long for Excel."""
    import xlsxwriter

    options = {**_OPTIONS, "default_format_properties": dict(_FONT)}  # XlsxWriter changes them
    with xlsxwriter.Workbook(str(path), options) as book:
        created = datetime.combine(found.as_of, time(), UTC)
        book.set_properties({"title": "三清单与预警", "created": created})
        looks = page.Looks(book)
        names = {_OPEN, _WARNINGS, _PROBLEMS, _BASIS}
        for roll in found.rolls:
            if roll.kind != _WARNINGS:
                _list(book, looks, found, roll, _sheet_name(roll.name, names))
        _warnings(book, looks, found)
        _open(book, looks, found)
        _problems(book, looks, found)
        _basis(book, looks, found)


def _sheet_name(words: str, taken: set[str]) -> str:
    """A name that Excel takes and that no sheet has yet."""
    plain = _NOT_IN_NAMES.sub(" ", words).strip()[:_LONGEST] or "清单"
    name, number = plain, 2
    while name in taken:
        tail = f"（{number}）"
        name, number = plain[: _LONGEST - len(tail)] + tail, number + 1
    taken.add(name)
    return name


def _firm_columns(found: Lists) -> list[page.Column]:
    heads = [("企业名称", 32.0), (found.identity_head, 21), ("所在区县", 12), ("证书编号", 18),
             ("发证日期", 11), ("有效期至", 11)]  # fmt: skip
    return [page.Column(head, width) for head, width in heads]


def _firm(entry: Entry) -> list[Any]:
    identity = [entry.name, entry.firm, entry.region, entry.number]
    return [*identity, _day(entry.issued_on), _day(entry.valid_to)]


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _source(entry: Entry) -> str:
    return place(*entry.source)


def _list(book: Any, looks: page.Looks, found: Lists, roll: Roll, name: str) -> None:
    columns = [
        page.Column("序号", 6, "rank"), *_firm_columns(found),
        page.Column("列入理由", 26, "wrap"), page.Column("依据", 30, "wrap"),
        page.Column("到期情况", 18), page.Column("最后工作日", 11),
        page.Column("责任人", 12), page.Column("办理", 30, "wrap"), page.Column("来源", 30, "wrap"),
    ]  # fmt: skip
    sheet = page.ListSheet(book, looks, name, found.as_of, columns, frozen=2)
    for number, entry in enumerate(roll.on, 1):
        said = [entry.reason, roll.cite, entry.notice, _day(entry.act_by), entry.owner, roll.todo]
        sheet.add([number, *_firm(entry), *said, _source(entry)])
    sheet.finish()


def _warnings(book: Any, looks: page.Looks, found: Lists) -> None:
    columns = [
        page.Column("期限", 11), page.Column("最后工作日", 11), page.Column("到期情况", 18),
        page.Column("预警", 20, "wrap"), *_firm_columns(found),
        page.Column("理由", 26, "wrap"), page.Column("依据", 30, "wrap"),
        page.Column("责任人", 12), page.Column("办理", 30, "wrap"), page.Column("来源", 30, "wrap"),
    ]  # fmt: skip
    sheet = page.ListSheet(book, looks, _WARNINGS, found.as_of, columns, frozen=5)
    ours = (r for r in found.rolls if r.kind == _WARNINGS)
    rows = list(chain.from_iterable(((entry, roll) for entry in roll.on) for roll in ours))
    rows.sort(key=lambda row: row[0].due or date.max)
    for entry, roll in rows:
        start = [_day(entry.due), _day(entry.act_by), entry.notice, roll.name]
        reason = "" if entry.reason == roll.name else entry.reason
        sheet.add(
            [*start, *_firm(entry), reason, roll.cite, entry.owner, roll.todo, _source(entry)]
        )
    sheet.finish()


def _open(book: Any, looks: page.Looks, found: Lists) -> None:
    columns = [
        page.Column("清单或预警", 26, "wrap"), *_firm_columns(found),
        page.Column("缺什么", 46, "wrap"), page.Column("责任人", 12),
        page.Column("来源", 30, "wrap"),
    ]  # fmt: skip
    sheet = page.ListSheet(book, looks, _OPEN, found.as_of, columns, frozen=2)
    for roll in found.rolls:
        for entry in roll.open:
            said = [entry.reason, entry.owner, _source(entry)]
            sheet.add([roll.name, *_firm(entry), *said])
    sheet.finish()


def _problems(book: Any, looks: page.Looks, found: Lists) -> None:
    columns = [page.Column("序号", 6, "rank"), page.Column("哪一格、什么问题、怎么改", 116, "wrap")]
    sheet = page.ListSheet(book, looks, _PROBLEMS, found.as_of, columns)
    for number, problem in enumerate(found.problems, 1):
        sheet.add([number, problem])
    sheet.finish()


def _basis(book: Any, looks: page.Looks, found: Lists) -> None:
    columns = [page.Column("类别", 12), page.Column("内容", 110, "wrap")]
    sheet = page.ListSheet(book, looks, _BASIS, found.as_of, columns)
    for kind, text in _told(found):
        sheet.add([kind, text])
    sheet.finish()


def _told(found: Lists) -> Iterator[Sequence[str]]:
    yield "日期", f"按 {found.as_of} 那一天看；那天以后才发的证书还不知道"
    yield "台账", f"{'、'.join(found.files)}，{found.firms} 户"
    for version in found.versions:
        yield "规范", version
    for roll in found.rolls:
        counts = f"列入 {len(roll.on)} 户，待核 {len(roll.open)} 户"
        against = f"；对照《{roll.against}》数得出来的条件" if roll.against else ""
        yield roll.kind, f"{roll.id} {roll.name}（{roll.cite}）：{counts}{against}"
    yield "待核", "缺资料、定不下来的另列一页，不算列入，也不算不列入"
    yield "最后工作日", "期限当天或之前的最后一个工作日；期限已过的不写"
    for note in found.notes:
        yield "说明", note
