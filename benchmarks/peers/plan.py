"""Which measures stand beside the peers, and the goals that are read from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

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
    title = f"{rows:,} 家，可核实条件与成长性"
    found = [Measure("peer-read", f"{title}：只读 Parquet", f"{_IN}peer_read", {"rows": rows})]
    found += [_peer(name, rows) for name in ("ours", "polars", "duckdb", "openfisca", "loop")]
    found += [_peer(name, some, "-some") for name in ("ours", "zen")]
    found += [_peer(name, few, "-few") for name in ("ours", "openfisca-json")]
    found += _growing(rows)
    found += [
        Measure(
            f"cores-{name}-{k}", f"{title}：{CONTENDERS[name].title}，{k} 核",
            f"{_IN}peer", {"rows": rows, "name": name, "threads": k},
        )
        for name in ("ours", "polars", "duckdb") for k in (1, 2)
    ]  # fmt: skip
    found += _laws(rows, some)
    found += [
        Measure(
            f"peer-exact-{name}", f"临界行，{CONTENDERS[name].title}",
            f"{_IN}peer_exact", {"name": name, "rows": min(rows, 60_000)}, once=True,
        )
        for name in CONTENDERS if name != "openfisca-json"
    ]  # fmt: skip
    found.append(Measure("plain-forms", "照手册写的规则", f"{_IN}plain_forms", once=True))
    most = 10 * MILLION if large else rows
    more = [_peer(name, most, "-large", once=True) for name in ("ours", "polars", "duckdb")]
    stream = Measure(
        "to-parquet",
        f"{most:,} 家，同上：文件到 Parquet",
        f"{_IN}to_parquet",
        {"rows": most},
        once=True,
    )
    return [*found, *(more if large else []), stream]


def _peer(name: str, rows: int, suffix: str = "", *, once: bool = False) -> Measure:
    title = f"{rows:,} 家：{CONTENDERS[name].title}"
    arguments = {"rows": rows, "name": name}
    return Measure(f"peer-{name}{suffix}", title, f"{_IN}peer", arguments, once=once)


def _growing(rows: int) -> Iterator[Measure]:
    for size in (10_000, 100_000):
        if size < rows:
            for name in ("ours", "polars", "duckdb", "openfisca", "loop"):
                yield _peer(name, size, f"-{size // 1000}k")


def _laws(rows: int, some: int) -> Iterator[Measure]:
    for name, names in (("hnte", ["hnte"]), ("both", ["hnte", "sme"])):
        yield Measure(
            f"pass-{name}", f"{rows:,} 家全部结果：{'高企、科小两份办法' if name == 'both' else '高企'}",
            f"{_IN}laws", {"rows": rows, "names": names},
        )  # fmt: skip
    for count in (1, 5, 10, 20):
        names = ["hnte", "sme"] * count
        yield Measure(
            f"laws-{count}", f"{some:,} 家全部结果：{count} 份办法（高企、科小轮流）",
            f"{_IN}laws", {"rows": some, "names": names[:count]},
        )  # fmt: skip
    for law in ("hnte", "sme"):
        yield Measure(
            f"compile-{law}", f"编译一份办法（{law}）", f"{_IN}compiling", {"law": law, "times": 30}
        )


def goals(rows: int, *, large: bool) -> list[Goal]:
    """Goals of time hold at a million firms, where the fixed part no longer counts."""
    ours, full = "peer-ours", rows >= MILLION
    found = [
        Goal("编译，高企", "compile-hnte", None, "cpu", 0.020),
        Goal("编译，科小", "compile-sme", None, "cpu", 0.020),
    ]
    if rows >= 100_000:
        found.append(
            Goal(
                "zen 批量的时间 ÷ 登高，十万家", "peer-zen-some", "peer-ours-some", "cpu", 20, True
            )
        )
    if not full:
        return found
    found += [
        Goal("登高 ÷ 手写精确 Polars", ours, "peer-polars", "cpu", 1.3),
        Goal("登高 ÷ 只读同样的列", ours, "peer-read", "cpu", 3.0),
        Goal("手写精确 DuckDB SQL ÷ 登高", "peer-duckdb", ours, "cpu", 1.7, True),
        Goal("OpenFisca 整列数组 ÷ 登高", "peer-openfisca", ours, "cpu", 3.0, True),
        Goal("两份国家办法一遍 ÷ 高企一份", "pass-both", "pass-hnte", "cpu", 1.7),
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
            lines.append(
                f"| {goal.text} | {sign} {goal.limit:g}{unit} | {value:.3g}{unit} | {held} |"
            )
    return [*lines, ""] if len(lines) > 2 else []
