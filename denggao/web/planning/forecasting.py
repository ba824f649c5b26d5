"""完不完得成: a goal of titles held at the end of a year, from the certificates of the ledger."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.db import transaction
from django.db.models import Max

from denggao.diagnosis.forecast.history import FEWEST_CASES, holders
from denggao.diagnosis.forecast.inputs import Stated, basis, history, last_whole_year, rate
from denggao.diagnosis.forecast.outlook import outlook
from denggao.diagnosis.promises import valid_years
from denggao.diagnosis.workflow import FILED, LIVE
from denggao.documents.forecast_page import as_json
from denggao.facts.errors import UserError
from denggao.facts.titles import Title as Held
from denggao.web.accounts import audit
from denggao.web.accounts.models import User
from denggao.web.casework.models import Case
from denggao.web.casework.queries.cases import NOT_PASSED, PASSED
from denggao.web.ledger import holding
from denggao.web.ledger.models import Title
from denggao.web.ledger.models.enterprise import within
from denggao.web.planning import counting, figures
from denggao.web.planning.models import Forecast, Goal

_SURE = Fraction(4, 5)
_ON_PAGE = {
    "--renewal": "“到期重新认定率”", "--filings": "“每年新申报户数”", "--pass-rate": "“通过率”",
    "--open": "“今年未办结的新申报户数”",
}  # fmt: skip


def is_foreseeable(goal: Goal, on: datetime.date) -> bool:
    """A stock of titles that last more than a year, at the end of this year or a later one."""
    lasting = (valid_years(goal.tier) or 0) > 1
    return lasting and goal.how == "stock" and goal.year >= on.year


@transaction.atomic
def order(*, by: User, goal: Goal, on: datetime.date, given: dict[str, str]) -> Forecast:
    """Have a forecast worked out; ``given``: renewal, filings, pass_rate and open, each as typed
    or left out. With a pass rate, ``open`` is by default counted from 办件. Raises
    UserError for what cannot be forecast."""
    from denggao.web.planning.tasks import work_out

    if not is_foreseeable(goal, on):
        raise UserError("只有多年有效的资格、还没有过完的年度的存量目标能测算")
    found = figures.standing(by, on)
    line = next((one for one in found.lines if one.goal == goal), None) if found else None
    if line is None or line.whole.target is None or line.whole.unset:
        raise UserError("这个目标还没有定数，不能测算")
    given = {key: told.strip() for key, told in given.items() if told.strip()}
    given |= _by_default(goal, on, given)
    _stated(goal, int(line.whole.target), given, on)
    ordered = Forecast.objects.create(
        goal=goal, as_of=on, target=int(line.whole.target), given=given, by=by,
        seen=counting.seen(),
    )  # fmt: skip
    audit.record(by=by, action="测算目标", of=ordered, new={"as_of": str(on), **given})
    transaction.on_commit(lambda: work_out.enqueue(ordered.pk))
    return ordered


def latest(goals: Iterable[Goal]) -> dict[int, Forecast]:
    """By goal, its last forecast that was worked out; one query."""
    done = Forecast.objects.filter(goal__in=[goal.pk for goal in goals], state=Forecast.State.DONE)
    newest = done.order_by().values("goal").annotate(last=Max("pk")).values("last")
    return {found.goal_id: found for found in Forecast.objects.filter(pk__in=newest)}


def complete(ordered: Forecast) -> None:
    """Work it out. Raises UserError naming what the ledger does not show."""
    goal = ordered.goal
    stated = _stated(goal, ordered.target, ordered.given, ordered.as_of)
    found, slips = holders(_firms(goal), goal.tier, stated.term)
    if not found:
        raise UserError(f"台账里没有一张日期齐全的{goal.tier}证书")
    try:
        past = history(found, slips, goal.tier, stated, ordered.as_of)
        started = basis(stated, past)
    except UserError as error:
        raise UserError(_on_page(str(error))) from None
    made = outlook(
        started.assumed, ordered.target, _SURE, has_pass_rate=not started.filings_counted
    )
    ordered.result = _plainly(as_json(made, started))
    ordered.state = Forecast.State.DONE
    ordered.save()


def from_cases(goal: Goal, on: datetime.date) -> dict[str, str]:
    """What 办件 tell of a goal: ``cases``, applications of this year that were handed in and have
    no result, of firms that do not hold the title on the day; ``passed``, 「11/16」 of those with a
    result. Nothing where the year has no application, and on its last day."""
    every = Case.objects.filter(
        within(goal.region, "enterprise__"), enterprise__withdrawn=False, title=goal.tier
    )
    this = every.filter(year=on.year)
    if last_whole_year(on) == on.year or not this.exists():
        return {}
    waiting = this.filter(state__in=set(FILED) & set(LIVE) - set(PASSED)).exclude(
        enterprise__in=holding.valid([goal.tier], on).values("enterprise")
    )
    passed = every.filter(state__in=PASSED).count()
    decided = passed + every.filter(state__in=NOT_PASSED).count()
    told = {"passed": f"{passed}/{decided}"} if decided >= FEWEST_CASES else {}
    return {"cases": str(waiting.count()), **told}


def _by_default(goal: Goal, on: datetime.date, given: dict[str, str]) -> dict[str, str]:
    """What 办件 add to what was typed: the number still open to a pass rate, or both for a target
    of this year of which nothing was typed."""
    told = {} if "open" in given else from_cases(goal, on)
    if "pass_rate" in given:
        told.pop("passed", None)
    elif "filings" in given or goal.year != on.year or "passed" not in told:
        return {}
    return told


def _count(given: dict[str, str], key: str, name: str) -> int | None:
    told = given.get(key)
    if told is not None and not (told.isascii() and told.isdecimal()):
        raise UserError(f"{name}“{told}”应是整数")
    return None if told is None else int(told)


def _stated(goal: Goal, target: int, given: dict[str, str], on: datetime.date) -> Stated:
    filings = _count(given, "filings", "每年新申报户数")
    still = _count(given, "open", "今年未办结的新申报户数")
    cases = _count(given, "cases", "办件")
    rates: dict[str, Any] = {
        key: rate(given[key], name) if key in given else None
        for key, name in (("renewal", "到期重新认定率"), ("pass_rate", "通过率"))
    }
    if still is not None and rates["pass_rate"] is None:
        raise UserError("填了今年未办结的新申报户数，也要填通过率")
    passed = given.get("passed")
    if passed is not None:
        rates["pass_rate"] = Fraction(passed)
    known = still if still is not None else cases
    enough = known is not None and goal.year == on.year
    if (filings is None) != (rates["pass_rate"] is None) and not enough:
        raise UserError("每年新申报户数和通过率要一起填")
    source = (
        "由测算人填写" if still is not None else "从办件清点：今年已提交、没有结果、现在不持证的"
    )
    return Stated(
        target=target, filings=filings, end=goal.year, term=valid_years(goal.tier) or 3,
        open=known, open_from=source,
        pass_from=f"从办件清点：通过数/有结果的办件数 = {passed}" if passed else "", **rates,
    )  # fmt: skip


def _firms(goal: Goal) -> Iterator[tuple[str, Sequence[Held]]]:
    """(district, certificates) of each firm of the goal's region."""
    titles = Title.objects.filter(
        within(goal.region, "enterprise__"), kind=goal.tier, withdrawn=False,
        enterprise__withdrawn=False,
    ).order_by("enterprise_id", "pk")  # fmt: skip
    rows = titles.select_related("enterprise__region").iterator(chunk_size=2000)
    for _, papers in groupby(rows, key=lambda title: title.enterprise_id):
        kept = list(papers)
        yield kept[0].enterprise.region.name, [paper.held() for paper in kept]


def _on_page(text: str) -> str:
    """Options of the command line as the fields of the page."""
    for option, name in _ON_PAGE.items():
        text = text.replace(option, name)
    return text


def _plainly(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "assumptions": [_on_page(line) for line in told["assumptions"]]}
