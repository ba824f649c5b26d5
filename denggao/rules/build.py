"""Parse trees → typed nodes, names resolved against the catalogue and the file itself."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import NoReturn

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput, UnexpectedToken

from denggao.facts.catalogue import catalogue, find
from denggao.facts.codes import CODED, is_prefix
from denggao.facts.days import Span
from denggao.facts.interval import reduced
from denggao.facts.titles import ENDS, ISSUED, REVOKED
from denggao.rules import nodes as n
from denggao.rules.actions import action
from denggao.rules.award import Award
from denggao.rules.awards import award
from denggao.rules.document import Block
from denggao.rules.errors import InstrumentError
from denggao.rules.hints import gap, spelling
from denggao.rules.targets import target, task

Branch = Tree[Token]

MAX_DEPTH = 40
MAX_DIGITS = 40
MAX_TERMS = 200
_FULL_WIDTH = str.maketrans("：（），", ":(),")
_MULTIPLES = {"亿元": 10**8, "万元": 10**4}
_EXPECTED = {
    "否则": "“否则”一行（前面各行都不成立时取什么）",
    "时": "“时”（分情况每行写“判断式 时 算式”）",
    "得": "“得”（分档每行写“判断式 得 分数”）",
    "COLON": "“：”（语句写“关键字 编号 名称：”）",
    "RPAR": "右括号",
    "YEAR": "年份，如 [上年]",
    "NUMBER": "数，如 10%、5000万元",
    "TEXT": "「…」括住的文字",
    "ID": "编号，如 HNTE-C4",
    "SPAN": "月数或天数，如 3月、60天",
    "满分": "“满分 8”",
    "总分": "“总分 HNTE-SCORE”",
}


@cache
def parser() -> Lark:
    """The LALR parser of one 登高 block."""
    grammar = files("denggao.rules").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=True)


def parse(block: Block, path: str) -> Branch:
    """One block's tree. Raises InstrumentError at the place that does not fit."""
    if block.cite is None:
        here = f"“{block.heading}”" if block.heading else "（没有标题）"
        message = f"规则没有引文：所在标题{here}应写明依据文件和条款，如“32号 第十一条（四）”"
        raise InstrumentError(path, block.line, 1, message)
    try:
        return parser().parse(block.text.translate(_FULL_WIDTH))
    except UnexpectedInput as error:
        line = block.line + max(error.line, 1) - 1
        raise InstrumentError(path, line, max(error.column, 1), _explain(error, block)) from None


def _explain(error: UnexpectedInput, block: Block) -> str:
    at = error.pos_in_stream or 0  # type: ignore[redundant-expr]  # lark declares it None
    advice = spelling(block.text, at)
    if not isinstance(error, UnexpectedToken):
        return f"不认识的字符“{block.text[at:][:1]}”" + (f"：{advice}" if advice else "")
    token = error.token
    if token.type != "$END" and advice:
        return f"这里是“{token}”：{advice}"
    found = "到此结束" if token.type == "$END" else f"这里是“{token}”"
    choices: set[str] = set(error.interactive_parser.choices())  # type: ignore[no-untyped-call]
    wanted = [text for key, text in _EXPECTED.items() if key in choices]
    if "否则" in choices:
        wanted = [_EXPECTED["否则"]]
    if not wanted and (advice := gap(block.text, at)):
        return f"{found}：{advice}"
    return f"{found}，应是{'、'.join(wanted[:4]) or '一条语句（参数、条件、评分、结论……）'}"


@dataclass
class Builder:
    """Builds the statements of one file; ``names`` maps ids and names to statement ids."""

    path: str
    names: dict[str, str] = field(default_factory=dict)
    options: set[str] = field(default_factory=set)
    acts: set[str] = field(default_factory=set)  # ids and names of actions
    statements: list[n.Statement] = field(default_factory=list)
    derivations: list[n.Statement] = field(default_factory=list)
    readings: list[n.Reading] = field(default_factory=list)
    manuals: list[n.Manual] = field(default_factory=list)
    actions: list[n.Action] = field(default_factory=list)
    awards: list[Award] = field(default_factory=list)
    targets: list[n.Target] = field(default_factory=list)
    tasks: list[n.Task] = field(default_factory=list)
    block: Block = field(default_factory=lambda: Block("", 1, None, ""))

    def build(self, parsed: list[tuple[Block, Branch]]) -> None:
        """Two passes: titles first, so that a rule may name one that stands below it."""
        for self.block, tree in parsed:
            for statement in tree.children:
                self._announce(_tree(statement))
        for self.block, tree in parsed:
            for statement in tree.children:
                self._statement(_tree(statement))

    def fail(self, at: Branch | Token, message: str) -> NoReturn:
        line, column = _position(at)
        raise InstrumentError(self.path, self.block.line + line - 1, column, message)

    # ---- titles

    def _announce(self, tree: Branch) -> None:
        if tree.data in ("derivation", "manual"):
            return
        if tree.data in ("target", "task"):  # no rule can name them
            self._announce_action(tree, str(tree.children[0]), str(tree.children[0]))
            return
        id_, name = self._title(tree)
        if tree.data == "action":  # no rule can name it, but none may have its name
            self._announce_action(tree, id_, name)
            return
        if tree.data == "reading":
            self.options |= {str(_tree(o).children[0]) for o in tree.children[1:]}
            return
        for label in {id_, name}:
            if label in self.names or label in self.acts:
                self.fail(tree, f"“{label}”已经用过，编号和名称在一份规范里不能重复")
            if find(label):
                self.fail(tree, f"“{label}”是事实目录里的名字，语句要另取名称")
            self.names[label] = id_

    def _announce_action(self, tree: Branch, id_: str, name: str) -> None:
        taken = {id_, name} & {*self.acts, *self.names}
        if taken:
            self.fail(tree, f"“{taken.pop()}”已经用过，编号和名称在一份规范里不能重复")
        self.acts |= {id_, name}

    def _title(self, tree: Branch) -> tuple[str, str]:
        id_, name = _tree(tree.children[0]).children
        return str(id_ or name), str(name)

    # ---- statements

    def _statement(self, tree: Branch) -> None:
        match tree.data:
            case "reading":
                self.readings.append(self._reading(tree))
            case "manual":
                id_, name = self._title(tree)
                self.manuals.append(n.Manual(id_, name, self.cite(), self.text(tree.children[1])))
            case "derivation":
                self.derivations.append(self._derivation(tree))
            case "listing" | "warning":
                self.statements.append(self._roll(tree))
            case "target":
                self.targets.append(target(self, tree))
            case "task":
                self.tasks.append(task(self, tree))
            case "action":
                self.actions.append(action(self, tree, *self._title(tree)))
            case "award":
                found, statements = award(self, tree, *self._title(tree))
                self.awards.append(found)
                self.statements += statements
            case _:
                self.statements.append(self._rule(tree))

    def cite(self) -> str:
        return self.block.cite or ""

    def line(self, tree: Branch) -> int:
        return self.block.line + _position(tree)[0] - 1

    def text(self, token: object) -> str:
        """The text between 「」 as the file has it, before widths were evened out."""
        assert isinstance(token, Token) and token.start_pos is not None
        return self.block.text[token.start_pos + 1 : token.start_pos + len(token) - 1]

    def _reading(self, tree: Branch) -> n.Reading:
        id_, name = self._title(tree)
        options = tuple(
            (str(o.children[0]), self.text(o.children[1]) if o.children[1] else "")
            for o in map(_tree, tree.children[1:])
        )
        return n.Reading(id_, name, self.cite(), options)

    def _derivation(self, tree: Branch) -> n.Statement:
        target = self.expr(_tree(tree.children[0]))
        if not isinstance(target, n.FactRef) or target.year not in (None, n.Year.EACH):
            self.fail(tree, "推导的对象应是事实，年度事实写 名称[年]")
        body, cases = self.body(_tree(tree.children[1]))
        name = catalogue()[target.code].name
        return n.Statement(
            n.Kind.DERIVATION, target.code, name, self.cite(), self.line(tree), body, cases
        )

    def _rule(self, tree: Branch) -> n.Statement:
        id_, name = self._title(tree)
        kind = _KINDS[tree.data]
        rest = tree.children[1:]
        maximum, total = None, None
        if kind is n.Kind.SCORE:
            maximum, rest = Fraction(str(rest[0]).removesuffix("分")), rest[1:]
        if kind is n.Kind.VERDICT:
            (named,) = _optional(rest[:1])
            total = None if named is None else self._known(str(named), tree)
            rest = rest[1:]
        body, cases = self.body(_tree(rest[0]))
        return n.Statement(
            kind, id_, name, self.cite(), self.line(tree), body, cases, maximum, total
        )

    def _roll(self, tree: Branch) -> n.Statement:
        id_, name = self._title(tree)
        _, *clauses, body, todo = tree.children
        said: dict[str, object] = {"todo": ""}
        for clause in map(_tree, clauses):
            if clause.data in said:
                self.fail(clause, "“提前”“期限”“事由”“对照”每条至多写一次")
            said[clause.data] = self._clause(clause)
        if todo is not None:
            said["todo"] = self.text(_tree(todo).children[0])
        roll = n.Roll(**said)  # type: ignore[arg-type]  # the names of the clauses are its fields
        if roll.leads and roll.due is None:
            self.fail(tree, "写了“提前”就要写“期限 编号”：到哪一天为止")
        expr = self.expr(_tree(body))
        if roll.leads and roll.due is not None:
            first = n.Later(n.Ref(roll.due), -roll.leads[0])
            expr = n.All((expr, n.Compare("≤", first, n.Day())))
        cite, line = self.cite(), self.line(tree)
        return n.Statement(_KINDS[tree.data], id_, name, cite, line, expr, roll=roll)

    def _clause(self, tree: Branch) -> object:
        parts = list(map(str, tree.children))
        match tree.data:
            case "leads":
                spans = sorted(map(_span, parts), key=lambda s: -31 * s.months - s.days)
                return tuple(spans)
            case "due":
                return self._known(parts[0], tree)
            case "reasons":
                return tuple(self._known(part, tree) for part in parts)
        return self.text(tree.children[0])

    def _known(self, label: str, at: Branch | Token) -> str:
        if label not in self.names:
            self.fail(at, f"“{label}”没有定义")
        return self.names[label]

    def body(self, tree: Branch) -> tuple[n.Expr | None, tuple[n.Case, ...]]:
        """One expression, or cases."""
        if tree.data == "cases":
            return None, self._cases(tree.children)
        if tree.data == "bands":
            return None, self._bands(tree.children)
        return self.expr(tree), ()

    def _cases(self, parts: list[Branch | Token]) -> tuple[n.Case, ...]:
        cases = []
        for i in range(0, len(parts) - 1, 2):
            value = self.expr(_tree(parts[i + 1]))
            line = self.line(_tree(parts[i]))
            cases.append(n.Case(self.expr(_tree(parts[i])), value, value, line=line))
        last = self.expr(_tree(parts[-1]))
        return (*cases, n.Case(None, last, last, line=self.line(_tree(parts[-1]))))

    def _bands(self, parts: list[Branch | Token]) -> tuple[n.Case, ...]:
        bands = [
            self._points(self.expr(_tree(parts[i])), _tree(parts[i + 1]))
            for i in range(0, len(parts) - 1, 2)
        ]
        return (*bands, self._points(None, _tree(parts[-1])))

    def _points(self, when: n.Expr | None, tree: Branch) -> n.Case:
        lo, hi, flag = _optional(tree.children)
        low = self.expr(_tree(lo))
        high = low if hi is None else self.expr(_tree(hi))
        name = str(_tree(flag).children[0]) if flag is not None else None
        return n.Case(when, low, high, name, self.line(tree))

    # ---- expressions

    def expr(self, tree: Branch, depth: int = 0) -> n.Expr:
        if depth > MAX_DEPTH:
            self.fail(tree, f"算式套得太深（超过 {MAX_DEPTH} 层）")
        inner: list[object] = [
            self.expr(c, depth + 1) if isinstance(c, Tree) else c for c in tree.children
        ]
        return _BUILDERS[tree.data](self, tree, inner)

    def number(self, tree: Branch, parts: list[object]) -> n.Expr:
        text = str(parts[0])
        if len(text) > MAX_DIGITS:
            self.fail(tree, f"数太长（超过 {MAX_DIGITS} 位）")
        digits = text.rstrip("亿万元人项分天个月次%")
        unit = text[len(digits) :]
        value = Fraction(digits) * _MULTIPLES.get(unit, 1)
        if unit == "%":
            value /= 100
        return n.Num(reduced(value), "元" if unit.endswith("元") else unit)

    def named(self, tree: Branch, parts: list[object]) -> n.Expr:
        return n.Ref(self._known(str(parts[0]), tree))

    def fact(self, tree: Branch, parts: list[object]) -> n.Expr:
        name, year = str(parts[0]), parts[1]
        if year is None and name in _BUILT_IN:
            return _BUILT_IN[name]
        if year is None and name in self.names:
            return n.Ref(self.names[name])
        fact = find(name)
        if fact is None:
            self.fail(tree, f"“{name}”不在事实目录，也不是本文件的语句；请核对名称")
        if fact.yearly and year is None:
            self.fail(tree, f"“{name}”是年度事实，要写年份，如 {name}[上年]、{name}[近三年]")
        if not fact.yearly and year is not None:
            self.fail(tree, f"“{name}”不是年度事实，不带年份")
        return n.FactRef(fact.code, self._year(tree, str(year)) if year is not None else None)

    def _year(self, tree: Branch, text: str) -> n.Year:
        try:
            return n.Year(text.strip("[]"))
        except ValueError:
            years = "、".join(f"[{y.value}]" for y in n.Year)
            self.fail(tree, f"不认识的年份 {text}，应是 {years}")

    def arithmetic(self, tree: Branch, parts: list[object]) -> n.Expr:
        left = _expr(parts[0])
        if len(parts) > 2 * MAX_TERMS:
            self.fail(tree, f"一个算式超过 {MAX_TERMS} 项，请分成几条数值")
        for i in range(1, len(parts), 2):
            left = n.Arith(str(parts[i]).replace("-", "−"), left, _expr(parts[i + 1]))
        return left

    def window_least(self, tree: Branch, parts: list[object]) -> n.Expr:
        fact = parts[0]
        if not isinstance(fact, n.FactRef) or fact.year is not n.Year.WINDOW:
            self.fail(tree, "最小( … ) 里应是年度事实[近三年]")
        return n.WindowLeast(fact.code)

    def missing(self, tree: Branch, parts: list[object]) -> n.Expr:
        if not isinstance(parts[0], n.FactRef):
            self.fail(tree, "缺报 后面应是事实目录里的事实")
        return n.Missing(parts[0])

    def classified(self, tree: Branch, parts: list[object]) -> n.Expr:
        fact = find(str(parts[0]))
        if fact is None or fact.code != "field_code":
            self.fail(tree, "已归类 后面应是“技术领域”")
        return n.Classified(fact.code)

    def holds(self, tree: Branch, parts: list[object]) -> n.Expr:
        year = None if parts[1] is None else self._year(tree, str(parts[1]))
        if year in (n.Year.WINDOW, n.Year.EACH):
            self.fail(tree, "持有 后面的年份是某一年，如 [上年]：看该年年末是否有效")
        return n.Holds(str(parts[0]), year)

    def ever_held(self, tree: Branch, parts: list[object]) -> n.Expr:
        return n.EverHeld(str(parts[0]))

    def day(self, tree: Branch, parts: list[object]) -> n.Expr:
        month, day = map(int, re.findall(r"\d+", str(parts[0])))
        if not 1 <= month <= 12 or not 1 <= day <= monthrange(2024, month)[1]:
            self.fail(tree, f"没有 {parts[0]} 这一天")
        year = None if parts[1] is None else self._year(tree, str(parts[1]))
        if year in (n.Year.WINDOW, n.Year.EACH):
            self.fail(tree, "日期后面的年份是某一年，如 5月31日[上年]；今年的不写年份")
        return n.Day(month, day, year)

    def later(self, tree: Branch, parts: list[object]) -> n.Expr:
        return n.Later(_expr(parts[0]), _span(str(parts[1])))

    def within(self, tree: Branch, parts: list[object]) -> n.Expr:
        fact = find(str(parts[0]))
        if fact is None or fact.code not in CODED:
            names = "、".join(catalogue()[code].name for code in CODED)
            self.fail(tree, f"属于 前面应是 {names}")
        prefixes = tuple(re.split(r"[、，,\s]+", self.text(parts[1]).strip()))
        wrong = [p for p in prefixes if not is_prefix(fact.code, p)]
        if wrong:
            self.fail(tree, f"“{wrong[0]}”不是{fact.name}的代码或代码的开头")
        return n.Within(fact.code, prefixes)

    def adopted(self, tree: Branch, parts: list[object]) -> n.Expr:
        if str(parts[0]) not in self.options:
            self.fail(tree, f"“{parts[0]}”不是本文件任何读法的选项")
        return n.Adopted(str(parts[0]))


def _span(text: str) -> Span:
    count = int(text[:-1])
    return Span(months=count) if text.endswith("月") else Span(days=count)


def _expr(part: object) -> n.Expr:
    assert not isinstance(part, Token | Tree) and part is not None
    return part  # type: ignore[return-value]


def _optional(parts: Sequence[object]) -> list[object]:
    """Children of which some may be absent (``None``), as the parser leaves them."""
    return list(parts)


def _tree(part: object) -> Branch:
    assert isinstance(part, Tree)
    return part


def _position(at: Branch | Token) -> tuple[int, int]:
    if isinstance(at, Token):
        return at.line or 1, at.column or 1
    return (at.meta.line, at.meta.column) if not at.meta.empty else (1, 1)


_BUILT_IN: dict[str, n.Expr] = {
    "成立天数": n.Age(),
    "经营年数": n.OperatedYears(),
    "纳税年度": n.TaxYear(),
    "申请日": n.Day(),
}
_KINDS = {
    "parameter": n.Kind.PARAMETER,
    "value": n.Kind.VALUE,
    "amount": n.Kind.AMOUNT,
    "condition": n.Kind.CONDITION,
    "score": n.Kind.SCORE,
    "verdict": n.Kind.VERDICT,
    "preliminary": n.Kind.PRELIMINARY,
    "listing": n.Kind.LISTING,
    "warning": n.Kind.WARNING,
}
_Build = Callable[[Builder, Branch, list[object]], n.Expr]
_BUILDERS: dict[str, _Build] = {
    "number": Builder.number,
    "named": Builder.named,
    "fact": Builder.fact,
    "arithmetic": Builder.arithmetic,
    "window_least": Builder.window_least,
    "missing": Builder.missing,
    "classified": Builder.classified,
    "holds": Builder.holds,
    "ever_held": Builder.ever_held,
    "last_issued": lambda b, t, p: n.TitleDay(ISSUED, str(p[0])),
    "last_end": lambda b, t, p: n.TitleDay(ENDS, str(p[0])),
    "last_revoked": lambda b, t, p: n.TitleDay(REVOKED, str(p[0])),
    "day": Builder.day,
    "later": Builder.later,
    "within": Builder.within,
    "adopted": Builder.adopted,
    "pending": lambda b, t, p: n.Pending(),
    "negated": lambda b, t, p: n.Not(_expr(p[0])),
    "all_of": lambda b, t, p: n.All(tuple(map(_expr, p))),
    "any_of": lambda b, t, p: n.AnyOf(tuple(map(_expr, p))),
    "compared": lambda b, t, p: n.Compare(str(p[1]), _expr(p[0]), _expr(p[2])),
    "smallest": lambda b, t, p: n.Extreme("取小", tuple(map(_expr, p))),
    "largest": lambda b, t, p: n.Extreme("取大", tuple(map(_expr, p))),
}
