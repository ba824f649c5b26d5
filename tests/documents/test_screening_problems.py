"""数据问题 in words."""

from __future__ import annotations

import re
from pathlib import Path

import denggao
from denggao.documents.screening_problems import kind_words

#: Where a kind of problem is named: made at once, or handed to the method that makes it.
_NAMED = re.compile(r'(?:\b(?:Finding|BadCell)\(|\._damaged\(row, number,)\s*"(\w+)"')


def test_every_kind_of_problem_has_words() -> None:
    sources = Path(denggao.__file__).parent.rglob("*.py")
    kinds = {kind for path in sources for kind in _NAMED.findall(path.read_text("utf-8"))}
    assert {"not_a_number", "formula_without_value", "extra_cells", "no_district"} <= kinds
    assert len(kinds) > 50
    assert {kind for kind in kinds if kind_words(kind) == "其他"} == set()
    assert kind_words("nothing of the kind") == "其他"
