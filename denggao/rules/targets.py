"""目标, 任务: the parse trees of a plan's promises and duties → their nodes."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from lark import Token, Tree

from denggao.facts.interval import Number, reduced
from denggao.rules import nodes as n

if TYPE_CHECKING:
    from denggao.rules.build import Branch, Builder

MAX_OF_A_PLAN = 2_000
_YEARS = range(1990, 2101)
_NAMES = re.compile(r"[、，,]")
_UNFIT = "「…」里是空的；不知道的写「待补」"


def target(builder: Builder, tree: Branch) -> n.Target:
    """One 目标. Raises InstrumentError at the part that does not fit."""
    id_, name, promised, *rest = tree.children
    parts = _parts(builder, tree, rest)
    assert isinstance(promised, Tree)
    op, figure, unit = promised.children
    lo, hi = _figure(builder, promised, figure)
    quote, span = _quote(builder, parts)
    if len(builder.targets) >= MAX_OF_A_PLAN:
        builder.fail(tree, f"目标超过 {MAX_OF_A_PLAN} 条，请分成几份")
    return n.Target(
        id=str(id_),
        name=_text(builder, name),
        cite=builder.cite(),
        line=builder.line(tree),
        op=str(op),
        lo=lo,
        hi=hi,
        unit=builder.text(unit),
        year=_year(builder, parts),
        sort=str(parts["sort"].children[0]) if "sort" in parts else None,
        place=_text(builder, parts["place"].children[0]) if "place" in parts else None,
        quote=quote,
        span=span,
    )


def task(builder: Builder, tree: Branch) -> n.Task:
    """One 任务. Raises InstrumentError at the part that does not fit."""
    id_, name, *rest = tree.children
    parts = _parts(builder, tree, rest)
    quote, span = _quote(builder, parts)
    if len(builder.tasks) >= MAX_OF_A_PLAN:
        builder.fail(tree, f"任务超过 {MAX_OF_A_PLAN} 条，请分成几份")
    due = _text(builder, parts["done_by"].children[0]) if "done_by" in parts else None
    return n.Task(
        id=str(id_),
        name=_text(builder, name),
        cite=builder.cite(),
        line=builder.line(tree),
        lead=_names(builder, parts, "leading"),
        units=_names(builder, parts, "units"),
        due=None if due == "无期限" else due,
        quote=quote,
        span=span,
    )


def _parts(builder: Builder, tree: Branch, rest: list[Branch | Token]) -> dict[str, Branch]:
    parts: dict[str, Branch] = {}
    for part in rest:
        assert isinstance(part, Tree)
        if part.data in parts:
            builder.fail(part, "同一种说明写了两次")
        parts[str(part.data)] = part
    return parts


def _figure(builder: Builder, at: Branch, figure: object) -> tuple[Number | None, Number | None]:
    if isinstance(figure, Token):  # *
        return None, None
    assert isinstance(figure, Tree)
    lo, hi = (
        _number(builder, at, part)
        for part in (figure.children[0], figure.children[-1] or figure.children[0])
    )
    if lo > hi:
        builder.fail(at, "区间应由小到大，如 5~8")
    return lo, hi


def _number(builder: Builder, at: Branch, token: object) -> Number:
    text = str(token)
    if not re.fullmatch(r"\d{1,30}(\.\d{1,12})?", text):
        builder.fail(at, f"“{text}”应是不带单位的数，单位写在后面的「」里，如 ≥ 35 「家」")
    return reduced(Fraction(text))


def _year(builder: Builder, parts: dict[str, Branch]) -> int | str | None:
    if "of_year" not in parts:
        return None
    (token,) = parts["of_year"].children
    assert isinstance(token, Token)
    if token.type == "TEXT":
        return _text(builder, token)
    if not str(token).isdigit() or int(token) not in _YEARS:
        builder.fail(token, f"年度应是四位的年份，或「每年」「三年内」，不是 {token}")
    return int(token)


def _text(builder: Builder, token: object) -> str:
    found = builder.text(token).strip()
    if not found:
        assert isinstance(token, Token)
        builder.fail(token, _UNFIT)
    return found


def _names(builder: Builder, parts: dict[str, Branch], key: str) -> tuple[str, ...]:
    if key not in parts:
        return ()
    text = _text(builder, parts[key].children[0])
    if text == "待补":
        return ()
    hidden = re.sub(r"[（(][^（()）]*[)）]", lambda m: m[0].replace("、", "\x01"), text)
    return tuple(
        name.replace("\x01", "、").strip() for name in _NAMES.split(hidden) if name.strip()
    )


def _quote(builder: Builder, parts: dict[str, Branch]) -> tuple[str, tuple[int, int] | None]:
    if "quote" not in parts:
        return "", None
    text, *place = parts["quote"].children
    span = [int(str(token)) for token in place if isinstance(token, Token)]
    return builder.text(text), (span[0], span[1]) if len(span) == 2 else None
