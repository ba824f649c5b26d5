"""The demonstration's plan and weeks, over a small synthetic county; settings of the map."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.accounts.regions import SYNTHETIC
from denggao.web.kit import environment
from denggao.web.ledger.models import Enterprise, Title
from denggao.web.planning import demo, figures
from denggao.web.planning.models import PlanTask, PlanText, Quota
from tests.web.books import code


def county(user: User) -> None:
    """Sixty firms: a third with the national title, a third with the provincial one."""
    today = timezone.localdate()
    for number in range(60):
        firm = Enterprise.objects.create(
            name=f"模拟{number}", uscc=code(number), region_id=SYNTHETIC, made_by=user
        )
        if number % 3 == 2:
            continue
        kind = demo.HIGH_TECH if number % 3 else demo.PROVINCIAL
        issued = datetime.date(today.year - 1 - number % 2, 3, 1)
        ends = datetime.date(issued.year + 3, 2, 28)
        Title.objects.create(enterprise=firm, kind=kind, issued_on=issued, valid_to=ends, by=user)


def test_the_county_has_a_plan_targets_and_weeks(
    make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    user = make_user("demo", "head", "system", region=SYNTHETIC)
    county(user)
    before = Title.objects.count()
    demo.fill(user, timezone.localdate())
    today = timezone.localdate()
    found = figures.standing(user, today)
    assert found is not None
    line = next(o for o in found.lines if o.goal.tier == demo.HIGH_TECH and o.cuts)
    assert line.whole.done
    assert line.cuts[0].left == 0
    assert sum(f.done or 0 for f in line.cuts[0].figures) == line.whole.done
    states = Counter(PlanText.objects.values_list("state", flat=True))
    assert states == {"adopted": 1, "submitted": 1}
    tasks = PlanTask.objects.all()
    assert len(tasks) == 4
    assert [t.due is None for t in tasks] == [False, False, False, True]
    assert all(task.units.exists() for task in tasks)
    new = Title.objects.order_by("pk")[before:]
    weeks = Counter((today - t.issued_on).days // 7 for t in new if t.issued_on)
    assert set(weeks) <= set(range(9))
    assert len(weeks) == demo.WEEKS
    assert {t.event for t in new} == {"首次认定", "入库", "取消"}
    assert not list(audit.faults())
    page = sign_in(user).get(reverse("planning:board")).content.decode()
    assert "城东片区" in page
    waiting = PlanText.objects.get(state="submitted")
    sign_in(user).post(
        reverse("planning:board-plan-decide", args=[waiting.pk]),
        {"adopt": "1", "since": str(today)},
    )
    waiting.refresh_from_db()
    assert waiting.state == "adopted"
    assert Quota.objects.filter(revision__plan=waiting).count() == 2


def test_a_folder_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DENGGAO_MAPS", str(tmp_path))
    assert environment.folder("DENGGAO_MAPS") == tmp_path
    monkeypatch.setenv("DENGGAO_MAPS", str(tmp_path / "没有"))
    with pytest.raises(UserError, match="应是一个文件夹"):
        environment.folder("DENGGAO_MAPS")
    monkeypatch.delenv("DENGGAO_MAPS")
    assert environment.folder("DENGGAO_MAPS") is None
