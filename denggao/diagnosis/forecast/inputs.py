"""From what a person states and what the ledger shows to what the forecast starts from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from denggao.diagnosis.forecast.cohorts import Assumed, Rest, evenly
from denggao.diagnosis.forecast.flows import Flow
from denggao.diagnosis.forecast.history import (
    FEWEST_CASES,
    Holder,
    Observed,
    Slips,
    SoFar,
    due_from,
    flows,
    known_on,
    observed,
    so_far,
)
from denggao.facts.errors import UserError

#: Limits that a typing slip exceeds and no bureau does.
MOST_TITLES = 20_000
LONGEST = 30  # years
_FLOW_YEARS = 10
_DECIMAL = re.compile(r"(\d{1,3}(?:\.\d{1,12})?|\.\d{1,12})(%?)")


@dataclass(frozen=True)
class Stated:
    """What the person said; ``None`` where nothing was. ``window``: months after the end of a
    certificate within which a new one counts as its renewal. ``open``: filings of the running
    year that are not yet decided, ``open_from`` and ``pass_from`` who says so."""

    target: int
    base: int | None = None
    filings: int | None = None
    pass_rate: Fraction | None = None
    renewal: Fraction | None = None
    start: int | None = None
    end: int | None = None
    term: int = 3
    window: int = 12
    open: int | None = None
    open_from: str = "由 --open 给定"
    pass_from: str = ""


@dataclass(frozen=True)
class History:
    """What a ledger shows: ``base`` (due year, titles) held at the end of ``start``, or on the
    day of ``so_far`` where the year after it is running; ``cancelled_since`` the titles held
    then and cancelled later; flows by unit and year."""

    kind: str
    start: int
    base: tuple[tuple[int, int], ...]
    cancelled_since: int
    observed: Observed
    flows: tuple[Flow, ...]
    slips: Slips
    so_far: SoFar | None = None


@dataclass(frozen=True)
class Basis:
    """The input of a forecast, and which parts of it were counted from the ledger."""

    stated: Stated
    assumed: Assumed
    history: History | None
    base_counted: bool
    filings_counted: bool
    renewal_counted: bool


def rate(text: str, name: str) -> Fraction:
    """「0.78」 or 「78%」 exactly as written. Raises UserError naming the option."""
    found = _DECIMAL.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if found is None:
        raise UserError(f"{name} 是“{text}”，应为 0 到 1 的小数或百分数，如 0.78 或 78%")
    value = Fraction(found[1]) / (100 if found[2] else 1)
    if value > 1:
        hint = f"；是不是 {found[1]}%？" if not found[2] and 10 <= value <= 100 else ""
        raise UserError(f"{name} 是“{text}”，应在 0 到 1 之间，或写成百分数，如 0.78 或 78%{hint}")
    return value


def history(
    found: Sequence[Holder], slips: Slips, kind: str, stated: Stated, as_of: date
) -> History:
    """Count everything up to the year before the forecast, and up to the day what this year has
    brought, unless the person names another base or its year."""
    running = _starts_today(stated, as_of)
    start = as_of.year - 1 if running else stated.start or last_whole_year(as_of)
    if start > last_whole_year(as_of):
        raise UserError(
            f"--from {start} 还没有过完（按 {as_of}）；有台账时基数按年底清点，"
            f"请用 {last_whole_year(as_of)} 或更早的年份"
        )
    known = known_on(found, as_of) if running else found
    base, cancelled = due_from(known, as_of if running else date(start, 12, 31))
    seen = observed(found, start, stated.term, stated.window, as_of)
    first = min(holder.certificates[0].issued.year for holder in found)
    years = range(max(first, start - _FLOW_YEARS + 1), start + 1)
    past = flows(found, years, stated.window)
    this = so_far(known, as_of, stated.window) if running else None
    return History(kind, start, base, cancelled, seen, tuple(past), slips, this)


def _starts_today(stated: Stated, as_of: date) -> bool:
    """On 31 December only for a target of that very year."""
    if stated.start is not None or stated.base is not None:
        return False
    return last_whole_year(as_of) < as_of.year or stated.end == as_of.year


def last_whole_year(as_of: date) -> int:
    """The last year that is over; on 31 December, that one."""
    return as_of.year if (as_of.month, as_of.day) == (12, 31) else as_of.year - 1


def basis(stated: Stated, past: History | None) -> Basis:
    """Put together what was stated and what was counted; what was stated wins.

    Raises UserError that names everything still missing, or what cannot be.
    """
    _refuse_half_a_flow(stated, past)
    counted_filings = past is not None and stated.filings is None and stated.pass_rate is None
    counted_renewal = past is not None and stated.renewal is None
    missing = _missing(stated, past)
    if missing:
        raise UserError("还算不了，缺：" + "；".join(missing))
    start = stated.start if past is None else past.start
    assert start is not None
    end = stated.end if stated.end is not None else start + 1
    if not start < end <= start + LONGEST:
        raise UserError(f"从 {start} 到 {end} 不对：--to 应晚于 --from，最多晚 {LONGEST} 年")
    assumed = Assumed(
        start=start,
        end=end,
        base_due=_base(stated, past, start),
        filings=_filings(stated, past),
        pass_rate=Fraction(1) if stated.pass_rate is None else stated.pass_rate,
        renewal=_renewal(stated, past),
        term=stated.term,
        rest=_rest(stated, past),
    )
    return Basis(
        stated, assumed, past,
        past is not None and stated.base is None, counted_filings, counted_renewal,
    )  # fmt: skip


def _refuse_half_a_flow(stated: Stated, past: History | None) -> None:
    this = past.so_far if past is not None else None
    if stated.open is not None:
        if this is None:
            raise UserError("--open 只用于从台账当天算起的测算：不要同时给 --base 或 --from")
        if stated.pass_rate is None:
            raise UserError("给了 --open，也要给 --pass-rate：未办结的申报按通过率算")
    needs_none = stated.open is not None and this and stated.end in (None, this.on.year)
    if (stated.filings is None) != (stated.pass_rate is None) and not needs_none:
        given, other = ("--filings", "--pass-rate")
        if stated.filings is None:
            given, other = other, given
        raise UserError(f"给了 {given}，也要给 {other}：申报数和通过率要一起用")
    for name, count in (("--base", stated.base), ("--filings", stated.filings),
                        ("--open", stated.open), ("--target", stated.target)):  # fmt: skip
        if count is not None and count > MOST_TITLES:
            raise UserError(f"{name} 是 {count}，超过 {MOST_TITLES}，请核对")


def _missing(stated: Stated, past: History | None) -> list[str]:
    if past is None:
        wanted = {
            "--base（年底现有户数）": stated.base,
            "--filings（每年新申报户数）": stated.filings,
            "--pass-rate（通过率）": stated.pass_rate,
            "--renewal（到期重新认定率）": stated.renewal,
            "--from（基数是哪一年年底的）": stated.start,
            "--to（目标是哪一年年底的）": stated.end,
        }
        found = [name for name, value in wanted.items() if value is None]
        return [*found, "或者给出资格证书台账，从中清点"] if found else []
    seen, found = past.observed, []
    if stated.renewal is None and not seen.shows_renewals:
        found.append(
            "--renewal（台账里每户只有一张证书，看不出重新认定；"
            "请给出到期重新认定率，或换成历年每张证书各占一行的台账）"
        )
    elif stated.renewal is None and seen.due < FEWEST_CASES:
        found.append(
            f"--renewal（台账里观察期满的到期证书只有 {seen.due} 张，续上 {seen.renewed} 张，"
            f"不足 {FEWEST_CASES} 例，不算率）"
        )
    if stated.filings is None and stated.pass_rate is None and not seen.new:
        found.append(
            "--filings 和 --pass-rate（台账年份太短，分不清哪些是首次认定、哪些是重新认定）"
        )
    return found


def _base(stated: Stated, past: History | None, start: int) -> tuple[tuple[int, int], ...]:
    if past is not None and stated.base is None:
        return past.base
    assert stated.base is not None
    return evenly(stated.base, start, stated.term)


def _filings(stated: Stated, past: History | None) -> tuple[int, ...]:
    if stated.filings is not None:
        return (stated.filings,)
    if stated.pass_rate is not None:
        return (stated.open or 0,)  # a target of this year: those still open are all there is
    assert past is not None
    return tuple(count for _, count in past.observed.new)


def _rest(stated: Stated, past: History | None) -> Rest | None:
    """On the last day of the year nothing is open, unless the person says so."""
    if past is None or past.so_far is None:
        return None
    on = past.so_far.on
    is_over = last_whole_year(on) == on.year
    return Rest(on, past.so_far.won, 0 if is_over and stated.open is None else stated.open)


def _renewal(stated: Stated, past: History | None) -> Fraction:
    if stated.renewal is not None:
        return stated.renewal
    assert past is not None
    return Fraction(past.observed.renewed, past.observed.due)
