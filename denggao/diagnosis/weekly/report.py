"""周报告: the figures of the day by unit, last week's beside them, the rows behind each, the
causes of each difference, and what is late or due. Plain values only, so that it can be kept as
JSON and opened again unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from denggao.diagnosis.weekly import figures as f
from denggao.diagnosis.weekly.explain import Cause, aligned, explain, explained
from denggao.diagnosis.weekly.stand import PLACES, Stand
from denggao.diagnosis.weekly.wording import row_source
from denggao.facts.errors import UserError

FORMAT = "登高周报 1"


@dataclass(frozen=True, slots=True)
class Row:
    """One row behind a figure: what it adds, who it is, where it stands."""

    unit: str
    by: int
    kind: str
    key: str
    name: str
    detail: str
    source: str


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: by unit now and in the last report (``None`` where there was none)."""

    id: str
    now: dict[str, int]
    last: dict[str, int] | None

    @property
    def total(self) -> int:
        """Over all units."""
        return sum(self.now.values())

    @property
    def change(self) -> int | None:
        """Against the last report."""
        return None if self.last is None else self.total - sum(self.last.values())

    @property
    def words(self) -> str:
        """户 or 项."""
        return f.unit_words(self.id)


@dataclass(frozen=True)
class Report:
    """``since``: the day of the last report; ``rows``: figure → the rows behind it, for all but
    the plain count of firms; ``rules``: 口径 in words; ``changed``: what of it is new."""

    as_of: date
    since: date | None
    region: str
    units: tuple[str, ...]
    lines: tuple[Line, ...]
    rows: dict[str, tuple[Row, ...]]
    causes: tuple[Cause, ...]
    rules: tuple[str, ...]
    changed: tuple[str, ...]
    files: tuple[str, ...]

    def line(self, id_: str) -> Line:
        """A figure by its id; zero everywhere where the report has none of it."""
        return next((line for line in self.lines if line.id == id_), Line(id_, {}, None))

    def causes_of(self, id_: str, unit: str | None = None) -> list[Cause]:
        """Why a figure changed, of one unit or of all."""
        return [c for c in self.causes if c.figure == id_ and unit in (None, c.unit)]

    def rows_of(self, id_: str, unit: str | None = None) -> list[Row]:
        """The rows behind a figure, of one unit or of all."""
        return [r for r in self.rows.get(id_, ()) if unit in (None, r.unit)]


def made(now: Stand, last: Stand | None, region: str = "") -> Report:
    """The report of one day against an earlier one. Raises UserError where the earlier is not
    earlier."""
    if last is not None and last.as_of >= now.as_of:
        raise UserError(f"上期的日期 {last.as_of} 应早于本期 {now.as_of}")
    now = replace(now, measures=f.measures(now.goals, now.rules.kinds))
    if last is not None:
        last, now = aligned(last, now)
    present, rows = _counted(now)
    before = None if last is None else dict(f.totals(last))
    causes = [] if last is None else explain(last, now)
    if before is not None:
        _check(present, before, causes)
    ids = list(dict.fromkeys([*f.ids(now), *(f.ids(last) if last else ())]))
    units = sorted({unit for _, unit in [*present, *(before or {})]})
    return Report(
        as_of=now.as_of,
        since=last.as_of if last else None,
        region=region,
        units=tuple(units),
        lines=tuple(
            Line(id_, _of(present, id_), None if before is None else _of(before, id_))
            for id_ in ids
        ),
        rows={id_: tuple(found) for id_, found in rows.items() if id_ != f.FIRMS},
        causes=tuple(causes),
        rules=_rules(now),
        changed=tuple(last.rules.differences(now.rules)) if last else (),
        files=now.files,
    )


def _check(now: dict[Any, int], before: dict[Any, int], causes: Sequence[Cause]) -> None:
    """No report leaves whose explanations do not add up to its differences."""
    told = explained(causes)
    for key in {*now, *before, *told}:
        if now.get(key, 0) - before.get(key, 0) != told[key]:
            raise AssertionError(f"causes of {key} do not add up")


def _of(found: dict[tuple[str, str], int], id_: str) -> dict[str, int]:
    return {unit: value for (figure, unit), value in sorted(found.items()) if figure == id_}


def _counted(stand: Stand) -> tuple[dict[tuple[str, str], int], dict[str, list[Row]]]:
    """Every figure of every unit, and the rows that were counted for it, in one pass."""
    totals: dict[tuple[str, str], int] = {}
    rows: dict[str, list[Row]] = {}
    for kind, number, adds in f.contributions(stand):
        for (id_, unit), by in adds.items():
            totals[id_, unit] = totals.get((id_, unit), 0) + by
            if id_ != f.FIRMS:
                rows.setdefault(id_, []).append(_row(stand, kind, number, id_, unit, by))
    return totals, rows


def _row(stand: Stand, kind: str, number: int, id_: str, unit: str, by: int) -> Row:
    if kind == f.TASK:
        task = stand.tasks[number]
        due = f"期限 {task.due}" if task.due else "无期限"
        detail = "；".join(filter(None, [task.state, due, task.leader]))
        return Row(unit, by, kind, task.key, task.text, detail, task.source)
    if kind == f.GOAL:
        goal = stand.goals[number]
        return Row(unit, by, kind, goal.key, f"{goal.year}年 {goal.of}", "", goal.source)
    if kind == f.CALL:
        call = stand.calls[number]
        detail = f"{call.duty}；{call.on} 走访" if call.on else f"{call.duty}；{call.last} 前走访"
        return Row(unit, by, kind, call.key, call.name, detail, call.source)
    ledger = stand.ledger
    names = ledger.columns.get("name")
    name = (names[number] if names else None) or ledger.identity[number]
    return Row(
        unit, by, kind, ledger.identity[number], name, _detail(stand, number, id_),
        row_source(ledger, number),
    )  # fmt: skip


def _detail(stand: Stand, number: int, id_: str) -> str:
    """The certificate that is counted: the last of the kind."""
    titles = stand.ledger.columns.get("titles")
    ours = [t for t in (titles[number] if titles else None) or () if t.kind == f.parts(id_)[1]]
    if not ours:
        return ""
    last = max(ours, key=lambda t: t.valid_to or t.issued_on or date.min)
    return f"{last.number or '证书'} {last.issued_on or '？'} 至 {last.valid_to or '？'}"


def _rules(stand: Stand) -> tuple[str, ...]:
    rules = stand.rules
    laws = [f"《{short}》{law.version}" for short, law in rules.instruments.items()]
    return (
        f"统计的资格：{'、'.join(rules.kinds)}；前一天还没有有效证书的算新认定",
        f"归口：{PLACES[rules.place]}",
        "本周：截至当日的七天；下周：其后的七天",
        *laws,
    )


# ------------------------------------------------------------------ kept and opened


def as_json(report: Report) -> dict[str, Any]:
    """Plain values; the same report gives the same text."""
    found = asdict(report)
    found |= {
        "format": FORMAT,
        "as_of": report.as_of.isoformat(),
        "since": report.since.isoformat() if report.since else None,
    }
    return found


def from_json(data: dict[str, Any]) -> Report:
    """The report as it was. Raises UserError for anything else."""
    if data.get("format") != FORMAT:
        raise UserError(f"周报的格式是“{data.get('format')}”，应是“{FORMAT}”")
    since = data["since"]
    return Report(
        as_of=date.fromisoformat(data["as_of"]),
        since=date.fromisoformat(since) if since else None,
        region=data["region"],
        units=tuple(data["units"]),
        lines=tuple(Line(**line) for line in data["lines"]),
        rows={id_: tuple(Row(**row) for row in rows) for id_, rows in data["rows"].items()},
        causes=tuple(Cause(**cause) for cause in data["causes"]),
        rules=tuple(data["rules"]),
        changed=tuple(data["changed"]),
        files=tuple(data["files"]),
    )
