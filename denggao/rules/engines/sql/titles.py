"""Certificates in SQL: read, brought together, and gathered into one row for each firm that has
any, with a mark for each question of the law (``lowering.titles``), which is joined to the firm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from denggao.facts.enterprise import CONTRADICTION, OUT_OF_DOMAIN
from denggao.rules.engines.lowering.days import Asked
from denggao.rules.engines.lowering.expr import Type, col
from denggao.rules.engines.lowering.titles import Paper, Question, question
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.emit import Emitter
from denggao.rules.engines.sql.lines import indented
from denggao.rules.engines.sql.names import Names
from denggao.rules.engines.sql.statement import Given, Join, Source

#: The queries, and the columns of theirs beside those of ``_NAMED``.
READ, PAPERS, MENDED, HELD = "证书读入", "证书逐张", "证书核对", "证书逐户"
FIRM, NUMBER, REFUSED, TWICE, COUNT = "企业键", "编号", "证书不能用", "证书矛盾", "证书张数"
_NAMED = {
    "kind": "资格",
    "issued_on": "发证日",
    "valid_to": "到期日",
    "cancelled_on": "撤销日",
    "is_end": "是撤销",
}


@dataclass(frozen=True, slots=True)
class Papers:
    """A table of certificates. ``key``: the firm's key as text of a column of the firms' table;
    ``queries``: name → text, the last one has the columns ``FIRM``, kind, days, ``REFUSED``
    (a value could not be taken) and, with ``numbered``, ``NUMBER``. ``spelled``: kind → what
    stands for it in the column, where that is more than the kind. ``has_ends``: cancellations of
    their own are among the rows."""

    key: Given
    queries: Mapping[str, str]
    numbered: bool = False
    spelled: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    has_ends: bool = False
    is_complete: bool = False


def with_papers(
    dialect: Dialect, source: Source, papers: Papers, asked: Iterable[Asked], as_of: date
) -> Source:
    """The source with a column for each question, and the flags of the firm's certificates."""
    work = _Work(dialect, papers, as_of)
    wanted = sorted(asked, key=repr)
    questions = [work.question(one) for one in wanted]
    columns = {
        **source.columns,
        **{
            name: Given(work.say(answer), {})
            for one in questions
            for name, answer in one.answers.items()
        },
        **_flags(dialect, source),
    }
    join = Join(
        queries={**papers.queries, **work.queries(wanted, questions)},
        name=dialect.name_of(HELD),
        key=papers.key,
        column=dialect.name_of(FIRM),
    )
    return replace(source, columns=columns, join=join)


def _flags(dialect: Dialect, source: Source) -> dict[str, Given]:
    refused, twice = (f"COALESCE({dialect.name_of(name)} = 1, FALSE)" for name in (REFUSED, TWICE))
    flag = f"flag:{OUT_OF_DOMAIN}"
    before = source.columns.get(flag, Given("FALSE", {}))
    own = refused if before.value == "FALSE" else f"{before.value}\n  OR {refused}"
    return {flag: Given(own, before.read), f"flag:{CONTRADICTION}": Given(twice, {})}


class _Work:
    """The queries of one statement."""

    def __init__(self, dialect: Dialect, papers: Papers, as_of: date) -> None:
        self.dialect, self.papers, self.as_of = dialect, papers, as_of
        self.names = Names(dialect, _NAMED)
        self.say = Emitter(dialect, self.names)

    def question(self, asked: Asked) -> Question:
        paper = self._paper(asked.kind)
        kinds = self.papers.spelled.get(asked.kind)
        return question(asked, self.as_of, paper, kinds, self.papers.is_complete)

    def queries(self, asked: Sequence[Asked], questions: Sequence[Question]) -> dict[str, str]:
        before, found = [*self.papers.queries][-1], {}
        if self.papers.numbered:
            before, found[MENDED] = MENDED, self._mended(before)
        elif self.papers.has_ends:
            before, found[MENDED] = MENDED, self._ended(before, [one.kind for one in asked])
        return {**found, HELD: self._held(before, questions)}

    def _paper(self, kind: str) -> Paper:
        if not self.papers.has_ends:
            return Paper()
        return Paper(
            is_end=col("is_end", Type.FLAG),
            ended=col(_ended_on(kind), Type.DAY),
            end_open=col(_end_open(kind), Type.FLAG),
        )

    def _held(self, before: str, questions: Sequence[Question]) -> str:
        """A row for each firm that somebody spoke of, the greatest marks in it."""
        lines = [self._name(FIRM)]
        for one in questions:
            for name, mark in one.marks.items():
                most = f"MAX({self.say(mark)})"
                if self.dialect.strict:  # ClickHouse joins 0 where a type has no null
                    most = f"CAST({most} AS {self.say.type(mark.type)})"
                lines.append(f"{most} AS {self._name(name)}")
        backwards = self.say.condition(Paper().is_backwards)
        if self.papers.numbered:
            backwards += f" OR {self._name(TWICE)}"
        for name, flag in ((REFUSED, self._name(REFUSED)), (TWICE, backwards)):
            lines.append(f"MAX(CASE WHEN {flag} THEN 1 ELSE 0 END) AS {self._name(name)}")
        lines.append(f"COUNT({self._name('kind')}) AS {self._name(COUNT)}")
        return "\n".join(
            [
                "SELECT",
                _listed(self.dialect, lines),
                f"FROM {self._name(before)}",
                f"GROUP BY {self._name(FIRM)}",
            ]
        )

    def _mended(self, before: str) -> str:
        """Rows of one number are one certificate: what one leaves out the other may say; where
        they end on different days, the end is not known (``facts.titlemerge``)."""
        firm, kind, number, issued, until, cancelled = map(
            self._name, (FIRM, "kind", NUMBER, "issued_on", "valid_to", "cancelled_on")
        )
        over = f"OVER (PARTITION BY {firm}, {kind}, {number})"
        is_one = f"{number} IS NOT NULL AND {cancelled} IS NULL"
        end = f"CASE WHEN {cancelled} IS NULL THEN {until} END"
        first, last = f"MIN({end}) {over}", f"MAX({end}) {over}"
        begun = f"CASE WHEN {cancelled} IS NULL AND {until} IS NULL THEN {issued} END"
        columns = {
            firm: firm,
            kind: f"CASE WHEN {is_one} AND {until} IS NULL AND {first} IS NOT NULL THEN NULL"
            f" ELSE {kind} END",
            issued: f"CASE WHEN {is_one} AND {until} IS NOT NULL"
            f" THEN COALESCE({issued}, MIN({begun}) {over}) ELSE {issued} END",
            until: f"CASE WHEN {is_one} AND {first} < {last} THEN NULL ELSE {until} END",
            cancelled: cancelled,
            self._name(REFUSED): self._name(REFUSED),
            self._name(TWICE): f"({is_one} AND COALESCE({first} < {last}, FALSE))"
            f" OR COALESCE({until} < {issued}, FALSE)",
        }
        return selected(self.dialect, columns, self._name(before))

    def _ended(self, before: str, kinds: Iterable[str]) -> str:
        """Each certificate with the first cancellation on record since its issue, by kind."""
        firm, kind, issued, cancelled, is_end = map(
            self._name, (FIRM, "kind", "issued_on", "cancelled_on", "is_end")
        )
        day = f"COALESCE({cancelled}, {issued})"
        order = f"CASE WHEN {is_end} THEN {day} ELSE {issued} END"
        columns = {"*": "*"}
        for one in dict.fromkeys(kinds):
            ours = f"{is_end} AND {kind} IN ({self.dialect.literal(one)}, '')"
            since = f"  OVER (PARTITION BY {firm} ORDER BY {order} DESC)"
            columns[self._name(_ended_on(one))] = f"MIN(CASE WHEN {ours} THEN {day} END)\n{since}"
            unknown = f"CASE WHEN {ours} AND {day} IS NULL THEN 2 WHEN {ours} THEN 1 ELSE 0 END"
            least = f"CASE WHEN {issued} IS NULL THEN 1 ELSE 2 END"
            columns[self._name(_end_open(one))] = (
                f"MAX({unknown})\n  OVER (PARTITION BY {firm}) >= {least}"
            )
        return selected(self.dialect, columns, self._name(before))

    def _name(self, column: str) -> str:
        return self.dialect.name_of(self.names[column])


def named(dialect: Dialect, column: str) -> str:
    """A column of a certificate as it is called in the queries."""
    return dialect.name_of(_NAMED.get(column, column))


def selected(dialect: Dialect, columns: Mapping[str, str], table: str, more: str = "") -> str:
    """A query of these columns, quoted name → text."""
    lines = [text if text == name else f"{text} AS {name}" for name, text in columns.items()]
    return "\n".join(
        ["SELECT", _listed(dialect, lines), f"FROM {table}", *([more] if more else [])]
    )


def _ended_on(kind: str) -> str:
    return f"{kind}·撤销于"


def _end_open(kind: str) -> str:
    return f"{kind}·撤销日不明"


def _listed(dialect: Dialect, lines: Iterable[str]) -> str:
    return ",\n".join(indented(line, dialect.escapes) for line in lines)
