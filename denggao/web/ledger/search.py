"""The list of enterprises: what was asked for, which columns, and the rows of one page."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from denggao.facts.catalogue import catalogue, technical_fields
from denggao.facts.identity import normal_code, normal_name
from denggao.facts.titles import CANCELLED, held
from denggao.web.accounts.models import Region, User
from denggao.web.ledger.models import Enterprise, Title, Value
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.sources import BY_RANK
from denggao.web.ledger.values import Columns, shown, value_of

#: From the foot of the ladder to its top.
LADDER = ("科技型中小企业", "省级科技创新型企业", "高新技术企业", "科技领军企业")
NONE, DISPUTED = "none", "disputed"
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
    """What the address asks for; nonsense in it is left out."""

    text: str = ""
    region: str = ""
    tier: str = ""
    mark: str = ""
    columns: tuple[Column, ...] = ()

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        """From the address."""
        words = {key: query.get(key, "").strip() for key in ("text", "region", "tier", "mark")}
        known = {column.key: column for column in choices()}
        chosen = [known[key] for key in query.getlist("c") if key in known]
        return cls(**words, columns=tuple(dict.fromkeys(chosen)) or default_columns())


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
        found = found.filter(_of_tier(asked.tier, timezone.localdate()))
    if asked.mark == DISPUTED:
        found = found.filter(Exists(Value.objects.filter(enterprise=OuterRef("pk"), disputed=True)))
    elif asked.mark == "mine":
        found = found.filter(owner=user)
    elif asked.mark == "unowned":
        found = found.filter(owner=None)
    return found


def named(text: str) -> Q:
    """Part of a name or former name, the beginning of a code, or part of the pinyin."""
    name, code = normal_name(text), normal_code(text)
    asked = Q(name_key__contains=name) | Q(uscc__startswith=code)
    former = Enterprise.objects.filter(former_names__name_key__contains=name)
    asked |= Q(pk__in=former.values("pk"))
    if text.isascii():
        asked |= Q(pinyin__contains=text.lower().replace(" ", ""))
    return asked


def _of_tier(tier: str, on: datetime.date) -> Q:
    kinds = LADDER if tier == NONE else (tier,)
    valid = Title.objects.filter(
        Q(cancelled_on=None) | Q(cancelled_on__gt=on),
        enterprise=OuterRef("pk"), withdrawn=False, kind__in=kinds,
        issued_on__lte=on, valid_to__gte=on,
    ).exclude(event=CANCELLED)  # fmt: skip
    return ~Q(Exists(valid)) if tier == NONE else Q(Exists(valid))


@dataclass(frozen=True)
class Cell:
    """A value in the list, with its source for the hover."""

    column: Column
    text: str = ""
    source: str = ""
    disputed: bool = False


@dataclass(frozen=True)
class Line:
    """One firm of the list: its tiers of the ladder today, when the highest ends, its values."""

    firm: Enterprise
    tiers: list[tuple[str, int]]
    until: datetime.date | None
    cells: list[Cell]


def lines(firms: Iterable[Enterprise], columns: tuple[Column, ...]) -> list[Line]:
    """The rows of one page, by two queries however many there are."""
    firms = list(firms)
    values = _values(firms, columns)
    titles = titles_of([firm.pk for firm in firms])
    on = timezone.localdate()
    return [
        Line(
            firm,
            *_standing(titles.get(firm.pk), on),
            cells=[_cell(column, values.get((firm.pk, *column))) for column in columns],
        )
        for firm in firms
    ]


def _values(
    firms: list[Enterprise], columns: tuple[Column, ...]
) -> dict[tuple[int, str, int], Value]:
    wanted = Q(pk__in=[])
    for column in columns:
        wanted |= Q(fact=column.fact, year=column.year)
    found = Value.objects.filter(wanted, enterprise__in=[firm.pk for firm in firms])
    found = found.select_related("statement__source")
    return {(value.enterprise_id, value.fact, value.year): value for value in found}


def titles_of(pks: list[int]) -> dict[int, list[Title]]:
    """Certificates that count, by enterprise."""
    held_by: dict[int, list[Title]] = {}
    for title in Title.objects.filter(enterprise__in=pks, withdrawn=False):
        held_by.setdefault(title.enterprise_id, []).append(title)
    return held_by


def _standing(
    titles: list[Title] | None, on: datetime.date
) -> tuple[list[tuple[str, int]], datetime.date | None]:
    """The kinds of the ladder that are held today, each with its step, and the day on which the
    highest ends."""
    papers = [title.held() for title in titles or ()]
    kinds = [(kind, step) for step, kind in enumerate(LADDER, 1) if held(papers, kind, on)]
    if not kinds:
        return [], None
    ends = [p.valid_to for p in papers if p.kind == kinds[-1][0] and p.valid_to]
    return kinds, max(ends, default=None)


def standing(titles: list[Title]) -> list[tuple[str, int]]:
    """The same for one firm."""
    return _standing(titles, timezone.localdate())[0]


def _cell(column: Column, value: Value | None) -> Cell:
    if value is None:
        return Cell(column)
    fact = catalogue()[column.fact]
    text = shown(fact, Columns(value.number, value.lo, value.hi, value.text))
    source = source_of(value.statement)
    if fact.unit == "元":
        text = text.removesuffix(" 万元")
    if fact.code == "field_code" and text:  # the list has room for the first of three levels
        source = f"{text}；{source}"
        text = technical_fields().get(value.text.partition(".")[0], text)
    return Cell(column, text, source, value.disputed)


def source_of(statement: Any) -> str:
    """「本局台账：模拟县台账.xlsx 第 5 行 H 列」, for a hover."""
    rank = BY_RANK.get(statement.rank, "")
    if statement.source_id:
        column = f" {statement.column} 列" if statement.column else ""
        return f"{rank}：{statement.source.file} 第 {statement.row} 行{column}"
    return f"{rank}：{statement.why}"


def exported(found: QuerySet[Enterprise], columns: tuple[Column, ...]) -> Iterator[list[Any]]:
    """All rows for Excel, amounts in 万元, some thousands at a time."""
    from denggao.web.ledger.exports import cell_of

    pks = list(found.values_list("pk", flat=True))
    number = 0
    for start in range(0, len(pks), _AT_ONCE):
        some = found.filter(pk__in=pks[start : start + _AT_ONCE])
        values = _values(list(some), columns)
        for line in lines(some, ()):
            number += 1
            cells = [
                _raw(cell_of, column, values.get((line.firm.pk, *column))) for column in columns
            ]
            firm = line.firm
            yield [
                number, firm.name, firm.uscc or "", firm.region.name,
                firm.zone.name if firm.zone else "", "、".join(kind for kind, _ in line.tiers),
                line.until or "", *cells, str(firm.owner or ""),
            ]  # fmt: skip


def _raw(cell_of: Any, column: Column, value: Value | None) -> Any:
    if value is None:
        return ""
    fact = catalogue()[column.fact]
    columns = Columns(value.number, value.lo, value.hi, value.text)
    if value_of(fact, columns) is None:
        return ""
    return cell_of(fact, columns, 10_000 if fact.unit == "元" else 1)


def heads(columns: tuple[Column, ...]) -> list[str]:
    """Of the exported sheet."""
    fixed = ["序号", "企业名称", "统一社会信用代码", "所在区县", "功能区", "资格", "证书有效期至"]
    return [*fixed, *(column.label for column in columns), "责任人"]
