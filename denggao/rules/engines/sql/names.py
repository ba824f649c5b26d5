"""Identifiers that a person can read: the catalogue's Chinese names, and what each column is."""

from __future__ import annotations

import re
from hashlib import blake2b

from denggao.facts.catalogue import catalogue
from denggao.rules.engines.sql.dialect import Dialect

#: The compiler's marks, and what they are called.
_PARTS = {
    "holds": "符合",
    "fails": "不符合",
    "lo": "低",
    "hi": "高",
    "lo_n": "低·分子",
    "lo_d": "低·分母",
    "hi_n": "高·分子",
    "hi_d": "高·分母",
    "open": "无上限",
    "undefined": "可能无值",
    "gap": "差距",
    "own": "自报",
    "derived": "推导",
    "contradicts": "矛盾",
    "day": "日序",
    "canonical": "代码",
    "operated": "经营",
    "operated_years": "经营年数",
    "age": "成立天数",
    "possible_holds": "可能",
    "possible_fails": "可能在后",
}
_YEAR = re.compile(r"^([a-z_0-9]+)(@\d{4})?(\.lo|\.hi)?$")
_LINE = re.compile(r"^(\d+)(holds|fails)$")
_SHARED = re.compile(r"^\d+$")
_ROOM = 8  # bytes of a shortened name's mark


class Names:
    """One readable identifier for each column of the compiler, no two the same."""

    def __init__(self, dialect: Dialect, titles: dict[str, str] | None = None) -> None:
        self._longest = dialect.longest_name
        self._titles = titles or {}
        self._given: dict[str, str] = {}
        self._taken: set[str] = set()

    def __getitem__(self, column: str) -> str:
        if column not in self._given:
            self._given[column] = self._free(readable(column, self._titles))
        return self._given[column]

    def take(self, name: str) -> None:
        """A name that no column may have."""
        self._taken.add(name)

    def _free(self, name: str) -> str:
        wanted, number = shortened(name, self._longest), 1
        while wanted in self._taken:
            number += 1
            wanted = shortened(f"{name}·{number}", self._longest)
        self._taken.add(wanted)
        return wanted


def readable(column: str, titles: dict[str, str]) -> str:
    """What the column is, in the words of the catalogue and of the rules."""
    if column.startswith("flag:"):
        return f"标记·{column.removeprefix('flag:')}"
    first, *marks = column.split("§")
    words = [_of_fact(first, titles)] if first else []
    for mark in marks:
        name, at, year = mark.partition("@")
        if _SHARED.match(name):
            words.append(f"中间{name}" if not first else name)
        else:
            line = _LINE.match(name)
            told = f"第{int(line[1]) + 1}行{_PARTS[line[2]]}" if line else _PARTS.get(name, name)
            words.append(told + at + year)
    return "·".join(filter(None, words))


def _of_fact(name: str, titles: dict[str, str]) -> str:
    if name in titles:
        return titles[name]
    found = _YEAR.match(name)
    if found is None or found[1] not in catalogue():
        return name.removesuffix("holds").removesuffix("fails")
    side = {".lo": "·下限", ".hi": "·上限"}.get(found[3] or "", "")
    return catalogue()[found[1]].name + (found[2] or "") + side


def shortened(name: str, longest: int | None) -> str:
    """A name that fits; one that does not keeps its beginning and gets a mark of its own."""
    if longest is None or len(name.encode()) <= longest:
        return name
    mark = blake2b(name.encode(), digest_size=_ROOM // 2).hexdigest()
    start = name.encode()[: longest - _ROOM - 1].decode(errors="ignore")
    return f"{start}~{mark}"
