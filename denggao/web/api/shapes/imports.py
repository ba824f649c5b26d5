"""Imports, their problems and differences, doubtful firms, as a program sees them."""

from __future__ import annotations

import datetime
from typing import Any

from ninja import Field, Schema
from pydantic import ConfigDict

from denggao.web.api.endpoints import (
    Given,
    Named,
    Paged,
    choice,
)
from denggao.web.ledger.forms import facts
from denggao.web.ledger.models import Import
from denggao.web.ledger.sources import NAMES

_KINDS = ("wrong", "note", "skipped")


class ImportRow(Schema):
    """One file and how far it is: checking → checked (or refused) → committing → committed →
    undone; dropped where somebody gave it up."""

    id: int
    file: str
    sha256: str
    state: str
    state_name: str
    mode: str
    source: str
    as_of: datetime.date
    region: Named
    by: str
    at: datetime.datetime
    step: str
    percent: int
    message: str
    counts: dict[str, Any]
    committed_at: datetime.datetime | None
    undone_at: datetime.datetime | None


class Imports(Paged):
    """A page of imports, the latest first."""

    rows: list[ImportRow]


class ImportFull(ImportRow):
    """With what was understood of the heads, and what a person has to look at."""

    tables: list[dict[str, Any]]
    problems: dict[str, int] = Field(description="几处错误（wrong）、提示（note）、略过（skipped）")
    pending: int = Field(description="几户待认定")
    same_file: list[int] = Field(description="一模一样、已导入的文件")


class ProblemRow(Schema):
    """One problem by its cell."""

    kind: str
    sheet: str
    row: int | None
    column: str
    field: str
    message: str


class ProblemRows(Paged):
    """A page of problems."""

    rows: list[ProblemRow]


class DifferenceRow(Schema):
    """A value that the import changes."""

    enterprise: int
    enterprise_name: str
    fact: str
    name: str
    year: int
    old: str
    new: str
    sheet: str
    row: int
    outranked: bool = Field(description="来源级别低，旧值仍算数")


class DifferenceRows(Paged):
    """A page of differences."""

    rows: list[DifferenceRow]


class ProblemsAsked(Schema):
    """Which problems."""

    kind: str = choice(_KINDS, "wrong")


class Upload(Given):
    """How a file is to be read."""

    model_config = ConfigDict(extra="forbid", strict=False)  # a form is text

    mode: str = choice(Import.Mode.values, "upsert", "新增并更新、只新增、只更新")
    source: str = choice(NAMES, "ledger", "数据来源")
    as_of: str = Field(
        description="申报日，如 2026-06-30：表头里的“上年”从这一年往前数",
        max_length=10,
        json_schema_extra={"format": "date"},
    )


class Confirm(Given):
    """Whether the right rows may come in without the wrong ones."""

    without_wrong: bool = False


class ReadAs(Given):
    """What a head means."""

    fact: str = choice(facts())
    year: int | None = Field(None, ge=1990, le=2100)
    unit: str | None = Field(None, pattern="^(元|万元)$")


class Columns(Given):
    """Heads that were not understood: what each means; null to leave its column out."""

    columns: dict[str, ReadAs | None] = Field(min_length=1)


class Candidate(Schema):
    """A firm of the ledger that it may be."""

    enterprise: int
    name: str
    score: int
    why: str


class Question(Schema):
    """A firm of a file that a person has to decide about."""

    id: int
    name: str
    uscc: str
    why: str
    source: int
    candidates: list[Candidate]


class Questions(Paged):
    """A page of open questions."""

    rows: list[Question]


class Decision(Given):
    """same: the firm of the ledger named; new: a new one; none: leave it out."""

    decision: str = choice(["same", "new", "none"])
    enterprise: int | None = Field(None, ge=1, le=2**63 - 1)


class Decided(Schema):
    """What was decided."""

    id: int
    decision: str
