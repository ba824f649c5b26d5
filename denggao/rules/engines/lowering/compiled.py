"""One instrument lowered to columns, and what tests and case tables read of it, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from denggao.facts.catalogue import catalogue
from denggao.facts.interval import Interval, reduced
from denggao.rules.cases import Answer, Prepared, Said
from denggao.rules.engines.lowering import ends as e
from denggao.rules.engines.lowering.compile import Columns, Compiler
from denggao.rules.engines.lowering.ends import Flag
from denggao.rules.engines.lowering.expr import Expr, forget
from denggao.rules.engines.lowering.plan import Plan
from denggao.rules.engines.lowering.values import Lin, Value
from denggao.rules.nodes import Instrument


@dataclass(frozen=True, slots=True)
class Compiled:
    """One instrument compiled for the columns of a frame: what to add and how to read it."""

    instrument: Instrument
    compiler: Compiler
    columns: Mapping[str, Columns]

    @property
    def plan(self) -> Plan:
        return self.compiler.plan

    def flags(self) -> dict[str, Flag]:
        """Flag → in which rows it is raised; ``flag:…`` columns of the frame are taken along."""
        found = self.compiler.facts.flags()
        for column in sorted(self.plan.columns):
            if column.startswith("flag:"):
                raised = self.plan.column(column)
                found.setdefault(column.removeprefix("flag:"), []).append(e.sure(raised))
        for columns in self.columns.values():
            for name, flag in columns.flags:
                found.setdefault(name, []).append(flag)
        every = {name: e.either(*flags) for name, flags in sorted(found.items())}
        return {name: flag for name, flag in every.items() if flag is not False}


def compile_for(
    instrument: Instrument,
    columns: Iterable[str],
    as_of: date,
    *,
    readings: Mapping[str, str] | None = None,
    given: Mapping[str, Interval] | None = None,
    sizes: Mapping[str, int] | None = None,
    whole: bool = True,
    brief: bool = False,
) -> Compiled:
    """Compile ``instrument`` against a frame's columns (``code``, ``code@year`` …).

    ``sizes`` is the largest magnitude in each integer column, where it is known: small
    numbers are computed in 64 bits, those it does not cover in 128. Not ``whole``: a rule is
    lowered when it is first read. ``brief``: see ``Plan``.
    """
    forget()
    plan = Plan(columns, brief=brief)
    compiler = Compiler(instrument, plan, as_of, readings, given, sizes)
    return Compiled(instrument, compiler, compiler.compile() if whole else OnDemand(compiler))


@dataclass(frozen=True, slots=True)
class OnDemand(Mapping[str, Columns]):
    """Columns of every statement, by id, each lowered when it is first read."""

    compiler: Compiler

    def __getitem__(self, id_: str) -> Columns:
        return self.compiler.statement(id_)

    def __iter__(self) -> Iterator[str]:
        return iter(self.compiler.instrument.statements)

    def __len__(self) -> int:
        return len(self.compiler.instrument.statements)


# ------------------------------------------------------------------ columns → answers


def asked(compiled: Compiled) -> dict[str, Expr]:
    """Columns from which ``said`` reads every statement's answer and the flags of a row."""
    wanted = {f"flag:{name}": e.column(flag) for name, flag in compiled.flags().items()}
    for id_, columns in compiled.columns.items():
        if columns.truth is not None:
            holds, fails = map(e.column, columns.truth)
            wanted |= {f"{id_}:holds": holds, f"{id_}:fails": fails}
        for part, value in (("value", columns.value), ("gap", columns.gap)):
            if value is not None:
                wanted |= _ends(f"{id_}:{part}", value)
    return wanted


def said(compiled: Compiled, row: Mapping[str, Any]) -> Said:
    """One row of ``asked`` as exact answers and flags."""
    answers = {
        id_: Answer(
            _truth(row.get(f"{id_}:holds"), row.get(f"{id_}:fails")),
            _interval(columns.value, f"{id_}:value", row),
            _gap(columns.gap, f"{id_}:gap", row),
        )
        for id_, columns in compiled.columns.items()
    }
    flags = {name.removeprefix("flag:") for name, on in row.items() if on and "flag:" in name}
    return answers, flags


def _truth(holds: bool | None, fails: bool | None) -> bool | None:
    return True if holds else False if fails else None


def _ends(name: str, value: Value) -> dict[str, Expr]:
    if isinstance(value, Lin):
        return {f"{name}:lo": e.expression(value.lo), f"{name}:hi": e.expression(value.hi)}
    parts = {x: e.expression(getattr(value, x)) for x in ("lo_n", "lo_d", "hi_n", "hi_d")}
    parts["undefined"] = e.column(value.undefined)
    return {f"{name}:{part}": expr for part, expr in parts.items()}


def _interval(value: Value | None, name: str, row: Mapping[str, Any]) -> Interval | None:
    if value is None:
        return None
    if isinstance(value, Lin):
        return Interval(
            _exact(row[f"{name}:lo"], value.scale), _exact(row[f"{name}:hi"], value.scale)
        )
    lo, hi = (
        _exact(row[f"{name}:{side}_n"], value.scale * int(row[f"{name}:{side}_d"] or 1))
        for side in ("lo", "hi")
    )
    return Interval(lo, hi, bool(row[f"{name}:undefined"]))


def _gap(gap: Lin | None, name: str, row: Mapping[str, Any]) -> Interval | None:
    if gap is None or row[f"{name}:lo"] is None:
        return None
    return _interval(gap, name, row)


def _exact(numerator: Any, denominator: int) -> Any:
    """``numerator``: an int, or a whole Decimal as databases give it."""
    return None if numerator is None else reduced(Fraction(int(numerator), denominator))


# ------------------------------------------------------------------ rows of case tables


def alike(rows: Iterable[Prepared]) -> list[list[int]]:
    """Numbers of the rows of one day, one reading and the same fixed values: one frame each."""
    groups: dict[str, list[int]] = {}
    for i, row in enumerate(rows):
        groups.setdefault(repr((row.as_of, row.readings, row.given)), []).append(i)
    return list(groups.values())


def code_of(column: str) -> str:
    """The fact that a column is about."""
    return column.split("@")[0].split(".")[0]


def is_fact(column: str) -> bool:
    """Is it a column that rules may read?"""
    return column.startswith("titles:") or code_of(column) in catalogue()
