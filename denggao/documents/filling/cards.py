"""Cards: a label on the left, a blank on its right, one firm a sheet; and tables whose rows are
figures and whose columns are years."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from denggao.documents.filling.answers import Answer
from denggao.documents.filling.areas import HINT, FormTable
from denggao.documents.filling.asks import Ask, asks_of
from denggao.documents.filling.context import Context
from denggao.documents.filling.fitting import Place, fitted
from denggao.documents.filling.headrows import HeadColumn, Meant, is_span
from denggao.documents.filling.layout import Area, Layout
from denggao.documents.filling.periods import Periods
from denggao.documents.filling.plan import Filled, Marked, Unfilled, Work
from denggao.documents.filling.subject import Subject
from denggao.facts.heads import normal

#: So many labels must be known before a sheet is taken for a card about a firm.
_ENOUGH = 2
_LONGEST_LABEL = 40

Unplaced = tuple[FormTable, Context, Subject]
Groups = Sequence[tuple[list["Field"], Context]]


@dataclass(frozen=True)
class Field:
    """A blank cell and the label that says what belongs there; ``said`` if it is filled."""

    levels: tuple[str, ...]
    row: int
    column: int
    said: str = ""


def fill_cards(
    work: Work, layout: Layout, tables: Sequence[FormTable], unplaced: Sequence[Unplaced]
) -> None:
    """Plan what is no table of firms. A card that names its firm is filled for that firm, else
    for the only firm chosen; tables that are neither are told of in ``plan.skipped``."""
    meant, plan = work.meant, work.plan
    groups: list[tuple[list[Field], Context]] = []
    loose = list(_fields(layout, tables, meant))
    if loose:
        groups.append((loose, _context(work, layout, tables, loose)))
    for table, around, subject in unplaced:
        fields = matrix(layout, table, meant, around)
        if fields:
            groups.append((fields, around))
        else:
            plan.skipped.append(skipped_words(layout, table, subject))
        if fields and around.this_year and around.report_year is None:
            plan.notices.append(f"〈{layout.name}〉“本年”是哪一年没有写明；请用 --year 说明")
    known = sum(_is_known(field, meant) for fields, _ in groups for field in fields)
    if known < (1 if len(work.firms) == 1 and _names_firm(groups, meant) else _ENOUGH):
        return
    firm, why = _whose(groups, work)
    if firm is None:
        plan.skipped.append(f"〈{layout.name}〉一户一张：{why}")
        return
    plan.firms.add(firm)
    for fields, around in groups:
        _fill(work, layout, fields, around, firm)


def skipped_words(layout: Layout, table: FormTable, subject: Subject) -> str:
    """Why a table is left alone, for a person."""
    named = f"“{table.title}”" if table.title else ""
    return f"〈{layout.name}〉{named}：{subject.words}"


def _context(
    work: Work, layout: Layout, tables: Sequence[FormTable], fields: Sequence[Field]
) -> Context:
    title = " ".join([*_titles(layout, tables), layout.name])
    texts = [text for row in sorted(layout.rows) for _, text in layout.filled(row)]
    heads = " ".join("".join(field.levels) for field in fields)
    return Context.of(work.answers.as_of.year, work.report_year, title, texts, heads)


def _titles(layout: Layout, tables: Sequence[FormTable]) -> Iterator[str]:
    """What stands alone in the first rows."""
    first = min((table.top for table in tables), default=6)
    for row in range(1, min(first, 6)):
        filled = layout.filled(row)
        if len(filled) == 1:
            yield filled[0][1]


# --- labels --------------------------------------------------------------------------------


def _fields(layout: Layout, tables: Sequence[FormTable], meant: Meant) -> Iterator[Field]:
    taken = {row for table in tables for row in range(table.top, _last(table) + 1)}
    for row in sorted(layout.rows):
        if row not in taken:
            yield from _row_fields(layout, row, meant)


def _last(table: FormTable) -> int:
    return max([table.end, table.bottom, *table.totals])


def _row_fields(layout: Layout, row: int, meant: Meant) -> Iterator[Field]:
    blocks = list(dict.fromkeys(layout.block(row, column) for column in sorted(layout.rows[row])))
    texts = [layout.text(block.top, block.left) for block in blocks]
    for number, (label, text) in enumerate(zip(blocks, texts, strict=True)):
        if label.top != row or not text or len(text) > _LONGEST_LABEL:
            continue
        levels = _label(blocks[:number], texts[:number], _bare_label(text), meant)
        right = layout.block(row, label.right + 1)
        is_drawn = label.right + 1 in layout.rows[row]
        if right.top != row or (not is_drawn and meant(levels) is None):
            continue  # where no box is drawn, only a known label waits for a value
        said = layout.text(row, label.right + 1)
        is_label = meant(levels) is not None or is_span(levels[-1])
        is_value = bool(said) and is_label and meant((said,)) is None
        if not said or HINT.fullmatch(said) or is_value:
            yield Field(levels, right.top, right.left, "" if HINT.fullmatch(said) else said)


def _label(left: Sequence[Area], texts: Sequence[str], text: str, meant: Meant) -> tuple[str, ...]:
    """The label, under the upright group to its left where it needs one."""
    if meant((text,)) is not None:
        return (text,)
    groups = [t for block, t in zip(left, texts, strict=True) if t and block.bottom > block.top]
    return (groups[-1], text) if groups and meant((groups[-1], text)) else (text,)


def matrix(layout: Layout, table: FormTable, meant: Meant, context: Context) -> list[Field]:
    """Rows that begin with a figure's name under years, or with a year under figures. A column
    计量单位 gives the unit of each row."""
    if not any(normal(column.levels[-1]) in _CORNERS for column in table.columns[:2]):
        return []
    units = [c.index for c in table.columns if normal(c.levels[-1]) in _UNIT_HEADS]
    fields = []
    for row in table.of_kind("labelled"):
        unit = next((layout.text(row.row, index) for index in units), "")
        label = _bare_label(row.label) + (f"（{unit}）" if unit else "")
        for column in table.columns[1:]:
            said = layout.text(row.row, column.index)
            for levels in ((label, *column.levels), (*column.levels, label)):
                meaning = None if column.index in units else meant(context.said(levels))
                if meaning and meaning.role == "fact" and meaning.fact.numeric:
                    fields.append(Field(levels, row.row, column.index, said))
                    break
    return fields if len(fields) >= _ENOUGH else []


_NUMBERED = re.compile(
    r"^[(（]?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,2})(?:[)）、]|[.．](?![0-9]))\s*"
)


def _bare_label(text: str) -> str:
    """Without numbering and colon: 「一、营业收入：」."""
    return _NUMBERED.sub("", text).rstrip(":： ")


#: What stands over the first column of such a table.
_UNIT_HEADS = frozenset(map(normal, ("单位", "计量单位")))
_CORNERS = frozenset(
    map(normal, ("项目", "指标", "指标名称", "年度", "年份", "会计年度", "财务指标", "科目"))
)


def _is_known(field: Field, meant: Meant) -> bool:
    meaning = meant(field.levels)
    return meaning is not None and meaning.role in ("fact", "title")


def _names_firm(groups: Groups, meant: Meant) -> bool:
    """Does a label ask for the firm itself?"""
    found = (meant(field.levels) for fields, _ in groups for field in fields)
    return any(m is not None and m.role == "fact" and m.code in ("name", "uscc") for m in found)


def _whose(groups: Groups, work: Work) -> tuple[int | None, str]:
    said = {"name": "", "uscc": ""}
    for fields, _ in groups:
        for field in fields:
            meaning = work.meant(field.levels)
            if meaning and meaning.role == "fact" and meaning.code in said and field.said:
                said[meaning.code] = said[meaning.code] or field.said
    if any(said.values()):
        firm, why = work.roll.find(said["uscc"], said["name"])
        return firm, f"“{said['name'] or said['uscc']}”{why}"
    if len(work.firms) == 1:
        return work.firms[0], ""
    return None, "请用 --firm 说明填哪一户，或用 -o 指定一个文件夹，每户填一份"


# --- filling -------------------------------------------------------------------------------


def _fill(work: Work, layout: Layout, fields: Sequence[Field], context: Context, firm: int) -> None:
    heads = [HeadColumn(number, field.levels) for number, field in enumerate(fields)]
    periods = Periods.of_card(heads, [field.said for field in fields], work.meant, context)
    asks = asks_of(heads, periods.around(context), work.meant)
    for field, ask in zip(fields, asks, strict=True):
        box = layout.box(field.row, field.column)
        if field.said or box.formula:
            continue
        drop_down = layout.drop_down(field.row, field.column)
        place = Place(ask.column.head, work.form.format(box.style), drop_down)
        asked, why = periods.asked(ask, 0)
        answer = work.answers.to(asked, firm, context.unit)
        why = why or periods.doubt(answer, ask, 0)
        answer = Answer(ask.words, gap=why) if why else fitted(answer, place)
        where = (layout.name, work.plan.moved(layout.name, field.row), field.column)
        _put(work, where, ask, answer, work.roll.name(firm))


def _put(work: Work, where: tuple[str, int, int], ask: Ask, answer: Answer, who: str) -> None:
    plan = work.plan
    if answer.value is not None:
        note = "；".join(filter(None, [answer.note, ask.assumed]))
        item = Filled(*where, answer.value, who, answer, note)
        plan.fill(item, ask.column.head, work.answers.doubt(answer))
    elif ask.kind in ("carry", "none", "number") and not answer.gap.startswith("台账的同名列"):
        like = f"；像“{ask.resembles}”，是的话请用 --columns 说明" if ask.resembles else ""
        why = f"不认得，台账里也没有同名的列{like}"
        plan.unfilled.append(Unfilled(*where, ask.column.head, why))
    elif answer.gap:
        plan.marked.append(Marked(*where, who, ask.column.head, answer.gap))


def labels(layout: Layout, tables: Sequence[FormTable], meant: Meant) -> list[str]:
    """The labels of a sheet's cards, for the columns of a ledger that only a form asks for."""
    return ["/".join(field.levels) for field in _fields(layout, tables, meant)]
