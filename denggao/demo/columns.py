"""The columns of the county's ledger, in the words and the order that a bureau would use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

NUMBER, TOWN = "序号", "所属乡镇"


@dataclass(frozen=True, slots=True)
class Column:
    """``key`` as in ``Ledger.columns``, or ``NUMBER`` or ``TOWN``. ``group`` is the head above
    ``head``; "" where the head reaches over both levels. ``form``: how cells look."""

    key: str
    group: str
    head: str
    form: str
    width: int


_BASICS = (
    Column(NUMBER, "", "序号", "text", 6),
    Column("name", "", "企业名称", "text", 32),
    Column("uscc", "", "统一社会信用代码", "text", 22),
    Column("established_on", "", "成立日期", "date", 12),
    Column("region", "", "所在区县", "text", 10),
    Column(TOWN, "", "所属乡镇", "text", 10),
    Column("field_code", "", "技术领域", "text", 26),
)
_THREE_YEARS = (
    ("sales", "销售收入（万元）", "money"),
    ("rd_expense", "研发费用（万元）", "money"),
    ("rd_domestic", "境内研发费用（万元）", "money"),
    ("net_assets", "净资产（万元）", "money"),
    ("conversions", "成果转化数（项）", "count"),
)
_LAST_YEAR = (
    ("staff", "职工总数", "count"),
    ("tech_staff", "科技人员数", "count"),
    ("total_income", "总收入（万元）", "money"),
    ("ht_income", "高新收入（万元）", "money"),
    ("main_product_income", "主要产品收入", "money"),  # no unit here: the line above holds
    ("total_assets", "资产总额", "money"),
    ("rd_super", "加计扣除研发费用", "money"),
    ("cost_expense", "成本费用支出总额", "money"),
)
_ANSWERS = (
    ("prohibited_industry", "禁止限制淘汰类"),
    ("abnormal_listed", "经营异常名录"),
    ("dishonest_listed", "严重违法失信"),
    ("major_incident", "前一年内重大安全质量事故或严重环境违法"),
    ("science_award", "国家级科技奖励前三名"),
    ("rd_institution", "省部级以上研发机构"),
    ("standard_led", "主导制定标准"),
)


def ledger_columns(year: int) -> tuple[Column, ...]:
    """The columns in ``year`` of application: figures of the three years before it."""
    return (*_BASICS, *_figures(year), *_answers(year))


def _figures(year: int) -> Iterator[Column]:
    for code, words, form in _THREE_YEARS:
        for y in range(year - 3, year):
            yield Column(f"{code}@{y}", words, f"{y}年", form, 12 if form == "money" else 8)
    for code, words, form in _LAST_YEAR:
        yield Column(f"{code}@{year - 1}", "", f"{year - 1}年{words}", form, 12)
    yield Column("ip_class1", "", "一类知识产权数", "count", 9)
    yield Column("ip_class2", "", "二类知识产权数", "count", 9)


def _answers(year: int) -> Iterator[Column]:
    yield Column("resident", "", "居民企业", "yes_no", 9)
    yield Column(f"taxed_on_accounts@{year - 1}", "", f"查账征收（{year - 1}年）", "yes_no", 10)
    for code, words in _ANSWERS:
        yield Column(code, "", words, "yes_no", 12)
