"""One table of firms, planned row by row: whose rows, what stands in each cell, the sums."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from denggao.documents.filling.answers import Answer, Value
from denggao.documents.filling.areas import (
    HINT,
    BodyRow,
    FormTable,
    is_invented,
)
from denggao.documents.filling.asks import Ask, asks_of
from denggao.documents.filling.context import Context
from denggao.documents.filling.figures import plain
from denggao.documents.filling.fitting import Place, fitted
from denggao.documents.filling.layout import Box, Layout
from denggao.documents.filling.periods import Periods
from denggao.documents.filling.plan import Filled, Inserted, Marked, Unfilled, Work
from denggao.documents.filling.subject import OF_FIRM, Subject
from denggao.facts import cells
from denggao.facts.cells import BadCell
from denggao.facts.headparts import normal_head
from denggao.facts.privacy import hidden

_ADDED_UP = ("元", "人", "项")


@dataclass(frozen=True)
class Target:
    """One row to fill: where it is in the finished sheet, which row of the form it is drawn
    like (0: none), and for which firm."""

    row: int
    like: int
    firm: int
    is_new: bool = False


class TablePlanner:
    """Plans one table of one sheet, where rows may have been inserted above it."""

    def __init__(self, work: Work, layout: Layout, table: FormTable, context: Context) -> None:
        self.plan, self.form, self.layout, self.table = work.plan, work.form, layout, table
        self.answers, self.roll, self.meant = work.answers, work.roll, work.meant
        self.unit = context.unit
        self.shift = self.plan.moved(layout.name, table.top) - table.top
        is_whole = context.report_year is not None
        year = context.application_year
        self.periods = Periods.of_table(layout, table, work.meant, year, is_whole)
        self.many_periods = False
        self.asks = asks_of(table.columns, self.periods.around(context), work.meant)

    def fill(self, subject: Subject, firms: Sequence[int]) -> None:
        """Plan the table."""
        if subject.kind == "thing of a firm":
            self.asks = [_of_firm(ask) for ask in self.asks]
            self._notice(subject.words)
        targets, inserted = self._targets(firms)
        if not targets:
            return
        self.plan.firms.update(target.firm for target in targets)
        self.many_periods = self.periods.are_many(target.like for target in targets)
        columns = {ask.column.index: self._answers(ask, targets) for ask in self.asks}
        for ask in self.asks:
            if ask.kind == "sum":
                columns[ask.column.index] = self._sums(ask, columns)
        self._name_columns(columns)
        for position, target in enumerate(targets):
            for ask in self.asks:
                self._cell(ask, target, columns[ask.column.index][position])
        self._totals(columns, inserted)

    def _notice(self, words: str) -> None:
        title = f"“{self.table.title}”" if self.table.title else ""
        self.plan.notices.append(f"〈{self.layout.name}〉{title}：{words}")

    # --- rows ------------------------------------------------------------------------------

    def _targets(self, firms: Sequence[int]) -> tuple[list[Target], int]:
        listed = self._listed()
        if listed is not None:
            return listed, 0
        self._name_examples()
        blank = [row.row for row in self.table.of_kind("blank") if self._is_own_row(row.row)]
        if self.periods.are_many(blank):
            return self._by_period(blank, firms), 0
        rows = [Target(row + self.shift, row, firm)
                for row, firm in zip(blank, firms, strict=False)]  # fmt: skip
        missing = len(firms) - len(rows)
        if missing <= 0:
            return rows, 0
        after = self.table.end
        like = blank[-1] if blank else (after if self.table.rows else 0)
        first = blank[0] if blank else (self.table.rows[0].row if like else after + 1)
        self.plan.inserted.append(Inserted(self.layout.name, after, missing, like, first))
        more = enumerate(firms[len(rows) :], after + self.shift + 1)
        return rows + [Target(row, like, firm, is_new=True) for row, firm in more], missing

    def _by_period(self, blank: Sequence[int], firms: Sequence[int]) -> list[Target]:
        """Blank rows that say of which year they are: one firm takes as many as have different
        years, 2023, 2024, 2025, then comes the next one."""
        said = [self.periods.of(row) for row in blank]
        many = next((n for n, one in enumerate(said) if n and one == said[0]), len(said))
        if any(one != said[n % many] for n, one in enumerate(said)) or len(set(said)) < many:
            why = "各行写了不同的年度，没有写企业，说不准哪一行是哪一户；请先填企业名称"
        elif len(blank) < many * len(firms):
            rows = f"{len(firms)} 户要 {many * len(firms)} 行"
            why = f"一户 {many} 行，{rows}，只有 {len(blank)} 行；请先加行"
        else:
            return [Target(row + self.shift, row, firms[number // many])
                    for number, row in enumerate(blank[: many * len(firms)])]  # fmt: skip
        self.plan.skipped.append(f"〈{self.layout.name}〉{self.table.title}：{why}")
        return []

    def _name_examples(self) -> None:
        rows = [str(row.row) for row in self.table.rows if row.kind in ("example", "listed")]
        if rows:
            self._notice(f"第 {'、'.join(rows)} 行像是示例，没有动；报送前请删去")

    def _is_own_row(self, row: int) -> bool:
        """Not the lower half of a row that is merged over two."""
        if self.periods.of(row):
            return True
        first = self.table.columns[0].index
        return all(self.layout.block(row, c.index).top == row for c in self.table.columns
                   if c.index in (first, self.table.index_of("name", self.meant)))  # fmt: skip

    def _listed(self) -> list[Target] | None:
        """The rows that name their firm; ``None`` where none does (examples do not count)."""
        rows = self.table.of_kind("listed")
        found = [(row, *self.roll.find(row.code, row.name)) for row in rows]
        real = [f for f in found if f[1] is not None or not is_invented(f[0].name)]
        if not real:
            return None
        for row, firm, why in found:
            if firm is None:
                self._absent(row, why)
        return [Target(row.row + self.shift, row.row, firm)
                for row, firm, _ in found if firm is not None]  # fmt: skip

    def _absent(self, row: BodyRow, why: str) -> None:
        index = self.table.index_of("name" if row.name else "uscc", self.meant) or 0
        who = row.name or row.code
        where = (self.layout.name, row.row + self.shift, index)
        self.plan.absent.append(Marked(*where, who, "企业名称", why))

    # --- columns ---------------------------------------------------------------------------

    def _answers(self, ask: Ask, targets: Sequence[Target]) -> list[Answer]:
        if ask.kind == "number":
            return [Answer("序号", number) for number in range(1, len(targets) + 1)]
        return [self._answer(ask, target) for target in targets]

    def _answer(self, ask: Ask, target: Target) -> Answer:
        asked, why = self.periods.asked(ask, target.like)
        if why:
            return Answer(ask.words, gap=why)
        answer = self.answers.to(asked, target.firm, self.unit)
        doubt = self.periods.doubt(answer, ask, target.like)
        return Answer(ask.words, gap=doubt) if doubt else answer

    def _sums(self, ask: Ask, columns: dict[int, list[Answer]]) -> list[Answer]:
        parts = [other for other in self.asks if other.column.index in ask.parts]
        scale = parts[0].fact.scale * ask.factor
        rows = zip(*(columns[index] for index in ask.parts), strict=True)
        return [_sum(ask, row, scale) for row in rows]

    def _name_columns(self, columns: dict[int, list[Answer]]) -> None:
        for ask in self.asks:
            block = self.layout.block(self.table.bottom, ask.column.index)
            where = (self.layout.name, block.top + self.shift, block.left)
            head = ask.column.head
            why = _why_unfilled(ask, columns[ask.column.index])
            if why:
                self.plan.unfilled.append(Unfilled(*where, head, why))
            if ask.refused or (ask.assumed and not why):
                note = ask.refused or ask.assumed
                self.plan.head_notes.append(Marked(*where, "", head, note))
            # a column of the ledger that some firms have leaves a gap in the others
            if ask.kind == "carry" and not why:
                answers = columns[ask.column.index]
                answers[:] = [replace(answer, silent=False) for answer in answers]

    # --- cells -----------------------------------------------------------------------------

    def _cell(self, ask: Ask, target: Target, answer: Answer) -> None:
        index = ask.column.index
        box = Box("", 0, False) if not target.like else self.layout.box(target.like, index)
        if target.is_new:
            box = replace(box, text="")
        if box.formula or not self._is_own_cell(target.like, index):
            return
        drop_down = self.layout.drop_down(target.like, index) if target.like else None
        place = Place(ask.column.head, self.form.format(box.style), drop_down)
        answer = fitted(answer, place)
        who = self.roll.name(target.firm)
        where = (self.layout.name, target.row, index)
        if box.text and ask.kind == "year":
            return  # what the row is filled by
        if box.text and not HINT.fullmatch(box.text):
            if answer.value is not None and ask.kind != "number" and not same(box.text, answer):
                there, known = box.text, str(answer.value)
                if answer.personal:
                    there, known = hidden(there), hidden(known)
                why = f"表里已有“{there}”，台账是“{known}”，没有改"
                self.plan.differing.append(Marked(*where, who, ask.column.head, why))
            return
        if answer.value is not None:
            item = Filled(*where, answer.value, who, answer, answer.note)
            self.plan.fill(item, ask.column.head, self.answers.doubt(answer))
        elif answer.gap and not answer.silent:
            self.plan.marked.append(Marked(*where, who, ask.column.head, answer.gap))

    def _is_own_cell(self, row: int, index: int) -> bool:
        """Not inside a block that is merged from another cell: nothing can stand there."""
        block = self.layout.block(row, index)
        return not row or (block.top, block.left) == (row, index)

    def _totals(self, columns: dict[int, list[Answer]], inserted: int) -> None:
        for row in self.table.totals:
            place = row + self.shift + (inserted if row > self.table.end else 0)
            for ask in self.asks:
                self._total(ask, row, place, columns[ask.column.index])

    def _total(self, ask: Ask, row: int, place: int, answers: Sequence[Answer]) -> None:
        box = self.layout.box(row, ask.column.index)
        fact = self._added_up(ask)
        if box.text or box.formula or fact is None or ask.refused:
            return
        if not self._is_own_cell(row, ask.column.index):
            return
        where = (self.layout.name, place, ask.column.index)
        why = self._partial(ask, answers)
        if why:
            self.plan.marked.append(Marked(*where, "合计", ask.column.head, f"{why}，没有合计"))
            return
        steps = sum(answer.exact or 0 for answer in answers)
        value = plain(Fraction(steps, fact * ask.factor))
        how = f"本表 {len(answers)} 户相加"
        answer = Answer(f"合计 {ask.column.head}", value, how=how)
        doubted = sum(1 for part in answers if self.answers.doubt(part))
        doubt = f"其中 {doubted} 户的数存疑，请核对" if doubted else ""
        self.plan.fill(Filled(*where, value, "合计", answer), ask.column.head, doubt)

    def _partial(self, ask: Ask, answers: Sequence[Answer]) -> str:
        """Why the answers do not add up to what the rows of the table say, "" if they do."""
        if self.many_periods:
            return "各行的年度不同"
        missing = sum(1 for answer in answers if answer.exact is None)
        if missing:
            return f"有 {missing} 户没有这个数"
        rows = {row.row + self.shift for row in self.table.rows}
        absent = sum(1 for m in self.plan.absent if m.sheet == self.layout.name and m.row in rows)
        if absent:
            return f"表里有 {absent} 户台账中找不到"
        where = self.layout.name, ask.column.index
        differing = [m for m in self.plan.differing if (m.sheet, m.column) == where]
        differing = [m for m in differing if m.row in rows]
        return f"表里有 {len(differing)} 户的数与台账不同" if differing else ""

    def _added_up(self, ask: Ask) -> int | None:
        """The scale of a column whose firms may be added up."""
        if ask.kind == "sum":
            parts = [other for other in self.asks if other.column.index in ask.parts]
            return parts[0].fact.scale
        if ask.kind == "fact" and ask.fact.unit in _ADDED_UP:
            return ask.fact.scale
        return None


def _of_firm(ask: Ask) -> Ask:
    """In a row about one project the figures are the project's, not the firm's."""
    if ask.kind in ("fact", "title", "level", "share", "sum"):
        code = ask.key.partition("@")[0] if ask.kind == "fact" else ""
        if code not in OF_FIRM:
            return replace(ask, refused="这一列说的是事项，不是企业，没有填", assumed="")
    return ask


def _sum(ask: Ask, parts: Iterable[Answer], scale: int) -> Answer:
    parts = list(parts)
    missing = [part.fact for part in parts if part.exact is None]
    if missing:
        return Answer(ask.words, gap=f"缺{'、'.join(missing)}，没有合计")
    steps = sum(part.exact or 0 for part in parts)
    how = "＋".join(part.fact for part in parts)
    sources = tuple(source for part in parts for source in part.sources)
    return Answer(
        ask.column.head, plain(Fraction(steps, scale)), how=how, sources=sources, exact=steps
    )


def _why_unfilled(ask: Ask, answers: Sequence[Answer]) -> str:
    """Why the whole column stays blank, "" if it does not."""
    if ask.refused:
        return ask.refused
    if ask.kind == "none":
        return "编号由填表人定"
    if ask.kind != "carry" or any(a.value is not None for a in answers):
        return ""
    like = f"；像“{ask.resembles}”，是的话请用 --columns 说明" if ask.resembles else ""
    other = next((a.gap for a in answers if a.gap and not a.silent), "")
    return other or f"不认得，台账里也没有同名的列{like}"


def same(text: str, answer: Answer) -> bool:
    """Does the form already say what the ledger says?"""
    value: Value | None = answer.value
    if isinstance(value, str):
        return normal_head(text) == normal_head(value)
    if isinstance(value, Decimal | int):
        try:
            return Decimal(text.replace(",", "")) == value
        except InvalidOperation:
            return False
    try:
        return cells.date(text) == value
    except BadCell:
        return False
