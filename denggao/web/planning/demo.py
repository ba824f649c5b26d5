"""The demonstration's plan: a text of our own words about 模拟县, read, confirmed and put in force;
quarters of the county with their figures; eight weeks in which titles came and went."""

from __future__ import annotations

import datetime
from fractions import Fraction

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from denggao.diagnosis.calendar import certificate_end
from denggao.facts.titles import CANCELLED
from denggao.web.accounts import actions as accounts
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.ledger import holding
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.planning import actions, counting, forecasting, revising
from denggao.web.planning.models import Goal, PlanText, Revision
from denggao.web.planning.revising import Cell
from denggao.web.planning.tasks import work_out

HIGH_TECH, PROVINCIAL, SMALL = "高新技术企业", "省级科技创新型企业", "科技型中小企业"
QUARTERS = ("城东片区", "城西片区", "城北片区", "产业园")
WEEKS = 8
_TEXT = """模拟县梯度培育高新技术企业行动方案（{first}—{last}年）
（模拟数据）

根据《高新技术企业认定管理办法》（国科发火〔2016〕32号），结合本县实际，制定本方案。

一、工作目标
{past}年底，全县高新技术企业{hnte_past}家。到{first}年底，全县高新技术企业达到{hnte}家以上，省级科技创新型企业达到{prov}家以上。到{last}年底，全县高新技术企业达到{hnte_last}家以上。每年入库科技型中小企业{sme}家以上。

二、重点任务
1.开展拉网式摸排。逐户摸清企业底数，建立培育库台账，分类建档。（责任单位：县科技局、各片区管委会；完成时限：{first}年3月底前）
2.组织认定申报。对基本符合条件的企业一企一策辅导，按批次推荐申报。（责任单位：县科技局、县财政局、县税务局；完成时限：{first}年9月底前）
3.落实奖补兑现。首次认定高新技术企业的，一次性奖补20万元；重新认定的，一次性奖补5万元。（责任单位：县财政局、县科技局；完成时限：{first}年12月底前）
4.强化融资服务。组织银企对接，推广科技贷款。（责任单位：县金融服务中心、县科技局）

三、保障措施
县科技局每周调度，每周五报送进展。
"""
_NEXT = """关于下达模拟县{year}年度科技企业培育目标的通知
（模拟数据）

各片区：
{year}年底，全县高新技术企业达到{hnte}家以上，省级科技创新型企业达到{prov}家以上。请各片区于{year}年2月底前报送分解方案。
"""


def fill(user: User, as_of: datetime.date) -> None:
    """Everything above, once; the plan was drafted by a clerk and put in force by ``user``."""
    today = timezone.localdate()
    drafter = _drafter(user)
    with transaction.atomic():
        quarters = _quarters(user)
        _weeks(user, today)
    plan = _adopted(drafter, user, _text(user, today), datetime.date(today.year, 1, 5))
    goals = list(Goal.objects.filter(quotas__revision__plan=plan, tier=HIGH_TECH).distinct())
    this = next(g for g in goals if g.year == today.year)
    for goal in Goal.objects.filter(quotas__revision__plan=plan, year=today.year).distinct():
        _divided(drafter, user, goal, quarters, today)
    _waiting(drafter, user, today)
    if forecasting.is_foreseeable(this, today):
        ordered = forecasting.order(by=user, goal=this, on=today, given={})
        work_out.call(ordered.pk)  # here and now; the queue will find nothing left to do


def _drafter(user: User) -> User:
    """A clerk beside the person of the demonstration: nobody puts his own draft in force."""
    found = User.objects.filter(username="demo-jingban").first()
    if found is not None:
        return found
    made, _ = accounts.create_first_user(
        username="demo-jingban", name="演示经办", codes=["clerk"], unit=user.unit, why="演示"
    )
    return made


def _quarters(user: User) -> list[Region]:
    """Four quarters of the county, each firm in one of them by the end of its code."""
    county = user.region
    assert county is not None
    made = []
    for number, name in enumerate(QUARTERS, 1):
        code = f"{county.code}{number:03d}"
        region, _ = Region.objects.get_or_create(
            code=code,
            defaults={
                "name": name, "kind": Region.Kind.ZONE, "parent": county,
                "path": f"{county.path}{code}/",
            },
        )  # fmt: skip
        made.append(region)
    for number, region in enumerate(made):
        some = [
            pk
            for pk, code in Enterprise.objects.for_user(user).values_list("pk", "uscc")
            if sum(map(ord, code or "")) % len(made) == number
        ]
        Enterprise.objects.filter(pk__in=some, zone=None).update(zone=region)
    audit.record(by=user, action="划分片区", kind="region", name="演示", new=list(QUARTERS))
    return made


# --- eight weeks ---------------------------------------------------------------------------------


def _weeks(user: User, today: datetime.date) -> None:
    """In each week some firms won a title and some lost one, told on the Thursday."""
    friday = today - datetime.timedelta(days=(today.weekday() - 4) % 7)
    without = list(_without(user, today))
    small = list(_firms(user).exclude(holding.holders(SMALL, today))[: 3 * WEEKS])
    valid = holding.valid([HIGH_TECH], today).filter(enterprise__in=_firms(user))
    holders = list(valid.order_by("-pk")[:WEEKS])
    rows = []
    for week in range(WEEKS, 0, -1):
        day = friday - datetime.timedelta(days=7 * (week - 1) + 1)
        if week % 2 and without:
            rows.append(_won(user, without.pop(0), HIGH_TECH, day))
        rows += [_won(user, small.pop(0), SMALL, day) for _ in range(1 + week % 3) if small]
        if week % 3 == 0 and holders:
            rows.append(_lost(user, holders.pop(), day))
    Title.objects.bulk_create(rows)
    told = {"weeks": WEEKS, "titles": len(rows)}
    audit.record(by=user, action="登记证书", kind="title", name="演示：八周的变动", new=told)


def _firms(user: User) -> QuerySet[Enterprise]:
    return Enterprise.objects.for_user(user).order_by("pk")


def _without(user: User, today: datetime.date) -> QuerySet[Enterprise]:
    """Firms in the provincial tier that do not yet hold the national title."""
    firms = _firms(user).filter(holding.holders(PROVINCIAL, today))
    return firms.exclude(holding.holders(HIGH_TECH, today))[:WEEKS]


def _told_at(day: datetime.date) -> datetime.datetime:
    noon = datetime.datetime.combine(day, datetime.time(10))
    return timezone.make_aware(noon)


def _won(user: User, firm: Enterprise, kind: str, day: datetime.date) -> Title:
    lasts = certificate_end(day, 3) if kind == HIGH_TECH else datetime.date(day.year, 12, 31)
    number = f"{'GR' if kind == HIGH_TECH else ''}{day.year}99{firm.pk:06d}"
    return Title(
        enterprise=firm, kind=kind, number=number, issued_on=day, valid_to=lasts,
        event="首次认定" if kind == HIGH_TECH else "入库", by=user, at=_told_at(day),
        why="模拟数据",
    )  # fmt: skip


def _lost(user: User, title: Title, day: datetime.date) -> Title:
    return Title(
        enterprise=title.enterprise, kind=HIGH_TECH, number=title.number, issued_on=day,
        event=CANCELLED, by=user, at=_told_at(day), why="模拟数据",
    )  # fmt: skip


# --- the plan ------------------------------------------------------------------------------------


def _text(user: User, today: datetime.date) -> str:
    """The plan's words, its figures some way above what the ledger shows."""
    kinds = (HIGH_TECH, PROVINCIAL, SMALL)
    now = counting.holding_on(user, kinds, today)
    past = counting.holding_on(user, kinds, datetime.date(today.year - 1, 12, 31))
    more = {kind: max(now.of(kind), past.of(kind)) for kind in kinds}
    return _TEXT.format(
        first=today.year, last=today.year + 2, past=today.year - 1, hnte_past=past.of(HIGH_TECH),
        hnte=more[HIGH_TECH] * 21 // 20 + 1, hnte_last=more[HIGH_TECH] * 14 // 10 + 1,
        prov=more[PROVINCIAL] * 11 // 10 + 1, sme=more[SMALL] * 11 // 10 + 1,
    )  # fmt: skip


def _waiting(drafter: User, user: User, today: datetime.date) -> PlanText:
    """Next year's notice, confirmed, which the person of the demonstration may put in force."""
    now = counting.holding_on(user, (HIGH_TECH, PROVINCIAL), today)
    hnte, prov = (now.of(kind) * 6 // 5 + 2 for kind in (HIGH_TECH, PROVINCIAL))
    return _submitted(drafter, _NEXT.format(year=today.year + 1, hnte=hnte, prov=prov))


def _adopted(drafter: User, approver: User, text: str, since: datetime.date) -> PlanText:
    plan = _submitted(drafter, text)
    actions.adopt(by=approver, plan=plan, since=since)
    plan.refresh_from_db()
    return plan


def _submitted(drafter: User, text: str) -> PlanText:
    plan = actions.bring_plan(by=drafter, text=text)
    for kind in ("target", "task", "award", "deadline", "cited", "body"):
        actions.confirm_rest(by=drafter, plan=plan, kind=kind)
    for item in plan.items.filter(kind="conflict"):
        actions.decide_item(by=drafter, item=item, version=1, decision="confirmed")
    actions.submit(by=drafter, plan=plan)
    return plan


def _divided(
    drafter: User, approver: User, goal: Goal, quarters: list[Region], today: datetime.date
) -> None:
    """Shared out by how many firms of the tier each quarter has."""
    if goal.tier not in (HIGH_TECH, PROVINCIAL, SMALL):
        return
    held = counting.holding_on(approver, [goal.tier], today)
    cells = [
        Cell((q.code, "", "", ""), None, Fraction(held.of(goal.tier, (q.code, "", "", "")) + 1))
        for q in quarters
    ]
    since = datetime.date(today.year, 1, 10)
    revision: Revision = revising.propose(
        by=drafter, since=since, why="按片区现有户数分解",
        cells=[(goal, revising.split(goal, cells, since))],
    )  # fmt: skip
    revising.decide(by=approver, revision=revision, adopt=True)
