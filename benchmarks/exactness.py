"""Wrong answers of each engine against the plain formulas of ``oracle``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import oracle
import polars as pl
import rows as edge
from data import LAWS

from denggao.facts.enterprise import Firm
from denggao.facts.interval import Interval
from denggao.rules.engines import reference
from denggao.rules.engines.columnar.run import frame_of
from denggao.rules.engines.columnar.table import table
from denggao.rules.library import in_force

_FORMULAS = {"hnte": oracle.hnte, "sme": oracle.sme}
_WORDS = {"pass": True, "fail": False, "unknown": None}


@dataclass
class Found:
    """What was compared; ``wrong`` by law and statement, ``example`` the first of them."""

    rows: int = 0
    answers: int = 0
    wrong_rows: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    families: Counter[str] = field(default_factory=Counter)
    example: str = ""


def columnar(count: int) -> Found:
    """Every row, under both laws, once measured (64-bit) and once as from a file (128-bit)."""
    return _compared(count, 1, _by_columns)


def by_reference(count: int, every: int) -> Found:
    """One row in ``every`` of the same rows: the reference engine is slow on purpose."""
    return _compared(count, every, _by_reference)


Engine = Callable[[str, list[edge.Row], date, dict[str, Any]], Iterator[dict[str, Any]]]


def _compared(count: int, every: int, engine: Engine) -> Found:
    found = Found()
    share = count // len(edge.DAYS)
    for as_of in edge.DAYS:
        rows = list(edge.rows(share, as_of))[::every]
        units = [{k: _in_unit(k, v) for k, v in row.items()} for row in rows]
        found.rows += len(rows)
        for law, formula in _FORMULAS.items():
            expected = [formula(row, as_of) for row in units]
            for number, said in enumerate(engine(law, rows, as_of, expected[0])):
                index = number % len(rows)
                _note(found, law, rows[index], expected[index], said)
    return found


def _note(found: Found, law: str, row: edge.Row, right: dict[str, Any], said: Any) -> None:
    wrong = [name for name in right if right[name] != said[name]]
    found.answers += len(right)
    if wrong:
        found.wrong_rows += 1
        found.wrong.update(f"{law} {name}" for name in wrong)
        found.families[row["family"]] += 1
        found.example = found.example or f"{wrong[0]}: {right[wrong[0]]} ≠ {said[wrong[0]]} {row}"


def _in_unit(key: str, value: Any) -> Any:
    scale = edge.scale(key)
    return value if scale == 1 or value is None else Fraction(value, scale)


def _canonical(key: str, as_of: date) -> str:
    code, _, year = key.partition("@")
    return f"{code}@{as_of.year - 3 + int(year)}" if year else code


# ------------------------------------------------------------------ engines


def _by_columns(
    law: str, rows: list[edge.Row], as_of: date, wanted: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    keys = [key for key in rows[0] if key != "family"]
    frame = frame_of({_canonical(key, as_of): [row[key] for row in rows] for key in keys})
    instrument = in_force(LAWS[law], as_of)
    for one in (frame, frame.lazy()):
        result = table(instrument, one, as_of).select().collect()
        yield from _read(result, wanted)


def _read(result: pl.DataFrame, wanted: dict[str, Any]) -> Iterator[dict[str, Any]]:
    columns = {name: list(_column(result, name, wanted[name])) for name in wanted}
    for values in zip(*columns.values(), strict=True):
        yield dict(zip(columns, values, strict=True))


def _column(result: pl.DataFrame, name: str, like: Any) -> Iterator[Any]:
    """A truth, or both ends; doubles come back as the decimals they stand for."""
    if not isinstance(like, tuple):
        column = name if "verdict" in name else f"{name}_truth"
        return map(_WORDS.get, result[column])
    return ((_decimal(lo), _decimal(hi)) for lo, hi in zip(*_ends(result, name), strict=True))


def _ends(result: pl.DataFrame, name: str) -> tuple[pl.Series, pl.Series]:
    return result[f"{name}_lo"], result[f"{name}_hi"]


def _decimal(value: float | None) -> float | Fraction | None:
    """Points are recorded to 1/10000; whether the double is the nearest is counted apart."""
    if value is None or value.is_integer():
        return value
    return Fraction(round(value * 10_000), 10_000)


def _by_reference(
    law: str, rows: list[edge.Row], as_of: date, wanted: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    instrument = in_force(LAWS[law], as_of)
    for row in rows:
        outcome = reference.judge(instrument, firm_of(row, as_of), as_of)
        said = {"verdict": outcome.verdict, "hard_verdict": outcome.hard}
        for name, like in wanted.items():
            if name not in said:
                result = outcome.results[name]
                said[name] = result.value[:2] if isinstance(like, tuple) else result.truth
        yield said


def firm_of(row: edge.Row, as_of: date) -> Firm:
    """A row as the reference engine takes it."""
    values = {_canonical(k, as_of): _stated(k, v) for k, v in row.items() if v is not None}
    values.pop("family", None)
    return Firm(values)


def _stated(key: str, value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        exact = Fraction(value, edge.scale(key))
        exact = exact.numerator if exact.denominator == 1 else exact
        return Interval(exact, exact)
    return value
