"""首页 · 今天: what waits for one person. Each department says what it has, when it is ready:

    PROVIDERS.append(Provider("申报批次", ("casework.edit",), lines))  # AppConfig.ready

``lines(user, on)`` asks the database a constant number of times, however many rows there are, and
only for rows that the person may see. Lines that count nothing are not shown.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from denggao.web.accounts.models import User

#: How pressing a line is: past its day, near it, or simply waiting.
LATE, SOON, WAITS = "late", "soon", ""
_ORDER = (LATE, SOON, WAITS)
#: What comes within so many days is near.
NEAR = datetime.timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Line:
    """``count`` things (户, 件, 项 …) of one kind, and the page that lists just these."""

    what: str
    count: int
    unit: str
    url: str
    tone: str = WAITS
    note: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """A department's lines under a heading, for whoever has one of the ``permissions``."""

    heading: str
    permissions: tuple[str, ...]
    lines: Callable[[User, datetime.date], Iterable[Line]]


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of the page with a template of the department's own, for whoever has the
    ``permission``; ``context`` gives ``None`` where there is nothing to show."""

    permission: str
    template: str
    context: Callable[[User, datetime.date], dict[str, Any] | None]


PROVIDERS: list[Provider] = []
PANELS: list[Panel] = []


@dataclass
class Group:
    """The lines under one heading, the most pressing first."""

    heading: str
    lines: list[Line] = field(default_factory=list)


@dataclass(frozen=True)
class Today:
    """The whole page: ``panels`` as (template, context)."""

    on: datetime.date
    groups: list[Group]
    panels: list[tuple[str, dict[str, Any]]]

    def total(self, tone: str) -> int:
        """How many lines are that pressing."""
        return sum(line.tone == tone for group in self.groups for line in group.lines)

    @property
    def late(self) -> int:
        """Lines past their day."""
        return self.total(LATE)

    @property
    def soon(self) -> int:
        """Lines near it."""
        return self.total(SOON)

    @property
    def waits(self) -> int:
        """All the others."""
        return self.total(WAITS)


def of(user: User, on: datetime.date) -> Today:
    """What waits for this person."""
    groups: dict[str, Group] = {}
    for provider in PROVIDERS:
        if user.permissions.isdisjoint(provider.permissions):
            continue
        found = [line for line in provider.lines(user, on) if line.count]
        if found:
            groups.setdefault(provider.heading, Group(provider.heading)).lines += found
    for group in groups.values():
        group.lines.sort(key=lambda line: _ORDER.index(line.tone))
    return Today(on, list(groups.values()), list(_panels(user, on)))


def _panels(user: User, on: datetime.date) -> Iterable[tuple[str, dict[str, Any]]]:
    for panel in PANELS:
        if user.can(panel.permission):
            context = panel.context(user, on)
            if context is not None:
                yield panel.template, context
