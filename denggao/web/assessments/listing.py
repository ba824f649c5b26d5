"""The rows of a run's page. Not a template: to put hundreds of cells into a template is most of a
page's cost. Everything that was brought is escaped here."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from html import escape
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from denggao.rules import nodes as n
from denggao.web.assessments import shown
from denggao.web.assessments.models import Finding

#: As the words are coloured elsewhere.
_FILLS = (("pass", "#0f766e"), ("unknown", "#c9a227"), ("fail", "#b42318"))


def html(findings: Sequence[Finding], law: n.Instrument | None, way: str) -> SafeString:
    """The firms of one page, in their order; ``way``: law and day, as an address has them."""
    base, way = reverse("ledger:enterprises"), escape(way)
    return mark_safe("\n".join(_row(f, law, base, way) for f in findings))  # noqa: S308 - escaped


def _row(finding: Finding, law: n.Instrument | None, base: str, way: str) -> str:
    told, firm = shown.row(finding, law), finding.enterprise
    cells = [
        str(finding.place),
        escape(firm.name),
        escape(firm.region.name),
        _truth(finding.hard, finding.get_hard_display()),
        _truth(finding.verdict, finding.get_verdict_display()),
    ]
    words = ("；".join(told["failing"]), "；".join(told["lacks"]), "、".join(told["asked"]))
    wide = "".join(f'<td class="wrap">{escape(text or "—")}</td>' for text in words)
    return (
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}"
        f'<td class="number">{_score(finding)}</td>'
        f'{wide}<td><a href="{base}{finding.enterprise_id}/verdict/?{way}">为什么</a></td></tr>'
    )


def _truth(code: str, word: str) -> str:
    return f'<span class="truth {code}">{word}</span>'


def _score(finding: Finding) -> str:
    if finding.score_lo is None or finding.score_hi is None:
        return "—"
    return f"{_rounded(finding.score_lo)}～{_rounded(finding.score_hi)}"


def _rounded(points: float) -> str:
    """One decimal where there is one: 71.3, 80."""
    told = Decimal(repr(points)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    return str(told).removesuffix(".0")


def rules(counted: Sequence[dict[str, Any]], firms: int) -> SafeString:
    """Each countable rule with its counts, in numbers and as a bar; of a run over ``firms``."""
    return mark_safe("\n".join(_rule(rule, max(firms, 1)) for rule in counted))  # noqa: S308 - escaped


def _rule(rule: dict[str, Any], firms: int) -> str:
    counts = "".join(f'<td class="number">{rule[truth]}</td>' for truth, _ in _FILLS)
    bars, x = [], 0
    for truth, fill in _FILLS:
        at, width = (f"{100 * part / firms:.2f}" for part in (x, rule[truth]))
        bars.append(f'<rect x="{at}" width="{width}" height="8" fill="{fill}"/>')
        x += rule[truth]
    told = f"符合 {rule['pass']}，未知 {rule['unknown']}，不符合 {rule['fail']}"
    return (
        f"<tr><td>{escape(rule['id'])} {escape(rule['name'])}</td>{counts}"
        '<td><svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" '
        f'aria-label="{told}">{"".join(bars)}</svg></td></tr>'
    )
