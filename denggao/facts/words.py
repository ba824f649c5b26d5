"""Text that a person can trust to be what it looks like.

A cell that a spreadsheet would run as a formula, or that holds characters nobody sees (control
characters, marks that turn the direction of writing), is no name of an enterprise. Zero-width
characters and line ends inside a name change nothing and are taken out.
"""

from __future__ import annotations

import re
import unicodedata

from denggao.facts import cells
from denggao.facts.cells import BadCell
from denggao.facts.problems import Finding
from denggao.facts.regionnames import region_name

#: What makes a spreadsheet take a text for a formula (OWASP: CSV injection), wide forms too.
_FORMULA_START = "=+-@\t\r＝＋－＠"
#: Beyond a sign, what a formula or a call of another program needs: 「-1层」 has none of it.
_FORMULA = re.compile(r"[+\-＋－][^\s\d.,，、。]*[(|!]|[@＠][A-Za-z]+\s*[(|!]|[=＝]")
_LINE_ENDS = re.compile(r"\s*[\r\n\v\f\x1c-\x1f\x85\u2028\u2029]\s*")
_TURNS_DIRECTION = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_ALLOWED_CONTROLS = frozenset("\t\n\r")
_LONGEST_NAME = 200
EXPECTED_NAME = "企业名称"


def name_fault(cell: object) -> Finding | None:
    """Why a cell cannot be the name of an enterprise; ``None`` if it may be (or is empty)."""
    if not isinstance(cell, str) or (len(cell) <= _LONGEST_NAME and cell.isalnum()):
        return None
    words = cells.tidy(cell)
    if cells.is_missing(words):
        return None
    if cell[:1] in _FORMULA_START or words[:1] in _FORMULA_START:
        advice = (
            "以 = + - @ 或制表符开头的文字会被 Excel 当公式运行"
            "（或是文件里没有存下公式的结果）；请改成企业的真实名称"
        )
        return Finding("formula_text", EXPECTED_NAME, advice)
    if len(words) > _LONGEST_NAME:
        return Finding("too_long", EXPECTED_NAME, f"有 {len(words)} 个字，不像名称；请核对这一格")
    return hidden_characters(cell)


def hidden_characters(text: str) -> Finding | None:
    """Names the first character that must not stand in any text."""
    if text.isprintable():
        return None
    for letter in text:
        if letter in _TURNS_DIRECTION or _is_control(letter):
            advice = f"含有看不见的控制字符（U+{ord(letter):04X}）；请删去后重新输入这一格"
            return Finding("hidden_characters", "看得见的文字", advice)
    return None


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs") and letter not in _ALLOWED_CONTROLS


def company_name(cell: object) -> str | None:
    """The name on one line without invisible characters. Raises BadCell where there is a
    ``name_fault``."""
    fault = name_fault(cell)
    if fault:
        raise BadCell(*fault)
    words = cells.text(cell)
    if words is None or words.isalnum():
        return words
    return plain_name(_LINE_ENDS.sub("", words.translate(cells.INVISIBLE)))


_GAP = re.compile(r"(?<=[\u4e00-\u9fff）)])[ \u3000]+(?=[\u4e00-\u9fff（(])")
_FOOTNOTE = re.compile(r"^[*＊★☆※△]+|[*＊★☆※△]+$")
_ENCLOSED = re.compile(r"[(（]([^()（）]+)[)）]")


def plain_name(name: str) -> str:
    """Without what is no part of a name: gaps between characters, a footnote mark at an end,
    brackets around the whole."""
    name = _GAP.sub("", _FOOTNOTE.sub("", name)).strip()
    enclosed = _ENCLOSED.fullmatch(name)
    return enclosed.group(1).strip() if enclosed else name


def phone(cell: object) -> str | None:
    """``cells.phone`` of text without formulas and hidden characters."""
    words = cells.phone(cell)
    if words is not None:
        fault = hidden_characters(words)
        if fault:
            raise BadCell(*fault)
    return words


def label(cell: object) -> str | None:
    """``cells.label`` of text without formulas and hidden characters."""
    words = cells.label(cell)
    if words is not None:
        _refuse(words)
    return words


def free_text(cell: object) -> str | None:
    """Other text as written. Raises BadCell for a formula and for hidden characters."""
    words = cells.text(cell)
    if words is None:
        return None
    _refuse(words)
    return words


def code(cell: object) -> str | None:
    """``cells.code`` of text without hidden characters."""
    words = cells.code(cell)
    if words is not None:
        _refuse(words)
    return words


def _refuse(words: str) -> None:
    if _FORMULA.match(words):
        advice = "这样的文字会被 Excel 当公式运行；请改写，不要以 = + - @ 开头"
        raise BadCell("formula_text", "普通文字", advice)
    fault = hidden_characters(words)
    if fault:
        raise BadCell(*fault)


#: Slips of the pen in the words that most names have, and what was meant.
_SLIPS = {
    "科枝": "科技",
    "料技": "科技",
    "有线公司": "有限公司",
    "有限公可": "有限公司",
    "有限公词": "有限公司",
    "责任公可": "责任公司",
    "股粉": "股份",
    "股分有限": "股份有限",
}


def oddity(name: str) -> str | None:
    """Advice on a name that no register has, though nothing is wrong with its characters."""
    if not name.isascii() and any(_is_picture(letter) for letter in name):
        return "名称里有图形符号；照样读入，请核对"
    slip = next((slip for slip in _SLIPS if slip in name), None)
    return None if slip is None else f"“{slip}”像是“{_SLIPS[slip]}”之误；照样读入，请核对"


def _is_picture(letter: str) -> bool:
    return ord(letter) >= 0x1F000 and unicodedata.category(letter) == "So"


def region(cell: object) -> str | None:
    """``code``, the name of a county or zone in its usual spelling."""
    words = code(cell)
    return None if words is None else region_name(words)
