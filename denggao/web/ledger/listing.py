"""The rows of the list of enterprises: on a page, and in Excel."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from html import escape
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from denggao.facts.catalogue import catalogue, technical_fields
from denggao.facts.titles import Title as Held
from denggao.facts.titles import held
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.ledger.search import LADDER, Column, InForce, values_of
from denggao.web.ledger.values import shown, value_of

_AT_ONCE = 2000


class Listed(NamedTuple):
    """What a row says of a firm, besides its facts: plain values, for a page has fifty of them
    and a workbook a hundred thousand. ``zone`` and ``owner`` may be missing."""

    pk: int
    name: str
    uscc: str | None
    region: str
    zone: str | None
    owner: str


def listed(pks: Sequence[int]) -> list[Listed]:
    """These firms, which the person may see, in the order of the list; one query."""
    fields = ("pk", "name", "uscc", "region__name", "zone__name", "owner__name", "owner__username")
    found = Enterprise.objects.filter(pk__in=pks)
    return [
        Listed(pk, firm, uscc, region, zone, name or username or "")
        for pk, firm, uscc, region, zone, name, username in found.values_list(*fields)
    ]


class Standing(NamedTuple):
    """The kinds of the ladder that a firm holds on a day, each with its step, and the day on
    which the highest ends."""

    tiers: list[tuple[str, int]]
    until: datetime.date | None


def standings(pks: Sequence[int], on: datetime.date) -> dict[int, Standing]:
    """Of firms that have certificates; one query."""
    fields = ("kind", "number", "issued_on", "valid_to", "cancelled_on", "issuer", "event")
    rows = Title.objects.filter(enterprise__in=pks, withdrawn=False)
    papers: dict[int, list[Held]] = {}
    for pk, kind, number, *told in rows.values_list("enterprise_id", *fields):
        paper = Held(kind, number or None, *told)
        papers.setdefault(pk, []).append(paper)
    return {pk: standing(some, on) for pk, some in papers.items()}


def standing(papers: Sequence[Held], on: datetime.date) -> Standing:
    """Of one firm's certificates."""
    kinds = [(kind, step) for step, kind in enumerate(LADDER, 1) if held(papers, kind, on)]
    ends = [p.valid_to for p in papers if kinds and p.kind == kinds[-1][0] and p.valid_to]
    return Standing(kinds, max(ends, default=None))


_NONE = Standing([], None)


def html(
    firms: Sequence[Listed], columns: tuple[Column, ...], first: int, *, may_edit: bool
) -> SafeString:
    """The rows of one page, numbered from ``first``; two queries however many there are. Not a
    template: a page has hundreds of cells, and to put each into a template is most of its cost.
    Everything that was brought is escaped here."""
    pks = [firm.pk for firm in firms]
    values, on = values_of(pks, columns), timezone.localdate()
    stand, base = standings(pks, on), reverse("ledger:enterprises")
    rows = []
    for number, firm in enumerate(firms, first):
        href = f"{base}{firm.pk}/"
        cells = [_cell(c, values.get((firm.pk, *c)), href) for c in columns]
        edit = f' <a href="{href}correct/">更正</a>' if may_edit else ""
        rows.append(
            f'<tr><td>{number}</td><td><a href="{href}">{escape(firm.name)}</a><br>'
            f'<span class="code">{escape(firm.uscc or "无代码")}</span></td>'
            f"<td>{escape(firm.region)}</td><td>{escape(firm.zone or '—')}</td>"
            f"{_standing(stand.get(firm.pk, _NONE))}{''.join(cells)}"
            f"<td>{escape(firm.owner or '—')}</td>"
            f'<td class="act"><a href="{href}">查看</a>{edit}</td></tr>'
        )
    return mark_safe("\n".join(rows))  # noqa: S308 - see above


def _standing(stand: Standing) -> str:
    tiers = [f'<span class="tier t{step}">{escape(kind)}</span> ' for kind, step in stand.tiers]
    until = f"{stand.until:%Y}年{stand.until.month}月{stand.until.day}日" if stand.until else "—"
    return f'<td class="tiers">{"".join(tiers) or "—"}</td><td>{until}</td>'


def _cell(column: Column, value: InForce | None, href: str) -> str:
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


# --- Excel --------------------------------------------------------------------------------------


def exported(found: QuerySet[Enterprise], columns: tuple[Column, ...]) -> Iterator[list[Any]]:
    """All rows for Excel, amounts in 万元, some thousands at a time."""
    from denggao.web.ledger.exports import cell_of

    pks, on = list(found.values_list("pk", flat=True)), timezone.localdate()
    for start in range(0, len(pks), _AT_ONCE):
        some = pks[start : start + _AT_ONCE]
        values, stand = values_of(some, columns), standings(some, on)
        firms = listed(some)
        for number, firm in enumerate(firms, start + 1):
            tiers, until = stand.get(firm.pk, _NONE)
            cells = [_raw(cell_of, column, values.get((firm.pk, *column))) for column in columns]
            yield [
                number, firm.name, firm.uscc or "", firm.region, firm.zone or "",
                "、".join(kind for kind, _ in tiers), until or "", *cells, firm.owner,
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
