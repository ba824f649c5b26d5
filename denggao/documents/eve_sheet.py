"""截止前夜表: by responsible leader, who is ready and what is missing, as workbook and as paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import NamedTuple

from denggao.documents import screening_page as page
from denggao.documents.papers.paper import Paper, Part, Table, cell, numbered

READY, NOT_READY = "可提交", "未齐"
_HEADS = ("序号", "企业名称", "信用代码", "现在", "结论", "还缺什么", "放行", "下一步")
_WIDTHS = (5, 24, 18, 8, 8, 46, 22, 20)


class EveRow(NamedTuple):
    """One firm: ``missing`` and ``waived`` in words, ``todo`` the one next action."""

    name: str
    code: str
    state: str
    ready: bool
    missing: Sequence[str]
    waived: Sequence[str]
    todo: str


#: (leader, the firms that he answers for).
Leaders = Sequence[tuple[str, Sequence[EveRow]]]


def write_workbook(path: Path, leaders: Leaders, on: date) -> None:
    """A sheet for all, with the leader in a column, to be filtered and printed. Raises OSError."""
    import xlsxwriter

    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
    }  # fmt: skip
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "截止前夜表", "created": datetime.combine(on, time(), UTC)})
        looks = page.Looks(book)
        columns = [
            page.Column("序号", 6, "rank"), page.Column("责任人", 22), page.Column("企业名称", 32),
            page.Column("信用代码", 22), page.Column("现在", 10), page.Column("结论", 10),
            page.Column("还缺什么", 60, "wrap"), page.Column("放行（同意人、理由）", 34, "wrap"),
            page.Column("下一步", 30, "wrap"),
        ]  # fmt: skip
        sheet = page.ListSheet(book, looks, "截止前夜表", on, columns, frozen=3, day="日期")
        number = 0
        for leader, rows in leaders:
            for row in rows:
                number += 1
                verdict = READY if row.ready else NOT_READY
                sheet.add([
                    number, leader, row.name, row.code, row.state, verdict,
                    "；".join(row.missing), "；".join(row.waived), row.todo,
                ])  # fmt: skip
        sheet.finish()


def eve_paper(title: str, leaders: Leaders, on: date, known: Sequence[tuple[str, str]]) -> Paper:
    """A part for each leader, the firms that are not ready first."""
    return Paper(
        kind="截止前夜表", day=on, title=title, about="", known=tuple(known), is_wide=True,
        parts=numbered([Part(_heading(leader, rows), tuple(_blocks(rows)))
                        for leader, rows in leaders]),
    )  # fmt: skip


def _heading(leader: str, rows: Sequence[EveRow]) -> str:
    ready = sum(row.ready for row in rows)
    return f"{leader}：{len(rows)} 户，可提交 {ready} 户，未齐 {len(rows) - ready} 户"


def _blocks(rows: Sequence[EveRow]) -> list[Table]:
    lines = [
        (
            cell(f"{number}"), cell(row.name), cell(row.code), cell(row.state),
            cell(READY if row.ready else NOT_READY), cell("；".join(row.missing) or "—"),
            cell("；".join(row.waived) or "—"), cell(row.todo),
        )
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip
    return [Table(_HEADS, _WIDTHS, tuple(lines), frozenset({0, 2, 3, 4}))]
