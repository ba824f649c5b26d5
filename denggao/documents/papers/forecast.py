"""完不完得成 as a paper: the answer, year by year, what helps most, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from denggao.diagnosis.forecast.flows import together
from denggao.diagnosis.forecast.inputs import Basis
from denggao.diagnosis.forecast.outlook import Lever, Outlook
from denggao.documents import forecast_page as page
from denggao.documents import forecast_wording as w
from denggao.documents.papers.paper import (
    Block,
    Cell,
    Look,
    Note,
    Paper,
    Part,
    Table,
    cell,
    day_words,
    numbered,
    say,
)

KIND = "完不完得成"
_EVERY = frozenset(range(12))


def forecast_paper(found: Outlook, basis: Basis, sources: Sequence[str], as_of: date) -> Paper:
    """The forecast of one target, with every assumption in the notes."""
    made = _Maker(found, basis, tuple(f"来源：{source}" for source in sources))
    parts = [
        Part("结论", tuple(made.answer())),
        Part("逐年", tuple(made.years())),
        Part("抓什么最管用", tuple(made.levers())),
        Part("历年流量", tuple(made.past())),
        Part("假设与来源", tuple(made.assumptions())),
    ]
    signed = (say(day_words(as_of), look=Look.SIGNED),)
    kind = basis.history.kind if basis.history else "有效证书"
    return Paper(
        kind=KIND,
        day=as_of,
        title="目标完成预测",
        about=f"{found.assumed.end}年底{kind} {found.target} 户",
        parts=numbered([*parts[:-1], Part(parts[-1].title, (*parts[-1].blocks, *signed))]),
        known=(
            ("目标", f"{found.assumed.end} 年底 {found.target} 户"),
            ("基数", f"{w.base_day(basis)} {found.assumed.base} 户"),
            ("截至", f"{as_of}"),
        ),
    )


class _Maker:
    def __init__(self, found: Outlook, basis: Basis, sources: tuple[str, ...]) -> None:
        self.found, self.basis = found, basis
        self.note = Note(remarks=(*sources, *([] if sources else ["来源：命令行给定"])))

    def every(self) -> Note:
        """The sources, and the assumptions as they are numbered at the end."""
        last = len(w.assumptions(self.basis))
        return Note(remarks=(*self.note.remarks, f"假设第 1—{last} 条"))

    def answer(self) -> Iterator[Block]:
        found, final = self.found, self.found.final
        yield say(
            f"{found.assumed.end}年底达到 {found.target} 户的概率是 "
            f"{w.probability(final.probability)}；中位数 {final.median} 户，九成可能在 "
            f"{final.low}—{final.high} 户之间，{page.distance(final.median, found.target)}。",
            self.every(),
        )
        yield say(f"{w.needed(found, self.basis)}。", self.every())

    def years(self) -> Iterator[Block]:
        today = w.from_today(self.basis)
        yield say(
            "年初、新认定、到期、续上、年末是平均数，四舍五入后合计可能差 0.1。"
            + (f"{today}。" if today else ""),
            self.every(),
        )
        rows = []
        for year in self.found.years:
            first, *rest = page.year_row(year)
            rows.append((cell(first), *map(cell, rest)))
        yield Table(page.YEAR_HEADS, (9, 9, 10, 9, 9, 9, 11, 9, 9, 16), tuple(rows), _EVERY)

    def levers(self) -> Iterator[Block]:
        yield say("每次只动一项，按概率的增加排。", self.every())
        rows = [tuple(self._lever(lever)) for lever in self.found.levers]
        heads = ("抓什么", "动多少", "原来 → 改为", "概率", "中位数")
        yield Table(heads, (22, 26, 22, 14, 16), tuple(rows), frozenset({2, 3, 4}))

    def _lever(self, lever: Lever) -> Iterator[Cell]:
        before, after = (w.lever_value(lever, value) for value in (lever.before, lever.after))
        yield cell(w.lever_name(lever, self.basis))
        yield cell(w.lever_step(lever))
        yield cell(before if before == after else f"{before} → {after}")
        yield cell(w.probability(lever.probability))
        yield cell(f"{lever.median}（{lever.median_gain:+d}）")

    def past(self) -> Iterator[Block]:
        past = self.basis.history
        if past is None:
            return
        yield say(
            f"按户清点的{past.kind}，年初加净增等于年末；{w.observed_renewal(past)}。", self.note
        )
        rows = []
        for flow in together(past.flows, page.ALL_UNITS):
            first, *rest = (str(value) for value in page.flow_row(flow))
            rows.append((cell(first), *map(cell, rest)))
        yield Table(page.FLOW_HEADS, (10,) * 10, tuple(rows), _EVERY)

    def assumptions(self) -> Iterator[Block]:
        yield say("以上各数的来源见脚注，所作的假设如下。", self.note)
        for number, text in enumerate(w.assumptions(self.basis), 1):
            yield say(f"{number}. {text}。")
