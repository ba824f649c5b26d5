"""What the departments keep of one firm and one bureau: an object of each kind that an address
may name, its texts marked. What a kind needs and nobody says is filled by what it is."""

from __future__ import annotations

import datetime
import hashlib
from typing import Any

from django.db import models
from django.utils import timezone

from denggao.diagnosis import review
from denggao.diagnosis.calendar import end_of
from denggao.web.accounts.models import Region, User
from denggao.web.assessments.models import Reminder
from denggao.web.casework import models as casework
from denggao.web.ledger.models import Enterprise, OrderedFile
from denggao.web.money import models as money
from denggao.web.planning import models as planning
from denggao.web.supervision import models as supervision
from denggao.web.supervision.actions import reports
from denggao.web.visits import models as visits

DAY = datetime.date(2026, 6, 30)
#: A text that a pay run was computed by, and the digest by which its address names it.
SCHEME = "## 某号 第一条\n\n> 给一万元\n"
DIGEST = hashlib.sha256(SCHEME.encode()).hexdigest()


class Bureau:
    """Whatever is made belongs to this region, this firm and this person."""

    def __init__(self, place: Region, mark: str, firm: Enterprise, by: User) -> None:
        self.place, self.mark, self.by = place, mark, by
        self.made: dict[type[models.Model], Any] = {Region: place, Enterprise: firm, User: by}
        self.keys: dict[str, int] = {}

    def add(self, kind: str, model: Any, /, **said: Any) -> Any:
        """One object; ``kind`` is what the addresses know it by."""
        for field in model._meta.concrete_fields:
            if field.primary_key or field.name in said or field.has_default():
                continue
            if not field.null or field.related_model in (Enterprise, visits.Visit):
                said[field.name] = self._filled(field)
        found = self.made[model] = model.objects.create(**said)
        self.keys[kind] = found.pk
        return found

    def _filled(self, field: Any) -> Any:
        if field.is_relation:
            return self.made.get(field.related_model)
        if isinstance(field, models.DateTimeField):
            return timezone.now()
        if isinstance(field, models.DateField):
            return DAY
        if isinstance(field, models.CharField | models.TextField):
            return field.choices[0][0] if field.choices else self.mark[: field.max_length]
        if isinstance(field, models.BinaryField):
            return self.mark.encode()
        return {} if isinstance(field, models.JSONField) else 1


def keys_of(place: Region, mark: str, firm: Enterprise, by: User) -> dict[str, int]:
    """One object of each kind of every department, by kind."""
    made = Bureau(place, mark, firm, by)
    made.add("reminder", Reminder)
    made.add("ordered file", OrderedFile)
    for department in (_casework, _visits, _money, _planning, _supervision):
        department(made)
    return made.keys


def _casework(made: Bureau) -> None:
    mark, title = made.mark, "高新技术企业"
    made.add("batch", casework.Batch, title=title, year=2026, number=1,
             deadline=end_of(DAY), law="")  # fmt: skip
    made.add("case", casework.Case, title=title, year=2026, state="review")
    sent = review.Review(
        mark, review.listed([(f"{mark}公司", "")])[0], {"税务": mark}, DAY, "blocks"
    )
    made.add("review", casework.JointReview, kept=sent.as_text(), number=sent.id)
    made.add("recommendation", casework.Recommendation)
    made.add("notice", casework.Announcement, kind="备案公告", subject=title)
    made.add("notice row", casework.Announced, match="sure")
    made.add("title event", casework.TitleEvent, subject=title)
    made.add("annual report", casework.AnnualReport, year=2025)


def _visits(made: Bureau) -> None:
    expert = made.add("member", visits.Member, kind="expert", user=None)
    made.add("duty", visits.Duty, number=1)
    made.add("visit", visits.Visit, situation=made.mark)
    made.add("ticket", visits.Ticket, number=made.mark)
    made.add("chain", visits.Chain, note=made.mark)
    made.add("interest", visits.Interest, why=made.mark)
    made.add("round", visits.Round)
    made.add("proposal", visits.Proposal)
    made.add("coaching", visits.Coaching, expert=expert, until=None)


def _money(made: Bureau) -> None:
    mark = made.mark
    money.SchemeText.objects.get_or_create(digest=DIGEST, defaults={"text": SCHEME})
    text = {"digest": DIGEST, "region": "", "short": mark, "name": mark, "since": "", "own": True}
    made.add("pay run", money.Run, source="titles", state="computed", texts=[[text]], counts={
        "items": 1, "total": 1, "status": {}, "open": [0, 0, 0], "unmatched": 0, "unknown": 0,
        "differing": 0})  # fmt: skip
    made.add("pay row", money.Row, status="发放", scheme=mark, award_name=mark, why=mark)
    made.add("publication", money.Publication, rows=[], on=DAY, until=DAY.replace(month=7))
    made.add("objection", money.Objection, text=mark)
    made.add("trial", money.Trial, state="failed", message=mark)
    made.add("grant", money.Grant, scheme=mark, award=mark)
    made.add("payment", money.Payment)
    made.add("budget", money.Budget)
    made.add("voucher", money.Voucher)
    made.add("relief", money.Relief, kind="tax", fen=1)


def _planning(made: Bureau) -> None:
    mark = made.mark
    said = {"name": mark, "members": [mark]}
    made.add("plan", planning.PlanText, kind="txt", text=mark)
    made.add("plan item", planning.PlanItem, kind="body", said=said, start=0, end=len(mark))
    made.add("plan task", planning.PlanTask)
    made.add("goal", planning.Goal, how="stock", first=2026, year=2026)
    made.add("revision", planning.Revision)
    made.add("quota", planning.Quota, number=70_000, why=mark)
    made.add("forecast", planning.Forecast, state="failed", message=mark)


def _supervision(made: Bureau) -> None:
    made.add("task", supervision.Task)
    made.add("progress", supervision.Progress, before="waiting", after="running")
    made.add("evidence", supervision.Evidence, name=f"{made.mark}.txt")
    made.add("joint member", supervision.Member)
    made.add("meeting", supervision.Meeting, minutes=made.mark)
    made.add("decision", supervision.Decision)
    made.keys["report"] = reports.compile_report(by=made.by, as_of=DAY).pk


#: The kinds of tables whose rows are compared: all of every department.
MODELS: tuple[Any, ...] = tuple(
    model
    for module in (casework, visits, money, planning, supervision)
    for model in (getattr(module, name) for name in module.__all__)
    if isinstance(model, type) and issubclass(model, models.Model)
)
