"""Figures of the board: counted from titles, each equal to the list of firms that it opens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from denggao.diagnosis.weekly.stand import ALL
from denggao.facts.titles import held
from denggao.web.accounts.models import User
from denggao.web.ledger.models import Enterprise, Statement, Title, Value
from denggao.web.planning import figures, quotas
from denggao.web.planning.models import Goal, Quota, Revision
from denggao.web.planning.models.targets import SCALE
from denggao.web.supervision import standing
from tests.web.conftest import CHENGGUAN, HIGH_TECH, LANZHOU, QILIHE

ON = date(2026, 6, 30)
HNTE, SME = "高新技术企业", "科技型中小企业"


@pytest.fixture
def title(clerk: User) -> Callable[..., Title]:
    """A certificate of three years from its day of issue, unless told otherwise."""

    def give(firm: Enterprise, issued: date, kind: str = HNTE, **more: Any) -> Title:
        ends = date(issued.year + 3, issued.month, issued.day)
        told = {"issued_on": issued, "valid_to": ends, "by": clerk, **more}
        return Title.objects.create(enterprise=firm, kind=kind, **told)

    return give


@pytest.fixture
def goal(make_user: Callable[..., User]) -> Callable[..., Goal]:
    """An adopted goal with quotas {place: value}."""
    approver = make_user("approver", "leader", region=LANZHOU)
    drafter = make_user("drafter", "clerk", region=LANZHOU)

    def make(
        cells: dict[tuple[Any, ...], int | None], since: date = date(2026, 1, 5), **told: Any
    ) -> Goal:
        how = {"tier": HNTE, "how": "stock", "first": 2026, "year": 2026, **told}
        made, _ = Goal.objects.get_or_create(region_id=LANZHOU, name=f"{HNTE}数", **how)
        revision = Revision.objects.create(
            region_id=LANZHOU, since=since, why="测试", by=drafter, state="adopted",
            decided_by=approver, decided_at="2026-01-05T00:00:00Z",
        )  # fmt: skip
        for place, value in cells.items():
            region, industry, person = (*place, "", "", "")[:3]
            Quota.objects.create(
                goal=made, revision=revision, region_id=region or None, industry=industry,
                person_id=person or None, number=None if value is None else value * SCALE,
            )  # fmt: skip
        return made

    return make


@pytest.fixture
def city(make_user: Callable[..., User]) -> User:
    return make_user("city", "leader", region=LANZHOU)


def test_a_zone_counts_once_in_the_city(
    city: User, make_firm: Callable[..., Enterprise], title: Any, goal: Any
) -> None:
    title(make_firm("模拟甲", CHENGGUAN, HIGH_TECH), date(2025, 3, 1))
    title(make_firm("模拟乙", CHENGGUAN), date(2025, 3, 1))
    title(make_firm("模拟丙", QILIHE), date(2022, 3, 1))  # ended
    goal({("",): 10, (CHENGGUAN,): 6, (HIGH_TECH,): 2, (QILIHE,): 2})
    found = figures.standing(city, ON)
    assert found is not None
    (line,) = found.lines
    assert (line.whole.done, line.whole.gap) == (2, 8)
    done = {f.key: f.done for f in line.cuts[0].figures}
    assert done == {CHENGGUAN: 2, HIGH_TECH: 1, QILIHE: 0}
    assert line.cuts[0].left == 0


def test_every_figure_is_the_list_it_opens(
    city: User, clerk: User, make_firm: Callable[..., Enterprise], title: Any, goal: Any
) -> None:
    for number in range(12):
        where = [(CHENGGUAN, None), (CHENGGUAN, HIGH_TECH), (QILIHE, None)][number % 3]
        firm = make_firm(f"模拟{number}", *where)
        firm.owner = clerk if number % 4 == 0 else None
        firm.save()
        if number % 5:
            said = {"enterprise": firm, "fact": "field_code", "text": f"{number % 2 + 1}.1.1"}
            statement = Statement.objects.create(**said, rank=40, by=clerk)
            Value.objects.create(**said, statement=statement)
        title(firm, date(2022 + number % 5, 2, 1))
        if number % 3 == 0:
            title(firm, date(2026, 5, 1))
        if number == 6:
            Title.objects.create(
                enterprise=firm, kind=HNTE, event="取消", issued_on=date(2026, 6, 1), by=clerk
            )
        title(firm, date(2026, 1, 2), SME, valid_to=date(2026, 12, 31))
    cells = {("",): 20, (CHENGGUAN,): 9, ("", "1"): 3, ("", "", clerk.pk): 4, (QILIHE, "2"): 1}
    goal(cells)
    goal(cells, how="gross")
    goal(cells, how="gross", tier=SME, unit="户")
    found = figures.standing(city, ON)
    assert found is not None
    seen = 0
    for figure in figures.walk(found):
        if figure.query:
            assert figures.firms(city, figure.query).count() == figure.done, figure
            seen += bool(figure.done)
    assert seen >= 15
    kinds = [f for f in figures.walk(found) if f.axis == "" and f.label == HNTE]
    firms = Enterprise.objects.for_user(city)
    papers = [[t.held() for t in f.titles.filter(withdrawn=False)] for f in firms]
    assert kinds[0].done == sum(held(p, HNTE, ON) is True for p in papers)


@pytest.mark.parametrize(("whole", "rest"), [(10, []), (12, [2]), (None, [])])
def test_the_weekly_report_adds_a_target_and_its_shares_up_once(
    city: User, goal: Any, whole: int | None, rest: list[int]
) -> None:
    goal({("",): whole, (CHENGGUAN,): 6, (QILIHE,): 4})
    told = [(g.unit, g.value) for g in standing.stand_of(city, ON).goals if g.value is not None]
    shares = {("城关区", 6), ("七里河区", 4)}
    assert set(told) - shares == {(ALL, value) for value in rest}
    assert sum(value for _, value in told) == (whole or 10)


def test_an_unknown_quota_stays_unknown(city: User, goal: Any) -> None:
    cells = {("", word): None for word in ("盐化工", "机械机电", "箱包皮具", "玻璃灯饰")}
    goal({("",): None, **cells, ("", "1"): 12})
    found = figures.standing(city, ON)
    assert found is not None
    (line,) = found.lines
    assert line.whole.target_text == "未定"
    assert line.whole.gap is None
    industry = line.cuts[0]
    assert quotas.told(*quotas.total(Quota.objects.exclude(industry=""))) == "≥ 12，未定 4 项"
    assert industry.left is None
    assert {f.done for f in industry.figures} == {None, 0}


def test_a_revision_counts_from_its_day(city: User, goal: Any) -> None:
    goal({("",): 10})
    goal({("",): 12}, since=date(2026, 7, 1))
    before, after = (figures.standing(city, day) for day in (ON, date(2026, 7, 1)))
    assert before is not None
    assert after is not None
    assert (before.lines[0].whole.target, after.lines[0].whole.target) == (10, 12)
    assert Quota.objects.count() == 2


def test_pace_and_time(city: User, goal: Any) -> None:
    goal({("",): 12})
    found = figures.standing(city, date(2026, 12, 31))
    assert found is not None
    assert found.lines[0].elapsed == 1
    assert found.lines[0].whole.pace_text == "已到期"
    found = figures.standing(city, date(2026, 7, 1))
    assert found is not None
    assert found.lines[0].whole.pace_text == "每月 2"  # 12 in 183 days: 1.9945, rounded up


def test_what_the_city_sets_for_a_district(
    make_user: Callable[..., User], make_firm: Callable[..., Enterprise], title: Any, goal: Any
) -> None:
    title(make_firm("模拟甲", CHENGGUAN), date(2025, 3, 1))
    title(make_firm("模拟乙", QILIHE), date(2025, 3, 1))
    goal({("",): 10, (CHENGGUAN,): 6, (QILIHE,): 4})
    district = figures.standing(make_user("district", "clerk"), ON)
    assert district is not None
    assert district.lines == ()
    (line,) = district.assigned
    assert (line.whole.target, line.whole.done, line.cuts) == (6, 1, ())


def test_nobody_elses(make_user: Callable[..., User], goal: Any) -> None:
    goal({("",): 12})
    other = figures.standing(make_user("other", "clerk", region="620300"), ON)
    assert other is not None
    assert other.lines == other.assigned == ()
    assert figures.standing(make_user("system", "system"), ON) is None
