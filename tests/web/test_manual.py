"""使用手册: every chapter opens, nothing in it leads nowhere, the policy has nothing to refuse."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from denggao.web.accounts.models import User
from denggao.web.manual import text

MOST = 150_000  # bytes of a picture: the wheel and the repository carry them all


def test_every_chapter_opens_from_the_menu(
    everybody: dict[str, User], sign_in: Callable[..., Client]
) -> None:
    client = sign_in(everybody["partner"])
    first = client.get(reverse("manual:manual"))
    assert f'href="{reverse("manual:manual")}"' in first.content.decode()
    assert len(text.chapters()) >= 12
    for chapter in text.chapters():
        page = client.get(reverse("manual:manual-chapter", args=[chapter.slug]))
        assert page.status_code == 200
        assert chapter.title in page.content.decode()
    assert client.get(reverse("manual:manual-chapter", args=["nothing"])).status_code == 404


def html_of(chapter: text.Chapter) -> str:
    return text.html_of(chapter, picture="IMG:{}".format, page="PAGE:{}".format)


def test_links_and_pictures_lead_somewhere() -> None:
    slugs = {chapter.slug for chapter in text.chapters()}
    for chapter in text.chapters():
        html = html_of(chapter)
        assert {s.partition("#")[0] for s in re.findall(r'href="PAGE:([^"]*)"', html)} <= slugs
        for name in re.findall(r'src="IMG:([^"]*)"', html):
            assert finders.find(f"manual/{name}"), (chapter.slug, name)
        assert not re.findall(r'(?:href|src)="(?!PAGE:|IMG:|#)[^"]*"', html), chapter.slug


def test_nothing_that_the_policy_refuses() -> None:
    for chapter in text.chapters():
        assert not re.search(r"<[^>]* style=|<script|<iframe", html_of(chapter)), chapter.slug


def test_raw_html_stays_text(tmp_path: Path) -> None:
    (tmp_path / "01-x.md").write_text("# 某章\n\n## 节\n\n<script>alert(1)</script>\n", "utf-8")
    chapter = text._chapter(tmp_path / "01-x.md")
    assert (chapter.slug, chapter.title) == ("x", "某章")
    assert [heading for _, heading in chapter.sections] == ["节"]
    assert "<script>" not in html_of(chapter)
    assert f'id="{chapter.sections[0][0]}"' in html_of(chapter)


def test_pictures_are_small() -> None:
    heavy = [p.name for p in text.IMAGES.glob("*.png") if p.stat().st_size > MOST]
    assert heavy == []
