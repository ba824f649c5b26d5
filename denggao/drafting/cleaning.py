"""The text as given → one spelling: widths, simplified characters, no pinyin, no torn bytes.

Characters are only replaced one for one or left out, so that every place in the clean text is
a place in the original.
"""

from __future__ import annotations

import re
from array import array
from functools import cache
from typing import TYPE_CHECKING

from denggao.drafting.mapped import Mapped

if TYPE_CHECKING:
    from opencc import OpenCC

_WIDE = {0xFF10 + i: ord("0") + i for i in range(10)}
_WIDE |= {0xFF21 + i: ord("A") + i for i in range(26)} | {
    0xFF41 + i: ord("a") + i for i in range(26)
}
_MARKS = str.maketrans(
    {
        "（": "(",
        "）": ")",
        "﹙": "(",
        "﹚": ")",
        "：": ":",
        "；": ";",
        "，": ",",
        "！": "!",
        "？": "?",
        "％": "%",
        "﹪": "%",
        "．": ".",
        "／": "/",
        "＋": "+",
        "－": "-",
        "～": "~",
        "〜": "~",
        "＊": "*",
        "\u3000": " ",
        "\xa0": " ",
        "\u2002": " ",
        "\u2003": " ",
        "\u2009": " ",
        "–": "—",
        "―": "—",
        "─": "—",
        "「": "“",
        "」": "”",
        "『": "“",
        "』": "”",
        "｡": "。",
        "＞": ">",
        "＜": "<",
        "＝": "=",
        "﹐": ",",
        "‘": "“",
        "’": "”",
        "［": "[",
        "］": "]",
        "●": "·",
        "•": "·",
        "\x0b": "\n",
        "\x0c": "\n",
        "\u2028": "\n",
        "\r": "\n",
    }
)
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\u202a-\u202e\x00-\x08\x0e-\x1f\x7f]")
_TONES = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüĀÁǍÀêếềńňǹḿ"
_SYLLABLE = (
    rf"(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?[aeiouvüê{_TONES}](?:[aeiouü{_TONES}]{{0,2}})(?:ng?|r)?"
)
_PINYIN = re.compile(
    rf"(?<=[\u3400-\u9fff])(?P<drop>\??\( ?{_SYLLABLE} ?\)(?:\?{_SYLLABLE}\))*|"
    rf"(?:\?{_SYLLABLE}\))+)"
)
_TAGS = re.compile(r"</?[A-Za-z][^<>\n]{0,80}>")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d])")
_SPACES = re.compile(
    r"(?<=[\u3400-\u9fff“”《》、,;:。()])(?P<drop> +)(?=[\u3400-\u9fff\d“”《》、,;:。()*])"
)
_AFTER_NUMBERS = re.compile(r"(?<=[\d%])(?P<drop> +)(?=[\u3400-\u9fff“《(])")
#: What a converter does not know: 著 is both 着 and itself.
_ZHE = re.compile("著(?=[力手眼重实落陆意])")
#: Characters that simplified texts use, too.
_BOTH = "乾瞭藉徵夥著"
#: As many traditional characters make a traditional text.
_FEW = 3


def clean(raw: str) -> Mapped:
    """The text in one spelling, with the places of its characters in ``raw``."""
    text = _mended(Mapped.of(raw)).mapped(lambda t: t.translate(_MARKS).translate(_WIDE))
    text = text.dropped(_INVISIBLE)
    text = text.dropped(_TAGS).dropped(_PINYIN)
    text = text.without(
        (m.start() + i, m.start() + i + 1)
        for m in _THOUSANDS.finditer(text.text)
        for i, c in enumerate(m[0])
        if c == ","
    )
    return text.mapped(simplified).dropped(_SPACES).dropped(_AFTER_NUMBERS)


@cache
def _converter() -> OpenCC:
    from opencc import OpenCC

    return OpenCC("t2s")


def simplified(text: str) -> str:
    """The same characters, traditional ones simplified, if it is a traditional text."""
    letters = "".join(sorted(set(text)))
    converted = _converter().convert(letters)
    if len(converted) != len(letters):  # pragma: no cover (one for one in every release)
        return text
    changed = {ord(a): b for a, b in zip(letters, converted, strict=True) if a != b}
    if len(changed) < _FEW:  # a slip here and there (独角獸)
        return text.translate({a: b for a, b in changed.items() if chr(a) not in _BOTH})
    whole = _converter().convert(text)
    if len(whole) != len(text):  # a phrase changed its length: character by character
        whole = text.translate(dict(zip(map(ord, letters), converted, strict=True)))
    return _ZHE.sub("着", whole)


# ------------------------------------------------------------------------------ torn bytes

_TORN = re.compile("[?？][！？!?]")
_LOST = b"\xa1"
_LONGEST = 400


def _mended(text: Mapped) -> Mapped:
    """A page that lost the first byte of 「。」 in GBK shifts all behind it up to the next Latin
    letter: 「？！笔】萍紡d」 was 「。”省科技廳」. The byte is put back where all then fits."""
    if not _TORN.search(text.text):
        return text
    parts, begins, at = [], array("L"), 0
    for found in _TORN.finditer(text.text):
        if found.start() < at:
            continue
        mended = _shifted_back(text.text[found.start() + 1 : found.start() + _LONGEST])
        if mended is None:
            continue
        words, end = mended
        parts.append(text.text[at : found.start()])
        begins += text.begins[at : found.start()]
        last = found.start() + end
        for i in range(len(words)):
            begins.append(text.begins[min(found.start() + i, last)])
        parts.append(words)
        at = last + 1
    parts.append(text.text[at:])
    begins += text.begins[at:]
    return Mapped("".join(parts), begins)


def _shifted_back(text: str) -> tuple[str, int] | None:
    """The characters meant, and how many characters of ``text`` they took."""
    torn = bytearray(_LOST)
    text = {"!": "\uff01", "?": "\uff1f"}.get(text[:1], text[:1]) + text[1:]  # narrowed since
    for count, character in enumerate(text, 1):
        try:
            torn += character.encode("gbk")
        except UnicodeEncodeError:
            return None
        if character.isascii():
            try:
                words = bytes(torn).decode("gbk")
            except UnicodeDecodeError:
                return None
            return (words, count) if words[0] in "。" and not words.isascii() else None
    return None
