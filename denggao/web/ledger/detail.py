"""One enterprise: facts by year with their sources, and the timeline."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from denggao.facts.catalogue import catalogue
from denggao.web.ledger.models import Enterprise, Import, Statement, Title, Value
from denggao.web.ledger.search import InForce, in_force, in_words
from denggao.web.ledger.values import Columns, fact_name, shown

#: A value as the page's template needs it: text, source, css, href.
Shown = dict[str, str]


@dataclass
class FactTable:
    """Facts by year (name, unit, a value or ``None`` for each of the years), and those without."""

    years: list[int]
    yearly: list[tuple[str, str, list[Shown | None]]]
    single: list[tuple[str, Shown]]


def facts_of(enterprise: Enterprise) -> FactTable:
    """All values in force, in the order of the catalogue; one query."""
    base = f"{reverse('ledger:enterprises')}{enterprise.pk}/facts/"
    rows = in_force(Value.objects.filter(enterprise=enterprise))
    found = {(v.fact, v.year): _shown(v, base) for v in rows if v.fact in catalogue()}
    years = sorted({year for _, year in found if year})
    yearly: list[tuple[str, str, list[Shown | None]]] = []
    single: list[tuple[str, Shown]] = []
    for code, fact in catalogue().items():
        if code in ("name", "titles"):
            continue
        if (code, 0) in found:
            single.append((fact.name, found[code, 0]))
        cells = [found.get((code, year)) for year in years]
        if any(cells):
            yearly.append((fact.name, _unit(fact.unit), cells))
    return FactTable(years, yearly, single)


def _unit(unit: str) -> str:
    return "万元" if unit == "元" else "—" if unit == "是否" else unit


def _shown(value: InForce, base: str) -> Shown:
    fact = catalogue()[value.fact]
    text = shown(fact, value.columns) or "不掌握"
    if value.year:
        text = text.removesuffix(" 万元").removesuffix(f" {fact.unit}")
    source = f"{value.source}；另有来源说法不同" if value.disputed else value.source
    return {
        "text": text,
        "source": source,
        "css": "disputed" if value.disputed else "",
        "href": f"{base}{value.fact}/{value.year}/",
    }


@dataclass(frozen=True)
class Said:
    """One statement side by side with the others."""

    statement: Statement
    text: str
    source: str
    cell: str
    counts: bool
    in_force: bool


def statements_of(enterprise: Enterprise, fact: str, year: int) -> list[Said]:
    """Everything that was ever said of one fact, the latest first; what of it is in force."""
    value = Value.objects.filter(enterprise=enterprise, fact=fact, year=year).first()
    rows = Statement.objects.filter(enterprise=enterprise, fact=fact, year=year)
    rows = rows.select_related("source", "by").order_by("-at", "-pk")
    about = catalogue()[fact]
    return [
        Said(
            statement,
            shown(about, Columns(statement.number, statement.lo, statement.hi, statement.text))
            or "（不掌握）",
            in_words(
                statement.rank,
                statement.row,
                statement.column,
                statement.why,
                statement.source.file if statement.source else None,
            ),
            _cell(statement),
            statement.source is None or statement.source.state == Import.State.COMMITTED,
            value is not None and value.statement_id == statement.pk,
        )
        for statement in rows
    ]


def _cell(statement: Statement) -> str:
    if statement.source is None:
        return ""
    tables = statement.source.tables
    sheet = tables[statement.sheet]["sheet"] if statement.sheet < len(tables) else ""
    return f"〈{sheet}〉{statement.column}{statement.row}"


# --- timeline ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Event:
    """Something that happened to a firm, on a day; ``at``: when it was recorded."""

    on: datetime.date
    kind: str
    what: str
    link: str = ""
    at: datetime.datetime | None = None


Provider = Callable[[Enterprise], Iterable[Event]]
#: Each department adds its own when it is ready (``AppConfig.ready``): runs, visits, money.
PROVIDERS: list[Provider] = []
_TABLES: dict[Provider, tuple[type[Model], ...]] = {}


def told_by(*tables: type[Model]) -> Callable[[Provider], Provider]:
    """What this function tells stands in these tables, each with a key ``enterprise``: it is
    asked of no firm that has no row in any of them. Most firms have nothing but figures."""

    def note(provide: Provider) -> Provider:
        _TABLES[provide] = tables
        return provide

    return note


def timeline(enterprise: Enterprise) -> list[Event]:
    """All events, the latest first; of one day, what was recorded last. One of which
    nobody knows when it was recorded counts as the first of its day."""
    there = _tables_with(enterprise)
    asked = [p for p in PROVIDERS if p not in _TABLES or there.intersection(_TABLES[p])]
    events = (event for provide in asked for event in provide(enterprise))
    return sorted(events, key=lambda e: (e.on, e.at.timestamp() if e.at else 0), reverse=True)


def _tables_with(enterprise: Enterprise) -> set[type[Model]]:
    """Of the tables named above those that have a row of this firm; one query."""
    tables = list(dict.fromkeys(table for p in PROVIDERS for table in _TABLES.get(p, ())))
    if not tables:
        return set()
    quoted, asked = connection.ops.quote_name, []
    for table in tables:
        key = table._meta.get_field("enterprise").column
        where = f"{quoted(table._meta.db_table)} WHERE {quoted(key)} = %s"
        asked.append(f"EXISTS (SELECT 1 FROM {where})")  # noqa: S608 - names of our own models
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(asked)}", [enterprise.pk] * len(asked))
        return {table for table, any_row in zip(tables, cursor.fetchone(), strict=True) if any_row}


def certificates_of(enterprise: Enterprise) -> list[Title]:
    """Those that count; of a firm fetched with its titles without asking again."""
    return [title for title in enterprise.titles.all() if not title.withdrawn]


_GOT = {"首次": "首次认定", "重新": "重新认定"}


def certificates(enterprise: Enterprise) -> Iterator[Event]:
    """Issue, end and cancellation of each."""
    for title in certificates_of(enterprise):
        number = f"（{title.number}）" if title.number else ""
        if title.issued_on:
            yield Event(
                title.issued_on,
                "证书",
                f"{_GOT.get(title.event, title.event) or '取得'}{title.kind}{number}",
                at=title.at,
            )
        if title.valid_to:
            past = title.valid_to < timezone.localdate()
            said = "到期" if past else "将到期"
            yield Event(title.valid_to, "证书", f"{title.kind}{number}{said}", at=title.at)
        if title.cancelled_on:
            said = f"{title.kind}{number}被取消"
            yield Event(title.cancelled_on, "证书", said, at=title.at)


def filings(enterprise: Enterprise) -> Iterator[Event]:
    """What each import stated, and each correction by hand."""
    stated = Statement.objects.filter(enterprise=enterprise).order_by("at")
    brought: dict[int, list[Any]] = {}
    by_hand = []
    for pk, source, *told in stated.values_list(
        "pk", "source", "source__file", "source__state", "at"
    ):
        if source is None:
            by_hand.append(pk)
        else:
            brought.setdefault(source, []).append(told)
    for rows in brought.values():
        file, state, at = rows[-1]
        undone = "（已撤销）" if state == Import.State.UNDONE else ""
        what = f"导入「{file}」，填报 {len(rows)} 项{undone}"
        yield Event(timezone.localtime(at).date(), "填报", what, at=at)
    for statement in stated.filter(pk__in=by_hand).select_related("by") if by_hand else ():
        year = f"{statement.year}年" if statement.year else ""
        what = f"{statement.by} 更正{year}{fact_name(statement.fact)}：{statement.why}"
        on = timezone.localtime(statement.at).date()
        yield Event(on, "更正", what, at=statement.at)


def names(enterprise: Enterprise) -> Iterator[Event]:
    """Renamings, the day of founding, and who entered the firm where no import did."""
    if enterprise.source_id is None:
        on = timezone.localtime(enterprise.made_at).date()
        yield Event(on, "建档", f"{enterprise.made_by} 建档", at=enterprise.made_at)
    for former in enterprise.former_names.all():
        on = former.until or timezone.localtime(former.at).date()
        yield Event(on, "更名", f"由“{former.name}”更名", at=former.at)
    founded = Value.objects.filter(enterprise=enterprise, fact="established_on")
    for day in founded.values_list("text", flat=True):
        if day:
            yield Event(datetime.date.fromisoformat(day), "成立", "成立")


PROVIDERS += [certificates, filings, names]
