"""Cells as text: what means "no data", what is broken, yes and no, codes and words."""

from __future__ import annotations

import datetime
import re

from denggao.facts.catalogue import Fact
from denggao.facts.identity import half_width
from denggao.facts.problems import Finding


class BadCell(Exception):
    """A cell that cannot stand as its fact: what was expected and how to mend it."""

    def __init__(self, kind: str, expected: str, advice: str) -> None:
        super().__init__(kind)
        self.finding = Finding(kind, expected, advice)


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


#: Ways to write "no data" (besides masks).
MISSING = word_set(
    "- -- --- — —— ——— – ― 一一 / // \\ . … …… 无数据 暂无数据 暂无 未填 未填报 空 "
    "n/a na nan null none nil"
) | {""}
PENDING = re.compile(r"待.{0,3}|未(?:知|统计|提供|报|核实)|不详|不清楚?|正在.{1,6}")
_MASKED = re.compile(r"[*＊×xX某]*[*＊]+[*＊×xX某]*[\u4e00-\u9fff]{0,2}")
_ERROR = re.compile(r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|错误.*|#+)", re.I)
INVISIBLE = str.maketrans(dict.fromkeys("\u200b\u200c\u200d\ufeff\u2060\u00ad", ""))


def tidy(text: str) -> str:
    """Narrow, without invisible characters, outer spaces and a leading text apostrophe."""
    if text.isascii():
        return text.strip().removeprefix("'")
    return half_width(text.translate(INVISIBLE)).strip().removeprefix("'").removeprefix("‘")


def is_missing(text: str) -> bool:
    """Is this tidied text one of the ways to write "no data" (masks included)?"""
    return text.lower() in MISSING or _MASKED.fullmatch(text) is not None


def says_nothing(text: str) -> bool:
    """``is_missing``, but a mask raises BadCell: somebody knows the value and hides it."""
    if not is_missing(text):
        return False
    if "*" in text:
        raise BadCell("masked_whole", "", "被遮盖，按没有数据处理；可向企业要完整的数据")
    return True


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


YES = word_set("是 有 √ ✓ ✔ ☑ y yes t true 对 1 属于 符合 已列入 列入 存在")
NO = word_set("否 无 × ✗ ✘ ☒ x n no f false 错 0 不是 没有 不属于 不符合 未列入 不存在")
OWN_WORDS = {
    "taxed_on_accounts": (word_set("查账 查账征收 查帐征收"), word_set("核定 核定征收")),
    "above_scale": (word_set("规上 规模以上"), word_set("规下 规模以下")),
    "resident": (word_set("居民企业 居民"), word_set("非居民企业 非居民")),
}


def yes_no(cell: object, fact: Fact) -> bool | None:
    """是/否, 有/无, √/×, Y/N, 1/0, a logical cell; 查账/核定 for 查账征收."""
    if isinstance(cell, bool):
        return cell
    text = plain_text(cell).lower()
    own_yes, own_no = OWN_WORDS.get(fact.code, (word_set(""), word_set("")))
    if text in YES or text in own_yes:
        return True
    if text in NO or text in own_no:
        return False
    if says_nothing(text):
        return None
    refuse_broken(text)
    words = "、".join(sorted(own_yes | own_no, key=lambda x: (len(x), x))) or "是、否"
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
LOST_FROM = 10**15


def text(cell: object) -> str | None:
    """Free text as written, without outer spaces."""
    if isinstance(cell, float) and abs(cell) >= LOST_FROM:
        advice = "Excel 把它当成了数，后几位已丢失；请把该列设为文本后重新填写"
        raise BadCell("digits_lost", "完整的号码（文本）", advice)
    words = cell.strip() if isinstance(cell, str) else plain_text(cell)
    if len(words) < 8 and _is_no_text(tidy(words)):
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
    if PENDING.fullmatch(tidy(words)):
        raise BadCell("pending", "确定的内容", "请核实后填写；暂时没有请留空")
    return words


def code(cell: object) -> str | None:
    """A code or closed word (行业, 区县) as text; 「待核」 is no code."""
    words = text(cell)
    if words == "无":
        return None
    if words is not None and PENDING.fullmatch(words):
        raise BadCell("pending", "代码或名称", "请核实后填写；暂时没有请留空")
    return words


def _is_no_text(words: str) -> bool:
    if "*" in words and not words.strip("*×xX"):
        return says_nothing(words)
    return words.lower() in MISSING or not words.strip("×xX")
