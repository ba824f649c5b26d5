"""The row of links at the top of every page of the department."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

register = template.Library()
_TABS = (
    ("tasks", "任务", "supervision:tasks"),
    ("circular", "督办通报", "supervision:tasks-circular"),
    ("agenda", "周一议程", "supervision:tasks-agenda"),
    ("meetings", "会议", "supervision:tasks-meetings"),
    ("members", "联席会议成员", "supervision:tasks-members"),
    ("reports", "周报告", "supervision:reports"),
    ("scores", "考核", "supervision:reports-scores"),
)


@register.inclusion_tag("supervision/tabs.html")
def supervision_tabs(tab: str) -> dict[str, Any]:
    """``tab``: the key of the page that is open."""
    return {"supervision_tabs": [(k, label, reverse(url)) for k, label, url in _TABS], "tab": tab}
