"""Verdicts, what-ifs and runs, as a program sees them."""

from __future__ import annotations

import datetime
from typing import Any

from ninja import Field, Schema

from denggao.web.api.endpoints import (
    Day,
    Given,
    MaybeDay,
    Named,
    Paged,
    choice,
)

_TRUTHS = ("pass", "unknown", "fail")


class Said(Schema):
    """What a firm comes to: pass, unknown or fail; ``hard`` by what can be verified alone."""

    verdict: str
    word: str
    hard: str
    hard_word: str
    score: str
    sets: list[list[str]] = Field(description="问到其中任何一组就能定")
    shortcuts: list[str] = Field(description="单独一项就可能定的")
    flags: list[str]


class Figure(Schema):
    """A fact that the law read."""

    key: str
    words: str
    value: str
    missing: bool


class SourcedFigure(Figure):
    """With where it was said."""

    source: str | None
    disputed: bool


class Node(Schema):
    """One rule of the outcome tree, in the order of the text."""

    id: str
    name: str
    kind: str
    truth: str = Field(description="pass、unknown、fail；数值为空")
    word: str
    cite: str
    heading: str
    extract: str
    formula: str
    compared: str
    ways: list[str] = Field(description="怎样就能符合")
    figures: list[Figure]


class Verdict(Schema):
    """A firm under a law on a day."""

    enterprise: int
    law: str
    version: str
    as_of: datetime.date
    said: Said
    nodes: list[Node]
    figures: list[SourcedFigure]
    manual: list[str] = Field(description="须人工核对的")


class WhatIf(Schema):
    """The same with some figures changed; nothing is saved."""

    before: Said
    after: Said
    changed: list[Figure]
    rules: dict[str, str] = Field(description="改后各条：pass、unknown、fail；数值为空")


class Asked(Schema):
    """Which law on which day; without a law that of the high-tech firms, without a day today."""

    law: str = Field("", max_length=60)
    as_of: MaybeDay = None


class Supposed(Given):
    """Figures to change: 事实@年度 → as on the page (amounts in 万元; "?" for unknown)."""

    law: str = Field("", max_length=60)
    as_of: MaybeDay = None
    changes: dict[str, str] = Field(min_length=1, max_length=100)


class RunRow(Schema):
    """One law over one region on one day."""

    id: int
    law: str
    version: str
    as_of: datetime.date
    region: Named
    by: str
    at: datetime.datetime
    state: str
    message: str
    counts: dict[str, Any]


class Runs(Paged):
    """A page of runs, the latest first."""

    rows: list[RunRow]


class Only(Schema):
    """A condition that alone keeps firms out."""

    id: str
    name: str
    firms: int


class RunFull(RunRow):
    """With what keeps firms out."""

    only: list[Only]
    rules: list[dict[str, Any]]


class NewRun(Given):
    """Which law, on which day."""

    law: str = Field(min_length=1, max_length=60)
    as_of: Day


class FindingRow(Schema):
    """What the run said of one firm."""

    place: int
    enterprise: int
    name: str
    verdict: str
    hard: str
    failing: list[str]
    undecided: list[str]
    lacks: list[str]
    asked: list[str] = Field(description="要问清哪些事实")


class Findings(Paged):
    """A page of a run, nearest first."""

    rows: list[FindingRow]


class FindingsAsked(Schema):
    """Which firms of the run."""

    hard: str = choice(["", *_TRUTHS], "")
    rule: str = Field("", max_length=60, description="只因这一条没过的")
    text: str = Field("", max_length=120)
