"""Facts as rows keep them, so that a payment can be computed again from what was known then."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import astuple
from fractions import Fraction
from typing import Any

from denggao.facts.enterprise import Value
from denggao.facts.interval import Bound, Interval, reduced
from denggao.facts.titles import Title
from denggao.rules import nodes as n
from denggao.rules.paying import Scheme, facts_read


def read_by(schemes: list[Scheme]) -> frozenset[str]:
    """Codes of all facts that some version of the schemes reads."""
    laws: list[n.Instrument] = [v for scheme in schemes for v in scheme.versions]
    return frozenset().union(*map(facts_read, laws))


def kept(values: Mapping[str, Value], codes: frozenset[str]) -> dict[str, Any]:
    """Those of these facts, as JSON holds them exactly."""
    return {k: _plain(v) for k, v in values.items() if k.partition("@")[0] in codes}


def restored(kept: Mapping[str, Any]) -> dict[str, Value]:
    """The facts again."""
    return {key: _value(raw) for key, raw in kept.items()}


def _plain(value: Value) -> Any:
    if isinstance(value, Interval):
        return {"lo": _edge(value.lo), "hi": _edge(value.hi)}
    if isinstance(value, datetime.date):
        return {"on": value.isoformat()}
    if isinstance(value, tuple):
        return [[_iso(p) for p in astuple(t)] for t in value if isinstance(t, Title)]
    return value


def _edge(bound: Bound) -> str | None:
    return None if bound is None else str(bound)


def _iso(part: Any) -> Any:
    return part.isoformat() if isinstance(part, datetime.date) else part


def _value(raw: Any) -> Value:
    if isinstance(raw, dict) and "on" in raw:
        return datetime.date.fromisoformat(raw["on"])
    if isinstance(raw, dict):
        lo, hi = (None if raw[e] is None else reduced(Fraction(raw[e])) for e in ("lo", "hi"))
        return Interval(lo, hi)
    if isinstance(raw, list):
        return tuple(_title(parts) for parts in raw)
    kept: Value = raw
    return kept


def _title(parts: list[Any]) -> Title:
    kind, number, *days, issuer, event = parts
    first, last, end = (day and datetime.date.fromisoformat(day) for day in days)
    return Title(kind, number, first, last, end, issuer, event)
