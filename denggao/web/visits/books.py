"""五本台账 in the heads that offices have: every row of the person's scope, one thing a row."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from denggao.web.accounts.models import User
from denggao.web.ledger.listing import standing
from denggao.web.ledger.models import Enterprise, Title, Value
from denggao.web.visits import clocks, flow, queries
from denggao.web.visits.figures import monday_of
from denggao.web.visits.models import Chain, Coaching, Step, Ticket, Visit
from denggao.web.visits.models.chains import PLACES, on_day

CHAIN_HEADS = (
    *("序号", "企业名称", "企业负责人", "企业联系电话", "注册地址", "主要产品", "包抓领导"),
    *("专班负责单位", "专班班长", "专班联系电话", "备注", "更新时间"),
)
TICKET_HEADS = (
    *("问题编号", "企业名称", "问题接收时间", "企业反映的问题", "问题类型", "包抓领导"),
    *("专班负责单位", "办理状态", "办理内容", "办理时间", "办结时间", "办结说明"),
    *("暂无法办结说明", "附件"),
)
VISIT_HEADS = (
    *("序号", "企业名称", "统一社会信用代码", "县区", "走访时间", "走访人", "走访方式", "企业类型"),
    *("基本情况", "反映的问题和需求", "问题类别", "责任单位", "办理时限", "办理情况", "办结日期"),
)
WEEK_HEADS = ("本周走访企业户数", "累计走访企业户数", "责任人", "开始日期", "结束日期")
ASK_HEADS = ("问题编号", "企业名称", "诉求", "交办单位", "进展", "时限", "回访")
TEAM_HEADS = (
    *("序号", "企业名称", "统一社会信用代码", "政策辅导员", "辅导员电话", "科技专员", "专员电话"),
    *("联络员", "联络员电话", "辅导专家"),
)
Row = Sequence[Any]


class Book(NamedTuple):
    """One of the ledgers."""

    name: str
    heads: tuple[str, ...]
    rows: Callable[[User, datetime.date], Iterable[Row]]


def _stamp(at: datetime.datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""


def _day(at: datetime.datetime | None) -> datetime.date | str:
    return timezone.localtime(at).date() if at else ""


def chain_rows(user: User, day: datetime.date) -> Iterator[Row]:
    """包抓联台账 of the day."""
    found = queries.chains(user, day)
    addresses = _stated(found.values("enterprise"), "address")
    for number, c in enumerate(found, 1):
        yield (
            number, c.enterprise.name, c.firm_head, c.firm_phone,
            addresses.get(c.enterprise_id, ""), c.products, str(c.leader or ""), c.unit,
            str(c.head or ""), c.head.phone if c.head else "", c.note, _day(c.at),
        )  # fmt: skip


def _stated(firms: Any, fact: str) -> dict[int, str]:
    found = Value.objects.filter(enterprise__in=firms, fact=fact, year=0)
    return dict(found.values_list("enterprise", "text"))


def _responsible(firms: Any, day: datetime.date) -> dict[int, Chain]:
    found = Chain.objects.filter(on_day(day), enterprise__in=firms).select_related("leader")
    return {chain.enterprise_id: chain for chain in found}


def ticket_rows(user: User, day: datetime.date) -> Iterator[Row]:
    """问题台账, with the leaders of the day."""
    found = _tickets(user)
    chains = _responsible(found.values("enterprise"), day)
    for t in found:
        chain = chains.get(t.enterprise_id)
        yield (
            t.number, t.enterprise.name, _stamp(t.received_at), t.text, t.kind,
            str(chain.leader or "") if chain else "", t.unit or (chain.unit if chain else ""),
            flow.STATES[t.state][1], t.handled, _stamp(t.handled_at), _stamp(t.done_at),
            t.outcome, t.cannot, t.attachments,
        )  # fmt: skip


def _tickets(user: User) -> QuerySet[Ticket]:
    return Ticket.objects.for_user(user).select_related("enterprise").order_by("received_at", "pk")


def visit_rows(user: User, day: datetime.date) -> Iterator[Row]:
    """企业走访调研记录表: one row a visit; several things asked for stand numbered in a cell."""
    terms = queries.terms_of(user.region)
    asked = Ticket.objects.order_by("pk")
    titles = Title.objects.filter(withdrawn=False)
    found = (
        Visit.objects.for_user(user)
        .filter(on__lte=day)
        .select_related("enterprise__region")
        .prefetch_related(
            Prefetch("tickets", asked), Prefetch("enterprise__titles", titles, to_attr="papers")
        )
        .order_by("on", "pk")
    )
    for number, v in enumerate(found, 1):
        firm, raised = v.enterprise, list(v.tickets.all())
        papers = [title.held() for title in firm.papers]
        kinds = [kind for kind, _ in standing(papers, timezone.localdate()).tiers]
        yield (
            number, firm.name, firm.uscc or "", firm.region.name, v.on, v.visitors,
            v.get_way_display(), kinds[-1] if kinds else "", v.situation,
            _numbered([t.text for t in raised]), _numbered([t.kind for t in raised]),
            _numbered([t.unit for t in raised]),
            _numbered([_last_day(terms, t) for t in raised]),
            _numbered([t.outcome or t.cannot or t.handled or flow.STATES[t.state][0]
                       for t in raised]),
            _numbered([str(_day(t.done_at)) for t in raised]),
        )  # fmt: skip


def _last_day(terms: clocks.Terms, ticket: Ticket) -> str:
    due = terms.answer_due(ticket.running_since) - datetime.timedelta(days=1)
    return str(timezone.localtime(due).date())


def _numbered(texts: Sequence[str]) -> str:
    if len(texts) < 2:
        return texts[0] if texts else ""
    return "\n".join(f"{n}. {text or '—'}" for n, text in enumerate(texts, 1))


def week_rows(user: User, day: datetime.date) -> Iterator[Row]:
    """走访周报 of the day's week: firms seen, by the 包抓领导 that each had on the day of the
    visit."""
    monday = monday_of(day)
    sunday = monday + datetime.timedelta(days=6)
    seen: dict[str, set[int]] = {}
    this: dict[str, set[int]] = {}
    found = Visit.objects.for_user(user).filter(on__lte=sunday)
    chains: dict[int, list[Chain]] = {}
    for chain in Chain.objects.filter(enterprise__in=found.values("enterprise")).select_related(
        "leader"
    ):
        chains.setdefault(chain.enterprise_id, []).append(chain)
    for firm, on in found.order_by("pk").values_list("enterprise", "on"):
        who = _leader(chains.get(firm, []), on)
        seen.setdefault(who, set()).add(firm)
        if on >= monday:
            this.setdefault(who, set()).add(firm)
    for who in sorted(seen, key=lambda name: (-len(this.get(name, ())), name)):
        yield len(this.get(who, ())), len(seen[who]), who, monday, sunday


def _leader(chains: Sequence[Chain], on: datetime.date) -> str:
    held = (c for c in chains if c.since <= on and (c.until is None or on < c.until))
    return next((str(c.leader) for c in held if c.leader), "（当日没有包抓领导）")


def ask_rows(user: User, day: datetime.date) -> Iterator[Row]:
    """诉求台账: 诉求, 交办单位, 进展, 时限, 回访."""
    terms = queries.terms_of(user.region)
    found = _tickets(user).prefetch_related(
        Prefetch("steps", Step.objects.order_by("-pk"), to_attr="taken")
    )
    for t in found:
        said = next((f"{_stamp(s.at)} {s.name}：{s.note}" for s in t.taken if s.note), "")
        back = f"{_stamp(t.revisited_at)} {t.satisfaction}" if t.revisited_at else "未回访"
        state = flow.STATES[t.state][0]
        yield (
            t.number, t.enterprise.name, t.text, t.unit, f"{state}；{said}".rstrip("；"),
            _last_day(terms, t), back,
        )  # fmt: skip


def team_rows(user: User, day: datetime.date) -> Iterator[Row]:
    """三支队伍台账: every firm with its three contacts and its expert on the day."""
    chains = {
        c.enterprise_id: c
        for c in Chain.objects.for_user(user).filter(on_day(day)).select_related(*PLACES)
    }
    coached = {
        c.enterprise_id: str(c.expert)
        for c in Coaching.objects.for_user(user).filter(on_day(day)).select_related("expert")
    }
    firms = Enterprise.objects.for_user(user).order_by("name", "pk")
    for number, firm in enumerate(firms, 1):
        chain = chains.get(firm.pk)
        people = [getattr(chain, place, None) for place in PLACES[2:]]
        cells = [cell for m in people for cell in ((m.name, m.phone) if m else ("", ""))]
        yield number, firm.name, firm.uscc or "", *cells, coached.get(firm.pk, "")


def uncovered_rows(user: User, day: datetime.date) -> Iterator[Row]:
    """Firms without a 包抓领导."""
    found = queries.uncovered(user, day).select_related("region", "zone")
    for number, firm in enumerate(found, 1):
        zone = firm.zone.name if firm.zone else ""
        yield number, firm.name, firm.uscc or "", firm.region.name, zone


BOOKS: dict[int, Book] = {
    1: Book("包抓联台账", CHAIN_HEADS, chain_rows),
    2: Book("问题台账", TICKET_HEADS, ticket_rows),
    3: Book("走访记录", VISIT_HEADS, visit_rows),
    4: Book("走访周报", WEEK_HEADS, week_rows),
    5: Book("三支队伍台账", TEAM_HEADS, team_rows),
    6: Book("诉求回访台账", ASK_HEADS, ask_rows),
    7: Book(
        "未包抓联企业",
        ("序号", "企业名称", "统一社会信用代码", "县区", "功能区"),
        uncovered_rows,
    ),
}
