"""Do the units of an instrument fit? 元 ÷ 元 is a ratio, 元 + 人 is refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from denggao.facts.catalogue import catalogue
from denggao.rules import nodes as n

#: A unit is a sorted tuple of (base unit, power); () is a ratio. ``None`` is a bare number,
#: which stands for any counted unit but never for money.
Unit = tuple[tuple[str, int], ...] | None
YES_NO = (("是否", 1),)
DAY = (("日期", 1),)
_DAYS = (("天", 1),)
_MONEY = (("元", 1),)


class UnitClash(Exception):
    """The message says, in Chinese, which two do not go together."""


def unit_of_code(code: str) -> Unit:
    """The unit of a fact of the catalogue."""
    return ((catalogue()[code].unit, 1),)


class Units:
    """Units of expressions, statements looked up by id."""

    def __init__(self, statements: dict[str, n.Statement]) -> None:
        self._statements = statements
        self._known: dict[str, Unit] = {}

    def of_statement(self, statement: n.Statement) -> Unit:
        """The unit of its result; checks every expression inside on the way."""
        if statement.id not in self._known:
            self._known[statement.id] = self._result(statement)
        return self._known[statement.id]

    def _result(self, statement: n.Statement) -> Unit:
        body = statement.body
        unit = self._cases(statement) if body is None else self.of(body)
        if statement.is_truth:
            _demand(unit == YES_NO, "这里应是判断式（比较，或 是/否）")
            return YES_NO
        _demand(unit != YES_NO, "这里应是算式，不是判断式")
        if statement.kind is n.Kind.SCORE:
            _demand(unit in (None, (("分", 1),)), f"评分应是分数，这里是{_shown(unit)}")
            return (("分", 1),)
        if statement.kind is n.Kind.AMOUNT:
            _demand(unit in (None, _MONEY), f"金额的单位应是元，这里是{_shown(unit)}")
            return _MONEY
        return unit

    def _cases(self, statement: n.Statement) -> Unit:
        for case in statement.cases:
            if case.when is not None:
                _demand(self.of(case.when) == YES_NO, "“时”“得”前应是判断式")
        return self._same([v for c in statement.cases for v in (c.lo, c.hi)], "各行的")

    def of(self, expr: n.Expr) -> Unit:
        match expr:
            case n.Num(_, unit):
                return None if unit == "" else () if unit == "%" else ((unit, 1),)
            case n.FactRef(code, year):
                fact = catalogue()[code]
                usable = fact.numeric or fact.unit in ("是否", "日期")
                _demand(usable, f"“{fact.name}”不能用于算式")
                _demand(fact.numeric or year is not n.Year.WINDOW, "是否类事实不能求三年之和")
                return unit_of_code(code)
            case n.WindowLeast(code):
                return unit_of_code(code)
            case n.Ref(id_):
                return self.of_statement(self._statements[id_])
            case n.Age():
                return (("天", 1),)
            case n.OperatedYears() | n.TaxYear():
                return ()
            case n.TitleDay() | n.Day():
                return DAY
            case n.Later(day, _):
                _demand(self.of(day) == DAY, "“满 3月”前面应是日期")
                return DAY
            case n.Arith(op, left, right):
                return self._arithmetic(op, self.of(left), self.of(right), expr)
            case n.Extreme(_, args):
                return self._same(args, "取小、取大各项的")
            case n.Compare():
                return self._compare(expr)
            case n.All(args) | n.AnyOf(args):
                for arg in args:
                    _demand(self.of(arg) == YES_NO, "“且”“或”两边应是判断式")
            case n.Not(arg):
                _demand(self.of(arg) == YES_NO, "“非”后面应是判断式")
        return YES_NO

    def _same(self, exprs: Sequence[n.Expr], where: str) -> Unit:
        """The one unit of all; a 0 among them takes any."""
        units = [self.of(expr) for expr in exprs if not _is_zero(expr)] or [None]
        common = units[0]
        for unit in units[1:]:
            common = _common(common, unit, where)
        return common

    def _compare(self, expr: n.Compare) -> Unit:
        left, right = self.of(expr.left), self.of(expr.right)
        _demand(YES_NO not in (left, right), "是否类事实直接写名字，不用比较")
        if not (_is_zero(expr.right) or _is_zero(expr.left)):
            _common(left, right, "比较两边的")
        return YES_NO

    def _arithmetic(self, op: str, left: Unit, right: Unit, expr: n.Arith) -> Unit:
        _demand(YES_NO not in (left, right), "是/否不能加减乘除")
        if DAY in (left, right):
            return _days(op, left, right)
        if op in "+−":
            if _is_zero(expr.left) or _is_zero(expr.right):
                return left if left is not None else right
            return _common(left, right, f"“{op}”两边的")
        power = -1 if op == "÷" else 1
        if left is None and right is None:
            return None
        powers = dict(left or ())
        for base, exponent in right or ():
            powers[base] = powers.get(base, 0) + power * exponent
        return tuple(sorted((b, p) for b, p in powers.items() if p))


def _days(op: str, left: Unit, right: Unit) -> Unit:
    """Between two days lie days; so many days from a day is a day."""
    if op == "−" and left == right:
        return _DAYS
    shifted = left == DAY and right in (_DAYS, None) and op in "+−"
    _demand(shifted, "日期只能减日期（得天数），或加减天数，如 更名日期 + 90天")
    return DAY


def _is_zero(expr: n.Expr) -> bool:
    return isinstance(expr, n.Num) and expr.value == 0


def _common(a: Unit, b: Unit, where: str) -> Unit:
    if a is None or b is None:
        known = b if a is None else a
        if known is not None and dict(known).get("元"):
            _clash(f"{where}单位不合：金额要与带单位的数相比，如 5000万元")
        return known
    if a != b:
        _clash(f"{where}单位不合：{_shown(a)} 与 {_shown(b)}")
    return a


def _demand(holds: bool, message: str) -> None:
    if not holds:
        _clash(message)


def _clash(message: str) -> NoReturn:
    raise UnitClash(message)


def _shown(unit: Unit) -> str:
    if not unit:
        return "比率"
    return "·".join(base if power == 1 else f"{base}^{power}" for base, power in unit)
