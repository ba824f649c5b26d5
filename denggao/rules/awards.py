"""奖补: the parse tree of one award → its node and the statements behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from lark import Token, Tree

from denggao.facts.catalogue import catalogue
from denggao.facts.days import Span
from denggao.facts.eventwords import USUAL_TITLE, event_kinds
from denggao.facts.titles import KINDS
from denggao.rules import nodes as n
from denggao.rules.award import LEVELS, Award
from denggao.rules.errors import InstrumentError
from denggao.rules.shape import never_negative

if TYPE_CHECKING:
    from denggao.rules.build import Branch, Builder

#: The condition of an award is a statement of its own; no text can name it.
NEEDS = "·须"
_UNKNOWN = n.FactRef("award_unknown")
_UPPER = n.FactRef("upper_paid")
_MOST_STAGES = 20


def award(builder: Builder, tree: Branch, id_: str, name: str) -> tuple[Award, list[n.Statement]]:
    """The node of one 奖补, and the statements of its amount and condition. Raises
    InstrumentError at the part that does not fit."""
    return _Reader(builder, tree, id_, name).read()


class _Reader:
    def __init__(self, builder: Builder, tree: Branch, id_: str, name: str) -> None:
        self.builder, self.tree, self.id, self.name = builder, tree, id_, name
        self.parts: dict[str, Branch] = {}
        for part in tree.children[1:]:
            assert isinstance(part, Tree)
            if part.data in self.parts:
                self.fail("同一种说明写了两次", part)
            self.parts[str(part.data)] = part

    def fail(self, message: str, at: Branch | None = None) -> NoReturn:
        self.builder.fail(at or self.tree, message)

    def read(self) -> tuple[Award, list[n.Statement]]:
        self.complete()
        amount = self.amount()
        needs = self.needs()
        node = Award(
            id=self.id,
            name=self.name,
            cite=self.builder.cite(),
            line=amount.line,
            events=self.events(),
            titles=self.titles(),
            payers=self.payers(),
            needs=None if needs is None else needs.id,
            stages=self.stages(),
            deferred=tuple(_span(str(t)) for t in self.tokens("deferred")),
            rivals=tuple(self.rival(str(t)) for t in self.tokens("rivals")),
            once="once" in self.parts,
            top_up="top_up" in self.parts,
            yearly_cap=self.yearly_cap(),
            says=self.source("pays"),
            asks=self.source("needs"),
        )
        if len(node.deferred) not in (0, 1, len(node.stages)):
            self.fail("缓付 写一个时间，或与 分期 一样多", self.parts["deferred"])
        return node, [amount, *([needs] if needs else [])]

    def complete(self) -> None:
        if "on_events" not in self.parts:
            self.fail("奖补缺“事项”：为什么事给钱，如 事项 首次认定")
        if "pays" not in self.parts:
            self.fail("奖补缺“给”：给多少，如 给 20万元；没有写明的写 给 未知")
        if "payers" not in self.parts:
            self.fail("奖补缺“出资”：谁出钱，如 出资 省级，或 出资 省级 50%、市级 50%")

    # ---- the amount and the condition

    def amount(self) -> n.Statement:
        """给, cut by 至多, less what higher levels pay where it says 补差."""
        (inner,) = self.parts["pays"].children
        body: n.Expr | None = _UNKNOWN
        cases: tuple[n.Case, ...] = ()
        if isinstance(inner, Tree):
            body, cases = self.builder.body(inner)
        body = None if body is None else self.limited(body)
        limited = tuple(self.limited_case(case) for case in cases)
        line = self.builder.line(self.tree)
        kind = n.Kind.AMOUNT
        return n.Statement(kind, self.id, self.name, self.builder.cite(), line, body, limited)

    def limited_case(self, case: n.Case) -> n.Case:
        value = self.limited(case.lo)
        return replace(case, lo=value, hi=value)

    def limited(self, value: n.Expr) -> n.Expr:
        if "limit" in self.parts:
            value = n.Extreme("取小", (value, self.expr("limit")))
        if "top_up" in self.parts:
            left = n.Arith("−", value, _UPPER)
            value = n.Extreme("取大", (n.Num(0, "元"), left))
        return value

    def needs(self) -> n.Statement | None:
        if "needs" not in self.parts:
            return None
        line = self.builder.line(self.parts["needs"])
        title = self.id + NEEDS, f"{self.name}的条件"
        cite = self.builder.cite()
        return n.Statement(n.Kind.CONDITION, *title, cite, line, self.expr("needs"))

    def expr(self, part: str) -> n.Expr:
        (inner,) = self.parts[part].children
        assert isinstance(inner, Tree)
        return self.builder.expr(inner)

    def source(self, part: str) -> str:
        """The words of a part as the text has them, on one line."""
        tree = self.parts.get(part)
        if tree is None:
            return ""
        text = self.builder.block.text[tree.meta.start_pos : tree.meta.end_pos]
        return " ".join(text.split()).removeprefix("给 ").removeprefix("须 ")

    # ---- for what, for whom

    def names(self, part: str) -> list[str]:
        tree = self.parts.get(part)
        return [] if tree is None else str(tree.children[0]).split("、")

    def events(self) -> tuple[str, ...]:
        found = self.names("on_events")
        for one in found:
            if one not in event_kinds():
                known = "、".join(event_kinds())
                self.fail(f"不认识的事项“{one}”，应是 {known}", self.parts["on_events"])
        return self.each_once(found, "on_events")

    def titles(self) -> tuple[str, ...]:
        found = self.names("about") or [USUAL_TITLE]
        for one in found:
            if one not in KINDS.values():
                known = "、".join(dict.fromkeys(KINDS.values()))
                self.fail(f"不认识的对象“{one}”，应写资格的全称：{known}", self.parts["about"])
        return self.each_once(found, "about")

    def each_once(self, found: list[str], part: str) -> tuple[str, ...]:
        if len(set(found)) < len(found):
            self.fail("同一个词写了两次", self.parts[part])
        return tuple(found)

    # ---- who pays, when, how often

    def payers(self) -> tuple[tuple[str, Fraction], ...]:
        tree = self.parts["payers"]
        parts = [str(part) for part in _given(tree.children)]
        if len(parts) == 1:
            parts.append("100%")
        found = [(parts[i], self.share(parts[i + 1], tree)) for i in range(0, len(parts), 2)]
        for level, _ in found:
            if level not in LEVELS:
                self.fail(f"不认识的级次“{level}”，应是 {'、'.join(LEVELS)}", tree)
        self.each_once([level for level, _ in found], "payers")
        self.whole([share for _, share in found], tree)
        return tuple(found)

    def stages(self) -> tuple[Fraction, ...]:
        tree = self.parts.get("stages")
        if tree is None:
            return (Fraction(1),)
        found = [self.share(str(token), tree) for token in tree.children]
        if len(found) > _MOST_STAGES:
            self.fail(f"分期超过 {_MOST_STAGES} 期", tree)
        self.whole(found, tree)
        return tuple(found)

    def share(self, text: str, at: Branch) -> Fraction:
        if not text.endswith("%"):
            self.fail(f"“{text}”应是百分比，如 50%", at)
        return Fraction(text.removesuffix("%")) / 100

    def whole(self, shares: list[Fraction], at: Branch) -> None:
        if sum(shares) != 1 or min(shares) <= 0:
            self.fail("各份应大于 0，加起来正好 100%", at)

    def tokens(self, part: str) -> list[Token]:
        tree = self.parts.get(part)
        return [] if tree is None else [t for t in tree.children if isinstance(t, Token)]

    def rival(self, label: str) -> str:
        if label == self.id or label not in self.builder.names:
            self.fail(f"就高 后面写本文件里另一条奖补的编号，不是“{label}”", self.parts["rivals"])
        return self.builder.names[label]

    def yearly_cap(self) -> int | None:
        tree = self.parts.get("yearly_cap")
        if tree is None:
            return None
        found = self.builder.number(tree, [tree.children[0]])
        assert isinstance(found, n.Num)
        if found.unit != "元" or found.value <= 0 or (found.value * 100).denominator != 1:
            self.fail("每户每年至多 后面写金额，如 每户每年至多 100万元", tree)
        return int(found.value * 100)


def _given(parts: Sequence[object]) -> list[object]:
    """Children without the placeholders of what is absent."""
    return [part for part in parts if part is not None]


def _span(text: str) -> Span:
    count = int(text[:-1])
    return Span(months=count) if text.endswith("月") else Span(days=count)


# ------------------------------------------------------------------------- checks


def check_awards(instrument: n.Instrument) -> None:
    """Raises InstrumentError for an award that could pay less than nothing, or that stands
    beside one it cannot be compared with."""
    awards = {one.id: one for one in instrument.awards}
    for one in instrument.awards:
        fail = _failing(instrument, one)
        for value in instrument.statements[one.id].values():
            if not never_negative(value, instrument.statements):
                fail("给的数可能小于 0；可以写 取大(0元, …)")
        for id_ in one.rivals:
            if id_ not in awards:
                fail(f"就高 后面的“{id_}”不是奖补")
            if len(awards[id_].stages) > 1 or len(one.stages) > 1:
                fail("分期的奖补不能与别的就高")
    used = (e for s in instrument.statements.values() for e in s.leaves)
    of_event = {e.code for e in used if isinstance(e, n.FactRef) and catalogue()[e.code].of_event}
    if of_event and not awards:
        name = catalogue()[of_event.pop()].name
        message = f"“{name}”是奖补事项带的数，只用在有“奖补”的规范里"
        raise InstrumentError(instrument.path, 1, 1, message)
    if instrument.draft and not awards:
        message = "“状态: 征求意见稿”只用于写奖补的规范"
        raise InstrumentError(instrument.path, 1, 1, message)


def _failing(instrument: n.Instrument, one: Award) -> Callable[[str], NoReturn]:
    def fail(message: str) -> NoReturn:
        raise InstrumentError(instrument.path, one.line, 1, f"{one.id}：{message}")

    return fail
