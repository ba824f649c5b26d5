"""当时为什么这样发 (N15): one row again, by the text in force on another day and by the data of
today; what the text changed, and what the data."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from denggao.diagnosis.payout.run import rate_words, why
from denggao.facts.enterprise import Value
from denggao.facts.errors import UserError
from denggao.rules.paying import Scheme, pay
from denggao.rules.payments import OPEN, Event, Payment
from denggao.web.assessments.facts import firm_of
from denggao.web.money import keeping, schemes
from denggao.web.money.models import Row


@dataclass(frozen=True)
class Told:
    """One answer: what it comes to in 分, ``None`` where it is not decided."""

    words: str
    fen: int | None
    why: str
    cite: str = ""
    rate: str = ""


@dataclass(frozen=True)
class Replay:
    """``then``: as it was decided; ``again``: the frozen text and the same data, computed now (the
    control); ``by_rule``: the data of then by the text of the other day, as the texts are today;
    ``now``: that text and the data of now, ``None`` for a firm that the ledger does not have."""

    on: datetime.date
    then: Told
    again: Told
    by_rule: Told
    now: Told | None
    changed: tuple[str, ...]

    @property
    def rule(self) -> int | None:
        """What the text changed, in 分."""
        return _less(self.by_rule.fen, self.again.fen)

    @property
    def data(self) -> int | None:
        """What the data changed, in 分."""
        return None if self.now is None else _less(self.now.fen, self.by_rule.fen)


def _less(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one - other


def replay(row: Row, on: datetime.date) -> Replay:
    """The event of the row as if it had happened on ``on``. Raises UserError where the texts of
    the run can no longer be read."""
    frozen, today = schemes.as_then(row.run), _of_today(row)
    day = row.day or row.run.as_of
    kept = keeping.restored(row.values)
    then = _event(row, row.day, kept)
    as_of = max(on, row.run.as_of)
    again = _told(row, pay(frozen, [then], row.run.as_of), "当时冻结的办法、同一数据重算")
    moved = keeping.restored(_moved(row.values, on.year - day.year))
    by_rule = _told(
        row, pay(today, [_event(row, on, moved)], as_of), f"按 {on} 施行的办法，当时的数据"
    )
    now: Told | None = None
    changed: tuple[str, ...] = ()
    if row.enterprise is not None:
        values = firm_of(row.enterprise).values
        current = {k: v for k, v in values.items() if k.partition("@")[0] in keeping.read_by(today)}
        own = {**_of_event(kept), **current}
        now = _told(
            row, pay(today, [_event(row, on, own)], as_of), f"按 {on} 施行的办法，现在台账的数据"
        )
        changed = _changed(today, kept, values)
    cite = f"《{row.scheme}》{row.cite}" if row.scheme else ""
    then_told = Told("当时", _fen(row), row.why, cite, row.rate)
    return Replay(on, then_told, again, by_rule, now, changed)


def _of_today(row: Row) -> list[Scheme]:
    """The schemes as they are now; as they were where they are gone."""
    try:
        return schemes.schemes_of(row.run)[0]
    except UserError:
        return schemes.as_then(row.run)


def _event(row: Row, day: datetime.date | None, values: dict[str, Value]) -> Event:
    return Event(
        "1", row.event, row.title, day, row.stage, values=values, ref=row.ref,
        where=f"第 {row.number} 行", already=row.already,
    )  # fmt: skip


def _moved(values: dict[str, object], years: int) -> dict[str, object]:
    """Figures of the year before the event are those of the year before the other day."""
    found = {}
    for key, value in values.items():
        code, _, year = key.partition("@")
        found[f"{code}@{int(year) + years}" if year else code] = value
    return found


def _of_event(values: dict[str, Value]) -> dict[str, Value]:
    from denggao.facts.catalogue import catalogue

    return {k: v for k, v in values.items() if catalogue()[k.partition("@")[0]].of_event}


def _changed(
    chosen: list[Scheme], then: dict[str, Value], now: dict[str, Value]
) -> tuple[str, ...]:
    """The facts that the schemes read and that are others now than then, in words."""
    from denggao.documents.wording import fact_words

    codes = keeping.read_by(chosen) - {"titles"}
    keys = {k for k in (*then, *now) if k.partition("@")[0] in codes}
    return tuple(sorted(fact_words(k) for k in keys if k in now and then.get(k) != now[k]))


def _fen(row: Row) -> int | None:
    return None if row.status == OPEN else row.fen


def _told(row: Row, found: list[Payment], words: str) -> Told:
    """The payment for the same award, or what took its place: the event asks for it."""
    same = [p for p in found if p.award.id == row.award]
    shown = same or found
    if not shown:
        return Told(words, 0, "那一天没有给这件事的奖补")
    best = max(shown, key=lambda p: p.paid)
    fen = None if best.status == OPEN else best.paid
    cite = f"《{best.law.short}》{best.award.cite}"
    return Told(words, fen, why(best), cite, rate_words(best))
