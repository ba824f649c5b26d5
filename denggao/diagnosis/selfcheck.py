"""目标自查: a plan's own numbers against each other — stock and flow, implied base, targets that
bind nobody, parts and whole. Arithmetic only; what it finds, a person decides."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from denggao.diagnosis.promises import (
    GROSS,
    NET,
    OTHER,
    STOCK,
    Promise,
    promise,
    valid_years,
    yearly,
)
from denggao.rules.nodes import Target

#: A finding contradicts, or leaves a target without force, or only tells.
CLASH, IDLE, TOLD = "矛盾", "不起约束", "说明"


@dataclass(frozen=True, slots=True)
class Finding:
    """``ids`` of the targets concerned, ``figures`` by name for programs."""

    level: str
    kind: str
    text: str
    ids: tuple[str, ...]
    figures: dict[str, Fraction | int]


@dataclass(frozen=True, slots=True)
class Known:
    """A figure that the same text reports: the stock of a thing at the end of a year."""

    thing: str
    place: str | None
    year: int
    value: Fraction


def check_targets(
    targets: Sequence[Target], first: int | None, known: Sequence[Known] = ()
) -> list[Finding]:
    """All findings, in the order of the targets. ``first``: the first year of the plan."""
    promises = [promise(t) for t in targets]
    found = [
        *_twice(promises),
        *_parts(promises),
        *_subsets(promises),
        *_beyond_whole(promises),
        *_falling(promises),
    ]
    if first is not None:
        for stock in promises:
            if (
                stock.how == STOCK
                and isinstance(stock.target.year, int)
                and stock.least is not None
            ):
                found += _stock_and_flow(stock, promises, first, known)
    order = {t.id: i for i, t in enumerate(targets)}
    levels = (CLASH, IDLE, TOLD)
    return sorted(found, key=lambda f: (levels.index(f.level), order[f.ids[0]]))


def number(value: Fraction | int) -> str:
    """A figure for a sentence."""
    value = Fraction(value)
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.1f}"


# ---------------------------------------------------------------------- stock and flow


def _stock_and_flow(
    stock: Promise, promises: Sequence[Promise], first: int, known: Sequence[Known]
) -> Iterator[Finding]:
    last = stock.target.year
    assert isinstance(last, int) and stock.least is not None
    count = last - first + 1
    if count < 1:
        return
    nets, grosses = (yearly(promises, how, stock.key) for how in (NET, GROSS))
    yearly_register = valid_years(stock.thing) == 1
    step = next(iter(nets), None) or (None if yearly_register else next(iter(grosses), None))
    if step is not None and step.least is not None:
        yield from _implied(stock, step, count, first, known)
    if yearly_register and nets and grosses:
        yield from _register(stock, nets[0], grosses[0], count, first)
    if step is not None and step.least is not None and step.least * count >= stock.least:
        yield _idle(stock, step, step.least * count, f"{count} 年 × 每年 {number(step.least)}")


def _implied(
    stock: Promise, step: Promise, count: int, first: int, known: Sequence[Known]
) -> Iterator[Finding]:
    assert stock.least is not None and step.least is not None
    base = stock.least - count * step.least
    unit = stock.target.unit
    sum_ = f"{number(stock.least)} − {count} × {number(step.least)}"
    what = "" if step.how == NET else "（新认定当作净增；有到期未续的，基数还要更高）"
    told = (
        f"{stock.thing}：{stock.target.year} 年 {number(stock.least)}{unit}，"
        f"每年 {number(step.least)}{unit}，"
        f"隐含 {first - 1} 年末基数 {sum_} = {number(base)}{unit}{what}"
    )
    ids = (stock.target.id, step.target.id)
    figures: dict[str, Fraction | int] = {"base_year": first - 1, "base": base, "years": count}
    if base >= 0:
        yield Finding(TOLD, "implied_base", told, ids, figures)
    for fact in known:
        if (
            fact.thing == stock.thing
            and fact.place == stock.target.place
            and fact.year == first - 1
            and base >= 0
        ):
            yield from _known_base(stock, step, fact, base, count)
    if isinstance(valid := valid_years(stock.thing), int) and valid > 1 and step.how == GROSS:
        yield Finding(
            TOLD,
            "renewal",
            f"{stock.thing}：资格 {valid} 年有效，到期要重新认定；续不上的要用新认定补，"
            f"每年 {number(step.least)}{unit}只在全部续上时才等于净增（可用 denggao for"
            f"ecast 测算）",
            ids,
            {"valid": valid},
        )


def _known_base(
    stock: Promise, step: Promise, fact: Known, base: Fraction, count: int
) -> Iterator[Finding]:
    assert stock.least is not None and step.least is not None
    if fact.value == base:
        return
    needed = (stock.least - fact.value) / count
    reached = fact.value + count * step.least
    unit = stock.target.unit
    text = (
        f"{stock.thing}：文中 {fact.year} 年为 {number(fact.value)}{unit}，"
        f"不是隐含的 {number(base)}{unit}；"
        f"每年 {number(step.least)}{unit}只到 {number(reached)}{unit}，"
        f"要到 {number(stock.least)}{unit}每年须 {number(needed)}{unit}"
    )
    ids = (stock.target.id, step.target.id)
    if reached < stock.least:
        yield Finding(CLASH, "stock_flow", text, ids, {"reached": reached, "needed": needed})
    else:
        yield _idle(
            stock,
            step,
            reached,
            f"{fact.year} 年 {number(fact.value)} + {count} × {number(step.least)}",
        )


def _register(
    stock: Promise, net: Promise, gross: Promise, count: int, first: int
) -> Iterator[Finding]:
    """A register of each year: so many in it every year, so many more every year, so many at
    the end."""
    assert stock.least is not None and net.least is not None and gross.least is not None
    unit = stock.target.unit
    base = stock.least - count * net.least
    ids = (stock.target.id, net.target.id, gross.target.id)
    if base + net.least < gross.least:
        yield Finding(
            CLASH,
            "stock_flow",
            f"{stock.thing}：隐含基数 {number(base)}{unit}，"
            f"每年增 {number(net.least)}{unit}，{first} 年只有 "
            f"{number(base + net.least)}{unit}，低于每年入库 {number(gross.least)}{unit}",
            ids,
            {"base": base, "first_year": base + net.least, "yearly": gross.least},
        )
    least = gross.least + (count - 1) * net.least
    if least > stock.least:
        yield Finding(
            IDLE,
            "not_binding",
            f"{stock.thing}：{first} 年入库不少于 {number(gross.least)}{unit}、"
            f"每年再增 {number(net.least)}{unit}，"
            f"{stock.target.year} 年至少 {number(least)}{unit}，"
            f"{number(stock.least)}{unit}这个目标不起约束",
            ids,
            {"least": least, "target": stock.least},
        )


def _idle(stock: Promise, step: Promise, least: Fraction, how: str) -> Finding:
    unit = stock.target.unit
    assert stock.least is not None
    return Finding(
        IDLE,
        "not_binding",
        f"{stock.thing}：{how} 已到 {number(least)}{unit}，"
        f"{stock.target.year} 年 {number(stock.least)}{unit}这个目标不起约束",
        (stock.target.id, step.target.id),
        {"least": least, "target": stock.least},
    )


# ---------------------------------------------------------------------- among equals


def _twice(promises: Sequence[Promise]) -> Iterator[Finding]:
    seen: dict[object, Promise] = {}
    for p in promises:
        key = (p.target.name, p.target.place, p.target.year, p.target.unit)
        first = seen.setdefault(key, p)
        if first is p or p.least is None or first.least is None or p.target.year is None:
            continue
        if p.target.lo != first.target.lo or p.target.hi != first.target.hi:
            yield Finding(
                CLASH,
                "twice",
                f"{p.target.name}（{p.target.year}）有两个数："
                f"{number(first.least)}{p.target.unit} 和 {number(p.least)}{p.target.unit}",
                (first.target.id, p.target.id),
                {"first": first.least, "second": p.least},
            )


def _parts(promises: Sequence[Promise]) -> Iterator[Finding]:
    """Places inside a place, and years against the sum of years, add up or do not."""
    groups: dict[object, list[Promise]] = defaultdict(list)
    for p in promises:
        if p.how != OTHER:
            groups[p.target.name, p.target.year, p.target.unit].append(p)
    for group in groups.values():
        for whole in group:
            place = whole.target.place or ""
            parts = [
                p
                for p in group
                if (p.target.place or "") != place and (p.target.place or "").startswith(place)
            ]
            if len(parts) >= 2 and whole.least is not None:
                yield from _sum(whole, parts)


def _sum(whole: Promise, parts: Sequence[Promise]) -> Iterator[Finding]:
    assert whole.least is not None
    known = [p.least for p in parts if p.least is not None]
    unknown = len(parts) - len(known)
    total = sum(known, Fraction(0))
    ids = (whole.target.id, *(p.target.id for p in parts))
    added = " + ".join(number(p.least) if p.least is not None else "*" for p in parts)
    unit = whole.target.unit
    figures: dict[str, Fraction | int] = {"sum": total, "whole": whole.least, "unknown": unknown}
    said = f"{whole.target.name}（{whole.target.year}）：{added} = {number(total)}{unit}"
    if unknown:
        yield Finding(
            TOLD,
            "parts",
            f"{said}，未定 {unknown} 项，合计不少于 {number(total)}{unit}",
            ids,
            figures,
        )
    elif total < whole.least:
        yield Finding(
            CLASH,
            "parts",
            f"{said}，少于合计 {number(whole.least)}{unit}，差 {number(whole.least - total)}{unit}",
            ids,
            figures,
        )
    elif total > whole.least:
        yield Finding(
            IDLE,
            "parts",
            f"{said}，多于合计 {number(whole.least)}{unit}：各片都完成，合计必然完成",
            ids,
            figures,
        )


def _subsets(promises: Sequence[Promise]) -> Iterator[Finding]:
    """「规模以上高新技术企业」 are among 高新技术企业."""
    stocks = [p for p in promises if p.how == STOCK and p.least is not None]
    for part in stocks:
        for whole in stocks:
            same = (part.target.year, part.target.place, part.target.unit) == (
                whole.target.year,
                whole.target.place,
                whole.target.unit,
            )
            if (
                part is not whole
                and same
                and part.thing != whole.thing
                and part.thing.endswith(whole.thing)
            ):
                assert part.least is not None and whole.least is not None
                if part.least > whole.least:
                    yield Finding(
                        CLASH,
                        "subset",
                        f"{part.thing} {number(part.least)} 多于 {whole.thing} "
                        f"{number(whole.least)}，部分不能大于整体",
                        (part.target.id, whole.target.id),
                        {"part": part.least, "whole": whole.least},
                    )


def _beyond_whole(promises: Sequence[Promise]) -> Iterator[Finding]:
    for p in promises:
        share = (
            p.target.unit == "%"
            and p.target.sort == "比率"
            and p.target.name.endswith(("占比", "比重", "覆盖率"))
        )
        if share and p.least is not None and p.least > 100:
            yield Finding(
                CLASH,
                "over_100",
                f"{p.target.name} {number(p.least)}% 超过 100%",
                (p.target.id,),
                {"value": p.least},
            )


def _falling(promises: Sequence[Promise]) -> Iterator[Finding]:
    """A stock that is to be lower in a later year."""
    groups: dict[object, list[Promise]] = defaultdict(list)
    for p in promises:
        if (
            p.how == STOCK
            and isinstance(p.target.year, int)
            and p.least is not None
            and p.target.op in ("≥", ">")
        ):
            groups[p.key, p.target.unit].append(p)
    for group in groups.values():
        ordered = sorted(group, key=lambda p: int(p.target.year or 0))
        for before, after in itertools.pairwise(ordered):
            assert before.least is not None and after.least is not None
            if after.least < before.least and after.target.year != before.target.year:
                yield Finding(
                    CLASH,
                    "falling",
                    f"{after.thing}：{before.target.year} 年 {number(before.least)}，"
                    f"{after.target.year} 年反而 {number(after.least)}",
                    (before.target.id, after.target.id),
                    {"before": before.least, "after": after.least},
                )
