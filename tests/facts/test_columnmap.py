"""--columns map.toml."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from denggao.facts.errors import UserError
from denggao.facts.ledger import load_column_map, read_ledgers

MAP = """
[heads]
full_name = "企业名称"
revenue = { fact = "销售收入", unit = "万元" }
"rd 2021" = { fact = "rd_expense", unit = "元", year = 2021 }
people = "职工总数"
ignore = ["admin"]
[year]
column = "yr"
[identity]
column = "code"
"""


def test_a_map_renames_heads_and_states_units(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(MAP, encoding="utf-8")
    (tmp_path / "a.csv").write_text(
        "code,full_name,yr,revenue,RD 2021,people,admin,other\n"
        "1,甲,2020,2,7,3,4,5\n"
        "1,甲,2021,3,7,,,\n",
        encoding="utf-8",
    )
    ledger = read_ledgers(
        [tmp_path / "a.csv"],
        as_of=dt.date(2022, 6, 30),
        columns=load_column_map(tmp_path / "map.toml"),
    )
    assert ledger.identity == ["1"]
    assert ledger.columns["sales@2020"] == [2_000_000]
    assert ledger.columns["sales@2021"] == [3_000_000]
    assert ledger.columns["rd_expense@2021"] == [700]
    assert ledger.columns["staff@2020"] == [30_000]
    assert [head for *_, head in ledger.unread] == ["other"]
    assert ledger.problems == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[heads]\na = "销售"', "heads.a：事实目录里没有「销售」"),
        ('[heads]\na = "上年销售收入"', "heads.a"),
        ("[heads]\na = 1", "heads.a"),
        ('[heads]\na = { fact = "销售收入", units = "元" }', "不认得的键「units」"),
        ('[heads]\na = { fact = "销售收入", unit = "人" }', "heads.a.unit：「人」"),
        ('[heads]\na = { fact = "成立日期", year = 2021 }', "不分年度"),
        ('[heads]\na = { fact = "销售收入", year = "x" }', "heads.a.year"),
        ('[head]\na = "销售收入"', "不认得的键「head」"),
        ('[year]\nname = "y"', "不认得的键「name」"),
        ("heads = 1", "[heads]"),
        ("[heads", "不是正确的 TOML"),
    ],
)
def test_a_wrong_map_names_file_and_key(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "map.toml").write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_column_map(tmp_path / "map.toml")
    assert "map.toml" in str(error.value)
    assert expected in str(error.value)


def test_a_missing_map(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="读不了"):
        load_column_map(tmp_path / "map.toml")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[heads\n", "第 1 行第 7 列"),
        ('[heads]\n"a" = ', "第 2 行第 7 列"),
        ('[heads]\n"a" = "x"\n"a" = "y"\n', "第 3 行第 10 列"),
        ("", ""),
    ],
)
def test_a_broken_map_is_refused_in_chinese(tmp_path: Path, text: str, place: str) -> None:
    path = tmp_path / "对照.toml"
    path.write_text(text, encoding="utf-8")
    if not place:
        assert load_column_map(path).heads == {}
        return
    with pytest.raises(UserError) as refused:
        load_column_map(path)
    assert place in str(refused.value)
    assert not re.search("[a-z]{3,} [a-z]{2,}", str(refused.value))


def test_a_map_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="没有这个文件"):
        load_column_map(tmp_path / "无.toml")
    with pytest.raises(UserError, match="它是文件夹"):
        load_column_map(tmp_path)
    path = tmp_path / "国标.toml"
    path.write_bytes("[heads]\n# 收入".encode("gb18030"))
    with pytest.raises(UserError, match="不是 UTF-8"):
        load_column_map(path)
