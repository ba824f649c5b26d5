"""A table of theirs as certificates: heads matched, kinds by their full names, days checked;
what cannot be taken is unknown and its firm flagged, as of facts (``sql.source``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from denggao.facts.errors import UserError
from denggao.facts.identity import PLAIN_FORM, table_form
from denggao.facts.titleheads import TitleHeads
from denggao.facts.titlerows import NONE_WORDS, TELLING_NUMBER, TOLD_KIND, kinds_named
from denggao.facts.titles import CANCELLED, full_kind
from denggao.rules.engines.sql.dialect import Dialect
from denggao.rules.engines.sql.names import shortened
from denggao.rules.engines.sql.place import Place, Table
from denggao.rules.engines.sql.source import day_given
from denggao.rules.engines.sql.statement import Given
from denggao.rules.engines.sql.titles import (
    COUNT,
    FIRM,
    HELD,
    NUMBER,
    PAPERS,
    READ,
    REFUSED,
    TWICE,
    Papers,
    named,
    selected,
)
from denggao.rules.engines.tally import Tally

_DAYS = ("issued_on", "valid_to", "cancelled_on")
#: More kinds than there can be titles.
_MOST = 10_000
_NO_DAY = "CAST(NULL AS DATE)"
#: Words of a column of kinds → the kinds that they name.
_Meant = Mapping[str, tuple[str, ...]]


def key_of(dialect: Dialect, head: str, is_code: bool) -> Given:
    """A column that tells the firm, in the form in which two tables are compared."""
    name = dialect.name_of(head)
    wide, narrow, gone = table_form(is_code)
    stated = f"CAST({name} AS {dialect.text})"
    text = dialect.trimmed(stated)
    made = f"TRANSLATE({text}, {dialect.literal(wide + gone)}, {dialect.literal(narrow)})"
    is_plain = dialect.matched(stated, dialect.literal(PLAIN_FORM))
    value = f"CASE WHEN {is_plain} THEN {stated} ELSE NULLIF(UPPER({made}), '') END"
    return Given(value, {name: name})


def word_of(dialect: Dialect, head: str, none: Sequence[str] = ()) -> str:
    """A cell of text without the blanks around it; null where it says nothing."""
    text = dialect.trimmed(f"CAST({dialect.name_of(head)} AS {dialect.text})")
    words = ", ".join(dialect.literal(word) for word in ("", *none))
    return f"CASE WHEN {text} NOT IN ({words}) THEN {text} END"


def papers_of(
    dialect: Dialect,
    table: Table,
    heads: TitleHeads,
    firm: str,
    words: Sequence[str],
    is_complete: bool = False,
) -> Papers:
    """The table by the heads found in it; ``firm``: the head that tells the firm in the firms'
    table, ``words``: what stands in its column of kinds. Raises UserError for a column that
    cannot hold days."""
    meant = {word: kinds_named(word) for word in words}
    work = _Reader(dialect, table, meant)
    is_numbered = any("number" in group for group in heads.groups.values())
    parts = [work.group(kind, group, is_numbered) for kind, group in heads.groups.items()]
    several = sorted({kinds for kinds in meant.values() if len(kinds) > 1})
    return Papers(
        key=key_of(dialect, firm, heads.is_code),
        queries={
            READ: work.reading(key_of(dialect, heads.identity, heads.is_code)),
            PAPERS: "\nUNION ALL\n".join(parts),
        },
        numbered=is_numbered,
        spelled={
            kind: (kind, *(joined(kinds) for kinds in several if kind in kinds))
            for kind in sorted({kind for kinds in several for kind in kinds})
        },
        is_complete=is_complete,
    )


def joined(kinds: Sequence[str]) -> str:
    """Several titles of one cell, as one text."""
    return "、".join(kinds)


#: The columns of a table that is exchanged: see ``facts.enterprise``.
CANONICAL = {
    "uscc": "text",
    "kind": "text",
    "issued_on": "date",
    "valid_to": "date",
    "cancelled_on": "date",
    "event": "text",
}


def canonical(
    dialect: Dialect, table: str, firm: str = "uscc", is_complete: bool = False
) -> Papers:
    """A table whose columns are named as in the exchange form, kinds in full; a kind of NULL or
    无 with nothing else says that the firm holds none."""
    work = _Reader(dialect, Table(table, table, CANONICAL | {firm: "text"}), {})
    kind, event = dialect.name_of("kind"), dialect.name_of("event")
    days = {part: work.day(part) for part in _DAYS}
    work.read |= {kind: kind, event: event}
    some = " OR ".join(f"{text} IS NOT NULL" for text in (*days.values(), event))
    part = {
        FIRM: dialect.name_of(FIRM),
        "kind": f"COALESCE(NULLIF({kind}, '无'), CASE WHEN {some} THEN '' END)",
        **days,
        "is_end": f"COALESCE({event} = {dialect.literal(CANCELLED)}, FALSE)",
        REFUSED: work.refused(),
    }
    key = Given(dialect.name_of(firm), {})
    queries = {READ: work.reading(key), PAPERS: work.select(part)}
    return Papers(key, queries, has_ends=True, is_complete=is_complete)


def words_in(place: Place, table: Table, heads: TitleHeads) -> list[str]:
    """What stands in its column of kinds. Raises UserError for so many words that they cannot be
    kinds."""
    head = heads.groups.get("", {}).get("kind")
    if head is None:
        return []
    word = word_of(place.dialect, head, NONE_WORDS)
    name = place.dialect.name_of("词")
    text = f"SELECT DISTINCT {word} AS {name} FROM {table.text} LIMIT {_MOST + 1}"
    found = sorted(str(row[0]) for row in place.rows(text) if row[0] is not None)
    if len(found) >= _MOST:
        raise UserError(
            f"{table.name}的“{head}”有 {_MOST} 种以上写法，不像资格的名称；请核对这一列"
        )
    return found


def tally(place: Place, firms: str, papers: Papers) -> Tally:
    """What the certificates came to, while ``HELD`` still stands; ``firms``: what stands after
    FROM."""
    name = place.dialect.name_of
    firm, count, rows = name(FIRM), name(COUNT), name("行数")
    listed = f"SELECT {papers.key.value} AS {firm} FROM {firms}"
    grouped = f"SELECT {firm}, COUNT(*) AS {rows} FROM ({listed}) AS l GROUP BY {firm}"
    is_firm, is_paper = f"f.{rows} IS NOT NULL", f"h.{count} IS NOT NULL"
    is_stranger = f"{is_paper} AND h.{firm} IS NOT NULL AND f.{rows} IS NULL"

    def total(what: str, where: str) -> str:
        return f"COALESCE(SUM(CASE WHEN {where} THEN {what} ELSE 0 END), 0)"

    columns = (
        total(f"h.{count}", is_paper),
        total(f"h.{count}", is_stranger),
        f"COALESCE(MIN(CASE WHEN {is_stranger} THEN h.{firm} END), '')",
        total(f"h.{count}", f"{is_paper} AND h.{firm} IS NULL"),
        total(f"f.{rows}", f"{is_firm} AND h.{count} IS NULL"),
        total("1", f"f.{rows} > 1 AND f.{firm} IS NOT NULL"),
        total(f"h.{name(REFUSED)}", f"{is_firm} AND {is_paper}"),
        total(f"h.{name(TWICE)}", f"{is_firm} AND {is_paper}"),
    )
    selected_ = ", ".join(f"{text} AS c{i}" for i, text in enumerate(columns))
    found = place.rows(
        f"SELECT {selected_} FROM ({grouped}) AS f"
        f" FULL OUTER JOIN {name(HELD)} AS h ON f.{firm} = h.{firm}"
    )[0]
    return Tally(*(cell if isinstance(cell, str) else int(cell) for cell in found))  # type: ignore[arg-type]


class _Reader:
    """``read``: columns of the first query, quoted name → text."""

    def __init__(self, dialect: Dialect, table: Table, meant: _Meant) -> None:
        self.dialect, self.table, self.meant = dialect, table, meant
        self.read: dict[str, str] = {}
        self._refused: list[str] = []

    def reading(self, key: Given) -> str:
        columns = {self.dialect.name_of(FIRM): key.value, **self.read}
        return selected(self.dialect, columns, self.table.text, self.dialect.fence)

    def select(self, part: Mapping[str, str], where: str = "") -> str:
        columns = {named(self.dialect, name): text for name, text in part.items()}
        return selected(
            self.dialect, columns, self.dialect.name_of(READ), where and f"WHERE {where}"
        )

    def day(self, head: str) -> str:
        """A day that can be taken, or null."""
        step = self._step(head, "日")
        what, quoted = f"{self.table.name}的“{head}”", self.dialect.name_of(head)
        given, refused = day_given(self.dialect, quoted, self.table.types[head], what, step)
        self.read |= given.read
        self._refused.append(refused)
        return given.value

    def refused(self) -> str:
        """Is there a value, in any column read so far, that cannot be taken?"""
        found, self._refused = self._refused, []
        return " OR ".join(f"({text})" for text in found) or "FALSE"

    def group(self, implied: str, group: Mapping[str, str], is_numbered: bool) -> str:
        """The certificates that these columns tell of; they have a kind then, "" where it is
        not known which. A row without a kind says that the firm holds none."""
        days = {p: self.day(group[p]) if p in group else _NO_DAY for p in _DAYS}
        refused, number = self.refused(), f"CAST(NULL AS {self.dialect.text})"
        told = [text for text in days.values() if text is not _NO_DAY]
        if "number" in group:
            number = self._step(group["number"], "词")
            self.read[number] = word_of(self.dialect, group["number"], NONE_WORDS)
            told.append(number)
        is_one = " OR ".join([*(f"{text} IS NOT NULL" for text in told), refused])
        kind = self.dialect.literal(full_kind(implied)) if implied else "''"
        if not implied and "number" in group:
            pattern = self.dialect.literal(TELLING_NUMBER)
            is_told = self.dialect.matched(number, pattern)
            kind = f"CASE WHEN {is_told} THEN {self.dialect.literal(TOLD_KIND)} ELSE '' END"
        if "kind" in group:
            word = self._step(group["kind"], "词")
            self.read[word] = word_of(self.dialect, group["kind"], NONE_WORDS)
            kind = self._kind(word, f"CASE WHEN {is_one} THEN {kind} END", kind)
            days = {part: self._of_one(word, text) for part, text in days.items()}
        part = {FIRM: self.dialect.name_of(FIRM), "kind": kind}
        part |= {NUMBER: number} if is_numbered else {}
        return self.select(part | days | {REFUSED: refused}, "" if "kind" in group else is_one)

    def _kind(self, word: str, none: str, unclear: str) -> str:
        """In full; several in one cell joined."""
        meant = sorted((kinds, words) for words, kinds in self.meant.items() if kinds != (words,))
        lines = [f"WHEN {word} IS NULL THEN {none}"]
        for kinds, pairs in groupby(meant, key=lambda pair: pair[0]):
            text = unclear if kinds == ("",) else self.dialect.literal(joined(kinds))
            if kinds:
                lines.append(f"WHEN {word} IN ({self._words(w for _, w in pairs)}) THEN {text}")
        return "\n  ".join(["CASE", *lines, f"ELSE {word}"]) + "\nEND"

    def _of_one(self, word: str, day: str) -> str:
        """Of which of several titles in one cell the day is, nobody can tell."""
        several = [words for words, kinds in self.meant.items() if len(kinds) > 1]
        if not several:
            return day
        return f"CASE WHEN {word} NOT IN ({self._words(several)}) OR {word} IS NULL THEN {day} END"

    def _words(self, words: Iterable[str]) -> str:
        return ", ".join(self.dialect.literal(one) for one in words)

    def _step(self, head: str, what: str) -> str:
        return self.dialect.name_of(shortened(f"{head}·{what}", self.dialect.longest_name))
