"""Synthetic firms for the benchmarks: the same on every machine, kept in a temporary folder.

10–30 % of every column but the name is missing; a few per cent of the firms stand exactly on a
threshold, or one step (分, 1/10000 人) to either side of it. Nothing here is a real firm.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

import polars as pl

AS_OF = date(2026, 6, 30)
YEARS = (2023, 2024, 2025)
LAST = YEARS[-1]
LAWS = {"hnte": "高新技术企业认定", "sme": "科技型中小企业评价"}
MILLION = 100_000_000  # 100 万元 in 分

_COUNTS = {"ip_class1": 2, "ip_class2": 8}
_POINTS = {
    "ip_advancement": 8, "ip_core_support": 8, "ip_acquisition": 6,
    "org_system": 6, "org_institution": 6, "org_conversion": 4, "org_talent": 4,
}  # fmt: skip
_PERCENT_YES = {
    "major_incident": 2, "standards_drafted": 20, "ip_self_developed": 80, "resident": 97,
    f"taxed_on_accounts@{LAST}": 90, "prohibited_industry": 3, "abnormal_listed": 4,
    "dishonest_listed": 2, "science_award": 1, "rd_institution": 8, "standard_led": 5,
}  # fmt: skip
_CATEGORIES = (
    "rd_labor", "rd_direct", "rd_depreciation", "rd_amortization", "rd_design",
    "rd_commissioning", "rd_outsourced_domestic", "rd_outsourced_foreign", "rd_other",
)  # fmt: skip


def titles(rows: int) -> pl.DataFrame:
    """So many certificates, some firms with several, by firm: firm, kind, issued_on, valid_to,
    and the columns that only cancellations fill."""
    number = pl.int_range(rows)
    firm = (number.hash(1) % int(rows / 1.3)).cast(pl.UInt32)
    issued_on = pl.lit(date(2018, 1, 1)) + pl.duration(days=number.hash(2) % (365 * 8))
    is_hnte = number.hash(3) % 10 < 9
    frame = pl.select(
        firm=firm,
        kind=pl.when(is_hnte).then(pl.lit("高新技术企业")).otherwise(pl.lit("省级科技创新型企业")),
        issued_on=issued_on,
    ).sort("firm")
    ends = pl.col("issued_on").dt.offset_by("3y").dt.offset_by("-1d")
    return frame.with_columns(
        pl.col("kind").cast(pl.Categorical),
        valid_to=ends,
        cancelled_on=pl.lit(None, dtype=pl.Date),
        is_end=pl.lit(False),
    )


def _yearly(*codes: str) -> list[str]:
    return [f"{code}@{year}" for code in codes for year in YEARS]


#: What each law reads; ``wide`` has the categories of R&D expenses besides.
COLUMNS = {
    "hnte": [
        *_yearly("sales", "rd_expense", "rd_domestic", "net_assets", "conversions"),
        *(f"{code}@{LAST}" for code in ("staff", "tech_staff", "total_income")),
        *(f"{code}@{LAST}" for code in ("ht_income", "main_product_income")),
        *_COUNTS, *_POINTS, "established_on", "field_code",
        "major_incident", "standards_drafted", "ip_self_developed",
    ],
    "sme": [
        *(f"{code}@{LAST}" for code in ("sales", "staff", "tech_staff", "rd_super")),
        *(f"{code}@{LAST}" for code in ("cost_expense", "total_assets", "taxed_on_accounts")),
        *_COUNTS, "established_on", "resident", "prohibited_industry", "abnormal_listed",
        "dishonest_listed", "major_incident", "science_award", "rd_institution", "standard_led",
    ],
}  # fmt: skip
#: The part of the first that the peers are measured with: see ``peers.subset``.
COLUMNS["subset"] = [
    "established_on", "ip_class1", "ip_class2",
    *(f"{code}@{LAST}" for code in ("tech_staff", "staff", "ht_income", "total_income")),
    *_yearly("sales", "rd_expense", "rd_domestic", "net_assets"),
]  # fmt: skip
COLUMNS["both"] = list(dict.fromkeys([*COLUMNS["hnte"], *COLUMNS["sme"]]))
COLUMNS["wide"] = [*COLUMNS["hnte"], *_yearly(*_CATEGORIES)]
_MORE = _yearly("profit", "main_revenue", "taxable_income", "rd_staff")
#: The sixty columns of the workbook; the first two are 统一社会信用代码 and 企业名称.
WORKBOOK = list(dict.fromkeys([*COLUMNS["hnte"], *COLUMNS["sme"], *_MORE, "address"]))


# ------------------------------------------------------------------ firms


def firms(rows: int, columns: Sequence[str]) -> pl.DataFrame:
    """``name`` and these columns in canonical form: 分, 1/10000 人 or 分, dates, yes/no."""
    return _firms(rows, columns).collect()


def _firms(rows: int, columns: Sequence[str]) -> pl.LazyFrame:
    frame = pl.LazyFrame().select(pl.int_range(rows, dtype=pl.UInt64).alias("§"))
    for layer in (_independent(), _shares()):
        frame = frame.with_columns(**layer)
    for layer in _on_thresholds():
        moved = {k: pl.when(_is_moved()).then(v).otherwise(pl.col(k)) for k, v in layer.items()}
        frame = frame.with_columns(**moved)
    name = pl.format("模拟企业{}", pl.col("§")).alias("name")
    return frame.select(name, *(_with_nulls(c) for c in columns))


def _mixed(name: str) -> pl.Expr:
    """64 well-mixed bits for each row and name (splitmix64, in wrapping arithmetic)."""
    x = (pl.col("§") + crc32(name.encode())) * pl.lit(0x9E3779B97F4A7C15, dtype=pl.UInt64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        x = (x ^ (x // 2**shift)) * pl.lit(factor, dtype=pl.UInt64)
    return x ^ (x // 2**31)


def _draw(name: str, low: int, high: int, step: int = 1) -> pl.Expr:
    """Whole steps in low ≤ x ≤ high."""
    spread = _mixed(name) % ((high - low) // step + 1)
    return spread.cast(pl.Int64) * step + low


def _independent() -> dict[str, pl.Expr]:
    found = {key: _draw(key, MILLION, 500 * MILLION, 10_000) for key in _yearly("sales")}
    found |= {k: _draw(k, MILLION // 10, 20 * MILLION, 100) for k in _yearly("rd_expense")}
    found |= {k: _draw(k, -10 * MILLION, 500 * MILLION) for k in _yearly("net_assets")}
    found |= {k: _draw(k, 0, 8) for k in _yearly("conversions")}
    found |= {k: _draw(k, 0, MILLION) for k in _yearly(*_CATEGORIES)}
    found |= {k: _draw(k, -MILLION, 50 * MILLION) for k in _yearly("profit", "taxable_income")}
    found |= {f"staff@{y}": _draw(f"staff@{y}", 10_000, 6_000_000, 10_000) for y in YEARS}
    found |= {k: _draw(k, 0, high) for k, high in _COUNTS.items()}
    found |= {k: _draw(k, 0, high * 10_000, 10_000) for k, high in _POINTS.items()}
    found |= {k: _mixed(k) % 100 < percent for k, percent in _PERCENT_YES.items()}
    found[f"cost_expense@{LAST}"] = _draw("cost_expense", MILLION, 500 * MILLION)
    found[f"total_assets@{LAST}"] = _draw("total_assets", MILLION, 300 * MILLION)
    found["established_on"] = pl.lit(date(2000, 1, 1)) + pl.duration(days=_draw("day", 0, 9600))
    found["field_code"] = pl.format("1.1.{}", _draw("field", 1, 10))
    found["address"] = pl.format("模拟县演示镇{}号", _draw("address", 1, 9999))
    return found


def _shares() -> dict[str, pl.Expr]:
    """Facts that are a part of another one."""
    parts = {
        **{f"rd_domestic@{y}": (f"rd_expense@{y}", 0, 100) for y in YEARS},
        **{f"main_revenue@{y}": (f"sales@{y}", 60, 100) for y in YEARS},
        **{f"rd_staff@{y}": (f"staff@{y}", 0, 40) for y in YEARS},
        f"tech_staff@{LAST}": (f"staff@{LAST}", 0, 40),
        f"total_income@{LAST}": (f"sales@{LAST}", 100, 130),
        f"rd_super@{LAST}": (f"rd_expense@{LAST}", 50, 110),
    }
    found = {key: _share(key, *what) for key, what in parts.items()}
    income = f"ht_income@{LAST}"
    found[income] = _share(income, f"sales@{LAST}", 0, 100)
    found[f"main_product_income@{LAST}"] = found[income] * _draw("main", 0, 100) // 100
    return found


def _share(key: str, whole: str, low: int, high: int) -> pl.Expr:
    return pl.col(whole) * _draw(key, low, high) // 100


def _on_thresholds() -> Iterator[dict[str, pl.Expr]]:
    """4 % of the firms are moved to a threshold, −1, 0 or +1 step from it."""
    beside, sales = _draw("beside", -1, 1), pl.col(f"sales@{LAST}")
    percent = pl.when(sales <= 50 * MILLION).then(5).when(sales <= 200 * MILLION).then(4)
    yield {
        f"tech_staff@{LAST}": pl.col(f"staff@{LAST}") // 10 + beside,
        **{f"rd_expense@{y}": _percent(f"sales@{y}", percent.otherwise(3)) for y in YEARS},
        f"ht_income@{LAST}": _percent(f"total_income@{LAST}", 60) + beside,
    } | {f"net_assets@{y}": pl.lit(MILLION * 10 * k) for y, k in zip(YEARS, (2, 3, 3), strict=True)}
    yield {
        **{f"rd_domestic@{y}": _percent(f"rd_expense@{y}", 60) for y in YEARS},
        f"rd_super@{LAST}": _percent(f"sales@{LAST}", 6) + beside,
        f"main_product_income@{LAST}": pl.col(f"ht_income@{LAST}") // 2 + beside,
    }
    yield {f"{c}@{LAST}": pl.col(f"{c}@{LAST}") + beside for c in ("rd_expense", "rd_domestic")}


def _is_moved() -> pl.Expr:
    return _mixed("threshold") % 100 < 4


def _percent(key: str, percent: int | pl.Expr) -> pl.Expr:
    return pl.col(key) * percent // 100


def _with_nulls(column: str) -> pl.Expr:
    missing = 10 + crc32(column.encode()) % 21
    is_missing = _mixed(f"missing {column}") % 100 < missing
    return pl.when(~is_missing).then(pl.col(column)).alias(column)


# ------------------------------------------------------------------ files


def _cached(name: str, make: Callable[[Path], object]) -> Path:
    """A file that depends on nothing but its name and this script."""
    version = crc32(Path(__file__).read_bytes())
    folder = Path(tempfile.gettempdir()) / "denggao-benchmarks" / f"{version:08x}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        draft = folder / f"draft.{name}"
        make(draft)
        draft.replace(path)
    return path


def canonical(rows: int, kind: str) -> Path:
    """Parquet of what the engine computes with: 64-bit integers, dates, yes/no."""
    made = lambda path: _firms(rows, COLUMNS[kind]).sink_parquet(path)  # noqa: E731
    return _cached(f"{kind}-{rows}.parquet", made)


def exchange(rows: int, kind: str) -> Path:
    """Parquet as it comes in from outside: decimals in 元, 人 and 分."""
    made = lambda path: in_units(firms(rows, COLUMNS[kind])).write_parquet(path)  # noqa: E731
    return _cached(f"{kind}-{rows}.exchange.parquet", made)


def in_units(frame: pl.DataFrame) -> pl.DataFrame:
    """Whole steps → decimals in the unit of the catalogue."""
    from denggao.facts.catalogue import catalogue

    scales = {c: catalogue()[c.partition("@")[0]].scale for c in _whole_numbers(frame)}
    places = {100: 2, 10_000: 4}
    return frame.with_columns(
        (pl.col(c).cast(pl.Decimal(38, places[scale])) / scale).cast(pl.Decimal(18, places[scale]))
        for c, scale in scales.items()
        if scale > 1
    )


def _whole_numbers(frame: pl.DataFrame) -> list[str]:
    return [name for name, kind in frame.schema.items() if kind == pl.Int64]


def workbook(rows: int) -> Path:
    """A ledger of sixty columns with Chinese heads, written row by row."""
    return _cached(f"ledger-{rows}.xlsx", lambda path: _write_workbook(path, rows))


def _write_workbook(path: Path, rows: int) -> None:
    import xlsxwriter

    frame = in_units(firms(rows, WORKBOOK)).with_columns(pl.col(pl.Decimal).cast(pl.Float64))
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, [_head(c) for c in ("uscc", *frame.columns)])
        for number, values in enumerate(frame.iter_rows(), 1):
            sheet.write_string(number, 0, _code(number))
            for column, value in enumerate(values, 1):
                _write_cell(sheet, number, column, value, day)


def _write_cell(sheet: Any, row: int, column: int, value: object, day: object) -> None:
    if isinstance(value, bool):
        sheet.write_string(row, column, "是" if value else "否")
    elif isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    elif value is not None:
        sheet.write(row, column, value)


def _head(key: str) -> str:
    from denggao.facts.catalogue import catalogue

    code, _, year = key.partition("@")
    fact = catalogue()[code]
    unit = "(元)" if fact.unit == "元" else ""
    return f"{year}年{fact.name}{unit}" if year else f"{fact.name}{unit}"


def _code(number: int) -> str:
    """A credit code with a right check character and a division that does not exist."""
    from stdnum.cn import uscc

    body = f"91990101{number:09d}"
    return body + uscc.calc_check_digit(body)


def pay_list(rows: int) -> Path:
    """A 兑现名单 .csv: every tenth firm stands on it twice, with districts and a size."""
    return _cached(f"pay-{rows}.csv", lambda path: _write_pay_list(path, rows))


def _write_pay_list(path: Path, rows: int) -> None:
    kinds = ("首次认定", "重新认定", "整体迁入", "入库")
    places = ("城关区", "七里河区", "白银区", "天水市", "")
    with path.open("w", encoding="utf-8") as out:
        out.write("企业名称,所在区县,批次,事项,认定日期,是否规上,上年销售收入（万元）\n")
        for i in range(rows):
            draw = crc32(f"pay {i}".encode())
            day = date(2018, 1, 1).toordinal() + draw % 2300
            fields = (
                f"甘肃样本{i % (rows * 9 // 10)}号科技有限公司", places[draw % 5],
                f"第{draw // 5 % 3 + 1}批", kinds[draw // 15 % 4],
                date.fromordinal(day).isoformat(), "是" if draw % 3 else "否",
                str(draw % 200_000),
            )  # fmt: skip
            out.write(",".join(fields) + "\n")
