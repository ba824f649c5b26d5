"""What a document is: title, kind, region, issuer, number, date, the years it is for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from denggao.drafting import lexicon
from denggao.drafting.numerals import chinese
from denggao.drafting.outline import Paragraph
from denggao.facts.divisions import NAME_BEGINS, divisions, full_name, lies_in, names_by_start

_TYPES = (
    "方案|计划|措施|办法|意见|通知|要点|规划|细则|公告|公示|纲要|清单|政策|"
    "规定|指南|报告|答复|材料|决定|函|公报|暂行规定|问答|实施意见|总结|打算|汇报|纪要|任务书"
)
_TITLE = re.compile(rf"(?:{_TYPES}|[一二三四五六七八九十\d]+条)(?:\([^()]*\))*$")
_SENDS = re.compile(r"(?:印发|转发|发布|下发|公布)(?:的)?《?(?P<inner>.+?)》?的通知")
_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,10}[〔\[(](20\d\d)[〕\])]\s*\d{1,4}号")
_CN_DIGITS = "[零〇○一二三四五六七八九十]"
_DAY = re.compile(
    rf"(?P<y>20\d\d|{_CN_DIGITS}{{4}})年(?P<m>\d{{1,2}}|{_CN_DIGITS}{{1,"
    rf"2}})月(?P<d>\d{{1,2}}|{_CN_DIGITS}{{1,3}})日"
)
_PAGE_DAY = re.compile(r"(?<!\d)(20\d\d)[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?!\d)")
_SPAN = re.compile(r"(20\d\d)年?(?:—{1,2}|-|~|至|到)(20\d\d)年?")
#: The same in a line of its own under the title, and where the text says how long it holds.
_SPAN_LINE = re.compile(r"\(?(20\d\d)年?度?(?:—{1,2}|-|~|至|到)(20\d\d)年?度?\)?")
_SPAN_SAID = re.compile(
    r"(?:(?:实施|行动|规划|计划|方案|执行|工作|目标)(?:期限|周期|时限|时间|期)(?:为|是|自|从|:)+"
    r"|[二两三四五]年(?:时间|内|期)?\()"
    r"(?P<first>20\d\d)年?(?:\d{1,2}月)?(?:\d{1,2}日)?(?:—{1,2}|-|~|至|到)"
    r"(?P<last>20\d\d)年?"
)
_SIGNS = re.compile(
    r"(?:政府|办公室|办公厅|局|厅|委员会|委|部|院|中心|管委会|小组|党组|处|联席会议|专班)$"
)
_ZONE = re.compile(
    r"^[\u4e00-\u9fff]{2,5}?(?:经济技术开发区|高新技术产业开发区|经开区|高新区|"
    r"开发区|新区(?!域)|示范区|自创区|镇|乡|街道)"
)
_TAG = re.compile(r"^【[^】]{1,20}】")
#: What is of the day on which its page was put up.
REPORTS = ("news", "qa", "statistics")
_MASK = re.compile(r"[*＊]")
_PLANS = {"十二": 2015, "十三": 2020, "十四": 2025, "十五": 2030, "十六": 2035}


@dataclass(frozen=True, slots=True)
class Head:
    """``issued`` and ``period`` are ``None`` where the text does not say; ``region`` is the
    longest name that can be derived; ``signed`` is where the date of issue stands."""

    title: str | None
    kind: str
    region: str | None
    issuer: str | None
    doc_no: str | None
    issued: date | None
    period: tuple[int, int] | None
    is_draft: bool = False
    title_at: int | None = None
    signed: tuple[int, int] | None = None
    #: A paragraph or two out of a plan, without title and date: only what it says in so many
    #: words that it wants to reach is promised.
    is_extract: bool = False

    @property
    def now(self) -> int | None:
        """The year from which on figures are of the future."""
        if self.issued is not None:
            return self.issued.year
        return self.period[0] if self.period else None

    @property
    def last_year(self) -> int | None:
        return self.period[1] if self.period else None

    @property
    def only_year(self) -> int | None:
        """The year of a plan for one year."""
        return self.period[0] if self.period and self.period[0] == self.period[1] else None

    @property
    def level(self) -> str | None:
        """Who pays, where nothing else is said: 市级, 区级 …, by the region."""
        if self.region is None:
            return None
        for level, pattern in (
            ("镇级", r"(?:镇|乡|街道)$"),
            ("区级", r"(?:[区])$"),
            ("县级", r"[县旗]$"),
            ("市级", r"[市州盟]$"),
            ("省级", r"(?:省|自治区)$"),
        ):
            if re.search(pattern, self.region):
                return level
        return None


def read_head(
    text: str, paragraphs: Sequence[Paragraph], around: str, region: str | None = None
) -> Head:
    """``around``: what was left out around the document; a page may tell its date there."""
    first = [p for p in paragraphs[:16] if not p.is_row]
    title, at = _title(text, first)
    title = _with_span(text, first, title, at)
    kind = _kind(title or "", text)
    issued, signed = _issued(text, paragraphs)
    is_extract = (
        kind == "news"
        and issued is None
        and _page_day(around) is None
        and _is_extract(text, paragraphs)
    )
    if is_extract:
        kind = "action_plan"
    if issued is None and kind in REPORTS:
        issued = _page_day(around)
    issuer = _issuer(text, paragraphs, signed, title, around, kind)
    return Head(
        title=title,
        kind=kind,
        region=region or _region(title, issuer, text),
        issuer=issuer,
        doc_no=_number(text, first),
        issued=issued,
        period=_period(title or "", kind, issued) or _period_said(text, kind),
        is_draft="征求意见" in (title or "")
        or "送审" in (title or "")
        or "讨论稿" in (title or ""),
        title_at=at,
        signed=signed,
        is_extract=is_extract,
    )


_MAY_PROMISE = re.compile(
    r"(?<!截)[到至]20\d\d年|五[”\"]?(?:规划)?期?末|期末|力争|确保|目标|每年|[二两三四五]年内"
)
_TELLS = re.compile(r"记者|日前|近日|通讯员|获悉|了解到|据悉|报道|召开|会议")


def _is_extract(text: str, paragraphs: Sequence[Paragraph]) -> bool:
    """Is it a piece out of a plan, not a report?"""
    is_short = len(paragraphs) <= 5 and len(text) <= 2000
    return is_short and _MAY_PROMISE.search(text) is not None and not _TELLS.search(text)


# ---- title and kind


def _title(text: str, first: Sequence[Paragraph]) -> tuple[str | None, int | None]:
    lines = [(text[p.start : p.end].strip("# "), p.start) for p in first if not p.level]
    found = [(line, at) for line, at in lines if 6 <= len(line) <= 90 and _TITLE.search(line)]
    for line, at in found:  # 关于印发 X 的通知, and then X itself
        inner = _SENDS.search(line)
        if inner:
            own = [(o, a) for o, a in found if o != line and _same(o, inner["inner"])]
            return own[0] if own else (re.sub(r"^.{2,30}?关于(?=印发)", "", inner["inner"]), at)
    if found:
        lines_ = [line for line, _ in lines]
        line, at = max(
            found, key=lambda pair: (min(len(pair[0]), 40) + 20 * lines_.count(pair[0]), -pair[1])
        )
        return _two_lines(lines, line, at)
    short = [
        (line, at) for line, at in lines if 8 <= len(line) <= 60 and not re.search(r"[。;:]", line)
    ]
    named = re.search(r"答[::].{0,20}《(?P<what>[^》]{6,80})》", text[:600])
    if named and _TITLE.search(named["what"]):
        return named["what"], named.start("what")
    asked = re.search(r"问[::](?P<what>[^?。]{6,60}?)(?:的|是|有|$)", text[:400])
    if asked and re.search(_TYPES, asked["what"]):
        return asked["what"], asked.start("what")
    long = next((p.start for p in first if p.end - p.start > 90), len(text))
    return next(((_TAG.sub("", line), at) for line, at in short if at < long), (None, None))


def _two_lines(lines: Sequence[tuple[str, int]], line: str, at: int) -> tuple[str, int]:
    """A title over two lines, the place in the first."""
    before = [(other, a) for other, a in lines if a < at]
    if before and _place(line) is None:
        other, first = before[-1]
        plain = len(other) <= 40 and not re.search(r"[,。:;!?]", other) and not _SIGNS.search(other)
        if plain and not _TITLE.search(other) and not _DAY.search(other) and _place(other):
            return other + line, first
    return line, at


def _with_span(
    text: str, first: Sequence[Paragraph], title: str | None, at: int | None
) -> str | None:
    """The title with the years that stand in a line of their own below it."""
    if title is None or at is None or _SPAN.search(title):
        return title
    below = [text[p.start : p.end].strip() for p in first if p.start > at][:3]
    found = next(filter(None, map(_SPAN_LINE.fullmatch, below)), None)
    return title if found is None else f"{title}({found[1]}—{found[2]}年)"


def is_title(text: str, paragraph: Paragraph) -> bool:
    """Is the line a title, which counts nothing?"""
    line = text[paragraph.start : paragraph.end]
    return not paragraph.level and len(line) <= 90 and _TITLE.search(line) is not None


def _same(one: str, other: str) -> bool:
    def plain(words: str) -> str:
        return re.sub(r"[^\u4e00-\u9fff\d]", "", words)

    return plain(other) in plain(one) or plain(one) in plain(other)


def _kind(title: str, text: str) -> str:
    if len(_MASK.findall(text)) >= 5:
        return "template"
    if re.search(r"(?:^|\n|】|复\])\s*问[::].*[\s\S]{0,300}?答[::]", text):
        return "qa"
    told = re.search(r"记者|日前|近日|通讯员", text[:3000]) is not None
    if told and not _TITLE.search(title):
        return "news"
    for kind in lexicon.group_names("kinds"):
        if title and _TITLE.search(title) and lexicon.words("kinds", kind).search(title):
            return kind
    if title and _TITLE.search(title):
        return "notice"
    sections = re.search(r"(?:^|\n)[一二三四五六]、.{0,8}(?:目标|任务|指标|措施)", text)
    return "action_plan" if sections and not told else "news"


# ---- dates


def _issued(
    text: str, paragraphs: Sequence[Paragraph]
) -> tuple[date | None, tuple[int, int] | None]:
    """The date below the signature, or in a line of its own under the title."""
    for paragraph in reversed(paragraphs):
        line = text[paragraph.start : paragraph.end]
        found = _DAY.search(line)
        alone = (
            found
            and len(line) - len(found[0]) <= 26
            and not re.search(r"[。;]|起施行|截止|之前", line)
        )
        if found and alone and (found.end() >= len(line) - 3):
            day = _day(found)
            if day is not None:
                return day, (paragraph.start + found.start(), paragraph.start + found.end())
    return None, None


def _day(found: re.Match[str]) -> date | None:
    numbers = []
    for part in ("y", "m", "d"):
        word = found[part].replace("○", "〇")
        value = int(word) if word.isdigit() and word.isascii() else chinese(word)
        if value is None:
            return None
        numbers.append(value)
    try:
        return date(*numbers)
    except ValueError:
        return None


def _page_day(around: str) -> date | None:
    """The day that the page tells: what it calls its day of issue before any other, and dates of
    a list of other news last."""
    lines = around.split("\n")
    for told in (r"发布(?:时间|日期)", r"来源|日期|时间", r"^(?![-·•])", ""):
        day = _commonest("\n".join(line for line in lines if re.search(told, line)))
        if day is not None:
            return day
    return None


def _commonest(around: str) -> date | None:
    counted: Counter[date] = Counter()
    around = re.sub(r"(?<!\d)(\d\d)-(\d{1,2})-(\d{1,2})(?= \d{1,2}:\d\d)", r"20\1-\2-\3", around)
    for found in _PAGE_DAY.finditer(around):
        try:
            counted[date(int(found[1]), int(found[2]), int(found[3]))] += 1
        except ValueError:
            continue
    return counted.most_common(1)[0][0] if counted else None


def _period(title: str, kind: str, issued: date | None) -> tuple[int, int] | None:
    if found := _SPAN.search(title):
        first, last = int(found[1]), int(found[2])
        return (first, last) if first <= last else None
    if single := re.findall(r"(20\d\d)年", title):
        return int(max(single)), int(max(single))
    if found := re.search(r"[“\"]?(十[二三四五六])五[”\"]?", title):
        return _PLANS[found[1]] - 4, _PLANS[found[1]]
    years = re.search(r"([一二两三四五])年(?:行动|计划|攻坚|实施|提升|倍增)", title)
    if years and issued is not None and kind == "action_plan":
        count = chinese(years[1]) or 1
        return issued.year, issued.year + count - 1
    return None


def _period_said(text: str, kind: str) -> tuple[int, int] | None:
    """「实施期限为2027年至2029年」, 「用三年时间(2027—2029年)」."""
    found = _SPAN_SAID.search(text) if kind == "action_plan" else None
    if found is None:
        return None
    first, last = int(found["first"]), int(found["last"])
    return (first, last) if first <= last else None


# ---- who and where


def _number(text: str, first: Sequence[Paragraph]) -> str | None:
    for paragraph in first:
        line = text[paragraph.start : paragraph.end]
        if len(line) <= 32 and (found := _NUMBER.search(line)):
            return re.sub(r"[\[(](20\d\d)[\])]", r"〔\1〕", found[0]).replace(" ", "")
    return None


def _issuer(
    text: str,
    paragraphs: Sequence[Paragraph],
    signed: tuple[int, int] | None,
    title: str | None,
    around: str,
    kind: str,
) -> str | None:
    if signed is not None:
        before = [p for p in paragraphs if p.end <= signed[0]]
        line = text[before[-1].start : before[-1].end] if before else ""
        if len(line) <= 40 and _SIGNS.search(line):
            return line
        same = next(
            (text[p.start : signed[0]] for p in paragraphs if p.start < signed[0] < p.end), ""
        )
        if _SIGNS.search(same):
            return same
    told = re.search(
        r"来源[::]\s*(?:[\u4e00-\u9fff]+-)?([\u4e00-\u9fff]{3,20}?(?:局|厅|委|政府|"
        r"办公室|日报|晚报|报|网))(?=\s|编|作|$)",
        around,
    )
    if told and kind in REPORTS:
        return told[1]
    heads = [text[p.start : p.end] for p in paragraphs[:6]]
    for line in [*heads, title or ""]:
        found = re.match(
            r"([\u4e00-\u9fff]{3,24}?)关于(?:印发|下达|转发|组织|开展|做好|公布|延长|征集)", line
        )
        if found and _SIGNS.search(found[1]):
            return found[1]
    return None


def _region(title: str | None, issuer: str | None, text: str) -> str | None:
    for words in (title, issuer):
        if words and (found := _place(words)):
            return found
    counted: Counter[str] = Counter()
    for code, _ in _named(text, shortest=3):
        counted[code] += 1
    if counted:
        most = max(counted.values())
        best = [c for c, n in counted.items() if n * 2 >= most]
        inner = [
            c
            for c in best
            if not any(o != c and lies_in(o, c) and counted[o] * 2 >= counted[c] for o in best)
        ]
        return full_name(max(inner or best, key=lambda c: counted[c]))
    return None


def _place(words: str) -> str | None:
    """The region that a title names, as a full name: with its province, and the zone or town
    behind it."""
    found = list(_named(words))
    if not found:
        town = re.match(r"^([\u4e00-\u9fff]{2,3}(?:镇|乡|街道))(?=[\u4e00-\u9fff])", words)
        return town[1] if town else None
    code, end = found[0]
    for other, last in found[1:]:
        if other != code and lies_in(other, code) and last - end <= len(divisions()[other].name):
            code, end = other, last
    zone = _ZONE.match(words[end:])
    return full_name(code) + (zone[0] if zone else "")


def _named(words: str, shortest: int = 2) -> Iterator[tuple[str, int]]:
    """Divisions named in full, and where their names end; 城关区 only behind its city, for there
    are several."""
    at, last, last_end = 0, "", -1
    while at < len(words):
        code, end = _name_at(words, at, shortest, last if last_end == at else "")
        if code and last_end != at and words[max(0, at - 1) : at] in tuple("市省县区州"):
            code, end = "", at + 1  # of some place that is not known
        if code:
            yield code, end
            last, last_end = code, end
        at = end


def _name_at(words: str, at: int, shortest: int, outer: str) -> tuple[str, int]:
    for name, known in names_by_start().get(words[at : at + NAME_BEGINS], ()):
        if len(name) < shortest or not words.startswith(name, at):
            continue
        codes = {n.code for n in known if not n.short and not n.old}
        if outer:
            codes = {c for c in codes if lies_in(c, outer)} or codes
        if len(codes) == 1:
            return codes.pop(), at + len(name)
    return "", at + 1
