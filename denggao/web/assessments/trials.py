"""Two texts over one person's firms: whose verdict differs, and by which rules."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from denggao.rules import nodes as n
from denggao.rules.engines.columnar.screening import INDEX, NAME, Screened, screen
from denggao.rules.engines.columnar.table import countable
from denggao.web.accounts.models import User
from denggao.web.assessments.facts import frame_over


@dataclass(frozen=True, slots=True)
class Said:
    """What a text says of one firm: the verdict, that of its countable conditions alone, and
    each of these by id."""

    verdict: str
    hard: str
    rules: dict[str, str]


@dataclass(frozen=True, slots=True)
class Flip:
    """A firm of which the two texts say different things. ``before`` is ``None`` where there was
    no such law; ``because``: the conditions that turned, came in or went, by id."""

    enterprise: int
    name: str
    before: Said | None
    after: Said
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """One text beside another over the person's pool: firms by verdict, and who flips."""

    law: n.Instrument
    against: n.Instrument | None
    before: dict[str, int]
    after: dict[str, int]
    hard_before: dict[str, int]
    hard_after: dict[str, int]
    flips: tuple[Flip, ...]
    firms: int


def trial(
    user: User, law: n.Instrument, against: n.Instrument | None, as_of: datetime.date
) -> Trial:
    """What ``law`` would say of the person's firms on the day, beside ``against``."""
    laws = [law] if against is None else [law, against]
    frame, keys = frame_over(user.region, laws, as_of) if user.region else (None, [])
    if frame is None or not keys:
        return Trial(law, against, {}, {}, {}, {}, (), 0)
    tables = list(screen(frame, laws, as_of))
    names = dict(tables[0].rows([INDEX, NAME]))

    def said_by(table: Screened) -> dict[int, Said]:
        one = table.instrument
        rules = [s.id for s in countable(one) if f"{s.id}_truth" in table.frame.columns]
        columns = [INDEX, "verdict", "hard_verdict", *(f"{id_}_truth" for id_ in rules)]
        return {
            firm: Said(verdict, hard, dict(zip(rules, truths, strict=True)))
            for firm, verdict, hard, *truths in table.rows(columns)
        }

    after, before = said_by(tables[0]), said_by(tables[1]) if against else {}
    flips = tuple(
        Flip(keys[i], names[i], before.get(i), said, _because(before.get(i), said))
        for i, said in sorted(after.items())
        if (old := before.get(i)) is None or (old.verdict, old.hard) != (said.verdict, said.hard)
    )
    return Trial(
        law, against, _verdicts(before.values()), _verdicts(after.values()),
        _hard(before.values()), _hard(after.values()), flips, len(keys),
    )  # fmt: skip


def _because(before: Said | None, after: Said) -> tuple[str, ...]:
    if before is None:
        return ()
    ids = dict.fromkeys([*before.rules, *after.rules])
    return tuple(i for i in ids if before.rules.get(i, "") != after.rules.get(i, ""))


def _verdicts(said: Iterable[Said]) -> dict[str, int]:
    return dict(Counter(one.verdict for one in said))


def _hard(said: Iterable[Said]) -> dict[str, int]:
    return dict(Counter(one.hard for one in said))
