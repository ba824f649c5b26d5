"""Workbooks that leave: 拨款明细表 for the finance bureau, lists of events, grants and payments,
vouchers, reliefs. All amounts in 元 with 分 shown; every sum is that of the rows above it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils import timezone

from denggao.documents.payment_sheets import Sheet, write_sheets
from denggao.documents.screening_page import Column
from denggao.facts.privacy import masked
from denggao.web.ledger.files import Step
from denggao.web.money import queries
from denggao.web.money.models import Grant, Relief, Row, Run, Trial, Voucher

_T = TypeVar("_T")
_CHUNK = 2000


def _nobody(done: int, total: int) -> None:
    """Nobody asks how far it is."""


KINDS = {"finance": "拨款明细表", "events": "免申即享名单", "all": "全部结果"}


def written(write: Callable[[Path], object]) -> bytes:
    """A workbook as bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.xlsx"
        write(path)
        return path.read_bytes()


def workbook(path: Path, run: Run, kind: str, step: Step = _nobody) -> int:
    """One of ``KINDS``; returns its rows. ``step`` is told how far it is."""
    moving = queries.moving(run).defer("values")
    if kind == "finance":
        count = moving.count()
        write_finance(path, run, _told(_paid(moving), step, count))
    elif kind == "events":
        count = moving.count()
        write_events(path, run, _told(moving.iterator(_CHUNK), step, count))
    else:
        rows = run.rows.defer("values").order_by("number", "part")
        count = rows.count()
        write_all(path, run, _told(rows.iterator(_CHUNK), step, count))
    return count


def _paid(rows: QuerySet[Row]) -> Iterator[Row]:
    """Each with its grant and payments, a few thousand at a time."""
    told = rows.select_related("grant").prefetch_related("grant__payments")
    return told.iterator(_CHUNK)


def _told(rows: Iterable[_T], step: Step, total: int) -> Iterator[_T]:
    for done, row in enumerate(rows):
        if not done % 100:
            step(done, total)
        yield row


def write_finance(path: Path, run: Run, rows: Iterable[Row]) -> None:
    """拨款明细 with a column for each level, and the sums by level, district, batch, scheme."""
    sums = queries.sums(run)
    levels = [level for level, _, _ in sums[0][1]]
    columns = [
        Column("序号", 6, "rank"), Column("企业名称", 34), Column("统一社会信用代码", 22),
        Column("区县", 14), Column("批次", 12), Column("事项", 12), Column("奖补项目", 26),
        Column("拨付金额（元）", 18, "money"),
        *(Column(f"其中{level}（元）", 18, "money") for level in levels),
        Column("状态", 10), Column("付款日期", 12), Column("凭证号", 16),
        Column("依据", 50, "wrap"),
    ]  # fmt: skip
    lines = (_finance(i, row, levels) for i, row in enumerate(rows, 1))
    cut = [
        Column("类别", 10), Column("名称", 34), Column("笔数", 10, "count"),
        Column("金额（元）", 20, "money"),
    ]  # fmt: skip
    shown = [[f"按{kind}", *line] for kind, found in sums for line in found]
    count, fen = queries.total(run)
    write_sheets(
        path, run.name, run.as_of,
        [
            Sheet("拨款明细", columns, lines, total=True),
            Sheet("汇总", cut, [["合计", "", count, fen], *shown]),
        ],
        day="兑付日",
    )  # fmt: skip


def _finance(number: int, row: Row, levels: list[str]) -> list[Any]:
    grant = getattr(row, "grant", None)
    moved = next(iter(grant.payments.all()), None) if grant else None
    return [
        number, row.name, row.code, row.district, row.batch, row.event, row.award_name, row.fen,
        *(row.levels.get(level, 0) for level in levels), state_of(grant) if grant else row.status,
        str(moved.paid_on) if moved else "", moved.reference if moved else "",
        f"《{row.scheme}》{row.cite}",
    ]  # fmt: skip


def state_of(grant: Grant) -> str:
    """已付, 待付, 待拨 or 已追回."""
    moved = list(grant.payments.all())
    if any(p.fen < 0 for p in moved):
        return "已追回"
    return "已付" if moved else "待拨" if grant.waits else "待付"


def write_events(path: Path, run: Run, rows: Iterable[Row]) -> None:
    """The events as a list that ``denggao pay`` and another run read: 免申即享, 应享未享."""
    columns = [
        Column("序号", 6, "rank"), Column("企业名称", 34), Column("统一社会信用代码", 22),
        Column("所在区县", 16), Column("批次", 12), Column("事项", 12), Column("对象", 18),
        Column("事项日期", 12), Column("奖补项目", 26), Column("应奖补金额（元）", 18, "money"),
        Column("说明", 60, "wrap"),
    ]  # fmt: skip
    lines = (
        [i, r.name, r.code, r.district, r.batch, r.event, r.title, _day(r.day), r.award_name,
         r.fen or None, r.why]
        for i, r in enumerate(rows, 1)
    )  # fmt: skip
    write_sheets(path, run.name, run.as_of, [Sheet("名单", columns, lines)], day="兑付日")


def write_all(path: Path, run: Run, rows: Iterable[Row]) -> None:
    """Every row of the run, paid or not, and why."""
    columns = [
        Column("序号", 6, "rank"), Column("企业名称", 34), Column("统一社会信用代码", 22),
        Column("区县", 14), Column("事项", 12), Column("事项日期", 12), Column("状态", 10),
        Column("金额（元）", 18, "money"), Column("标准", 14), Column("办法", 26),
        Column("依据", 40, "wrap"), Column("为什么", 80, "wrap"), Column("剔除", 26, "wrap"),
        Column("来源", 26),
    ]  # fmt: skip
    lines = (
        [r.number, r.name, r.code, r.district, r.event, _day(r.day), r.status, r.fen, r.rate,
         r.scheme, r.cite, r.why, r.left_out, r.source]
        for r in rows
    )  # fmt: skip
    write_sheets(path, run.name, run.as_of, [Sheet("全部结果", columns, lines)], day="兑付日")


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def missed(path: Path, run: Run, rows: QuerySet[Row], step: Step = _nobody) -> int:
    """应享未享, as a list of events; returns its rows."""
    count = rows.count()
    write_events(path, run, _told(rows.defer("values").iterator(_CHUNK), step, count))
    return count


def write_grants(path: Path, grants: QuerySet[Grant], step: Step = _nobody) -> int:
    """应付与付款 with the days since the event; returns its rows."""
    count = grants.count()
    columns = [
        Column("企业名称", 34), Column("代码", 22), Column("区县", 14), Column("办法", 26),
        Column("奖补项目", 26), Column("事项日期", 12), Column("应付（元）", 18, "money"),
        Column("状态", 10), Column("待拨原因", 24), Column("付款日期", 12), Column("凭证号", 16),
        Column("账龄（天）", 10, "count"), Column("批次", 26),
    ]  # fmt: skip
    today = timezone.localdate()

    def lines() -> Iterator[list[Any]]:
        for g in _told(grants.iterator(_CHUNK), step, count):
            moved = next(iter(g.payments.all()), None)
            age = (today - g.day).days if g.day and not moved else None
            yield [
                g.name, g.holder, g.district, g.scheme, g.row.award_name, _day(g.day), g.fen,
                state_of(g), g.waits, _day(moved and moved.paid_on),
                moved.reference if moved else "", age, g.run.name,
            ]  # fmt: skip

    write_sheets(path, "应付与付款", today, [Sheet("应付与付款", columns, lines(), total=True)])
    return count


def write_vouchers(path: Path, vouchers: Iterable[Voucher]) -> None:
    """创新券台账."""
    columns = [
        Column("券号", 16), Column("企业名称", 34), Column("券面额（元）", 16, "money"),
        Column("申领日期", 12), Column("服务机构", 28), Column("合同编号", 16),
        Column("合同金额（元）", 16, "money"), Column("发票号码", 16),
        Column("发票金额（元）", 16, "money"), Column("佐证材料", 30, "wrap"),
        Column("核定金额（元）", 16, "money"), Column("状态", 10), Column("付款日期", 12),
        Column("凭证号", 16), Column("理由", 24, "wrap"),
    ]  # fmt: skip
    lines = (
        [v.number, v.enterprise.name, v.face, _day(v.issued_on), v.provider, v.contract,
         v.contract_fen, v.invoice, v.invoice_fen, masked(v.proof), v.fen,
         v.get_state_display(), _day(v.paid_on), v.reference, v.why]
        for v in vouchers
    )  # fmt: skip
    sheets = [Sheet("创新券", columns, lines, total=True)]
    write_sheets(path, "创新券台账", timezone.localdate(), sheets)


def write_reliefs(path: Path, reliefs: Iterable[Relief]) -> None:
    """减免台账; an unknown amount stays empty."""
    columns = [
        Column("企业或载体", 34), Column("所在载体", 26), Column("类别", 12), Column("所属期", 14),
        Column("金额（元）", 18, "money"), Column("来源", 50, "wrap"),
    ]  # fmt: skip
    lines = ([r.name, r.carrier, r.get_kind_display(), r.period, r.fen, r.source] for r in reliefs)
    sheets = [Sheet("减免台账", columns, lines, total=True)]
    write_sheets(path, "减免台账", timezone.localdate(), sheets)


def write_trial(path: Path, trial: Trial) -> None:
    """政策影响 firm by firm."""
    columns = [
        Column("企业名称", 34), Column("统一社会信用代码", 22), Column("现在（元）", 18, "money"),
        Column("假如施行（元）", 18, "money"), Column("变化（元）", 18, "money"),
        Column("标准的变化", 60, "wrap"),
    ]  # fmt: skip
    lines = (
        [f["name"], f["code"], f["before_fen"], f["after_fen"], f["difference_fen"], f["why"]]
        for f in trial.found["firms"]
    )
    told = [[words] for words in trial.found["words"]]
    sheets = [
        Sheet("政策影响", columns, lines, total=True),
        Sheet("说明", [Column("说明", 100, "wrap")], told),
    ]
    write_sheets(path, trial.short, trial.run.as_of, sheets, day="兑付日")
