"""Personal data: heads that announce it, and numbers that are it wherever they stand.

A ledger needs no identity card, mobile or bank account number: such columns are not read, and
where such a number stands in another cell it is shown with its first three and last two
characters only. Amounts are as long, and are none: figures under a money head, and what 元 follows.
"""

from __future__ import annotations

import re

from denggao.facts.catalogue import catalogue
from denggao.facts.heads import normal

_HEAD = re.compile(
    r"身份证|证件号|护照|手机|移动电话|联系电话|联系方式|联系人|电话号码|座机|"
    r"银行(?:账|帐|卡)|(?:账|帐|卡)号|开户(?:账|帐)|对公账户|(?:法定代表人|法人|负责人)(?:代表)?(?:姓名)?$|"
    r"姓名|家庭住址|家庭地址|邮箱|电子邮件|e-?mail|微信|qq|出生|民族|籍贯|性别"
)
#: Enterprise numbers whose heads end like a bank account's.
_NOT_PERSONAL = re.compile(r"信用代码|注册号|执照|证书|专利|登记号")

#: 18 digits with a date of birth (credit codes have none), and the old form with 15.
_ID_CARD = (
    r"[1-8]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
    r"|[1-8]\d{5}\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}"
)
_MOBILE = r"(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
#: Bank cards and accounts: 16, 17 or 19 digits and more, often in groups of four.
_ACCOUNT = r"\d{4}(?:[- ]\d{4}){2,3}(?:[- ]\d{1,4})?|\d{16,17}|\d{19,30}"
#: What makes a number an amount: 「14400000000 元」, 「1.5~不限 元」.
_AMOUNT = r"(?:\.\d+)?(?:~(?:[\d.]+|不限))? ?[百千万亿]*元"
_NUMBER = re.compile(
    rf"(?<![0-9A-Za-z.])(?:{_ID_CARD}|{_MOBILE}|{_ACCOUNT})(?![0-9A-Za-z]|{_AMOUNT})"
)
_FIGURE = re.compile(rf"[-+]?\d+(?:\.\d+)?(?:{_AMOUNT})?")
#: Nothing shorter can hold one; most texts are told apart by this alone.
_LONG = re.compile(r"\d(?:[- ]?\d){10}")
_KEPT_FIRST, _KEPT_LAST = 3, 2


def is_personal_head(head: str) -> bool:
    """Does a column with this head (or one of its levels) hold personal data?"""
    words = normal(head.rsplit("/", 1)[-1])
    if _NOT_PERSONAL.search(words):
        return False
    return _HEAD.search(words) is not None or words in _personal_names()


def _personal_names() -> set[str]:
    return {
        normal(word)
        for fact in catalogue().values()
        if fact.personal
        for word in (fact.name, *fact.aliases)
    }


def masked(text: str) -> str:
    """The text with every personal number in it reduced to 138******45."""
    if _LONG.search(text) is None:
        return text
    return _NUMBER.sub(_stars, text)


def hidden(text: str) -> str:
    """A text that is personal as a whole (name, address, number): 138******45; one so short
    that this would show half of it is hidden altogether."""
    shown = _KEPT_FIRST + _KEPT_LAST
    if len(text) <= 2 * shown:
        return "*" * len(text)
    return text[:_KEPT_FIRST] + "*" * (len(text) - shown) + text[-_KEPT_LAST:]


def masked_under(text: str, unit: str) -> str:
    """The same for a cell of a column in ``unit``: a bare figure under 元 is money, for a firm
    may well have 14,400,000,000 of them. A head count with eleven digits is a mobile."""
    return text if unit == "元" and _FIGURE.fullmatch(text) else masked(text)


def _stars(match: re.Match[str]) -> str:
    return hidden(match.group())
