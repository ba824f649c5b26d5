"""Dates by which something is to be done: 每年3月底前, 9月20日24时, 6月至12月, 2025年底前."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from denggao.drafting.clauses import bare, masked
from denggao.drafting.head import REPORTS, Head
from denggao.drafting.outline import Paragraph

_Y = r"(?:(?P<y{0}>20\d\d)年|(?P<r{0}>当年|今年|本年|次年|翌年)?)"
_MD = (
    r"(?P<m{0}>\d{{1,2}})月(?:份)?(?:(?P<d{0}>\d{{1,2}})日|(?P<p{0}>底|末|初|"
    r"上旬|中旬|下旬))?(?:(?P<h{0}>\d{{1,2}})(?:时|[::]\d\d|点))?"
)
_ONE = (_Y + _MD).format(1)
_TWO = (_Y + _MD).format(2)
_PATTERN = re.compile(
    rf"(?P<every>每年|每月|每季度|每周)?{_ONE}(?:(?P<to>至|到|—{{1,2}}|-|"
    rf"~){_TWO})?(?P<by>之?前|止|截止|起)?"
    rf"|(?P<yearend>20\d\d)年(?:年?底|年?末|内)(?P<by2>之?前)?"
    r"|(?P<every2>每年|当年|今年|本年)?(?P<quarter>[一二三四])季度(?:末|底)?(?P<by3>之?前)"
    r"|(?P<relend>今年底|本年底|年底|年内)(?P<by4>之?前)"
)
_CONTEXT = re.compile(
    r"截止|截至|延至|延长至|延期|之前|期限|时限|批次|第[一二三四五六]批|报送|"
    r"上报|提交|申报|受理|完成|施行|实施|执行|有效期|暂停|开放|启动|召开|组织|"
    r"公示"
)
_DAYS = {"上旬": 10, "中旬": 15, "下旬": 25, "初": 5}
_MONTHS = {"一": 3, "二": 6, "三": 9, "四": 12}
_DUE = re.compile(
    r"(?:20\d\d年)?(?:(?:1[0-2]|[1-9])月(?:(?:\d{1,2})日|底|末|上旬|中旬|"
    r"下旬)?|年?底|年?末)(?:之?前|完成)|每年(?:1[0-2]|[1-9])月(?:\d{1,2}日|底|"
    r"末|上旬|中旬|下旬)?(?:之?前)|(?:今年|本年|当年|明年)?年?(?:底|"
    r"内)(?:之?前)?(?:完成|建成|实现|出台)|(?:长期坚持|长期|持续推进|"
    r"常态化推进|持续实施)(?=[)。;]|$)"
)


@dataclass(frozen=True, slots=True)
class Deadline:
    """``when``: a date, MM-DD, or an interval a/b; ``recurrence``: 每年 …, or ``None``."""

    what: str
    when: str
    recurrence: str | None
    start: int
    end: int


def due_in(text: str) -> str | None:
    """The deadline that a task's own text names, in its words."""
    found = _DUE.search(masked(text)) or _DUE.search(text)
    return (
        found[0].removesuffix("完成").removesuffix("建成").removesuffix("实现") if found else None
    )


def read_deadlines(text: str, paragraphs: Sequence[Paragraph], head: Head) -> list[Deadline]:
    """The dates of a document by which, or from when to when, something is done."""
    found: list[Deadline] = []
    for paragraph in paragraphs:
        if paragraph.is_row or (head.signed and paragraph.start <= head.signed[0] < paragraph.end):
            continue
        for sentence in re.finditer(r"[^。!?\n]+", text[paragraph.start : paragraph.end]):
            found += _of_sentence(sentence[0], paragraph.start + sentence.start(), paragraph, head)
    return found


def _of_sentence(sentence: str, at: int, paragraph: Paragraph, head: Head) -> Iterator[Deadline]:
    matches = [m for m in _PATTERN.finditer(sentence) if _is_valid(m)]
    year: int | None = head.only_year
    every: str | None = None
    batch = _batches(sentence, matches)
    for number, match in enumerate(matches):
        named = next((match[k] for k in ("y1", "y2", "yearend") if match[k]), None)
        year = int(named) if named else year
        said = match["every"] or match["every2"]
        every = said or (
            every if number and _listed(sentence, matches[number - 1], match) else None
        )
        recurring = every if every and every.startswith("每") else None
        past = head.kind in REPORTS and not (match["by"] or match["by2"])
        if past or not _is_deadline(sentence, match, paragraph, bool(batch)):
            continue
        when = _when(match, None if recurring else year)
        if when is not None:
            what = batch[number] if number in batch else _what(sentence, match, paragraph)
            yield Deadline(what, when, recurring, at + match.start(), at + match.end())


def _is_valid(match: re.Match[str]) -> bool:
    for i in ("1", "2"):
        month, day = match[f"m{i}"], match[f"d{i}"]
        if month and not 1 <= int(month) <= 12:
            return False
        if day and not 1 <= int(day) <= monthrange(2024, int(month))[1]:
            return False
    return True


def _listed(sentence: str, one: re.Match[str], two: re.Match[str]) -> bool:
    return sentence[one.end() : two.start()].strip() in ("、", ",", "和", "及", "")


def _batches(sentence: str, matches: Sequence[re.Match[str]]) -> dict[int, str]:
    """「6月底、8月中旬、9月底分三批次完成审核推荐」: the first, the second, the third."""
    run: list[int] = []
    for i, match in enumerate(matches):
        if run and not _listed(sentence, matches[run[-1]], match):
            if len(run) >= 2:
                break
            run = []
        run.append(i)
    if len(run) < 2:
        return {}
    rest = sentence[matches[run[-1]].end() :]
    what = re.match(
        r"[,之前]*(?:分)?(?:别)?(?:[一二三四五六\d]+个?批次?)?(?P<what>[^,;]{2,16})", rest
    )
    if what is None or "批" not in rest[:12] + sentence[: matches[run[0]].start()][-6:]:
        return {}
    name = re.sub(r"^(?:完成|开展|组织|进行)", "", what["what"])
    return {i: f"第{'一二三四五六七八九十'[n]}批{name}" for n, i in enumerate(run) if n < 10}


def _is_deadline(sentence: str, match: re.Match[str], paragraph: Paragraph, batch: bool) -> bool:
    if re.search(r"(?:时限|时间|期限)[::]$", sentence[: match.start()]):  # it is the task's own
        return False
    if match["m1"] and not (match["d1"] or match["p1"] or match["to"] or match["by"]):
        return False
    if any(match[k] for k in ("by", "by2", "by3", "by4")) or batch:
        return True
    if match["to"]:
        return True
    if match["yearend"] or match["quarter"]:
        return False
    near = sentence[max(0, match.start() - 24) : match.end() + 16]
    return _CONTEXT.search(near) is not None and (bool(match["d1"]) or paragraph.kind == "steps")


def _when(match: re.Match[str], year: int | None) -> str | None:
    if match["yearend"]:
        return f"{match['yearend']}-12-31"
    if match["quarter"]:
        month = _MONTHS[match["quarter"]]
        return _date(year, month, monthrange(2023, month)[1])
    if match["relend"]:
        return _date(year, 12, 31)
    first_year = int(match["y1"]) if match["y1"] else year
    if not match["to"]:
        start = match["by"] == "起"
        return _point(match, "1", first_year, last=not start)
    second_year = int(match["y2"]) if match["y2"] else first_year
    return (
        f"{_point(match, '1', first_year, last=False)}/{_point(match, '2', second_year, last=True)}"
    )


def _point(match: re.Match[str], which: str, year: int | None, *, last: bool) -> str:
    month, day, part, hour = (match[f"{k}{which}"] for k in "mdph")
    end = monthrange(year or 2023, int(month))[1]
    if day:
        number = int(day)
    elif part in _DAYS:
        number = _DAYS[part]
    else:
        number = end if last or part else 1
    text = _date(year, int(month), number)
    return text + (f"T{int(hour):02d}:00" if hour else "")


def _date(year: int | None, month: int, day: int) -> str:
    return (f"{year}-" if year else "") + f"{month:02d}-{day:02d}"


def _what(sentence: str, match: re.Match[str], paragraph: Paragraph) -> str:
    """What is to be done then: the words behind the date, or those before it."""
    after = bare(masked(sentence[match.end() :])).lstrip(",、前后起止 ")
    before = bare(masked(sentence[: match.start()]))
    clause = re.match(r"[^,;:]*", after)
    said = clause[0] if clause else ""
    last = re.search(r"[^,;:。]*$", before)
    front = (last[0] if last else "").strip("(,于在自从 ")
    if match["by"] in ("起", "止", "截止") or re.search(r"(?:延至|为|截止|延长至|[::])$", before):
        said = front or said
        said = re.sub(r"(?:时间)?(?:延至|延长至|为|:)$", "", said) or front
    if len(said) < 2:
        said = front if len(front) >= 2 else paragraph.title or said
    return said.strip("“”()")[:30] or paragraph.title
