"""兑现: awards × events × day → payments. Each is computed on the definition (the reference
engine), then duplicates, once-only awards, rivals and caps are settled, level by level from the
top, so that a top-up knows what the levels above paid.

The order of the list changes nothing: where one of several must give way, the earliest stays,
then the smallest, then the one whose facts come first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from math import floor

from denggao.facts.catalogue import bounds_from_below, catalogue
from denggao.facts.divisions import divisions, full_name
from denggao.facts.enterprise import Firm, Value
from denggao.facts.eventwords import event_kinds
from denggao.facts.interval import Bound, Interval, Truth, point, reduced
from denggao.rules import nodes as n
from denggao.rules.award import LEVELS, Award
from denggao.rules.engines.reference import Evaluation
from denggao.rules.payments import BACK, DRAFT, LATER, OPEN, PAID, Event, Payment, Register, split
from denggao.rules.settling import settle, yuan

_UPPER = {"upper_paid": None, "province_paid": "省级", "city_paid": "市级"}
_ALWAYS = ("established_on", "titles")


@dataclass(frozen=True, slots=True)
class Scheme:
    """The versions of one measure; ``fixed``: the one version holds on every day, draft or
    not, as if it had been adopted. ``readings``: options chosen other than the defaults."""

    versions: tuple[n.Instrument, ...]
    fixed: bool = False
    readings: tuple[tuple[str, str], ...] = ()

    def on(self, day: date) -> n.Instrument | None:
        """The version in force on the day."""
        if self.fixed:
            return self.versions[0]
        return next((v for v in self.versions if v.in_force(day)), None)


def pay(
    schemes: Sequence[Scheme], events: Sequence[Event], as_of: date, paid: Register | None = None
) -> list[Payment]:
    """Every award that some event asks for, paid or not, in the order of the events. An event
    for which no award stands has none."""
    run = _Run(schemes, as_of, paid or Register())
    ranks = sorted({a.rank for s in schemes for v in s.versions for a in v.awards})
    found: list[Payment] = []
    for rank in ranks:
        rows = [row for event in events for row in run.rows(event, rank)]
        settle(rows, run.paid)
        for row in rows:
            row.split()
            run.remember(row)
        found += rows
    found.sort(key=lambda row: (row.event.number, row.award.rank))
    return found


class _Run:
    def __init__(self, schemes: Sequence[Scheme], as_of: date, paid: Register) -> None:
        self.schemes, self.as_of, self.paid = schemes, as_of, paid
        self.readings = {v: dict(s.readings) for s in schemes for v in s.versions}
        self.fixed = {v for s in schemes if s.fixed for v in s.versions}
        self._matching: dict[tuple[str, str, date], list[tuple[n.Instrument, Award]]] = {}
        self._known: dict[object, _Amount] = {}
        self._levels: dict[int, list[Payment]] = {}  # event → rows of higher levels
        self.wants_upper = any(
            _UPPER.keys() & set(_codes(v, a.id)) for s in schemes for v in s.versions
            for a in v.awards
        )  # fmt: skip

    def rows(self, event: Event, rank: int) -> Iterable[Payment]:
        on = event.day or self.as_of
        key = event.kind, event.title, on
        if key not in self._matching:
            self._matching[key] = self._matches(*key)
        here = [(law, a) for law, a in self._matching[key] if is_within(event.place, law.region)]
        for law, award in here:
            if award.rank == rank:
                row = self._row(event, law, award, on)
                if event.already and row.status == PAID:
                    _less_already(row, alone=len(here) == 1)
                yield row

    def _matches(self, kind: str, title: str, on: date) -> list[tuple[n.Instrument, Award]]:
        titled = event_kinds()[kind]
        laws = (scheme.on(on) for scheme in self.schemes)
        return [
            (law, award)
            for law in laws
            if law is not None
            for award in law.awards
            if kind in award.events and (not titled or title in award.titles)
        ]

    def remember(self, row: Payment) -> None:
        if self.wants_upper:
            self._levels.setdefault(row.event.number, []).append(row)

    def _row(self, event: Event, law: n.Instrument, award: Award, on: date) -> Payment:
        found = self._amount(event, law, award, on)
        low, high = (_fen(end) for end in found.value[:2])
        row = Payment(event, law, award, PAID, low or 0, high, found.value, on)
        if event.stage > len(award.stages):
            row.refuse(f"这项奖补只分 {len(award.stages)} 期，没有第 {event.stage} 期")
            return row
        if len(award.stages) > 1:
            row.fen = split(row.fen, list(award.stages))[event.stage - 1]
            row.most = None if high is None else split(high, list(award.stages))[event.stage - 1]
        self._judge(row, found)
        return row

    def _judge(self, row: Payment, found: _Amount) -> None:
        event, award = row.event, row.award
        after = award.due_after(event.stage)
        row.due = after.after(row.on) if after else None
        if event.back:
            self._claim_back(row)
        elif row.on > self.as_of:
            row.refuse(f"事项日期 {row.on} 晚于兑付日 {self.as_of}")
        elif found.truth is False:
            row.refuse(f"不符合条件：{award.asks}")
        elif row.law.draft and row.law not in self.fixed:
            row.refuse("办法还是征求意见稿，没有施行，不能发放", DRAFT)
        elif found.truth is None or not found.value.is_point:
            row.refuse(_open_because(found.missing), OPEN)
            if found.truth is None:
                row.fen = 0
        elif row.fen == 0:
            row.refuse("按办法算出来是 0 元")
        elif row.due is not None and row.due > self.as_of:
            row.refuse(f"事项日满 {after} 才付，到 {row.due} 起发放", LATER)

    def _claim_back(self, row: Payment) -> None:
        event = row.event
        left = self.paid.net(event.firm, row.award, event.stage, event.year, event.ref)
        if left <= 0:
            row.refuse("发放记录里没有这一笔，无从追回")
            return
        row.status, row.fen, row.most = BACK, -left, -left
        row.reason = "按发放记录追回；原记录保留，另记一笔负数"

    # ---- amounts

    def _amount(self, event: Event, law: n.Instrument, award: Award, on: date) -> _Amount:
        codes = _codes(law, award.id)
        values = event.values
        if self.wants_upper and not _UPPER.keys().isdisjoint(codes):
            values = {**values, **self._upper(event, award)}
        known = frozenset(p for p in values.items() if p[0].partition("@")[0] in codes) \
            if codes else frozenset()  # fmt: skip
        key = law, award.id, on if codes else None, known
        if key not in self._known:
            self._known[key] = _evaluated(law, award, Firm(dict(values)), on, self.readings[law])
        return self._known[key]

    def _upper(self, event: Event, award: Award) -> Mapping[str, Value]:
        """What higher levels pay for the same event, as far as the list does not say it."""
        rows = [r for r in self._levels.get(event.number, ()) if r.award.rank < award.rank]
        found: dict[str, Value] = {}
        for code, level in _UPPER.items():
            ours = [r for r in rows if level is None or any(x == level for x, _ in r.award.payers)]
            if code in event.values or not ours or any(r.status == OPEN for r in ours):
                continue
            fen = sum(
                part for r in ours for x, part in r.levels.items()
                if (LEVELS[x] < award.rank if level is None else x == level)
            )  # fmt: skip
            found[code] = point(reduced(Fraction(fen, 100)))
        return found


def _less_already(row: Payment, *, alone: bool) -> None:
    """What the list says is paid already is not paid again."""
    already = row.event.already
    if not alone:
        row.refuse(f"名单写已拨付 {yuan(already)}，看不出是哪一项奖补的", OPEN)
    elif already >= row.fen:
        row.refuse(f"应发 {yuan(row.fen)}，名单写已拨付 {yuan(already)}，没有余额")
    else:
        row.reason = f"应发 {yuan(row.fen)}，名单写已拨付 {yuan(already)}，付余额"
        row.fen -= already


def _fen(amount: Bound) -> int | None:
    """Whole 分; what is less than one is not paid."""
    return None if amount is None else floor(amount * 100)


def _open_because(missing: Sequence[str]) -> str:
    if missing:
        return f"缺{'、'.join(missing)}，定不下来"
    return "办法没有写明金额，定不下来"


@dataclass(frozen=True, slots=True)
class _Amount:
    """What an award comes to for one set of facts: does its condition hold, how much in 元,
    and which facts are missing."""

    truth: Truth
    value: Interval
    missing: tuple[str, ...]


def _evaluated(
    law: n.Instrument, award: Award, firm: Firm, on: date, readings: dict[str, str]
) -> _Amount:
    run = Evaluation(law, firm, on, readings)
    truth = True if award.needs is None else run.result(award.needs).truth
    value = run.result(award.id).value
    assert value is not None
    is_sure = truth is False or (truth is True and value.is_point)
    return _Amount(truth, value, () if is_sure else _missing(law, award, run, on))


def _missing(law: n.Instrument, award: Award, run: Evaluation, on: date) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for leaf in _leaves(law, award.id):
        code = getattr(leaf, "code", None)
        if code is None or code == "award_unknown":
            continue
        year = getattr(leaf, "year", None)
        if isinstance(leaf, n.WindowLeast):
            year = n.Year.WINDOW
        for one in year.years(on.year) if year else (None,):
            if run.facts.missing(code, one):
                found[catalogue()[code].name + (f"（{one}年）" if one else "")] = None
    return tuple(found)


@cache
def _leaves(law: n.Instrument, id_: str) -> tuple[n.Expr, ...]:
    """Everything that an award and its condition read, through other statements too."""
    needs = next(a.needs for a in law.awards if a.id == id_)
    found: dict[n.Expr, None] = {}
    asked = [id_, *([needs] if needs else [])]
    seen: set[str] = set()
    while asked:
        statement = law.statements[asked.pop()]
        if statement.id not in seen:
            seen.add(statement.id)
            found |= dict.fromkeys(statement.leaves)
            asked += statement.uses
    return tuple(found)


def facts_read(law: n.Instrument) -> frozenset[str]:
    """Codes of the facts on which the awards of a text can depend: what has to be kept of a firm
    so that a payment can be computed again."""
    return frozenset().union(*(_codes(law, award.id) for award in law.awards))


@cache
def _codes(law: n.Instrument, id_: str) -> frozenset[str]:
    """The facts on which the amount of an award, or its condition, can depend."""
    leaves = _leaves(law, id_)
    if not leaves:
        return frozenset()
    direct = {code for leaf in leaves if (code := getattr(leaf, "code", None))}
    near = {c for code in direct for c in (*bounds_from_below().get(code, ()),
                                           catalogue()[code].at_most) if c}  # fmt: skip
    parts = {c for code in direct | near for c in law.components.get(code, ())}
    return frozenset(direct | near | parts | set(_ALWAYS))


def is_within(place: str, region: str) -> bool:
    """May a firm of this district (full name, "" where unknown) be under a measure of
    ``region``? A town or a zone inside a district is not told apart from it."""
    if not place or region == "中国":
        return True
    division = division_part(region)
    return place.startswith(division) or division.startswith(place)


@cache
def division_part(region: str) -> str:
    """「广东省东莞市石龙镇」 → 广东省东莞市: as far as it is a division of the country."""
    named = (full_name(code) for code in divisions())
    return max((name for name in named if region.startswith(name)), key=len, default=region)
