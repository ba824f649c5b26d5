"""A draft as a file in the language: 目标 and 任务 as statements, the rest as extracts beside
them; what the text does not say stands as 待补."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from denggao.drafting.as_json import region_of
from denggao.drafting.award_statements import statement
from denggao.drafting.draft import Draft
from denggao.drafting.items import Item
from denggao.drafting.numerals import shown
from denggao.drafting.outline import Paragraph
from denggao.drafting.subsidies import Award
from denggao.drafting.tasks import Task
from denggao.rules.document import MISSING

_OPS = {">=": "≥", ">": ">", "<=": "≤", "=": "=", "≈": "约", "range": "="}
_SORTS = {
    "stock": "存量",
    "flow": "流量",
    "ratio": "比率",
    "growth": "增速",
    "rank": "位次",
    "duty": "职责",
}
_WIDE = str.maketrans("(),:;", "（），：；")
_LONG_EXTRACT = 400


def as_markdown(draft: Draft) -> str:
    """The file, as text."""
    return "\n".join([*_front(draft), *_note(draft), *_sections(draft), *_rest(draft)]) + "\n"


def document_name(draft: Draft) -> str:
    """What headings cite: the number of the document, else its title, else the file."""
    head = draft.head
    return head.doc_no or _wide(head.title or draft.source.file.rpartition(".")[0] or "本文")


def _wide(text: str) -> str:
    return text.translate(_WIDE)


def _front(draft: Draft) -> Iterator[str]:
    head = draft.head
    title = _wide(head.title) if head.title else f"{MISSING}（正文没有认出标题）"
    short = re.sub(r"（[^（）]*）", "", title) if head.title else MISSING
    cited = [c.number or _wide(c.name) for c in draft.cited if c.role == "依据"]
    documents = list(dict.fromkeys([document_name(draft), *cited]))
    day = head.issued.isoformat() if head.issued else f"{MISSING}（正文没有成文日期）"
    yield "---"
    yield f"名称: {_quoted(title)}"
    yield f"简称: {_quoted(short)}"
    yield f"依据: [{', '.join(map(_quoted, documents))}]"
    yield f"地域: {_quoted(head.region or MISSING + '（正文没有写明地域）')}"
    yield f"施行: {day if head.issued else _quoted(day)}"
    if head.period:
        yield f"废止: {head.period[1]}-12-31  # 按题目里的年份，请核对"
    if head.is_draft and any(_statement(draft, n, a) for n, a in enumerate(draft.awards, 1)):
        yield "状态: 征求意见稿"
    yield "---"
    yield ""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _note(draft: Draft) -> Iterator[str]:
    source = draft.source
    yield "# 拟稿（程序读出，须由人核对）"
    yield ""
    yield f"- 来源：{source.file}，{len(source.text)} 字，SHA-256 {source.hash[:16]}…"
    undated = sum(task.due is None for task in draft.tasks)
    unowned = sum(not task.links for task in draft.tasks)
    yield (
        f"- 目标 {len(draft.targets)} 条，数据 {len(draft.facts)} 条，任务 {len(draft.tasks)} 条"
        f"（没有期限 {undated}，没有责任单位 {unowned}），奖补 {len(draft.awards)} 条，"
        f"日期 {len(draft.deadlines)} 处，矛盾 {len(draft.contradictions)} 处"
    )
    if draft.head.is_draft:
        yield "- 原文是征求意见稿，尚未生效"
    yield "- “字 a~b”是原文里从第 a 字到第 b 字（从 0 数起）"
    if draft.contradictions:
        yield "- 原文自相矛盾之处（原样保留，未作改动）："
        for found in draft.contradictions:
            quotes = "；".join(_one_line(draft.quote(*span)) for span in found.spans)
            yield f"    - {found.text}（“{quotes}”）"
    yield ""


# ------------------------------------------------------------------- targets and tasks


def _sections(draft: Draft) -> Iterator[str]:
    """One heading for each paragraph's section, in the order of the text."""
    found: list[tuple[int, int, Item | Task]] = []
    for number, item in enumerate(draft.targets, 1):
        found.append((item.start, number, item))
    for number, task in enumerate(draft.tasks, 1):
        found.append((task.start, number, task))
    found.sort(key=lambda entry: entry[0])
    for heading, group in groupby(found, key=lambda entry: _heading(draft, entry[0])):
        yield f"## {document_name(draft)} {heading}"
        yield from _block(draft, list(group))


def _block(draft: Draft, group: Sequence[tuple[int, int, Item | Task]]) -> Iterator[str]:
    paragraphs = {
        p.start: p for start, _, _ in group if (p := _paragraph(draft, start)) is not None
    }
    for paragraph in paragraphs.values():
        extract = _one_line(draft.quote(paragraph.start, paragraph.end))
        yield "> " + extract[:_LONG_EXTRACT] + ("……" if len(extract) > _LONG_EXTRACT else "")
        yield ">"
    yield ""
    yield "```登高"
    for _, number, entry in group:
        yield from (
            _target(draft, entry, number)
            if isinstance(entry, Item)
            else _task(draft, entry, number)
        )
    yield "```"
    yield ""


def _heading(draft: Draft, at: int) -> str:
    paragraph = _paragraph(draft, at)
    if paragraph is None:
        return "正文"
    chain = [*paragraph.above, *([paragraph] if paragraph.level else [])]
    words = " ".join(f"{p.number}{p.title[:24]}" for p in chain[-2:] if p.number or p.title)
    return _wide(words.replace("#", "")) or "正文"


def _paragraph(draft: Draft, at: int) -> Paragraph | None:
    return next((p for p in draft.paragraphs if p.start <= at < p.end), None)


def _target(draft: Draft, item: Item, number: int) -> Iterator[str]:
    figure = shown(item.value) + ("" if item.high is None else f"~{shown(item.high)}")
    yield f"目标 TARGET-{number} 「{_inside(item.indicator)}」："
    year = (
        ""
        if item.year is None
        else f" 年度 {item.year if isinstance(item.year, int) else f'「{item.year}」'}"
    )
    sort = f" {_SORTS[item.kind]}" if item.kind in _SORTS else ""
    yield f"    {_OPS[item.op]} {figure} 「{_inside(item.unit)}」{year}{sort}"
    region = region_of(draft, item)
    if region:
        yield f"    范围 「{_inside(region)}」"
    yield _place(draft, item.start, item.end)


def _task(draft: Draft, task: Task, number: int) -> Iterator[str]:
    names = draft.units
    lead = list(dict.fromkeys(names[link.written] for link in task.links if link.leads))
    units = list(dict.fromkeys(names[link.written] for link in task.links if not link.leads))
    yield f"任务 TASK-{number} 「{_inside(task.title)}」："
    if lead:
        yield f"    牵头 「{_inside('、'.join(lead))}」"
    if units:
        yield f"    责任 「{_inside('、'.join(units))}」"
    if not task.links:
        yield f"    责任 「{MISSING}」"
    yield f"    完成 「{_inside(task.due or '无期限')}」"
    yield _place(draft, task.start, task.end)


def _place(draft: Draft, start: int, end: int) -> str:
    first, last = draft.span(start, end)
    return f"    原文 「{_inside(draft.quote(start, end))}」 字 {first}~{last}"


def _inside(text: str) -> str:
    """Fit to stand between 「」, in one line."""
    return _wide(_one_line(text).replace("「", "“").replace("」", "”")).strip()


def _one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


# -------------------------------------------------------------------------------- the rest


def _rest(draft: Draft) -> Iterator[str]:
    yield from _awards(draft)
    if draft.deadlines:
        yield from _table(
            "日期",
            ("事项", "日期", "周期", "原文"),
            [
                (d.what, d.when, d.recurrence or "", draft.quote(d.start, d.end))
                for d in draft.deadlines
            ],
        )
    if draft.facts:
        yield from _table(
            "原文报告的数据（不是目标）",
            ("指标", "数", "年度", "原文"),
            [
                (
                    f.indicator,
                    f"{shown(f.value)}{f.unit}",
                    str(f.year or ""),
                    draft.quote(f.start, f.end),
                )
                for f in draft.facts
            ],
        )
    if draft.cited:
        yield from _table(
            "提到的文件",
            ("文件", "文号", "关系", "原文"),
            [(c.name, c.number or "", c.role, draft.quote(c.start, c.end)) for c in draft.cited],
        )
    if draft.bodies:
        yield from _table(
            "机构",
            ("机构", "成员", "", "原文"),
            [(b.name, "、".join(b.members), "", draft.quote(b.start, b.end)) for b in draft.bodies],
        )


def _awards(draft: Draft) -> Iterator[str]:
    """Those that can be told as statements under their articles; the rest as extracts."""
    left = []
    for number, award in enumerate(draft.awards, 1):
        quote = _one_line(draft.quote(award.start, award.end))
        lines = _statement(draft, number, award)
        if lines is None:
            left.append((award, quote))
            continue
        yield f"## {document_name(draft)} {_heading(draft, award.start)}"
        yield f"> {quote}"
        yield ""
        yield "```登高"
        yield from lines
        yield "```"
        yield ""
    if left:
        yield "# 奖补（摘录，待写成“奖补”条文）"
        yield ""
    for award, quote in left:
        yield f"- {_award(award)}"
        yield f"  > {quote}"
    if left:
        yield ""


def _statement(draft: Draft, number: int, award: Award) -> list[str] | None:
    return statement(award, number, draft.text.text[award.start : award.end])


def _award(award: Award) -> str:
    amount = "*" if award.amount is None else shown(award.amount)
    if award.high is not None:
        amount += f"~{shown(award.high)}"
    told = (
        f"{award.beneficiary} {award.condition}："
        f"{'至多 ' if award.op == '<=' else ''}{amount}{award.unit or ''}"
    )
    if award.cap is not None:
        told += f"，最高 {shown(award.cap[0])}{award.cap[1]}"
    extra = [award.level, award.share, award.stages, award.note]
    return _wide(told + "".join(f"；{word}" for word in extra if word))


def _table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"# {title}"
    yield ""
    yield "| " + " | ".join(heads) + " |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield "| " + " | ".join(_wide(_one_line(cell)).replace("|", "／") for cell in row) + " |"
    yield ""
