"""What the demonstration shows of money: the county's own 奖补办法 in two versions, one run paid in
part and claimed back in part, one that waits for its review, a budget that is too small, vouchers
and reliefs. All of it synthetic."""

from __future__ import annotations

import datetime
from importlib.resources import files
from typing import Any, NamedTuple

from denggao.diagnosis.payout.entitled import Happened, happened
from denggao.facts import titles as facts
from denggao.web.accounts import actions as people
from denggao.web.accounts.models import User
from denggao.web.assessments import drafts
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.money import actions, reliefs, tasks, vouchers
from denggao.web.money.models import Grant, Run

SCHEME = "模拟县科技创新奖补"
#: Titles for which the county gives money.
_TITLES = ("高新技术企业", "省级科技创新型企业")
_PAGE = "模拟县科技局高新科"


def fill(user: User, as_of: datetime.date) -> None:
    """Two people more (复核, 审定), and what the department would have done by ``as_of``."""
    head, leader = _people(user)
    rows = _happened(user, as_of)
    if len(rows) < 4:
        return
    _schemes(user, head)
    _paid(user, head, leader, rows[: len(rows) * 2 // 3], as_of)
    _waiting(user, rows[len(rows) * 2 // 3 :], as_of)
    firms = [row.enterprise for row in rows]
    _vouchers(user, head, leader, firms[:6], as_of)
    _reliefs(user, firms[:8], as_of)


class Row(NamedTuple):
    """One certificate of the ledger and the event that it tells of."""

    enterprise: Enterprise
    event: Happened


def _happened(user: User, as_of: datetime.date) -> list[Row]:
    """What the certificates of the county tell of, the oldest first: recognised for the first
    time, or again."""
    held: dict[Enterprise, list[facts.Title]] = {}
    certificates = Title.objects.for_user(user).filter(kind__in=_TITLES, withdrawn=False)
    for one in certificates.select_related("enterprise__region").order_by("pk"):
        told = facts.Title(
            one.kind, one.number, one.issued_on, one.valid_to, event=one.event
        )  # fmt: skip
        held.setdefault(one.enterprise, []).append(told)
    first, last = as_of - datetime.timedelta(days=2000), as_of - datetime.timedelta(days=120)
    rows = [
        Row(firm, event)
        for firm, titles in held.items()
        for event in happened(titles)
        if first <= event.day <= last
    ]
    rows.sort(key=lambda row: (row.event.day, row.enterprise.pk, row.event.title))
    return rows


def _schemes(user: User, head: User) -> None:
    """Both versions of the county's measure, put in force by the other person."""
    folder = files("denggao.demo").joinpath("schemes")
    for text in sorted(folder.iterdir(), key=lambda path: path.name):
        draft = drafts.keep(by=user, text=text.read_text(encoding="utf-8"))
        drafts.decide(by=head, draft=draft, adopt=True)


def _people(user: User) -> tuple[User, User]:
    """Accounts that nobody enters until an administrator sets a password."""
    made = []
    for role, name in (("head", "演示复核"), ("leader", "演示审定")):
        username = f"demo-{role}"
        person = User.objects.filter(username=username).first()
        if person is None:
            person, _ = people.create_first_user(
                username=username, name=name, codes=[role], unit=user.unit, why="演示"
            )
        made.append(person)
    return made[0], made[1]


def _list(rows: list[Row]) -> bytes:
    lines = ["企业名称,统一社会信用代码,所在区县,批次,对象,事项,事项日期"]
    for firm, event in rows:
        who = f"{firm.name},{firm.uscc or ''},{firm.region.name}"
        lines.append(f"{who},{event.day.year}年,{event.title},{event.kind},{event.day}")
    return "\n".join(lines).encode()


def _run(user: User, name: str, rows: list[Row], as_of: datetime.date) -> Run:
    run = actions.start(
        by=user, name=name, as_of=as_of, source="list", laws=[SCHEME],
        list_name=f"{name}名单.csv", content=_list(rows),
    )  # fmt: skip
    tasks.compute.func(run.pk)  # here and now; the queue's worker will find it done
    run.refresh_from_db()
    return run


def _paid(user: User, head: User, leader: User, rows: list[Row], as_of: datetime.date) -> None:
    day = as_of - datetime.timedelta(days=60)
    run = _run(user, f"{day.year}年高企奖补", rows, day)
    if run.state != "computed":
        return
    actions.review(by=head, run=run)
    actions.publish(by=user, run=run, on=day, days=5, contact=_PAGE)
    wanted = run.counts["total"]
    actions.set_budget(
        by=user, scheme=SCHEME, year=day.year, level="县级", fen=wanted * 4 // 5,
        document="模拟财教〔模拟〕1号", version=0,
    )  # fmt: skip
    actions.approve(by=leader, run=run)
    first = run.grants.filter(waits="").order_by("district").first()
    if first is None:
        return
    paid_on = as_of - datetime.timedelta(days=30)
    actions.pay(by=user, run=run, paid_on=paid_on, reference="模拟国库001", district=first.district)
    payment = Grant.objects.get(pk=first.pk).payments.get()
    actions.reverse(
        by=user, payment=payment, on=as_of - datetime.timedelta(days=5), reference="模拟退库001",
        why="企业已迁出，按办法退回",
    )  # fmt: skip


def _waiting(user: User, rows: list[Row], as_of: datetime.date) -> None:
    _run(user, f"{as_of.year}年第二批奖补", rows, as_of)


def _vouchers(
    user: User, head: User, leader: User, firms: list[Enterprise], as_of: datetime.date
) -> None:
    """One at each step of the way."""
    ago = datetime.timedelta
    for number, firm in enumerate(firms, 1):
        made = vouchers.apply(
            by=user, enterprise=firm, number=f"模券{as_of.year}{number:03d}", face=5_000_000,
            issued_on=as_of - ago(days=200), valid_to=as_of + ago(days=165),
        )  # fmt: skip
        steps: tuple[tuple[User, str, dict[str, Any]], ...] = (
            (user, "contract", {"provider": "模拟检测院", "contract": f"模合{number:03d}",
                                "contract_fen": 3_800_000 + number}),
            (user, "invoice", {"invoice": f"模票{number:03d}", "invoice_fen": 3_799_900 + number}),
            (user, "prove", {"proof": "检测报告、付款回单"}),
            (head, "review", {"fen": 3_799_900 + number}),
            (user, "publish", {"on": as_of - ago(days=40), "days": 5}),
            (leader, "approve", {}),
            (user, "pay", {"on": as_of - ago(days=20), "reference": f"模拟国库1{number:02d}"}),
        )  # fmt: skip
        for by, code, told in steps[: number + (number == len(firms))]:
            vouchers.take(by=by, voucher=made, code=code, **told)


def _reliefs(user: User, firms: list[Enterprise], as_of: datetime.date) -> None:
    for number, firm in enumerate(firms):
        rent = number % 2
        reliefs.add(
            by=user, enterprise=firm, name=firm.name, kind="rent" if rent else "tax",
            carrier="模拟众创空间" if rent else "", period=str(as_of.year - 1),
            fen=None if number == 5 else 1_234_500 * (number + 1), source="模拟数据",
        )  # fmt: skip
