"""One cell → one value of one fact.

A number becomes whole steps of its unit (``catalogue.SCALE``), exactly; nothing bad becomes a
number. Missing cells give ``None``; 「570余」 gives an ``Interval`` of steps; everything else
that cannot stand as the fact raises ``BadCell``.
"""

from __future__ import annotations

import datetime
import re
from fractions import Fraction
from functools import cache
from math import isfinite
from typing import NamedTuple

from denggao.facts.catalogue import Fact, is_technical_field, technical_fields
from denggao.facts.identity import half_width
from denggao.facts.interval import Interval
from denggao.facts.numbers import OutOfDomain, recorded
from denggao.facts.problems import Finding

Parsed = int | Interval | None


class BadCell(Exception):
    """A cell that cannot stand as its fact: what was expected and how to mend it."""

    def __init__(self, kind: str, expected: str, advice: str) -> None:
        super().__init__(kind)
        self.finding = Finding(kind, expected, advice)


class Number(NamedTuple):
    """``value`` in steps, and whether a head count had to be rounded to the 1/10000."""

    value: Parsed
    rounded: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Ways to write "no data" (besides masks).
MISSING = _words(
    "- -- --- — —— ——— – ― 一一 / // \\ . … …… 无数据 暂无数据 暂无 未填 未填报 空 "
    "n/a na nan null none nil"
) | {""}
_NOT_FINITE = _words("nan inf infinity 1.#inf 1.#ind 1.#qnan ∞")
_PENDING = re.compile(r"待.{0,3}|未(?:知|统计|提供|报|核实)|不详|不清楚?|正在.{1,6}")
_MASKED = re.compile(r"[*＊×xX某]*[*＊]+[*＊×xX某]*[\u4e00-\u9fff]{0,2}")
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|错误.*|#+)", re.I)
INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060\u00ad", ""))
_FULL_STOP = re.compile(r"(?<=[0-9])[。·．](?=[0-9])")

_UNIT_WORDS = {
    "元": "元整?|块|人民币|元人民币|RMB",
    "人": "人|名|位",
    "项": "项|件|个|条|篇",
    "分": "分",
    "天": "天|日",
}
_MULTIPLES = {"": 1, "百": 100, "千": 1000, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8}
_NUMBER = r"[0-9]{1,3}(?:,[0-9]{3}){1,6}(?:\.[0-9]{1,30})?|[0-9]{1,30}(?:\.[0-9]{1,30})?"
_SIGN = {"-", "−", "–", "﹣", "－"}


@cache
def _amount_pattern(unit: str) -> re.Pattern[str]:
    words = _UNIT_WORDS[unit]
    return re.compile(
        rf"""(?P<before>大约|约|近|≥|>=|>|≤|<=|<|不少于|不低于|至少|不足|不到|不超过|至多|超过|逾|超)?\s*
        (?P<sign>[-−–﹣+])?\s*(?P<currency>[¥￥])?\s*(?P<digits>{_NUMBER})\s*
        (?P<multiple>百万|千万|百|千|万|亿)?(?P<more>余|多)?\s*(?P<unit>{words})?
        (?P<after>以上|及以上|以下|以内|左右|余|多|\+)?""",
        re.X,
    )


_ABOUT = _words("约 大约 近 左右")
_AT_LEAST = _words("≥ >= > 不少于 不低于 至少 超过 逾 超 以上 及以上 余 多 +")
_AT_MOST = _words("≤ <= < 不足 不到 不超过 至多 以下 以内")


def tidy(text: str) -> str:
    """Narrow, without invisible characters, outer spaces and a leading text apostrophe."""
    if text.isascii():
        return text.strip().removeprefix("'")
    return half_width(text.translate(INVISIBLE)).strip().removeprefix("'").removeprefix("‘")


def is_missing(text: str) -> bool:
    """Is this tidied text one of the ways to write "no data" (masks included)?"""
    return text.lower() in MISSING or _MASKED.fullmatch(text) is not None


def refuse_broken(text: str) -> None:
    """Raises BadCell for what is no statement at all, whatever the fact."""
    if text.startswith("#") and _ERROR.fullmatch(text):
        raise BadCell("error_value", "公式的正确结果", "请改正这个单元格的公式，或直接填数值")
    if text.startswith("="):
        raise BadCell(
            "formula_without_value",
            "公式的结果",
            "文件里没有存下公式的结果；请用 Excel 或 WPS 打开，重新计算后保存",
        )
    if "\ufffd" in text:
        raise BadCell("damaged_text", "完整的文字", "字符已损坏；请从原系统重新导出")


# --- numbers -------------------------------------------------------------------------------


def number(cell: object, fact: Fact, factor: Fraction | int) -> Number:
    """The number in a cell of a column whose head says ``factor`` (万元: 10000).

    ``factor`` holds only where the cell names no unit of its own: 「320万元」 stays 320 万元
    in any column.
    """
    if isinstance(cell, str):
        return _number_in_text(cell, fact, factor)
    if isinstance(cell, bool):
        raise _not_a_number(fact)
    if isinstance(cell, int):
        return _steps(fact, cell * Fraction(factor))
    if isinstance(cell, float):
        if not isfinite(cell):
            raise _not_finite(fact)
        # 15 digits are what a spreadsheet keeps and shows
        return _steps(fact, Fraction(f"{cell:.15g}") * factor)
    raise BadCell(
        "not_a_number", _expected(fact), "Excel 把它存成了日期；请把单元格改为常规格式后重填"
    )


def _number_in_text(cell: str, fact: Fact, factor: Fraction | int) -> Number:
    text = _FULL_STOP.sub(".", tidy(cell))
    if text.lower().lstrip("+-") in _NOT_FINITE:
        raise _not_finite(fact)
    if is_missing(text):
        return Number(None)
    refuse_broken(text)
    _refuse_words(text, fact)
    return (
        _accounting(text, fact, factor)
        or _range(text, fact, factor)
        or _compound(text, fact)
        or _amount(text, fact, factor)
    )


def _refuse_words(text: str, fact: Fact) -> None:
    """The usual cells that are no number, each with the advice that fits it."""
    if text in ("无", "没有"):
        advice = "看不出是 0 还是没有数据；是 0 请填 0，没有数据请留空"
        raise BadCell("ambiguous_none", _expected(fact), advice)
    if _PENDING.fullmatch(text):
        raise BadCell("pending", _expected(fact), "请核实后填写；暂时没有数据请留空")
    if "*" in text:
        raise BadCell("masked", _expected(fact), "数字被遮盖，按没有数据处理；请填完整的数")
    if text.endswith(("%", "‰")):
        raise BadCell("percent", _expected(fact), "这里要的是数量，不是百分比")
    if re.fullmatch(r"[-+]?[0-9.]+[eE][-+]?[0-9]+", text):
        raise BadCell("scientific", _expected(fact), "科学计数法可能丢了尾数；请改为完整的数字")


def _accounting(text: str, fact: Fact, factor: Fraction | int) -> Number | None:
    """(1,234.00) is −1234 in accounts."""
    if not (text.startswith("(") and text.endswith(")")):
        return None
    match = _amount_pattern(fact.unit).fullmatch(text[1:-1].strip())
    if match is None or _vague(match) or match["sign"]:
        raise _not_a_number(fact)
    return _steps(fact, -_magnitude(match, factor))


def _range(text: str, fact: Fact, factor: Fraction | int) -> Number | None:
    """「500~600人」, and 「7-8」 where the fact is an expert's score."""
    parts = re.split(r"[~～至]" if not fact.judged else r"[~～至\-]", text)
    if len(parts) != 2:
        return None
    low, high = (_amount_pattern(fact.unit).fullmatch(part.strip()) for part in parts)
    if low is None or high is None:
        return None
    if _vague(low) or _vague(high) or low["sign"] or high["sign"]:
        raise _not_a_number(fact)
    if _own_factor(low) is None:  # 「2~3亿」: the unit behind holds for both
        factor = _own_factor(high) or factor
    lo, hi = (_steps(fact, _magnitude(match, factor)).value for match in (low, high))
    if not isinstance(lo, int) or not isinstance(hi, int) or lo > hi:
        raise _not_a_number(fact)
    return Number(Interval(lo, hi))


_COMPOUND = re.compile(
    r"(?:([0-9]{1,6})亿)?(?:零?([0-9]{1,4}(?:\.[0-9]{1,6})?)万)?(?:零?([0-9]{1,4}(?:\.[0-9]{1,2})?))?元?整?"
)


def _compound(text: str, fact: Fact) -> Number | None:
    """「1亿2000万元」, 「3万5000元」: two multiples at least, the larger first."""
    match = _COMPOUND.fullmatch(text) if fact.unit == "元" else None
    if match is None or sum(part is not None for part in match.groups()) < 2:
        return None
    if match[3] is not None and not text.endswith(("元", "整")):
        return None  # 「1亿5」: of what?
    parts = zip(match.groups(), (10**8, 10**4, 1), strict=True)
    return _steps(fact, sum((Fraction(part or 0) * times for part, times in parts), Fraction(0)))


def _amount(text: str, fact: Fact, factor: Fraction | int) -> Number:
    match = _amount_pattern(fact.unit).fullmatch(text)
    if match is None or (match["currency"] and fact.unit != "元"):
        raise _not_a_number(fact)
    value = _magnitude(match, factor)
    exact = _steps(fact, -value if match["sign"] in _SIGN else value)
    if not _vague(match):
        return exact
    if match["sign"]:  # 「-500余」: a loss of more than 500, or of less?
        raise _not_a_number(fact)
    return _bounded(fact, exact, _vague(match))


def _vague(match: re.Match[str]) -> set[str]:
    """The words around a number that make it less than exact."""
    return {word for word in (match["before"], match["more"], match["after"]) if word}


def _bounded(fact: Fact, exact: Number, words: set[str]) -> Number:
    """「约570余」 and 「570余」 are at least 570; 「不足570」 at most; 「约570」 says neither."""
    assert isinstance(exact.value, int)
    words = words - _ABOUT
    if words and words <= _AT_LEAST:
        return Number(Interval(exact.value, None if fact.hi is None else fact.hi * fact.scale))
    if words and words <= _AT_MOST:
        return Number(Interval(None if fact.lo is None else fact.lo * fact.scale, exact.value))
    advice = "“约”不是确数；请填确数，或写成“570余”“500~600”这样的范围"
    raise BadCell("approximate", _expected(fact), advice)


def _own_factor(match: re.Match[str]) -> int | None:
    """What the cell itself multiplies by; ``None`` when the head's unit holds."""
    if match["multiple"]:
        return _MULTIPLES[match["multiple"]]
    return 1 if match["unit"] else None


def _magnitude(match: re.Match[str], factor: Fraction | int) -> Fraction:
    own = _own_factor(match)
    return Fraction(match["digits"].replace(",", "")) * (factor if own is None else own)


def _steps(fact: Fact, value: Fraction) -> Number:
    try:
        return Number(*recorded(fact, value))
    except OutOfDomain as error:
        raise BadCell("out_of_domain", _expected(fact), str(error)) from error


_NOUNS = {"元": "金额", "人": "人数", "项": "数量", "分": "分数", "天": "天数"}


def _expected(fact: Fact) -> str:
    return f"{_NOUNS[fact.unit]}（数字）"


def _not_finite(fact: Fact) -> BadCell:
    advice = "这是程序算不出数时留下的字样；请填确数，没有数据请留空"
    return BadCell("not_finite", _expected(fact), advice)


def _not_a_number(fact: Fact) -> BadCell:
    return BadCell("not_a_number", _expected(fact), "请只填数字；没有数据请留空")


# --- dates ---------------------------------------------------------------------------------

_DATE = re.compile(
    r"([0-9]{4})(?:([-/. ])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})[日号]?)\.?"
    r"(?:[ T]*[0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:\.0+)?)?)?"
)
_WEEKDAY = re.compile(r"\s*[(]?(?:星期|周)[一二三四五六日天][)]?")
_CHINESE_DATE = re.compile(
    r"[〇○零oO一二三四五六七八九]{4}年[一二三四五六七八九十]{1,3}月[一二三四五六七八九十]{1,3}[日号]?"
)
_CHINESE = {mark: str(n) for n, mark in enumerate("〇一二三四五六七八九")} | dict.fromkeys(
    "○零oO", "0"
)
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}")
_YEAR_MONTH = re.compile(r"[0-9]{4}(?:[-/.][0-9]{1,2}|年(?:[0-9]{1,2}月(?:份)?)?)?")
#: Excel counts a 29 February 1900 that never was: before it, readers differ by a day.
_SURE_FROM = datetime.date(1900, 3, 1)
_SERIAL = re.compile(r"[0-9]{5}")
_EPOCH = datetime.date(1899, 12, 30)
#: 1950-01-01 … 2099-12-31 as day numbers of Excel: outside, a number is no date.
_SERIALS = range(18264, 73051)
_DATE_1904 = 1462


def date(cell: object, date1904: bool = False) -> datetime.date | None:
    """A day in any usual spelling, or Excel's day number; ``None`` if missing."""
    if isinstance(cell, datetime.datetime):
        cell = cell.date()
    if isinstance(cell, datetime.date):
        if cell < _SURE_FROM:
            raise _bad_date()
        return cell
    if isinstance(cell, str):
        return _date_in_text(tidy(cell), date1904)
    if isinstance(cell, bool):
        raise _bad_date()
    if isinstance(cell, int) or (isinstance(cell, float) and cell.is_integer()):
        return _date_in_text(str(int(cell)), date1904)
    raise _bad_date()


def _date_in_text(text: str, date1904: bool) -> datetime.date | None:
    if is_missing(text) or text == "无":
        return None
    refuse_broken(text)
    if _COMPACT.fullmatch(text):
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    if _SERIAL.fullmatch(text) and int(text) in _SERIALS:
        days = int(text) + (_DATE_1904 if date1904 else 0)
        return _EPOCH + datetime.timedelta(days=days)
    text = _plain_digits(_WEEKDAY.sub("", text.replace("。", ".")))
    text = re.sub(r"\s*([-/.、年月日号])\s*(?!\d+:)", r"\1", text).replace("、", ".")
    match = _DATE.fullmatch(text)
    if match:
        year, _, month, day, month_, day_ = match.groups()
        return _day(int(year), int(month or month_), int(day or day_))
    if _YEAR_MONTH.fullmatch(text):
        raise BadCell("incomplete_date", "完整日期，如 2019-05-06", "只有年或年月；请补上日")
    if _PENDING.fullmatch(text):
        raise BadCell("pending", "日期，如 2019-05-06", "请核实后填写；暂时没有请留空")
    raise _bad_date()


def _plain_digits(text: str) -> str:
    """「二〇一九年五月十六日」 → 「2019年5月16日」."""
    if not _CHINESE_DATE.fullmatch(text):
        return text
    year, month, day = re.split("[年月]", text.rstrip("日号"))
    digits = "".join(_CHINESE[mark] for mark in year)
    return f"{digits}年{_under_hundred(month)}月{_under_hundred(day)}日"


def _under_hundred(words: str) -> int:
    tens, ten, ones = words.rpartition("十")
    return int(_CHINESE.get(tens, "1")) * 10 * bool(ten) + int(_CHINESE.get(ones, "0"))


def _day(year: int, month: int, day: int) -> datetime.date:
    try:
        if not 1900 <= year <= 2199:
            raise ValueError
        return datetime.date(year, month, day)
    except ValueError:
        raise _bad_date() from None


def _bad_date() -> BadCell:
    return BadCell("not_a_date", "日期，如 2019-05-06", "请改成 2019-05-06 或 2019年5月6日 的样子")


# --- yes/no, codes, text -------------------------------------------------------------------

_YES = _words("是 有 √ ✓ ✔ ☑ y yes t true 对 1 属于 符合 已列入 列入 存在")
_NO = _words("否 无 × ✗ ✘ ☒ x n no f false 错 0 不是 没有 不属于 不符合 未列入 不存在")
_OWN_WORDS = {
    "taxed_on_accounts": (_words("查账 查账征收 查帐征收"), _words("核定 核定征收")),
    "above_scale": (_words("规上 规模以上"), _words("规下 规模以下")),
    "resident": (_words("居民企业 居民"), _words("非居民企业 非居民")),
}


def yes_no(cell: object, fact: Fact) -> bool | None:
    """是/否, 有/无, √/×, Y/N, 1/0, a logical cell; 查账/核定 for 查账征收."""
    if isinstance(cell, bool):
        return cell
    text = plain_text(cell).lower()
    own_yes, own_no = _OWN_WORDS.get(fact.code, (_words(""), _words("")))
    if text in _YES or text in own_yes:
        return True
    if text in _NO or text in own_no:
        return False
    if is_missing(text):
        return None
    refuse_broken(text)
    words = "、".join(sorted((own_yes | own_no), key=len)) or "是、否"
    raise BadCell("not_yes_no", "是或否", f"请填“是”或“否”（也认得：{words}）")


def plain_text(cell: object) -> str:
    """A cell as tidied text: whole floats without 「.0」, dates in ISO form."""
    if isinstance(cell, str):
        return tidy(cell)
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return str(cell)


#: From here on a spreadsheet's number no longer holds every digit.
_LOST_FROM = 10**15


def text(cell: object) -> str | None:
    """Free text as written, without outer spaces."""
    if isinstance(cell, float) and abs(cell) >= _LOST_FROM:
        advice = "Excel 把它当成了数，后几位已丢失；请把该列设为文本后重新填写"
        raise BadCell("digits_lost", "完整的号码（文本）", advice)
    words = cell.strip() if isinstance(cell, str) else plain_text(cell)
    if len(words) < 8 and _says_nothing(tidy(words)):
        return None
    refuse_broken(words)
    return words


def phone(cell: object) -> str | None:
    """A telephone number as written; raises BadCell for 「139****1234」."""
    words = text(cell)
    if words in ("无", "没有"):
        return None
    if words is not None and re.search(r"[*＊•●×]{2}|(?i:x{3})", words):
        raise BadCell("masked", "联系电话", "号码被遮盖，按没有数据处理；请填完整的号码")
    return words


def label(cell: object) -> str | None:
    """A word or two (企业性质, 培育类型, 联系人): 「无」 is none, 「待核」 is no answer."""
    words = text(cell)
    if words is None or words in ("无", "没有"):
        return None
    if _PENDING.fullmatch(tidy(words)):
        raise BadCell("pending", "确定的内容", "请核实后填写；暂时没有请留空")
    return words


def code(cell: object) -> str | None:
    """A code or closed word (行业, 区县) as text; 「待核」 is no code."""
    words = text(cell)
    if words == "无":
        return None
    if words is not None and _PENDING.fullmatch(words):
        raise BadCell("pending", "代码或名称", "请核实后填写；暂时没有请留空")
    return words


def _says_nothing(words: str) -> bool:
    return words.lower() in MISSING or not words.strip("*×xX")


@cache
def _fields_by_title() -> dict[str, str]:
    fields = technical_fields().items()
    return {_title(name): code for code, name in fields if is_technical_field(code)}


_FIELD_CODE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,2}){1,2})(?:[\s、.:：-]+(.*))?")


def field_code(cell: object) -> str | None:
    """A technical field of the lowest level, by code (1.1.10) or by its title in words."""
    if isinstance(cell, datetime.date):
        raise _bad_field("Excel 把代码当成了日期；请把该列设为文本后重填")
    words = plain_text(cell)
    if is_missing(words) or words == "无":
        return None
    refuse_broken(words)
    last, code, match = _last_level(words)
    if not is_technical_field(code):
        raise _bad_field(_about_field(code or last))
    title = technical_fields()[code]
    if match and match.group(2) and _title(match.group(2)) != _title(title):
        raise _bad_field(f"代码 {code} 是“{title}”，与文字不符")
    return code


def _last_level(words: str) -> tuple[str, str, re.Match[str] | None]:
    """The lowest level of 「电子信息/软件/物联网应用软件」 with its code. Some titles have a
    slash of their own, so what follows each separator is tried, the longest first."""
    last = words
    for start in [0, *(mark.end() for mark in re.finditer(r"[/>＞\\→]", words))]:
        last = words[start:].strip()
        match = _FIELD_CODE.fullmatch(last)
        code = match.group(1) if match else _fields_by_title().get(_title(last), "")
        if code:
            return last, code, match
    return last, "", None


def _bad_field(advice: str) -> BadCell:
    return BadCell("not_a_field", "技术领域三级代码（如 1.1.10）或三级名称", advice)


def _title(words: str) -> str:
    return re.sub(r"\s+", "", half_width(words))


def _about_field(words: str) -> str:
    fields = technical_fields()
    if words in fields or words in fields.values():
        return "只写到了上一级；请写到最细一级"
    return "不在《国家重点支持的高新技术领域》中；请核对代码或名称"
