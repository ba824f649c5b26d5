"""Invented names, places and numbers, such as no real firm can carry.

* Every name begins with 「模拟县」 and says 「模拟」 once more: 「模拟县例禾模拟环保有限公司」.
* Credit codes are valid (check character of GB 32100, and that of the organisation code inside
  it), but their division, 990101, belongs to no province, and their organisation code begins
  with ``MARK``. A real register must never contain either: ``is_synthetic`` tells.
* Certificate numbers have the shape of real ones, with the unassigned province 99.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from random import Random
from typing import NamedTuple

from stdnum.cn import uscc

from denggao.facts.catalogue import is_technical_field, technical_fields

LABEL = "模拟数据"
COUNTY = "模拟县"
REGION = "990101"  # no province has 99
MARK = "MNXY"  # 模拟县域; organisation codes are given out from MA upwards, MN is far off
TOWNS = ("演示镇", "样例镇", "练习镇", "试算乡", "虚舟乡", "拟河乡", "假想乡", "例言乡")

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # no I, O, S, V, Z (GB 32100)
_VALUES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_SPREAD = 654_321  # odd steps through all serial numbers, so that neighbours look unlike
_FIRST = "虚拟例样演试练设似仿若如"
_SECOND = "禾川石舟桥泉松原岚溪竹汀"
_FORMS = ("有限公司", "有限公司", "有限责任公司", "科技有限公司", "股份有限公司")


class Trade(NamedTuple):
    """What a firm does: the word in its name and the technical field of the second level
    ("" outside the eight fields)."""

    word: str
    field: str


TRADES = (
    Trade("软件", "1.1"), Trade("电子", "1.6"), Trade("数据", "5.3"), Trade("检测", "5.2"),
    Trade("药业", "2.2"), Trade("生物", "2.7"), Trade("合金", "4.1"), Trade("陶瓷", "4.2"),
    Trade("化工", "4.5"), Trade("光伏", "6.1"), Trade("节能", "6.4"), Trade("水务", "7.1"),
    Trade("环保", "7.3"), Trade("仪表", "8.1"), Trade("装备", "8.4"), Trade("电气", "8.6"),
)  # fmt: skip
PLAIN_TRADES = tuple(Trade(word, "") for word in ("商贸", "建筑", "物流", "种植", "餐饮", "家具"))


@cache
def fields_under(prefix: str) -> tuple[str, ...]:
    """Technical fields of the lowest level under one of the second: 1.1 → 1.1.1, 1.1.2 …"""
    codes = technical_fields()
    return tuple(c for c in codes if c.startswith(f"{prefix}.") and is_technical_field(c))


def company_name(rng: Random, trade: Trade, taken: set[str]) -> str:
    """A name not yet ``taken`` (and now it is)."""
    roots = 2
    while True:
        root = "".join(rng.choice(_FIRST) + rng.choice(_SECOND) for _ in range(roots // 2))
        name = f"{COUNTY}{root}模拟{trade.word}{rng.choice(_FORMS)}"
        if name not in taken:
            taken.add(name)
            return name
        roots += 1  # a crowded trade: twice as long a root, soon


def credit_code(serial: int) -> str:
    """The valid, recognisably invented credit code of the firm with this serial number."""
    rest = serial * _SPREAD % 31**4
    body = MARK + "".join(_ALPHABET[rest // 31**place % 31] for place in range(4))
    code = f"91{REGION}{body}{_organisation_check(body)}"
    return code + uscc.calc_check_digit(code)


def _organisation_check(body: str) -> str:
    """The check character of an organisation code (GB 11714)."""
    weighed = sum(map(int.__mul__, map(_VALUES.index, body), _ORGANISATION_WEIGHTS))
    return "0123456789X0"[11 - weighed % 11]


def is_synthetic(code: str) -> bool:
    """Is this credit code (in normal form) one of ours?"""
    return code[2:8] == REGION or code[8:12] == MARK


def certificate_number(kind: str, issued_on: date, serial: int) -> str:
    """A number of the usual shape: GR + year + province + 6 digits; 科小: year + division +
    flag (0 until May, A from June) + 7 digits; the province's own: 99KC + year + 4 digits."""
    if kind == "高新技术企业":
        return f"GR{issued_on.year}99{serial:06d}"
    if kind == "科技型中小企业":
        return f"{issued_on.year}{REGION}{'A' if issued_on.month > 5 else '0'}8{serial:06d}"
    return f"99KC{issued_on.year}{serial:04d}"
