"""What a title would unlock: tax relief computed by the instruments that say how, else cited."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from denggao.diagnosis.future import assumed
from denggao.diagnosis.plan import Plan, Status
from denggao.facts.enterprise import Firm
from denggao.facts.errors import UserError
from denggao.facts.interval import Interval
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


def unlocked(plan: Plan) -> tuple[Relief, ...]:
    """What the plan's title brings; nothing where no batch can be made. The title is supposed
    to be issued by the end of the batch's year, so the first year of relief is that year."""
    if plan.status is Status.NEVER or plan.instrument.short not in _UNLOCKED:
        return ()
    kind, found = _UNLOCKED[plan.instrument.short]
    return tuple(_reliefs(plan, kind, found))


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
