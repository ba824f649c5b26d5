"""数据问题: every finding in the ledger by cell, and how to mend it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from denggao.documents.screening_data import Screening
from denggao.documents.screening_page import Column, ListSheet, Looks
from denggao.facts.ledger import Ledger

SHEET = "数据问题"
_KINDS = {
    "ambiguous_code": "同一代码的企业分不清",
    "ambiguous_name": "同名企业分不清",
    "ambiguous_none": "“无”分不清是零还是没填",
    "ambiguous_unit": "单位分不清",
    "approximate": "约数",
    "assumed_unit": "表头没写单位，按默认单位",
    "assumed_year": "表头没写年度，按上年",
    "bad_credit_code": "信用代码不对",
    "bad_stage": "期次看不懂",
    "bad_year": "年度看不懂",
    "changed_over_years": "各年所填不同",
    "columns_differ": "同一事实两列，数不一样",
    "contradiction": "几个数互相矛盾",
    "cut": "文字太长，没有写全",
    "damaged_row": "一行文字损坏，没有读",
    "damaged_text": "文字损坏",
    "detail_table": "一行是一项产品或项目",
    "digits_lost": "号码尾数丢失",
    "district_by_register": "区县按登记机关推定",
    "duplicate": "同一户多行，已合并",
    "error_value": "公式出错",
    "extra_cells": "比表头多出几格，没有读",
    "fact_twice": "同一事实两个值",
    "formula_text": "会被当公式运行的文字",
    "formula_without_value": "公式没有存下结果",
    "future_date": "日期在将来",
    "head_not_found": "对照文件里的表头没有出现",
    "head_suggestion": "表头像目录里的名称，没有读",
    "head_twice": "同一事实两列",
    "hidden_characters": "看不见的控制字符",
    "hidden_columns": "隐藏的列，照读",
    "hidden_rows": "隐藏的行，照读",
    "hidden_sheet": "隐藏的工作表，没有读",
    "incomplete_date": "日期不全",
    "joined": "两户并为一户",
    "linked_workbook": "引用了别的工作簿",
    "masked": "数字被遮盖",
    "masked_whole": "数据被遮盖，按没有处理",
    "merged_cells": "合并的单元格",
    "no_answers": "找不到意见表",
    "no_district": "看不出所在区县",
    "no_identity": "没有企业名称和代码",
    "not_a_date": "不是日期",
    "not_a_field": "不在技术领域目录中",
    "not_a_number": "不是数字",
    "not_finite": "程序算不出的数",
    "not_yes_no": "应填是或否",
    "other_district": "不在本区县",
    "unit_below": "单位写在表的下面，没有用上",
    "open_year": "不是全年的实际数，没有读",
    "out_of_domain": "超出允许的范围",
    "pending": "写着待定",
    "percent": "写成百分比",
    "scientific": "科学计数法",
    "second_table": "一页上有两张表",
    "share_differs": "占比与各数不符",
    "share_unlike": "占比列口径不同，没有用来核对",
    "own_page": "登高加的页，没有读",
    "sheet_without_facts": "没有认得的事实列，没有读",
    "sheet_unread": "没有认得的表头，没有读",
    "suspect_unit": "单位可疑",
    "title_backwards": "证书有效期早于发证日期",
    "title_twice": "同一证书两个有效期",
    "too_long": "文字太长",
    "odd_name": "名称可疑",
    "unknown_region": "区县不认得",
    "unknown_industry": "行业不认得",
    "titles_share_a_date": "几项资格写在一行",
    "two_codes": "同名企业两个代码",
    "two_names": "同一代码两个名称",
    "unknown_event": "事项看不懂",
    "unknown_kind": "资格类型不认得",
    "unused_decision": "认定没有用上",
    "wrong_department": "交错了部门的表",
}
_COLUMNS = (
    Column("性质", 8, "centre"),
    Column("文件", 20, "wrap"),
    Column("工作表", 14, "wrap"),
    Column("行", 8, "rank"),
    Column("列", 5, "centre"),
    Column("表头", 24, "wrap"),
    Column("值", 24, "wrap"),
    Column("应为", 24, "wrap"),
    Column("怎样改", 48, "wrap"),
)


def kind_words(kind: str) -> str:
    """A kind of problem in words."""
    return _KINDS.get(kind, "其他")


def write(book: Any, looks: Looks, screening: Screening, report: Callable[[int], None]) -> None:
    """Write the sheet."""
    write_problems(book, looks, screening.as_of, screening.ledger, report)


def write_problems(
    book: Any, looks: Looks, as_of: date, ledger: Ledger, report: Callable[[int], None]
) -> None:
    """Problems, then notices, then heads that were not understood; ``report`` after each."""
    sheet = ListSheet(book, looks, SHEET, as_of, _COLUMNS)
    for notice in (False, True):
        for p in ledger.problems:
            if p.is_notice is notice:
                where = [p.file, p.sheet, p.row or None, p.column, p.head]
                sheet.add(["提示" if notice else "问题", *where, p.value, p.expected, p.advice])
                report(1)
    for file, name, column, head in ledger.unread:
        advice = "没有认出这一列，未用；是规则要的事实的，用 --columns 对照文件说明"
        sheet.add(["未读列", file, name, None, column, head, None, None, advice])
    sheet.finish()
