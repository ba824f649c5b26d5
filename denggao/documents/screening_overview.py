"""总览: one page of counts, what is missing most, what was read, and what to do next."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from denggao.diagnosis.routes import by_route
from denggao.documents import wording as w
from denggao.documents.screening_data import Screening, missing_facts
from denggao.documents.screening_page import NO_DATA, Looks, set_up
from denggao.documents.screening_problems import kind_words
from denggao.rules.engines.columnar.screening import ROUTE, Screened
from denggao.rules.engines.columnar.table import FAILED, OPEN, countable

SHEET = "总览"
_TRUTHS = ("pass", "unknown", "fail")
_MOST_FACTS = 10
_WIDTHS = (22, 36, 12, *[9.5] * 7)
_RESULT_HEADS = (
    "规范", "版本", "申请日", "企业数",
    "可核实条件\n符合", "可核实条件\n未知", "可核实条件\n不符合",
    "结论\n符合", "结论\n未知", "结论\n不符合",
)  # fmt: skip
_CONDITION_HEADS = ("规范", "可核实条件", "符合", "未知", "不符合")
_FACT_HEADS = ("规范", "数据", "缺的户数", "问到就能\n定户数", "单项可定\n户数")
_ROUTE_HEADS = ("规范", "路径", "户数", "其中入选")
_PROBLEM_HEADS = ("性质", "问题", "处数")


def write(book: Any, looks: Looks, screening: Screening) -> None:
    """Write the sheet."""
    sheet = book.add_worksheet(SHEET)
    set_up(sheet, SHEET, screening.as_of, _WIDTHS)
    page = _Page(sheet, looks)
    files = "、".join(screening.files) or NO_DATA
    page.line("企业筛查总览", "title")
    page.line(f"申请日 {screening.as_of}　台账 {files}　企业 {len(screening.ledger):,} 户", "note")
    page.table("一、各规范结果", _RESULT_HEADS, [_result(t, screening) for t in screening.tables])
    page.table("二、各可核实条件", _CONDITION_HEADS, list(_conditions(screening)))
    page.table("三、最常缺的数据（可核实条件因此未知）", _FACT_HEADS, list(_facts(screening)))
    page.table("四、读到的台账", ("项目", "内容", "行数或列数"), list(_reading(screening)))
    page.table("五、数据问题", _PROBLEM_HEADS, list(_problems(screening)))
    page.section("六、下一步")
    for number, text in enumerate(_next_steps(screening), 1):
        page.line(f"{number}. {text}", "plain")
    told = list(_routes(screening))
    if told:
        page.table("七、培育路径（一户可在几条路上，依据见《培育路径》）", _ROUTE_HEADS, told)


class _Page:
    """Sections one below the other on a small sheet."""

    def __init__(self, sheet: Any, looks: Looks) -> None:
        self.sheet, self.looks, self.row = sheet, looks, 0

    def line(self, text: str, look: str) -> None:
        if look == "title":
            self.sheet.set_row(self.row, 28)
        self.sheet.write_string(self.row, 0, text, self.looks[look])
        self.row += 1

    def section(self, title: str) -> None:
        self.row += 1
        self.sheet.write_string(self.row, 0, title, self.looks["section"])
        for column in range(1, len(_WIDTHS)):
            self.sheet.write_blank(self.row, column, None, self.looks["section"])
        self.row += 1

    def table(self, title: str, heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.section(title)
        if not rows:
            self.line(NO_DATA, "note")
            return
        if any("\n" in head for head in heads):
            self.sheet.set_row(self.row, 30)
        for column, head in enumerate(heads):
            self.sheet.write_string(self.row, column, head, self.looks["head"])
        self.row += 1
        for row in rows:
            self._row(row)

    def _row(self, row: Sequence[Any]) -> None:
        for column, value in enumerate(row):
            if isinstance(value, int):
                self.sheet.write_number(self.row, column, value, self.looks["count"])
            elif value:
                look = "text" if column == 0 else "wrap" if column == 1 else "centre"
                self.sheet.write_string(self.row, column, value, self.looks[look])
            else:
                self.sheet.write_blank(self.row, column, None, self.looks["text"])
        self.row += 1


def _result(table: Screened, screening: Screening) -> list[Any]:
    hard, verdict = table.counts("hard_verdict"), table.counts("verdict")
    counts = [found[truth] for found in (hard, verdict) for truth in _TRUTHS]
    law = table.instrument
    return [law.short, law.version, str(screening.as_of), len(table.frame), *counts]


def _conditions(screening: Screening) -> Iterator[list[Any]]:
    for table in screening.tables:
        for condition in countable(table.instrument):
            counts = table.counts(f"{condition.id}_truth")
            start = [table.instrument.short, f"{condition.id} {condition.name}"]
            yield [*start, *(counts[truth] for truth in _TRUTHS)]


def _facts(screening: Screening) -> Iterator[list[Any]]:
    for table in screening.tables:
        found = missing_facts(screening, table)
        for fact in sorted(found, key=lambda f: -f.firms)[:_MOST_FACTS]:
            counts = (fact.firms, fact.settles, fact.may_settle)
            yield [table.instrument.short, w.fact_words(fact.key), *counts]


def _routes(screening: Screening) -> Iterator[list[Any]]:
    for table in screening.tables:
        if ROUTE not in table.frame.columns:
            continue
        words = [text for (text,) in table.rows([ROUTE])]
        among = by_route(words, screening.as_of)
        chosen = by_route(words[: screening.top], screening.as_of) if screening.top else None
        for name, count in among.items():
            yield [table.instrument.short, name, count, None if chosen is None else chosen[name]]


def _reading(screening: Screening) -> Iterator[list[Any]]:
    ledger = screening.ledger
    for name in screening.files:
        yield ["文件", name, None]
    yield ["读入的行", None, ledger.rows_read]
    yield ["跳过的行", None, ledger.rows_skipped]
    for reason, count in sorted(ledger.skipped.items(), key=lambda x: (-x[1], x[0])):
        yield ["　其中", reason, count]
    yield ["没有认出的列", "见“数据问题”" if ledger.unread else None, len(ledger.unread)]


def _problems(screening: Screening) -> Iterator[list[Any]]:
    found = Counter((p.is_notice, p.kind) for p in screening.ledger.problems)
    for (notice, kind), count in sorted(found.items(), key=lambda x: (x[0][0], -x[1], x[0])):
        yield ["提示" if notice else "问题", kind_words(kind), count]


def _next_steps(screening: Screening) -> Iterator[str]:
    for table in screening.tables:
        yield from _steps_of_law(table, screening)
    wrong = sum(not p.is_notice for p in screening.ledger.problems)
    if wrong:
        yield f"数据问题 {wrong:,} 处：按“数据问题”所列的单元格改正，再筛查一次"
    if screening.top is not None:
        yield f"各规范取前 {screening.top:,} 名：谁入选、谁未入选、依据哪一条，见“名单”"


def _steps_of_law(table: Screened, screening: Screening) -> Iterator[str]:
    short = table.instrument.short
    standing = Counter(table.rows(["verdict", "hard_verdict"]))
    for (verdict, hard), words in _STANDING.items():
        count = sum(n for (v, h), n in standing.items() if v == verdict and h in hard)
        if count:
            yield f"{short}：{words.format(count=f'{count:,}')}"
    still_open = {
        h: sum(n for (v, x), n in standing.items() if x == h and v != "pass") for h in _TRUTHS
    }
    if still_open["unknown"]:
        facts = sorted(missing_facts(screening, table), key=lambda f: -f.firms)
        most = f"，最常缺的是{w.fact_words(facts[0].key)}（{facts[0].firms:,} 户）" if facts else ""
        yield f"{short}：可核实条件未知的 {still_open['unknown']:,} 户，按“待补数据”去问{most}"
    if still_open["fail"]:
        near = Counter(table.rows([FAILED, OPEN]))[(1, 0)]
        nearest = f"，其中只差一条的 {near:,} 户排在前面" if near else ""
        many = f"{still_open['fail']:,}"
        yield f"{short}：可核实条件不符合的 {many} 户，按“差距清单”逐户帮扶{nearest}"


#: (结论, 可核实条件) → what to do with these firms.
_STANDING = {
    (
        "pass",
        ("pass",),
    ): "结论符合的 {count} 户，逐条核对“口径说明”里须人工核对的事项，然后动员申报",
    ("pass", ("unknown", "fail")): (
        "可核实条件不全、但按直接确认等条款结论已符合的 {count} 户，核对凭证后动员申报"
    ),
    ("unknown", ("pass",)): (
        "可核实条件都符合、结论还要看其余条件和评分的 {count} 户，"
        "按“口径说明”逐条核对，评分项请专家预评，然后动员申报"
    ),
    ("fail", ("pass",)): (
        "可核实条件都符合、结论仍不符合的 {count} 户，"
        "看“逐企结论”里不符合的是哪一条、总分最多到几分"
    ),
}
