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
from polars.testing import assert_frame_equal

from denggao.facts import cells
from denggao.facts.enterprise import OUT_OF_DOMAIN
from denggao.rules.engines.columnar import parquet
from denggao.rules.engines.columnar.sizes import sizes_in
from denggao.rules.engines.columnar.table import table
from denggao.rules.library import in_force
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
        (pl.Datetime("us", "UTC"), [dt.datetime(2019, 5, 5, 17, tzinfo=dt.UTC)], [(MAY, False)]),
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


# ------------------------------------------------------------------ how large the numbers are


@examples(25, nightly=500)
@given(
    st.lists(st.none() | st.integers(-(10**18), 10**18), min_size=1, max_size=40),
    st.sampled_from([1, 100, 10**6]),
    st.booleans(),
)
def test_a_file_tells_a_bound_of_its_numbers(
    values: list[int | None], steps: int, noted: bool
) -> None:
    """With the statistics of its row groups and without them."""
    frame = pl.DataFrame({"a": pl.Series(values, dtype=pl.Int64)})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.parquet"
        frame.write_parquet(path, statistics=noted, row_group_size=7)
        told = sizes_in(pl.scan_parquet(path), {"a": steps})
    most = max((abs(v) * steps for v in values if v is not None), default=0)
    assert (told is None) == (most > 10**16)
    assert told is None or most <= told["a"] <= max(10**14, 10**2 * most)


@pytest.mark.parametrize(
    "series",
    [
        pl.Series([1.5, None, 5e13]),
        pl.Series(["99.99", "-12345678.90"]).cast(pl.Decimal(18, 2)),
        pl.Series([2**31 - 1, -(2**31)], dtype=pl.Int32),
        pl.Series([255], dtype=pl.UInt8),
    ],
)
def test_every_kind_of_number_is_bounded(tmp_path: Path, series: pl.Series) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": series}).write_parquet(path)
    assert sizes_in(pl.scan_parquet(path), {"a": 1}) == {"a": 10**14}


@pytest.mark.parametrize("beyond", [float("nan"), float("inf"), -1e17])
def test_a_double_that_is_no_amount_has_no_bound(tmp_path: Path, beyond: float) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": [1.0, beyond]}).write_parquet(path)
    assert sizes_in(pl.scan_parquet(path), {"a": 1}) is None


def test_a_bounded_file_is_judged_as_an_unbounded_one(tmp_path: Path) -> None:
    """Amounts at the end of what is read, in 亿元 and in 元, and one that is refused."""
    law = in_force("高新技术企业认定", AS_OF)
    path, heads = tmp_path / "a.parquet", [f"{y}年销售收入（亿元）" for y in (2023, 2024, 2025)]
    rows = [(1, 2, 3), (9_999, 9_999, 9_999), (999_999, 1, 1), (None, 0, 5)]
    columns = {head: [row[i] for row in rows] for i, head in enumerate(heads)}
    spent = {f"{y}年研发费用（元）": [50_000_000.5, 5e13, 1.0, 0.0] for y in (2023, 2024, 2025)}
    names = {"企业名称": [f"兰州{i}有限公司" for i in range(len(rows))]}
    for more, told in (({}, True), ({"2025年总收入（元）": [2e14, 1e17, 1.0, None]}, False)):
        pl.DataFrame({**names, **columns, **spent, **more}).write_parquet(path)
        ledger = parquet.scan(path, AS_OF)
        assert len(ledger.steps) == 6 + len(more)
        assert (ledger.sizes() is not None) == told
        made = [
            table(law, ledger.frame, AS_OF, sizes=sizes).select("name").collect()
            for sizes in (ledger.sizes(), None)
        ]
        assert_frame_equal(*made)
