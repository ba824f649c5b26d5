"""联审 on paper: a sheet for each department to fill in, and the answers put together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from denggao.diagnosis import review as r
from denggao.documents import screening_page as page
from denggao.facts.privacy import masked

_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False}
_WIDTHS = (6, 40, 22, 10, 50)
_HEAD_ROW = 4


def write_form(path: Path, review: r.Review, department: str) -> None:
    """The table that goes to one department: names and codes locked, answers to choose from.
    The same list gives the same bytes. Raises OSError."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), dict(_OPTIONS)) as book:
        created = datetime.combine(review.due, time(), UTC)
        book.set_properties({"title": "联审意见", "created": created})
        sheet = book.add_worksheet("联审意见")
        look = {"font_name": "宋体", "font_size": 11, "valign": "vcenter", "border": 1}
        plain = book.add_format({**look, "num_format": "@", "text_wrap": True})
        free = book.add_format({**look, "num_format": "@", "text_wrap": True, "locked": False})
        head = book.add_format({**look, "bold": True, "align": "center"})
        title = book.add_format({"font_name": "宋体", "font_size": 16, "bold": True})
        said = book.add_format({"font_name": "宋体", "font_size": 11})
        sheet.write_string(0, 0, f"{review.title} 部门联审意见表", title)
        asked = review.questions[department]
        sheet.write_string(1, 0, f"{r.DEPARTMENT}：{department}", said)
        sheet.write_string(1, 2, f"{r.DUE}：{review.due}", said)
        sheet.write_string(1, 4, f"{r.LIST}：{review.id}", said)
        sheet.write_string(
            2, 0, f"{r.ASKED}：{asked}。属实填“是”，不属实填“否”，无法核实填“不详”；", said
        )
        sheet.write_string(3, 0, "只填“意见”“说明”两列，不要写数额，不要改动其他各格。", said)
        sheet.write_row(_HEAD_ROW, 0, r.HEADS, head)
        for number, firm in enumerate(review.firms, 1):
            row = _HEAD_ROW + number
            sheet.write_number(row, 0, number, plain)
            sheet.write_string(row, 1, firm.name, plain)
            sheet.write_string(row, 2, firm.code, plain)
            sheet.write_blank(row, 3, None, free)
            sheet.write_blank(row, 4, None, free)
        _guard(sheet, len(review.firms))
        below = _HEAD_ROW + len(review.firms) + 2
        sheet.write_string(below, 0, f"经办人（签字）：{' ' * 30}部门盖章：", said)


def _guard(sheet: Any, firms: int) -> None:
    last = _HEAD_ROW + max(firms, 1)
    sheet.data_validation(_HEAD_ROW + 1, 3, last, 3, {
        "validate": "list", "source": list(r.ANSWERS),
        "error_title": "意见", "error_message": "请填 是、否 或 不详",
    })  # fmt: skip
    for index, width in enumerate(_WIDTHS):
        sheet.set_column(index, index, width)
    sheet.freeze_panes(_HEAD_ROW + 1, 2)
    sheet.repeat_rows(_HEAD_ROW)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})


def write_answers(path: Path, answers: r.Answers, on: date) -> None:
    """汇总, 反馈情况, 问题. Raises OSError."""
    import xlsxwriter

    options = {**_OPTIONS, "constant_memory": True}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": "联审汇总", "created": datetime.combine(on, time(), UTC)})
        looks = page.Looks(book)
        _summary(book, looks, answers, on)
        _returned(book, looks, answers, on)
        columns = [
            page.Column("序号", 6, "rank"),
            page.Column("哪一格、什么问题、怎么改", 116, "wrap"),
        ]
        sheet = page.ListSheet(book, looks, "问题", on, columns, day="日期")
        for number, problem in enumerate(answers.problems, 1):
            sheet.add([number, masked(str(problem))])
        sheet.finish()


def _summary(book: Any, looks: page.Looks, answers: r.Answers, on: date) -> None:
    columns = [
        page.Column("序号", 6, "rank"), page.Column("企业名称", 36),
        page.Column("统一社会信用代码", 22),
        *(page.Column(department, 10) for department in answers.review.questions),
        page.Column("结论", 12), page.Column("理由", 50, "wrap"), page.Column("说明", 60, "wrap"),
    ]  # fmt: skip
    sheet = page.ListSheet(book, looks, "汇总", on, columns, frozen=2, day="日期")
    for number, (firm, row, verdict, why) in enumerate(r.summed(answers, on), 1):
        told = _words(answers.opinions.get(firm.key, {}).values())
        sheet.add([number, firm.name, firm.code, *row, verdict, why, told])
    sheet.finish()


def _words(opinions: Any) -> str:
    found: Sequence[r.Opinion] = list(opinions)
    return "；".join(f"{o.department}：{masked(o.words)}" for o in found if o.words)


def _returned(book: Any, looks: page.Looks, answers: r.Answers, on: date) -> None:
    columns = [
        page.Column("部门", 14), page.Column("请核实", 60, "wrap"), page.Column("返回的文件", 36),
        page.Column("是", 8, "count"), page.Column("否", 8, "count"),
        page.Column("不详", 8, "count"), page.Column("没有反馈", 10, "count"),
        page.Column("期限", 12), page.Column("情况", 14),
    ]  # fmt: skip
    sheet = page.ListSheet(book, looks, "反馈情况", on, columns, day="日期")
    review = answers.review
    for department, asked in review.questions.items():
        said = [o[department].answer for o in answers.opinions.values() if department in o]
        counts = [said.count(answer) for answer in r.ANSWERS]
        left = len(review.firms) - sum(counts)
        state = "已齐" if not left else "逾期" if on > review.due else "待反馈"
        file = answers.returned.get(department, "")
        sheet.add([department, asked, file, *counts, left, review.due.isoformat(), state])
    sheet.finish()
