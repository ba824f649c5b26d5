"""The job as an exact Polars query by hand: shared terms once, all in whole 分, cross-multiplied.

What is true and what is false of a condition are two plain flags; a null is made of them at the
end. Every share is decided in 64 bits, the growth rates in 128, once for each firm.
"""

from __future__ import annotations

from pathlib import Path

import data
import polars as pl

from peers.subset import COLUMNS, FIRST, LAST, MIDDLE, OUTPUT

_MILLION_10, _SECOND = 50_000_000_00, 200_000_000_00  # 5000 万元, 2 亿元 in 分
_YEARS = (FIRST, MIDDLE, LAST)


def judge(path: Path) -> pl.DataFrame:
    """Read and answer, in the streaming engine: fewer intermediates are alive at once."""
    frame = pl.scan_parquet(path).select("name", *COLUMNS)
    return query(frame).collect(engine="streaming")


def query(frame: pl.LazyFrame) -> pl.LazyFrame:
    """The whole job in five layers."""
    founded = pl.col("established_on").dt.year()
    frame = frame.with_columns(
        **{f"op{y}": (founded <= y).fill_null(True) for y in _YEARS},
        **{f"bad{y}": _above(f"rd_domestic@{y}", f"rd_expense@{y}") for y in _YEARS},
    )
    frame = frame.with_columns(
        *(term for y in _YEARS for term in _of_year(y)),
        *_last("tech_staff", "staff", _above(f"tech_staff@{LAST}", f"staff@{LAST}")),
        *_last("ht_income", "total_income", pl.lit(False)),
        *_growth_terms("sales"),
        *_growth_terms("net_assets"),
    )
    frame = frame.with_columns(*_sums(), *_growth_points("sales"), *_growth_points("net_assets"))
    frame = frame.with_columns(*_conditions())
    frame = frame.with_columns(*_verdicts(), *_gaps(), *_scores())
    return frame.select(OUTPUT)


def _above(part: str, whole: str) -> pl.Expr:
    return (pl.col(part) > pl.col(whole)).fill_null(False)


def _of_year(y: int) -> list[pl.Expr]:
    """The least and, where there is one, the most of each sum's part of this year."""
    operated, sane = pl.col(f"op{y}"), pl.col(f"op{y}") & ~pl.col(f"bad{y}")
    spent, inland, sales = (pl.col(f"{c}@{y}") for c in ("rd_expense", "rd_domestic", "sales"))
    most = pl.coalesce(inland, spent)
    return [
        pl.when(sane).then(pl.coalesce(spent, inland, 0)).otherwise(0).alias(f"r{y}"),
        (~operated | (sane & spent.is_not_null())).alias(f"r_known{y}"),
        pl.when(sane).then(inland.fill_null(0)).otherwise(0).alias(f"d{y}"),
        pl.when(sane).then(most).when(~operated).then(0).alias(f"d_most{y}"),
        pl.when(operated).then(sales.fill_null(0)).otherwise(0).alias(f"s{y}"),
        (~operated | sales.is_not_null()).alias(f"s_known{y}"),
    ]


def _last(part: str, whole: str, bad: pl.Expr) -> list[pl.Expr]:
    """Of last year alone, both or nothing: one of them settles no share."""
    usable = pl.col(f"op{LAST}") & ~bad & (pl.col(f"{whole}@{LAST}") > 0)
    return [pl.when(usable).then(pl.col(f"{c}@{LAST}")).alias(c) for c in (part, whole)]


def _sums() -> list[pl.Expr]:
    names = ("r", "d", "d_most", "s")
    sums = [sum((pl.col(f"{k}{y}") for y in _YEARS[1:]), pl.col(f"{k}{FIRST}")) for k in names]
    return [
        *(total.alias(k) for total, k in zip(sums, names, strict=True)),
        *(
            pl.all_horizontal(f"{k}_known{y}" for y in _YEARS).alias(f"{k}_known")
            for k in ("r", "s")
        ),
        (pl.col(f"s{FIRST}") + pl.col(f"s{MIDDLE}")).alias("earlier"),
        pl.when(pl.col(f"s{LAST}") <= _MILLION_10).then(5)
        .when(pl.col(f"s{LAST}") <= _SECOND).then(4).otherwise(3)
        .cast(pl.Int64).alias("tier"),
    ]  # fmt: skip


def _conditions() -> list[pl.Expr]:
    age = (pl.lit(data.AS_OF) - pl.col("established_on")).dt.total_days()
    classes = pl.col("ip_class1"), pl.col("ip_class2")
    r, d, s, earlier, tier = (pl.col(c) for c in ("r", "d", "s", "earlier", "tier"))
    # last year's sales not known: the least of each tier, none where there were no others
    least = pl.min_horizontal(
        earlier * 5, (earlier + _MILLION_10 + 1) * 4, (earlier + _SECOND + 1) * 3
    )
    bar = pl.when(pl.col(f"s_known{LAST}")).then(s * tier).when(earlier > 0).then(least)
    return [
        (age >= 365).alias("c1"),
        (365 - age).clip(0).alias("c1_gap"),
        pl.when(pl.sum_horizontal(classes) >= 1).then(True)
        .when(classes[0].is_not_null() & classes[1].is_not_null()).then(False).alias("ip"),
        (pl.col("staff") - pl.col("tech_staff") * 10).alias("c4_need"),
        (s * tier - r * 100).alias("c5a_need"),
        (pl.col("s_known") & (s > 0) & (r * 100 >= s * tier)).alias("c5a_yes"),
        (pl.col("r_known") & (r * 100 < bar)).fill_null(False).alias("c5a_no"),
        (r * 3 - d * 5).alias("c5b_need"),
        (pl.col("r_known") & (r > 0) & (d * 5 >= r * 3)).alias("c5b_yes"),
        ((r > 0) & (pl.col("d_most") * 5 < r * 3)).fill_null(False).alias("c5b_no"),
        (pl.col("total_income") * 3 - pl.col("ht_income") * 5).alias("c6_need"),
    ]  # fmt: skip


def _verdicts() -> list[pl.Expr]:
    c4, c6 = (pl.col(f"{c}_need") <= 0 for c in ("c4", "c6"))
    c5a, c5b = (
        pl.when(pl.col(f"{c}_yes")).then(True).when(pl.col(f"{c}_no")).then(False)
        for c in ("c5a", "c5b")
    )
    hard = pl.col("c1") & pl.col("ip") & c4 & c5a & c5b & c6
    return [
        c4.alias("c4"), c5a.alias("c5a"), c5b.alias("c5b"), c6.alias("c6"), hard.alias("hard"),
    ]  # fmt: skip


def _gaps() -> list[pl.Expr]:
    whole_c5a = pl.col("s_known") & pl.col("r_known") & (pl.col("s") > 0)
    whole_c5b = pl.col("r_known") & (pl.col("r") > 0) & (pl.col("d") == pl.col("d_most"))
    return [
        pl.col("c4_need").clip(0).alias("c4_gap"),
        pl.when(pl.col("c5a_yes")).then(0).when(whole_c5a).then(pl.col("c5a_need")).alias("c5a_gap"),
        pl.when(pl.col("c5b_yes")).then(0).when(whole_c5b).then(pl.col("c5b_need")).alias("c5b_gap"),
        pl.col("c6_need").clip(0).alias("c6_gap"),
    ]  # fmt: skip


# ------------------------------------------------------------------ growth


def _growth_terms(code: str) -> list[pl.Expr]:
    """Top ÷ below is 2 × (1 + the rate): over two rates where there are three years and the
    first is not nought, else over one."""
    a, b, c = (pl.col(f"{code}@{y}") for y in _YEARS)
    wide_a, wide_b = a.cast(pl.Int128), b.cast(pl.Int128)
    two = pl.col(f"op{FIRST}") & (a != 0)
    top = pl.when(two).then(wide_b * b + wide_a * c).otherwise(c.cast(pl.Int128) * 2)
    below = pl.when(two).then(wide_a * b).otherwise(wide_b)
    sure = [~pl.col(f"op{y}") | pl.col(f"{code}@{y}").is_not_null() for y in _YEARS]
    return [
        top.alias(f"{code}_top"), below.alias(f"{code}_below"),
        pl.all_horizontal(sure).alias(f"{code}_known"),
    ]  # fmt: skip


def _growth_points(code: str) -> list[pl.Expr]:
    """Which of the five bands are reached, in one comparison each; 2k−1 … 2k points."""
    top, below = pl.col(f"{code}_top") * 50, pl.col(f"{code}_below")
    if code == "net_assets":  # only they can be negative
        negative = below < 0
        top, below = (pl.when(negative).then(x * -1).otherwise(x) for x in (top, below))
    bands = [top > below * 100, *(top >= below * (100 + p) for p in (5, 15, 25, 35))]
    reached = pl.sum_horizontal(band.cast(pl.Int8) for band in bands)
    there = pl.col(f"{code}@{MIDDLE}") != 0
    return [pl.when(there).then(reached).otherwise(0).cast(pl.Int8).alias(f"{code}_reached")]


def _scores() -> list[pl.Expr]:
    young = ~pl.col(f"op{MIDDLE}")
    low, high = [], []
    for code in ("sales", "net_assets"):
        reached, known = pl.col(f"{code}_reached"), pl.col(f"{code}_known")
        lo = (reached * 2 - 1).clip(0)
        if code == "net_assets":
            years = [(pl.col(f"{code}@{y}") < 0) & pl.col(f"op{y}") for y in _YEARS]
            lo = pl.when(pl.any_horizontal(years)).then(0).otherwise(lo)
        low.append(pl.when(young | ~known).then(0).otherwise(lo))
        high.append(pl.when(young).then(0).when(known).then(reached * 2).otherwise(10))
    return [(low[0] + low[1]).alias("growth_lo"), (high[0] + high[1]).alias("growth_hi")]
