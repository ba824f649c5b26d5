"""The whole way: text → cleaned → paragraphs → a draft with everything found in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from denggao.drafting.citations import Body, Cited, read_bodies, read_cited
from denggao.drafting.cleaning import clean
from denggao.drafting.contradictions import Contradiction, contradictions
from denggao.drafting.deadlines import Deadline, read_deadlines
from denggao.drafting.head import Head, read_head
from denggao.drafting.items import Item
from denggao.drafting.lines import lines_of
from denggao.drafting.mapped import Mapped, Span
from denggao.drafting.outline import Paragraph, outline
from denggao.drafting.responsible import merged
from denggao.drafting.sources import Source
from denggao.drafting.subsidies import Award, read_awards
from denggao.drafting.tables import read_tables
from denggao.drafting.targets import read_items
from denggao.drafting.task_rows import read_task_rows
from denggao.drafting.tasks import Task, read_tasks

#: What counts as a promise in the lists that a person confirms.
PROMISED = ("target", "duty")


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything found in one text. Places in the items are places in ``text``; ``span`` gives
    them in the source's own text."""

    source: Source
    text: Mapped
    paragraphs: tuple[Paragraph, ...]
    noise: tuple[Span, ...]
    head: Head
    items: tuple[Item, ...]
    tasks: tuple[Task, ...]
    awards: tuple[Award, ...]
    deadlines: tuple[Deadline, ...]
    cited: tuple[Cited, ...]
    bodies: tuple[Body, ...]
    contradictions: tuple[Contradiction, ...]

    @property
    def targets(self) -> list[Item]:
        return [item for item in self.items if item.role in PROMISED]

    @property
    def facts(self) -> list[Item]:
        """What is reported, expected, or a threshold: never a target."""
        return [item for item in self.items if item.role not in PROMISED]

    @property
    def units(self) -> dict[str, str]:
        """Each spelling of a responsible unit → its one name."""
        return merged([link.written for task in self.tasks for link in task.links])

    @property
    def links(self) -> int:
        """How many units are responsible for how many tasks, aliases counted once."""
        names = self.units
        return sum(len({names[link.written] for link in task.links}) for task in self.tasks)

    def span(self, start: int, end: int) -> Span:
        """A place in the source's text."""
        return self.text.span(start, end)

    def quote(self, start: int, end: int) -> str:
        """The source's own words there."""
        first, last = self.span(start, end)
        return self.source.text[first:last]


def draft(source: Source, region: str | None = None) -> Draft:
    """Read a text. ``region`` names the place where the text itself does not (全区)."""
    lines = lines_of(clean(source.text))
    text = lines.text
    paragraphs = outline(text)
    head = read_head(text.text, paragraphs, lines.around, region)
    items: Sequence[Item] = read_items(text.text, paragraphs, head)
    items = sorted([*items, *read_tables(text.text, paragraphs, head)], key=lambda i: i.start)
    return Draft(
        source=source,
        text=text,
        paragraphs=tuple(paragraphs),
        noise=lines.noise,
        head=head,
        items=tuple(items),
        tasks=(*read_tasks(text.text, paragraphs, head), *read_task_rows(text.text, paragraphs)),
        awards=tuple(read_awards(text.text, paragraphs, head)),
        deadlines=tuple(read_deadlines(text.text, paragraphs, head)),
        cited=tuple(read_cited(text.text, paragraphs, head)),
        bodies=tuple(read_bodies(text.text, paragraphs)),
        contradictions=tuple(contradictions(items, text.text, paragraphs, head.title)),
    )
