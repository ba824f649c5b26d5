"""What a ledger of titles shows: flows, base, due years, the renewal rate."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.diagnosis.forecast import history as h
from denggao.diagnosis.forecast.flows import together
from denggao.diagnosis.forecast.inputs import Stated, basis, history, rate
from denggao.facts.errors import UserError
from denggao.facts.titles import CANCELLED, Title, held
from tests.strategies import examples

HNTE = "高新技术企业"
NOW = date(2026, 6, 30)
DAY = timedelta(days=1)


def title(issued: date, until: date | None = None, **more: object) -> Title:
    valid_to = until or issued.replace(year=issued.year + 3) - DAY
    return Title(HNTE, None, issued, valid_to, **more)  # type: ignore[arg-type]


def year_title(year: int) -> Title:
    return title(date(year, 11, 20))


def holder(*titles: Title) -> h.Holder:
    (found,), _ = h.holders([("甲区", titles)], HNTE, 3)
    return found


def moves(*titles: Title, window: int = 12) -> list[tuple[int, str]]:
    return [(d.year, what) for d, what in sorted(h._moves(holder(*titles), window))]


days = st.dates(date(2016, 1, 1), date(2026, 12, 31))
certificates = st.builds(
    lambda issued, length, cut, event: Title(
        HNTE, None, issued, issued + timedelta(length),
        None if cut is None else issued + timedelta(cut), event=event,
    ),
    days, st.integers(0, 1500), st.one_of(st.none(), st.integers(0, 1500)),
    st.sampled_from(("", "", "迁入", CANCELLED)),
)  # fmt: skip
firms = st.lists(
    st.tuples(st.sampled_from(("甲", "乙")), st.lists(certificates, max_size=5)), max_size=6
)


@examples(150)
@given(firms, st.integers(0, 24))
def test_every_unit_adds_up_in_every_year(
    drawn: list[tuple[str, list[Title]]], window: int
) -> None:
    """Flow refuses what does not; here whatever certificates a firm may have."""
    found, _ = h.holders(drawn, HNTE, 3)
    years = range(2016, 2032)
    flows = h.flows(found, years, window)
    for before, after in pairwise(flows):
        if before.unit == after.unit:
            assert before.closing == after.opening
    for flow in together(flows, "合计"):
        assert flow.closing == sum(
            one.current(date(flow.year, 12, 31)) is not None for one in found
        )


plain = st.builds(
    lambda issued, length: Title(HNTE, None, issued, issued + timedelta(length)),
    days, st.integers(0, 1500),
)  # fmt: skip


@examples(80)
@given(st.lists(plain, min_size=1, max_size=5), days)
def test_who_holds_is_who_the_law_says_holds(titles: list[Title], on: date) -> None:
    found, _ = h.holders([("甲", titles)], HNTE, 3)
    assert any(one.current(on) is not None for one in found) == held(titles, HNTE, on)


def test_renewed_in_time_late_and_too_late() -> None:
    first = title(date(2019, 11, 20))  # until 2022-11-19
    early, late = title(date(2022, 11, 1)), title(date(2023, 11, 19))
    too_late = title(date(2023, 11, 20))
    assert moves(first, early)[:3] == [(2019, "new"), (2022, "lapsed"), (2022, "renewed")]
    assert moves(first, late)[:3] == [(2019, "new"), (2022, "lapsed"), (2023, "renewed")]
    assert moves(first, too_late)[:3] == [(2019, "new"), (2022, "lapsed"), (2023, "new")]


def test_a_new_name_is_no_new_certificate() -> None:
    old = title(date(2022, 3, 1))
    renamed = title(date(2023, 5, 5), until=old.valid_to)
    assert moves(old, renamed) == [(2022, "new"), (2025, "lapsed")]


def test_cancelled_and_moved_in() -> None:
    gone = title(date(2022, 3, 1), cancelled_on=date(2023, 6, 1))
    assert moves(gone, year_title(2024))[:3] == [(2022, "new"), (2023, "revoked"), (2024, "new")]
    event = Title(HNTE, None, date(2023, 6, 1), event=CANCELLED)
    assert moves(title(date(2022, 3, 1)), event) == [(2022, "new"), (2023, "revoked")]
    assert moves(title(date(2022, 3, 1), event="迁入"))[0] == (2022, "moved_in")


def test_missing_dates_are_taken_from_each_other_or_counted() -> None:
    titles = [
        Title(HNTE, None, date(2024, 2, 29), None),
        Title(HNTE, None, None, date(2022, 4, 20)),
        Title(HNTE, "GR1"),
        Title(HNTE, None, date(2024, 1, 1), date(2023, 1, 1)),
        Title("科技型中小企业", None, date(2024, 1, 1)),
        Title(""),
    ]
    (found,), slips = h.holders([("甲", titles)], HNTE, 3)
    assert [(c.issued, c.gone) for c in found.certificates] == [
        (date(2019, 4, 21), date(2022, 4, 21)),
        (date(2024, 2, 29), date(2027, 3, 1)),
    ]
    assert (slips.derived, slips.undated, slips.backwards) == (2, 1, 1)
    assert slips.kinds == {"科技型中小企业": 1, "": 1}


def county() -> list[tuple[str, list[Title]]]:
    """Ten firms of 2018 due in 2021, six of which renewed; three more each year 2021–2025."""
    renewed = [("甲", [year_title(2018), year_title(2021), year_title(2024)])] * 6
    lapsed = [("乙", [year_title(2018)])] * 4
    later = [("乙", [year_title(year)]) for year in range(2021, 2026) for _ in range(3)]
    return [*renewed, *lapsed, *later]


def test_what_a_forecast_takes_from_a_ledger() -> None:
    found, slips = h.holders(county(), HNTE, 3)
    past = history(found, slips, HNTE, Stated(target=20), NOW)
    assert past.start == 2025
    assert past.base == ((2026, 3), (2027, 9), (2028, 3))
    seen = past.observed
    # 10 due 2021, 6 due 2024, 3 due 2024 (of 2021); those due in November 2025 wait.
    assert (seen.due, seen.renewed, seen.due_years, seen.waiting) == (19, 12, (2021, 2024), 3)
    assert seen.new == ((2021, 3), (2022, 3), (2023, 3), (2024, 3), (2025, 3))
    started = basis(Stated(target=20), past)
    assert started.assumed.renewal == rate("0.6", "") * 20 / 19
    assert (started.assumed.start, started.assumed.end) == (2025, 2026)
    assert {flow.unit for flow in past.flows} == {"甲", "乙"}


def test_few_cases_are_no_rate_and_one_generation_tells_no_first_titles() -> None:
    twice = [year_title(2022), year_title(2025)]  # some firm has two: renewals can be seen
    found, slips = h.holders([*[("甲", [year_title(2021)])] * 3, ("甲", twice)], HNTE, 3)
    past = history(found, slips, HNTE, Stated(target=20), NOW)
    with pytest.raises(UserError, match="只有 3 张，续上 0 张"):
        basis(Stated(target=20), past)
    found, slips = h.holders([("甲", [year_title(2024)])] * 9, HNTE, 3)
    past = history(found, slips, HNTE, Stated(target=20), NOW)
    with pytest.raises(UserError, match="--filings 和 --pass-rate"):
        basis(Stated(target=20, renewal=rate("80%", "")), past)


def test_what_is_stated_wins() -> None:
    found, slips = h.holders(county(), HNTE, 3)
    stated = Stated(
        target=20, base=30, filings=7, pass_rate=rate("50%", ""), renewal=rate("1", ""), end=2028
    )
    started = basis(stated, history(found, slips, HNTE, stated, NOW))
    assert started.assumed.base_due == ((2026, 10), (2027, 10), (2028, 10))
    assert (started.assumed.filings, started.assumed.renewal) == ((7,), 1)
    counted = (started.base_counted, started.filings_counted, started.renewal_counted)
    assert not any(counted)


def test_known_cancellations_leave_the_base() -> None:
    gone = title(date(2024, 3, 1), cancelled_on=date(2026, 2, 1))
    found, _ = h.holders([("甲", [gone]), ("甲", [year_title(2024)])], HNTE, 3)
    assert h.base_due(found, 2025) == (((2027, 1),), 1)


def test_the_base_is_counted_at_the_end_of_a_year_that_is_over() -> None:
    found, slips = h.holders(county(), HNTE, 3)
    with pytest.raises(UserError, match="还没有过完"):
        history(found, slips, HNTE, Stated(target=1, start=2026), NOW)
    assert history(found, slips, HNTE, Stated(target=1), date(2026, 12, 31)).start == 2026


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.78", "39/50"), ("78%", "39/50"), ("１００％", "1"), ("0", "0"), (".9", "9/10")],
)
def test_rates_are_exact(text: str, value: str) -> None:
    assert rate(text, "--renewal") == Fraction(value)


@pytest.mark.parametrize("text", ["78", "1.01", "-0.1", "nan", "1e-9", "", "八成", "101%"])
def test_other_rates_are_refused(text: str) -> None:
    with pytest.raises(UserError, match="--renewal"):
        rate(text, "--renewal")
