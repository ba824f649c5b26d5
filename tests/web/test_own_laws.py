"""Texts of the bureau's own: pasted, checked, tried on the pool, put in force with four eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from denggao.rules.library import in_force
from denggao.web.accounts.models import AuditRow, User
from denggao.web.assessments import drafts, texts
from denggao.web.assessments.models import OwnLaw
from denggao.web.ledger.models import Enterprise, Statement, Value
from tests.web.conftest import LANZHOU, QILIHE

DAY = "2026-06-30"
ON = date.fromisoformat(DAY)
TEXT = """---
名称: 城关区培育库入库办法
简称: 培育库入库
依据: [城科发〔2026〕1号]
地域: 城关区
施行: 2026-01-01
---
## 城科发〔2026〕1号 第三条
> 上年职工总数不少于20人

```登高
条件 POOL-1 职工人数：
    职工总数[上年] ≥ 20人
```

| 例 | 职工总数[上年] | POOL-1 |
|---|---|---|
| 恰好 | 20 | 符合 |
| 缺 | | 未知 |

## 城科发〔2026〕1号 第四条
> 符合第三条的入库

```登高
结论 POOL 可以入库：
    职工人数
```
"""


@pytest.fixture
def firm(make_firm: Callable[..., Enterprise], clerk: User) -> Enterprise:
    """Twenty people."""
    made = make_firm("模拟甲")
    said = {"enterprise": made, "fact": "staff", "year": 2025, "number": 200_000}
    statement = Statement.objects.create(**said, rank=40, by=clerk)
    Value.objects.create(**said, statement=statement)
    return made


def post(client: Client, text: str, button: str = "try") -> str:
    form = {"text": text, "as_of": DAY, button: "1"}
    return client.post(reverse("assessments:law-draft"), form, follow=True).content.decode()


def test_a_new_text_is_tried_on_the_pool(
    clerk: User, sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    page = post(sign_in(clerk), TEXT)
    assert "没有同名的规范在施行" in page
    assert not OwnLaw.objects.exists()


def test_a_fault_is_named_by_line(clerk: User, sign_in: Callable[..., Client]) -> None:
    page = post(sign_in(clerk), TEXT.replace("职工总数[上年] ≥ 20人", "职工总数[上年] ≥ 20万元"))
    assert "单位" in page
    assert "12" in page or "13" in page
    page = post(sign_in(clerk), TEXT.replace("| 恰好 | 20 |", "| 恰好 | 19 |"))
    assert "算例不过" in page


def test_who_wrote_it_cannot_put_it_in_force(
    make_user: Callable[..., User], sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    author, other = make_user("author", "head"), make_user("second", "head")
    post(sign_in(author), TEXT, "keep")
    kept = OwnLaw.objects.get()
    address = reverse("assessments:law-decide", args=[kept.pk])
    page = sign_in(author).post(address, {"adopt": "1"}, follow=True).content.decode()
    assert "拟稿人不能启用自己的拟稿" in page
    assert "培育库入库" not in texts.judging(ON, author.region)
    sign_in(other).post(address, {"adopt": "1"})
    assert OwnLaw.objects.get().state == OwnLaw.State.ADOPTED
    assert "培育库入库" in texts.judging(ON, author.region)
    verdict = sign_in(other).get(
        reverse("assessments:pool-verdict", args=[firm.pk]), {"law": "培育库入库", "as_of": DAY}
    )
    assert verdict.context["said"]["verdict"] == "pass"
    actions = set(AuditRow.objects.values_list("action", flat=True))
    assert {"提交规范拟稿", "启用规范"} <= actions


def test_it_holds_in_its_own_region_only(
    make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    author, second = make_user("author", "head"), make_user("second", "head")
    stranger = make_user("stranger", "head", region=QILIHE)
    city = make_user("city", "head", region=LANZHOU)
    kept = drafts.keep(by=author, text=TEXT)
    drafts.decide(by=second, draft=kept, adopt=True)
    assert "培育库入库" not in texts.judging(ON, stranger.region)
    page = reverse("assessments:law-own", args=[kept.pk])
    assert sign_in(stranger).get(page).status_code == 404
    assert sign_in(city).get(page).status_code == 200


def test_flips_beside_the_law_in_force_are_named(clerk: User, firm: Enterprise) -> None:
    law = in_force("科技型中小企业评价", ON)
    text = texts.text_of(law)
    trial = drafts.tried(clerk, text, ON)
    assert trial.against is law
    assert trial.flips == ()
    assert trial.before == trial.after != {}


def test_the_second_click_submits_nothing(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    client, head = sign_in(clerk), make_user("head", "head")
    post(client, TEXT, "keep")
    assert "已经提交过" in post(client, TEXT, "keep")
    assert OwnLaw.objects.count() == 1
    # the same text in another region: the verdict page still finds the law's own page
    drafts.keep(by=make_user("stranger", "head", region=QILIHE), text=TEXT)
    drafts.decide(by=head, draft=OwnLaw.objects.get(region=clerk.region), adopt=True)
    address = reverse("assessments:pool-verdict", args=[firm.pk])
    assert client.get(address, {"law": "培育库入库", "as_of": DAY}).status_code == 200


def test_a_text_that_no_longer_loads_stops_no_other_law(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client], firm: Enterprise
) -> None:
    kept = drafts.keep(by=clerk, text=TEXT)
    drafts.decide(by=make_user("head", "head"), draft=kept, adopt=True)
    OwnLaw.objects.update(text="旧写法", digest="0" * 64)
    client = sign_in(clerk)
    assert client.get(reverse("assessments:pool-verdict", args=[firm.pk])).status_code == 200
    page = client.get(reverse("assessments:law-own", args=[kept.pk]), follow=True)
    assert "装载不了" in page.content.decode()
