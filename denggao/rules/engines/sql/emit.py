"""Column expressions as text of SQL, with as few brackets as can be."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby

from denggao.facts.codes import INDUSTRY, LEVEL, REGION, industry_names, section_of
from denggao.facts.titles import NEVER
from denggao.rules.engines.lowering.expr import Expr, Type
from denggao.rules.engines.sql.dialect import Dialect, day_literal
from denggao.rules.engines.sql.names import Names

_OR, _AND, _NOT, _COMPARE, _ADD, _MULTIPLY, _ATOM = range(1, 8)
_BINDING = {
    "or": _OR,
    "and": _AND,
    "not": _NOT,
    "ge": _COMPARE,
    "gt": _COMPARE,
    "eq": _COMPARE,
    "null": _COMPARE,
    "starts": _COMPARE,
    "among": _COMPARE,
    "add": _ADD,
    "sub": _ADD,
    "ordinal": _ADD,
    "mul": _MULTIPLY,
    "div": _MULTIPLY,
    "mod": _MULTIPLY,
}
_SIGNS = {"ge": ">=", "gt": ">", "eq": "="}
#: Literals from here on are not of the same type everywhere.
_SURE = 2**31
#: An inner line of a long expression.
_LONG = 88


class Emitter:
    """Says expressions in one dialect; ``names`` gives the identifier of each column."""

    def __init__(self, dialect: Dialect, names: Names) -> None:
        self.dialect = dialect
        self._names = names

    def __call__(self, expr: Expr) -> str:
        """The expression, typed as it should be wherever it stands."""
        text = _OPERATIONS[expr.op](self, expr)
        if _is_bare(expr):
            return f"CAST({text} AS {self.type(expr.type)})"
        return text

    def type(self, type_: Type) -> str:
        d = self.dialect
        return {
            Type.FLAG: d.boolean,
            Type.SMALL: d.integer,
            Type.INT: d.integer,
            Type.WIDE: d.wide,
            Type.REAL: d.real,
            Type.DAY: d.day,
            Type.TEXT: d.text,
        }[type_]

    def part(self, expr: Expr, binding: int) -> str:
        """As part of another expression that binds so tightly."""
        text = _OPERATIONS[expr.op](self, expr)
        if expr.op == "lit":
            is_negative = text.startswith("-") and binding >= _ADD
            return f"({text})" if is_negative else text
        if expr.op == "when" and _all_literal(expr):
            return f"CAST({text} AS {self.type(expr.type)})"
        return f"({text})" if _BINDING.get(expr.op, _ATOM) < binding else text

    def condition(self, expr: Expr) -> str:
        """After WHEN, where a null counts as false anyway."""
        return self.part(_positive(expr), _OR)

    def _lit(self, expr: Expr) -> str:
        value = expr.args[0]
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, float):
            text = repr(value)
            return text if "e" in text else f"{text}e0"
        if isinstance(value, date):
            return day_literal(value)
        if isinstance(value, str):
            return self.dialect.literal(value)
        if self.dialect.strict and abs(value) >= _SURE:
            type_ = self.dialect.integer if abs(value) < 2**63 else self.dialect.wide
            return f"CAST('{value}' AS {type_})"
        return str(value)

    def _column(self, expr: Expr) -> str:
        return self.dialect.name_of(self._names[expr.args[0]])

    def _chain(self, expr: Expr) -> str:
        """a AND b AND c, each once."""
        word, binding = expr.op.upper(), _BINDING[expr.op]
        parts = dict.fromkeys(self.part(arg, binding) for arg in _flat(expr))
        line = f" {word} ".join(parts)
        if len(line) <= _LONG:
            return line
        return f"\n  {word} ".join(part.replace("\n", "\n  ") for part in parts)

    def _sum(self, expr: Expr) -> str:
        first, second = expr.args
        sign = {"add": "+", "sub": "-"}[expr.op]
        value = second.args[0]
        if second.op == "lit" and isinstance(value, int) and value < 0:
            sign = "-" if sign == "+" else "+"
            return f"{self.part(first, _ADD)} {sign} {-value}"
        return f"{self.part(first, _ADD)} {sign} {self.part(second, _ADD + 1)}"

    def _product(self, expr: Expr) -> str:
        first, second = expr.args
        sign = {"mul": "*", "div": "/", "mod": "%"}[expr.op]
        if sign == "*" and second.op == "lit" and second.args[0] == -1:
            return f"-{self.part(first, _ATOM)}"
        return f"{self.part(first, _MULTIPLY)} {sign} {self.part(second, _MULTIPLY + 1)}"

    def _compared(self, expr: Expr) -> str:
        sign = _SIGNS[expr.op]
        first, second = expr.args
        if first.op == "lit" and second.op != "lit":  # the column first: 2025 >= x
            first, second = second, first
            sign = {">=": "<=", ">": "<", "=": "="}[sign]
        return f"{self.part(first, _ADD)} {sign} {self.part(second, _ADD)}"

    def _not(self, expr: Expr) -> str:
        inner = expr.args[0]
        if inner.op == "null":
            return f"{self.part(inner.args[0], _ADD)} IS NOT NULL"
        return f"NOT {self.part(inner, _NOT + 1)}"

    def _when(self, expr: Expr) -> str:
        branches, rest = [], expr
        while rest.op == "when":
            flag, then, rest = rest.args
            branches.append(f"WHEN {self.condition(flag)} THEN {self.part(then, _OR)}")
        if not (rest.op == "lit" and rest.args[0] is None):
            branches.append(f"ELSE {self.part(rest, _OR)}")
        return _case(branches)

    def _coalesce(self, expr: Expr) -> str:
        parts, rest = [], expr
        while rest.op == "coalesce":
            first, rest = rest.args
            parts.append(self.part(first, _OR))
        return f"COALESCE({', '.join([*parts, self.part(rest, _OR)])})"

    def _extreme(self, expr: Expr) -> str:
        """Of those that are not null: where one null makes all null, another stands in for it."""
        args = list(dict.fromkeys(_flat(expr)))
        said = {arg: self.part(arg, _OR) for arg in args}
        if self.dialect.strict:
            sure = [arg for arg in args if not arg.nullable][:1]
            for arg in args:
                others = sure or [x for x in args if x is not arg]
                if arg.nullable and others:
                    ours = ", ".join(self.part(x, _OR) for x in (arg, *others))
                    said[arg] = f"COALESCE({ours})"
        if len(args) == 1:
            return said[args[0]]
        return f"{expr.op.upper()}({', '.join(said.values())})"

    def _cast(self, expr: Expr) -> str:
        inner = expr.args[0]
        text = self.part(inner, _OR)
        if inner.type is Type.FLAG:
            text = f"CASE WHEN {self.condition(inner)} THEN 1 ELSE 0 END"
        if expr.type is Type.REAL and inner.type is Type.WIDE:
            text = self.dialect.real_of_wide(text)
        return f"CAST({text} AS {self.type(expr.type)})"

    def _shift(self, expr: Expr) -> str:
        number, months, days = expr.args
        said = self.part(number, _ADD)
        moved = self.dialect.moved(said, months, days)
        within = f"LEAST(GREATEST({moved}, {NEVER.toordinal()}), {date.max.toordinal()})"
        return f"CASE WHEN {said} IS NOT NULL THEN {within} END"  # LEAST passes over a null

    def _canonical(self, expr: Expr) -> str:
        column, code = expr.args
        d = self.dialect
        text = d.trimmed(self.part(column, _OR))
        if code == "region":
            without = f"REGEXP_REPLACE({text}, {d.literal(LEVEL)}, '')"
            return f"CASE WHEN {d.matched(text, d.literal(REGION))} THEN {without} END"
        pattern = d.literal(INDUSTRY.replace(".", "[^\\n]"))
        letter, digits = (d.group(f"UPPER({text})", pattern, i) for i in (1, 2))
        division = f"SUBSTRING({digits}, 1, 2)"
        sections = _case(
            f"WHEN {division} BETWEEN '{first}' AND '{last}' THEN '{section}'"
            for section, first, last in _sections()
        )
        named = "\n".join(
            f"WHEN {d.literal(name)} THEN '{code}'" for name, code in industry_names().items()
        )
        return (
            f"CASE {text}\n{_indented(named)}\n  ELSE CASE\n"
            f"    WHEN {digits} IS NULL THEN {letter}\n"
            f"    WHEN COALESCE({letter}, {sections}) = {sections}"
            f" THEN CONCAT({sections}, {digits})\n"
            "  END\nEND"
        )

    def _starts(self, expr: Expr) -> str:
        text = self.part(expr.args[0], _ADD)
        found = [f"{text} LIKE {self.dialect.literal(p + '%')}" for p in expr.args[1:]]
        return found[0] if len(found) == 1 else f"({' OR '.join(found)})"

    def _among(self, expr: Expr) -> str:
        texts = ", ".join(self.dialect.literal(text) for text in expr.args[1:])
        return f"{self.part(expr.args[0], _ADD)} IN ({texts})" if texts else "FALSE"

    def _truth(self, expr: Expr) -> str:
        holds, fails = map(self.condition, expr.args)
        return f"CASE WHEN {holds} THEN 'pass' WHEN {fails} THEN 'fail' ELSE 'unknown' END"

    def _words(self, expr: Expr) -> str:
        pairs = zip(expr.args[::2], expr.args[1::2], strict=True)
        if self.dialect.strict:
            said = [
                f"CASE WHEN {self.condition(x)} THEN ' {word}' ELSE '' END" for x, word in pairs
            ]
            return "TRIM(CONCAT(\n  '',\n  " + ",\n  ".join(said) + "\n))" if said else "''"
        said = [f"CASE WHEN {self.condition(flag)} THEN '{word}' END" for flag, word in pairs]
        if not said:
            return "''"
        return "CONCAT_WS(\n  ' ',\n  " + ",\n  ".join(said) + "\n)"


def _flat(expr: Expr) -> list[Expr]:
    return [x for arg in expr.args for x in (_flat(arg) if arg.op == expr.op else [arg])]


def _positive(expr: Expr) -> Expr:
    """Without care for nulls: where only what is true counts, null is as good as false."""
    if expr.op == "coalesce" and expr.args[1].args == (False,):
        return _positive(expr.args[0])
    if expr.op in ("and", "or"):
        first, second = map(_positive, expr.args)
        if expr.op == "and" and _is_implied(second, first):
            return first
        return Expr(expr.op, (first, second), expr.type)
    return expr


def _is_implied(said: Expr, compared: Expr) -> bool:
    """Does it only say that what was compared is not null?"""
    is_known = said.op == "not" and said.args[0].op == "null"
    return is_known and compared.op in _SIGNS and said.args[0].args[0] in compared.args


def _is_bare(expr: Expr) -> bool:
    """Would a database take it for something narrower than it is?"""
    if expr.op == "lit":
        return expr.type is not Type.FLAG or expr.args[0] is None
    return expr.op == "when" and _all_literal(expr)


def _all_literal(expr: Expr) -> bool:
    """A number whose every branch is a literal."""
    if expr.type not in (Type.INT, Type.WIDE, Type.REAL):
        return False
    branches = []
    while expr.op == "when":
        branches.append(expr.args[1])
        expr = expr.args[2]
    return all(branch.op == "lit" for branch in [*branches, expr])


def _case(branches: Iterable[str]) -> str:
    lines = list(branches)
    line = f"CASE {' '.join(lines)} END"
    if len(line) <= _LONG and "\n" not in line:
        return line
    return "CASE\n" + "\n".join(map(_indented, lines)) + "\nEND"


def _indented(text: str) -> str:
    return "  " + text.replace("\n", "\n  ")


def _sections() -> list[tuple[str, str, str]]:
    """(letter, first and last division) of the sections of the classification."""
    pairs = sorted((division, section) for division, section in section_of().items())
    found = []
    for section, group in groupby(pairs, key=lambda pair: pair[1]):
        divisions = [division for division, _ in group]
        found.append((section, divisions[0], divisions[-1]))
    return found


_OPERATIONS: dict[str, Callable[[Emitter, Expr], str]] = {
    "col": Emitter._column,
    "lit": Emitter._lit,
    "add": Emitter._sum,
    "sub": Emitter._sum,
    "mul": Emitter._product,
    "div": Emitter._product,
    "mod": Emitter._product,
    "ge": Emitter._compared,
    "gt": Emitter._compared,
    "eq": Emitter._compared,
    "and": Emitter._chain,
    "or": Emitter._chain,
    "not": Emitter._not,
    "null": lambda say, x: f"{say.part(x.args[0], _ADD)} IS NULL",
    "coalesce": Emitter._coalesce,
    "when": Emitter._when,
    "least": Emitter._extreme,
    "greatest": Emitter._extreme,
    "cast": Emitter._cast,
    "ordinal": lambda say, x: say.dialect.ordinal(say.part(x.args[0], _MULTIPLY)),
    "shift": Emitter._shift,
    "canonical": Emitter._canonical,
    "starts": Emitter._starts,
    "among": Emitter._among,
    "truth": Emitter._truth,
    "words": Emitter._words,
}
