"""周报告 as a paper: the figures against last week's, why they differ, what is late, what is due.
Every figure carries a footnote with the rows that were counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.explain import REASONS, Cause
from denggao.diagnosis.weekly.report import Line, Report, Row
from denggao.diagnosis.weekly.stand import ALL
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

KIND = "周报告"
#: Figures whose changes the paper tells; those of the week's own windows stand in the workbook.
TOLD = (f.FIRMS, f.HELD, f.NEW, f.READY, f.TASKS, f.TASKS_DONE, f.TASKS_LATE, f.TARGET)
_SHOWN_CELLS = 3
_SHOWN_ROWS = 60
_EVERY = frozenset(range(12))


@dataclass(frozen=True, slots=True)
class Signed:
    """Who compiled it and who signed it; ``head``: the audit chain's head, to be printed."""

    compiled: str = ""
    signed: str = ""
    head: str = ""


def weekly_paper(report: Report, signed: Signed | None = None) -> Paper:
    """The report of one week."""
    maker = _Maker(report, signed or Signed())
    parts = [
        Part("总的情况", tuple(maker.summary())),
        Part("目标完成", tuple(maker.targets())),
        Part("各单位", tuple(maker.units())),
        Part("为什么和上周不一样", tuple(maker.why())),
        Part("本周新增", tuple(maker.listed(f.WEEK, "认定"))),
        Part("逾期未办", tuple(maker.late())),
        Part("下周要办", tuple(maker.soon())),
        Part("口径与核验", tuple(maker.basis())),
    ]
    period = f"{report.since} 至 {report.as_of}" if report.since else f"截至 {report.as_of}"
    return Paper(
        kind=KIND,
        day=report.as_of,
        title="高企培育周报告",
        about=report.region,
        parts=numbered(parts),
        known=(
            ("期间", period),
            ("范围", report.region or "、".join(report.files)),
            ("状态", f"{signed.signed} 签发" if signed and signed.signed else "未签发"),
        ),
    )


def name_of(id_: str) -> str:
    """存量·高新技术企业 → 高新技术企业存量."""
    what, of = f.parts(id_)
    if what == f.READY:
        return f"《{of}》可核实条件都符合"
    if what in (f.TARGET, f.TARGET_OPEN):
        return f"{name_of(of)}{what}"
    if what.startswith((f.SINCE_NEW, f.SINCE_NET)):
        return f"{what[-5:]}以来{of}{what[:2]}"
    return f"{of}{what}" if of else what


def signed_number(value: int) -> str:
    """+3, −1, 0."""
    return f"{value:+d}".replace("-", "−") if value else "0"


def by_reason(causes: Sequence[Cause]) -> str:
    """新增 +3、时间 −1."""
    sums = {r: sum(c.by for c in causes if c.reason == r) for r in REASONS}
    counts = {r: sum(c.reason == r for c in causes) for r in REASONS}
    return "、".join(f"{r} {signed_number(sums[r])}" for r in REASONS if counts[r])


class _Maker:
    def __init__(self, report: Report, signed: Signed) -> None:
        self.report, self.signed = report, signed

    def note(self, id_: str, unit: str | None = None) -> Note | None:
        """The rows that were counted, the first few by their cells; none for none."""
        rows = self.report.rows_of(id_, unit)
        cells = list(dict.fromkeys(f"{row.name} {row.source}" for row in rows))[:_SHOWN_CELLS]
        more = f"共 {len(rows)} 行，见 Excel 的“各数的行”"
        if id_ == f.FIRMS:
            return Note(remarks=(f"{'、'.join(self.report.files)}的每一户",))
        return Note(cells=tuple(cells), remarks=(more,)) if rows else None

    def line(self, id_: str) -> Line:
        return self.report.line(id_)

    def kinds(self) -> list[str]:
        """Titles of which there is anything to say."""
        held = [line for line in self.report.lines if f.parts(line.id)[0] == f.HELD]
        return [f.parts(line.id)[1] for line in held if line.total or line.change]

    def summary(self) -> Iterator[Block]:
        report, firms = self.report, self.line(f.FIRMS)
        yield say(
            f"截至{day_words(report.as_of)}，台账企业 {firms.total} 户{self._against(firms)}。",
            self.note(f.FIRMS),
        )
        rows = []
        for kind in self.kinds():
            rows += [self._row(f.figure(what, kind)) for what in (f.HELD, f.NEW, f.RENEWED, f.WEEK)]
        for line in report.lines:
            if f.parts(line.id)[0] == f.READY:
                rows.append(self._row(line.id))
        yield Table(("指标", "本期", "上期", "增减", "缘由"), (34, 10, 10, 10, 36), tuple(rows),
                    frozenset({1, 2, 3}))  # fmt: skip
        tasks = self.line(f.TASKS)
        if tasks.total or tasks.change:
            late, done = self.line(f.TASKS_LATE), self.line(f.TASKS_DONE)
            undated = self.line(f.TASKS_UNDATED)
            yield say(
                f"任务 {tasks.total} 项，已完成 {done.total} 项，逾期 {late.total} 项"
                f"{self._against(late)}，没有期限的 {undated.total} 项。",
                self.note(f.TASKS_LATE),
            )

    def _against(self, line: Line) -> str:
        if line.change is None:
            return ""
        return f"（上期 {line.total - line.change}，{signed_number(line.change)}）"

    def _row(self, id_: str) -> tuple[Cell, ...]:
        line = self.line(id_)
        last = "—" if line.change is None else f"{line.total - line.change}"
        change = "—" if line.change is None else signed_number(line.change)
        reasons = by_reason(self.report.causes_of(id_)) or "—"
        return (
            cell(name_of(id_)), cell(f"{line.total}", self.note(id_)), cell(last), cell(change),
            cell(reasons),
        )  # fmt: skip

    def targets(self) -> Iterator[Block]:
        rows = []
        for line in self.report.lines:
            what, of = f.parts(line.id)
            if what not in (f.TARGET, f.TARGET_OPEN) or (what == f.TARGET_OPEN and not line.total):
                continue
            for unit, value in line.now.items():
                rows.append(self._target(line.id, of, unit, value, is_open=what == f.TARGET_OPEN))
        if rows:
            yield Table(("指标", "单位", "目标", "完成", "还差"), (36, 28, 12, 12, 12),
                        tuple(rows), frozenset({2, 3, 4}))  # fmt: skip

    def _target(
        self, id_: str, of: str, unit: str, value: int, *, is_open: bool
    ) -> tuple[Cell, ...]:
        here = None if unit in ("", ALL, self.report.region) else unit
        line = self.line(of)
        done = line.total if here is None else line.now.get(unit, 0)
        aim = f"未定 {value} 项" if is_open else f"{value}"
        gap = "—" if is_open else f"{max(0, value - done)}"
        return (
            cell(name_of(of)), cell(unit or ALL), cell(aim, self.note(id_, unit)),
            cell(f"{done}", self.note(of, here)), cell(gap),
        )  # fmt: skip

    def units(self) -> Iterator[Block]:
        kinds = self.kinds()[-3:]
        heads = ["单位", *(f"{kind}（增减）" for kind in kinds), "任务", "逾期"]
        ids = [*(f.figure(f.HELD, kind) for kind in kinds), f.TASKS, f.TASKS_LATE]
        rows = []
        for unit in self.report.units:
            values = [(self.line(id_).now.get(unit, 0), self._moved(id_, unit)) for id_ in ids]
            if any(value for value, _ in values) or any(moved for _, moved in values):
                rows.append((cell(unit), *(cell(self._with(*value)) for value in values)))
        sums = [cell(f"{self.line(id_).total}", self.note(id_)) for id_ in ids]
        widths = (30, *[14] * len(ids))
        centred = frozenset(range(1, len(heads)))
        yield Table(tuple(heads), widths, (*rows, (cell("合计"), *sums)), centred)

    def _moved(self, id_: str, unit: str) -> int:
        return sum(c.by for c in self.report.causes_of(id_, unit))

    @staticmethod
    def _with(value: int, moved: int) -> str:
        return f"{value}（{signed_number(moved)}）" if moved else f"{value}"

    def why(self) -> Iterator[Block]:
        report = self.report
        if report.since is None:
            yield say("这是第一期，没有上期可比。")
            return
        yield say(
            f"与 {report.since} 相比，每一处增减都落到行；各行相加等于增减数。",
            Note(remarks=("逐行见同名 Excel 的“为什么变了”",)),
        )
        for words in report.changed:
            yield say(f"口径变了：{words}。")
        for line in report.lines:
            causes = report.causes_of(line.id)
            if not causes or f.parts(line.id)[0] not in TOLD:
                continue
            change = signed_number(line.change or 0)
            yield say(f"{name_of(line.id)} {change}：{by_reason(causes)}。")
            yield Table(("增减", "缘由", "单位", "谁", "为什么", "来源"), (7, 8, 14, 22, 33, 16),
                        tuple(map(_cause, causes[:_SHOWN_ROWS])), frozenset({0, 1}))  # fmt: skip
            if len(causes) > _SHOWN_ROWS:
                yield say(f"共 {len(causes)} 行，其余见 Excel。", look=Look.SMALL)

    def listed(self, what: str, verb: str) -> Iterator[Block]:
        found = [line for line in self.report.lines if f.parts(line.id)[0] == what and line.total]
        for line in found:
            kind = f.parts(line.id)[1]
            yield say(f"新{verb}{kind} {line.total} 户。", self.note(line.id))
            yield _rows_table(self.report.rows_of(line.id))
        if not found:
            yield say("没有。")

    def late(self) -> Iterator[Block]:
        tasks = self.report.rows_of(f.TASKS_LATE)
        if tasks:
            yield say(f"任务 {len(tasks)} 项过了期限还没有办结。", self.note(f.TASKS_LATE))
            yield _rows_table(tasks, "任务")
        lapsed = False
        for line in self.report.lines:
            what, kind = f.parts(line.id)
            if what == f.LAPSED and line.total:
                lapsed = True
                yield say(f"{kind}本周到期没有续上 {line.total} 户。", self.note(line.id))
                yield _rows_table(self.report.rows_of(line.id))
        if not tasks and not lapsed:
            yield say("没有。")

    def soon(self) -> Iterator[Block]:
        found = False
        for line in self.report.lines:
            what, kind = f.parts(line.id)
            if what not in (f.NEXT, f.TASKS_NEXT) or not line.total:
                continue
            found = True
            words = f"{kind}证书到期 {line.total} 户" if kind else f"到期的任务 {line.total} 项"
            yield say(f"{words}。", self.note(line.id))
            yield _rows_table(self.report.rows_of(line.id), "企业" if kind else "任务")
        if not found:
            yield say("七天内没有到期的证书和任务。")

    def basis(self) -> Iterator[Block]:
        for rule in self.report.rules:
            yield say(f"{rule}。")
        yield say(f"数据：{'、'.join(self.report.files) or '无'}。")
        if self.signed.head:
            yield say(
                f"审计链头 {self.signed.head}。以后运行 denggao verify --against 这份文件，"
                "可以查出这以前的记录有没有被重写。"
            )
        who = [f"{what}：{name}" for what, name in
               (("编制", self.signed.compiled), ("签发", self.signed.signed)) if name]  # fmt: skip
        if who:
            yield say("　　".join(who), look=Look.SIGNED)
        yield say(day_words(self.report.as_of), look=Look.SIGNED)


def _cause(cause: Cause) -> tuple[Cell, ...]:
    return (
        cell(signed_number(cause.by)), cell(cause.reason), cell(cause.unit), cell(cause.name),
        cell(cause.why), cell(cause.source),
    )  # fmt: skip


def _rows_table(rows: Sequence[Row], what: str = "企业") -> Table:
    shown = [
        (cell(f"{n}"), cell(row.unit), cell(row.name), cell(row.detail), cell(row.source))
        for n, row in enumerate(rows[:_SHOWN_ROWS], 1)
    ]
    if len(rows) > _SHOWN_ROWS:
        left = len(rows) - _SHOWN_ROWS
        shown.append((cell("…"), cell(""), cell(f"另有 {left} 行，见 Excel"), cell(""), cell("")))
    return Table(("序号", "单位", what, "情况", "来源"), (7, 18, 32, 27, 16), tuple(shown),
                 frozenset({0}))  # fmt: skip
