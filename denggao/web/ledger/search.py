"""The list of enterprises: what was asked for, which firms that are, and which columns."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from denggao.diagnosis.promises import valid_years
from denggao.facts.catalogue import catalogue, technical_fields
from denggao.facts.identity import normal_code, normal_name
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.kit.days import day_of
from denggao.web.ledger import holding
from denggao.web.ledger.models import Enterprise, Title, Value
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.sources import BY_RANK
from denggao.web.ledger.values import Columns

#: From the foot of the ladder to its top.
LADDER = ("科技型中小企业", "省级科技创新型企业", "高新技术企业", "科技领军企业")
NONE, DISPUTED = "none", "disputed"
_WORDS = ("text", "region", "tier", "mark", "on", "since", "until", "field", "owner", "office")


class Column(NamedTuple):
    """A fact shown in the list, of one year or of none."""

    fact: str
    year: int

    @property
    def key(self) -> str:
        """sales@2025"""
        return f"{self.fact}@{self.year}" if self.year else self.fact

    @property
    def label(self) -> str:
        """2025年销售收入（万元）"""
        fact = catalogue()[self.fact]
        unit = "（万元）" if fact.unit == "元" else ""
        return (f"{self.year}年" if self.year else "") + fact.name + unit

    @property
    def is_number(self) -> bool:
        """Aligned to the right."""
        return catalogue()[self.fact].numeric


@dataclass(frozen=True)
class Asked:
    """What the address asks for; nonsense in it is left out. ``tier`` is held on the day ``on``
    (today); with ``since``, it was won between the two days; ``until``: a title that is held on
    ``on`` ends by that day, and nothing follows it. ``field``: first level of the
    technical fields, or NONE; ``owner`` and ``office``: keys of the person and the unit that look
    after the firm, or NONE."""

    text: str = ""
    region: str = ""
    tier: str = ""
    mark: str = ""
    on: str = ""
    since: str = ""
    until: str = ""
    field: str = ""
    owner: str = ""
    office: str = ""
    columns: tuple[Column, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """From the address."""
        words = {key: query.get(key, "").strip() for key in _WORDS}
        known = {column.key: column for column in choices()}
        chosen = [known[key] for key in query.getlist("c") if key in known]
        return cls(**words, columns=tuple(dict.fromkeys(chosen)) or default_columns())

    @property
    def day(self) -> datetime.date:
        """On which titles are to be valid."""
        return day_of(self.on) or timezone.localdate()

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the form has no field for, yet keeps."""
        return [
            (k, v)
            for k in ("on", "since", "until", "field", "owner", "office")
            if (v := getattr(self, k))
        ]

    @property
    def told(self) -> str:
        """The same in words: 「2026-06-30 持有，电子信息」."""
        end = day_of(self.until)
        ends = f"证书到 {end} 为止到期" if end else ""
        return "，".join(filter(None, (self._told_of_days(), ends, *self._told_of_care())))

    def _told_of_days(self) -> str:
        if self.since:
            return f"{self.since} 至 {self.day} 取得"
        return f"按 {self.day} 的资格" if self.on else ""

    def _told_of_care(self) -> Iterator[str]:
        if self.field:
            yield "没有技术领域" if self.field == NONE else technical_fields().get(self.field, "")
        if self.owner:
            owner = User.objects.filter(pk=_key(self.owner)).first()
            yield f"责任人 {owner}" if owner else "没有责任人"
        if self.office:
            office = Unit.objects.filter(pk=_key(self.office)).first()
            yield f"责任单位 {office}" if office else "没有责任单位"


def _key(told: str) -> int | None:
    """A key from the address; ``None`` for NONE and for nonsense."""
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 19 else None


def choices() -> tuple[Column, ...]:
    """All columns that can be chosen: each fact, of the last three years where it has years."""
    return _choices(timezone.localdate().year)


@lru_cache(maxsize=2)
def _choices(this: int) -> tuple[Column, ...]:
    apart = {"uscc", "name", "former_names", "titles", "region"}
    return tuple(
        Column(code, year)
        for code, fact in catalogue().items()
        if code not in apart and not fact.personal
        for year in (range(this - 1, this - 4, -1) if fact.yearly else (0,))
    )


@lru_cache(maxsize=64)
def options(chosen: tuple[Column, ...], year: int) -> SafeString:
    """The choices as options of a list, some of them chosen; ``year`` is the present one, in
    which the choices differ."""
    option, taken = '<option value="{}">{}</option>', '<option value="{}" selected>{}</option>'
    return format_html_join(
        "",
        "{}",
        ((format_html(taken if c in chosen else option, c.key, c.label),) for c in choices()),
    )


def default_columns() -> tuple[Column, ...]:
    """The field, and last year's sales, R&D expense and staff."""
    last = timezone.localdate().year - 1
    yearly = (Column(code, last) for code in ("sales", "rd_expense", "staff"))
    return (Column("field_code", 0), *yearly)


def enterprises(user: User, asked: Asked) -> QuerySet[Enterprise]:
    """Firms that this person may see and has asked for."""
    found = Enterprise.objects.for_user(user).select_related("owner")
    if asked.text:
        found = found.filter(named(asked.text))
    if asked.region:
        place = Region.objects.filter(code=asked.region).first()
        found = found.filter(within(place)) if place else found.none()
    if asked.tier:
        found = found.filter(_of_tier(asked))
    if until := day_of(asked.until):
        found = found.filter(holding.enders(_kinds(asked.tier), asked.day, until))
    if asked.field or asked.owner or asked.office:
        found = found.filter(*_cared_for(asked))
    if asked.mark == DISPUTED:
        found = found.filter(pk__in=Value.objects.filter(disputed=True).values("enterprise"))
    elif asked.mark == "mine":
        found = found.filter(owner=user)
    elif asked.mark == "unowned":
        found = found.filter(owner=None)
    return found


def _kinds(tier: str) -> list[str]:
    """The rung that is asked for, else those that are held for several years: a register of each
    year (评价入库) ends every December and warns of nothing."""
    if tier:
        return [tier]
    return [kind for kind in LADDER if (valid_years(kind) or 0) > 1]


def named(text: str) -> Q:
    """Part of a name or former name, the beginning of a code, or part of the pinyin."""
    name, code = normal_name(text), normal_code(text)
    asked = Q(name_key__contains=name) | Q(uscc__startswith=code)
    former = Enterprise.objects.filter(former_names__name_key__contains=name)
    asked |= Q(pk__in=former.values("pk"))
    if text.isascii():
        asked |= Q(pinyin__contains=text.lower().replace(" ", ""))
    return asked


def of_tier(tier: str, on: datetime.date) -> Q:
    """Firms that hold this title of the ladder on the day; for ``NONE``, none of them."""
    if tier == NONE:
        return ~Q(pk__in=holding.valid(LADDER, on).values("enterprise"))
    return holding.holders(tier, on)


def _of_tier(asked: Asked) -> Q:
    since = day_of(asked.since)
    if since is None or asked.tier == NONE:
        return of_tier(asked.tier, asked.day)
    return holding.winners(asked.tier, since, asked.day)


def _cared_for(asked: Asked) -> Iterator[Q]:
    if asked.field:
        yield holding.works_in("" if asked.field == NONE else asked.field)
    for key, way in (("owner", "owner"), ("office", "owner__unit")):
        told = getattr(asked, key)
        if told == NONE or _key(told) is not None:
            yield Q(**{way: _key(told)})


class InForce(NamedTuple):
    """A value in force with where it comes from: a page needs no whole rows."""

    enterprise: int
    fact: str
    year: int
    columns: Columns
    disputed: bool
    source: str


_FIELDS = (
    "enterprise_id", "fact", "year", "number", "lo", "hi", "text", "disputed", "statement__rank",
    "statement__row", "statement__column", "statement__why", "statement__source__file",
)  # fmt: skip


def in_force(values: QuerySet[Value]) -> Iterator[InForce]:
    """Of these values, by one query."""
    for pk, fact, year, number, lo, hi, text, disputed, *source in values.values_list(*_FIELDS):
        yield InForce(pk, fact, year, Columns(number, lo, hi, text), disputed, in_words(*source))


def in_words(rank: int, row: int, column: str, why: str, file: str | None) -> str:
    """「本局台账：模拟县台账.xlsx 第 5 行 H 列」, for a hover."""
    said = BY_RANK.get(rank, "")
    if file is None:
        return f"{said}：{why}"
    return f"{said}：{file} 第 {row} 行" + (f" {column} 列" if column else "")


def values_of(
    pks: Sequence[int], columns: tuple[Column, ...]
) -> dict[tuple[int, str, int], InForce]:
    """Values in force of these firms, by (enterprise, fact, year); one query."""
    if not columns:
        return {}
    facts, years = ({column[n] for column in columns} for n in (0, 1))
    rows = Value.objects.filter(enterprise__in=pks, fact__in=facts, year__in=years)
    return {value[:3]: value for value in in_force(rows)}


def titles_of(pks: list[int]) -> dict[int, list[Title]]:
    """Certificates that count, by enterprise."""
    held_by: dict[int, list[Title]] = {}
    for title in Title.objects.filter(enterprise__in=pks, withdrawn=False):
        held_by.setdefault(title.enterprise_id, []).append(title)
    return held_by
