"""What a weekly report is made from: the firms, the tasks, the targets, the day and the rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property, lru_cache

from denggao.facts.ledger import Ledger
from denggao.rules.library import assemble
from denggao.rules.nodes import Instrument

#: A target that is not divided by units.
ALL = "全部"
HIGH_TECH = "高新技术企业"
LADDER = ("科技型中小企业", "省级科技创新型企业", HIGH_TECH, "科技领军企业")
#: By which fact a firm belongs to a unit.
PLACES = {"region": "按所在区县", "zone": "按功能区", "office": "按责任单位"}
NOWHERE = {"region": "未填区县", "zone": "未划功能区", "office": "未落实责任单位"}
#: States of a task.
WAITING, RUNNING, DONE, STUCK = "未开始", "推进中", "已完成", "暂无法完成"
STATES = (WAITING, RUNNING, DONE, STUCK)


@lru_cache(maxsize=32)
def law_of(text: str, short: str) -> Instrument:
    """A law from its text; the same text is read once."""
    return assemble(text, short)


@dataclass(frozen=True, slots=True)
class Task:
    """任务: ``due`` None is 无期限; ``source`` says which document or meeting it comes from."""

    key: str
    text: str
    unit: str
    made_on: date
    due: date | None = None
    state: str = WAITING
    done_on: date | None = None
    leader: str = ""
    source: str = ""

    @property
    def is_in_time(self) -> bool:
        """Done by its day."""
        return (
            self.state == DONE
            and None not in (self.due, self.done_on)
            and (
                self.done_on <= self.due  # type: ignore[operator]
            )
        )

    def is_overdue(self, on: date) -> bool:
        """Not done although its day is past."""
        return self.state != DONE and self.due is not None and self.due < on


@dataclass(frozen=True, slots=True)
class Goal:
    """目标: what ``unit`` is to reach from ``first`` to the end of ``year`` in the figure ``of``
    (an id of ``figures``); ``value`` None is 未定."""

    key: str
    of: str
    unit: str
    first: int
    year: int
    value: int | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """走访: a firm that a duty wants to be seen from ``first`` to ``last``; ``on``: when it was."""

    key: str
    name: str
    unit: str
    duty: str
    first: date
    last: date
    on: date | None = None
    source: str = ""


@dataclass(frozen=True)
class Rules:
    """口径: the titles that are counted; ``place``: the column by which a firm belongs to a unit;
    ``laws``: short name → text of the laws by whose countable conditions firms are counted."""

    kinds: tuple[str, ...] = LADDER
    place: str = "region"
    laws: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def instruments(self) -> dict[str, Instrument]:
        """The laws, by short name."""
        return {short: law_of(text, short) for short, text in self.laws.items()}

    def differences(self, other: Rules) -> list[str]:
        """What ``other`` says differently, in words."""
        return [words for _, words in self._differences(other)]

    def difference_for(self, other: Rules, of: str) -> str:
        """As far as it concerns figures of one title or law."""
        told = [words for about, words in self._differences(other) if of in about or not about]
        return "；".join(told or self.differences(other))

    def _differences(self, other: Rules) -> Iterator[tuple[tuple[str, ...], str]]:
        """(the titles or laws that are concerned, none for all; words)."""
        if self.kinds != other.kinds:
            gone = [k for k in self.kinds if k not in other.kinds]
            new = [k for k in other.kinds if k not in self.kinds]
            told = [f"{w}{'、'.join(k)}" for w, k in (("不再统计", gone), ("新统计", new)) if k]
            yield (*gone, *new, "…"), "；".join(told) or "统计的资格换了次序"
        if self.place != other.place:
            yield (), f"归口：{PLACES[self.place]} → {PLACES[other.place]}"
        for short in dict.fromkeys([*self.laws, *other.laws]):
            if self.laws.get(short) != other.laws.get(short):
                versions = [
                    rules.instruments[short].version if short in rules.laws else "没有"
                    for rules in (self, other)
                ]
                yield (short,), f"《{short}》：{' → '.join(versions)}"


@dataclass(frozen=True, eq=False)
class Stand:
    """Everything that the figures of one day depend on. ``measures``: figures that are counted
    besides, because some target is about them. Told apart by identity, never changed."""

    ledger: Ledger
    as_of: date
    rules: Rules
    tasks: Sequence[Task] = ()
    goals: Sequence[Goal] = ()
    calls: Sequence[Call] = ()
    files: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    def of(self, ledger: Ledger) -> Stand:
        """The same with other firms."""
        return replace(self, ledger=ledger)
