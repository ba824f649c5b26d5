"""批次日历 as a file: published calendars, moved deadlines, years with none, slips by the row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from denggao.diagnosis.batchfile import HEADS, batch_number, read_calendar, shipped
from denggao.diagnosis.calendar import SHANGHAI, in_time
from denggao.facts.errors import UserError


def book(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(str(path)) as workbook:
        sheet = workbook.add_worksheet("日历")
        sheet.write(0, 0, "某市批次日历")
        for number, row in enumerate([HEADS, *rows], 1):
            for column, cell in enumerate(row):
                sheet.write(number, column, cell)
    return path


def test_chengguan_has_three_batches_a_year_as_its_plan_says() -> None:
    found = [e for e in shipped() if (e.region, e.year) == ("620102", 2025)]
    assert [e.number for e in found] == [1, 2, 3]
    days = [(e.deadline.year, e.deadline.month, e.deadline.day) for e in found if e.deadline]
    assert days == [(2025, 7, 1), (2025, 8, 16), (2025, 10, 1)]
    assert "8月中旬" in found[1].note


def test_shanghai_closes_at_24_hours_which_is_the_next_day() -> None:
    (fifth,) = (e for e in shipped() if (e.region, e.number) == ("310000", 5))
    midnight = datetime(2024, 9, 21, tzinfo=SHANGHAI)
    assert fifth.deadline == midnight
    assert in_time(datetime(2024, 9, 20, 23, 59, 59, 999999, SHANGHAI), midnight)
    assert not in_time(midnight, midnight)


def test_a_moved_deadline_keeps_the_old_one_and_its_notice(tmp_path: Path) -> None:
    row = ("310000", "高企", 2024, "第五批", "9月20日24时", "9月13日24时", "延长通知", "")
    (entry,) = read_calendar(book(tmp_path / "a.xlsx", [row]))
    assert (entry.title, entry.number, entry.old_words) == ("高新技术企业", 5, "9月13日24时")
    assert entry.old is not None
    assert entry.old.day == 14
    assert entry.basis == "延长通知"


def test_six_batches_and_a_year_without(tmp_path: Path) -> None:
    rows = [("310000", "", 2024, n, f"{2 * n}月底", "", "", "") for n in range(1, 7)]
    rows.append(("310000", "", 2025, "无", "", "", "当年不组织", ""))
    found = read_calendar(book(tmp_path / "a.xlsx", rows))
    assert [e.number for e in found] == [1, 2, 3, 4, 5, 6, 0]
    assert found[-1].deadline is None


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("620102", "", 2026, "第一批", "8月中旬", "", "", ""), "8月中旬"),
        (("620102", "", 2026, "第一批", "2月30日", "", "", ""), "没有这一天"),
        (("620102", "", "去年", "第一批", "6月底", "", "", ""), "四位年份"),
        (("620102", "", 2026, "头一批", "6月底", "", "", ""), "头一批"),
        (("620102", "", 2026, "一", "6月底", "6月20日", "", ""), "改期的通知"),
        (("", "", 2026, "一", "6月底", "", "", ""), "没有写地域"),
        (("620102", "", 2026, "一", "", "", "", ""), "没有写截止"),
    ],
)
def test_a_slip_is_named_by_its_row(tmp_path: Path, row: tuple[object, ...], said: str) -> None:
    with pytest.raises(UserError, match=said) as caught:
        read_calendar(book(tmp_path / "日历.xlsx", [row]))
    assert "第3行" in str(caught.value).replace(" ", "")


def test_twice_the_same_batch_and_a_contradiction(tmp_path: Path) -> None:
    row = ("620102", "", 2026, "一", "6月底", "", "", "")
    with pytest.raises(UserError, match="已经有了"):
        read_calendar(book(tmp_path / "a.xlsx", [row, row]))
    none = ("620102", "", 2026, "无", "", "", "", "")
    with pytest.raises(UserError, match="又写不设批次"):
        read_calendar(book(tmp_path / "b.xlsx", [row, none]))


def test_a_table_without_the_heads(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("企业,代码\n甲,1\n", encoding="utf-8")
    with pytest.raises(UserError, match="表头应是"):
        read_calendar(path)


def test_numbers_of_batches() -> None:
    assert [batch_number(t) for t in ("第五批", "5", "十", "第12批", "无", "不设")] == [
        *(5, 5, 10, 12, 0, 0)
    ]
