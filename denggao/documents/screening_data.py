"""What the screening workbook is made from, and the words that several of its sheets share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil
from typing import Any

from denggao.diagnosis.decisive import Decisive
from denggao.documents import wording as w
from denggao.documents.tree import gap_unit
from denggao.facts.ledger import Ledger
from denggao.rules import nodes as n
from denggao.rules.engines.columnar.screening import IDENTITY, INDEX, NAME, ROUTE, Screened
from denggao.rules.engines.columnar.table import FAILED, LEAST, OPEN, countable
from denggao.rules.outcome import TRUTH_NAMES, TRUTH_WORDS

#: ``pass`` → 符合, as the tables name a truth and as a person reads it.
WORDS = {TRUTH_NAMES[truth]: word for truth, word in TRUTH_WORDS.items()}
OPEN_FACT = "open:"


@dataclass(frozen=True, slots=True)
class Screening:
    """A ledger and what each law says of it.

    ``questions`` by short name of the law, then by the firm's number in the ledger;
    ``readings`` by short name of the law; ``top``: how many of each law make the list;
    ``files``: the names of the files read.
    """

    ledger: Ledger
    tables: Sequence[Screened]
    questions: Mapping[str, Mapping[int, Decisive]]
    as_of: date
    readings: Mapping[str, Mapping[str, str]]
    top: int | None = None
    files: Sequence[str] = ()


# ------------------------------------------------------------------- shortfalls


@dataclass(frozen=True, slots=True)
class Shortfall:
    """A comparison that tells how much is missing: of what, and in which unit."""

    statement: n.Statement
    fact: str
    unit: str

    @property
    def column(self) -> str:
        return f"{LEAST}{self.statement.id}"

    @property
    def shown_unit(self) -> str:
        """The unit of its column: a bureau counts money in 万元."""
        return "万元" if self.unit == "元" else self.unit

    @property
    def head(self) -> str:
        return f"还差{self.fact}\n({self.shown_unit})"


def shortfalls(table: Screened, condition: n.Statement) -> list[Shortfall]:
    """Those of a condition itself, or else of the conditions it is made of."""
    columns = table.frame.columns
    parts = [condition, *(table.instrument.statements[id_] for id_ in condition.uses)]
    return [
        Shortfall(part, w.lacking(part.body.left), gap_unit(part.body))
        for part in parts
        if isinstance(part.body, n.Compare) and f"{LEAST}{part.id}" in columns
    ]


@lru_cache(maxsize=50_000)
def amount_missing(gap: float, unit: str) -> float:
    """A gap in the unit of its column, never too small: whole people and items, money to 分."""
    exact = Decimal(repr(gap))
    if unit == "元":
        return ceil(exact * 100) / 1_000_000
    return ceil(exact) if unit in ("人", "项", "天") else gap


@lru_cache(maxsize=50_000)
def _told(gap: float, unit: str) -> str:
    return w.shortfall(Fraction(Decimal(repr(gap))), unit)


# --------------------------------------------------------------- a firm's standing


@dataclass(frozen=True, slots=True)
class Standing:
    """How a firm stands with the countable conditions of a law: ``failed`` and ``missing``
    in words, ``undecided`` the conditions still open, ``amounts`` by column."""

    row: Mapping[str, Any]
    failed: tuple[str, ...]
    undecided: tuple[n.Statement, ...]
    missing: tuple[str, ...]
    amounts: Mapping[str, float]
    at_least: tuple[str, ...] = ()

    def sentence(self) -> str:
        """科技人员还差2人；研发费用占比未知，缺2024年研发费用."""
        parts = list(self.failed)
        if self.undecided:
            names = "、".join(c.name for c in self.undecided)
            least = "".join(f"，{text}" for text in self.at_least)
            parts.append(f"{names}未知{least}{_lacking(self.missing)}")
        return "；".join(parts) or "可核实条件全部符合"


def _lacking(missing: Sequence[str]) -> str:
    return f"，缺{'、'.join(missing)}" if missing else ""


class Conditions:
    """The countable conditions of one law: columns of its table → standings in words."""

    def __init__(self, table: Screened) -> None:
        self.table = table
        self.conditions = countable(table.instrument)
        self.gaps = {c.id: shortfalls(table, c) for c in self.conditions}
        self.facts = {
            c: w.fact_words(c.removeprefix(OPEN_FACT))
            for c in table.frame.columns
            if c.startswith(OPEN_FACT)
        }
        wanted = [INDEX, IDENTITY, NAME, FAILED, OPEN, "verdict", "hard_verdict", "flags", ROUTE]
        wanted += [f"{c.id}_truth" for c in self.conditions]
        self._spreads = {gap.column: _spread(gap) for gap in self.shortfalls()}
        for gap in self.shortfalls():
            wanted += [gap.column, *self._spreads[gap.column]]
        have = set(table.frame.columns)
        self.columns = [c for c in dict.fromkeys([*wanted, *self.facts]) if c in have]

    def shortfalls(self) -> list[Shortfall]:
        return [gap for gaps in self.gaps.values() for gap in gaps]

    def rows(self) -> Iterator[dict[str, Any]]:
        """Each firm in order, by column."""
        for values in self.table.rows(self.columns):
            yield dict(zip(self.columns, values, strict=True))

    def standing(self, row: Mapping[str, Any], *, short: bool = True) -> Standing:
        """``short``: without the ids of the conditions."""
        failed: list[str] = []
        undecided: list[n.Statement] = []
        least: list[str] = []
        amounts: dict[str, float] = {}
        for condition in self.conditions:
            truth = row[f"{condition.id}_truth"]
            if truth == "pass":
                continue
            told = list(self._told(condition, row, amounts))
            if truth == "fail":
                failed.append(_failure(condition, told, short))
            else:
                undecided.append(condition)
                least += [text for text in told if text]
        missing = tuple(name for column, name in self.facts.items() if row[column])
        return Standing(row, tuple(failed), tuple(undecided), missing, amounts, tuple(least))

    def _told(
        self, condition: n.Statement, row: Mapping[str, Any], amounts: dict[str, float]
    ) -> Iterator[str]:
        for gap in self.gaps[condition.id]:
            number = row[gap.column]
            if not number:
                continue
            amounts[gap.column] = amount_missing(number, gap.unit)
            known = row[f"{condition.id}_truth"] == "fail" and self._is_known(gap, row)
            how = "还差" if known else "至少还差"
            yield f"{gap.fact}{how}{_told(number, gap.unit)}"

    def _is_known(self, gap: Shortfall, row: Mapping[str, Any]) -> bool:
        ends = [row.get(column) for column in self._spreads[gap.column]]
        return all(lo == hi for lo, hi in zip(ends[::2], ends[1::2], strict=True))


def _spread(gap: Shortfall) -> list[str]:
    """The columns that tell whether all is known that the comparison reads."""
    body = gap.statement.body
    assert isinstance(body, n.Compare)
    ids = [gap.statement.id, *([body.right.id] if isinstance(body.right, n.Ref) else [])]
    return [f"{id_}_{end}" for id_ in ids for end in ("lo", "hi")]


def _failure(condition: n.Statement, told: Sequence[str], short: bool) -> str:
    if short:
        return "，".join(told) or f"{condition.name}不符合"
    return f"不符合 {condition.id} {condition.name}" + (f"：{'，'.join(told)}" if told else "")


# ------------------------------------------------------------------ missing facts


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that keeps firms open: how many, how many of them knowing it alone settles
    whatever it is, and how many some value of it settles."""

    key: str
    firms: int
    settles: int
    may_settle: int


def missing_facts(screening: Screening, table: Screened) -> list[MissingFact]:
    """The facts that keep firms open, those first that settle most."""
    firms: Counter[str] = Counter()
    for _, keys in table.open_facts():
        firms.update(keys)
    asked = screening.questions.get(table.instrument.short, {}).values()
    settles = Counter(keys[0] for q in asked for keys in q.sets if len(keys) == 1)
    may = Counter(key for q in asked for key in q.shortcuts)
    found = [
        MissingFact(k, firms[k], settles[k], may[k])
        for k in dict.fromkeys([*firms, *settles, *may])
    ]
    return sorted(found, key=lambda f: (-f.settles, -f.firms, -f.may_settle, f.key))
