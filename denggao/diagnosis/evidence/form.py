"""认定申请书: the checks that the official form makes by itself, and the facts of a ledger that
fill what the firm has left open (国科发火〔2016〕195号 附件2)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from denggao.diagnosis.evidence import links, sheets, tables
from denggao.diagnosis.evidence.case import ITEMS, Case, Fault, Heads, Told, wan

_CODE = re.compile(r"(?:IP|RD|PS)\d{2}")
#: Groups whose lines add up to the total.
_WHOLE = {
    "总体": ("在职人员", "兼职人员", "临时聘用人员"),
    "学历": ("博士", "硕士", "本科", "大专及以下"),
    "年龄": ("30岁及以下", "31-40岁", "41-50岁", "51岁及以上"),
}
#: Rows of 三表 → the fact of the ledger; the last two are of the last year only.
FACTS = {
    "净资产": "net_assets", "销售收入": "sales", "利润总额": "profit", "研发费用": "rd_expense",
    "总收入": "total_income", "高新技术产品收入": "ht_income",
}  # fmt: skip
LAST_ONLY = ("总收入", "高新技术产品收入")


def all_faults(case: Case) -> list[Fault]:
    """证据链, 三表 and the form together; contradictions first."""
    found = [*links.faults(case), *tables.faults(case), *faults(case)]
    return sorted(found, key=lambda f: not f.sure)


def faults(case: Case) -> list[Fault]:
    """What the form itself would refuse."""
    return [*_codes(case), *_heads(case), *_missing(case), *_texts(case)]


def _codes(case: Case) -> Iterator[Fault]:
    lists: tuple[tuple[sheets.Sheet, tuple[Any, ...]], ...] = (
        (sheets.IP, case.ips), (sheets.RD, case.projects), (sheets.PS, case.products),
    )  # fmt: skip
    for sheet, rows in lists:
        for one in rows:
            if not _CODE.fullmatch(one.code):
                said = f"编号“{one.code}”应是 IP、RD 或 PS 加两位数字"
                yield Fault("code_form", sheet.name, one.row, one.code, said, "如 IP01，请改")


def total_of(case: Case) -> Heads | None:
    """The line with all staff."""
    return next((h for h in case.heads if (h.group, h.item) == ("总数", "总数")), None)


def _heads(case: Case) -> Iterator[Fault]:
    total = total_of(case)
    if total is None:
        return
    if total.tech > total.staff:
        said = f"科技人员 {total.tech} 人，多于职工总数 {total.staff} 人"
        yield Fault("heads_sum", sheets.HEADCOUNT.name, total.row, "总数", said, "请改正")
    for group, items in _WHOLE.items():
        lines = [h for h in case.heads if h.group == group and h.item in items]
        if not lines:
            continue
        for column, word in (("staff", "企业职工"), ("tech", "科技人员")):
            added, whole = sum(getattr(h, column) for h in lines), getattr(total, column)
            if added != whole:
                said = f"{group}各项的{word}合计 {added} 人，总数是 {whole} 人"
                yield Fault("heads_sum", sheets.HEADCOUNT.name, lines[0].row, f"{group}:{word}",
                            said, "分类之和应等于总数，请改正")  # fmt: skip


def _missing(case: Case) -> Iterator[Fault]:
    for item in ITEMS:
        for year in case.years[2:] if item in LAST_ONLY else case.years:
            told = case.said(item, year)
            if told is None or told.application is None:
                row = told.row if told else 0
                said = f"申请书没有 {year} 年的{item}"
                yield Fault("not_told", sheets.TOLD.name, row, f"{item}@{year}", said,
                            "请在“申请书”一列补上", sure=False)  # fmt: skip


def _texts(case: Case) -> Iterator[Fault]:
    for name in sheets.ABILITIES:
        if not case.abilities.get(name):
            said = f"〈{sheets.ABILITY_NAME}〉没有写“{name}”"
            mend = "第七部分四段都要写，每段不超过 400 字"
            yield Fault("no_text", sheets.ABILITY_NAME, 0, name, said, mend, sure=False)
    for name, text in case.abilities.items():
        if len(text) > 400:
            said = f"“{name}”{len(text)} 字，超过 400 字"
            yield Fault("too_long", sheets.ABILITY_NAME, 0, name, said, "请压缩")
    for rd in case.projects:
        lacks = [
            w
            for w, t in (("目的", rd.purpose), ("核心技术", rd.core), ("成果", rd.result))
            if not t
        ]
        if lacks:
            said = f"{rd.code} 没有写{'、'.join(lacks)}"
            yield Fault("no_text", sheets.RD.name, rd.row, rd.code, said, "请补上", sure=False)


# --- from the ledger -----------------------------------------------------------------------------


def filled(case: Case, facts: Mapping[str, int]) -> tuple[Case, list[Fault], int]:
    """The case with what the ledger says put in where the column 申请书 is empty; how many such
    cells; and where both say something else. ``facts``: key (``sales@2025``) → 分."""
    rows = {(t.item, t.year): t for t in case.told}
    found: list[Fault] = []
    count = 0
    for item, code in FACTS.items():
        for year in case.years[2:] if item in LAST_ONLY else case.years:
            value = facts.get(f"{code}@{year}")
            if value is None:
                continue
            told = rows.get((item, year), Told(0, year, item))
            if told.application is None:
                rows[item, year] = replace(told, application=value)
                count += 1
            elif abs(told.application - value) > links.TOLERANCE:
                said = f"{year} 年{item}：申请书 {wan(told.application)}，台账 {wan(value)}"
                found.append(
                    Fault("ledger_differs", sheets.TOLD.name, told.row, f"{item}@{year}", said,
                          "请核对哪一个对，并更正另一处", sure=False)
                )  # fmt: skip
    return replace(case, told=tuple(rows.values())), found, count
