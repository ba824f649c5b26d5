"""The board of a batch, the sheet for the eve of its deadline, and what became of applications."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone

from denggao.diagnosis.forecast.history import FEWEST_CASES
from denggao.diagnosis.materials import materials
from denggao.diagnosis.workflow import FILED, STATES, State
from denggao.web.accounts.models import User
from denggao.web.casework import gates
from denggao.web.casework.models import Batch, Case

#: Before the application is handed in.
OPEN = ("intent", "coaching", "materials")
#: Decided one way or the other.
PASSED, NOT_PASSED = ("issued",), ("failed", "refused")
NOBODY = "没有责任人"


@dataclass(frozen=True)
class Line:
    """One firm of a batch: one status, one next action, what is open of its gates."""

    number: int
    case: Case
    todo: str
    rules: list[str]
    lacking: list[str]

    @property
    def is_ready(self) -> bool:
        """Were all gates passed when they were last looked at?"""
        return self.case.checked_at is not None and not self.rules and not self.lacking


def of_batch(user: User, batch: Batch) -> Any:
    """Applications of a batch that this person may see."""
    found = Case.objects.for_user(user).filter(batch=batch)
    return found.select_related("enterprise__region", "enterprise__owner", "leader", "batch")


def counts(user: User, batch: Batch) -> list[tuple[State, int]]:
    """Applications by state, in the order of the table; they sum to those of the batch."""
    told = dict(
        Case.objects.for_user(user).filter(batch=batch).order_by().values_list("state")
        .annotate(count=Count("pk"))
    )  # fmt: skip
    return [(state, told.get(code, 0)) for code, state in STATES.items()]


def lines(cases: Iterable[Case], first: int = 1) -> list[Line]:
    """As the board shows them, numbered from ``first``; no further query."""
    return [
        Line(
            number, case, todo_of(case),
            [f"{id_} {name}{_WORDS[truth]}" for id_, name, truth in case.open_rules],
            _papers(case),
        )
        for number, case in enumerate(cases, first)
    ]  # fmt: skip


_WORDS = {"fail": "不符合", "unknown": "缺数据", "pass": ""}


def todo_of(case: Case) -> str:
    """The one next action: what is missing comes before the usual one of the state."""
    if case.state not in OPEN or case.checked_at is None:
        return case.stage.todo
    if case.batch.deadline <= timezone.now():
        return "已过截止：换到下一批，或登记延期通知"
    failing = [name for _, name, truth in case.open_rules if truth == "fail"]
    if failing:
        return f"补短板：{failing[0]}" + (f"等 {len(failing)} 项" if len(failing) > 1 else "")
    if case.open_rules:
        return f"问数据：{case.open_rules[0][1]}"
    if case.lacking:
        return f"补材料：{'；'.join(_papers(case))}"
    return "关口都过，提交材料" if case.state == "materials" else "关口都过，转入材料"


# --- the eve of the deadline ---------------------------------------------------------------------


@dataclass(frozen=True)
class EveLine:
    """One firm on the sheet: ready or not, and everything that is still missing."""

    case: Case
    is_ready: bool
    missing: list[str]
    waived: list[str]
    todo: str


def eve(user: User, batch: Batch) -> list[tuple[str, list[EveLine]]]:
    """(leader, firms not yet handed in) by leader; each looked at now, not as it was noted."""
    people = ("leader__unit__parent", "enterprise__owner__unit__parent")
    cases = list(of_batch(user, batch).filter(state__in=OPEN).select_related(*people))
    found: dict[str, list[EveLine]] = {}
    for readiness in gates.look(cases):
        person = readiness.case.responsible
        words = {item.code for item in materials(readiness.case.title)}
        missing = _missing(readiness.blocking, words)
        waived = [gate.said for gate in readiness.gates if gate.waiver and gate.truth != "pass"]
        todo = missing[0] if missing else "提交材料"
        line = EveLine(readiness.case, readiness.is_ready, missing, waived, todo)
        found.setdefault(person.place if person else NOBODY, []).append(line)
    for rows in found.values():
        rows.sort(key=lambda line: (line.is_ready, len(line.missing), line.case.pk))
    return sorted(found.items(), key=lambda item: (item[0] == NOBODY, item[0]))


def _missing(blocking: Sequence[gates.Gate], papers: set[str]) -> list[str]:
    """Conditions one by one; papers that are simply not there together, by what they are called:
    nobody knows them by the codes of our list."""
    rules = [f"{g.code} {g.name}（{g.why}）" for g in blocking if g.code not in papers]
    absent = [g.name for g in blocking if g.code in papers and g.why == "缺"]
    others = [f"{_short(g.name)}：{g.why}" for g in blocking if g.code in papers and g.why != "缺"]
    named = _together(absent, len(papers))
    return [*rules, *others, *([f"缺材料：{'；'.join(named)}"] if named else [])]


def _papers(case: Case) -> list[str]:
    """The papers that an application still needs, by name."""
    wanted = materials(case.title)
    return _together([m.name for m in wanted if m.code in case.lacking], len(wanted))


def _together(names: Sequence[str], of: int) -> list[str]:
    """One word where not one paper is there."""
    if of > 1 and len(names) == of:
        return [f"{of} 样都没有"]
    return [_short(name) for name in names]


def _short(name: str) -> str:
    """认定申请书（网上打印并签名、盖章） → 认定申请书"""
    return name.split("（")[0] if name.endswith("）") else name


# --- what became of them -------------------------------------------------------------------------


@dataclass(frozen=True)
class Rate:
    """Of ``decided`` applications ``passed`` did; ``filed`` were handed in. Below five decided
    there is no rate, only the counts."""

    name: str
    filed: int
    decided: int
    passed: int

    @property
    def share(self) -> str:
        """「78.3%」, or "" for counts alone."""
        if self.decided < FEWEST_CASES:
            return ""
        tenths = (2000 * self.passed + self.decided) // (2 * self.decided)  # half up, whole 0.1 %
        return f"{tenths // 10}.{tenths % 10}%"


def rates(cases: Sequence[Case], of: Callable[[Case], str]) -> list[Rate]:
    """Pass rates by what ``of`` says of an application, most filed first."""
    filed, decided, passed = Counter[str](), Counter[str](), Counter[str]()
    for case in cases:
        name = of(case)
        filed[name] += case.filed_at is not None or case.state in FILED
        decided[name] += case.state in (*PASSED, *NOT_PASSED)
        passed[name] += case.state in PASSED
    names = sorted(filed, key=lambda name: (-filed[name], name))
    return [Rate(name, filed[name], decided[name], passed[name]) for name in names]


@dataclass(frozen=True)
class Funnel:
    """意向 → 申报 → 通过. ``told``: what others reported of intents, as they put it; the count of
    intents is at least ``intents`` and at most ``most`` (``None``: nobody knows)."""

    intents: int
    filed: int
    passed: int
    told: list[str]
    least: int
    most: int | None

    @property
    def intents_words(self) -> str:
        """「60」, 「60 以上」, 「60–75」."""
        if self.most is None:
            return f"{self.least} 以上"
        return str(self.least) if self.least == self.most else f"{self.least}–{self.most}"


def funnel(cases: Sequence[Case], batches: Sequence[Batch]) -> Funnel:
    """Over batches: reported intents count where they say more than the register has."""
    least, most, told = 0, 0, []
    by_batch = Counter(case.batch_id for case in cases)
    unknown = False
    for batch in batches:
        own = by_batch[batch.pk]
        lo = max(own, batch.intents_lo or 0)
        least += lo
        if batch.told_intents:
            told.append(f"{batch}：{batch.told_intents}")
            unknown = unknown or batch.intents_hi is None
        most += max(lo, batch.intents_hi or 0)
    return Funnel(
        intents=len(cases),
        filed=sum(case.filed_at is not None for case in cases),
        passed=sum(case.state in PASSED for case in cases),
        told=told,
        least=least,
        most=None if unknown else most,
    )
