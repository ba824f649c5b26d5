"""What an instrument is refused for: the place, what is wrong, and what should stand there."""

from __future__ import annotations

import re
import time
from datetime import date
from pathlib import Path

import pytest

from denggao.facts.errors import UserError
from denggao.rules import library
from denggao.rules.errors import InstrumentError
from denggao.rules.library import load, load_text

FRONT = """---
名称: 试验办法
简称: 试验
依据: [试科〔2026〕1号]
地域: 中国
施行: 2016-01-01
例日: 2026-06-30
---
"""
RULES = """\
参数 A-P 下限：
    销售收入[上年] ≤ 5000万元 时 5%
    否则 3%
条件 A-1 占比：
    研发费用[上年] ÷ 销售收入[上年] ≥ 下限
评分 A-S 数量分 满分 8：
    二类知识产权数 ≥ 3 得 5~8
    二类知识产权数 ≥ 1 得 1~4
    否则 得 0
结论 A-Z 结论 总分 A-S：
    A-1 且 A-S > 4分
"""
TABLE = """\
| 例 | 研发费用[上年] | 销售收入[上年] | 二类知识产权数 | A-1 | A-S | 结论 |
|---|---|---|---|---|---|---|
| 恰好 | 5 | 100 | 3 | 符合 | 5~8 | 符合 |
| 差一分 | 4.99 | 100 | | 不符合 | 0~8 | 不符合 |
"""


def text(
    rules: str = RULES, *, front: str = FRONT, cite: str = "## 1号 第一条", table: str = TABLE
) -> str:
    """The smallest valid instrument, with one part changed."""
    return f"{front}{cite}\n\n```登高\n{rules}```\n\n{table}"


#: Lines of the file before the first line of the rules, and before the table.
BEFORE_RULES = len(FRONT.splitlines()) + 3
BEFORE_TABLE = BEFORE_RULES + len(RULES.splitlines()) + 2


def refusal(source: str, folder: Path) -> InstrumentError:
    path = folder / "试验.md"
    path.write_text(source, encoding="utf-8")
    with pytest.raises(InstrumentError) as caught:
        load(path)
    error = caught.value
    assert str(error).startswith(f"{path}:{error.line}:{error.column} ")
    return error


def test_the_smallest_instrument_loads(tmp_path: Path) -> None:
    """The control of every refusal below: each changes one thing in this file."""
    path = tmp_path / "试验.md"
    path.write_text(text(), encoding="utf-8")
    instrument = load(path)
    assert instrument.version == "试科〔2026〕1号@2016-01-01"
    assert set(instrument.statements) == {"A-P", "A-1", "A-S", "A-Z"}
    assert {s.cite for s in instrument.statements.values()} == {"试科〔2026〕1号 第一条"}
    assert [e.name for e in instrument.examples] == ["恰好", "差一分"]


# --- rules: (what is replaced, by what, line within the rules, column, words) -----------------

CASE = "    A-1 且 A-S > 4分\n"
CHANGES = {
    "unknown name": ("研发费用[上年] ÷", "研发花费[上年] ÷", 5, 5, "不在事实目录"),
    "unknown id": ("A-1 且", "A-7 且", 11, 5, "“A-7”没有定义"),
    "unknown total": ("总分 A-S", "总分 A-T", 10, 1, "“A-T”没有定义"),
    "元 + 人": ("研发费用[上年] ÷", "( 研发费用[上年] + 职工总数[上年] ) ÷", 4, 1, "单位不合"),
    "元 against a bare number": (
        "≥ 下限", "≥ 5%\n条件 A-2 二：销售收入[上年] > 100", 6, 1, "金额要与带单位的数相比",
    ),
    "元 against 人": ("≤ 5000万元", "≤ 5000人", 1, 1, "单位不合"),
    "ratio against 元": ("≥ 下限", "≥ 5元", 4, 1, "单位不合"),
    "a number as condition": ("A-1 且 A-S > 4分", "研发费用[上年]", 10, 1, "应是判断式"),
    "a condition as points": ("≥ 1 得 1~4", "≥ 1 得 居民企业", 6, 1, "应是算式，不是判断式"),
    "money as points": ("≥ 1 得 1~4", "≥ 1 得 5元", 6, 1, "单位不合"),
    "text as number": ("A-S > 4分", "企业名称 > 4分", 10, 1, "不能用于算式"),
    "wrong year": ("研发费用[上年] ÷", "研发费用[去年] ÷", 5, 5, "应是 [上年]"),
    "a year is missing": ("研发费用[上年] ÷", "研发费用 ÷", 5, 5, "要写年份，如 研发费用[上年]"),
    "a year too many": ("二类知识产权数 ≥ 3", "二类知识产权数[上年] ≥ 3", 7, 5, "不带年份"),
    "[年] outside a derivation": ("研发费用[上年] ÷", "研发费用[年] ÷", 4, 1, "只能用在推导里"),
    "circle": ("≥ 下限", "≥ 5% 且 结论", 4, 1, "循环引用"),
    "circle to itself": ("≥ 下限", "≥ 5% 或 A-1", 4, 1, "循环引用"),
    "otherwise is missing": ("    否则 得 0\n", "", 9, 1, "否则"),
    "otherwise of a parameter": ("    否则 3%\n", "", 3, 1, "否则"),
    "unreachable band": ("≥ 1 得", "≥ 4 得", 8, 1, "第 2 行永远轮不到"),
    "unreachable otherwise": ("≥ 1 得 1~4", "≥ 0 得 1~4", 9, 1, "“否则”一行永远轮不到"),
    "points above the maximum": ("5~8", "5~9", 7, 1, "超过满分"),
    "reversed points": ("5~8", "8~5", 7, 1, "由低到高"),
    "gap in the points": ("5~8", "7~8", 7, 1, "4 分与 7 分之间没有一档"),
    "falling limits": (
        "    否则 3%", "    销售收入[上年] ≤ 100元 时 4%\n    否则 3%", 1, 1, "由小到大",
    ),
    "two facts in a parameter": (
        "    否则 3%", "    研发费用[上年] ≤ 6000万元 时 4%\n    否则 3%", 1, 1, "同一个事实",
    ),
    "parameter over three years": ("销售收入[上年] ≤", "销售收入[近三年] ≤", 2, 1, "一个事实分段"),
    "unknown option": (CASE, "    A-1 且 采用 乙\n", 11, 11, "不是本文件任何读法的选项"),
    "duplicate id": ("评分 A-S", "评分 A-1", 6, 1, "“A-1”已经用过"),
    "duplicate name": ("A-S 数量分", "A-S 占比", 6, 1, "“占比”已经用过"),
    "name of a fact": ("A-S 数量分", "A-S 销售收入", 6, 1, "语句要另取名称"),
    "two verdicts": (CASE, CASE + "结论 A-Y 又一 总分 A-S：A-1\n", None, 1, "只能有一条“结论”"),
    "no colon": ("占比：", "占比", 5, 5, "：”"),
    "no bracket": ("≥ 下限", "≥ ( 下限", 6, 1, "右括号"),
    "no maximum": (" 满分 8", "", 6, 11, "满分"),
    "unknown keyword": ("条件 A-1", "情况 A-1", 4, 1, "应是"),
    "another divisor": ("研发费用[上年] ÷", "研发费用[上年] /", 5, 14, "除号写“÷”"),
    "another comparison": ("≥ 下限", ">= 下限", 5, 26, "≥"),
    "a space before the unit": ("≤ 5000万元", "≤ 5000 万元", 2, 21, "单位紧跟数字"),
    "another and": ("A-1 且", "A-1 并且", 11, 9, "写“且”或“或”"),
    "nothing between": ("A-1 且", "A-1", 11, 9, "缺运算符"),
    "a quotation mark": ("≥ 下限", "≥ “下限”", 5, 27, "不在事实目录"),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_rules_are_refused(name: str, tmp_path: Path) -> None:
    old, new, line, column, words = CHANGES[name]
    assert old in RULES
    error = refusal(text(RULES.replace(old, new, 1), table=""), tmp_path)
    assert words in str(error)
    expected = 1 if line is None else BEFORE_RULES + line
    assert (error.line, error.column) == (expected, column)


def test_no_verdict() -> None:
    """A text without 结论 can be proven, but judges nobody."""
    instrument = load_text(text(RULES[: RULES.index("结论")], table=""), "规范.md")
    with pytest.raises(UserError, match="没有“结论”"):
        _ = instrument.verdict


def test_derivations_are_refused(tmp_path: Path) -> None:
    for derivation, words in (
        ("推导 研发费用[上年]：人员人工费用[年]", "名称[年]"),
        ("推导 研发费用[年]：职工总数[年]", "单位应是元"),
        ("推导 研发费用[年]：人员人工费用[上年]", "都写 [年]"),
        ("推导 研发费用[年]：研发费用[年] + 人员人工费用[年]", "循环引用"),
        ("推导 二类知识产权数：A-S", "单位应是项"),
        ("推导 获得方式分：A-S", "不能引用别的规则"),
    ):
        error = refusal(text(f"{derivation}\n{RULES}", table=""), tmp_path)
        assert words in str(error)
        assert (error.line, error.column) == (BEFORE_RULES + 1, 1)


# --- headings, front matter, fences, tables ----------------------------------------------------


@pytest.mark.parametrize(
    "cite",
    [
        "",
        "## ",
        "## 第一条",
        "## 2号 第一条",
        "## 1号",
        "## 试科〔2025〕1号 第一条",
        "# 1号 第一条",
    ],
)
def test_a_rule_without_its_article(cite: str, tmp_path: Path) -> None:
    error = refusal(text(cite=cite), tmp_path)
    assert "没有引文" in str(error)
    assert "第十一条" in str(error)
    assert error.line == BEFORE_RULES + 1


@pytest.mark.parametrize("cite", ["## 试科〔2026〕1号 第一条", "### 1号 第一条（二）"])
def test_an_article_may_be_named_in_full(cite: str) -> None:
    assert load_text(text(cite=cite)).statements["A-1"].cite.startswith("试科〔2026〕1号 第一条")


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("---\n名称", "名称", 1, "以 --- 包住的文件头"),
        ("例日: 2026-06-30\n---\n", "例日: 2026-06-30\n", 1, "以 --- 包住的文件头"),
        ("简称: 试验\n", "", 1, "文件头缺“简称”"),
        ("依据: [试科〔2026〕1号]\n", "", 1, "文件头缺“依据”"),
        ("依据: [试科", "依据: [[试科", 5, "YAML"),
        ("施行: 2016-01-01", "施行: 明年", 1, "应是日期"),
        ("地域: 中国", "地域: 中国\n作者: 某", 1, "不认识“作者”"),
        ("名称: 试验办法\n", "- 名称\n", 3, "YAML"),
    ],
)
def test_front_matter(old: str, new: str, line: int, words: str, tmp_path: Path) -> None:
    assert old in FRONT
    error = refusal(text(front=FRONT.replace(old, new, 1)), tmp_path)
    assert words in str(error)
    assert error.line == line


def test_a_fence_that_does_not_end(tmp_path: Path) -> None:
    error = refusal(text().replace("```\n\n|", "\n\n|"), tmp_path)
    assert (error.line, "代码块没有结束" in str(error)) == (BEFORE_RULES, True)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("| 恰好 | 5 |", "| 恰好 |", 3, "有 6 格，表头有 7 格"),
        ("| A-1 |", "| A-9 |", 1, "表头“A-9”"),
        ("研发费用[上年] |", "研发花费[上年] |", 1, "表头“研发花费[上年]”"),
        ("| 恰好 | 5 |", "| 恰好 | 五 |", 3, "不是数"),
        ("3 | 符合 |", "3 | 不符合 |", 3, "A-1 应为 不符合，得 符合"),
        ("3 | 符合 |", "3 | 未知 |", 3, "A-1 应为 未知，得 符合"),
        ("5~8 | 符合", "5~7 | 符合", 3, "A-S 应为 5~7，得 5~8"),
        ("| 0~8 | 不符合 |", "| 0~8 | 未知 |", 4, "结论 应为 未知，得 不符合"),
    ],
)
def test_tables(old: str, new: str, line: int, words: str, tmp_path: Path) -> None:
    assert old in TABLE
    error = refusal(text(table=TABLE.replace(old, new, 1)), tmp_path)
    assert words in str(error)
    assert error.line == BEFORE_TABLE + line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("研发费用[上年] |", "研发费用[去年] |"),
        ("研发费用[上年] |", "研发费用 |"),
        ("二类知识产权数 |", "二类知识产权数[上年] |"),
        ("研发费用[上年] |", "研发费用[上年]（亿万元） |"),
        ("| 例 | 研发费用[上年] |", "| 例 | 申请日 |"),
        ("二类知识产权数 |", "居民企业 |"),
        ("5~8 | 符合", "八 | 符合"),
        ("3 | 符合 |", "3 | 合格 |"),
    ],
)
def test_cells_that_cannot_be_read_are_refused_not_crashed_on(
    old: str, new: str, tmp_path: Path
) -> None:
    assert old in TABLE
    refusal(text(table=TABLE.replace(old, new, 1)), tmp_path)


# --- size ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "rules",
    [
        RULES.replace("≥ 下限", "≥ " + "取小( 下限, " * 100 + "下限" + " )" * 100),
        RULES.replace("A-1 且", "非 " * 100 + "A-1 且"),
        RULES.replace("≥ 下限", "≥ " + "取小( 下限, " * 20_000 + "下限" + " )" * 20_000),
        RULES.replace("A-1 且", "非 " * 50_000 + "A-1 且"),
        RULES.replace("≥ 下限", "≥ " + "5% + " * 5_000 + "下限"),
        RULES.replace("≥ 下限", "≥ " + "1" * 100_000 + "%"),
        RULES + "".join(f"条件 B-{i} 乙{i}：居民企业\n" for i in range(1000)),
        RULES + "# " + "长" * 1_000_000 + "\n",
        RULES + "条件 B-1 乙：居民企业\n" * 60_000,
    ],
    ids=["nested", "nots", "much nested", "many nots", "long sum", "long number", "many rules",
         "1 MB of comment", "1 MB of rules"],
)  # fmt: skip
def test_too_much_is_refused_at_once(rules: str, tmp_path: Path) -> None:
    start = time.process_time()
    refusal(text(rules), tmp_path)
    assert time.process_time() - start < 5


@pytest.mark.parametrize("depth", [1, 15, 100, 50_000])
def test_brackets_alone_nest_nothing(depth: int) -> None:
    """They leave no trace in the tree; whether refused or read, it is done at once."""
    rules = RULES.replace("≥ 下限", "≥ " + "( " * depth + "下限" + " )" * depth)
    start = time.process_time()
    try:
        nested = load_text(text(rules)).statements["A-1"]
    except InstrumentError:
        assert depth > 15
    else:
        assert nested == load_text(text()).statements["A-1"]
    assert time.process_time() - start < 5


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "试验.md"
    path.write_bytes("名称".encode("gb18030"))
    with pytest.raises(UserError, match="UTF-8"):
        load(path)
    with pytest.raises(UserError, match="读不出来"):
        load(tmp_path / "没有.md")


# --- versions ---------------------------------------------------------------------------------


@pytest.fixture
def two_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same law twice: the first in force until 2019-12-31, the second from the next day."""
    old = FRONT.replace("施行: 2016-01-01\n", "施行: 2016-01-01\n废止: 2019-12-31\n")
    new = FRONT.replace("施行: 2016-01-01", "施行: 2020-01-01").replace("1号", "2号")
    for name, body in (("1", text(front=old)), ("2", text(front=new, cite="## 2号 第一条"))):
        (tmp_path / f"{name}.md").write_text(body, encoding="utf-8")
    monkeypatch.setattr(library, "paths", lambda: sorted(tmp_path.glob("*.md")))


@pytest.mark.usefixtures("two_versions")
@pytest.mark.parametrize(
    ("day", "version"),
    [
        ("2016-01-01", "试科〔2026〕1号@2016-01-01"),
        ("2019-12-31", "试科〔2026〕1号@2016-01-01"),
        ("2020-01-01", "试科〔2026〕2号@2020-01-01"),
        ("2026-06-30", "试科〔2026〕2号@2020-01-01"),
    ],
)
@pytest.mark.parametrize("law", ["试验", "试验办法"])
def test_the_day_picks_the_version(law: str, day: str, version: str) -> None:
    assert library.in_force(law, date.fromisoformat(day)).version == version


@pytest.mark.usefixtures("two_versions")
def test_one_version_of_each_law_is_in_force() -> None:
    assert [i.version[-10:] for i in library.all_in_force(date(2019, 1, 1))] == ["2016-01-01"]
    assert library.all_in_force(date(2015, 12, 31)) == []


@pytest.mark.usefixtures("two_versions")
def test_no_version_yet() -> None:
    with pytest.raises(
        UserError, match=re.escape("2015-12-31 没有有效的版本（2016-01-01 起至 2019-12-31")
    ):
        library.in_force("试验", date(2015, 12, 31))
    with pytest.raises(UserError, match="现有：试验"):
        library.in_force("别的办法", date(2026, 6, 30))


@pytest.mark.parametrize("law", ["高新技术企业认定", "科技型中小企业评价"])
def test_shipped_laws_have_a_first_day(law: str) -> None:
    first = library.in_force(law, date(2026, 6, 30)).valid_from
    assert library.in_force(law, first).short == law
    with pytest.raises(UserError, match="没有有效的版本"):
        library.in_force(law, date(first.year - 1, 12, 31))
