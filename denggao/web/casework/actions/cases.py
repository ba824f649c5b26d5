"""Applications: from an intent to a certificate, one step at a time, each by the table."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from denggao.diagnosis.calendar import in_time
from denggao.diagnosis.materials import materials
from denggao.diagnosis.workflow import FIRST, NOTICE_DAYS, STATES, STEPS, Step
from denggao.facts.catalogue import technical_fields
from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.casework import gates
from denggao.web.casework.models import Batch, Case, CaseStep, MaterialState, Waiver
from denggao.web.kit.conflicts import Conflict
from denggao.web.kit.days import notice_end
from denggao.web.ledger.models import Enterprise, Value


class Late(UserError):
    """Handed in after the deadline; noted in the audit with the server's time."""


@dataclass
class Told:
    """What a person says with a step."""

    why: str = ""
    day: datetime.date | None = None
    number: str = ""
    #: The server's time; only tests set it.
    at: datetime.datetime = field(default_factory=timezone.now)


# --- intents -------------------------------------------------------------------------------------


def register(
    *, by: User, batch: Batch, firms: Iterable[Enterprise], values: dict[str, Any] | None = None
) -> tuple[list[Case], list[str]]:
    """Register the intents of firms. Returns the applications made, and who already has one."""
    firms, made, refused = list(firms), [], []
    fields = _fields(firms)
    for firm in firms:
        told = {"field": fields.get(firm.pk, "")} | (values or {})
        try:
            with transaction.atomic():
                made.append(_registered(by, batch, firm, told))
        except IntegrityError:
            refused.append(f"{firm} 在 {batch.year} 年已有一件{batch.title}申报在办或已发证")
    return made, refused


def _fields(firms: list[Enterprise]) -> dict[int, str]:
    """The first of the three levels of each firm's field, in words."""
    rows = Value.objects.filter(enterprise__in=firms, fact="field_code").exclude(text="")
    return {
        pk: technical_fields().get(text.partition(".")[0], "")[:60]
        for pk, text in rows.values_list("enterprise_id", "text")
    }


def _registered(by: User, batch: Batch, firm: Enterprise, values: dict[str, Any]) -> Case:
    case = Case.objects.create(
        enterprise=firm, batch=batch, title=batch.title, year=batch.year, state=FIRST, made_by=by,
        **values,
    )  # fmt: skip
    CaseStep.objects.create(case=case, step="register", target=FIRST, by=by)
    audit.record(by=by, action="登记意向", of=case, new={"batch": str(batch)})
    return case


@transaction.atomic
def rebatch(*, by: User, case: Case, version: int, batch: Batch, why: str) -> None:
    """Put an application that is not handed in into another batch of the year. Raises Conflict,
    UserError."""
    if (batch.title, batch.year) != (case.title, case.year):
        raise UserError("只能换到同一年、同一资格的另一批")
    if case.state not in ("intent", "coaching", "materials"):
        raise UserError(f"已到{case.stage.name}，不能换批次")
    _next_version(case, version)
    old = str(case.batch)
    Case.objects.filter(pk=case.pk).update(batch=batch)
    audit.record(by=by, action="换批次", of=case, old=old, new=str(batch), why=why)


@transaction.atomic
def describe(*, by: User, case: Case, version: int, values: dict[str, Any]) -> None:
    """Adviser, field, leader. Raises Conflict."""
    _next_version(case, version)
    old = {key: str(getattr(case, key) or "") for key in values}
    for key, value in values.items():
        setattr(case, key, value)
    case.save(update_fields=list(values))
    new = {key: str(value or "") for key, value in values.items()}
    audit.record(by=by, action="修改办件", of=case, old=old, new=new)


# --- evidence ------------------------------------------------------------------------------------


@transaction.atomic
def set_materials(
    *, by: User, case: Case, version: int, states: dict[str, tuple[str, str]]
) -> None:
    """How far each item is: code → (state, note). Raises Conflict, UserError for an item that
    the list does not have or after the application was handed in."""
    known = {item.code for item in materials(case.title)}
    if unknown := set(states) - known:
        raise UserError(f"材料清单里没有 {'、'.join(sorted(unknown))}")
    if case.state not in ("intent", "coaching", "materials"):
        raise UserError(f"已到{case.stage.name}，要改材料请先退回补正")
    _next_version(case, version)
    old = {row.code: row.state for row in case.materials.all()}
    for code, (state, note) in states.items():
        MaterialState.objects.update_or_create(
            case=case, code=code, defaults={"state": state, "note": note, "by": by}
        )
    _look_again(case)
    new = {code: state for code, (state, _) in states.items()}
    audit.record(by=by, action="核对材料", of=case, old=old, new=new)


@transaction.atomic
def waive(*, by: User, case: Case, version: int, gate: str, agreed_by: str, why: str) -> Waiver:
    """Let an application pass a gate: who agreed, and why. Raises Conflict, UserError for a gate
    that is open to all or cannot be waived."""
    if not agreed_by.strip() or not why.strip():
        raise UserError("放行要写同意人和理由")
    (readiness,) = gates.look([case])
    found = next((g for g in readiness.gates if g.code == gate), None)
    if found is None or not found.is_open:
        raise UserError("这一关已经过了，不用放行")
    if not found.waivable:
        raise UserError(f"{found.name}不能放行：{found.why}")
    _next_version(case, version)
    waiver = Waiver.objects.create(
        case=case, gate=gate, agreed_by=agreed_by.strip(), why=why.strip(), by=by
    )
    _look_again(case)
    audit.record(
        by=by, action="关口放行", of=case, why=why, new={"gate": gate, "agreed_by": agreed_by}
    )
    return waiver


def check(*, by: User, cases: list[Case]) -> int:
    """Look at all gates again; returns how many are ready."""
    with transaction.atomic():
        found = gates.look(cases)
        gates.note(found)
        ready = sum(one.is_ready for one in found)
        told = {"cases": len(found), "ready": ready}
        audit.record(by=by, action="核对关口", kind="case", name=f"{len(found)} 件", new=told)
    return ready


def _look_again(case: Case) -> None:
    fresh = Case.objects.select_related("enterprise", "batch__region").get(pk=case.pk)
    gates.note(gates.look([fresh]))


# --- steps ---------------------------------------------------------------------------------------


def step(*, by: User, case: Case, version: int, code: str, told: Told | None = None) -> None:
    """Take one step of the table. Raises Conflict where somebody else was quicker, Late after
    the deadline (which is then in the audit), UserError for what is missing."""
    told = told or Told()
    try:
        with transaction.atomic():
            _step(by, case, version, STEPS[code], told)
    except Late:
        with transaction.atomic():
            audit.record(
                by=by, action="逾期提交被拒", of=case, done=False,
                new={"server_time": timezone.localtime(told.at).isoformat(),
                     "deadline": timezone.localtime(case.batch.deadline).isoformat()},
            )  # fmt: skip
        raise


def _step(by: User, case: Case, version: int, step: Step, told: Told) -> None:
    if step.permission not in by.permissions:
        raise UserError(f"您的角色不能“{step.name}”")
    if step.by_list:
        raise UserError(f"“{step.name}”只能随推荐名单一起审定")
    _next_version(case, version)
    case.refresh_from_db(fields=["state", "before", "filed_at", "publicised_on", "version"])
    if case.state not in step.sources:
        raise UserError(f"现在是{case.stage.name}，不能“{step.name}”")
    for need in step.needs:
        _CHECKS[need](case, told)
    source = case.state
    changes = {"state": step.target, "before": source, "since": told.at} | _effects(step, told)
    try:
        with transaction.atomic():
            Case.objects.filter(pk=case.pk).update(**changes)
    except IntegrityError:
        raise UserError(
            f"{case.enterprise} 在 {case.year} 年已另有一件在办，不能再恢复这一件"
        ) from None
    CaseStep.objects.create(
        case=case, step=step.code, source=source, target=step.target, why=told.why, by=by,
        at=told.at,
    )  # fmt: skip
    audit.record(by=by, action=step.name, of=case, old=source, new=step.target, why=told.why)
    for key, value in changes.items():
        setattr(case, key, value)
    if step.code == "issue":
        _certify(by, case, told)


def _effects(step: Step, told: Told) -> dict[str, Any]:
    """What a step writes down beside the state."""
    effects: dict[str, dict[str, Any]] = {
        "submit": {"filed_at": told.at},
        "return": {"filed_at": None, "recommendation": None},
        "review_again": {"recommendation": None},
        "publicise": {"publicised_on": told.day},
    }
    return effects.get(step.code, {})


def _certify(by: User, case: Case, told: Told) -> None:
    """The certificate goes into the ledger as first recognition or renewal."""
    from denggao.web.casework.actions import titles

    assert told.day is not None
    kind = titles.recognition(case.enterprise, case.title, told.day)
    why = told.why or f"{case.batch}发证"
    titles.enter(
        by=by, enterprise=case.enterprise, kind=kind, subject=case.title, on=told.day,
        number=told.number, why=why,
    )  # fmt: skip


def _next_version(case: Case, version: int) -> None:
    """Take the turn of whoever saw this version; one of many gets it."""
    if not Case.objects.filter(pk=case.pk, version=version).update(version=version + 1):
        raise Conflict
    case.version = version + 1


# --- what a step needs ---------------------------------------------------------------------------


def _on_time(case: Case, told: Told) -> None:
    if not in_time(told.at, case.batch.deadline):
        now = timezone.localtime(told.at).strftime("%Y-%m-%d %H:%M:%S")
        raise Late(
            f"申报截止是 {case.batch.words}，服务器时间 {now}，已经过了，没有提交；"
            "如有延期通知，请先在批次里登记改期"
        )


def _ready(case: Case, told: Told) -> None:
    (readiness,) = gates.look([case])
    gates.note([readiness])
    if readiness.blocking:
        shown = "；".join(gate.said for gate in readiness.blocking[:6])
        more = f"……共 {len(readiness.blocking)} 处" if len(readiness.blocking) > 6 else ""
        raise UserError(f"{case.enterprise} 还有关口没过：{shown}{more}")


def _reason(case: Case, told: Told) -> None:
    if not told.why.strip():
        raise UserError("请写明理由")


def _day(case: Case, told: Told) -> None:
    if told.day is None or told.day > timezone.localtime(told.at).date():
        raise UserError("请写公示发布日，不能晚于今天")


def notice_ends(case: Case) -> tuple[datetime.date | None, str]:
    """The last of the ten working days of the public notice, ``None`` before it is put up; and
    what to heed where the year's holidays are not entered."""
    if case.publicised_on is None:
        return None, ""
    return notice_end(case.publicised_on, NOTICE_DAYS)


def _notice_over(case: Case, told: Told) -> None:
    last, rough = notice_ends(case)
    if last is None or timezone.localtime(told.at).date() <= last:
        note = f"（{rough}）" if rough else ""
        raise UserError(f"公示要满 {NOTICE_DAYS} 个工作日，到 {last or '（没有公示）'} 为止{note}")


def _certificate(case: Case, told: Told) -> None:
    if not told.number.strip() or told.day is None:
        raise UserError("请写证书编号和发证日期")
    if told.day > timezone.localtime(told.at).date():
        raise UserError("发证日期不能晚于今天")


def _was(state: str) -> Callable[[Case, Told], None]:
    def check(case: Case, told: Told) -> None:
        if case.before != state:
            raise UserError(f"复议的这件原来不是{STATES[state].name}")

    return check


_CHECKS: dict[str, Callable[[Case, Told], None]] = {
    "on_time": _on_time,
    "ready": _ready,
    "reason": _reason,
    "day": _day,
    "notice_over": _notice_over,
    "certificate": _certificate,
    "was_refused": _was("refused"),
    "was_failed": _was("failed"),
}
