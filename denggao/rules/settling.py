"""Once for the same event, once for all, the highest of several, and no more than the cap."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import date
from functools import cache

from denggao.rules import nodes as n
from denggao.rules.payments import BACK, LATER, OPEN, PAID, Payment, Register

_LIVE = (PAID, OPEN, LATER)


def settle(rows: Sequence[Payment], paid: Register) -> None:
    """Refuse what must give way among these rows of one level, or to what was paid before."""
    _back_once(rows, paid)
    _paid_before(rows, paid)
    numbered = (r for r in rows if r.event.ref)
    for group in _groups(numbered, lambda r: (r.law.short, r.award.id, r.event.ref, r.event.stage)):
        for row in group[1:]:
            row.refuse(f"编号“{row.event.ref}”与{_seen(group[0])}重复，一个编号只发一次")
    for group in _groups(rows, lambda r: (
        r.event.firm, r.law.short, r.award.id, r.event.stage, r.event.ref
    )):  # fmt: skip
        _same_event(group)
    once = (r for r in rows if r.award.once)
    for group in _groups(once, lambda r: (r.event.firm, r.law.short, r.award.id, r.event.stage)):
        for row in group[1:]:
            row.refuse(f"一次性奖补，每户只发一次；{_seen(group[0])}已列入")
    rivals = (r for r in rows if _rivals(r.law, r.award.id))
    for group in _groups(rivals, lambda r: (
        r.event.firm, r.law.short, _rivals(r.law, r.award.id), r.event.year
    )):  # fmt: skip
        _highest(group, paid)
    capped = (r for r in rows if r.award.yearly_cap is not None)
    for group in _groups(capped, lambda r: (
        r.event.firm, r.law.short, r.award.yearly_cap, r.event.year
    )):  # fmt: skip
        _cap(group, paid)


def _groups(rows: Iterable[Payment], key: Callable[[Payment], Hashable]) -> Iterable[list[Payment]]:
    """Rows still alive that share the key, in the order that is independent of the list's;
    groups of one are among them."""
    found: dict[Hashable, list[Payment]] = {}
    for row in rows:
        if row.status in _LIVE:
            found.setdefault(key(row), []).append(row)
    for group in found.values():
        if len(group) > 1:
            group.sort(key=_order)
        yield group


def _order(row: Payment) -> tuple[object, ...]:
    event = row.event
    facts = sorted((k, str(v)) for k, v in event.values.items())
    return (event.day or date.max, row.fen, row.most or 0, event.kind, facts, event.number)


def _seen(row: Payment) -> str:
    return row.event.where or "另一行"


def _back_once(rows: Sequence[Payment], paid: Register) -> None:
    """Never more than was paid, whatever years the rows and the record name."""
    taken: dict[Hashable, int] = {}
    for row in sorted((r for r in rows if r.status == BACK), key=_order):
        event = row.event
        key = event.firm, row.law.short, row.award.id, event.stage, event.ref
        left = paid.net(event.firm, row.award, event.stage, None, event.ref) - taken.get(key, 0)
        if left < -row.fen:
            row.refuse("另一行已经追回这一笔")
        else:
            taken[key] = taken.get(key, 0) - row.fen


def _paid_before(rows: Sequence[Payment], paid: Register) -> None:
    for row in rows:
        if row.status in _LIVE:
            year = None if row.award.once else row.event.year
            event = row.event
            before = paid.net(event.firm, row.award, event.stage, year, event.ref)
            if before > 0:
                row.refuse(f"发放记录里已经发过 {yuan(before)}，不重复发")


def _same_event(group: list[Payment]) -> None:
    """One for each year; a row without a date may be any of the others."""
    first_of: dict[int | None, Payment] = {}
    for row in group:
        year = row.event.year
        first = first_of.get(year)
        if year is None and first is None:
            first = next(iter(first_of.values()), None)
        if first is None:
            first_of[year] = row
            continue
        why = "同一企业、同一奖补、同一事项、同一期只发一次"
        if row.event.day is None and first.event.day is not None:
            why += "（这一行没有日期，看不出是不是另一次）"
        row.refuse(f"与{_seen(first)}重复：{why}")


def _highest(group: list[Payment], paid: Register) -> None:
    """Of rivals only the highest, less what another of them has brought before."""
    best = max(group, key=lambda r: r.fen)
    unsure = [r for r in group if r.status == OPEN and (r.most is None or r.most > best.fen)]
    if unsure and len(group) > 1:
        for row in group:
            row.refuse(f"就高：{unsure[0].award.name}还定不下来", OPEN)
        return
    for row in group:
        if row is not best:
            row.refuse(f"就高不重复：已按“{best.award.name}”{yuan(best.fen)}")
    others = [a for a in best.law.awards if a.id in _rivals(best.law, best.award.id)]
    before = sum(
        paid.net(best.event.firm, a, None, best.event.year) for a in others if a is not best.award
    )
    if before >= best.fen > 0:
        best.refuse(f"就高不重复：同类奖补已发过 {yuan(before)}")
    elif before > 0:
        best.fen -= before
        best.reason = f"同类奖补已发过 {yuan(before)}，就高只补差额"


def _cap(group: list[Payment], paid: Register) -> None:
    cap = group[0].award.yearly_cap
    assert cap is not None
    sharing = [a for a in group[0].law.awards if a.yearly_cap == cap]
    event = group[0].event
    left = cap - sum(paid.net(event.firm, a, None, event.year) for a in sharing)
    for row in group:
        if row.status != PAID:
            continue
        if left <= 0:
            row.refuse(f"已到每户每年 {yuan(cap)} 的上限")
        elif row.fen > left:
            row.reason = f"算出 {yuan(row.fen)}，每户每年至多 {yuan(cap)}，只余 {yuan(left)}"
            row.fen = left
        left -= row.paid


@cache
def _rivals(law: n.Instrument, id_: str) -> frozenset[str]:
    """Awards tied to this one by 就高, itself among them, directly or through others; empty
    where there are none."""
    found, asked = set(), [id_]
    while asked:
        one = asked.pop()
        if one not in found:
            found.add(one)
            asked += [b for a in law.awards if a.id == one for b in a.rivals]
            asked += [a.id for a in law.awards if one in a.rivals]
    return frozenset(found) if len(found) > 1 else frozenset()


def yuan(fen: int) -> str:
    """「20万元」, 「1234.56元」: exact, in the unit that people say."""
    whole, rest = divmod(abs(fen), 100)
    sign = "−" if fen < 0 else ""
    if rest:
        return f"{sign}{whole}.{rest:02d}元"
    wan, below = divmod(whole, 10_000)
    if not wan or (below and below % 100):
        return f"{sign}{whole}元"
    decimals = f".{below:04d}".rstrip("0").rstrip(".")
    return f"{sign}{wan}{decimals}万元"
