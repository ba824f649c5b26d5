"""What a Word template may do: print what it is given, loop over it, ask if it is there.

Templates are files of strangers. Jinja's own sandbox keeps attributes in; here the language
itself is small: no call, no arithmetic, no macro, no import, no assignment, so nothing can run
long or reach anything.
"""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined, Template, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from denggao.documents.papers.word.footnotes import plain

#: Deepest {% for %} inside {% for %}.
MAX_DEPTH = 3
#: Characters that all {{ }} of a paper may print together.
MAX_PRINTED = 20_000_000
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem,
    nodes.Const, nodes.For, nodes.If, nodes.Compare, nodes.Operand, nodes.And, nodes.Or,
    nodes.Not, nodes.CondExpr, nodes.Filter,
)  # fmt: skip
_FILTERS = frozenset({"default", "d", "length", "join", "trim", "upper", "first", "last"})
_WORDS: dict[type[nodes.Node], str] = {
    nodes.Call: "调用（带括号的）", nodes.Macro: "macro", nodes.Import: "import",
    nodes.FromImport: "import", nodes.Include: "include", nodes.Extends: "extends",
    nodes.Assign: "set", nodes.AssignBlock: "set", nodes.CallBlock: "call",
    nodes.Block: "block", nodes.Slice: "切片",
}  # fmt: skip


class NotAllowed(Exception):
    """A template asks for more than it may; the message says what (Chinese)."""


class PaperEnvironment(ImmutableSandboxedEnvironment):
    """Parses only the small language; prints at most so much; escapes everything."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=self._counted)
        self._printed = 0
        self._known: dict[str, Template] = {}

    def from_string(self, source: Any, *_: Any, **__: Any) -> Template:
        """The template compiled, once: a hundred papers have the same one."""
        found = self._known.get(source)
        if found is None:
            found = self._known[source] = super().from_string(source)
        return found

    def start(self) -> None:
        """A new paper begins."""
        self._printed = 0

    def _counted(self, value: Any) -> Any:
        self._printed += len(value) if isinstance(value, str) else 1
        if self._printed > MAX_PRINTED:
            raise NotAllowed("印出的内容太多，请检查循环")
        if not isinstance(value, str) or isinstance(value, Markup):
            return value
        # docxtpl would make 「{{」 of 「{_{」: data stays as it is
        return Markup(plain(value).replace("{_", "{&#95;").replace("_}", "&#95;}"))  # noqa: S704

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        _check(tree, 0)
        return tree


def _check(node: nodes.Node, depth: int) -> None:
    if not isinstance(node, _ALLOWED):
        what = _WORDS.get(type(node)) or type(node).__name__
        raise NotAllowed(f"第 {node.lineno} 行附近用了“{what}”；只能用变量、for、if 和少数过滤器")
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        raise NotAllowed(f"读了不许读的属性“{node.attr}”")
    if isinstance(node, nodes.Getitem):
        key = node.arg.value if isinstance(node.arg, nodes.Const) else None
        if not isinstance(key, str | int) or str(key).startswith("_"):
            raise NotAllowed("方括号里只能写名称或序号，不能以下划线开头")
    if isinstance(node, nodes.Name) and node.name.startswith("_"):
        raise NotAllowed(f"用了不许用的名称“{node.name}”")
    if isinstance(node, nodes.Filter) and (node.name not in _FILTERS or node.kwargs):
        raise NotAllowed(f"过滤器“{node.name}”不能用；可用：{'、'.join(sorted(_FILTERS))}")
    if isinstance(node, nodes.For):
        depth += 1
        if node.recursive or depth > MAX_DEPTH:
            raise NotAllowed(f"for 套了超过 {MAX_DEPTH} 层，或用了 recursive")
        if not isinstance(node.iter, nodes.Name | nodes.Getattr | nodes.Getitem):
            raise NotAllowed("for 只能对给出的清单（如 各部分、概况）循环")
    for child in node.iter_child_nodes():
        _check(child, depth)
