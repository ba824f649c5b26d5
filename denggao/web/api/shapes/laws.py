"""Texts, drafts and lists, as a program sees them."""

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
)
from denggao.web.assessments import texts


class LawRow(Schema):
    """A text that comes along; ``number`` is its address here, as on the pages."""

    number: int
    short: str
    name: str
    valid_from: datetime.date
    valid_to: datetime.date | None
    in_force: bool


class OwnLawRow(Schema):
    """A text of the bureau's own."""

    id: int
    short: str
    state: str
    digest: str
    region: Named
    by: str
    at: datetime.datetime
    decided_at: datetime.datetime | None


class Laws(Schema):
    """All texts that concern the person's region."""

    rows: list[LawRow]
    own: list[OwnLawRow]


class Rule(Schema):
    """A rule of a text."""

    id: str
    name: str
    kind: str
    cite: str


class Article(Schema):
    """A heading of the text with its rules."""

    heading: str
    extract: str
    rules: list[Rule]


class Law(Schema):
    """A text article by article, and its source."""

    short: str
    name: str
    version: str
    in_force: bool
    articles: list[Article]
    text: str = Field(description="规范原文（Markdown：条文、规则、算例）")


class Text(Given):
    """A text of one's own."""

    text: str = Field(min_length=1, max_length=texts.MOST)


class Trying(Text):
    """… and the day on which it is tried."""

    as_of: MaybeDay = None


class FlipRow(Schema):
    """A firm whose verdict would change."""

    enterprise: int
    name: str
    before: str | None
    after: str
    because: list[str]


class Tried(Schema):
    """The draft over the person's firms, beside the text in force."""

    short: str
    version: str
    against: str | None
    before: dict[str, int]
    after: dict[str, int]
    flips: list[FlipRow]


class Adoption(Given):
    """Put in force, or not."""

    adopt: bool


class ListEntry(Schema):
    """A firm on a list."""

    name: str
    firm: str
    region: str
    owner: str
    number: str
    reason: str
    due: datetime.date | None
    act_by: datetime.date | None
    notice: str


class OneList(Schema):
    """One list of a text: who is on it, and of whom that is open."""

    id: str
    name: str
    kind: str
    law: str
    cite: str
    todo: str
    on: list[ListEntry]
    open: list[ListEntry]


class AllLists(Schema):
    """The lists of a day."""

    as_of: datetime.date
    firms: int
    versions: list[str]
    lists: list[OneList]
    notes: list[str]


class FrozenRow(Schema):
    """Lists that were frozen; ``counts``: name, firms on it, firms open."""

    id: int
    as_of: datetime.date
    region: Named
    by: str
    at: datetime.datetime
    digest: str
    counts: list[list[Any]]


class FrozenRows(Paged):
    """A page of them, the latest first."""

    rows: list[FrozenRow]


class OnDay(Schema):
    """A day; without one today."""

    as_of: MaybeDay = None


class Freeze(Given):
    """The day whose lists are to be frozen."""

    as_of: Day
