"""The job as a GoRules decision graph: one expression node, evaluated in batches.

zen has no three-valued logic: a comparison with null is an error, so every test asks first.
Numbers are decimals of 28 digits; amounts are whole 分, the founding date comes as its year and
the age in days (its own date functions would cost more).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import data
import polars as pl

from peers.subset import COLUMNS, LAST, OUTPUT

_KEY = "hnte"
_BATCH = 1_000


def _each(template: str, joined: str) -> str:
    return joined.join("(" + template.replace("#", str(y)) + ")" for y in range(3))


def _growth(p: str) -> dict[str, str]:
    """Top ÷ below is 2 × (1 + the rate); both are turned where below is negative."""
    a, b, c = (f"{p}{y}" for y in range(3))
    bands = "".join(f"$.{p}_top >= $.{p}_below * {100 + k} ? {n} : " for k, n in _BANDS)
    two = f"$.op0 and {a} != 0"
    below = f"({two} ? {a} * {b} : {b})"
    return {
        f"{p}_there": f"(not($.op0) or {a} != null) and {b} != null and {c} != null",
        f"{p}_use": f"$.op1 and $.{p}_there and {b} != 0",
        f"{p}_sign": f"$.{p}_use and {below} < 0 ? -1 : 1",
        f"{p}_top": f"$.{p}_use ? 50 * $.{p}_sign * ({two} ? {b} * {b} + {a} * {c} : 2 * {c}) : 0",
        f"{p}_below": f"$.{p}_use ? {below} * $.{p}_sign : 1",
        f"{p}_lo": f"$.{p}_use ? ({bands}$.{p}_top > $.{p}_below * 100 ? 1 : 0) : 0",
    }


def _high(p: str) -> str:
    return f"($.op1 and not($.{p}_there) ? 10 : ($.{p}_lo > 0 ? $.{p}_lo + 1 : 0))"


_BANDS = ((35, 9), (25, 7), (15, 5), (5, 3))
_TRUTHS = ("c1", "ip", "c4", "c5a", "c5b", "c6")
_FALSE = " or ".join(f"$.{c} == false" for c in _TRUTHS)
_NULL = " or ".join(f"$.{c} == null" for c in _TRUTHS)
_LEAST = "min([$.earlier * 5, ($.earlier + 5000000001) * 4, ($.earlier + 20000000001) * 3])"
_EXPRESSIONS = {
    **{f"op{y}": f"founded == null or founded <= {data.YEARS[y]}" for y in range(3)},
    **{f"sane{y}": f"$.op{y} and (i{y} == null or x{y} == null or i{y} <= x{y})" for y in range(3)},
    "c1": "age == null ? null : age >= 365",
    "c1_gap": "age == null ? null : max([365 - age, 0])",
    "ip": "(class1 ?? 0) + (class2 ?? 0) >= 1 ? true"
          " : (class1 == null or class2 == null ? null : false)",
    "c4_known": "$.op2 and tech != null and staff != null ? staff > 0 and tech <= staff : false",
    "c4": "$.c4_known ? tech * 10 >= staff : null",
    "c4_gap": "$.c4_known ? max([staff - tech * 10, 0]) : null",
    "c6_known": "$.op2 and high != null and income != null ? income > 0 : false",
    "c6": "$.c6_known ? high * 5 >= income * 3 : null",
    "c6_gap": "$.c6_known ? max([income * 3 - high * 5, 0]) : null",
    "r": _each("$.sane# ? (x# ?? i# ?? 0) : 0", " + "),
    "rk": _each("not($.op#) or ($.sane# and x# != null)", " and "),
    "d": _each("$.sane# ? (i# ?? 0) : 0", " + "),
    "dm": _each("$.sane# ? (i# ?? x# ?? 0) : 0", " + "),
    "dk": _each("not($.op#) or ($.sane# and (i# != null or x# != null))", " and "),
    "earlier": "($.op0 ? (q0 ?? 0) : 0) + ($.op1 ? (q1 ?? 0) : 0)",
    "last": "$.op2 ? (q2 ?? 0) : 0",
    "sales": "$.earlier + $.last",
    "sk": _each("not($.op#) or q# != null", " and "),
    "asked": "$.sales * ($.last <= 5000000000 ? 5 : ($.last <= 20000000000 ? 4 : 3))",
    "c5a_yes": "$.sk and $.sales > 0 and $.r * 100 >= $.asked",
    "c5a_no": "$.rk and ((not($.op2) or q2 != null) ? $.r * 100 < $.asked"
              f" : $.earlier > 0 and $.r * 100 < {_LEAST})",
    "c5a": "$.c5a_yes ? true : ($.c5a_no ? false : null)",
    "c5a_gap": "$.c5a_yes ? 0 : ($.sk and $.rk and $.sales > 0 ? $.asked - $.r * 100 : null)",
    "c5b_yes": "$.rk and $.r > 0 and $.d * 5 >= $.r * 3",
    "c5b": "$.c5b_yes ? true : ($.dk and $.dm * 5 < $.r * 3 ? false : null)",
    "c5b_gap": "$.c5b_yes ? 0"
               " : ($.rk and $.dk and $.r > 0 and $.d == $.dm ? $.r * 3 - $.d * 5 : null)",
    "hard": f"{_FALSE} ? false : ({_NULL} ? null : true)",
    **_growth("q"), **_growth("n"),
    "negative": "($.op0 and n0 != null and n0 < 0) or (n1 ?? 0) < 0 or (n2 ?? 0) < 0",
    "growth_lo": "$.q_lo + ($.negative ? 0 : $.n_lo)",
    "growth_hi": f"{_high('q')} + {_high('n')}",
}  # fmt: skip


def graph() -> str:
    """The decision as JSON; it gives the outputs and nothing it needed on the way."""
    rows = [{"id": k, "key": k, "value": v} for k, v in _EXPRESSIONS.items()]
    give = [{"id": k, "key": k, "value": k} for k in OUTPUT]
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "content": {"schema": ""}},
        {"id": "rules", "type": "expressionNode", "name": "rules",
         "content": {"expressions": rows, "passThrough": True}},
        {"id": "give", "type": "expressionNode", "name": "give",
         "content": {"expressions": give, "passThrough": False}},
        {"id": "out", "type": "outputNode", "name": "out", "content": {"schema": ""}},
    ]  # fmt: skip
    steps = ["in", "rules", "give", "out"]
    edges = [
        {"id": f"{a}-{b}", "type": "edge", "sourceId": a, "targetId": b} for a, b in pairwise(steps)
    ]
    return json.dumps({"nodes": nodes, "edges": edges})


def judge(path: Path) -> pl.DataFrame:
    """Read, make a context of every row, evaluate in batches, gather."""
    import zen

    engine = zen.ZenEngine({"loader": {"type": "static", "content": {_KEY: json.loads(graph())}}})
    columns: dict[str, list[Any]] = {name: [] for name in OUTPUT}
    for contexts in _batches(_contexts(path)):
        answers = engine.evaluate_batch([{"key": _KEY, "context": c} for c in contexts])
        for context, answer in zip(contexts, answers, strict=True):
            # amounts of 10^14 分 are too large for its growth rates: an error, so no answer
            result = answer["data"]["result"] if answer["success"] else {"name": context["name"]}
            for name, values in columns.items():
                values.append(result.get(name))
    types = {"name": pl.String, **dict.fromkeys(OUTPUT[1:8], pl.Boolean)}
    return pl.DataFrame(columns, schema={c: types.get(c, pl.Int64) for c in OUTPUT})


def _contexts(path: Path) -> Iterator[dict[str, Any]]:
    founded = pl.col("established_on")
    short = {
        f"{code}@{y}": f"{p}{i}"
        for code, p in (
            ("rd_expense", "x"),
            ("rd_domestic", "i"),
            ("sales", "q"),
            ("net_assets", "n"),
        )
        for i, y in enumerate(data.YEARS)
    }
    short |= {
        "ip_class1": "class1", "ip_class2": "class2", f"tech_staff@{LAST}": "tech",
        f"staff@{LAST}": "staff", f"ht_income@{LAST}": "high", f"total_income@{LAST}": "income",
    }  # fmt: skip
    frame = pl.read_parquet(path, columns=["name", *COLUMNS]).with_columns(
        founded=founded.dt.year(), age=(pl.lit(data.AS_OF) - founded).dt.total_days()
    )
    yield from frame.drop("established_on").rename(short).iter_rows(named=True)


def _batches(contexts: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """``itertools.batched``, which came with Python 3.12."""
    batch: list[dict[str, Any]] = []
    for context in contexts:
        batch.append(context)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
