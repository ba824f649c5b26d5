"""Rows below the heads that speak of no firm: totals, notes, signatures, repeated heads."""

from __future__ import annotations

import re
from collections.abc import Iterable

from denggao.facts.identity import half_width
from denggao.facts.titles import KINDS
from denggao.facts.workbook import Cell, Row

#: Reasons to skip a row, as they stand in the summary of an import.
BLANK = "空行"
TOTAL = "合计行"
NOTE = "说明或签字行"
HEADS = "重复的表头"
NUMBERS = "栏次行"
SECTION = "分组标题行"
OTHER_TABLE = "另一张表"
NEXT_HEADS = "下一张表的标题和表头"
NO_IDENTITY = "没有企业名称和代码"
DAMAGED = "损坏的行"
NO_FACTS = "这一页没有认得的事实列"
BAD_YEAR = "年度看不懂"

_TOTAL = re.compile(
    r"(?:本页|本表|全[区市县省]|.{1,8}[镇乡区县市])?"
    r"(?:合计|小计|总计|累计|共计|总和|平均|平均值|平均数|均值|中位数|最大值|最小值)"
    r"(?:数|[:(\d].*|.{0,6}[户家])?"
)
_NOTE = re.compile(
    r"(?:注\d*|备注|说明|填[表报](?:说明|人|日期|时间|单位)|制表(?:人|日期)?|审核人?|复核人?|经办人|"
    r"(?:单位|部门)?(?:主要)?负责人|分管领导|法定代表人|联系人|联系电话|编制(?:人|单位)|日期|盖章|签字|签章|"
    r"统计(?:人|员)|填报员|经手人|校对人?|抄送|报送(?:单位|日期|时间)|签发人?)"
    r"(?:\([^)]*\))?(?::.*)?|(?:金额)?单位:.{1,8}|\(?续表\)?|第\d+页.{0,8}|(?:以下|下)(?:空白|无正文)|"
    r"(?:注\d*|备注|说明|填[表报]说明)[:、.].*"
)
#: Sums and notes in place of a name; beside a name the same words are a mere remark.
_MORE_TOTAL = re.compile(
    r"其中:(?!.*(?:公司|中心|合作社|[厂院所])$).*|(?:合计)?共?:?\d+[户家](?:企业)?|(?:sub|grand)?\s*total|"
    r"汇总(?:数)?|[户年人]均(?:数|值)?|同比(?:增长|增速|增幅)?|环比|增(?:长率|速|幅)(?:\(%\))?|"
    r"(?:上年|去年)(?:同期)?(?:数)?|占.{1,8}(?:比重|比例)|(?:合计|总计|小计)[/、].{1,4}|"
    r"全.{1,8}(?:合计|总计|小计)",
    re.I,
)
_MORE_NOTE = re.compile(
    r"[(](?:金额|计量)?单位:.{1,10}[)]|以[下上](?:为|是|数据).*|[(](?:以上|上述|以下|数据).*[)]|[※★*].*|"
    r"数据(?:来源|待核|截[至止]|口径).*|(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?"
)
_DITTO = re.compile(r"(?:同[上前]|[〃々″\"])+")
_NO_LETTER = re.compile(r"[\W\d_]+")
#: The ends of most names: no total, and without a colon no note.
_COMPANY = re.compile(r"[\u4e00-\u9fff]*(?:公司|中心|合作社|[厂院所])").fullmatch
#: The ends of names that nothing but a firm or an institute bears.
_FIRM_END = re.compile(
    r".+(?:公司|中心|合作社|合作联社|企业|集团|工作室|农场|养殖场|研究[院所]|[厂院所])(?:\([^)]*\))?"
)
_LINE_NUMBERS = frozenset({"栏次", "行次", "列次", "项次"})
#: 「一、高新技术企业」, 「（二）」, 「东岗镇」, 「科技型中小企业（12户）」: alone in a row.
_SECTION = re.compile(
    r"[(]?[一二三四五六七八九十]{1,3}[)、.].*|"
    r".{1,12}(?:[镇乡县区市村类]|街道|社区|名单)(?:[(:]?(?:共|合计)?\d*[家户个][)]?)?:?"
)
_COLUMN_NUMBER = re.compile(r"[(]?(?:\d{1,3}|[甲乙丙丁ABC])[)]?")
_LONGEST_NAME = 60


def _bare(text: str) -> str:
    return half_width("".join(text.split()))


def words_reason(cell: Cell) -> str | None:
    """Why a row that begins with this text is none of a firm; ``None`` if it may be."""
    if type(cell) is not str or not cell or _COMPANY(cell):
        return None
    text = _bare(cell)
    if _TOTAL.fullmatch(text):
        return TOTAL
    if text in _LINE_NUMBERS:
        return NUMBERS
    return NOTE if _NOTE.fullmatch(text) else None


def name_reason(name: Cell) -> str | None:
    """The same of a text that stands in place of a name."""
    reason = words_reason(name)
    if reason or type(name) is not str or not name or _COMPANY(name):
        return reason
    text = _bare(name)
    if _MORE_TOTAL.fullmatch(text):
        return TOTAL
    return NOTE if _MORE_NOTE.fullmatch(text) else None


def no_name(name: str) -> str:
    """Why this text names no firm (ditto marks, digits alone); "" if it may."""
    text = _bare(name)
    if _DITTO.fullmatch(text):
        return "“同上”看不出是哪一户，这一行没有读；请逐行写明名称或代码"
    if _NO_LETTER.fullmatch(text):
        return "只有数字或符号，不是企业名称，这一行没有读；请补上名称或代码"
    return ""


def is_firm_name(name: Cell) -> bool:
    """Does it end as the names of firms do, and begin as no note does?"""
    if type(name) is not str or not name:
        return False
    return name_reason(name) is None and _FIRM_END.fullmatch(_bare(name)) is not None


def is_section(cell: Cell, is_merged: bool) -> bool:
    """Is a text that stands alone in its row the title of a group of rows? ``is_merged``: it
    stands in a cell merged with those to its right."""
    if type(cell) is not str:
        return False
    text = _bare(cell)
    without_count = _COUNT.sub("", text)
    return is_merged or _SECTION.fullmatch(text) is not None or without_count in KINDS


_COUNT = re.compile(r"[(:]?(?:共|合计)?\d*[家户个][)]?$")


def is_blank(row: Iterable[Cell]) -> bool:
    """Nothing in the row but empty cells and spaces."""
    return all(cell == "" or (isinstance(cell, str) and not cell.strip()) for cell in row)


def same_heads(row: Row, head_rows: list[Row]) -> bool:
    """Does the row repeat one of these rows (of heads, or of titles above them)?"""
    texts = _texts(row)
    return any(texts == _texts(head) for head in head_rows)


def same_places(row: Row, other: Row) -> bool:
    """Do two rows hold the same texts in the same columns?"""
    one, two = ({i: _bare(str(c)) for i, c in enumerate(r) if c != ""} for r in (row, other))
    return one == two


def _texts(row: Row) -> list[str]:
    return [_bare(str(cell)) for cell in row if cell != ""]


def odd_row_reason(row: Row, head_rows: list[Row]) -> str:
    """Why a row without identity is skipped."""
    if is_blank(row):
        return BLANK
    filled = [cell for cell in row if cell != ""]
    reason = name_reason(filled[0])
    if reason:
        return reason
    if same_heads(row, head_rows):
        return HEADS
    if is_column_numbers(row):
        return NUMBERS
    if len(filled) == 1 and isinstance(filled[0], str) and len(filled[0]) > 8:
        return NOTE
    return NO_IDENTITY


def is_column_numbers(row: Row) -> bool:
    """「甲 乙 1 2 3」 under the heads: letters, then 1, 2, 3 … without a gap; four at least."""
    texts = [_number_text(cell) for cell in row if cell != ""]
    if len(texts) < 4 or not all(map(_COLUMN_NUMBER.fullmatch, texts)):
        return False
    numbers = [int(text.strip("()")) for text in texts if text.strip("()").isdigit()]
    return numbers == list(range(1, len(numbers) + 1))


def is_note_as_name(name: str, row: Row) -> bool:
    """A long text alone in its row is a note, not the name of a firm."""
    return len(name) > _LONGEST_NAME and sum(1 for cell in row if cell != "") == 1


def _number_text(cell: Cell) -> str:
    return f"{cell:.15g}" if isinstance(cell, float) else _bare(str(cell))
