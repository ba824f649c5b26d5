"""From a form and a ledger to a plan: tables row by row, cards for one firm."""

from __future__ import annotations

from collections.abc import Sequence

from denggao.documents.filling.answers import Answers
from denggao.documents.filling.areas import FormTable, find_tables
from denggao.documents.filling.cards import fill_cards, labels, matrix, skipped_words
from denggao.documents.filling.context import Context
from denggao.documents.filling.firms import Roll
from denggao.documents.filling.headrows import Meant
from denggao.documents.filling.layout import Form, Layout
from denggao.documents.filling.plan import Plan, Work
from denggao.documents.filling.subject import subject_of
from denggao.documents.filling.tableplanner import TablePlanner
from denggao.facts.errors import UserError
from denggao.facts.ownpages import is_own, signed_rows


def plan_form(
    form: Form, answers: Answers, *, meant: Meant, report_year: int | None, firms: Sequence[int]
) -> Plan:
    """The whole form, each sheet from its top. Cards are filled when ``firms`` is one firm."""
    work = Work(Plan(), form, answers, Roll(answers.ledger), meant, report_year, firms)
    for layout in form.sheets:
        if _is_own(layout):
            work.plan.notices.append(f"〈{layout.name}〉是登高自己加的页，没有动")
            continue
        tables = find_tables(layout, meant)
        unplaced = []
        for table in tables:
            context = context_of(layout, table, answers.as_of.year, report_year)
            subject = subject_of(table, meant)
            if subject.kind == "other":
                unplaced.append((table, context, subject))
            else:
                TablePlanner(work, layout, table, context).fill(subject, firms)
        fill_cards(work, layout, tables, unplaced)
    return work.plan


def context_of(layout: Layout, table: FormTable, year: int, report_year: int | None) -> Context:
    """What surrounds a table."""
    heads = " ".join(column.head for column in table.columns)
    title = f"{table.titles} {layout.name}"
    return Context.of(year, report_year, title, table.texts, heads)


def _is_own(layout: Layout) -> bool:
    rows = range(1, signed_rows(layout.name) + 1)
    return is_own(layout.name, [[text for _, text in layout.filled(row)] for row in rows])


def heads_of(form: Form, meant: Meant, year: int, report_year: int | None) -> list[str]:
    """Every head of a form, for the columns of a ledger that only a form asks for. Raises
    UserError where nothing in the form is about firms, whatever the ledger holds. ``year`` is
    that of application."""
    heads: list[str] = []
    why: list[str] = []
    for layout in form.sheets:
        if _is_own(layout):
            continue
        tables = find_tables(layout, meant)
        subjects = [subject_of(table, meant) for table in tables]
        found = labels(layout, tables, meant)
        for table, subject in zip(tables, subjects, strict=True):
            around = context_of(layout, table, year, report_year)
            if subject.kind == "other" and not matrix(layout, table, meant, around):
                why.append(skipped_words(layout, table, subject))
            else:
                found += [column.head for column in table.columns]
        heads += found
    if not heads:
        reasons = "\n  ".join(why) or "没有找到表头（至少要有企业名称一列和别的两列）"
        raise UserError(f"「{form.path.name}」没有能填的：\n  {reasons}")
    return heads
