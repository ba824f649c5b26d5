"""What must hold before an instrument may speak: units, order, bands, points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import product
from typing import NoReturn

from denggao.facts.catalogue import SCALE, bounds_from_below, catalogue
from denggao.facts.interval import Truth
from denggao.rules import nodes as n
from denggao.rules.actions import check_actions
from denggao.rules.awards import check_awards
from denggao.rules.errors import InstrumentError
from denggao.rules.shape import is_dated, is_linear
from denggao.rules.units import DAY, UnitClash, Units, unit_of_code

MAX_STATEMENTS = 400
_MAX_SAMPLES = 20_000
_VERDICTS = (n.Kind.VERDICT, n.Kind.PRELIMINARY)


def ordered(statements: list[n.Statement], path: str) -> dict[str, n.Statement]:
    """Statements by id, each after all that it reads. Raises for a circle."""
    by_id = {s.id: s for s in statements}
    if len(by_id) > MAX_STATEMENTS:
        raise InstrumentError(path, 1, 1, f"规则超过 {MAX_STATEMENTS} 条，请拆成几份规范")
    sorter = TopologicalSorter({s.id: s.uses for s in statements})
    try:
        order = list(sorter.static_order())
    except CycleError as error:
        circle = error.args[1]
        message = f"循环引用：{' → '.join(circle)}；规则不能直接或间接引用自己"
        raise InstrumentError(path, by_id[circle[0]].line, 1, message) from None
    return {id_: by_id[id_] for id_ in order}


def components(derivations: Mapping[str, n.Statement], path: str) -> dict[str, frozenset[str]]:
    """For each derived fact, every fact it can come from, step by step."""
    direct = {
        code: {e.code for e in s.expressions() if isinstance(e, n.FactRef)}
        for code, s in derivations.items()
    }
    try:
        order = list(TopologicalSorter(direct).static_order())
    except CycleError as error:
        code = error.args[1][0]
        raise InstrumentError(path, derivations[code].line, 1, "推导循环引用") from None
    found: dict[str, frozenset[str]] = {}
    for code in order:
        parts = direct.get(code, set())
        found[code] = frozenset(parts).union(*(found[p] for p in parts))
    return {code: found[code] for code in direct}


def check(instrument: n.Instrument) -> None:
    """Raises InstrumentError at the first rule that cannot be right."""
    checker = _Checker(instrument)
    for statement in [*instrument.statements.values(), *instrument.derivations.values()]:
        checker.units_fit(statement)
        checker.years_fit(statement)
    for statement in instrument.derivations.values():
        checker.derivation(statement)
    for statement in instrument.statements.values():
        if statement.kind is n.Kind.PARAMETER and statement.cases:
            checker.parameter(statement)
        if statement.cases:
            checker.reachable(statement)
        if statement.kind is n.Kind.SCORE:
            checker.points(statement)
        if statement.kind is n.Kind.AMOUNT:
            checker.amount(statement)
    checker.verdicts()
    checker.rolls()
    check_actions(instrument)
    check_awards(instrument)


class _Checker:
    def __init__(self, instrument: n.Instrument) -> None:
        self.instrument = instrument
        self.units = Units(instrument.statements)

    def fail(self, statement: n.Statement, message: str, line: int | None = None) -> NoReturn:
        place = line or statement.line
        raise InstrumentError(self.instrument.path, place, 1, f"{statement.id}：{message}")

    def units_fit(self, statement: n.Statement) -> None:
        try:
            unit = self.units.of_statement(statement)
        except UnitClash as clash:
            self.fail(statement, str(clash))
        derived = statement.kind is n.Kind.DERIVATION
        if derived and unit not in (None, unit_of_code(statement.id)):
            self.fail(statement, f"推导的单位应是{catalogue()[statement.id].unit}")

    def years_fit(self, statement: n.Statement) -> None:
        is_each = [
            e.year is n.Year.EACH
            for e in statement.expressions()
            if isinstance(e, n.FactRef) and e.year is not None
        ]
        if statement.kind is n.Kind.DERIVATION:
            if not all(is_each):
                self.fail(statement, "推导里的年度事实都写 [年]")
        elif any(is_each):
            self.fail(statement, "[年] 只能用在推导里")
        years = [getattr(e, "year", None) for e in statement.expressions()]
        if n.Year.THIS in years:
            self.fail(statement, "[本年] 只能用在行动里")

    def derivation(self, statement: n.Statement) -> None:
        if statement.uses:
            self.fail(statement, "推导只能由事实算出，不能引用别的规则")
        target = catalogue()[statement.id]
        facts = [e for e in statement.expressions() if isinstance(e, n.FactRef)]
        if any((e.year is None) == target.yearly for e in facts):
            self.fail(statement, "推导不能把年度事实和时点事实混在一起")
        near = {target.at_most, *bounds_from_below().get(target.code, ())}
        if any(e.code in near for e in facts):
            self.fail(statement, "推导不能用到与它互为上下限的事实（如 境内研发费用 与 研发费用）")
        if not all(is_linear(value, self.instrument.statements) for value in statement.values()):
            self.fail(statement, "推导里不能除以不定的数")
        for case in statement.cases:
            if case.when is not None and not isinstance(case.when, n.Adopted):
                self.fail(statement, "推导的分情况只能按读法（采用 …）", case.line)

    def amount(self, statement: n.Statement) -> None:
        if not all(is_linear(value, self.instrument.statements) for value in statement.values()):
            self.fail(statement, "金额里不能除以不定的数，也不能引用数值；比率另写成数值")

    def parameter(self, statement: n.Statement) -> None:
        """Its cases must cut one fact by rising limits: engines clip the fact to each case."""
        facts, limits = set(), []
        for case in statement.cases[:-1]:
            when = case.when
            if not (
                isinstance(when, n.Compare)
                and when.op in ("≤", "<")
                and isinstance(when.left, n.FactRef)
                and catalogue()[when.left.code].numeric
                and when.left.year is not n.Year.WINDOW
                and isinstance(when.right, n.Num)
            ):
                self.fail(statement, "参数按一个事实分段，每行写“事实 ≤ 数 时 值”", case.line)
            facts.add(when.left)
            limits.append(when.right.value)
        if len(facts) != 1 or limits != sorted(limits) or not all(_constants(statement)):
            self.fail(statement, "参数各行应是同一个事实由小到大分段，取值都是数")

    # ---- bands

    def reachable(self, statement: n.Statement) -> None:
        """Some values must lead to each line; tried at, beside and between all limits."""
        reached: set[int] = set()
        samples = _samples(statement)
        if samples is None:  # too many questions to try all together
            return
        for sample in samples:
            for i, case in enumerate(statement.cases):
                if case.when is None or _holds(case.when, sample):
                    reached.add(i)
                    break
        for i, case in enumerate(statement.cases):
            if i not in reached:
                words = "“否则”一行" if case.when is None else f"第 {i + 1} 行"
                self.fail(statement, f"{words}永远轮不到：前面各行已包含它的全部情形", case.line)

    def points(self, statement: n.Statement) -> None:
        maximum = statement.maximum or Fraction(0)
        whole: list[tuple[Fraction, Fraction, int]] = []
        is_plain = True
        for case in statement.cases:
            if not (isinstance(case.lo, n.Num) and isinstance(case.hi, n.Num)):
                is_plain = False
                continue
            lo, hi = Fraction(case.lo.value), Fraction(case.hi.value)
            if lo > hi:
                self.fail(statement, "分数区间应由低到高，如 7~8", case.line)
            if hi and case.flag == "不计":
                self.fail(statement, "标记 不计 的一档应得 0：这一项连同满分都不计", case.line)
            if hi > maximum:
                self.fail(statement, f"得分 {hi} 超过满分 {maximum}", case.line)
            whole.append((lo, hi, case.line))
        if is_plain and any(lo < hi for lo, hi, _ in whole):
            self._no_gap(statement, whole)

    def _no_gap(self, statement: n.Statement, bands: list[tuple[Fraction, Fraction, int]]) -> None:
        """Points that no band can give are a slip of the pen (7~8, 5~5, 3~4)."""
        covered: Fraction | None = None
        for lo, hi, line in sorted(bands):
            if covered is not None and lo > covered + 1:
                message = f"各档分数之间有空缺：{covered} 分与 {lo} 分之间没有一档"
                self.fail(statement, message, line)
            covered = hi if covered is None else max(covered, hi)

    def verdicts(self) -> None:
        kinds = [s.kind for s in self.instrument.statements.values()]
        for kind, most in ((n.Kind.VERDICT, 1), (n.Kind.PRELIMINARY, 1)):
            if kinds.count(kind) > most:
                message = f"一份规范只能有一条“{kind.value}”"
                raise InstrumentError(self.instrument.path, 1, 1, message)

    def rolls(self) -> None:
        """Lists look at what was judged; they and their days never judge."""
        statements = self.instrument.statements
        for statement in self.instrument.rolls:
            self.roll(statement)
        judged = [s for s in statements.values() if s.kind in _VERDICTS]
        seen: set[str] = set()
        while judged:
            statement = judged.pop()
            if statement.id in seen:
                continue
            seen.add(statement.id)
            dated = any(is_dated(e) for e in statement.expressions())
            if statement.kind in n.ROLLS or dated:
                self.fail(statement, "清单、预警、日期和“曾持有”只用来列名单，结论不能引用")
            judged += [statements[id_] for id_ in statement.uses]

    def roll(self, statement: n.Statement) -> None:
        roll, statements = statement.roll, self.instrument.statements
        assert roll is not None
        if roll.due is not None and self.units.of_statement(statements[roll.due]) != DAY:
            self.fail(
                statement, f"期限 {roll.due} 应是日期，如“数值 {roll.due} 到期日：末次到期 …”"
            )
        for id_ in roll.reasons:
            if not statements[id_].is_truth:
                self.fail(statement, f"事由 {id_} 应是一条“条件”")


def _constants(statement: n.Statement) -> Iterator[bool]:
    return (isinstance(case.lo, n.Num) for case in statement.cases)


# ------------------------------------------------- sampling the conditions of bands

_Sample = Mapping[n.Expr, Fraction | bool]


def _samples(statement: n.Statement) -> Iterator[_Sample] | None:
    """Assignments of everything the lines ask about, each taken as independent."""
    values = _asked(statement)
    size = 1
    for choices in values.values():
        size *= len(choices)
    keys = list(values)
    if size > _MAX_SAMPLES:
        return None
    return (dict(zip(keys, row, strict=True)) for row in product(*values.values()))


def _asked(statement: n.Statement) -> dict[n.Expr, list[Fraction | bool]]:
    limits: dict[n.Expr, set[Fraction]] = {}
    choices: dict[n.Expr, list[Fraction | bool]] = {}
    for case in statement.cases:
        for expr in _atoms(case.when):
            if isinstance(expr, n.Compare) and isinstance(expr.right, n.Num):
                limits.setdefault(expr.left, set()).add(Fraction(expr.right.value))
            else:
                choices[expr] = [True, False]
    for left, found in limits.items():
        choices[left] = list(_around(left, sorted(found)))
    return choices


def _around(left: n.Expr, limits: list[Fraction]) -> Iterator[Fraction]:
    """At each limit, beside it, and the edge of the domain."""
    lowest, step = _domain(left)
    for limit in limits:
        for value in (limit - step, limit, limit + step):
            if lowest is None or value >= lowest:
                yield value
    if lowest is not None:
        yield lowest


def _domain(left: n.Expr) -> tuple[Fraction | None, Fraction]:
    """(least value, smallest step) of what is compared."""
    match left:
        case n.FactRef(code, _) if catalogue()[code].numeric:
            fact = catalogue()[code]
            lo = None if fact.lo is None else Fraction(fact.lo)
            return lo, Fraction(1, SCALE[fact.unit])
        case n.OperatedYears() | n.TaxYear():
            return Fraction(0), Fraction(1)
        case n.Arith("÷", numerator, _):
            return _domain(numerator)[0], Fraction(1, 10**6)
        case n.Arith("+", a, b):
            (lo_a, step_a), (lo_b, step_b) = _domain(a), _domain(b)
            return (None if lo_a is None or lo_b is None else lo_a + lo_b), min(step_a, step_b)
    return None, Fraction(1, 10**6)


def _atoms(when: n.Expr | None) -> Iterable[n.Expr]:
    match when:
        case None:
            return []
        case n.All(args) | n.AnyOf(args):
            return [atom for arg in args for atom in _atoms(arg)]
        case n.Not(arg):
            return _atoms(arg)
    return [when]


def _holds(when: n.Expr, sample: _Sample) -> Truth:
    match when:
        case n.All(args):
            return all(_holds(arg, sample) for arg in args)
        case n.AnyOf(args):
            return any(_holds(arg, sample) for arg in args)
        case n.Not(arg):
            return not _holds(arg, sample)
        case n.Compare(op, left, n.Num(limit, _)):
            value = sample[left]
            return {
                "≥": value >= limit,
                ">": value > limit,
                "≤": value <= limit,
                "<": value < limit,
                "=": value == limit,
                "≠": value != limit,
            }[op]
    return bool(sample[when])
