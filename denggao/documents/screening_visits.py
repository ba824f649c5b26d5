"""走访排序: the calls of the week, best first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from denggao.diagnosis.visits import visits
from denggao.documents import wording as w
from denggao.documents.screening_data import Screening
from denggao.documents.screening_page import Column, ListSheet, Looks

VISITS = "走访排序"


def write_visits(
    book: Any, looks: Looks, screening: Screening, report: Callable[[int], None]
) -> None:
    """One row per firm asked about: what to ask, and which verdicts the answers settle."""
    ledger = screening.ledger
    names = ledger.columns.get("name") or ledger.identity
    columns = [
        Column("次序", 7, "rank"),
        Column(ledger.identity_head, 22),
        Column("企业名称", 32, "wrap"),
        Column("问什么", 56, "wrap"),
        Column("问完能定\n几项", 9, "count"),
        Column("能定的", 34, "wrap"),
        Column("也许能定的", 34, "wrap"),
    ]
    sheet = ListSheet(book, looks, VISITS, screening.as_of, columns, frozen=3)
    for place, visit in enumerate(visits(screening.questions), 1):
        asked = "、".join(w.fact_words(key) for key in visit.keys)
        who = [ledger.identity[visit.firm], names[visit.firm] or ledger.identity[visit.firm]]
        settles, lucky = "、".join(visit.settles), "、".join(visit.may_settle)
        sheet.add([place, *who, asked, len(visit.settles), settles or None, lucky or None])
        report(1)
    sheet.finish()
