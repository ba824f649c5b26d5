"""Deadlines, months and working days, whatever the machine's time zone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis import calendar as c
from denggao.diagnosis.holidays import Holidays, read_holidays, shipped
from denggao.facts.errors import UserError

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
ZONES = ("UTC", "America/Los_Angeles", "Asia/Shanghai", "Pacific/Kiritimati")


@pytest.fixture(params=ZONES)
def _zone(request: pytest.FixtureRequest) -> Iterator[None]:
    """The machine stands elsewhere."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield
    os.environ.pop("TZ")
    if before is not None:
        os.environ["TZ"] = before
    time.tzset()


@pytest.mark.usefixtures("_zone")
def test_24_shi_is_the_first_instant_of_the_next_day() -> None:
    limit = c.deadline("9月20日24时", 2026)
    assert limit == datetime.fromisoformat("2026-09-21T00:00+08:00")
    assert limit == datetime(2026, 9, 20, 16, tzinfo=UTC)
    for elsewhere in (UTC, ZoneInfo("America/New_York"), c.SHANGHAI):
        at = limit.astimezone(elsewhere)
        assert c.in_time(at - TICK, limit)
        assert not c.in_time(at, limit)
        assert not c.in_time(at + TICK, limit)


@pytest.mark.usefixtures("_zone")
def test_yearly_and_three_month_deadlines() -> None:
    assert c.annual_report_due(2025) == datetime.fromisoformat("2026-06-01T00:00+08:00")
    due = c.change_report_due(date(2025, 11, 30))
    assert due == datetime.fromisoformat("2026-03-01T00:00+08:00")
    assert c.in_time(due - TICK, due)
    assert not c.in_time(due, due)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026年9月20日24时", "2026-09-21T00:00"),
        ("9月20日", "2026-09-21T00:00"),
        ("6月底前", "2026-07-01T00:00"),
        ("2028年2月底", "2028-03-01T00:00"),
        ("12月31日24:00", "2027-01-01T00:00"),
        ("９月２０日１７：３０截止", "2026-09-20T17:30"),
        ("9月20日 17时", "2026-09-20T17:00"),
        ("9月20日0时", "2026-09-20T00:00"),
    ],
)
def test_spellings(text: str, instant: str) -> None:
    assert c.deadline(text, 2026) == datetime.fromisoformat(f"{instant}+08:00")


@pytest.mark.parametrize(
    "text", ["8月中旬", "2月29日", "9月20日25时", "9月20日24:01", "13月1日", "13月底", "尽快", ""]
)
def test_no_day_is_guessed(text: str) -> None:
    with pytest.raises(UserError, match="截止时间"):
        c.deadline(text, 2026)


def test_a_year_and_a_zone_are_needed() -> None:
    with pytest.raises(UserError, match="没有写年份"):
        c.deadline("9月20日")
    with pytest.raises(ValueError, match="time zone"):
        c.in_time(datetime(2026, 9, 20), c.end_of(date(2026, 9, 20)))  # noqa: DTZ001


# ------------------------------------------------------------------ months and years


@pytest.mark.parametrize(
    ("issued", "until"),
    [
        ("2019-04-21", "2022-04-20"),
        ("2024-02-29", "2027-02-28"),
        ("2025-02-28", "2028-02-27"),
        ("2025-03-01", "2028-02-29"),
        ("2023-01-01", "2025-12-31"),
    ],
)
def test_three_years_less_a_day(issued: str, until: str) -> None:
    assert c.certificate_end(date.fromisoformat(issued)) == date.fromisoformat(until)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_validity_never_goes_back(issued: date) -> None:
    until, next_until = c.certificate_end(issued), c.certificate_end(issued + DAY)
    assert timedelta(0) <= next_until - until <= 2 * DAY
    assert (until - issued).days in (1094, 1095)


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2028-02-29", ["2027-02-28", "2027-08-29", "2027-11-29"]),
        ("2026-05-31", ["2025-05-31", "2025-11-30", "2026-02-28"]),
        ("2028-05-31", ["2027-05-31", "2027-11-30", "2028-02-29"]),
        ("2026-01-15", ["2025-01-15", "2025-07-15", "2025-10-15"]),
    ],
)
def test_notices(day: str, told: list[str]) -> None:
    assert [d.isoformat() for d in c.notices(date.fromisoformat(day))] == told


# ------------------------------------------------------------------ working days


def test_ten_working_days_over_the_national_holiday() -> None:
    """28 September 2025 (a Sunday) is worked, 1–8 October is off, 11 October is worked."""
    assert c.working_days_after(date(2025, 9, 26), 10) == date(2025, 10, 16)
    assert c.working_days_after(date(2025, 9, 26), 10, weekends_only=True) == date(2025, 10, 10)
    assert c.is_working_day(date(2026, 9, 20))
    assert not c.is_working_day(date(2026, 9, 25))


@pytest.mark.parametrize("year", [2025, 2026])
def test_shipped_years_give_the_thirteen_days_of_the_law(year: int) -> None:
    """Holidays are lent from weekends and given back: only the 13 statutory days are lost
    (全国年节及纪念日放假办法, 2024). One wrong day in the table would show."""
    days = [date(year, 1, 1) + n * DAY for n in range(365)]
    weekdays = sum(day.weekday() < 5 for day in days)
    assert weekdays - sum(shipped().works(day) for day in days) == 13
    for day, worked in shipped().exceptions[year].items():
        assert not (worked and day.weekday() < 5)


def test_a_year_nobody_entered_is_never_guessed() -> None:
    with pytest.raises(UserError, match="2027 年的节假日安排未录入"):
        c.working_days_after(date(2026, 12, 25), 10)
    with pytest.raises(UserError, match="2024"):
        c.is_working_day(date(2024, 5, 6))
    assert c.working_days_after(date(2026, 12, 25), 4, weekends_only=True) == date(2026, 12, 31)
    assert c.working_days_after(date(2026, 12, 25), 4) == date(2026, 12, 31)
    with pytest.raises(ValueError, match="0-th"):
        c.working_days_after(date(2026, 1, 5), 0)


@given(st.dates(date(2025, 1, 1), date(2026, 6, 1)), st.integers(1, 60))
def test_so_many_working_days_lie_between(day: date, count: int) -> None:
    last = c.working_days_after(day, count)
    between = [day + n * DAY for n in range(1, (last - day).days + 1)]
    assert sum(c.is_working_day(d) for d in between) == count
    assert c.is_working_day(last)


def table(tmp_path: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "节假日.csv"
    path.write_text("\n".join(("自,至,安排,事由", *lines)), encoding=encoding)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_years_of_the_user(tmp_path: Path, encoding: str) -> None:
    lines = ("2027/1/1,2027年1月3日,放假,元旦", "2027-01-09,,上班,元旦调休")
    ours = shipped().with_years_of(read_holidays(table(tmp_path, *lines, encoding=encoding)))
    assert ours.years == (2025, 2026, 2027)
    assert c.working_days_after(date(2026, 12, 31), 6, ours) == date(2027, 1, 9)


def test_a_workbook_with_real_dates(tmp_path: Path) -> None:
    path = tmp_path / "节假日.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, form = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_row(0, 0, ["2027 年节假日安排"])
        sheet.write_row(1, 0, ["安排", "自", "至"])
        sheet.write_string(2, 0, "放假")
        sheet.write_datetime(2, 1, datetime(2027, 10, 1), form)  # noqa: DTZ001
        sheet.write_datetime(2, 2, datetime(2027, 10, 7), form)  # noqa: DTZ001
    assert not read_holidays(path).works(date(2027, 10, 7))
    assert read_holidays(path).works(date(2027, 10, 8))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2027-01-01,2027-01-03,休息,元旦", "应为“放假”或“上班”"),
        ("元旦,2027-01-03,放假,元旦", "应为日期"),
        ("2027-01-03,2027-01-01,放假,元旦", "先早后晚"),
        ("2026-12-31,2027-01-02,放假,元旦", "跨年的分两行写"),
        ("2027-01-02,,放假,元旦\n2027-01-01,2027-01-03,放假,元旦", "写了两次"),
    ],
)
def test_slips_in_a_table_are_named(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(UserError, match=said) as refused:
        read_holidays(table(tmp_path, line))
    assert "节假日.csv" in str(refused.value)
    assert "行" in str(refused.value)


def test_a_table_without_holidays_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有节假日"):
        read_holidays(table(tmp_path))
    with pytest.raises(UserError, match="已录入：无"):
        Holidays({}).works(date(2026, 1, 1))
