"""What the report of a day is made from, out of the database: the same firms, titles and targets
that the board shows, with every row's origin."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from django.utils import timezone

from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.report import Report
from denggao.diagnosis.weekly.stand import ALL, NOWHERE, Call, Goal, Rules, Stand, Task
from denggao.documents.papers.weekly import name_of
from denggao.facts.errors import UserError
from denggao.facts.ledger import Ledger
from denggao.web.accounts.models import User
from denggao.web.assessments import texts
from denggao.web.assessments.facts import ledger_of
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.ledger.search import LADDER
from denggao.web.planning import figures
from denggao.web.planning.figures import Figure, Line, Standing
from denggao.web.planning.models import Goal as Aim
from denggao.web.supervision.models import Basis
from denggao.web.supervision.models import Task as Row
from denggao.web.visits import duties
from denggao.web.visits.models import Visit

LEDGER = "培育库台账"


def stand_of(user: User, on: datetime.date) -> Stand:
    """Everything that the figures of the day depend on. Raises UserError for a person without a
    region, and for a law that is not in force."""
    if user.region is None:
        raise UserError("您没有辖区，不能编制周报告")
    rules = rules_on(user, on)
    found = figures.standing(user, on)
    ledger, units = _ledger(user, rules)
    return Stand(
        ledger=ledger,
        as_of=on,
        rules=rules,
        tasks=[_task(row) for row in tasks_of(user)],
        goals=list(_goals(found, rules)) if found else [],
        calls=list(_calls(user, on, units)),
        files=(LEDGER,),
    )


def basis_on(user: User, on: datetime.date) -> Basis | None:
    """The latest word on how figures are counted."""
    return Basis.objects.filter(region=user.region, since__lte=on).first()


def rules_on(user: User, on: datetime.date) -> Rules:
    """The same, with the texts of the laws in force on the day."""
    basis = basis_on(user, on)
    if basis is None:
        return Rules(kinds=LADDER)
    laws = [texts.in_force(short, on, user.region) for short in basis.laws]
    return Rules(tuple(basis.kinds), basis.place, {law.short: texts.text_of(law) for law in laws})


def tasks_of(user: User) -> Any:
    """Tasks of the person's own region, with their units."""
    return Row.objects.filter(region=user.region).prefetch_related("units").order_by("pk")


def _task(row: Row) -> Task:
    return Task(
        key=str(row.pk), text=row.text, unit=row.lead, made_on=row.made_on, due=row.due,
        state=row.get_state_display(), done_on=row.done_on, leader=row.leader, source=row.source,
    )  # fmt: skip


# --- firms ---------------------------------------------------------------------------------------


def _ledger(user: User, rules: Rules) -> tuple[Ledger, dict[int, str]]:
    """The firms, and the unit of each by its key."""
    firms = Enterprise.objects.for_user(user)
    ledger, keys = ledger_of(firms)
    told = dict(firms.order_by().values_list("pk", "zone__name"))
    offices = dict(firms.order_by().values_list("pk", "owner__unit__name"))
    columns = {
        **ledger.columns,
        "zone": [told.get(key) for key in keys],
        "office": [offices.get(key) for key in keys],
    }
    places = _places(firms)
    named = columns[rules.place]
    units = {key: name or NOWHERE[rules.place] for key, name in zip(keys, named, strict=True)}
    return replace(ledger, columns=columns, places=[places[key] for key in keys]), units


def _places(firms: Any) -> dict[int, tuple[str, str, int]]:
    """Where each firm's last certificate stands in a file, else where the firm came from."""
    found = {
        pk: (file or "人工登记", "", 0)
        for pk, file in firms.order_by().values_list("pk", "source__file")
    }
    asked = Title.objects.filter(enterprise__in=firms.order_by().values("pk"), withdrawn=False)
    fields = ("enterprise_id", "source__file", "source__tables", "sheet", "row", "by__name", "at")
    for pk, file, tables, sheet, row, who, at in asked.order_by("pk").values_list(*fields):
        if file is None:
            found[pk] = (f"{who} {timezone.localtime(at):%Y-%m-%d} 登记", "", 0)
        else:
            named = tables[sheet]["sheet"] if tables and sheet < len(tables) else ""
            found[pk] = (file, named, row)
    return found


# --- visits --------------------------------------------------------------------------------------


def _calls(user: User, on: datetime.date, units: dict[int, str]) -> Iterator[Call]:
    """Every firm that a duty wants to be seen in its present period, and when it was."""
    assert user.region is not None
    for duty in duties.duties_of(user.region):
        if duty.pk is None or not duty.every:
            continue
        period = duties.period_of(duty.every, on)
        made = Visit.objects.for_user(user).filter(duty=duty, on__range=(period.start, on))
        seen = dict(made.order_by("-on").values_list("enterprise", "on"))  # the first stays
        firms = duties.firms_under(duty, user, on).order_by("pk").values_list("pk", "name")
        for pk, name in firms:
            key = f"{duty.number}|{pk}|{period.start}"
            yield Call(
                key, name, units.get(pk, ""), duty.name, period.start, period.last, seen.get(pk),
                "包抓走访",
            )  # fmt: skip


# --- targets -------------------------------------------------------------------------------------


def _goals(found: Standing, rules: Rules) -> Iterator[Goal]:
    axis = "office" if rules.place == "office" else "region"
    for line in found.lines:
        of = _aimed(line.goal, found.on)
        if not of:
            continue
        shares = [figure for cut in line.cuts if cut.axis == axis for figure in cut.figures]
        given = sum(_whole(share.target) for share in shares if share.target is not None)
        yield from _parts(line, of, line.whole, ALL, given)
        for share in shares:
            yield from _parts(line, of, share, share.label)


def _aimed(goal: Aim, on: datetime.date) -> str:
    """The figure that a goal is about, "" where the ledger cannot count it."""
    if goal.tier not in LADDER:
        return ""
    match goal.how:
        case Aim.How.STOCK:
            return f.figure(f.HELD, goal.tier)
        case Aim.How.GROSS:
            since = f"{f.SINCE_NEW}{goal.first}年"
            return f.figure(f.NEW if goal.first == on.year else since, goal.tier)
        case Aim.How.NET:
            return f.figure(f"{f.SINCE_NET}{goal.first}年", goal.tier)
    return ""


def _parts(line: Line, of: str, figure: Figure, unit: str, given: int = 0) -> Iterator[Goal]:
    """What is left of a target after ``given`` went to the units: the report adds up all rows, so
    a target and its shares must not both be among them."""
    goal, key = line.goal, f"{line.goal.pk}|{figure.axis}|{figure.key}"
    source = f"目标任务：{goal}"
    if figure.target is not None:
        left = _whole(figure.target) - given
        if left or not given:
            yield Goal(key, of, unit, goal.first, goal.year, left, source)
    for number in range(figure.unset):
        yield Goal(f"{key}|{number}", of, unit, goal.first, goal.year, None, source)


def _whole(value: Fraction) -> int:
    """Firms are whole: half a firm is the next one."""
    return -(-value.numerator // value.denominator)


# --- the board -----------------------------------------------------------------------------------


def differences(user: User, report: Report) -> list[str]:
    """Where the board of the same day says something else; the report is not frozen then."""
    board = figures.standing(user, report.as_of)
    if board is None:
        return []
    told = [(f.figure(f.HELD, tier.name), tier.figures[0].done) for tier in board.tiers]
    told += [(of, line.whole.done) for line in board.lines if (of := _aimed(line.goal, board.on))]
    return list(dict.fromkeys(
        f"{name_of(id_)}看板 {done}、周报 {report.line(id_).total}"
        for id_, done in _counted(told, report)
        if done != report.line(id_).total
    ))  # fmt: skip


def _counted(
    told: Iterable[tuple[str, int | None]], report: Report
) -> Iterator[tuple[str, int | None]]:
    """What both count: a title that the rules leave out stands on the board alone."""
    known = {line.id for line in report.lines}
    return ((id_, done) for id_, done in told if id_ in known and done is not None)
