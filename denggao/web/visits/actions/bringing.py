"""台账 of the office, brought in: checked whole first, then written in one transaction."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.facts.problems import Problem
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.ledger.models import Enterprise
from denggao.web.visits import flow, reading
from denggao.web.visits.actions import chains, tickets, visiting
from denggao.web.visits.books import CHAIN_HEADS, TICKET_HEADS, VISIT_HEADS
from denggao.web.visits.models import Member, Step, Ticket, Visit
from denggao.web.visits.reading import Found, Line

CHAINS, TICKETS, VISITS = "包抓联台账", "问题台账", "走访记录"
KINDS = (CHAINS, TICKETS, VISITS)
Rows = list[tuple[Line, Enterprise]]


@dataclass
class Brought:
    """``new`` rows written, ``same`` that were there already; or the problems for which nothing
    was written."""

    new: int = 0
    same: int = 0
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    #: Keys of the firms whose chain changed.
    firms: list[int] = field(default_factory=list)


def bring(*, by: User, kind: str, path: Path, since: datetime.date, name: str) -> Brought:
    """Read one of the three ledgers and write it, unless a cell is wrong: then nothing.
    ``since``: from when the chains of a 包抓联台账 hold. Raises UserError for a file that is
    none of them, and where the person looks after no region."""
    if by.region is None:
        raise UserError("您没有辖区，不能导入")
    heads, needed, write = _WAYS[kind]
    found = reading.read(path, by, heads, needed)
    found.problems += _twice(found, kind)
    with transaction.atomic():
        done = Brought(problems=found.problems, notes=found.notes)
        write(by, by.region, found, since, done)
        if done.problems:
            transaction.set_rollback(True)
            done.new = done.same = 0
            return done
        audit.record(
            by=by, action=f"导入{kind}", kind="list", name=name,
            new={"new": done.new, "same": done.same, "enterprises": done.firms},
        )  # fmt: skip
    return done


def _twice(found: Found, kind: str) -> list[Problem]:
    if kind != CHAINS:
        return []
    first: dict[int, int] = {}
    problems = []
    for line, firm in found.rows:
        if firm.pk in first:
            advice = f"与第 {first[firm.pk]} 行是同一户，请只留一行"
            problems.append(line.problem(reading.NAME, "每户一行", advice))
        first.setdefault(firm.pk, line.row)
    return problems


# --- 包抓联台账 ----------------------------------------------------------------------------------


def _chains(by: User, region: Region, found: Found, since: datetime.date, done: Brought) -> None:
    people = _People(by, region)
    for line, firm in found.rows:
        values = {
            "unit": line.text("专班负责单位")[:60], "firm_head": line.text("企业负责人")[:30],
            "firm_phone": line.text("企业联系电话")[:40], "products": line.text("主要产品")[:300],
            "note": line.text("备注")[:300],
        }  # fmt: skip
        leader, head = line.text("包抓领导"), line.text("专班班长")
        values = {k: v for k, v in values.items() if v}
        if not (leader or head or values.get("unit")):
            done.problems.append(
                line.problem(
                    "包抓领导", "包抓领导、专班负责单位或专班班长", "三样都空着，请至少填一样"
                )
            )
            continue
        chosen: dict[str, object] = dict(values)
        if leader:
            chosen["leader"] = people.named("leader", leader, "", "")
        if head:
            unit, phone = values.get("unit", ""), line.text("专班联系电话")
            chosen["head"] = people.named("head", head, unit, phone)
        try:
            made = chains.change(
                by=by, firm=firm, now=chains.now_of(firm), values=chosen, since=since
            )
        except UserError as error:
            done.problems.append(line.problem(reading.NAME, "", str(error)))
            continue
        done.new, done.same = done.new + (made is not None), done.same + (made is None)
        if made is not None:
            done.firms.append(firm.pk)


class _People:
    """Members by name; who is not there yet is registered."""

    def __init__(self, by: User, region: Region) -> None:
        self.by, self.region = by, region

    def named(self, kind: str, name: str, unit: str, phone: str) -> Member:
        """The only one of that name, the one of that unit, or a new one."""
        same = list(Member.objects.filter(region=self.region, kind=kind, name=name[:30]))
        of_unit = [member for member in same if member.unit == unit or not unit]
        if len(of_unit) == 1:
            member = of_unit[0]
        else:
            member = Member(region=self.region, kind=kind, name=name[:30], unit=unit, phone=phone)
            return chains.save_member(by=self.by, member=member)
        if phone and member.phone != phone:
            member.phone = phone[:40]
            chains.save_member(by=self.by, member=member)
        return member


# --- 问题台账 ------------------------------------------------------------------------------------


def _tickets(by: User, region: Region, found: Found, since: datetime.date, done: Brought) -> None:
    for line, firm in found.rows:
        number, text = line.text("问题编号")[:30], line.text("企业反映的问题")
        state = flow.state_of(line.text("办理状态") or "受理中")
        times = {h: reading.moment(line, h) for h in ("问题接收时间", "办理时间", "办结时间")}
        wrong = [time for time in times.values() if isinstance(time, Problem)]
        if not text:
            wrong.append(line.problem("企业反映的问题", "问题内容", "请补上"))
        if state is None:
            said = "、".join(word for _, word in dict.fromkeys(flow.STATES.values()))
            wrong.append(line.problem("办理状态", said, "请改成其中一种"))
        received = times["问题接收时间"]
        if received is None:
            wrong.append(line.problem("问题接收时间", "日期，如 2026-06-30", "请补上"))
        elif isinstance(received, datetime.datetime) and received > timezone.now():
            wrong.append(line.problem("问题接收时间", "不晚于现在的时间", "请核对年份"))
        if state == flow.CANNOT and not line.text("暂无法办结说明"):
            wrong.append(line.problem("暂无法办结说明", "暂无法办结的理由", "请补上"))
        if wrong:
            done.problems += wrong
            continue
        if number and Ticket.objects.filter(enterprise=firm, number=number).exists():
            done.same += 1
            continue
        if state == flow.CLOSED:
            done.notes.append(
                f"第 {line.row} 行“完全办结”：没有回访记录，按“办结待回访”导入，回访后再销号"
            )
            state = flow.DONE
        assert state is not None
        _write_ticket(by, firm, line, number, state, times)
        done.new += 1


def _write_ticket(
    by: User, firm: Enterprise, line: Line, number: str, state: str, times: Mapping[str, Any]
) -> None:
    received = times["问题接收时间"]
    handled, finished = line.text("办理内容"), times["办结时间"]
    is_answered = bool(handled) or state in (flow.DONE, flow.CANNOT)
    answered = (times["办理时间"] or finished or received) if is_answered else None
    ticket = Ticket.objects.create(
        enterprise=firm, number=number, received_at=received, running_since=received,
        text=line.text("企业反映的问题")[:2000], kind=line.text("问题类型")[:40],
        unit=line.text("专班负责单位")[:60], state=state, handled=handled[:2000],
        handled_at=times["办理时间"], done_at=finished, outcome=line.text("办结说明")[:2000],
        cannot=line.text("暂无法办结说明")[:2000], attachments=line.text("附件")[:300],
        answered_at=answered, by=by,
    )  # fmt: skip
    if not number:
        ticket.number = f"SQ{received:%Y}-{ticket.pk:05d}"
        ticket.save(update_fields=["number"])
    note = f"第 {line.row} 行，原状态“{line.text('办理状态') or '受理中'}”"
    Step.objects.create(ticket=ticket, move="import", source="", target=state, by=by, note=note)


# --- 走访记录 ------------------------------------------------------------------------------------


def _visits(by: User, region: Region, found: Found, since: datetime.date, done: Brought) -> None:
    ways = {label: code for code, label in Visit.Way.choices}
    today = timezone.localdate()
    for line, firm in found.rows:
        on, who = reading.day(line, "走访时间"), line.text("走访人")[:120]
        way = line.text("走访方式") or "实地"
        wrong = [on] if isinstance(on, Problem) else []
        if on is None:
            wrong.append(line.problem("走访时间", "日期，如 2026-06-30", "请补上"))
        elif isinstance(on, datetime.date) and on > today:
            wrong.append(line.problem("走访时间", "不晚于今天的日期", "请核对年份"))
        if not who:
            wrong.append(line.problem("走访人", "走访人姓名", "请补上"))
        if way not in ways:
            wrong.append(line.problem("走访方式", "、".join(ways), "请改成其中一种"))
        finished = reading.day(line, "办结日期")
        if isinstance(finished, Problem):
            wrong.append(finished)
        if wrong:
            done.problems += wrong
            continue
        assert isinstance(on, datetime.date)
        if Visit.objects.filter(enterprise=firm, on=on, visitors=who).exists():
            done.same += 1
            continue
        values = {
            "on": on, "visitors": who, "way": ways[way], "situation": line.text("基本情况")[:2000],
        }  # fmt: skip
        visit, _ = visiting.record_visit(by=by, enterprise=firm, token=uuid.uuid4(), values=values)
        _asked(by, firm, line, visit)
        done.new += 1


def _asked(by: User, firm: Enterprise, line: Line, visit: Visit) -> None:
    """The problem of a row becomes a ticket, handed to the unit that the row names."""
    text, unit = line.text("反映的问题和需求")[:2000], line.text("责任单位")[:60]
    if not text or text in ("无", "—", "-"):
        return
    at = timezone.make_aware(datetime.datetime.combine(visit.on, datetime.time()))
    kind = line.text("问题类别")[:40]
    ticket = tickets.receive(by=by, enterprise=firm, text=text, kind=kind, visit=visit, at=at)
    if unit:
        ticket = tickets.move(by=by, ticket=ticket, version=1, code="assign", unit=unit, at=at)
    result = line.text("办理情况")
    if unit and result:
        version = ticket.version
        ticket = tickets.move(by=by, ticket=ticket, version=version, code="start", at=at)
        finished = reading.moment(line, "办结日期")
        done = isinstance(finished, datetime.datetime)
        tickets.move(
            by=by, ticket=ticket, version=ticket.version, code="finish" if done else "progress",
            note=result, at=finished if isinstance(finished, datetime.datetime) else at,
        )  # fmt: skip


_WAYS = {
    CHAINS: ((*CHAIN_HEADS, reading.CODE), (reading.NAME, "包抓领导"), _chains),
    TICKETS: ((*TICKET_HEADS, reading.CODE), (reading.NAME, "企业反映的问题"), _tickets),
    VISITS: (VISIT_HEADS, (reading.NAME, "走访时间", "走访人"), _visits),
}
