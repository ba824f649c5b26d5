"""An instrument's own text cut by article: extract, rule, cases, and the statements in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from markdown_it import MarkdownIt

from denggao.rules import nodes as n
from denggao.web.assessments.texts import text_of

_HEADING = re.compile(r"^(#{2,3}) (.+)$")
#: Raw HTML in a text stays text; nothing is fetched.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@dataclass(slots=True)
class Article:
    """One heading of the text with what stands under it; ``first`` and ``last`` are lines."""

    heading: str
    level: int
    first: int
    last: int = 0
    extract: str = ""
    html: str = ""
    body: str = ""
    statements: list[n.Statement] = field(default_factory=list)

    @property
    def anchor(self) -> str:
        """The name of the place on the page."""
        return f"a{self.first}"


@lru_cache(maxsize=64)
def articles(text: str) -> tuple[Article, ...]:
    """The articles of a text that was loaded before."""
    lines = text.replace("\r\n", "\n").split("\n")
    found: list[Article] = []
    starts = [i for i, line in enumerate(lines) if _is_heading(lines, i)]
    for i, start in enumerate(starts):
        end = starts[i + 1] if i + 1 < len(starts) else len(lines)
        mark, heading = _HEADING.match(lines[start]).groups()  # type: ignore[union-attr]
        body = lines[start + 1 : end]
        quoted = [line[1:].strip() for line in body if line.startswith(">")]
        source = "\n".join(body)
        html = _MARKDOWN.render(source)
        found.append(Article(heading, len(mark), start + 1, end, "".join(quoted), html, source))
    return tuple(found)


def _is_heading(lines: list[str], at: int) -> bool:
    """A heading, and not a line inside a block of code."""
    fences = sum(line.startswith("```") for line in lines[:at])
    return fences % 2 == 0 and _HEADING.match(lines[at]) is not None


def with_statements(law: n.Instrument) -> list[Article]:
    """The articles of a law with the statements that stand under each."""
    found = []
    for article in articles(text_of(law)):
        here = [s for s in law.statements.values() if article.first <= s.line <= article.last]
        here.sort(key=lambda s: s.line)
        found.append(
            Article(
                article.heading, article.level, article.first, article.last,
                article.extract, article.html, article.body, here,
            )
        )  # fmt: skip
    return found


def article_of(parts: Sequence[Article], statement: n.Statement) -> Article | None:
    """Under which heading of a text a statement stands."""
    return next((a for a in parts if a.first <= statement.line <= a.last), None)
