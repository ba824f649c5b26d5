"""What waits among applications: deadlines, reviews, lists, firms of notices."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from denggao.diagnosis.workflow import NOTICE_DAYS
from denggao.web.accounts.models import User
from denggao.web.accounts.today import LATE, NEAR, SOON, WAITS, Line
from denggao.web.casework.models import Announced, Batch, Case, JointReview, Recommendation
from denggao.web.casework.opinions import department_of, said_of
from denggao.web.casework.queries.cases import OPEN
from denggao.web.kit.days import notice_end
from denggao.web.ledger.models import Enterprise

#: Deadlines so far ahead, or so far behind, are on the page.
AHEAD, BEHIND = datetime.timedelta(days=60), datetime.timedelta(days=90)
_DAY = datetime.timedelta(days=1)


def batches(user: User, on: datetime.date) -> Iterator[Line]:
    """Of each batch: firms not handed in as its deadline comes near, and firms that stand at a
    gate after it. One query."""
    now = timezone.now()
    for row in _by_batch(user, on, now):
        batch = Batch(**{name: row[f"batch__{name}"] for name in _NAMED})
        yield _deadline(batch, row, on, now)
        yield from _gates(user, batch, row, on)


_GATES = ("review", "publicity", "objection", "appeal")
#: As far as a batch has to be known for its name.
_NAMED = ("id", "title", "year", "number", "deadline")


def _by_batch(user: User, on: datetime.date, now: datetime.datetime) -> QuerySet[Any, Any]:
    """A row for each batch that has a deadline about now; ``due``: the day by which its last list
    was to come back."""
    path = user.region.path if user.region else "none"
    sent = JointReview.objects.filter(
        batch=OuterRef("batch"), by__unit__region__path__startswith=path
    )
    mine = Q(leader=user) | Q(leader=None, enterprise__owner=user)
    found = Case.objects.for_user(user).select_related(None)
    near = found.filter(batch__deadline__gte=now - BEHIND, state__in=(*OPEN, *_GATES))
    grouped = near.annotate(due=Subquery(sent.order_by("-pk").values("due")[:1])).values(
        "due", *(f"batch__{name}" for name in _NAMED)
    )
    return grouped.annotate(
        open=Count("pk", filter=Q(state__in=OPEN)),
        mine=Count("pk", filter=Q(state__in=OPEN) & mine),
        over=Count("pk", filter=Q(state="publicity", publicised_on__lte=_over_by(on))),
        **{state: Count("pk", filter=Q(state=state)) for state in _GATES},
    ).order_by("batch__deadline", "batch__id")


def _deadline(batch: Batch, row: dict[str, Any], on: datetime.date, now: datetime.datetime) -> Line:
    where = reverse("casework:batch-eve", args=[batch.pk])
    note = f"其中我负责 {row['mine']} 户" if row["mine"] else ""
    left = (batch.last_day - on).days
    if batch.deadline <= now:
        return Line(f"{batch}，已过截止还没提交", row["open"], "户", where, LATE, note)
    count = row["open"] if batch.deadline <= now + AHEAD else 0
    tone = SOON if left <= NEAR.days else WAITS
    days = f"还有 {left} 天截止" if left else "今天截止"
    return Line(f"{batch}，{days}，还没提交", count, "户", where, tone, note)


def _gates(user: User, batch: Batch, row: dict[str, Any], on: datetime.date) -> Iterator[Line]:
    due: datetime.date | None = row["due"]
    board = reverse("casework:batch", args=[batch.pk])
    if user.can("casework.edit"):
        note = "名单还没有发出" if due is None else f"反馈期限 {due}"
        late = LATE if due is not None and due < on else WAITS
        where = reverse("casework:batch-review", args=[batch.pk])
        yield Line(f"{batch}，等各部门联审意见", row["review"], "户", where, late, note)
        where = f"{board}?state=publicity"
        yield Line(f"{batch}，公示期满，可登记发证", row["over"], "户", where)
        where = f"{board}?state=objection"
        yield Line(f"{batch}，异议待核查", row["objection"], "户", where, SOON)
    if user.can("casework.approve"):
        where = f"{board}?state=appeal"
        yield Line(f"{batch}，复议待决定", row["appeal"], "户", where, SOON)


@lru_cache(maxsize=8)
def _over_by(on: datetime.date) -> datetime.date:
    """The latest day of a public notice that is over by now."""
    day = on - _DAY * NOTICE_DAYS
    while notice_end(day, NOTICE_DAYS)[0] >= on:
        day -= _DAY
    return day


def lists(user: User, on: datetime.date) -> Iterator[Line]:
    """推荐名单 that somebody else put together."""
    drafts = Recommendation.objects.for_user(user).filter(state=Recommendation.State.DRAFT)
    for listed in drafts.exclude(by=user).annotate(firms=Count("cases"))[:10]:
        where = reverse("casework:batch-recommend", args=[listed.batch_id])
        yield Line(f"{listed.batch}，推荐名单等待审定", listed.firms, "户", where, SOON)


def announced(user: User, on: datetime.date) -> Iterator[Line]:
    """Firms of notices that nobody has entered."""
    if user.region is None:
        return
    rows = Announced.objects.filter(
        announcement__region__path__startswith=user.region.path, state=Announced.State.OPEN
    ).exclude(match=Announced.Match.ELSEWHERE)
    told = rows.aggregate(
        count=Count("pk"), doubtful=Count("pk", filter=Q(match=Announced.Match.DOUBTFUL))
    )
    note = f"其中 {told['doubtful']} 户拿不准" if told["doubtful"] else ""
    where = reverse("casework:title-notices")
    yield Line("公告里的企业等待入账", told["count"], "户", where, note=note)


def opinions(user: User, on: datetime.date) -> Iterator[Line]:
    """Of a department that is asked: firms on which it has not spoken, batch by batch."""
    department = department_of(user)
    if not department:
        return
    firms = Enterprise.objects.for_user(user)
    cases = Case.objects.filter(state="review", enterprise__in=firms.order_by().values("pk"))
    waiting: dict[int, tuple[Batch, datetime.date, int]] = {}
    for said in said_of(list(cases.select_related("enterprise", "batch"))):
        kept = said.review
        if kept is None or department in said.opinions:
            continue
        if department in kept.review.questions:
            _, due, count = waiting.get(said.case.batch_id, (said.case.batch, kept.due, 0))
            waiting[said.case.batch_id] = (said.case.batch, min(due, kept.due), count + 1)
    for pk, (batch, due, count) in waiting.items():
        where = reverse("casework:batch-opinions", args=[pk])
        tone = LATE if due < on else SOON if due <= on + NEAR else WAITS
        yield Line(f"{batch}，等{department}意见", count, "户", where, tone, f"反馈期限 {due}")
