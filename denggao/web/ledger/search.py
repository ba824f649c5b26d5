"""The list of enterprises: what was asked for, which columns, and the rows of one page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from denggao.diagnosis.promises import valid_years
from denggao.facts.catalogue import catalogue, technical_fields
from denggao.facts.identity import normal_code, normal_name
from denggao.facts.titles import held
from denggao.web.accounts.models import Region, Unit, User
from denggao.web.kit.days import day_of
from denggao.web.ledger import holding
from denggao.web.ledger.models import Enterprise, Title, Value
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.sources import BY_RANK
from denggao.web.ledger.values import Columns, shown, value_of

#: From the foot of the ladder to its top.
LADDER = ("科技型中小企业", "省级科技创新型企业", "高新技术企业", "科技领军企业")
NONE, DISPUTED = "none", "disputed"
_WORDS = ("text", "region", "tier", "mark", "on", "since", "until", "field", "owner", "office")
_AT_ONCE = 2000


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


def choices() -> list[Column]:
    """All columns that can be chosen: each fact, of the last three years where it has years."""
    this = timezone.localdate().year
    apart = {"uscc", "name", "former_names", "titles", "region"}
    return [
        Column(code, year)
        for code, fact in catalogue().items()
        if code not in apart and not fact.personal
        for year in (range(this - 1, this - 4, -1) if fact.yearly else (0,))
    ]


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


#: One row of the list as its template needs it; plain, for there are fifty on a page.
Line = dict[str, Any]


def lines(firms: Iterable[Enterprise], columns: tuple[Column, ...], first: int = 1) -> list[Line]:
    """The rows of one page, numbered from ``first``; two queries however many there are."""
    firms = list(firms)
    values = values_of(firms, columns)
    titles = titles_of([firm.pk for firm in firms])
    on, base = timezone.localdate(), reverse("ledger:enterprises")
    return [
        {
            "number": number,
            "firm": firm,
            "href": f"{base}{firm.pk}/",
            "name": firm.name,
            "code": firm.uscc or "无代码",
            "region": firm.region.name,
            "zone": firm.zone.name if firm.zone else "—",
            **_standing(titles.get(firm.pk), on),
            "owner": str(firm.owner or "—"),
            "cells": mark_safe(  # noqa: S308 - _cell escapes what was brought
                "".join(
                    _cell(column, values.get((firm.pk, *column)), f"{base}{firm.pk}/")
                    for column in columns
                )
            ),
        }
        for number, firm in enumerate(firms, first)
    ]


def values_of(
    firms: list[Enterprise], columns: tuple[Column, ...]
) -> dict[tuple[int, str, int], InForce]:
    """Values in force, by (enterprise, fact, year); one query."""
    if not columns:
        return {}
    wanted = Q(pk__in=[])
    for column in columns:
        wanted |= Q(fact=column.fact, year=column.year)
    rows = Value.objects.filter(wanted, enterprise__in=[firm.pk for firm in firms])
    return {value[:3]: value for value in in_force(rows)}


def titles_of(pks: list[int]) -> dict[int, list[Title]]:
    """Certificates that count, by enterprise."""
    held_by: dict[int, list[Title]] = {}
    for title in Title.objects.filter(enterprise__in=pks, withdrawn=False):
        held_by.setdefault(title.enterprise_id, []).append(title)
    return held_by


def _standing(titles: list[Title] | None, on: datetime.date) -> dict[str, Any]:
    """``tiers``: the kinds of the ladder that are held on the day, each with its step; ``until``:
    the day on which the highest ends."""
    if not titles:
        return {"tiers": [], "until": None}
    papers = [title.held() for title in titles]
    kinds = [(kind, step) for step, kind in enumerate(LADDER, 1) if held(papers, kind, on)]
    ends = [p.valid_to for p in papers if kinds and p.kind == kinds[-1][0] and p.valid_to]
    return {"tiers": kinds, "until": max(ends, default=None)}


def standing(titles: list[Title]) -> list[tuple[str, int]]:
    """The kinds of the ladder that a firm holds today, each with its step."""
    return list(_standing(titles, timezone.localdate())["tiers"])


def _cell(column: Column, value: InForce | None, href: str) -> str:
    """HTML: a page has hundreds of these, and they are most of what it costs."""
    css = "number" if column.is_number else ""
    if value is None:
        return f'<td class="{css}">—</td>'
    fact = catalogue()[column.fact]
    text, source = shown(fact, value.columns), value.source
    if fact.unit == "元":
        text = text.removesuffix(" 万元")
    if fact.code == "field_code" and text:  # the list has room for the first of three levels
        source = f"{text}；{source}"
        text = technical_fields().get(value.columns.text.partition(".")[0], text)
    if value.disputed:
        css, source = f"{css} disputed", f"{source}；另有来源说法不同"
    if not text:
        return f'<td class="{css}">—</td>'
    where = f"{href}facts/{column.fact}/{column.year}/"
    link = f'<a class="source" title="{escape(source)}" href="{where}">{escape(text)}</a>'
    return f'<td class="{css}">{link}</td>'


def exported(found: QuerySet[Enterprise], columns: tuple[Column, ...]) -> Iterator[list[Any]]:
    """All rows for Excel, amounts in 万元, some thousands at a time."""
    from denggao.web.ledger.exports import cell_of

    pks = list(found.values_list("pk", flat=True))
    number = 0
    for start in range(0, len(pks), _AT_ONCE):
        some = found.filter(pk__in=pks[start : start + _AT_ONCE])
        values = values_of(list(some), columns)
        for line in lines(some, ()):
            number += 1
            cells = [
                _raw(cell_of, column, values.get((line["firm"].pk, *column))) for column in columns
            ]
            firm = line["firm"]
            yield [
                number, firm.name, firm.uscc or "", firm.region.name,
                firm.zone.name if firm.zone else "", "、".join(kind for kind, _ in line["tiers"]),
                line["until"] or "", *cells, str(firm.owner or ""),
            ]  # fmt: skip


def _raw(cell_of: Any, column: Column, value: InForce | None) -> Any:
    if value is None:
        return ""
    fact = catalogue()[column.fact]
    if value_of(fact, value.columns) is None:
        return ""
    return cell_of(fact, value.columns, 10_000 if fact.unit == "元" else 1)


def heads(columns: tuple[Column, ...]) -> list[str]:
    """Of the exported sheet."""
    fixed = ["序号", "企业名称", "统一社会信用代码", "所在区县", "功能区", "资格", "证书有效期至"]
    return [*fixed, *(column.label for column in columns), "责任人"]
