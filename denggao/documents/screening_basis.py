"""口径说明: which text, which reading, what is left to a person, and how figures are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from denggao import __version__
from denggao.documents.screening_data import Screening
from denggao.documents.screening_page import Column, ListSheet, Looks
from denggao.documents.wording import FLAG_WORDS
from denggao.rules.engines.columnar.screening import Screened
from denggao.rules.engines.columnar.table import countable

SHEET = "口径说明"
_COLUMNS = (
    Column("规范", 19, "text"),
    Column("类别", 12, "centre"),
    Column("编号", 22, "wrap"),
    Column("名称", 22, "wrap"),
    Column("说明", 70, "wrap"),
    Column("条文", 34, "wrap"),
)
Row = list[Any]
_GENERAL = """\
三种结果
    符合、不符合、未知。缺一个数不等于零，也不等于“否”；
    缺的数不论是多少结果都一样的，直接下结论
可核实条件与结论
    可核实条件是表上的数能判定的各条，名次、差距清单、待补数据都按它排；
    结论是全部条件，含专家评分等表上定不了的，所以可核实条件符合的，结论仍可能未知
名次
    不符合的可核实条件少的在前；一样的，未知的少的在前；
    再一样的，相对差距小的在前；都一样的按台账先后
差距
    别的数都不变时，左边的数至少还要增加多少；不确定时取最小的，说明里写“至少”；
    人、项、天进为整数，金额进到分
待补数据
    “问到这组就能定”：这一组都问到，不论数是多少，可核实条件都能定；
    “单项可定”：只问这一项，就有可能定。只推算名次在前的企业，其余留空
数值
    比较之前不四舍五入：4.996%就是不到5%，也不显示成5.00%。
    值下限、值上限是按已知的数能确定的范围，空白表示没有界限
单位
    逐企结论：金额为元，比率为百分比；差距清单：金额为万元
"""


def write(book: Any, looks: Looks, screening: Screening) -> None:
    """Write the sheet."""
    sheet = ListSheet(book, looks, SHEET, screening.as_of, _COLUMNS)
    for table in screening.tables:
        for row in _of_law(table, screening):
            sheet.add(row)
    for flag in sorted({flag for table in screening.tables for flag in _flags(table)}):
        sheet.add(["各规范", "标记", flag, None, FLAG_WORDS.get(flag, flag), None])
    for name, text in _general().items():
        sheet.add(["各规范", "通则", None, name, text, None])
    sheet.add(["各规范", "程序", None, "版本", f"登高 {__version__}", None])
    sheet.finish()


def _of_law(table: Screened, screening: Screening) -> Iterator[Row]:
    law = table.instrument
    until = f"，至 {law.valid_to}" if law.valid_to else ""
    where = f"{law.valid_from} 起施行{until}；地域 {law.region}"
    yield [law.short, "版本", law.version, law.name, where, "、".join(law.documents)]
    names = "、".join(f"{c.id} {c.name}" for c in countable(law))
    yield [law.short, "可核实条件", None, None, names, None]
    yield from _readings(table, screening)
    for manual in law.manuals:
        yield [law.short, "须人工核对", manual.id, manual.name, manual.text, manual.cite]


def _readings(table: Screened, screening: Screening) -> Iterator[Row]:
    law = table.instrument
    chosen = law.chosen(dict(screening.readings.get(law.short, {})))
    for reading in law.readings:
        used = chosen[reading.id]
        told = "；".join(
            f"{'本次采用' if option == used else '另有'}“{option}”：{meaning}"
            for option, meaning in sorted(reading.options, key=lambda x: x[0] != used)
        )
        yield [law.short, "读法", reading.id, reading.name, told, reading.cite]


def _flags(table: Screened) -> set[str]:
    """Every flag that some firm has."""
    found = {flags for (flags,) in table.rows(["flags"]) if flags}
    return {flag for flags in found for flag in flags.split()}


def _general() -> dict[str, str]:
    """What holds for every law: a name, then indented lines of one text."""
    blocks = re.split(r"\n(?! )", _GENERAL.strip())
    return {name: "".join(text.split()) for name, text in (b.split("\n", 1) for b in blocks)}
