"""Which firm is meant: credit codes and company names, brought to one written form."""

from __future__ import annotations

import re
from operator import mul

_WIDE = {0x3000: " ", 0xFF0D: "-", **{c: chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}}
#: Letters that a credit code never contains, and the digits they are taken for.
_LOOKALIKE = str.maketrans("OI", "01")
_NOT_IN_CODE = re.compile(r"[\s\-—–'’`\u200b\ufeff]+")
_NOT_IN_NAME = re.compile(r"[\s\u200b\ufeff'’]+")
_CODE_SHAPE = re.compile(r"[0-9A-Z]{8,20}")
_CODE_FORM = re.compile(r"[0-9]{8}[0-9A-HJ-NP-RTUWXY]{10}")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff0-9A-Z]+")
_ENCLOSED = re.compile(r"\(([^()]*)\)")


def half_width(text: str) -> str:
    """Full-width ASCII (Ａ１（），) and the ideographic space as their narrow forms."""
    return text if text.isascii() else text.translate(_WIDE)


def normal_code(text: str) -> str:
    """A credit code without spaces and hyphens, narrow, upper case."""
    return _NOT_IN_CODE.sub("", half_width(text)).upper()


def normal_name(text: str) -> str:
    """A company name for comparison: no spaces, narrow brackets, no bracket around the whole
    name. Nothing else is guessed: 「甘肃金城」 and 「兰州金城」 stay two firms."""
    if _PLAIN_NAME.fullmatch(text):  # by far the most names
        return text
    name = _NOT_IN_NAME.sub("", half_width(text)).upper()
    enclosed = _ENCLOSED.fullmatch(name)
    return enclosed.group(1) if enclosed else name


#: A code or name in its normal form already: the rest need not be looked at.
PLAIN_FORM = "^[0-9A-Z\u4e00-\u9fff]+$"


def table_form(is_code: bool) -> tuple[str, str, str]:
    """(these characters, become these, and these go) before a table's codes or names are
    compared in upper case: ``normal_code`` and ``normal_name`` for engines that have no such
    functions."""
    gone = " \u00a0\u3000\u200b\ufeff'’" + ("-－—–‘`" if is_code else "")
    wide = {chr(c): to for c, to in _WIDE.items() if chr(c) not in gone}
    gone += "".join(c for c, to in wide.items() if to in gone)
    kept = {c: to for c, to in wide.items() if to not in gone}
    return "".join(kept), "".join(kept.values()), gone


def looks_like_code(code: str) -> bool:
    """Could this normalised text be meant as a code at all (not 「待办」 or 「18位」)?"""
    return _CODE_SHAPE.fullmatch(code) is not None


def code_fault(code: str) -> str | None:
    """Why a normalised credit code is wrong, with how to mend it; ``None`` if it is right."""
    if _is_valid(code):
        return None
    if len(code) == 15 and code.isdigit():
        return "这是旧的 15 位注册号，请改填 18 位统一社会信用代码"
    if len(code) != 18:
        return f"只应有 18 位，这里是 {len(code)} 位，请核对营业执照"
    mended = code.translate(_LOOKALIKE)
    if mended != code and _is_valid(mended):
        return f"代码里没有字母 O 和 I，是否为 {mended}"
    return "校验位不符，有一位抄错了，请核对营业执照"


#: Value of each character, and the weights of GB 32100-2015; the check digit itself counts once.
_VALUES = {letter: value for value, letter in enumerate("0123456789ABCDEFGHJKLMNPQRTUWXY")}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)


def _is_valid(code: str) -> bool:
    """GB 32100: form and check digit. Our own sum, which a test compares with stdnum's: that
    one cleans the text first, which took a tenth of reading a whole ledger."""
    if _CODE_FORM.fullmatch(code) is None:
        return False
    total: int = sum(map(mul, map(_VALUES.__getitem__, code), _WEIGHTS))
    return total % 31 == 0
