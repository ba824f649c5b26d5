"""What a title would unlock: tax relief computed by the instruments that say how, else cited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from denggao.diagnosis.future import assumed
from denggao.diagnosis.plan import Plan, Status
from denggao.facts.enterprise import Firm
from denggao.facts.errors import UserError
from denggao.facts.interval import UNDEFINED, Interval
from denggao.facts.titles import Title
from denggao.rules.engines.reference import Evaluation
from denggao.rules.library import in_force


@dataclass(frozen=True, slots=True)
class Relief:
    """``amount`` in 元 a year (``None``: not computed), for which fiscal ``year``, and the
    article that grants it. ``supposes``: what the figure rests on."""

    name: str
    cite: str
    amount: Interval | None = None
    year: int | None = None
    supposes: str = ""


#: Law → the title it grants, and (instrument, statement with the yearly amount or its rule).
_UNLOCKED = {
    "高新技术企业认定": (
        "高新技术企业",
        (("高新技术企业所得税优惠", "TX-5"), ("亏损结转", None)),
    ),
    "科技型中小企业评价": ("科技型中小企业", (("亏损结转", None),)),
}
_YEARS = 3
#: The law of the super deduction, what it adds to the deductions, and the tax that this saves.
_DEDUCTION, _EXTRA, _SAVED = "研发费用加计扣除", "SD-EXTRA", "SD-SAVED"
_DEDUCTED = "rd_super@"


def unlocked(plan: Plan) -> tuple[Relief, ...]:
    """What the plan's title brings; nothing where no batch can be made. The title is supposed
    to be issued by the end of the batch's year, so the first year of relief is that year."""
    if plan.status is Status.NEVER or plan.instrument.short not in _UNLOCKED:
        return ()
    kind, found = _UNLOCKED[plan.instrument.short]
    return (*_reliefs(plan, kind, found), *_deducted(plan, kind))


def _reliefs(plan: Plan, kind: str, found: tuple[tuple[str, str | None], ...]) -> Iterator[Relief]:
    year = plan.batch.deadline.year
    settled = date(year + 1, 5, 31)  # when that year's tax is settled
    for short, id_ in found:
        try:
            law = in_force(short, settled)
        except UserError:
            continue  # no version in force on that day
        if id_ is None or id_ not in law.statements:
            first = next(iter(law.statements.values()))
            yield Relief(law.name, first.cite)
            continue
        statement = law.statements[id_]
        firm, taken = assumed(law, _titled(plan, kind), date(year, 1, 1), settled)
        value = Evaluation(law, firm, settled).result(id_).value
        known = value if value is not None and value.is_bounded else None
        told = "；".join(
            f"{a.key.partition('@')[2]}年按{a.source.partition('@')[2]}年的数" for a in taken
        )
        supposes = f"{year}年底前发证" + (f"；{told}" if told and known is not None else "")
        yield Relief(statement.name, statement.cite, known, year, supposes)


# ------------------------------------------------------------------ what raised R&D saves


def _deducted(plan: Plan, kind: str) -> Iterator[Relief]:
    """What the R&D that the plan adds saves in tax by itself, year by year: the relief of the
    firm with all steps done, less that with none. Nothing where it may not deduct."""
    changed = {key for step in plan.steps for key in step.changes}
    for year in sorted(int(k.partition("@")[2]) for k in changed if k.startswith(_DEDUCTED)):
        settled = date(year + 1, 5, 31)
        try:
            law = in_force(_DEDUCTION, settled)
        except UserError:
            continue  # no version in force on that day
        titled = year >= plan.batch.deadline.year
        after = _titled(plan, kind) if titled else Firm(dict(plan.after.facts.values))
        without = {k: v for k, v in plan.before.facts.values.items() if k != "titles"}
        titles = {k: v for k, v in after.values.items() if k == "titles"}
        runs = [Evaluation(law, firm, settled) for firm in (Firm({**without, **titles}), after)]
        may = runs[1].holds(law.verdict.id)
        if may is not False:
            statement = law.statements[_SAVED]
            unsure = "" if may else "企业可以加计扣除，还没有核实"
            amount = _difference(*runs)
            yield Relief(f"多加计扣除而{statement.name}", statement.cite, amount, year, unsure)


def _difference(before: Evaluation, after: Evaluation) -> Interval | None:
    """Where both deductions are exactly known; the tax rate, if open, is the same for both."""
    if not all(_number(run, _EXTRA).is_point for run in (before, after)):
        return None
    was, is_ = (_number(run, _SAVED) for run in (before, after))
    if was.lo is None or was.hi is None or is_.lo is None or is_.hi is None:
        return None
    return Interval(is_.lo - was.lo, is_.hi - was.hi)


def _number(run: Evaluation, id_: str) -> Interval:
    return run.result(id_).value or UNDEFINED


def _titled(plan: Plan, kind: str) -> Firm:
    """The firm with the title issued on the last day of the batch's year."""
    issued = date(plan.batch.deadline.year, 12, 31)
    until = date(issued.year + _YEARS, 12, 31) - timedelta(days=1)
    values = plan.after.facts.values
    old = values.get("titles")
    titles = (
        *(old if isinstance(old, tuple) else ()),
        Title(kind, issued_on=issued, valid_to=until),
    )
    return Firm({**values, "titles": titles})
