"""Two versions of one text side by side, and whose verdict differs between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from denggao.web.accounts.models import User
from denggao.web.assessments import comparing, drafts, texts
from denggao.web.assessments.comparing import compared
from denggao.web.assessments.lawtext import with_statements
from denggao.web.assessments.models import OwnLaw
from denggao.web.ledger.models import Enterprise
from tests.strategies import examples
from tests.web.conftest import QILIHE
from tests.web.test_own_laws import DAY, ON, TEXT, firm

__all__ = ["firm"]  # a fixture

NEWER = (
    TEXT.replace("〔2026〕1号", "〔2026〕9号")
    .replace("施行: 2026-01-01", "施行: 2026-06-01")
    .replace("不少于20人", "不少于30人")
    .replace("职工总数[上年] ≥ 20人", "职工总数[上年] ≥ 30人")
    .replace("| 恰好 | 20 |", "| 恰好 | 30 |")
)
MORE = """
## 城科发〔2026〕9号 第五条
> 有失信记录的除外

核对不改变结论，由人看。
"""
Line = st.tuples(st.sampled_from(["rule", "text"]), st.text("甲乙丙丁", min_size=1, max_size=6))


@pytest.fixture
def both(make_user: Callable[..., User]) -> tuple[OwnLaw, OwnLaw]:
    """The bureau's own text and the one that follows it, both adopted."""
    author, other = make_user("author", "head"), make_user("second", "head")
    kept = [drafts.keep(by=author, text=text) for text in (TEXT, NEWER + MORE)]
    for one in kept:
        drafts.decide(by=other, draft=one, adopt=True)
    return kept[0], kept[1]


@examples(60)
@given(st.lists(Line, max_size=8), st.lists(Line, max_size=8))
def test_what_is_marked_on_a_side_is_what_the_other_lacks(
    old: list[tuple[str, str]], new: list[tuple[str, str]]
) -> None:
    """Every line that is not common to both stands there whole, on its own side, in order."""
    shown = list(comparing._beside(old, new))
    for side, lines in ((0, old), (1, new)):
        told = [("".join(t for _, t in s.pieces), s.kind) for pair in shown if (s := pair[side])]
        left = iter(lines)
        assert all(any((text, kind) == (t, k) for k, t in left) for text, kind in told)
        other = old if side else new
        marked = [text for pair in shown if (s := pair[side]) for own, text in s.pieces if own]
        assert bool(marked) <= (old != new)
        if not other:
            assert [text for text, _ in told] == [text for _, text in lines]
    assert bool(shown) == (old != new)


def test_the_page_shows_what_changed(
    clerk: User, sign_in: Callable[..., Client], both: tuple[OwnLaw, OwnLaw]
) -> None:
    page = sign_in(clerk).get(reverse("assessments:law-versions"), {"law": "培育库入库"})
    found = page.context["found"]
    assert [(word, count) for word, count in found.counts] == [
        ("新增", 1), ("删去", 0), ("修改", 2), ("未变", 0),
    ]  # fmt: skip
    assert [(r.id, r.state) for r in found.rules] == [("POOL-1", "changed")]
    assert {what: (a, b) for what, a, b in found.head}["施行"] == ("2026-01-01", "2026-06-01")
    body = page.content.decode()
    assert "第三条 → 城科发〔2026〕9号 第三条" in body
    assert "<del>2</del>" in body
    assert "<ins>3</ins>" in body


def test_whose_verdict_flips_and_by_which_rule(
    clerk: User,
    sign_in: Callable[..., Client],
    both: tuple[OwnLaw, OwnLaw],
    firm: Enterprise,
    make_firm: Callable[..., Enterprise],
) -> None:
    make_firm("模拟乙")  # nothing known: unknown under both
    asked = {"law": "培育库入库", "as_of": DAY, "try": "1"}
    page = sign_in(clerk).get(reverse("assessments:law-versions"), asked)
    trial = page.context["trial"]
    assert (trial.before, trial.after) == ({"pass": 1, "unknown": 1}, {"fail": 1, "unknown": 1})
    assert [(f.name, f.before.verdict, f.after.verdict) for f in trial.flips] == [
        ("模拟甲", "pass", "fail")
    ]
    assert "POOL-1 职工人数" in page.content.decode()
    asked |= {"old": page.context["new_key"], "new": page.context["old_key"]}
    back = sign_in(clerk).get(reverse("assessments:law-versions"), asked).context["trial"]
    assert [(f.before.verdict, f.after.verdict) for f in back.flips] == [("fail", "pass")]


def test_a_text_that_judges_nobody_says_so(clerk: User, sign_in: Callable[..., Client]) -> None:
    asked = {"law": "甘肃省高新技术企业奖补", "try": "1"}
    page = sign_in(clerk).get(reverse("assessments:law-versions"), asked).content.decode()
    assert "不能用来判企业" in page
    assert "GS-NEW.re" in page


def test_other_districts_texts_are_not_compared(
    make_user: Callable[..., User], sign_in: Callable[..., Client], both: tuple[OwnLaw, OwnLaw]
) -> None:
    stranger = sign_in(make_user("stranger", "head", region=QILIHE))
    address = reverse("assessments:law-versions")
    assert stranger.get(address, {"law": "培育库入库"}).status_code == 404
    assert stranger.get(address, {"law": "没有的规范"}).status_code == 404


def test_every_text_that_comes_along_compares_with_its_next(clerk: User) -> None:
    shorts = {"专精特新中小企业认定", "专精特新小巨人企业认定", "创新型中小企业评价"}
    for short in shorts:
        old, new = texts.versions(short, clerk.region).values()
        assert (old.valid_to or date.max) < new.valid_from
        found = compared(old, new)
        assert found.rules
        for law, side in ((old, "old"), (new, "new")):
            shown = [a.heading for p in found.pairs if (a := getattr(p, side)) is not None]
            assert sorted(shown) == sorted(a.heading for a in with_statements(law))
    assert texts.in_force("创新型中小企业评价", ON, clerk.region)
