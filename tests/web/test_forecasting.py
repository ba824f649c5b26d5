"""The forecast of this year on the board: what the ledger and the applications say on the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from denggao.facts.errors import UserError
from denggao.web.accounts.models import User
from denggao.web.casework.models import Batch, Case
from denggao.web.ledger.models import Enterprise
from denggao.web.planning import figures, forecasting
from tests.web.conftest import CHENGGUAN, LANZHOU
from tests.web.test_figures import HNTE, city, goal, title

__all__ = ["city", "goal", "title"]


@pytest.mark.parametrize("more", [0, 1])
def test_on_the_last_day_the_forecast_is_the_board(
    city: User, make_user: Callable[..., User], make_firm: Callable[..., Enterprise],
    title: Any, goal: Any, more: int,
) -> None:  # fmt: skip
    for number in range(24):
        firm = make_firm(f"模拟{number}", CHENGGUAN)
        title(firm, date(2019 + number % 8, 3, 1))
        if number % 3:
            title(firm, date(2022 + number % 4, 2, 1))
    last = date(2026, 12, 31)
    found = figures.standing(city, last)
    assert found is not None
    done = next(tier.figures[0].done for tier in found.tiers if tier.name == HNTE)
    assert done
    made = goal({("",): done + more})
    head = make_user("h", "head", region=LANZHOU)
    ordered = forecasting.order(by=head, goal=made, on=last, given={"renewal": "50%"})
    forecasting.complete(ordered)
    assert ordered.result["probability"] == 1 - more
    assert ordered.result["base"] == ordered.result["median"] == done
    line = figures.standing(city, last).lines[0]  # type: ignore[union-attr]
    assert line.whole.done == done


def test_what_is_open_is_counted_from_the_applications(
    city: User, clerk: User, make_user: Callable[..., User],
    make_firm: Callable[..., Enterprise], title: Any, goal: Any,
) -> None:  # fmt: skip
    november = date(2026, 11, 22)
    made, head = goal({("",): 3}), make_user("h", "head", region=LANZHOU)
    assert forecasting.from_cases(made, november) == {}
    batch = Batch.objects.create(
        region_id=LANZHOU, title=HNTE, year=2026, number=1, deadline="2026-09-20T16:00:00Z",
        words="9月20日24时", by=clerk,
    )  # fmt: skip
    told = {"batch": batch, "title": HNTE, "year": 2026, "made_by": clerk}
    states = ["intent", "review", "review", "publicity", "withdrawn", *["issued"] * 3]
    for number, state in enumerate([*states, "failed", "refused"]):
        firm = make_firm(f"模拟{number}", CHENGGUAN)
        Case.objects.create(enterprise=firm, state=state, **told)
        if number == 2 or state == "issued":  # it holds the title already: no new one
            title(firm, date(2026, 8, 1) if state == "issued" else date(2025, 3, 1))
    assert forecasting.from_cases(made, november) == {"cases": "2", "passed": "3/5"}
    assert forecasting.from_cases(made, date(2026, 12, 31)) == {}
    ordered = forecasting.order(by=head, goal=made, on=november, given={"renewal": "50%"})
    forecasting.complete(ordered)
    found = ordered.result
    assert (found["base"], found["open"], found["pass_rate"]) == (4, 2, "0.6")
    assert "3/5" in "".join(found["assumptions"])
    own = {"renewal": "50%", "open": "1", "pass_rate": "100%"}
    ordered = forecasting.order(by=head, goal=made, on=november, given=own)
    forecasting.complete(ordered)
    assert (ordered.result["open"], ordered.result["median"]) == (1, 5)
    with pytest.raises(UserError, match="也要填通过率"):
        forecasting.order(by=head, goal=made, on=november, given={"open": "1"})
