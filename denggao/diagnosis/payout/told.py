"""A pay run in the exchange form: sums in whole 分, and in 万元 as exact decimals."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from denggao.diagnosis.payout.eventlist import Item
from denggao.diagnosis.payout.impact import Impact
from denggao.diagnosis.payout.run import PayRun, rate_words, why, why_unmatched
from denggao.facts.interval import Bound
from denggao.facts.privacy import masked
from denggao.rules import nodes as n
from denggao.rules.payments import DRAFT, PAID, REFUSED, Payment

#: Rows that are no list of anything to be paid.
REFUSALS = (REFUSED, DRAFT)


def as_json(run: PayRun, compared: Impact | None = None) -> dict[str, Any]:
    """``rows``: what is paid, waits or is open; ``refused``: what is not, with the reason."""
    count, low, high = run.open_between()
    kept = [row for row in run.payments if row.status not in REFUSALS]
    refused = [row for row in run.payments if row.status in REFUSALS]
    told = {
        "region": run.region,
        "as_of": run.as_of.isoformat(),
        "total_fen": run.total,
        "total_wan": wan(run.total),
        "paid": sum(row.status == PAID for row in run.payments),
        "open": {"count": count, "lo_fen": low, "hi_fen": high},
        "laws": [_law(law) for law in run.laws],
        "by_scheme": _sums(run.by_scheme()),
        "by_level": _sums(run.by_level()),
        "by_district": _sums(run.by_district()),
        "by_batch": _sums(run.by_batch()),
        "by_rate": [
            {"law": short, "award": id_, "count": rows, "fen": fen, "wan": wan(fen)}
            for (short, id_), (rows, fen) in run.by_award().items()
        ],
        "rows": [_row(run, row) for row in kept],
        "refused": [
            *(_row(run, row) for row in refused),
            *({**item_json(item), "status": "不予发放", "reason": why_unmatched(run, item)}
              for item in run.unmatched),
        ],
        "differing": [
            {**item_json(item), "listed_fen": listed, "fen": fen}
            for item, listed, fen in run.differing()
        ],
        "notes": run.notes,
        "problems": [masked(str(problem)) for problem in run.problems],
    }  # fmt: skip
    return {**told, "compare": impact_json(compared)} if compared else told


def wan(fen: int) -> int | float:
    """万元: a whole number, or the decimal that reads the same to the 分."""
    whole, rest = divmod(fen, 1_000_000)
    return whole if not rest else float(Fraction(fen, 1_000_000))


def _number(yuan: Bound) -> int | float | None:
    return None if yuan is None else wan(int(Fraction(yuan) * 100))


def _sums(found: Mapping[str, int]) -> dict[str, dict[str, int | float]]:
    return {name: {"fen": fen, "wan": wan(fen)} for name, fen in found.items()}


def _law(law: n.Instrument) -> dict[str, Any]:
    return {
        "law": law.short,
        "name": law.name,
        "version": law.version,
        "region": law.region,
        "in_force": [law.valid_from.isoformat(), law.valid_to and law.valid_to.isoformat()],
        "draft": law.draft,
        "rates": [
            {
                "award": a.id,
                "name": a.name,
                "events": list(a.events),
                "rate": a.says,
                "cite": a.cite,
            }
            for a in law.awards
        ],
    }


def item_json(item: Item) -> dict[str, Any]:
    """Which row, which firm, which event."""
    file, sheet, row = item.source
    return {
        "file": file, "sheet": sheet, "row": row, "name": item.name, "code": item.code,
        "district": item.district, "batch": item.batch, "event": item.event.kind,
        "title": item.event.title, "date": item.event.day and item.event.day.isoformat(),
        "ref": item.event.ref,
    }  # fmt: skip


def _row(run: PayRun, row: Payment) -> dict[str, Any]:
    return {
        **item_json(run.item(row)),
        "law": row.law.short,
        "version": row.law.version,
        "award": row.award.id,
        "award_name": row.award.name,
        "cite": row.award.cite,
        "rate": rate_words(row),
        "rate_wan": _number(row.rate.hi) if row.rate.is_point else None,
        "stage": row.event.stage,
        "status": row.status,
        "fen": row.paid,
        "wan": wan(row.paid),
        "due": row.due and row.due.isoformat(),
        "open": None if row.status != "待定" else {"lo_fen": row.fen, "hi_fen": row.most},
        "levels": row.levels if row.paid else {},
        "age_days": (run.as_of - row.event.day).days if row.event.day else None,
        "reason": row.reason,
        "why": why(row),
        "beside": run.beside.get(row.event.number, []),
    }


def impact_json(found: Impact) -> dict[str, Any]:
    """What a measure would change, as programs read it."""
    difference = found.after - found.before
    return {
        "law": found.law.short,
        "version": found.law.version,
        "replaced": list(found.replaced),
        "before_fen": found.before,
        "after_fen": found.after,
        "difference_fen": difference,
        "before_wan": wan(found.before),
        "after_wan": wan(found.after),
        "difference_wan": wan(difference),
        "gain": found.gain,
        "lose": found.lose,
        "begin": found.begin,
        "end": found.end,
        "open": found.open,
        "firms": [
            {
                "name": c.name, "code": c.code, "before_fen": c.before, "after_fen": c.after,
                "difference_fen": c.difference, "why": c.why,
            }
            for c in found.firms
        ],
    }  # fmt: skip
