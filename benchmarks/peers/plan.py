"""Which measures stand beside the peers, and the goals that are read from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import data
from measure import Measure

from peers.contenders import CONTENDERS

Found = Mapping[str, Mapping[str, Any]]
_IN = "peers.measured."
MILLION = 1_000_000


@dataclass(frozen=True)
class Goal:
    """``of`` ÷ ``beside`` in this number is at most (at least) so much."""

    text: str
    of: str
    beside: str | None
    number: str
    limit: float
    at_least: bool = False

    def value(self, found: Found) -> float | None:
        names = [self.of, *([self.beside] if self.beside else [])]
        if any(name not in found or self.number not in found[name] for name in names):
            return None
        top, *below = (found[name][self.number] for name in names)
        return top / below[0] if below else top

    def is_met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit


def measures(rows: int, *, large: bool = False) -> list[Measure]:
    """All of them, at this size. ``large``: ten million firms too, once."""
    some, few = min(rows, 100_000), min(rows, 1_000)
    read = Measure("peer-read", f"{rows:,} 家：只读 Parquet", f"{_IN}peer_read", {"rows": rows})
    found = [read, *(_peer(name, rows) for name in _EVERY)]
    found.append(_peer("zen", some, "-some"))
    found += [_peer("ours", some, "-some")] if some < rows else []
    found.append(_peer("openfisca-json", few, "-few"))
    found += [_peer("ours", few, "-few")] if few < some else []
    for size in (10_000, 100_000):
        found += [_peer(name, size, f"-{size // 1000}k") for name in _EVERY if size < rows]
    found += [
        Measure(
            f"cores-{name}-{k}", f"{rows:,} 家：{CONTENDERS[name].title}，{k} 核",
            f"{_IN}peer", {"rows": rows, "name": name, "threads": k},
        )
        for name in _EVERY[:3] for k in (1, 2) if rows >= 100_000
    ]  # fmt: skip
    found += _laws(rows, some)
    found += [
        Measure(
            f"peer-exact-{name}", f"临界行，{CONTENDERS[name].title}",
            f"{_IN}peer_exact", {"name": name, "rows": min(rows, 12_000)}, once=True,
        )
        for name in (*_EVERY, "zen")
    ]  # fmt: skip
    for where, name in (("postgresql", "PostgreSQL"), ("spark:local[2]", "Spark")):
        size = 3 * rows if name == "Spark" else some  # it plans for half a second, and more
        found.append(
            Measure(
                f"peer-sql-{name.lower()}", f"{size:,} 家：四个条件，SQL 在 {name} 上",
                "handwritten.measured", {"where": where, "rows": size}, once=True,
            )
        )  # fmt: skip
    found.append(Measure("plain-forms", "照手册写的规则", f"{_IN}plain_forms", once=True))
    most = 10 * MILLION if large else rows
    found += [_peer(name, most, "-large", once=True) for name in _EVERY[:3] if large]
    told = f"{most:,} 家：登高，文件到 Parquet"
    return [*found, Measure("to-parquet", told, f"{_IN}to_parquet", {"rows": most}, once=True)]


#: Those that can do a million firms.
_EVERY = ("ours", "polars", "duckdb", "openfisca", "loop")


def _peer(name: str, rows: int, suffix: str = "", *, once: bool = False) -> Measure:
    title = f"{rows:,} 家：{CONTENDERS[name].title}"
    arguments = {"rows": rows, "name": name}
    return Measure(f"peer-{name}{suffix}", title, f"{_IN}peer", arguments, once=once)


def _laws(rows: int, some: int) -> Iterator[Measure]:
    for name, names in (("高企", ["hnte"]), ("高企、科小两份办法", ["hnte", "sme"])):
        yield Measure(
            f"pass-{len(names)}", f"{rows:,} 家全部结果：{name}",
            f"{_IN}laws", {"rows": rows, "names": names},
        )  # fmt: skip
    for count in (1, 5, 10, 20) if rows >= 100_000 else (1, 5):
        names = ["hnte"] * count
        yield Measure(
            f"laws-{count}", f"{some:,} 家全部结果：高企 {count} 份",
            f"{_IN}laws", {"rows": some, "names": names},
        )  # fmt: skip
    for law in ("hnte", "sme"):
        title = f"编译{data.LAWS[law]}"
        yield Measure(f"compile-{law}", title, f"{_IN}compiling", {"law": law, "times": 30})


def goals(rows: int, *, large: bool) -> list[Goal]:
    """Goals of time hold at a million firms, where the fixed part no longer counts."""
    ours, full = "peer-ours", rows >= MILLION
    found = [
        Goal("编译高企，秒", "compile-hnte", None, "cpu", 0.020),
        Goal("编译科小，秒", "compile-sme", None, "cpu", 0.020),
    ]
    if rows >= 100_000:
        zen, same = "peer-zen-some", "peer-ours-some"
        found.append(Goal("zen 批量 ÷ 登高，十万家", zen, same, "cpu", 20, at_least=True))
        laws = Goal("20 份办法 ÷ 1 份，十万家", "laws-20", "laws-1", "cpu", 22)
        found.append(laws)
    if not full:
        return found
    for name, title in (("postgresql", "PostgreSQL"), ("spark", "Spark")):
        found.append(
            Goal(f"{title}：我们的 SQL ÷ 手写 SQL", f"peer-sql-{name}", None, "ratio", 1.2)
        )
    found += [
        Goal("登高 ÷ 手写精确 Polars", ours, "peer-polars", "cpu", 1.3),
        Goal("登高 ÷ 只读同样的列", ours, "peer-read", "cpu", 3.0),
        Goal("手写精确 DuckDB SQL ÷ 登高", "peer-duckdb", ours, "cpu", 1.7, at_least=True),
        Goal("OpenFisca 整列数组 ÷ 登高", "peer-openfisca", ours, "cpu", 3.0, at_least=True),
        Goal("高企、科小一遍 ÷ 高企", "pass-2", "pass-1", "cpu", 1.7),
        Goal("内存峰值：登高 ÷ 手写 Polars", ours, "peer-polars", "mb", 1.3),
    ]
    if large:
        found.append(Goal("一千万家流式写 Parquet，内存峰值 MB", "to-parquet", None, "mb", 2048))
    return found


def agreement(found: Found) -> list[str]:
    """Where contenders of the same size gave different answers: a line for each."""
    seen: dict[int, tuple[str, Mapping[str, str]]] = {}
    lines = []
    for name, numbers in found.items():
        if "digest" not in numbers:
            continue
        first, digest = seen.setdefault(numbers["rows"], (name, numbers["digest"]))
        differs = [column for column, value in digest.items() if numbers["digest"][column] != value]
        if differs:
            lines.append(f"- **`{name}` 与 `{first}` 的答案不同**：{'、'.join(differs)}")
    return lines


def goal_table(found: Found, every: list[Goal]) -> list[str]:
    """Markdown."""
    lines = ["| 目标 | 应 | 量得 | |", "|---|--:|--:|---|"]
    for goal in every:
        value = goal.value(found)
        if value is not None:
            unit = "" if goal.beside is None else " ×"
            sign = "≥" if goal.at_least else "≤"
            held = "达到" if goal.is_met(value) else "**未达到**"
            numbers = f"{sign} {goal.limit:g}{unit} | {value:.3g}{unit}"
            lines.append(f"| {goal.text} | {numbers} | {held} |")
    return [*lines, ""] if len(lines) > 2 else []
