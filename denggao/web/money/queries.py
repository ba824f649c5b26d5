"""What is read of runs, payments and budgets. All sums are over the whole, never over a page."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from denggao.web.accounts.models import User
from denggao.web.ledger.models.enterprise import visible
from denggao.web.money import registers
from denggao.web.money.models import Budget, Grant, Payment, Row, Run
from denggao.web.money.models.runs import LATER, MOVING, OPEN, PAID

#: (from how many days, words): how long a firm has waited since the event.
AGES = ((365, "一年以上"), (180, "半年以上"), (90, "三个月以上"), (0, "三个月以内"))


def moving(run: Run) -> QuerySet[Row]:
    """The rows that move money and were not left out."""
    rows: QuerySet[Row] = run.rows.filter(status__in=MOVING, left_out="")
    return rows


def sums(run: Run) -> list[tuple[str, list[tuple[str, int, int]]]]:
    """(heading, [(name, rows, 分)]) by scheme, level, district and batch; each adds up to the
    same."""
    found = [("级次", _levels(run))]
    for heading, field in (("区县", "district"), ("批次", "batch"), ("办法", "scheme")):
        rows = moving(run).order_by(field).values_list(field)
        found.append((heading, list(rows.annotate(count=Count("pk"), fen=Sum("fen")))))
    return found


def _levels(run: Run) -> list[tuple[str, int, int]]:
    found: dict[str, tuple[int, int]] = {}
    alike = moving(run).order_by().values_list("levels").annotate(count=Count("pk"))
    for levels, times in alike:  # few amounts are paid to many firms
        for level, fen in levels.items():
            count, total = found.get(level, (0, 0))
            found[level] = count + times, total + times * fen
    return [(level, *told) for level, told in sorted(found.items())]


def total(run: Run) -> tuple[int, int]:
    """(rows, 分) that the run moves."""
    told = moving(run).aggregate(count=Count("pk"), fen=Sum("fen"))
    return told["count"], told["fen"] or 0


def rows_of(run: Run, asked: dict[str, str]) -> QuerySet[Row]:
    """The rows asked for: ``status``, ``district`` and ``text`` (name or code)."""
    rows: QuerySet[Row] = run.rows.defer("values").order_by("number", "part")
    if asked["status"] == "left_out":
        rows = rows.exclude(left_out="")
    elif asked["status"]:
        rows = rows.filter(status=asked["status"], left_out="")
    if asked["district"]:
        rows = rows.filter(district=asked["district"])
    if asked["text"]:
        rows = rows.filter(Q(name__icontains=asked["text"]) | Q(code__icontains=asked["text"]))
    return rows


def districts(run: Run) -> list[str]:
    """Those of its rows."""
    return list(run.rows.order_by("district").values_list("district", flat=True).distinct())


# --- payments ------------------------------------------------------------------------------------


def grants(user: User, asked: dict[str, str]) -> QuerySet[Grant]:
    """What is owed, the longest waiting first: ``state`` due, waits, paid or back."""
    rows: QuerySet[Grant] = Grant.objects.for_user(user)
    rows = rows.select_related("run", "row").prefetch_related("payments")
    paid = Payment.objects.filter(grant=OuterRef("pk"), fen__gt=0)
    back = Payment.objects.filter(grant=OuterRef("pk"), reversal__isnull=False)
    state = asked["state"]
    if state == "due":
        rows = rows.filter(~Exists(paid), waits="", back_of=None)
    elif state == "waits":
        rows = rows.exclude(waits="")
    elif state == "paid":
        rows = rows.filter(Exists(paid), ~Exists(back))
    elif state == "back":
        rows = rows.filter(Exists(back))
    if asked["text"]:
        rows = rows.filter(Q(name__icontains=asked["text"]) | Q(holder__icontains=asked["text"]))
    return rows.order_by("day", "pk")


@dataclass(frozen=True)
class Age:
    """Of what is owed and not paid: those whose event is at least ``days`` ago."""

    words: str
    days: int
    count: int
    fen: int


def ageing(user: User, today: datetime.date | None = None) -> list[Age]:
    """账龄 of what is granted and not paid, by days since the event (since the approval where the
    event has no day)."""
    today = today or timezone.localdate()
    unpaid = Grant.objects.for_user(user).filter(payments=None, back_of=None)
    found = {days: [0, 0] for days, _ in AGES}
    for day, at, fen in unpaid.values_list("day", "at", "fen").iterator(5000):
        age = (today - (day or timezone.localdate(at))).days
        slot = next(days for days, _ in AGES if age >= days or days == 0)
        found[slot][0] += 1
        found[slot][1] += fen
    return [Age(words, days, *found[days]) for days, words in AGES]


# --- budgets --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A budget: ``used`` is granted and does not wait, ``paid`` has moved, ``waiting`` waits; all
    in 分, ``percent`` of the budget that is used."""

    budget: Budget
    used: int
    paid: int
    waiting: int

    @property
    def left(self) -> int:
        """分 that are free."""
        return int(self.budget.fen) - self.used

    @property
    def percent(self) -> int:
        """How much of it is bound."""
        return min(100, 100 * self.used // self.budget.fen) if self.budget.fen else 100


#: Region, scheme, year and level of a budget.
_Place = tuple[str, str, int, str]


def budgets(user: User) -> Iterator[Line]:
    """Every budget of the person's region; three queries however many there are."""
    used, paid, waiting = Counter[_Place](), Counter[_Place](), Counter[_Place]()
    where = ("run__region", "scheme", "budget_year", "levels")
    bound = registers.standing().for_user(user).filter(waits="")
    for *place, levels in bound.values_list(*where).iterator(5000):
        used.update(_by_level(place, levels))
    granted = Grant.objects.for_user(user).filter(back_of=None)
    rows = granted.order_by().annotate(moved=Sum("payments__fen"))
    for *place, levels, waits, moved in rows.values_list(*where, "waits", "moved").iterator(5000):
        paid.update(_by_level(place, levels) if moved else {})
        waiting.update(_by_level(place, levels) if waits else {})
    for budget in Budget.objects.for_user(user).select_related("region", "by"):
        key = (budget.region_id, budget.scheme, budget.year, budget.level)
        yield Line(budget, used[key], paid[key], waiting[key])


def _by_level(place: list[Any], levels: dict[str, int]) -> dict[_Place, int]:
    region, scheme, year = place
    return {(region, scheme, year, level): fen for level, fen in levels.items()}


# --- 应享尽享 -------------------------------------------------------------------------------------


def surveys(user: User) -> QuerySet[Run]:
    """Runs over the ledger's certificates that were computed: what could be taken."""
    rows: QuerySet[Run] = Run.objects.for_user(user).filter(source=Run.Source.TITLES)
    return rows.exclude(state__in=(Run.State.COMPUTING, Run.State.FAILED, Run.State.DROPPED))


def missed(user: User, run: Run) -> QuerySet[Row]:
    """Rows of a survey for which nothing was granted to the firm by now: it qualified (发放) or
    may qualify (待定, 未到期), and did not take."""
    taken = registers.standing().filter(
        enterprise=OuterRef("enterprise"), scheme=OuterRef("scheme"), award=OuterRef("award"),
        year__in=(0, OuterRef("day__year")), stage=OuterRef("stage"),
    )  # fmt: skip
    rows: QuerySet[Row] = run.rows.filter(visible(user, "enterprise__"))
    rows = rows.filter(status__in=(PAID, OPEN, LATER), left_out="").filter(~Exists(taken))
    return rows.select_related("enterprise").order_by("number", "part")
