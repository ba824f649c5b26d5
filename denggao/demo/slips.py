"""The ways in which people mistype a ledger, each with what a reader must make of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

from denggao.demo.firm import SyntheticFirm, as_written

Reads = Literal["unknown", "named", "mended", "bounded", "written", "merged"]


@dataclass(frozen=True, slots=True)
class Blemish:
    """The cell ``key`` of the firm in this position holds ``shown`` (``None``: nothing).

    ``reads`` is what a reader owes it: "unknown" – no value, no complaint; "named" – no value
    and a problem that names the cell (a bad credit code is named, but still tells the firm
    apart); "mended" – the clean value after all; "bounded" – at least ``value``; "written" –
    ``value``, though another cell contradicts it, and both are named; "merged" – the whole row
    (``key`` is "") stands twice. ``again``: the cell is the one in the firm's second row,
    further down."""

    firm: int
    key: str
    kind: str
    shown: str | float | None
    reads: Reads
    value: int | None = None
    again: bool = False


Plant = Callable[[int, SyntheticFirm], Blemish | None]


class Slip(NamedTuple):
    """``plant`` makes the blemish of a firm, ``None`` where it is impossible; ``often``: in
    so many of 300 firms. Cells ``beside`` must stay as they are."""

    often: int
    plant: Plant
    beside: tuple[str, ...] = ()


def slips(year: int) -> list[Slip]:
    """The plan: whole rows first, because they need a firm of their own."""
    sales, rd, domestic, staff, tech_staff, assets, results = (
        f"{code}@{year - 1}"
        for code in ("sales", "rd_expense", "rd_domestic", "staff", "tech_staff", "total_assets",
                     "conversions")
    )  # fmt: skip
    return [
        Slip(1, _row_again),
        Slip(1, _row_changed(rd)),
        Slip(2, _code("代码错一位", _last_character_wrong)),
        Slip(1, _code("代码少一位", lambda code: code[:-1])),
        Slip(1, _code("代码中有空格", lambda code: f"{code[:9]} {code[9:]}", "mended")),
        Slip(1, _more("科技人员多于职工", tech_staff, staff, 20_000), (staff,)),
        Slip(1, _more("境内研发多于研发", domestic, rd, 5_000_000), (rd,)),
        Slip(2, _some_more(staff), (tech_staff,)),
        Slip(2, _number("约数", sales, lambda n: f"约{n:.0f}", "named", 100)),
        Slip(2, _number("以亿计", sales, lambda n: f"{n / 10_000}亿", "mended", 10_000)),
        Slip(3, _number("全角数字", rd, lambda n: str(n).translate(_WIDE), "mended", 1)),
        Slip(4, _number("千分位", assets, lambda n: f"{n:,}", "mended", 1_000)),
        Slip(3, _number("数带单位", rd, lambda n: f"{n}万元", "mended", 1)),
        Slip(2, _number("是无还是零", results, lambda n: "无", "named", 0)),
        Slip(3, _founded("日期用点", lambda day: f"{day.year}.{day.month}.{day.day}", "mended")),
        Slip(2, _founded("日期缺日", lambda day: f"{day.year}年{day.month}月", "named")),
    ]


_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")


def _row_again(firm: int, clean: SyntheticFirm) -> Blemish:
    return Blemish(firm, "", "整行重复", None, "merged", again=True)


def _row_changed(key: str) -> Plant:
    """The second row has a later figure; nobody can tell which of the two holds."""

    def plant(firm: int, clean: SyntheticFirm) -> Blemish | None:
        later = clean.steps(key) + 30_000_000
        shown = float(as_written(key, later))
        return Blemish(firm, key, "重复且数不同", shown, "named", again=True) if later else None

    return plant


def _code(kind: str, spoil: Callable[[str], str], reads: Reads = "named") -> Plant:
    """Only where no certificate repeats the code: two codes would be two firms."""

    def plant(firm: int, clean: SyntheticFirm) -> Blemish | None:
        if clean.titles is not None:
            return None
        return Blemish(firm, "uscc", kind, spoil(clean.uscc), reads)

    return plant


def _last_character_wrong(code: str) -> str:
    return code[:-1] + ("7" if code[-1] == "1" else "1")


def _more(kind: str, part: str, whole: str, by: int) -> Plant:
    """The part larger than its whole; the whole stays as it is."""

    def plant(firm: int, clean: SyntheticFirm) -> Blemish | None:
        if not clean.steps(part):
            return None
        value = clean.steps(whole) + by
        return Blemish(firm, part, kind, float(as_written(part, value)), "written", value)

    return plant


def _some_more(key: str) -> Plant:
    """「约570余」 of 576 people."""

    def plant(firm: int, clean: SyntheticFirm) -> Blemish | None:
        tens = int(clean.written(key)) // 10 * 10
        if tens < 100:
            return None
        return Blemish(firm, key, "约数余", f"约{tens}余", "bounded", tens * 10_000)

    return plant


def _number(
    kind: str, key: str, write: Callable[[Decimal], str], reads: Reads, least: int
) -> Plant:
    """A number of at least ``least``, as written in the ledger, put into words."""

    def plant(firm: int, clean: SyntheticFirm) -> Blemish | None:
        number = clean.written(key)
        return Blemish(firm, key, kind, write(number), reads) if number >= least else None

    return plant


def _founded(kind: str, write: Callable[[date], str], reads: Reads) -> Plant:
    def plant(firm: int, clean: SyntheticFirm) -> Blemish:
        day = clean.values["established_on"]
        assert isinstance(day, date)
        return Blemish(firm, "established_on", kind, write(day), reads)

    return plant
