"""Facts read from packed blocks are those of the rows, whatever happened to them before."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from denggao.facts.catalogue import catalogue
from denggao.rules.engines.columnar.screening import frame_of_ledger
from denggao.rules.library import in_force
from denggao.rules.nodes import Instrument
from denggao.web.accounts.models import Region, User
from denggao.web.assessments.facts import frame_over, ledger_of, ledger_over
from denggao.web.ledger import actions, blocks
from denggao.web.ledger.models import Block, Enterprise, Title, Value
from denggao.web.ledger.models.enterprise import within
from denggao.web.ledger.values import Columns
from tests.strategies import examples
from tests.web.conftest import CHENGGUAN, HIGH_TECH, LANZHOU, QILIHE

DAY = datetime.date(2026, 6, 30)
LAW = in_force("高新技术企业认定", DAY)
LISTED = in_force("高企管理清单", DAY)
FACTS = ("sales@2025", "staff@2025", "rd_expense@2024", "established_on", "resident", "field_code")


@pytest.fixture(autouse=True)
def _small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A few firms make a block, so that there are several."""
    for module in (blocks, "denggao.web.ledger.resolving", "denggao.web.ledger.models.blocks"):
        target = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{target}.SIZE", 3)


def agreed(region: str = LANZHOU, laws: Sequence[Instrument] = (LAW, LISTED)) -> int:
    """Compares frame and ledger from the blocks with those from the rows; returns the firms."""
    place = Region.objects.get(code=region)
    firms = Enterprise.objects.filter(within(place), withdrawn=False)
    by_rows, keys = ledger_of(firms)
    by_blocks, found = ledger_over(place)
    assert found == keys
    assert _filled(by_blocks.columns) == _filled(by_rows.columns)
    assert by_blocks.identity == by_rows.identity
    for law in laws:
        frame, again = frame_over(place, [law], DAY)
        assert again == keys
        expected = frame_of_ledger(by_rows, [law], DAY)
        assert _shaped(frame) == _shaped(expected)
    return len(keys)


def _filled(columns: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Without columns in which nothing is."""
    return {key: data for key, data in columns.items() if any(x is not None for x in data)}


def _shaped(frame: pl.DataFrame) -> dict[str, Any]:
    told = {c: (frame[c].dtype, frame[c].to_list()) for c in frame.columns}
    return {c: found for c, found in told.items() if any(x is not None for x in found[1])}


def _columns(key: str, number: int) -> Columns:
    fact = catalogue()[key.partition("@")[0]]
    if fact.unit == "是否":
        return Columns(number=number % 2)
    if fact.unit == "日期":
        return Columns(text=f"20{number % 25:02}-02-28") if number % 7 else Columns()
    if not fact.numeric:
        return Columns(text=f"1.1.{number % 9}")
    if number % 5 == 0:
        return Columns(lo=number, hi=None if number % 2 else number + 7)
    return Columns(number=number * 10**9) if number % 11 else Columns()


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["correct", "rename", "withdraw", "title", "move", "own", "none held"]),
        st.integers(0, 6),
        st.sampled_from(FACTS),
        st.integers(0, 1000),
    ),
    max_size=12,
)


@examples(15)
@given(steps=_STEPS)
def test_blocks_say_what_the_rows_say(django_db_blocker: Any, steps: Any) -> None:
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        _walk(steps)
        transaction.set_rollback(True)


def _walk(steps: Any) -> None:
    user = User.objects.create(username="walker", name="测试", password="!", roles=["clerk"])
    places = (CHENGGUAN, QILIHE)
    firms = [
        Enterprise.objects.create(
            name=f"模拟{n}", region_id=places[n % 2], zone_id=HIGH_TECH if n == 3 else None,
            uscc=None if n % 3 else f"CODE{n}", made_by=user,
        )
        for n in range(7)
    ]  # fmt: skip
    assert agreed() == 7
    for what, which, key, number in steps:
        firm = Enterprise.objects.get(pk=firms[which].pk)
        code, _, year = key.partition("@")
        if what == "correct":
            actions.correct(
                by=user, enterprise=firm, version=firm.version, fact=catalogue()[code],
                year=int(year or 0), columns=_columns(key, number), source="corrected", why="改",
            )  # fmt: skip
        elif what == "none held":
            actions.correct(
                by=user, enterprise=firm, version=firm.version, fact=catalogue()["titles"],
                year=0, columns=Columns(number=0), source="corrected", why="没有",
            )  # fmt: skip
        elif what == "withdraw":
            Enterprise.objects.filter(pk=firm.pk).update(withdrawn=number % 2 == 0)
        elif what == "title":
            Title.objects.create(
                enterprise=firm, kind="高新技术企业", issued_on=datetime.date(2023, 11, 1), by=user
            )
        else:
            changes = {"rename": {"name": f"又名{number}"}, "own": {"owner": user}}
            values = changes.get(what, {"region": Region.objects.get(code=places[number % 2])})
            values = {"name": firm.name, **values}
            actions.rename(by=user, enterprise=firm, version=firm.version, values=values, why="变")
        agreed(CHENGGUAN, laws=())
    agreed(HIGH_TECH)
    agreed()


def test_a_change_behind_the_blocks_would_be_seen(
    make_firm: Callable[..., Enterprise], clerk: User
) -> None:
    firm = make_firm("模拟甲")
    actions.correct(
        by=clerk, enterprise=firm, version=1, fact=catalogue()["staff"], year=2025,
        columns=Columns(number=5), source="corrected", why="改",
    )  # fmt: skip
    agreed()
    Value.objects.filter(enterprise=firm).update(number=6)  # the control: nobody was told
    with pytest.raises(AssertionError):
        agreed()
    blocks.touch([firm.pk])
    agreed()


def test_what_changes_while_it_is_packed_is_packed_again(
    make_firm: Callable[..., Enterprise], monkeypatch: pytest.MonkeyPatch
) -> None:
    firm, pack, disturbed = make_firm("模拟甲"), blocks._packed, []

    def slowly(number: int) -> bytes:
        found = pack(number)
        if len(disturbed) < 2:
            disturbed.append(number)
            Enterprise.objects.filter(pk=firm.pk).update(name=f"改名{len(disturbed)}")
        return found

    monkeypatch.setattr(blocks, "_packed", slowly)
    ledger, _ = ledger_over(Region.objects.get(code=CHENGGUAN))
    assert ledger.columns["name"] == ["改名2"]
    assert not Block.objects.exclude(packed_at=0).filter(changes=0).exists()
