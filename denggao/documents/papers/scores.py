"""Scores, limits and gaps in the words that papers share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from denggao.diagnosis.gaps import How, Move, Way
from denggao.documents import wording as w
from denggao.documents.gap_words import way_words
from denggao.documents.tree import unit_of
from denggao.facts.catalogue import catalogue
from denggao.facts.interval import Interval
from denggao.rules import nodes as n
from denggao.rules.engines.reference import Evaluation
from denggao.rules.outcome import Result

_SHOWN = 3
_UNSTATED = "未填"


def points_words(value: Interval | None) -> str:
    """「7～8分」."""
    return w.interval(value, "分").replace("分～", "～")


def stated(key: str, value: object) -> str:
    """A fact's value as the ledger has it; 未填 where it has none."""
    words = w.value_words(key, value)  # type: ignore[arg-type]
    return _UNSTATED if words == "缺" else words


def figures(keys: Iterable[str], run: Evaluation) -> str:
    """「研发费用2023年50万元、2024年未填，职工总数2025年100人」: facts, their years together."""
    found: dict[str, list[str]] = {}
    for key in keys:
        code, _, year = key.partition("@")
        told = stated(key, run.value_of(key))
        found.setdefault(code, []).append(f"{year}年{told}" if year else told)
    return "，".join(f"{catalogue()[code].name}{'、'.join(told)}" for code, told in found.items())


def limits(result: Result, run: Evaluation) -> str:
    """What a named limit of the law is for this firm: 「（研发占比下限为 5%）」."""
    names = run.instrument.statements
    named = [run.result(id_) for id_ in result.statement.uses]
    told = [
        f"{r.statement.name}为 {_short(w.interval(r.value, unit_of(r.statement, names)))}"
        for r in named
        if r.statement.kind is n.Kind.PARAMETER
    ]
    return f"（{'，'.join(told)}）" if told else ""


def _short(words: str) -> str:
    """A limit of the law is a round number: 5.00% → 5%."""
    return words.replace(".00%", "%")


def says_something(result: Result) -> bool:
    """Is the number judged worth printing? 「不少于 0.00%」 says nothing."""
    value = result.value
    if value is None or not isinstance(result.statement.body, n.Compare) or not result.facts:
        return False
    return value.is_bounded or (value.lo or 0) > 0


def next_steps(move: Move, names: dict[str, n.Statement], year: int) -> list[str]:
    """The next better lines of a score item, the nearest first, as far as what they take can be
    counted: 「二类知识产权还差1项可得 3～4分」."""
    able = [band for band in move.bands if band.ways and _is_counted(band.ways[0])]
    return [
        f"{way_words(band.ways[0], names, year)}可得 {points_words(band.points)}"
        for band in able[::-1][:_SHOWN]
    ]


def _is_counted(way: Way) -> bool:
    return all(lack.how is not How.REACH for lack in way)


def is_judged(keys: Sequence[str]) -> bool:
    """Do experts alone say what these facts are?"""
    return bool(keys) and all(catalogue()[key.partition("@")[0]].judged for key in keys)
