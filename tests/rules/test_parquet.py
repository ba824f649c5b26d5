"""Days in a Parquet file are those of a workbook, or none and counted."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts import cells
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.rules.engines.columnar import parquet
from tests.strategies import examples

AS_OF = dt.date(2026, 6, 30)


def days(path: Path, values: list[Any], kind: Any) -> list[tuple[dt.date | None, bool]]:
    """(day, was it refused) of each value."""
    names = [f"兰州{i}有限公司" for i in range(len(values))]
    frame = pl.DataFrame({"企业名称": names, "成立日期": pl.Series(values, dtype=kind)})
    frame.write_parquet(path)
    ledger = parquet.scan(path, AS_OF).collected()
    refused = [OUT_OF_DOMAIN in flags for flags in ledger.flags]
    return list(zip(ledger.columns["established_on"], refused, strict=True))


MAY = dt.date(2019, 5, 6)
NONE = (None, True)


@pytest.mark.parametrize(
    ("kind", "values", "read"),
    [
        (pl.Int64, [2019, 20190506, 43591, None], [NONE, *[(MAY, False)] * 2, (None, False)]),
        (pl.Int32, [17_000, 20_191_306, -1], [NONE, NONE, NONE]),
        (pl.Int64, [1_557_100_800, 1_557_100_800_000], [NONE, NONE]),
        (pl.Float64, [43591.0, 20190506.0, 43591.5, float("nan")], [(MAY, False)] * 2 + [NONE] * 2),
        (pl.String, ["2019-05-06", "2019年5月6日", "20190506", "2019", "06/05/2019", "很久"],
         [(MAY, False)] * 3 + [NONE] * 3),
        (pl.Date, [MAY, None, dt.date(1, 1, 1)], [(MAY, False), (None, False), NONE]),
        (pl.Datetime, [dt.datetime(2019, 5, 6, 23)], [(MAY, False)]),  # noqa: DTZ001
        (pl.Boolean, [True, None], [NONE, (None, False)]),
        (pl.Decimal(10, 0), [43591], [NONE]),
        (pl.Time, [dt.time(1)], [NONE]),
    ],
)  # fmt: skip
def test_days_of_every_kind_of_column(
    tmp_path: Path, kind: Any, values: list[Any], read: list[Any]
) -> None:
    assert days(tmp_path / "a.parquet", values, kind) == read


@examples(25, nightly=500)
@given(st.lists(st.integers(0, 60_000) | st.integers(18_990_101, 21_000_101), min_size=1))
def test_a_number_is_the_day_of_a_workbook_or_refused(values: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        read = days(Path(folder) / "a.parquet", values, pl.Int64)
    for value, (day, refused) in zip(values, read, strict=True):
        assert refused == (day is None)
        assert day is None or day == cells.date(value)
        assert day is not None or value < 25_569 or not is_day(value)


def is_day(value: int) -> bool:
    try:
        return cells.date(value) is not None
    except cells.BadCell:
        return False
