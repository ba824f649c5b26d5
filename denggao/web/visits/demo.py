"""The department in the demonstration: teams, chains, visits and tickets of the synthetic county.
People are called by their post, for there are none."""

from __future__ import annotations

import datetime
import uuid

from django.utils import timezone

from denggao.web.accounts.models import User
from denggao.web.ledger.models import Enterprise
from denggao.web.visits.actions import chains, experts, tickets, visiting
from denggao.web.visits.models import Duty, Member

_ORDER = "甲乙丙丁戊己"
_UNITS = ("工业和信息化专班", "农业科技专班", "科技服务专班")
_ASKS = (
    ("研发费用归集不规范，不知道辅助账怎么设", "计划项目"),
    ("想申报创新券，不清楚哪些机构可以用", "创新政策"),
    ("缺检测设备，希望共享大型仪器", "平台和人才"),
    ("知识产权质押贷款没有银行受理", "科技金融"),
    ("厂房不动产证办不下来", "营商环境"),
)
_CHAINED, _VISITED = 90, 40
Teams = dict[str, list[Member]]


def fill(user: User, as_of: datetime.date) -> None:
    """Once, after the ledger is there. Days are counted back from today."""
    firms = list(Enterprise.objects.for_user(user).order_by("pk")[: _CHAINED + 10])
    if not firms or user.region is None:
        return
    today = timezone.localdate()
    teams = {kind: _team(user, kind, count) for kind, count in _TEAMS}
    _chains(user, firms[:_CHAINED], teams, today - datetime.timedelta(days=200))
    leader = teams["leader"][0]
    chains.set_territory(by=user, region=user.region, leader=leader, since=today)
    start = datetime.date(today.year, 1, 1)
    visiting.save_duties(
        by=user,
        region=user.region,
        values=[
            {
                "number": number, "name": f"必访{word}",
                "every": Duty.Every.QUARTER if number < 3 else Duty.Every.YEAR,
                "scope": Duty.Scope.CHAINED, "since": start,
            }
            for number, word in enumerate("一二三四五六", 1)
        ],
    )  # fmt: skip
    _visits(user, firms[:_VISITED], today)
    interested = teams["expert"][0]
    experts.add_interest(
        by=user, expert=interested, enterprise=firms[0], kind="served", why="演示：有偿代理过申报"
    )
    experts.propose(by=user, name="演示：一对一辅导指派", firms=firms[:30], experts=teams["expert"])


_TEAMS = (
    ("leader", 5), ("head", 3), ("adviser", 3),
    ("specialist", 3), ("liaison", 3), ("expert", 6),
)  # fmt: skip


def _team(user: User, kind: str, count: int) -> list[Member]:
    made = []
    for number in range(count):
        unit = _UNITS[number % 3] if kind != "leader" else "模拟县"
        member = Member(
            region=user.region,
            kind=kind,
            name=f"{Member.Kind(kind).label}{_ORDER[number]}",
            unit=unit,
        )
        if kind == "expert":
            member.unit, member.fields = "模拟大学", [str(number + 1)]
        made.append(chains.save_member(by=user, member=member))
    return made


def _chains(
    user: User,
    firms: list[Enterprise],
    teams: Teams,
    since: datetime.date,
) -> None:
    for number, leader in enumerate(teams["leader"]):
        at = number % 3
        values = {
            "leader": leader, "unit": _UNITS[at], "head": teams["head"][at],
            "adviser": teams["adviser"][at],
            "specialist": teams["specialist"][at],
            "liaison": teams["liaison"][at],
        }  # fmt: skip
        chains.assign(by=user, firms=firms[number::5], values=values, since=since)


def _visits(user: User, firms: list[Enterprise], today: datetime.date) -> None:
    duties = list(Duty.objects.for_user(user))
    for number, firm in enumerate(firms):
        ask = _ASKS[number % len(_ASKS)] if number % 3 == 0 else None
        on = today - datetime.timedelta(days=number * 2)
        values = {
            "on": on, "visitors": "联络员" + _ORDER[number % 3], "met": "企业负责人",
            "duty": duties[number % 6], "way": "phone" if number % 4 == 3 else "onsite",
            "situation": "生产正常，研发项目按计划进行，正在准备申报材料。",
        }  # fmt: skip
        visit, _ = visiting.record_visit(
            by=user, enterprise=firm, token=uuid.uuid5(uuid.NAMESPACE_OID, str(firm.pk)),
            values=values,
        )  # fmt: skip
        if ask:
            at = timezone.make_aware(datetime.datetime.combine(on, datetime.time(9)))
            at = min(at, timezone.now())
            ticket = tickets.receive(
                by=user, enterprise=firm, text=ask[0], kind=ask[1], visit=visit, at=at
            )
            _handle(user, ticket.pk, number // 3, at)


#: How far each of the tickets has come.
_WALKS = (
    (),
    ("assign",),
    ("assign", "start", "progress"),
    ("assign", "start", "finish"),
    ("assign", "start", "finish", "revisit", "close"),
    ("assign", "cannot"),
)


def _handle(user: User, key: int, number: int, at: datetime.datetime) -> None:
    from denggao.web.visits.models import Ticket

    for step, code in enumerate(_WALKS[number % len(_WALKS)], 1):
        ticket = Ticket.objects.get(pk=key)
        tickets.move(
            by=user, ticket=ticket, version=ticket.version, code=code, unit=_UNITS[number % 3],
            note="演示：已与企业联系", satisfaction="满意" if code == "revisit" else "",
            at=at + datetime.timedelta(hours=step),
        )  # fmt: skip
