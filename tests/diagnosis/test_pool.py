"""Questions for a whole ledger are those of each firm by itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from denggao.demo.county import make_county
from denggao.diagnosis.decisive import decisive
from denggao.diagnosis.judgement import judge_firm
from denggao.diagnosis.pool import MAX_SET, firm_of, questions
from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm, firm_from_json
from denggao.facts.interval import Interval
from denggao.facts.ledger import Ledger, read_ledgers
from denggao.rules.engines.columnar.screening import Screened, frame_of_ledger, screen
from denggao.rules.engines.reference import Evaluation
from denggao.rules.library import by_default
from tests.strategies import TODAY

HEADS = (
    "企业名称,成立日期,技术领域,职工总数（2025年）,2025年科技人员数,2023年销售收入（万元）,"
    "2024年销售收入（万元）,2025年销售收入（万元）,2025年净资产,一类知识产权数,居民企业"
)
ROWS = (
    "甲公司,2019-05-06,1.1.10,100,10,3000,3200,4100,-5,1,是",
    "乙公司,,,570余,,,,0.000001,,0,否",
    "丙公司,2025-01-15,,40.5,8,,,20000,1000000,,",
)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    path = tmp_path_factory.mktemp("ledger") / "台账.csv"
    path.write_text("\n".join([HEADS, *ROWS]), encoding="utf-8")
    return read_ledgers([path], as_of=TODAY)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    path: Path = make_county(tmp_path_factory.mktemp("county"), firms=60)
    return read_ledgers([path], as_of=TODAY)


def tables(ledger: Ledger) -> list[Screened]:
    laws = by_default(TODAY)
    return list(screen(frame_of_ledger(ledger, laws, TODAY), laws, TODAY))


def test_firm_of_a_row(ledger: Ledger) -> None:
    """As if the row had been written in the exchange form."""
    expected = firm_from_json(
        {
            "established_on": "2019-05-06", "field_code": "1.1.10", "staff": {"2025": 100},
            "tech_staff": {"2025": 10}, "net_assets": {"2025": -5}, "ip_class1": 1,
            "sales": {"2023": 30_000_000, "2024": 32_000_000, "2025": 41_000_000},
            "resident": True, "name": "甲公司",
        }
    )  # fmt: skip
    assert firm_of(ledger, 0) == expected


def test_firm_of_a_row_with_a_bound_and_a_fen(ledger: Ledger) -> None:
    firm = firm_of(ledger, 1)
    assert firm.values["staff@2025"] == Interval(570, None)
    fen = firm_from_json({"sales": {"2025": "0.01"}})
    assert firm.values["sales@2025"] == fen.values["sales@2025"]
    assert firm.values["resident"] is False
    assert "established_on" not in firm.values
    assert "net_assets@2025" not in firm.values


def test_every_cell_comes_back(county: Ledger) -> None:
    """Exact numbers as whole steps, everything else as it is; nothing added."""
    for index in range(len(county)):
        firm = firm_of(county, index)
        assert firm.flags == county.flags[index]
        for key, column in county.columns.items():
            code, _, rest = key.partition("@")
            if "." in (rest or code) or code not in catalogue():
                continue
            if column[index] is None:
                bound = firm.values.get(key)
                assert bound is None or (isinstance(bound, Interval) and not bound.is_point)
            else:
                assert steps(firm, key) == column[index]


def steps(firm: Firm, key: str) -> object:
    value = firm.values[key]
    if not isinstance(value, Interval):
        return value
    assert value.is_point
    assert value.lo is not None
    return value.lo * catalogue()[key.partition("@")[0]].scale


def test_questions_are_those_of_judge(county: Ledger) -> None:
    for table in tables(county):
        asked = questions(county, table, TODAY)
        goal = (table.instrument.preliminary or table.instrument.verdict).id
        assert asked
        for index, found in asked.items():
            firm = firm_of(county, index)
            whole = judge_firm(table.instrument, firm, TODAY).hard
            run = Evaluation(table.instrument, firm, TODAY)
            assert found == decisive(run, goal, max_size=MAX_SET)
            assert (found.shortcuts, found.open) == (whole.shortcuts, whole.open)
            assert set(found.sets) == {keys for keys in whole.sets if len(keys) <= MAX_SET}


def test_asks_the_nearest_undecided_in_order(county: Ledger) -> None:
    for table in tables(county):
        undecided = [firm for firm, _ in table.open_facts()]
        asked = questions(county, table, TODAY, nearest=3)
        assert list(asked) == undecided[:3]
        assert questions(county, table, TODAY, nearest=0) == {}


def test_tells_of_its_progress(county: Ledger) -> None:
    told: list[tuple[int, int]] = []
    table = tables(county)[0]
    asked = questions(county, table, TODAY, nearest=4, progress=lambda *x: told.append(x))
    assert told == [(done, len(asked)) for done in range(1, len(asked) + 1)]


def test_readings_are_heeded(county: Ledger) -> None:
    """年均转化数 is no countable condition: another divisor changes no question."""
    table = next(t for t in tables(county) if t.instrument.short == "高新技术企业认定")
    default = questions(county, table, date(2026, 6, 30), nearest=5)
    assert questions(county, table, TODAY, readings={"CV-5": "按三年"}, nearest=5) == default
