"""Large exports are made in the background and fetched by who ordered them, nobody else."""

from __future__ import annotations

import datetime
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.ledger import files
from denggao.web.ledger.models import Enterprise, Import, OrderedFile
from tests.web.books import book, row
from tests.web.conftest import QILIHE

State = OrderedFile.State


@pytest.fixture
def many(monkeypatch: pytest.MonkeyPatch, make_firm: Callable[..., Enterprise]) -> list[Enterprise]:
    """More firms than a page makes a file of; one of another district."""
    monkeypatch.setattr(files, "AT_ONCE", 3)
    made = [make_firm(f"模拟{n}=1+1") for n in range(5)]
    return [*made, make_firm("别处", region=QILIHE)]


def test_a_large_list_is_ordered_and_fetched(
    many: list[Enterprise], clerk: User, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(clerk)
    answer = client.get(reverse("ledger:enterprises-export"), {"text": "模拟"})
    assert answer.url == reverse("ledger:files")
    (file,) = OrderedFile.objects.all()
    assert (file.state, file.done) == (State.READY, 5)
    page = client.get(answer.url).content.decode()
    assert reverse("ledger:file", args=[file.pk]) in page
    assert "hx-get" not in page, "nothing is being made any more"
    got = client.get(reverse("ledger:file", args=[file.pk]))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(got.streaming_content))).active
    assert [line[1].value for line in sheet.iter_rows(min_row=2)] == [f.name for f in many[:5]]
    assert AuditRow.objects.filter(action="导出", object_id=str(file.pk)).exists()


def test_a_small_list_comes_at_once(
    many: list[Enterprise], clerk: User, sign_in: Callable[..., Client]
) -> None:
    answer = sign_in(clerk).get(reverse("ledger:enterprises-export"), {"text": "模拟1"})
    assert answer.headers["Content-Type"].endswith("sheet")
    assert not OrderedFile.objects.exists()


def test_lists_and_marked_workbooks_of_many_firms_are_ordered_too(
    many: list[Enterprise], bring: Callable[..., Import], clerk: User, tmp_path: Path,
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    client = sign_in(clerk)
    source = bring(book(tmp_path / "甲.xlsx", [row(n, 1, 2, 3) for n in range(4)]))
    client.get(reverse("assessments:lists-export"), {"as_of": "2026-06-30"})
    for name in ("ledger:import-marked", "ledger:import-workbook"):
        client.get(reverse(name, args=[source.pk]))
    made = OrderedFile.objects.order_by("pk")
    assert [(f.state, f.message) for f in made] == [(State.READY, "")] * 3
    assert [openpyxl.load_workbook(f.path).sheetnames != [] for f in made] == [True] * 3


def test_nobody_else_sees_it(
    many: list[Enterprise], clerk: User, make_user: Callable[..., User],
    sign_in: Callable[..., Client],
) -> None:  # fmt: skip
    sign_in(clerk).get(reverse("ledger:enterprises-export"))
    (file,) = OrderedFile.objects.all()
    other = sign_in(make_user("other", "head"))
    assert other.get(reverse("ledger:file", args=[file.pk])).status_code == 404
    assert file.name not in other.get(reverse("ledger:files")).content.decode()


def test_while_it_is_made_the_page_asks_again_and_the_part_is_that_of_the_page(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    OrderedFile.objects.create(user=clerk, maker="ledger.list", name="甲.xlsx", done=3, total=10)
    client = sign_in(clerk)
    page = client.get(reverse("ledger:files")).content.decode()
    part = client.get(reverse("ledger:files-list"), headers={"HX-Request": "true"})
    assert part.content.decode().strip() in page
    assert 'hx-trigger="load delay:1s"' in page
    assert "3 / 10" in page


def test_a_maker_that_fails_says_why_and_leaves_nothing(
    clerk: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(error: Exception) -> Any:
        def write(user: User, parameters: Any, target: Path, step: Any) -> int:
            target.write_bytes(b"half")
            raise error

        return write

    errors = {UserError("没有这一天的清单"): "没有这一天的清单", OSError(28, "full"): "磁盘已满",
              ValueError("x"): "程序出错"}  # fmt: skip
    for error, said in errors.items():
        monkeypatch.setitem(files.MAKERS, "test", broken(error))
        before = set(settings.FILES.glob("*"))
        file = files.order(by=clerk, maker="test", name="乙.xlsx", parameters={})
        file.refresh_from_db()
        assert (file.state, said in file.message) == (State.FAILED, True)
        assert set(settings.FILES.glob("*")) == before


def test_not_too_many_at_once_and_old_ones_go(clerk: User) -> None:
    old = files.order(by=clerk, maker="ledger.list", name="旧.xlsx", parameters={"query": ""})
    assert old.path.is_file()
    OrderedFile.objects.filter(pk=old.pk).update(at=timezone.now() - datetime.timedelta(days=8))
    for _ in range(files.ON_ORDER):
        OrderedFile.objects.create(user=clerk, maker="ledger.list", name="丙.xlsx")
    with pytest.raises(UserError, match="等它们好了"), transaction.atomic():
        files.order(by=clerk, maker="ledger.list", name="丁.xlsx", parameters={"query": ""})
    assert files.take_up_again() == files.ON_ORDER
    files.order(by=clerk, maker="ledger.list", name="丁.xlsx", parameters={"query": ""})
    assert not old.path.exists()
    assert not OrderedFile.objects.filter(pk=old.pk).exists()
