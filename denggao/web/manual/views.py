"""The manual, a chapter to a page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse

from denggao.web.accounts.access import signed_in
from denggao.web.manual import text


@signed_in
def chapter(request: HttpRequest, slug: str = "") -> HttpResponse:
    """使用手册：一章一页"""
    known = text.chapters()
    at = next((i for i, one in enumerate(known) if one.slug == slug), None if slug else 0)
    if at is None or not known:
        raise Http404("没有这一章")
    html = text.html_of(
        known[at],
        picture=lambda name: static(f"manual/{name}"),
        page=lambda other: reverse("manual:manual-chapter", args=[other]),
    )
    context = {
        "chapters": known, "chapter": known[at], "html": html,
        "before": known[at - 1] if at else None, "after": dict(enumerate(known)).get(at + 1),
    }  # fmt: skip
    return render(request, "manual/chapter.html", context)
