"""批次日历: data that people edit, deadlines that a notice moves, instants kept exactly."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from denggao.diagnosis.batchfile import HEADS
from denggao.diagnosis.calendar import SHANGHAI, deadline
from denggao.facts.errors import UserError
from denggao.web.accounts.models import AuditRow, User
from denggao.web.casework.actions import cases
from denggao.web.casework.models import Batch, BlankYear, Case, Move
from denggao.web.casework.queries.batches import count_of, countdown
from tests.web.cases import add_batch, add_firms, complete, take
from tests.web.conftest import QILIHE


def upload(client: Client, rows: list[str]) -> Any:
    text = "\n".join([",".join(HEADS), *rows]).encode("utf-8-sig")
    file = SimpleUploadedFile("日历.csv", text)
    return client.post(reverse("casework:batch-upload"), {"file": file}, follow=True)


def test_a_calendar_file_is_taken_and_moves_a_deadline_by_its_notice(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    client = sign_in(clerk)
    upload(client, ["620102,,2027,第一批,6月底,,办法,", "620102,,2028,无,,,当年不组织,"])
    batch = Batch.objects.get()
    assert timezone.localtime(batch.deadline) == datetime.datetime(2027, 7, 1, tzinfo=SHANGHAI)
    assert batch.law == "高新技术企业认定"
    assert BlankYear.objects.get().year == 2028
    refused = upload(client, ["620102,,2027,第一批,7月10日24时,,,"])
    assert "没有写改期的通知" in refused.content.decode()
    assert Move.objects.count() == 0
    upload(client, ["620102,,2027,第一批,7月10日24时,,顺延通知3号,"])
    moved = Move.objects.get()
    assert (moved.old_words, moved.new_words, moved.notice) == (
        *("6月底", "7月10日24时"), "顺延通知3号"
    )  # fmt: skip
    page = client.get(reverse("casework:batches"), {"year": "2027"}).content.decode()
    assert '<span class="old">6月底</span>' in page
    assert "顺延通知3号" in page
    again = client.get(reverse("casework:batch-calendar"))
    assert again.headers["Content-Disposition"].startswith("attachment")


def test_a_file_with_one_foreign_region_is_refused_whole(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    rows = ["620102,,2027,第一批,6月底,,办法,", "620103,,2027,第一批,6月底,,办法,"]
    page = upload(sign_in(clerk), rows).content.decode()
    assert "不在您的辖区" in page
    assert Batch.objects.count() == 0


def test_the_published_calendar_of_the_district_is_there(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    sign_in(clerk).post(reverse("casework:batch-shipped"))
    assert Batch.objects.filter(year=2025).count() == 3
    assert Batch.objects.count() == 12


def test_the_last_instant_and_the_first_that_is_too_late(clerk: User) -> None:
    batch = add_batch(clerk, 5)
    made, _ = cases.register(by=clerk, batch=batch, firms=add_firms(clerk, 2))
    for case in made:
        take(clerk, case, "prepare")
        complete(clerk, case)
    tick = datetime.timedelta(microseconds=1)
    take(clerk, made[0], "submit", at=batch.deadline - tick)
    assert Case.objects.get(pk=made[0].pk).filed_at == batch.deadline - tick
    with pytest.raises(cases.Late, match="服务器时间"):
        take(clerk, made[1], "submit", at=batch.deadline)
    assert Case.objects.get(pk=made[1].pk).state == "materials"
    row = AuditRow.objects.get(action="逾期提交被拒")
    assert row.done is False
    assert row.new["server_time"] == timezone.localtime(batch.deadline).isoformat()


def test_9_20_24_shi_is_an_instant_in_shanghai_whatever_the_server_thinks() -> None:
    limit = deadline("9月20日24时", 2026)
    before = datetime.datetime(2026, 9, 20, 15, 59, 59, tzinfo=datetime.UTC)
    seen = countdown(limit, before)
    assert (seen.is_over, seen.words) == (False, "今天 24时 截止")
    assert countdown(limit, before + datetime.timedelta(seconds=1)).is_over


def test_working_days_know_the_holidays_and_the_make_up_days() -> None:
    """Seen on Friday 25 September 2026 (off): 30 September is the last working day before the
    week of holidays, Sunday 20 September was worked."""
    now = datetime.datetime(2026, 9, 19, 9, tzinfo=SHANGHAI)
    seen = countdown(deadline("10月7日24时", 2026), now)
    assert seen.act_by == datetime.date(2026, 9, 30)
    assert not seen.rough
    plain = countdown(deadline("10月7日24时", 2035), now.replace(year=2035))
    assert plain.rough


@pytest.mark.parametrize(
    ("text", "bounds"),
    [("42", (42, 42)), ("30余家", (30, None)), ("*", (0, None)), ("", (None, None))],
)
def test_reported_intents_may_be_unknown(text: str, bounds: tuple[Any, Any]) -> None:
    assert count_of(text) == bounds


def test_reported_intents_that_are_no_count() -> None:
    with pytest.raises(UserError, match="应为家数"):
        count_of("很多")


def test_two_people_move_a_deadline_and_one_is_told(
    clerk: User, sign_in: Callable[..., Client]
) -> None:
    batch = add_batch(clerk, 20)
    client, page = sign_in(clerk), reverse("casework:batch-move", args=[batch.pk])
    told = {"words": f"{batch.year}年12月31日24时", "notice": "通知一", "version": batch.version}
    assert client.post(page, told).status_code == 302
    late = client.post(page, {**told, "words": f"{batch.year}年12月30日24时"})
    assert late.status_code == 409
    assert Move.objects.count() == 1


def test_another_district_neither_sees_nor_changes_it(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    batch = add_batch(clerk)
    other = sign_in(make_user("other", "clerk", region=QILIHE))
    for name in ("batch", "batch-move", "batch-edit", "batch-eve", "batch-review"):
        assert other.get(reverse(f"casework:{name}", args=[batch.pk])).status_code == 404, name
    assert str(batch) not in other.get(reverse("casework:batches")).content.decode()


def test_a_city_batch_is_seen_in_the_district_but_moved_only_by_the_city(
    clerk: User, make_user: Callable[..., User], sign_in: Callable[..., Client]
) -> None:
    city = make_user("city", "clerk", region="620100")
    batch = add_batch(city)
    client = sign_in(clerk)
    assert client.get(reverse("casework:batch", args=[batch.pk])).status_code == 200
    assert client.get(reverse("casework:batch-move", args=[batch.pk])).status_code == 404


def test_a_file_that_is_no_table(
    clerk: User, sign_in: Callable[..., Client], tmp_path: Path
) -> None:
    file = SimpleUploadedFile("日历.xlsx", b"not a workbook")
    answer = sign_in(clerk).post(reverse("casework:batch-upload"), {"file": file})
    assert answer.status_code == 200
    assert Batch.objects.count() == 0
