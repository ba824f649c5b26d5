"""The figures of one invented firm: drawn so that a county looks like one.

A firm is strong or weak in four things that the recognition of high-tech firms counts:
people (科技人员), rd (研发费用), ip (知识产权), income (高新收入). None weak: it plainly meets the
countable conditions; one: it is near, and short of a little only; two and more: it is far. The
percentages here only say what is drawn. Whether a firm meets the law, the instruments judge.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

#: R&D that a firm of this size aims at, in 1/10000 of its sales: (sales up to, in 元; share).
_AIMS = ((50_000_000, 500), (200_000_000, 400))
_AIM_OF_THE_LARGEST = 300

PEOPLE, RD, IP, INCOME = "people", "rd", "ip", "income"
ASPECTS = (PEOPLE, RD, IP, INCOME)


@dataclass(frozen=True, slots=True)
class Character:
    """``weak`` in which aspects, and whether by little (``near``); ``technical``: does it
    develop anything; ``grain``: the firm reports whole multiples of so many 分."""

    weak: frozenset[str]
    near: bool
    technical: bool
    grain: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Amounts in 分 and head counts in 1/10000 人, as the catalogue records them. Tuples hold
    one value per operated year of the window, the oldest first; the rest is of the last year."""

    sales: tuple[int, ...]
    rd_expense: tuple[int, ...]
    rd_domestic: tuple[int, ...]
    net_assets: tuple[int, ...]
    conversions: tuple[int, ...]
    staff: int
    tech_staff: int
    total_income: int
    ht_income: int
    main_product_income: int
    total_assets: int
    rd_super: int
    cost_expense: int
    ip_class1: int
    ip_class2: int


def aimed_share(last_sales: int) -> int:
    """R&D in 1/10000 of sales that a firm with these sales (分) in the last year aims at."""
    for limit, share in _AIMS:
        if last_sales <= limit * 100:
            return share
    return _AIM_OF_THE_LARGEST


def draw(rng: Random, character: Character, years: int) -> Figures:
    """The figures of a firm that operated in ``years`` of the three years (1 … 3)."""
    sales = _sales(rng, character, years)
    spent = _spent(rng, character, sales)
    rd = split(spent, sales, character.grain)
    staff, tech_staff = _people(rng, character, sales[-1])
    income, high, main = _income(rng, character, sales[-1])
    assets, net = _assets(rng, character, sales)
    class1, class2 = _ip(rng, character)
    return Figures(
        sales=sales,
        rd_expense=rd,
        rd_domestic=tuple(_part(rng, amount, 85, 100, character.grain) for amount in rd),
        net_assets=net,
        conversions=_conversions(rng, character, years),
        staff=staff,
        tech_staff=tech_staff,
        total_income=income,
        ht_income=high,
        main_product_income=main,
        total_assets=assets,
        rd_super=_part(rng, rd[-1], 80, 100, character.grain),
        cost_expense=_part(rng, sales[-1], 82, 108, character.grain),
        ip_class1=class1,
        ip_class2=class2,
    )


def split(total: int, weights: Sequence[int], grain: int) -> tuple[int, ...]:
    """``total`` shared out by ``weights`` in multiples of ``grain``; the last takes the rest."""
    whole = sum(weights) or 1
    parts = [total * weight // whole // grain * grain for weight in weights[:-1]]
    return (*parts, total - sum(parts))


def _part(rng: Random, amount: int, low: int, high: int, grain: int) -> int:
    """Between ``low`` and ``high`` per cent of an amount; half the firms at the upper end."""
    share = high * 100 if high <= 100 and rng.random() < 0.5 else rng.randint(low * 100, high * 100)
    part = amount * share // 10_000
    return part if share == 10_000 else part // grain * grain


def _sales(rng: Random, character: Character, years: int) -> tuple[int, ...]:
    """分; the typical firm sells for 1,100万元 a year and grows by a few per cent."""
    amount = math.exp(rng.gauss(7.0, 1.1 if character.technical else 0.9)) * 10**6
    growth = 0.10 if character.technical else 0.02
    amounts = [amount]
    for _ in range(years - 1):
        amounts.append(amounts[-1] / math.exp(rng.gauss(growth, 0.18)))
    grain = character.grain
    return tuple(max(grain, round(a / grain) * grain) for a in reversed(amounts))


def _spent(rng: Random, character: Character, sales: Sequence[int]) -> int:
    """R&D of the whole window."""
    share = aimed_share(sales[-1])
    if not character.technical:
        share = 0
    elif RD not in character.weak:
        share = share * rng.randint(108, 220) // 100
    elif character.near:
        share = share * rng.randint(80, 97) // 100
    else:
        share = share * rng.randint(5, 92) // 100
    return sum(sales) * share // 10_000 // character.grain * character.grain


def _people(rng: Random, character: Character, last_sales: int) -> tuple[int, int]:
    """Staff and technical staff; every seventh firm reports a true average (26.25)."""
    each = math.exp(rng.gauss(3.8, 0.4)) * 10**6  # 45万元 of sales a head
    least = 28 if character.near else 6 if character.technical else 2
    staff = max(least, round(last_sales / each))
    needed = -(-staff // 10)
    tech = _tech_staff(rng, character, staff, needed)
    quarters = rng.choice((2500, 5000, 7500)) if rng.random() < 0.15 and tech > needed else 0
    return staff * 10_000 + quarters, tech * 10_000


def _tech_staff(rng: Random, character: Character, staff: int, needed: int) -> int:
    if not character.technical:
        return rng.randint(0, needed // 2)
    if PEOPLE not in character.weak:
        return min(staff, max(needed + 1, staff * rng.randint(12, 42) // 100))
    if character.near:
        return needed - rng.randint(1, 3)
    return staff * rng.randint(0, 8) // 100


def _income(rng: Random, character: Character, last_sales: int) -> tuple[int, int, int]:
    """总收入, 高新收入, 主要产品收入 of the last year."""
    grain = character.grain
    total = last_sales * rng.randint(10_000, 10_600) // 10_000 // grain * grain
    if not character.technical:
        return total, 0, 0
    low, high = (10, 52) if INCOME in character.weak else (66, 96)
    high_tech = total * rng.randint(low, high) // 100 // grain * grain
    return total, high_tech, high_tech * rng.randint(55, 95) // 100 // grain * grain


def _assets(rng: Random, character: Character, sales: Sequence[int]) -> tuple[int, tuple[int, ...]]:
    """资产总额 of the last year and 净资产 of every year; a few weak firms owe more than they
    own."""
    grain = character.grain
    total = round(sales[-1] * math.exp(rng.gauss(0.1, 0.4)) / grain) * grain
    broke = len(character.weak) > 1 and rng.random() < 0.05
    share = rng.randint(-40, -2) if broke else rng.randint(25, 80)
    net = [total * share // 100]
    for _ in sales[1:]:
        net.append(round(net[-1] / math.exp(rng.gauss(0.08, 0.15))))
    return total, tuple(amount // grain * grain for amount in reversed(net))


def _ip(rng: Random, character: Character) -> tuple[int, int]:
    """Class I and class II items in force."""
    if not character.technical or (character.near and IP in character.weak):
        return 0, 0
    if IP in character.weak:
        return 0, rng.choice((0, 0, 1))
    return rng.choice((0, 0, 0, 1, 1, 2, 3)), rng.randint(2, 12)


def _conversions(rng: Random, character: Character, years: int) -> tuple[int, ...]:
    low, high = (0, 1) if len(character.weak) > 1 else (2, 7)
    return tuple(rng.randint(low, high) if character.technical else 0 for _ in range(years))
