"""Columns of facts that only certain words can state, 技术领域 and 是否: the plain words stand in
the statement; the table is asked for its others once, and the reader of workbooks reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from denggao.facts.catalogue import Fact
from denggao.facts.closedwords import Word, read, usual
from denggao.rules.engines.sql.dialect import Dialect

#: Asks the place a small question.
Ask = Callable[[str], list[tuple[Any, ...]]]
_NOTHING = "-"
_STEP: dict[Word, str] = {None: _NOTHING, True: "是", False: "否"}
_MOST = 10_000
#: So many words stand in one line of the statement.
_IN_LINE = 12


def word_of(dialect: Dialect, fact: Fact, name: str) -> str:
    """The cell of the column without the blanks around it, 是否 in small letters."""
    text = dialect.trimmed(f"CAST({name} AS {dialect.text})")
    return f"LOWER({text})" if fact.unit == "是否" else text


def stated(dialect: Dialect, word: str, meant: Mapping[str, Word]) -> str:
    """The step of such a column: a code, 是, 否, ``?`` for what is refused, or null."""
    words: dict[str, list[str]] = {}
    for text, value in meant.items():
        words.setdefault(_STEP.get(value) or str(value), []).append(text)
    nothing, own = words.pop(_NOTHING), [step for step, said in words.items() if step in said]
    lines = [f"WHEN {word} IN ({_listed(dialect, own)}) THEN {word}"]
    for step, said in words.items():
        if others := [text for text in said if text != step]:
            listed = _listed(dialect, others)
            lines.append(f"WHEN {word} IN ({listed}) THEN {dialect.literal(step)}")
    return f"CASE {' '.join(lines)} WHEN {word} NOT IN ({_listed(dialect, nothing)}) THEN '?' END"


def value_of(dialect: Dialect, fact: Fact, step: str) -> tuple[str, str]:
    """The value that such a step is, and: is it refused?"""
    refused = f"{step} IS NOT NULL AND {step} = '?'"
    if fact.unit == "是否":
        return f"CASE {step} WHEN '是' THEN TRUE WHEN '否' THEN FALSE END", refused
    return f"NULLIF({step}, '?')", refused


def unusual(
    dialect: Dialect, table: str, columns: Mapping[str, tuple[str, Fact]], ask: Ask
) -> dict[str, dict[str, Word]]:
    """Key → the words besides the usual ones that are read all the same, or say nothing;
    ``columns``: key → quoted name and fact. None of a column with thousands of them."""
    odd = {}
    for key, (name, fact) in columns.items():
        word = word_of(dialect, fact, name)
        odd[key] = f"CASE WHEN {word} NOT IN ({_listed(dialect, usual(fact))}) THEN {word} END"
    if not odd:
        return {}
    said = " OR ".join(f"{text} IS NOT NULL" for text in odd.values())
    shown = ", ".join(f"{text} AS c{i}" for i, text in enumerate(odd.values()))
    rows = ask(f"SELECT DISTINCT {shown} FROM {table} WHERE {said} LIMIT {_MOST}")
    found: dict[str, dict[str, Word]] = {key: {} for key in odd}
    if len(rows) >= _MOST:  # few words in each of many columns combine to as many: one by one
        for key in odd if len(odd) > 1 else ():
            found |= unusual(dialect, table, {key: columns[key]}, ask)
        return found
    for row in rows:
        for key, word in zip(odd, row, strict=True):
            value, is_refused = read(columns[key][1], word)
            if word is not None and not is_refused:
                found[key][word] = value
    return {key: dict(sorted(words.items())) for key, words in found.items()}


def _listed(dialect: Dialect, words: Iterable[str]) -> str:
    said = [dialect.literal(word) for word in words]
    lines = [", ".join(said[i : i + _IN_LINE]) for i in range(0, len(said), _IN_LINE)]
    return ",\n      ".join(lines)
