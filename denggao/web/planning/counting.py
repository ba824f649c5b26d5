"""How many firms hold a title, or won it, by place, field and who looks after them: one query over
the whole region, kept until the next change in the database."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Count, OuterRef, QuerySet, Subquery

from denggao.web.accounts.audit import CHECKED
from denggao.web.accounts.models import AuditRow, Region, User
from denggao.web.ledger import holding
from denggao.web.ledger.models import Title, Value
from denggao.web.ledger.models.enterprise import visible

#: Region code, unit, field and person of a part; "" where it is not cut by that.
Place = tuple[str, str, str, str]
WHOLE: Place = ("", "", "", "")
_KEPT_FOR = 24 * 3600
_NO_CHANGE = (
    "登录", "退出", "登录失败", "越权访问被拒", "修改密码", "重设密码", "导出", "导出文书",
    "保存视图", "删除视图", CHECKED,
)  # fmt: skip

#: (kind, codes of district and zone with all they lie in, unit, field, person, firms)
_Group = tuple[str, frozenset[str], str, str, str, int]


@dataclass
class Tally:
    """Firms by kind of title and place, each counted once wherever it lies."""

    groups: list[_Group]
    _single: Counter[tuple[str, Place]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for kind, codes, office, industry, person, firms in self.groups:
            self._single[kind, WHOLE] += firms
            self._single[kind, ("", office, "", "")] += firms if office else 0
            self._single[kind, ("", "", industry, "")] += firms if industry else 0
            self._single[kind, ("", "", "", person)] += firms if person else 0
            for code in codes:
                self._single[kind, (code, "", "", "")] += firms

    def of(self, kind: str, place: Place = WHOLE) -> int:
        """The firms of a place; one that is cut by several things is looked for in all groups."""
        if sum(map(bool, place)) <= 1:
            return self._single[kind, place]
        region, *others = place
        return sum(
            firms
            for one, codes, *rest, firms in self.groups
            if one == kind
            and (not region or region in codes)
            and all(not asked or asked == had for asked, had in zip(others, rest, strict=True))
        )

    def industries(self, kind: str) -> list[str]:
        """The fields that firms of the kind work in."""
        return sorted({group[3] for group in self.groups if group[0] == kind and group[3]}, key=int)


def holding_on(user: User, kinds: Sequence[str], on: datetime.date, at: int | None = None) -> Tally:
    """Who holds a title on the day, of the firms that the person may see; ``at``: what ``seen``
    has told, where it was asked already."""
    return _kept(user, f"held {on}", kinds, lambda: holding.valid(kinds, on), at)


def won_between(
    user: User, kinds: Sequence[str], since: datetime.date, on: datetime.date, at: int | None = None
) -> Tally:
    """Who won a title in the stretch, of the firms that the person may see; ``at`` as above."""
    return _kept(user, f"won {since} {on}", kinds, lambda: holding.won(kinds, since, on), at)


def seen() -> int:
    """The number of the last change: everything that changes a row writes to the audit chain in
    the same transaction, so while this stands still, no count has changed. Rows that tell of no
    change (who came in, what was taken out) do not count."""
    last = AuditRow.objects.exclude(action__in=_NO_CHANGE).order_by("-seq").values("seq").first()
    return last["seq"] if last else 0


def _kept(user: User, what: str, kinds: Sequence[str], titles: object, at: int | None) -> Tally:
    region: Region | None = user.region
    if region is None or not kinds:
        return Tally([])
    change = seen() if at is None else at
    key = f"tally {region.code} {what} {' '.join(sorted(kinds))} {change}".replace(" ", "_")
    groups = cache.get(key)
    if groups is None:
        groups = list(_groups(user, titles()))  # type: ignore[operator]
        cache.set(key, groups, _KEPT_FOR)
    return Tally(groups)


def _groups(user: User, titles: QuerySet[Title]) -> list[_Group]:
    industry = Value.objects.filter(
        enterprise=OuterRef("enterprise"), fact=holding.FIELD, year=0
    ).values("text")[:1]
    told = (
        titles.filter(visible(user, "enterprise__"))
        .annotate(industry=Subquery(industry))
        .values_list(
            "kind", "enterprise__region__path", "enterprise__zone__path",
            "enterprise__owner__unit", "industry", "enterprise__owner",
        )
        .annotate(firms=Count("enterprise", distinct=True))
        .order_by()
    )  # fmt: skip
    found: Counter[tuple[str, frozenset[str], str, str, str]] = Counter()
    for kind, path, zone, office, field_code, person, firms in told:
        codes = frozenset([*path.split("/"), *(zone or "").split("/")]) - {""}
        first_level = (field_code or "").partition(".")[0]
        found[kind, codes, str(office or ""), first_level, str(person or "")] += firms
    return [(*place, firms) for place, firms in found.items()]
