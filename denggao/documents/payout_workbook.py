"""A pay run as a workbook: 汇总, 逐户发放, 待定, 不予发放, 公示表, 依据, and what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from denggao.diagnosis.payout import pages
from denggao.diagnosis.payout.eventlist import Item
from denggao.diagnosis.payout.impact import Impact, words
from denggao.diagnosis.payout.run import PayRun, rate_words, why, why_unmatched
from denggao.documents import screening_page as page
from denggao.facts.privacy import masked
from denggao.facts.problems import place
from denggao.facts.rowfilter import is_firm_name
from denggao.rules.payments import LATER, OPEN, Payment

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_FONT = {"font_name": "宋体", "font_size": 10}
_DAY = "兑付日"
_LONGEST_PERSON = 4


def write_workbook(
    path: Path, run: PayRun, impact: Impact | None = None, missed: Sequence[Item] = ()
) -> None:
    """Write the workbook; the same run gives the same bytes. Raises OSError, and UserError
    where a sheet would be too long for Excel."""
    import xlsxwriter

    options = {**_OPTIONS, "default_format_properties": dict(_FONT)}  # XlsxWriter changes them
    with xlsxwriter.Workbook(str(path), options) as book:
        created = datetime.combine(run.as_of, time(), UTC)
        book.set_properties({"title": "奖补兑现", "created": created})
        sheets = _Sheets(book, run)
        sheets.summary()
        sheets.paid()
        sheets.open()
        sheets.refused()
        sheets.public()
        if impact is not None:
            sheets.impact(impact)
        if missed:
            sheets.missed(missed)
        if run.differing():
            sheets.differing()
        if run.problems:
            sheets.problems()
        sheets.basis(impact)


class _Sheets:
    def __init__(self, book: Any, run: PayRun) -> None:
        self.book, self.run, self.looks = book, run, page.Looks(book)
        self.moved = [row for row in run.payments if row.paid]

    def sheet(self, name: str, columns: Sequence[page.Column], frozen: int = 1) -> page.ListSheet:
        as_of = self.run.as_of
        return page.ListSheet(
            self.book, self.looks, name, as_of, columns, frozen=frozen, day=_DAY
        )  # fmt: skip

    def named(self, name: str, looks: str, widths: Sequence[float]) -> page.ListSheet:
        """A sheet with the heads that ``pages`` gives it; one letter of ``looks`` each."""
        kinds = {"n": "rank", "t": "text", "w": "wrap", "m": "money", "x": "wan", "c": "count"}
        columns = [
            page.Column(head, width, kinds[look])
            for head, width, look in zip(pages.HEADS[name], widths, looks, strict=True)
        ]
        return self.sheet(name, columns, frozen=2 if looks[0] == "n" else 1)

    def summary(self) -> None:
        sheet = self.named(pages.SUMMARY, "ttcmx", (12, 46, 8, 20, 18))
        run = self.run
        counts = {kind: _counted(run, self.moved, kind) for kind in ("办法", "区县", "批次")}
        sheet.add(["合计", "发放（减去追回）", len(self.moved), *_money(run.total)])
        for kind, sums in (
            ("办法", run.by_scheme()), ("级次", run.by_level()), ("区县", run.by_district()),
            ("批次", run.by_batch()),
        ):  # fmt: skip
            for name, fen in sums.items():
                sheet.add([f"按{kind}", name, counts.get(kind, {}).get(name), *_money(fen)])
            sheet.add([f"按{kind}", "小计", None, *_money(sum(sums.values()))])
        for (short, id_), (rows, fen) in run.by_award().items():
            sheet.add(["按标准", f"《{short}》{id_}", rows, *_money(fen)])
        count, low, high = run.open_between()
        if count:
            most = "不限" if high is None else f"{high / 100:,.2f} 元"
            words = f"未计入：在 {low / 100:,.2f} 与 {most} 之间"
            sheet.add(["待定", words, count, None, None])
        sheet.finish()

    def paid(self) -> None:
        levels = list(self.run.by_level())
        fixed = [
            ("序号", 6, "rank"), ("企业名称", 32, "text"), ("统一社会信用代码", 21, "text"),
            ("所在区县", 22, "text"), ("批次", 12, "text"), ("事项", 12, "text"),
            ("对象", 16, "text"), ("事项日期", 11, "text"), ("期次", 6, "rank"),
            ("事项编号", 16, "text"), ("状态", 8, "text"), ("发放金额（元）", 16, "money"),
            ("标准", 14, "text"), ("奖补编号", 16, "text"), ("办法", 26, "text"),
            ("依据", 34, "text"), ("为什么是这个数", 90, "text"), ("另可叠加", 34, "text"),
            ("来源", 24, "text"),
        ]  # fmt: skip
        heads = [(f"其中{level}（元）", 15, "money") for level in levels]
        columns = [page.Column(*told) for told in (*fixed[:12], *heads, *fixed[12:])]
        sheet = self.sheet(pages.PAID, columns, frozen=2)
        for number, row in enumerate(self.moved, 1):
            item, event = self.run.item(row), row.event
            sheet.add([
                number, masked(item.name), item.code, item.district, item.batch,
                f"追回{event.kind}" if event.back else event.kind, event.title,
                event.day.isoformat() if event.day else "", event.stage, event.ref, row.status,
                row.paid / 100, *(row.levels.get(level, 0) / 100 for level in levels),
                rate_words(row), row.award.id, row.law.short, row.award.cite, why(row),
                "；".join(self.run.beside.get(event.number, ())), _source(item),
            ])  # fmt: skip
        sheet.finish()

    def open(self) -> None:
        widths = (6, 32, 21, 12, 11, 26, 10, 16, 16, 50, 24)
        sheet = self.named(pages.OPEN, "nttttwtmmww", widths)
        rows = (row for row in self.run.payments if row.status in (OPEN, LATER))
        for number, row in enumerate(rows, 1):
            item = self.run.item(row)
            most = None if row.most is None else row.most / 100
            who = self._who(number, item)
            said = [row.law.short, row.status, row.fen / 100, most, row.reason, _source(item)]
            sheet.add([*who, *said])
        sheet.finish()

    def _who(self, number: int, item: Item) -> list[Any]:
        day = item.event.day
        return [
            number, masked(item.name), item.code, item.said, day.isoformat() if day else "",
        ]  # fmt: skip

    def refused(self) -> None:
        sheet = self.named(pages.REFUSED, "ntttttttt", (6, 32, 21, 12, 11, 26, 10, 90, 24))
        told: list[tuple[Item, str, str, str]] = [
            (self.run.item(row), row.law.short, row.status, row.reason)
            for row in self.run.payments
            if not row.paid and row.status not in (OPEN, LATER)
        ]
        told += [(i, "", "不予发放", why_unmatched(self.run, i)) for i in self.run.unmatched]
        told.sort(key=lambda one: one[0].event.number)
        for number, (item, law, status, reason) in enumerate(told, 1):
            sheet.add([*self._who(number, item), law, status, reason, _source(item)])
        sheet.finish()

    def public(self) -> None:
        sheet = self.named(pages.PUBLIC, "ntttxt", (6, 36, 14, 30, 16, 70))
        rows = [row for row in self.moved if row.paid > 0]
        for number, row in enumerate(rows, 1):
            cite = f"《{row.law.name}》{row.award.cite}"
            name = public_name(self.run.item(row).name)
            sheet.add([number, name, row.event.kind, row.award.name, row.paid / 1e6, cite])
        if rows:
            total = sum(row.paid for row in rows)
            sheet.add([None, "合计", "", f"{len(rows)} 笔", total / 1e6, ""])
        sheet.finish()

    def impact(self, found: Impact) -> None:
        sheet = self.named(pages.IMPACT, "nttmmmw", (6, 32, 21, 16, 16, 16, 60))
        for number, one in enumerate(found.firms, 1):
            sums = [fen / 100 for fen in (one.before, one.after, one.difference)]
            sheet.add([number, masked(one.name), one.code, *sums, one.why])
        sheet.finish()

    def missed(self, items: Sequence[Item]) -> None:
        sheet = self.named(pages.MISSED, "nttttt" + "ww", (6, 32, 21, 22, 12, 11, 40, 24))
        for number, item in enumerate(items, 1):
            day = item.event.day
            what = [item.event.kind, day.isoformat() if day else "", item.said, _source(item)]
            sheet.add([number, masked(item.name), item.code, item.district, *what])
        sheet.finish()

    def differing(self) -> None:
        sheet = self.named(pages.CHECK, "nttttmmmw", (6, 32, 21, 12, 11, 16, 16, 16, 24))
        for number, (item, listed, fen) in enumerate(self.run.differing(), 1):
            sums = [listed / 100, fen / 100, (fen - listed) / 100]
            sheet.add([*self._who(number, item), *sums, _source(item)])
        sheet.finish()

    def problems(self) -> None:
        sheet = self.named(pages.PROBLEMS, "nw", (6, 116))
        for number, problem in enumerate(self.run.problems, 1):
            sheet.add([number, masked(str(problem))])
        sheet.finish()

    def basis(self, found: Impact | None) -> None:
        sheet = self.named(pages.BASIS, "tw", (14, 110))
        for kind, text in _basis(self.run, found):
            sheet.add([kind, text])
        sheet.finish()


def _basis(run: PayRun, found: Impact | None) -> Iterator[tuple[str, str]]:
    yield "兑付日", f"{run.as_of}；有事项日期的按那一天施行的办法，没有的按兑付日"
    yield "地区", f"{run.region}；名单 {len(run.items)} 行"
    for law in run.laws:
        until = f"至 {law.valid_to}" if law.valid_to else "起"
        draft = "（征求意见稿，一分不发）" if law.draft else ""
        documents = "、".join(law.documents)
        yield "办法", f"《{law.name}》{draft}{documents}，{law.valid_from} {until}施行"
        for award in law.awards:
            levels = "、".join(f"{level} {share * 100}%" for level, share in award.payers)
            needs = f"；须 {award.asks}" if award.asks else ""
            events = "、".join(award.events)
            said = f"{award.id} {award.name}（{events}）：{award.says}{needs}；出资 {levels}"
            yield "标准", f"{said}；{award.cite}"
        for manual in law.manuals:
            yield "须人工核对", f"{manual.name}：「{manual.text}」（{manual.cite}）"
    yield "重复", "同一企业、同一奖补、同一事项、同一期只发一次；不足一分的舍去"
    for line in words(found) if found else ():
        yield "政策影响", line.strip()
    for note in run.notes:
        yield "说明", note


def _counted(run: PayRun, rows: Sequence[Payment], kind: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        name = run.key_of(row, kind)
        found[name] = found.get(name, 0) + 1
    return found


def _money(fen: int) -> tuple[float, float]:
    return fen / 100, fen / 1e6


def _source(item: Item) -> str:
    file, sheet, row = item.source
    return place(file, sheet, row, "")


def public_name(name: str) -> str:
    """As it may be published: numbers of persons masked, and of a person's own name only the
    first character."""
    if len(name) <= _LONGEST_PERSON and not is_firm_name(name):
        return name[:1] + "*" * (len(name) - 1)
    return masked(name)
