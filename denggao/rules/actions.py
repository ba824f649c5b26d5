"""行动: the parse tree of one action → its node, and what must hold before it is used."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, NoReturn

from lark import Token, Tree

from denggao.facts.catalogue import Fact, catalogue
from denggao.facts.interval import ZERO, Interval, Number, reduced
from denggao.rules import nodes as n
from denggao.rules.errors import InstrumentError
from denggao.rules.units import YES_NO, UnitClash, Units, unit_of_code

if TYPE_CHECKING:
    from denggao.rules.build import Branch, Builder

_SPANS = ("天", "个月")
_YES_NO = {"是": True, "否": False}
_PER_YEAR = (n.Year.THIS, n.Year.WINDOW)
MAX_TIMES = 10**9


def action(builder: Builder, tree: Branch, id_: str, name: str) -> n.Action:
    """The node of one 行动. Raises InstrumentError at the part that does not fit."""
    return _Reader(builder, tree).read(id_, name)


class _Reader:
    def __init__(self, builder: Builder, tree: Branch) -> None:
        self.builder, self.tree = builder, tree
        self.parts: dict[str, Branch] = {}
        self.sources: list[tuple[bool, str]] = []

    def fail(self, message: str, at: Branch | None = None) -> NoReturn:
        self.builder.fail(at or self.tree, message)

    def read(self, id_: str, name: str) -> n.Action:
        inner = [child for child in self.tree.children[1:] if isinstance(child, Tree)]
        effects = tuple(self.effect(t) for t in inner if t.data in ("grows", "becomes"))
        for tree in inner:
            if tree.data == "source":
                self.sources.append(self.source(tree))
            elif tree.data not in ("grows", "becomes"):
                if tree.data in self.parts:
                    self.fail("同一种说明写了两次", tree)
                self.parts[str(tree.data)] = tree
        self.complete()
        return n.Action(
            id=id_,
            name=name,
            cite=self.builder.cite(),
            line=self.builder.line(self.tree),
            effects=effects,
            lead=self.span(self.parts["lead"]),
            cost=self.money("cost"),
            fixed=self.money("fixed") or ZERO,
            limit=self.expr("limit"),
            in_year=self.days("in_year"),
            needs=self.expr("needs"),
            sources=tuple(self.sources),
        )

    def complete(self) -> None:
        if "lead" not in self.parts:
            self.fail("行动缺“历时”，如 历时 30天~60天")
        if "cost" not in self.parts:
            self.fail("行动缺“费用”，如 费用 1000元~3000元；不知道的写 费用 未知")
        if not self.sources:
            self.fail("行动缺来源：历时、费用从哪里来，写 出处 「文号 条款」或 经验 「……」")

    # ---- effects

    def effect(self, tree: Branch) -> n.Effect:
        fact = self.fact(tree)
        known = catalogue()[fact.code]
        if fact.year is not None and fact.year not in _PER_YEAR:
            self.fail(
                "行动改变的年度事实写 [本年]（还没结束的年度）或 [近三年]（可补记的年度）", tree
            )
        if tree.data == "grows":
            return self.grows(tree, fact, known)
        (value,) = tree.children[1:]
        if isinstance(value, Token):
            if known.unit != "是否" or str(value) not in _YES_NO:
                self.fail(f"“{known.name}”不能为“{value}”；是否类事实写 为 是 或 为 否", tree)
            return n.Effect(fact, to=_YES_NO[str(value)])
        return n.Effect(fact, to=self.range(value, known))

    def grows(self, tree: Branch, fact: n.FactRef, known: Fact) -> n.Effect:
        _, number, monthly = tree.children
        value, unit = self.number(number, tree)
        if not known.numeric or known.judged or unit not in ("", known.unit):
            self.fail(f"“{known.name}”不能增加“{number}”", tree)
        if value <= 0 or (value * known.scale).denominator != 1:
            self.fail(f"增加的数应大于 0，并且是{known.unit}能记下的数", tree)
        if isinstance(monthly, Token) and fact.year is not n.Year.THIS:
            self.fail("按月折算的只能是 [本年] 的平均数", tree)
        return n.Effect(fact, add=reduced(value), monthly=isinstance(monthly, Token))

    def fact(self, tree: Branch) -> n.FactRef:
        first = tree.children[0]
        assert isinstance(first, Tree)
        found = self.builder.expr(first)
        if not isinstance(found, n.FactRef):
            self.fail("使 后面应是事实目录里的事实", tree)
        return found

    # ---- parts

    def source(self, tree: Branch) -> tuple[bool, str]:
        mark, text = tree.children
        return str(mark) == "经验", self.builder.text(text)

    def expr(self, part: str) -> n.Expr | None:
        tree = self.parts.get(part)
        if tree is None:
            return None
        (inner,) = tree.children
        assert isinstance(inner, Tree)
        return self.builder.expr(inner)

    def money(self, part: str) -> Interval | None:
        tree = self.parts.get(part)
        if tree is None or isinstance(tree.children[0], Token):
            return None
        return self.interval(tree.children[0], "元", tree)

    def days(self, part: str) -> int:
        tree = self.parts.get(part)
        if tree is None:
            return 0
        value, unit = self.number(tree.children[0], tree)
        if unit != "天" or value.denominator != 1 or not 0 < value <= 365:
            self.fail("年内满 后面写天数，如 年内满 183天", tree)
        return int(value)

    def span(self, tree: Branch) -> n.Lead:
        (inner,) = tree.children
        assert isinstance(inner, Tree)
        low, high = inner.children
        (lo, unit), (hi, other) = self.number(low, tree), self.number(high or low, tree)
        if unit != other or unit not in _SPANS or not 0 <= lo <= hi:
            self.fail("历时写 天 或 个月，由短到长，如 30天~60天、12个月~24个月", tree)
        if lo.denominator != 1 or hi.denominator != 1 or hi > 3660:
            self.fail("历时应是十年以内的整数", tree)
        return n.Lead(int(lo), int(hi), unit)

    def range(self, tree: Branch, known: Fact) -> Interval:
        if not known.numeric:
            self.fail(f"“{known.name}”不是数", tree)
        found = self.interval(tree, known.unit, tree)
        low, high = known.lo, known.hi
        assert found.lo is not None and found.hi is not None
        if (low is not None and found.lo < low) or (high is not None and found.hi > high):
            self.fail(f"“{known.name}”超出它的范围", tree)
        return found

    def interval(self, tree: Branch | Token, unit: str, at: Branch) -> Interval:
        assert isinstance(tree, Tree)
        low, high = tree.children
        ends: list[Number] = []
        for end in (low, high or low):
            value, given = self.number(end, at)
            if given != unit and not (given == "" and (value == 0 or unit != "元")):
                self.fail(f"这里应以{unit}为单位，不是“{end}”", at)
            ends.append(reduced(value))
        if not 0 <= ends[0] <= ends[1]:
            self.fail("应由小到大，如 1000元~3000元", at)
        return Interval(ends[0], ends[1])

    def number(self, token: object, at: Branch) -> tuple[Fraction, str]:
        found = self.builder.number(at, [token])
        assert isinstance(found, n.Num)
        return Fraction(found.value), found.unit


# ------------------------------------------------------------------------- checks


def check_actions(instrument: n.Instrument) -> None:
    """Raises InstrumentError for an action whose limits or conditions do not fit."""
    units = Units(instrument.statements)
    for one in instrument.actions:
        fail = _failing(instrument, one)
        years = {e.fact.year for e in one.effects if e.fact.year is not None}
        if len(years) > 1:
            fail("一个行动的年度事实，要么都写 [本年]，要么都写 [近三年]")
        if one.in_year and years != {n.Year.THIS}:
            fail("年内满 只用于改变 [本年] 事实的行动")
        try:
            _limit(one, units, fail)
            if one.needs is not None and units.of(one.needs) != YES_NO:
                fail("须 后面应是判断式")
        except UnitClash as clash:
            fail(str(clash))
        each = (isinstance(e, n.FactRef) and e.year is n.Year.EACH for e in one.expressions())
        if not years and any(each):
            fail("[年] 指行动所改变的年度；这个行动改变的事实没有年度")


def _limit(one: n.Action, units: Units, fail: Callable[[str], NoReturn]) -> None:
    adding = [e for e in one.effects if e.add is not None]
    if one.limit is None:
        if adding:
            fail("缺“至多”：最多做几次，如 至多 4次；或至多增加多少，如 至多 事实[年]")
        return
    if not adding:
        fail("“为”某个值的行动只做一次，不写“至多”")
    unit = units.of(one.limit)
    is_times = isinstance(one.limit, n.Num) and one.limit.unit in ("次", "")
    if not is_times and unit != unit_of_code(adding[0].fact.code):
        fail("至多 后面写次数（4次），或与第一个“增加”单位相同的算式")
    if is_times and isinstance(one.limit, n.Num) and not 1 <= one.limit.value <= MAX_TIMES:
        fail("次数应是 1 以上的整数")


def _failing(instrument: n.Instrument, one: n.Action) -> Callable[[str], NoReturn]:
    def fail(message: str) -> NoReturn:
        raise InstrumentError(instrument.path, one.line, 1, f"{one.id}：{message}")

    return fail
