"""「A、B和C分别达到x、y和z」: what is enumerated, and what is said once for all of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from denggao.drafting import naming

LEVEL = re.compile(r"^(?:国家级|省级|市级|区级|县级|国家|省部级|自治区级|州级|部级|地市级)$")
LEVELS = re.compile(
    r"^(?:国家级|省级及以上|省级以上|省级|市级以上|市级|区级|县级|省部级|自治区级|州级|部级)"
)
_MEASURE_TAIL = re.compile(
    r"(?:营业收入|增加值|总产值|产值|占比|比重|覆盖率|增长率|转化率|投入强度|"
    r"拥有量|授权量|申请量|成交额|收入|投入|支出)$"
)


def split(subject: str, count: int) -> list[str]:
    """「A、B和C」 as so many names; empty if it is not as many."""
    subject = (
        re.sub(
            r"(?:[两二三四五六2-6]?(?:大|项|类|个)?(?:指标|企业|方面))?(?:均|都|也)?$",
            "",
            subject,
        )
        if subject.count("、") + len(re.findall("[和及与]", subject)) >= count
        else subject
    )
    for pattern in (r"、|以及|[和及与]", r"、|(?:以及|[和及与])(?=[^、]*$)", r"、"):
        names = [n for n in re.split(pattern, subject) if n]
        if len(names) == count and all(len(n) >= 2 for n in names):
            return completed(names)
    return []


def placed(names: Sequence[str]) -> tuple[str, list[str]] | None:
    """「甲区、乙区、丙县高新技术企业」: the thing counted, and the places."""
    if len(names) < 2:
        return None
    last = names[-1]
    thing = naming.first_thing(last)
    if not thing or last.startswith(thing) or any(naming.first_thing(n) for n in names[:-1]):
        return None
    at = last.index(thing)
    return last[at:], [*names[:-1], last[:at]]


def completed(names: list[str]) -> list[str]:
    """「省级、国家级高新区」, 「A和B占比」: what only the last one says holds for all."""
    last = names[-1]
    if all(LEVEL.match(n) for n in names[:-1]) and (found := LEVELS.match(last)):
        return [n + last[found.end() :] for n in names[:-1]] + [last]
    tail = _MEASURE_TAIL.search(last)
    if tail and not any(_MEASURE_TAIL.search(n) for n in names[:-1]):
        return [n + tail[0] for n in names[:-1]] + [last]
    return names
