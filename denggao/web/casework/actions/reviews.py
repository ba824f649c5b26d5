"""联审: lists go out, opinions come back whole or not at all, another person approves."""

from __future__ import annotations

import datetime
import hashlib
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from denggao.diagnosis import review as r
from denggao.diagnosis.workflow import STEPS
from denggao.facts.errors import UserError
from denggao.facts.problems import Finding, Problem
from denggao.web.accounts import audit
from denggao.web.accounts.models import Region, User
from denggao.web.casework import opinions as o
from denggao.web.casework.models import (
    Batch,
    Case,
    CaseStep,
    Department,
    JointReview,
    Opinion,
    Recommendation,
    ReturnedFile,
)
from denggao.web.kit.conflicts import Conflict
from denggao.web.ledger import resolving
from denggao.web.ledger.models import Statement, Value
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.sources import RANKS

#: Said of a file, and no reason to refuse it.
_NOTES = ("department_twice",)
_MOST_PROBLEMS = 500
State: Any = Recommendation.State


# --- departments and lists -----------------------------------------------------------------------


@transaction.atomic
def save_department(*, by: User, region: Region, values: dict[str, Any]) -> Department:
    """A department that a region asks. The first one takes the usual ones along, so that they
    are there to be changed."""
    if not Department.objects.filter(region=region).exists():
        for place, (name, question) in enumerate(r.USUAL.items(), 1):
            Department.objects.create(region=region, name=name, question=question, place=place)
    told = dict(values)
    name = told.pop("name")
    row, _ = Department.objects.update_or_create(region=region, name=name, defaults=told)
    audit.record(by=by, action="设置联审部门", of=row, new={k: str(v) for k, v in told.items()})
    return row


@transaction.atomic
def send_out(
    *, by: User, batch: Batch, cases: Sequence[Case], due: datetime.date, silence: str = r.BLOCKS,
    silence_basis: str = "",
) -> JointReview:  # fmt: skip
    """Put a list together for the departments: names and codes, nothing else. Raises UserError
    for no firms, a firm that is not in joint review, or silence without a rule."""
    if not cases:
        raise UserError("没有到“联审”的企业，先提交材料")
    wrong = [str(case.enterprise) for case in cases if case.state != "review"]
    if wrong:
        raise UserError(f"{'、'.join(wrong[:5])} 不在联审，不能列入")
    if silence == r.AGREES and not silence_basis.strip():
        raise UserError("逾期视为无意见，要写明规定的出处和日期")
    if due < timezone.localdate():
        raise UserError("反馈期限已经过了")
    region = by.region or batch.region
    questions = o.departments(region)
    if not questions:
        raise UserError("没有设置联审部门")
    firms, _ = r.listed([(c.enterprise.name, c.enterprise.uscc or "") for c in cases])
    rule = "，逾期视为同意" if silence == r.AGREES else ""  # in the number too: part of the title
    review = r.Review(f"{batch}（{region}{rule}）", firms, questions, due, silence)
    if JointReview.objects.filter(number=review.id).exists():
        raise UserError("同样的名单、部门和期限已经发出过")
    kept = JointReview.objects.create(
        batch=batch, kept=review.as_text(), number=review.id, due=due, silence=silence,
        silence_basis=silence_basis.strip(), by=by,
    )  # fmt: skip
    told = {"firms": len(firms), "departments": list(questions), "due": str(due)}
    audit.record(by=by, action="发出联审名单", of=kept, new=told, why=silence_basis)
    return kept


# --- opinions by file ----------------------------------------------------------------------------


def read_back(
    *, by: User, kept: JointReview, department: str, name: str, data: bytes, corrects: str = ""
) -> ReturnedFile:
    """A department's file: taken whole, or refused with every cell named. ``corrects``: why it
    takes the place of what the department said before. Raises UserError for a file that is no
    table, or a department that was not asked; Conflict where its opinions came in meanwhile."""
    if department not in kept.review.questions:
        raise UserError(f"{department}没有被征求意见")
    cases = list(_asked_about(kept))
    fresh, problems = _read(kept, cases, department, name, data, bool(corrects.strip()))
    bad = [p for p in problems if p.kind not in _NOTES]
    try:
        with transaction.atomic():
            file = ReturnedFile.objects.create(
                review=kept, department=department, file=name[-200:],
                digest=hashlib.sha256(data).hexdigest(),
                state=ReturnedFile.State.REFUSED if bad else ReturnedFile.State.TAKEN,
                problems=[str(p) for p in bad[:_MOST_PROBLEMS]],
                notes=[str(p) for p in problems if p.kind in _NOTES], by=by,
            )  # fmt: skip
            if not bad:
                file.taken = _take(by, kept, cases, fresh, file, corrects)
                file.save(update_fields=["taken"])
            told = {"sha256": file.digest, "taken": file.taken, "problems": len(bad)}
            audit.record(
                by=by, action="收回联审意见", of=file, name=f"{kept} {department}",
                done=not bad, why=corrects, new=told,
            )  # fmt: skip
    except IntegrityError:  # the same department's opinions came in meanwhile
        raise Conflict from None
    return file


def _asked_about(kept: JointReview) -> QuerySet[Case]:
    """Applications of the batch from the region that sent the list: a batch of the city has those
    of other districts too, and a firm without a code is known by its name alone."""
    region = kept.by.unit.region if kept.by.unit else kept.batch.region
    found = Case.objects.filter(within(region, "enterprise__"), batch=kept.batch)
    return found.select_related("enterprise", "batch")


def _read(
    kept: JointReview, cases: list[Case], department: str, name: str, data: bytes, corrects: bool
) -> tuple[dict[str, r.Opinion], list[Problem]]:
    """(key of firm → opinion that the file adds, problems by cell)."""
    answers = r.Answers(kept.review)
    before = {} if corrects else o.answers_of(kept, cases).opinions
    for key, said in before.items():
        if department in said:
            answers.opinions[key] = {department: said[department]}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"returned{Path(name).suffix.lower()}"
        path.write_bytes(data)
        answers.read(path)
    shown = name or path.name
    problems = [_as_named(problem, path.name, shown) for problem in answers.problems]
    for other in set(answers.returned) - {department}:
        advice = f"这是{other}的表，不是{department}的，没有读；请核对上传的是哪个部门的"
        found = Finding("wrong_department", department, advice)
        problems.append(
            Problem(shown, "", 0, "", "", other, found.expected, found.advice, found.kind)
        )
    fresh = {
        key: said[department]
        for key, said in answers.opinions.items()
        if department in said and said[department].file == path.name
    }
    return fresh, problems


def _as_named(problem: Problem, path: str, shown: str) -> Problem:
    """The problem with the file's own name; refused as a whole, it counts as no answer at all."""
    advice = problem.advice.replace(f"「{path}」", f"「{shown}」").replace("，按“不详”", "")
    return replace(problem, file=shown if problem.file == path else problem.file, advice=advice)


def _take(
    by: User, kept: JointReview, cases: list[Case], fresh: dict[str, r.Opinion],
    file: ReturnedFile, corrects: str,
) -> int:  # fmt: skip
    by_key = o.keys_of(cases)
    pks = [by_key[key].pk for key in fresh if key in by_key]
    if corrects:
        Opinion.objects.filter(case__in=pks, department=file.department, counts=True).update(
            counts=False
        )
    rows = [
        Opinion(
            case=by_key[key], review=kept, department=said.department, answer=said.answer,
            words=said.words[:300], file=file, row=said.row, by=by,
        )
        for key, said in fresh.items()
        if key in by_key
    ]  # fmt: skip
    Opinion.objects.bulk_create(rows)
    _feed(by, [row.case for row in rows], kept)
    return len(rows)


# --- an opinion by login -------------------------------------------------------------------------


def give(
    *, by: User, kept: JointReview, case: Case, answer: str, words: str = "", seen: int = 0
) -> Opinion:
    """The opinion of the person's own department. ``seen``: the opinion that the page showed, 0
    for none. Raises UserError for a person of no department that was asked, a change without
    words; Conflict where the department has said something else meanwhile."""
    department = o.department_of(by)
    if department not in kept.review.questions:
        raise UserError("您的单位不在这次联审的部门里，请找科技局设置对应单位")
    if answer not in r.ANSWERS:
        raise UserError(f"意见应为 {'、'.join(r.ANSWERS)}")
    if case.state != "review":
        raise UserError(f"{case.enterprise} 已到{case.stage.name}，不再征求意见")
    try:
        with transaction.atomic():
            return _give(by, kept, case, department, answer, words, seen)
    except IntegrityError:
        raise Conflict from None


def _give(
    by: User, kept: JointReview, case: Case, department: str, answer: str, words: str, seen: int
) -> Opinion:
    still = Case.objects.select_for_update().filter(pk=case.pk, state="review")
    now = Opinion.objects.filter(case=case, department=department, counts=True).first()
    if not still.exists() or (now.pk if now else 0) != seen:
        raise Conflict
    if now is not None:
        if not words.strip():
            raise UserError("更改已给出的意见，请在说明里写理由")
        now.counts = False
        now.save(update_fields=["counts"])
    row = Opinion.objects.create(
        case=case, review=kept, department=department, answer=answer, words=words[:300], by=by
    )
    audit.record(
        by=by, action="出具联审意见", of=case, name=f"{case} {department}", why=words,
        old=now.answer if now else None, new=answer,
    )  # fmt: skip
    _feed(by, [case], kept)
    return row


# --- opinions as facts ---------------------------------------------------------------------------


def _feed(by: User, cases: Sequence[Case], kept: JointReview) -> None:
    """What the law asks of these departments is then known of the firm: a statement with its
    source, where the department was asked in the usual words. 否 to a question that joins two
    things does not say which, and states nothing."""
    questions = kept.review.questions
    usual = {name for name, asked in questions.items() if r.USUAL.get(name) == asked}
    rows = Opinion.objects.filter(case__in=cases, counts=True, department__in=usual)
    said: dict[int, dict[str, str]] = {}
    for row in rows:
        said.setdefault(row.case_id, {})[row.department] = row.answer
    for case in cases:
        for fact, (value, whose) in _facts(said.get(case.pk, {})).items():
            _state(by, case, fact, value, f"联审意见（{whose}）：名单 {kept.number}")


def _facts(said: dict[str, str]) -> dict[str, tuple[bool, str]]:
    found: dict[str, tuple[bool, str]] = {}
    nature, market, tax = said.get("生态环境"), said.get("市场监管"), said.get("税务")
    if nature == r.NO:
        found["major_incident"] = (True, "生态环境")
    elif nature == market == r.YES:
        found["major_incident"] = (False, "生态环境、市场监管")
    if market == r.YES:
        found["dishonest_listed"] = (False, "市场监管")
    if tax == r.YES:
        found["taxed_on_accounts"] = (True, "税务")
    return found


def _state(by: User, case: Case, fact: str, value: bool, why: str) -> None:
    firm = case.enterprise
    now = Value.objects.filter(enterprise=firm, fact=fact, year=0).first()
    if now is not None and now.number == int(value) and not now.disputed:
        return
    statement = Statement.objects.create(
        enterprise=firm, fact=fact, year=0, number=int(value), rank=RANKS["official"], by=by,
        why=why[:300],
    )  # fmt: skip
    resolving.touched_by_statement(statement.pk)


# --- the list that is recommended ----------------------------------------------------------------


def digest_of(cases: Sequence[Case]) -> str:
    """Tells a list from any other: of the applications and firms on it."""
    told = [f"{c.pk}:{c.enterprise_id}:{c.enterprise.uscc or ''}" for c in cases]
    return hashlib.sha256("\n".join(sorted(told)).encode()).hexdigest()


@transaction.atomic
def propose(*, by: User, batch: Batch, cases: Sequence[Case]) -> Recommendation:
    """Put a list together to be approved by another person. Raises UserError, with every firm
    named, where one cannot be recommended; Conflict where a list waits already."""
    if not cases:
        raise UserError("没有可以推荐的企业")
    if by.region is None:
        raise UserError("您没有辖区，不能拟推荐名单")
    _all_may(cases)
    try:
        with transaction.atomic():
            made = Recommendation.objects.create(
                batch=batch, region=by.region, digest=digest_of(cases), by=by
            )
    except IntegrityError:
        raise Conflict from None
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(recommendation=made)
    told = {"firms": len(cases), "sha256": made.digest}
    audit.record(by=by, action="拟推荐名单", of=made, new=told)
    return made


def _all_may(cases: Sequence[Case]) -> None:
    for said in o.said_of(cases):
        if said.case.state != "review":
            raise UserError(f"{said.case.enterprise} 现在是{said.case.stage.name}，不能推荐")
        if said.verdict != "可以推荐":
            raise UserError(f"{said.case.enterprise} {said.verdict}：{said.why}")


@transaction.atomic
def approve(*, by: User, listed: Recommendation, version: int) -> int:
    """Approve a list: every firm on it is recommended, once. Raises Conflict where somebody
    decided before; UserError for the person who put it together, a list that was altered, or a
    firm that can no longer be recommended. Returns the number of firms."""
    if by.pk == listed.by_id:
        raise UserError("拟单人不能审定自己的名单，请换一个人")
    _decide(by, listed, version, State.APPROVED)
    cases = list(listed.cases.select_related("enterprise", "batch").order_by("pk"))
    if digest_of(cases) != listed.digest:
        raise UserError("名单和拟单时不一样了，请退回重拟")
    _all_may(cases)
    step, now = STEPS["recommend"], timezone.now()
    for case in cases:
        taken = Case.objects.filter(pk=case.pk, version=case.version, state="review")
        if not taken.update(
            state=step.target, before="review", since=now, version=case.version + 1
        ):
            raise Conflict
    CaseStep.objects.bulk_create(
        CaseStep(case=c, step=step.code, source="review", target=step.target, by=by, at=now)
        for c in cases
    )
    told = {"firms": len(cases), "sha256": listed.digest}
    audit.record(by=by, action="审定推荐名单", of=listed, new=told)
    return len(cases)


@transaction.atomic
def send_back(*, by: User, listed: Recommendation, version: int, why: str) -> None:
    """Return a list to whoever put it together. Raises Conflict, UserError without a reason."""
    if not why.strip():
        raise UserError("退回要写理由")
    _decide(by, listed, version, State.RETURNED, why)
    listed.cases.update(recommendation=None)
    audit.record(by=by, action="退回推荐名单", of=listed, why=why)


def _decide(by: User, listed: Recommendation, version: int, state: str, why: str = "") -> None:
    waiting = Recommendation.objects.filter(pk=listed.pk, version=version, state=State.DRAFT)
    if not waiting.update(
        state=state, decided_by=by, decided_at=timezone.now(), version=version + 1, why=why[:300]
    ):
        raise Conflict
