"""Which year a clause speaks of: 到2027年、“十四五”末、三年内、每年; what is only a base."""

from __future__ import annotations

import re
from dataclasses import dataclass

from denggao.drafting.numerals import chinese

Year = int | str

_CN4 = "[零〇一二三四五六七八九]{4}"
_ONE = rf"(?:20\d\d|{_CN4})"
_PATTERN = re.compile(
    rf"(?P<base>(?:较|比|相比|对比|以|在|与|自|从|由|是|为)(?:上年|去年|"
    rf"[“\"]?十[二三四五六七]五[”\"]?|(?:{_ONE})年)(?:底|末|度)?(?:的|"
    rf"时)?(?:基础上|为基[期数准]|相比|同期)?)(?P<more>.{{0,2}})"
    rf"|(?P<from>{_ONE})年?(?:底|末)?(?:—{{1,2}}|-|~|至|"
    rf"到)(?P<to>{_ONE})年(?:底|末|期间)?(?P<each>(?:,|期间)?每年)?"
    rf"|(?P<upto>到|至|截至|截止到?)?(?P<year>{_ONE})年度?(?P<end>年?[底末初]|底前|前)?(?!代|版|\d)"
    r"|[“\"]?(?P<plan>十[二三四五六七八九])五[”\"]?(?:规划)?(?P<planend>末|"
    r"期末|期间|时期|以来|收官)?"
    r"|(?P<every>每年度?|逐年|年均|各年度|每个?年度)"
    r"|(?P<often>每(?:个)?(?:季度|月|半年|周)(?!一|二|三|四|五|通报|调度))"
    r"|(?P<within>(?:未来|今后|用|在|经过|力争|"
    r"通过)?(?:[一二两三四五六七八九十](?:至|到|-|—)?[一二两三四五六七八九十]?|"
    r"\d{1,2}(?:(?:至|到|-|—)\d{1,2})?)年(?:内|之?内|左右(?:时间)?|时间|"
    r"(?=累计|提高|提升|增长|新增|翻|再增|力争)|突围)?)"
    r"|(?P<near>(?:近|过去|最近)(?:的)?(?:[一二两三四五六七八九十]|\d{1,2})年(?:来|间|内)?)"
    r"|(?P<rel>今年|本年度?|当年|明年|后年|去年|上年度?|前年|年内|年底前?|年末|"
    r"全年|(?<![\u4e00-\u9fff])同年|(?:到?规划|到?方案)?期末|届时)"
)
_TIMES = re.compile(r"的?\D{0,6}(?:\d+(?:\.\d+)?|[一二两三四五六])倍")
_PLANS = {"十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030, "十六": 2035}


@dataclass(frozen=True, slots=True)
class When:
    """A year in a text. ``role``: 到 (an end to reach), 在 (a plain year), 每年, 基 (the base of a
    comparison), 内 (within so many years), 近 (so many years back), 年 (the one in
    question)."""

    start: int
    end: int
    year: Year
    role: str


def years(text: str, issued: int | None = None, last: int | None = None) -> list[When]:
    """Every year named, from left to right; relative ones against the year of issue, and
    ``last``, the last year of the plan, where these are known."""
    found = []
    for match in _PATTERN.finditer(text):
        when = _when(match, text, issued, last)
        if when is not None:
            found.append(when)
    return found


def _number(text: str) -> int:
    value = int(text) if text.isdigit() else chinese(text)
    assert value is not None
    return value


def _when(match: re.Match[str], text: str, issued: int | None, last: int | None) -> When | None:
    start, end = match.span()
    if match["base"]:
        return _base(match, text)
    if match["from"]:
        first, final = _number(match["from"]), _number(match["to"])
        each = match["each"] is not None
        return When(start, end, "每年" if each else f"{first}-{final}", "每年" if each else "在")
    if match["year"]:
        until = (match["upto"] or "").startswith("截")  # 截至2026年底: what there was then
        role = "到" if match["upto"] in ("到", "至") or (match["end"] and not until) else "在"
        return When(start, end, _number(match["year"]), role)
    if match["plan"]:
        final = _PLANS.get(match["plan"], 0)
        if not final:
            return None
        if match["planend"] in ("期间", "时期", None):
            return When(start, end, f"{final - 4}-{final}", "在")
        return When(start, end, final, "到")
    if match["every"]:
        return When(start, end, "每年", "每年")
    if match["often"]:
        return When(start, end, match["often"].replace("个", ""), "每年")
    if match["near"]:
        return When(start, end, re.sub("[来间内的]", "", match["near"]), "近")
    if match["within"]:
        return _within(match, text)
    return _relative(match, issued, last)


def _base(match: re.Match[str], text: str) -> When | None:
    """「较2022年增长」, 「由2022年的」 give a base; 「在2025年」, 「从2025年起」 a plain year."""
    word = match["base"]
    year = re.search(_ONE, word)
    is_base = (
        word.startswith(("较", "比", "相比", "对比", "与", "由"))
        or (word[0] in "是为" and _TIMES.match(text[match.end("base") :]) is not None)
        or word.endswith(("基础上", "基期", "基数", "基准", "相比", "同期"))
        or (
            word[0] == "从"
            and re.match(
                r"(?:的)?[^,。;起开]{1,14}(?:增|提|升|扩|发展|上升|降|减)",
                text[match.end("base") :],
            )
            is not None
        )
    )
    start, end = match.span("base")
    if year is None and "五" in word:
        plan = re.search("十[二三四五六七]", word)
        return When(start, end, _PLANS.get(plan[0] if plan else "", 0), "基")
    if year is None:
        return When(start, end, "上年", "基")
    return When(start, end, _number(year[0]), "基" if is_base else "在")


def _within(match: re.Match[str], text: str) -> When | None:
    word = match["within"]
    if (
        not word.endswith(("内", "时间", "左右"))
        and not re.match("累计|提高|提升|增长|新增|翻|再增|力争", text[match.end() :])
        and not word.startswith(("未来", "今后", "用", "经过"))
    ):
        return None
    if text[max(0, match.start() - 1) : match.start()] in (
        "近",
        "满",
        "前",
        "后",
        "第",
        "每",
        "任",
    ):
        return None
    plain = re.sub(r"^(?:未来|今后|用|在|经过|力争|通过)|左右(?:时间)?|时间|之?内", "", word)
    return When(match.start(), match.end(), f"{plain}内", "内")


def _relative(match: re.Match[str], issued: int | None, last: int | None) -> When | None:
    word, (start, end) = match["rel"], match.span()
    if word in {"同年", "届时"}:
        return When(start, end, "同年", "在")
    if word.endswith("期末"):
        return When(start, end, last if last is not None else "期末", "到")
    steps = {"明": 1, "后": 2, "去": -1, "上": -1, "前": -2}
    if word in ("全年", "年内", "年底", "年底前", "年末"):
        return When(start, end, word.removesuffix("前") if issued is None else issued, "年")
    if issued is None:
        return When(start, end, word, "在")
    return When(start, end, issued + steps.get(word[0], 0), "到" if "底" in word else "在")
