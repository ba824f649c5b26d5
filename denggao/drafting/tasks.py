"""Numbered paragraphs → tasks: title, responsible units, deadline; what nobody owns shows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from denggao.drafting import lexicon
from denggao.drafting.deadlines import due_in
from denggao.drafting.head import Head, is_title
from denggao.drafting.outline import Paragraph
from denggao.drafting.responsible import Link, Responsible, responsible, split_units
from denggao.drafting.spoken import spoken

#: What stands before a unit that a sentence begins with.
_OWN = re.compile(r"^第[一二三四五六七八九十百]+条|^本(?:措施|办法|方案|细则)由|^由")
_NO_TASKS = ("targets", "facts", "preamble", "terms")
_MAX_TITLE = 30
_SAYS = re.compile(
    r"(?P<who>[\u4e00-\u9fff()]{2,16}?(?:局|委|办|厅|部|院|中心|政府|管委会|"
    r"委员会|办公室|分局|小组|单位|部门|处))(?:具体)?(?:设.{2,"
    r"10}并)?负责(?P<what>[^,;。]{2,30})"
)
_ASKS = re.compile(
    r"请(?P<who>各[^,;。]{2,30}?(?:局|委|办|厅|部|点|中心|政府|管委会|单位|"
    r"部门|企业|园区|区|县|市))(?P<what>(?:加强|认真|按|做好|于|组织|高度|抓紧|"
    r"及时|严格|尽快|切实|落实|结合)[^。;]{2,60})"
)
_REQUIRES = re.compile(r"会议(?:要求|强调|指出)|下一步|下一阶段|要求[,:]|要突出")


@dataclass(frozen=True, slots=True)
class Task:
    """``start`` to ``end``: its number and title in the document; ``whole``: all of its text.
    ``due`` as the text says it, ``None``: no deadline given."""

    no: str | None
    title: str
    links: tuple[Link, ...]
    due: str | None
    start: int
    end: int
    whole: tuple[int, int]

    @property
    def lead(self) -> str | None:
        return next((link.written for link in self.links if link.leads), None)


def read_tasks(text: str, paragraphs: Sequence[Paragraph], head: Head) -> list[Task]:
    """The tasks of a document in its order."""
    nodes = list(_nodes(text, paragraphs))
    owned = [n for n in nodes if n.marks]
    if owned:
        return _of_marks(text, nodes)
    duties = list(_duties(text, paragraphs, head))
    if duties:
        return duties
    if head.kind in ("news", "template"):
        return list(_of_news(text, paragraphs, nodes)) if head.kind == "news" else []
    if head.kind in ("action_plan", "subsidy_measure", "notice"):
        return [
            _task(text, node, None, spoken(text, node.start, node.end))
            for node in _leaves(text, nodes, head)
        ]
    return []


@dataclass(frozen=True, slots=True)
class _Node:
    """A numbered paragraph, or an unnumbered one with a mark of its own, with what belongs to
    it up to the next number."""

    heading: Paragraph
    start: int
    end: int
    marks: tuple[Responsible, ...]


def _nodes(text: str, paragraphs: Sequence[Paragraph]) -> Iterator[_Node]:
    heading: Paragraph | None = None
    end = 0
    for paragraph in [*paragraphs, None]:
        if paragraph is None or paragraph.level or _is_own(text, paragraph):
            if heading is not None:
                yield _Node(
                    heading, heading.start, end, tuple(responsible(text, heading.start, end))
                )
            heading = paragraph
        if paragraph is not None:
            end = paragraph.end


def _is_own(text: str, paragraph: Paragraph) -> bool:
    """An unnumbered paragraph that says something and then who is responsible for it."""
    marks = responsible(text, paragraph.start, paragraph.end)
    return bool(marks) and marks[0].start - paragraph.start > 20 and not paragraph.is_row


def _of_marks(text: str, nodes: Sequence[_Node]) -> list[Task]:
    kinds = {(_parent(n), n.heading.level) for n in nodes if n.marks and n.heading.level}
    parents = {id(p) for n in nodes for p in n.heading.above}
    found = []
    for node in nodes:
        if node.marks:
            found += _of_node(text, node)
        elif (
            (_parent(node), node.heading.level) in kinds
            and node.heading.level
            and id(node.heading) not in parents
            and node.heading.kind not in _NO_TASKS
        ):
            found.append(_task(text, node, None, spoken(text, node.start, node.end)))
    return found


def _of_node(text: str, node: _Node) -> list[Task]:
    """One task, or several where one paragraph names units several times."""
    inside = [
        m for m in node.marks if text[m.end : m.end + 1] not in ("", "\n") or m is node.marks[-1]
    ]
    if len(node.marks) <= 1 or len(inside) <= 1 or _adjoin(text, node.marks):
        links = tuple(dict.fromkeys(link for mark in node.marks for link in mark.links))
        due = next((mark.due for mark in node.marks if mark.due), None)
        return [_task(text, node, due, links)]
    found, start = [], node.start
    for mark in node.marks:
        part = _Node(node.heading, start, mark.end, (mark,))
        found.append(_task(text, part, mark.due, mark.links, whole_title=start == node.start))
        start = mark.end + len(text[mark.end :]) - len(text[mark.end :].lstrip("。;, \n"))
    return found


def _adjoin(text: str, marks: Sequence[Responsible]) -> bool:
    """Marks one right behind the other say one thing: 牵头单位:…;责任单位:…"""
    pairs = itertools.pairwise(marks)
    return all(len(text[a.end : b.start].strip(" ,;。\n")) < 6 for a, b in pairs)


def _parent(node: _Node) -> int:
    return id(node.heading.above[-1]) if node.heading.above else 0


def _task(
    text: str,
    node: _Node,
    due: str | None,
    links: tuple[Link, ...] = (),
    *,
    whole_title: bool = True,
) -> Task:
    heading = node.heading
    if heading.title and whole_title:
        title, start, end = heading.title, heading.start, heading.start + _upto(text, heading)
    else:
        start = node.start if not whole_title else heading.start
        body = heading.body if whole_title else node.start
        title = re.match(r"[^,;。:\n]*", text[body : body + 60])[0][:_MAX_TITLE]  # type: ignore[index]
        end = body + len(title)
    number = heading.number.rstrip("、., ") if heading.level and whole_title else None
    content = text[heading.body if whole_title else node.start : node.end]
    return Task(
        number or None,
        title.strip("“” ") if title.count("“") != title.count("”") else title.strip(),
        links,
        due or due_in(content),
        start,
        end,
        (node.start, node.end),
    )


def _upto(text: str, heading: Paragraph) -> int:
    at = text.find(heading.title, heading.start, heading.end)
    return at + len(heading.title) - heading.start


def _leaves(text: str, nodes: Sequence[_Node], head: Head) -> Iterator[_Node]:
    """Without any mark: the innermost numbers of the sections that give tasks."""
    parents = {id(p) for n in nodes for p in n.heading.above}
    inner = [
        n
        for n in nodes
        if n.heading.level
        and id(n.heading) not in parents
        and n.heading.number
        and n.heading.kind not in (*_NO_TASKS, "steps", "safeguard")
    ]
    named = [n for n in inner if any(_gives_tasks(p) for p in n.heading.above)]
    if named:
        yield from named
    elif spoken := [item for n in nodes if _gives_tasks(n.heading) for item in _spoken(text, n)]:
        yield from spoken
    elif not any(n.heading.number.startswith("第") for n in inner):
        acts = lexicon.starts("tasks", "verbs")
        yield from (n for n in inner if n.heading.title and acts.match(n.heading.title.lstrip("“")))


def _spoken(text: str, node: _Node) -> Iterator[_Node]:
    """「一是摸清底数。…二是…」 under one heading."""
    marks = list(re.finditer(r"(?<=[。;\n])[一二三四五六七八九十]是", text[node.start : node.end]))
    for mark, after in zip(marks, [*marks[1:], None], strict=False):
        start = node.start + mark.start()
        end = node.end if after is None else node.start + after.start()
        stop = re.search(r"[。,;]", text[start:end])
        title = text[start + 2 : start + stop.start()] if stop else text[start + 2 : end]
        item = Paragraph(start, end, mark[0], 7, title, start + 2 + len(title))
        yield _Node(item, start, end, ())


def _gives_tasks(heading: Paragraph) -> bool:
    return (
        re.search(r"任务|举措|措施|重点工作|工作内容", heading.title) is not None
        and "保障" not in heading.title
    )


def _duties(text: str, paragraphs: Sequence[Paragraph], head: Head) -> Iterator[Task]:
    """「财政分局负责监督和拨付」, 「请各区审核办加强组织」."""
    if head.kind in ("news", "template", "statistics", "publicity"):
        return
    for paragraph in paragraphs:
        if paragraph.kind in ("targets", "facts") or is_title(text, paragraph):
            continue
        content = text[paragraph.start : paragraph.end]
        for pattern in (_SAYS, _ASKS):
            if pattern is _SAYS and head.kind == "action_plan":
                continue
            for match in pattern.finditer(content):
                yield _duty(paragraph, match, pattern is _ASKS)


def _duty(paragraph: Paragraph, match: re.Match[str], asked: bool) -> Task:
    at = paragraph.start
    start = at + match.start("who")
    names = split_units(match["who"]) if asked else [_OWN.sub("", match["who"])]
    if asked and names[0].startswith("各"):
        names = [n if n.startswith("各") else "各" + n for n in names]
    links = []
    for name in names:
        first = start + max(match["who"].find(name), match["who"].find(name.removeprefix("各")))
        links.append(Link(name, first, first + len(name), False))
    what = re.match(r"[^,]*", match["what"])
    number = paragraph.number or (
        paragraph.above[-1].number if paragraph.above and not asked else ""
    )
    return Task(
        number.rstrip("、., ") or None,
        (what[0] if what else match["what"])[:_MAX_TITLE],
        tuple(links),
        due_in(match["what"]),
        at + match.start(),
        at + match.end(),
        (at + match.start(), at + match.end()),
    )


def _of_news(text: str, paragraphs: Sequence[Paragraph], nodes: Sequence[_Node]) -> Iterator[Task]:
    """What a report says is asked for: its numbered headings, else each sentence of the
    paragraph in which a meeting asks."""
    numbered = [n for n in nodes if n.heading.title and n.heading.level]
    if len(numbered) >= 2:
        yield from (_task(text, node, None) for node in numbered)
        return
    for paragraph in paragraphs:
        content = text[paragraph.start : paragraph.end]
        asked = re.search(r"会议(?:要求|强调|指出)", content)
        if asked is None:
            continue
        for match in re.finditer(r"[^。]+", content[asked.start() :]):
            at = paragraph.start + asked.start() + match.start()
            words = re.sub(r"^.{0,4}会议(?:要求|强调|指出)[,:]?(?:要)?", "", match[0])
            title = re.match(r"[^;。]*", words)
            if title and len(words) >= 8:
                start = at + len(match[0]) - len(words)
                end = start + len(words)
                yield Task(None, title[0][:60], (), due_in(words), start, end, (start, end))
