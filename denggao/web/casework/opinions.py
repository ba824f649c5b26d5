"""Opinions in the database as ``diagnosis.review`` knows them: one meaning for files and pages."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.utils import timezone

from denggao.diagnosis import review as r
from denggao.facts.identity import normal_code, normal_name
from denggao.web.accounts.models import Region, User
from denggao.web.casework.models import Case, Department, JointReview, Opinion
from denggao.web.casework.models.batches import around


def asked(case: Case) -> r.Asked:
    """The firm of an application as a list names it: its name and code, no figure."""
    return r.Asked(case.enterprise.name, normal_code(case.enterprise.uscc or ""))


def keys_of(cases: Iterable[Case]) -> dict[str, Case]:
    """Applications by the key of their firm on a list; by name where the firm has no code."""
    found: dict[str, Case] = {}
    for case in cases:
        firm = case.enterprise
        found.setdefault(normal_name(firm.name), case)
        if firm.uscc:
            found[normal_code(firm.uscc)] = case
    return found


def departments(region: Region) -> dict[str, str]:
    """Department → what it is asked, as the region configured it, else the usual five. Those of
    the nearest region that has any."""
    rows = list(Department.objects.filter(around(region), region__path__lte=region.path))
    rows = [row for row in rows if region.path.startswith(row.region.path)]
    if not rows:
        return dict(r.USUAL)
    nearest = max((row.region.path for row in rows), key=len)
    return {row.name: row.question for row in rows
            if row.region.path == nearest and row.is_asked}  # fmt: skip


def department_of(user: User) -> str:
    """The department for which this person speaks: by the unit that the region named, else the
    only one whose name stands in the unit's name; "" for none."""
    unit = user.unit
    if unit is None or user.region is None:
        return ""
    own = {unit.pk, unit.parent_id} - {None}
    row = Department.objects.filter(unit__in=own, is_asked=True).first()
    if row is not None:
        return row.name
    words = unit.name + (unit.parent.name if unit.parent else "")
    named = [name for name in departments(unit.region) if name in words]
    return named[0] if len(named) == 1 else ""


class Said(NamedTuple):
    """One application of a list: its opinions by department, and what follows from them."""

    case: Case
    opinions: dict[str, Opinion]
    verdict: str
    why: str
    review: JointReview | None


def said_of(cases: Sequence[Case], on: datetime.date | None = None) -> list[Said]:
    """What the departments said of applications, each by the last list that it stands on."""
    on = on or timezone.localdate()
    found = {case.pk: case for case in cases}
    rows = Opinion.objects.filter(case__in=found, counts=True).select_related("file", "by")
    by_case: dict[int, dict[str, Opinion]] = {}
    for row in rows:
        by_case.setdefault(row.case_id, {})[row.department] = row
    lists = JointReview.objects.filter(batch__in={c.batch_id for c in cases}).order_by("-pk")
    reviews = [(kept, kept.review) for kept in lists.select_related("by__unit__region")]
    held = [(kept, review, {firm.key for firm in review.firms}) for kept, review in reviews]
    paths = dict(Region.objects.values_list("code", "path")) if held else {}
    told = []
    for case in cases:
        near = [one for one in held if _reaches(one[0], case, paths)]
        told.append(_said(case, by_case.get(case.pk, {}), near, on))
    return told


def _reaches(kept: JointReview, case: Case, paths: dict[str, str]) -> bool:
    """Was the list sent by a bureau of the firm's region? A firm without a code is known by its
    name, which another district's list may have too."""
    if kept.by.unit is None:
        return True
    firm, sender = case.enterprise, kept.by.unit.region.path
    return any(paths.get(code, "").startswith(sender) for code in (firm.region_id, firm.zone_id))


def _said(
    case: Case, opinions: dict[str, Opinion],
    lists: Sequence[tuple[JointReview, r.Review, set[str]]], on: datetime.date,
) -> Said:  # fmt: skip
    firm = asked(case)
    for kept, review, firms in lists:
        if kept.batch_id == case.batch_id and firm.key in firms:
            answers = r.Answers(review, {firm.key: _told(opinions)})
            return Said(case, opinions, *answers.verdict(firm, on), kept)
    return Said(case, opinions, "待反馈", "还没有征求部门意见", None)


def _told(opinions: dict[str, Opinion]) -> dict[str, r.Opinion]:
    return {
        name: r.Opinion(name, row.answer, row.words, source_of(row), row.row)
        for name, row in opinions.items()
    }


def source_of(row: Opinion) -> str:
    """The file that said so, or who did."""
    return row.file.file if row.file else f"{row.by}登录填写"


def answers_of(kept: JointReview, cases: Iterable[Case]) -> r.Answers:
    """Everything that came back on a list, for its summary and to hold another file against."""
    review = kept.review
    answers = r.Answers(review)
    by_key = keys_of(cases)
    pairs = {firm.key: by_key[firm.key] for firm in review.firms if firm.key in by_key}
    rows = Opinion.objects.filter(case__in=list(pairs.values()), counts=True)
    said: dict[int, dict[str, Opinion]] = {}
    for row in rows.select_related("file", "by"):
        said.setdefault(row.case_id, {})[row.department] = row
    for key, case in pairs.items():
        answers.opinions[key] = _told(said.get(case.pk, {}))
    for file in kept.returned.filter(state="taken").order_by("pk"):
        answers.returned.setdefault(file.department, file.file)
    return answers
