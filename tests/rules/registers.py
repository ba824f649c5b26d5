"""Registers of certificates as somebody keeps them: kinds in any spelling, dates at the borders,
papers entered twice; beside a county of firms told by their codes."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import polars as pl

from tests.strategies import TODAY

DAY = timedelta(days=1)
NEAR = [TODAY + k * DAY for k in (-400, -1, 0, 1, 400)]
KIND, OTHER = "高新技术企业", "科技型中小企业"
_WORDS = [
    *("高企", "高新技术企业", "国家高新技术企业", "高企证书", "高新技术企业（重新认定）"),
    *("科小", "科技型中小企业", "瞪羚企业", "高企资格证书", "高企、科小", "高新技木企业"),
    *("有", "无", "—", " ", ""),
]  # fmt: skip
SCHEMA: dict[str, Any] = {
    "统一社会信用代码": pl.String,
    "资格名称": pl.String,
    "证书编号": pl.String,
    "发证日期": pl.Date,
    "有效期至": pl.Date,
    "撤销日期": pl.Date,
}
_VALUES = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def code(number: int) -> str:
    """A credit code with its check digit."""
    body = f"91620102MA{number:07d}"
    total = sum(_VALUES.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return body + _VALUES[-total % 31]


def coded(county: pl.DataFrame) -> pl.DataFrame:
    """The county with a code for each firm, in front."""
    codes = pl.Series("统一社会信用代码", [code(i) for i in range(county.height)])
    return county.insert_column(0, codes)


def register(rnd: Random, firms: int) -> pl.DataFrame:
    """Up to four certificates of each firm, none of some; a paper that is entered twice leaves
    something out there, or ends on another day."""
    rows: list[tuple[Any, ...]] = []
    for firm in range(firms):
        for paper in range(rnd.choice((0, 0, 1, 1, 2, 4))):
            number = rnd.choice((None, f"GR20236200{firm:04d}{paper}", f"证{firm}-{paper}", "无"))
            issued, until = _day(rnd, 0.15), _day(rnd, 0.15)
            if issued and until and until < issued and rnd.random() < 0.9:
                issued, until = until, issued
            row = (rnd.choice(_WORDS), number, issued, until, _day(rnd, 0.9))
            rows.append((_written(rnd, code(firm)), *row))
            if number and rnd.random() < 0.3:
                again = rnd.choice((None, until, _day(rnd, 0)))
                rows.append((code(firm), *row[:2], rnd.choice((None, issued)), again, row[4]))
    rnd.shuffle(rows)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _day(rnd: Random, missing: float) -> date | None:
    return None if rnd.random() < missing else rnd.choice(NEAR)


def _written(rnd: Random, text: str) -> str:
    """As people write a code."""
    return rnd.choice((text, text, text.lower(), f" {text} ", f"{text[:8]}-{text[8:]}"))
