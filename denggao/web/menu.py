"""The menu at the left, and what the frame of every page shows."""

from __future__ import annotations

from collections.abc import Container
from functools import cache, lru_cache
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from denggao.web.kit.static import has_front_end


class Entry(NamedTuple):
    """One line: what it says, the URL it opens, and who sees it. ``url`` names its department:
    all pages of ``ledger:`` light up the entry whose name they begin with."""

    label: str
    url: str
    permission: str


#: In the order of a working day. A department adds its line here.
MENU = (
    Entry("首页", "home", ""),
    Entry("培育库台账", "ledger:enterprises", "ledger.view"),
    Entry("导入台账", "ledger:imports", "ledger.import"),
    Entry("我的文件", "ledger:files", "ledger.export"),
    Entry("待认定", "ledger:questions", "ledger.import"),
    Entry("体检诊断", "assessments:pool", "assessments.view"),
    Entry("三清单预警", "assessments:lists", "assessments.view"),
    Entry("法条与规则", "assessments:laws", "assessments.view"),
    Entry("申报批次", "casework:batches", "casework.view"),
    Entry("资格变动", "casework:titles", "casework.view"),
    Entry("包抓走访", "visits:visits", "casework.view"),
    Entry("我的辅导", "visits:visit-mine", "casework.score"),
    Entry("奖补兑现", "money:runs", "money.view"),
    Entry("目标任务", "planning:board", "planning.view"),
    Entry("任务督办", "supervision:tasks", "planning.view"),
    Entry("周调度报告", "supervision:reports", "planning.view"),
    Entry("单位和人员", "accounts:units", "accounts.view"),
    Entry("审计", "accounts:audit", "audit.view"),
    Entry("使用手册", "manual:manual", ""),
)


#: What a department knows of one firm: links at the head of the firm's page.
OF_A_FIRM = (
    Entry("体检", "assessments:pool-verdict", "assessments.view"),
    Entry("申报", "casework:filings", "casework.view"),
    Entry("包抓走访", "visits:visit-firm", "casework.view"),
    Entry("奖补兑现", "money:firm", "money.view"),
)


def pages_of(firm: int, permissions: Container[str]) -> list[dict[str, str]]:
    """The pages about a firm that may be seen with these permissions."""
    shown = [e for e in OF_A_FIRM if e.permission in permissions]
    return [{"label": e.label, "address": reverse(e.url, args=[firm])} for e in shown]


def page(request: HttpRequest) -> dict[str, Any]:
    """For every template: ``menu``, links as far as this person may see them, ``front_end``
    files there or not."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"menu": "", "front_end": has_front_end()}
    here = getattr(request.resolver_match, "view_name", "") if request.resolver_match else ""
    return {"menu": _links(user.permissions, here), "front_end": has_front_end()}


@lru_cache(maxsize=1024)
def _links(permissions: frozenset[str], here: str) -> SafeString:
    """The same on every page of a department, hence kept."""
    shown = [e for e in MENU if not e.permission or e.permission in permissions]
    marked = SafeString(' class="here" aria-current="page"')
    return format_html_join(
        "\n  ", '<a href="{}"{}>{}</a>',
        (
            (address, marked if _is_here(e.url, here) else "", e.label)
            for e in shown
            if (address := _address(e.url))
        ),
    )  # fmt: skip


def _is_here(url: str, view: str) -> bool:
    """``ledger:enterprise`` belongs to ``ledger:enterprises``."""
    return bool(view) and url.rstrip("s").startswith(view.split("-")[0].rstrip("s"))


@cache
def _address(url: str) -> str:
    """ "" while the department has not moved in."""
    try:
        return reverse(url)
    except NoReverseMatch:
        return ""
