"""差距清单, 待补数据 and 名单: what each firm still lacks, in words a person acts on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from denggao.diagnosis.pool import MAX_SET
from denggao.documents import wording as w
from denggao.documents.screening_data import (
    Conditions,
    Screening,
    Shortfall,
    Standing,
    missing_facts,
)
from denggao.documents.screening_page import Column, ListSheet, Looks
from denggao.rules.engines.columnar.screening import IDENTITY, INDEX, NAME, ROUTE, Screened
from denggao.rules.engines.columnar.table import FAILED, OPEN

GAPS, MISSING, SELECTION = "差距清单", "待补数据", "名单"
NEVER_CERTAIN = "没有哪一组一定能定"
TOO_MANY = f"要问的超过 {MAX_SET} 项，按左边所列补齐"
Report = Callable[[int], None]


# -------------------------------------------------------------------- 差距清单


def write_gaps(book: Any, looks: Looks, screening: Screening, report: Report) -> None:
    """Firms with a failed or open condition, nearest first: how much of what is missing."""
    laws = [Conditions(table) for table in screening.tables]
    gaps = list({gap.column: gap for law in laws for gap in law.shortfalls()}.values())
    columns = [
        *_who(screening),
        Column("不符合\n条数", 8, "rank"),
        Column("未知\n条数", 7, "rank"),
        *(_gap_column(gap) for gap in gaps),
        Column("说明", 56, "wrap"),
    ]
    sheet = ListSheet(book, looks, GAPS, screening.as_of, columns, frozen=2)
    for law in laws:
        for row in law.rows():
            if "pass" not in (row["hard_verdict"], row["verdict"]):
                sheet.add(_gap_row(law, law.standing(row), gaps))
                report(1)
    sheet.finish()


def _who(screening: Screening) -> list[Column]:
    head = screening.ledger.identity_head
    return [Column(head, 22), Column("企业名称", 32, "wrap"), Column("规范", 18, "centre")]


def _gap_column(gap: Shortfall) -> Column:
    look = {"万元": "wan", "分": "number"}.get(gap.shown_unit, "count")
    return Column(f"{gap.statement.id}\n{gap.head}", 14 if look == "wan" else 11, look)


def _gap_row(law: Conditions, standing: Standing, gaps: Sequence[Shortfall]) -> list[Any]:
    row = standing.row
    who = [row[IDENTITY], row[NAME], law.table.instrument.short]
    amounts = [standing.amounts.get(gap.column) for gap in gaps]
    return [*who, row[FAILED], row[OPEN], *amounts, standing.sentence()]


# -------------------------------------------------------------------- 待补数据


def write_missing(book: Any, looks: Looks, screening: Screening, report: Report) -> None:
    """Open firms, nearest first, with what to ask; beside them the facts worth most."""
    columns = [
        Column("名次", 7, "rank"),
        *_who(screening),
        Column("待补项", 34, "wrap"),
        Column("问到这组就能定", 42, "wrap"),
        Column("单项可定", 26, "wrap"),
    ]
    beside = [
        Column("", 3, "plain"),
        Column("规范", 18, "centre"),
        Column("数据", 24, "text"),
        Column("缺的\n户数", 8, "count"),
        Column("问到就\n能定户数", 9, "count"),
        Column("单项可\n定户数", 9, "count"),
    ]
    sheet = ListSheet(
        book, looks, MISSING, screening.as_of, [*columns, *beside],
        frozen=3, filtered=len(columns),
    )  # fmt: skip
    left = (row for table in screening.tables for row in _missing_rows(screening, table, report))
    right = list(_ranking(screening))
    first = range(len(columns))
    second = range(len(columns) + 1, len(columns) + len(beside))
    for firm, fact in zip_longest(left, right):
        places = [*(first if firm else ()), *(second if fact else ())]
        sheet.add([*(firm or ()), *(fact or ())], places)
    sheet.finish()
    sheet.sheet.print_area(0, 0, sheet.row - 1, len(columns) - 1)


def _missing_rows(screening: Screening, table: Screened, report: Report) -> Iterator[list[Any]]:
    law = Conditions(table)
    asked = screening.questions.get(table.instrument.short, {})
    for rank, row in enumerate(law.rows(), 1):
        if row["hard_verdict"] != "unknown":
            continue
        question = asked.get(row[INDEX])
        sets = alone = ""
        if question is not None:
            none = TOO_MANY if len(question.open) > MAX_SET else NEVER_CERTAIN
            sets = "；".join(_facts(keys) for keys in question.sets) or none
            alone = _facts(question.shortcuts)
        who = [row[IDENTITY], row[NAME], table.instrument.short]
        yield [rank, *who, "、".join(law.standing(row).missing), sets, alone]
        report(1)


def _ranking(screening: Screening) -> Iterator[list[Any]]:
    for table in screening.tables:
        for fact in missing_facts(screening, table):
            counts = [fact.firms, fact.settles, fact.may_settle]
            yield [table.instrument.short, w.fact_words(fact.key), *counts]


def _facts(keys: Sequence[str]) -> str:
    return "、".join(w.fact_words(key) for key in keys)


# ------------------------------------------------------------------------ 名单


def write_selection(book: Any, looks: Looks, screening: Screening, report: Report) -> None:
    """Every firm, in the list or out of it, and the rule that put it there."""
    columns = [
        Column("名次", 7, "rank"),
        *_who(screening),
        Column("入选", 9, "centre"),
        Column("依据", 90, "wrap"),
        Column("培育路径", 18, "centre"),
    ]
    sheet = ListSheet(book, looks, SELECTION, screening.as_of, columns, frozen=3)
    for table in screening.tables:
        law = Conditions(table)
        for rank, row in enumerate(law.rows(), 1):
            who = [row[IDENTITY], row[NAME], table.instrument.short]
            inside, why = _place(law, row, rank, screening.top or 0)
            sheet.add([rank, *who, inside, why, row.get(ROUTE)])
            report(1)
    sheet.finish()


def _place(law: Conditions, row: dict[str, Any], rank: int, top: int) -> tuple[str, str]:
    why = law.standing(row, short=False).sentence()
    if rank <= top:
        return "入选", why
    return "未入选", f"排在第{top}名之后；{why}"
