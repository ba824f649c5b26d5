"""Figures of a document → what is promised and what is reported, each with its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from denggao.drafting import lexicon, naming, roles
from denggao.drafting.clauses import FILLER, Clause, Sentence, bare, sentences
from denggao.drafting.enumerations import LEVEL, LEVELS, placed, split
from denggao.drafting.figures import Figure, figures
from denggao.drafting.head import Head, is_title
from denggao.drafting.items import Item as Item
from denggao.drafting.naming import Frame
from denggao.drafting.outline import Paragraph
from denggao.drafting.stretches import CHANGE, cuts
from denggao.drafting.years import When, Year, years

_GROWS_TO = re.compile(
    r"[\s,]*(?:(?:增加|增长|提高|提升|发展|扩大|上升|下降|降低|减少|压减|跃升|"
    r"增|升|降|扩)(?:到|至|为)?|到|至)"
    r"(?:20\d\d年(?:年?[底末])?的?)?(?=[\d*一二三四五六七八九十百千约])"
)
_EACH = re.compile(
    r"^(?:[两二三四五六2-6]|这几|几)(?:类|项|种|个|者|大|级)|上述|前述|以上|前两|两者|其|^$"
)
_BARE = re.compile(
    r"(?:合同)?(?:成交额|总产值|产值|营业收入|增加值|占比|比重|覆盖率|增长率|"
    r"拥有量|授权量|申请量|总面积|投入强度|强度)$"
)
_QUOTED = re.compile(r"“[^”]{0,12}”")


def read_items(text: str, paragraphs: Sequence[Paragraph], head: Head) -> list[Item]:
    """Everything the document counts, in its order."""
    reader = _Reader(text, head)
    for number, paragraph in enumerate(paragraphs):
        if not paragraph.is_row and not is_title(text, paragraph):
            reader.paragraph(paragraph, number)
    return reader.items


@dataclass
class _Reader:
    text: str
    head: Head
    items: list[Item] = field(default_factory=list)
    group: list[str] = field(default_factory=list)
    section_year: When | None = None
    section: tuple[int, ...] = (-1,)
    told_year: int | None = None

    def paragraph(self, paragraph: Paragraph, number: int) -> None:
        self.here, self.number = paragraph, number
        section = self.path(paragraph)
        if section != self.section:
            self.section, self.section_year = section, self.year_of_heading(paragraph)
            told = self.section_year.year if self.section_year is not None else None
            self.told_year = told if isinstance(told, int) and paragraph.kind == "facts" else None
        self.paragraph_year: When | None = None
        for sentence in sentences(
            self.text, paragraph.start + len(paragraph.number), paragraph.end
        ):
            self.sentence(sentence)

    def path(self, paragraph: Paragraph) -> tuple[int, ...]:
        """The headings down to the first that gives targets: the years named under it hold for
        all of it."""
        headings = (*paragraph.above, paragraph) if paragraph.level else paragraph.above
        path: list[int] = []
        for heading in headings:
            path.append(heading.start)
            if heading.kind == "targets":
                break
        return tuple(path)

    def year_of_heading(self, paragraph: Paragraph) -> When | None:
        """「二、2023年主要目标」: the year of all below it."""
        for heading in (paragraph, *reversed(paragraph.above)):
            found = [w for w in years(heading.title, self.head.now) if w.role in ("在", "到")]
            if found and isinstance(found[0].year, int):
                return found[0]
        return None

    def sentence(self, sentence: Sentence) -> None:
        self.now = sentence
        self.when: When | None = self.paragraph_year or self.section_year
        self.each: When | None = None
        self.listed: list[When] = []
        self.base: Frame | None = None
        self.area: str | None = None
        self.verb = self.noun = self.scope = self.subject = self.unit = ""
        for clause in sentence.clauses:
            self.clause(clause)
            if clause.mark == ";":
                self.verb, self.each = "", None

    # ---- one clause

    def clause(self, clause: Clause) -> None:
        words, whens = self.without_years(clause)
        found = [f for f in figures(clause.text) if self.stands(f, clause, whens)]
        if clause.inner and not found:
            return
        if not found:
            self.note(clause, words, whens)
            return
        if clause.inner:
            before = clause.before
            if told := figures(before):
                before = before[: told[-1].left]
            self.noun = naming.frame(before, "", found[0]).noun or self.noun
        cut = cuts(words, found)
        together = self.together(words, found, cut)
        if together is not None:
            self.distributed(clause, words, whens, *together)
            found = [f for f in found if f not in together[1]]
        inside = self.noun if bare(words).lstrip().startswith("其中") else ""
        for figure in found:
            left, right = cut[figure.start]
            if any(cut[f.start][0][0] <= figure.start < f.start for f in found):
                continue  # it says of what size the things are that the next one counts
            self.figure(clause, words, whens, figure, left, right, inside)
        self.keep(whens, words, clause.text)

    def without_years(self, clause: Clause) -> tuple[str, list[When]]:
        issued = self.told_year or self.head.now
        whens = years(clause.text, issued, self.head.last_year)
        words = clause.text
        for when in whens:
            words = words[: when.start] + FILLER * (when.end - when.start) + words[when.end :]
        return words, whens

    def stands(self, figure: Figure, clause: Clause, whens: Sequence[When]) -> bool:
        if any(w.start < figure.end and figure.start < w.end for w in whens):
            return False
        return not any(
            q.start() < figure.start and figure.end < q.end() + 1
            for q in _QUOTED.finditer(clause.text)
        )

    def note(self, clause: Clause, words: str, whens: Sequence[When]) -> None:
        """A clause without figures: it may name the year or the subject of the next."""
        self.keep(whens, words, clause.text)
        self.listed = [self.resolved(w) for w in whens if w.role in ("在", "到")]
        subject = naming.stripped(bare(words))
        if subject:
            self.subject = subject

    def keep(self, whens: Sequence[When], words: str, clause_text: str) -> None:
        for when in whens:
            if when.role == "基":
                continue
            if when.role == "每年":
                leads = len(naming.stripped(bare(words[: when.start]))) < 2
                carries = when.year == "每年" and "均" not in clause_text[when.start : when.end]
                self.each = when if leads and carries else self.each
                continue
            self.when, self.each = self.resolved(when), None
            if self.here.kind == "targets" and when.role in ("到", "在", "内"):
                self.section_year = self.when
            told = self.head.kind in roles.REPORTING or self.here.kind == "facts"
            if when.role == "到" or (when.role == "在" and told):
                self.paragraph_year = self.when
                if (
                    when.role == "到"
                    and not self.here.is_item
                    and self.here.kind in ("preamble", "")
                ):
                    self.section_year = self.when

    def resolved(self, when: When) -> When:
        if when.role == "年" and self.when is not None and isinstance(self.when.year, int):
            return replace(when, year=self.when.year, role="在")
        if when.role == "年":
            return replace(when, role="在")
        if when.year != "同年":
            return when
        before = self.when.year if self.when is not None else None
        return replace(when, year=before if isinstance(before, int) else "同年")

    # ---- one figure

    def figure(
        self,
        clause: Clause,
        words: str,
        whens: Sequence[When],
        figure: Figure,
        left: tuple[int, int],
        right: tuple[int, int],
        inside: str,
    ) -> None:
        when = self.year_of(figure, whens, words)
        self.at = clause.start + figure.start
        before, behind = words[slice(*left)], words[slice(*right)]
        found = self.carried(naming.frame(before, behind, figure), before, figure)
        if self.base is not None and CHANGE.match(bare(before)):
            found = replace(self.base, growth="")
        self.base = None
        start = left[0] + self.lead(clause.text[slice(*left)])
        end = figure.end
        if found.behind and (at := clause.text.find(found.noun[-2:], figure.end)) >= 0:
            end = min(at + 2, right[1])
        if self.is_base(figure, clause.text):
            when = next((w for w in whens if w.role == "基" and w.start <= figure.start), None)
            self.add(clause, figure, found, when, self.base_role(), start, end, inside, base=True)
            self.base = found
            return
        role = roles.role_of(figure, self.setting(clause, words, figure, when, found))
        self.add(clause, figure, found, when, role, start, end, inside)

    def base_role(self) -> str:
        return roles.NONE if self.head.kind == "template" else roles.FACT

    def is_base(self, figure: Figure, text: str) -> bool:
        """「由115家增加到255家」: the first of the two."""
        return (
            re.search(r"(?:由|从)[^,]*$", text[: figure.left]) is not None
            and _GROWS_TO.match(text, figure.end) is not None
        )

    def lead(self, before: str) -> int:
        return len(before) - len(re.sub(r"^(?:[、,\s]|以及|[和及与])+", "", before))

    def year_of(self, figure: Figure, whens: Sequence[When], words: str) -> When | None:
        if figure.unit.endswith("/年"):
            return When(0, 0, "每年", "每年")
        mine = [w for w in whens if w.start <= figure.left and w.role != "基"]
        if mine:
            return self.resolved(mine[-1])
        if self.each is not None and not figure.reached and figure.op != ">" and not figure.full:
            return self.each
        if self.when is None and self.head.only_year is not None:
            return When(0, 0, self.head.only_year, "在")
        return self.when

    def carried(self, found: Frame, before: str, figure: Figure) -> Frame:
        """What the words leave out because the clause before said it."""
        noun = found.noun
        if noun.startswith("占") and self.noun and figure.kind == "ratio":
            return Frame(self.noun + noun, found.verb)
        plain = figure.left == figure.start or figure.op in ("≈", "range")
        if noun and not found.behind and self.is_area(noun, figure):
            self.area = noun
            thing = self.noun or self.subject_noun() or self.thing_before()
            return Frame(thing, found.verb or self.verb, self.scope)
        if found.verb and noun and not found.behind and self.scope and found.verb == self.verb:
            tail = re.search(r"(?:产业|领域|行业)$", self.scope)
            scope = (
                noun if re.search(r"(?:产业|领域|行业|板块)$", noun) or not tail else noun + tail[0]
            )
            return Frame(self.noun, found.verb, scope)
        if _BARE.fullmatch(noun) and self.noun and not _BARE.search(self.noun):
            overlap = next((k for k in (4, 3, 2) if self.noun.endswith(noun[:k])), 0)
            noun = self.noun + noun[overlap:]
        if LEVEL.match(noun) and self.noun:
            noun = noun + LEVELS.sub("", self.noun)
        if naming.is_hollow(noun):
            noun = self.noun or self.subject_noun() or self.thing_before()
            return Frame(noun, found.verb or (self.verb if plain else ""), self.scope, found.growth)
        verb = found.verb
        if not verb and plain and figure.kind == "count" and not found.growth and self.verb:
            verb = self.verb
        return Frame(noun, verb, found.scope, found.growth, found.behind)

    def subject_noun(self) -> str:
        noun = naming.frame(self.subject, "", _PLAIN).noun if len(self.subject) <= 30 else ""
        return "" if naming.is_hollow(noun) or (noun == self.subject and len(noun) > 16) else noun

    def thing_before(self) -> str:
        """The last countable thing that the paragraph, or its heading, names before here."""
        here = self.here
        thing = naming.last_thing(self.text[here.start : self.at])
        return thing or naming.last_thing(here.title or "".join(p.title for p in here.above))

    def is_area(self, noun: str, figure: Figure) -> bool:
        if len(noun) > 12 or noun.startswith(("国家", "省级", "市级", "各")):
            return False
        if (self.unit and figure.unit != self.unit) or not lexicon.ends("areas", "area").search(
            noun
        ):
            return False
        return bool(self.noun or self.group or self.subject_noun() or self.thing_before())

    def setting(
        self, clause: Clause, words: str, figure: Figure, when: When | None, found: Frame
    ) -> roles.Setting:
        before = self.text[self.now.start : clause.start] if not clause.inner else ""
        own = bare(clause.text[: figure.left])
        flow = bool(found.verb) and found.verb not in ("等", "服务")
        return roles.Setting(
            before=before + own + clause.text[figure.left : figure.start],
            clause_before=own,
            after=bare(clause.text[figure.end :]) or (clause.mark if clause.mark != "," else ""),
            sentence=self.now.text,
            section=self.here.kind,
            document=self.head.kind,
            year=None if when is None else when.year,
            role_of_year="" if when is None else when.role,
            now=self.head.now,
            has_flow=flow,
            is_extract=self.head.is_extract,
        )

    def add(
        self,
        clause: Clause,
        figure: Figure,
        found: Frame,
        when: When | None,
        role: str,
        start: int,
        end: int,
        inside: str = "",
        *,
        base: bool = False,
        area: str | None = None,
    ) -> None:
        year = None if when is None else when.year
        if role == roles.FACT and not base:
            year = self.year_of_fact(year, when, clause)
        yearly = year == "每年"
        name, kind = naming.indicator(found, figure, yearly, inside)
        if role == roles.NONE and roles.is_structure(figure):
            return
        self.noun, self.verb, self.scope = found.noun or self.noun, found.verb, found.scope
        self.unit = figure.unit
        if (
            naming.is_never(found.noun)
            or role == roles.NONE
            or (role == roles.FACT and figure.value is None)
        ):
            return
        if found.scope and not name.startswith(found.scope):
            name = naming.canonical(found.scope) + name
        unit, kind = _unit_of(figure, year, kind)
        if role == roles.DUTY:
            name, unit, kind = self.duty(clause, figure, found, unit)
        if role in (roles.FORECAST, roles.THRESHOLD):
            kind = role
        item = Item(
            role,
            name,
            figure.value,
            figure.high,
            unit,
            year,
            self.op(figure, role, clause),
            kind,
            area or self.area,
            clause.start + start,
            clause.start + end,
            self.number,
            base,
        )
        self.items.append(item)
        if found.noun and figure.kind == "count" and found.noun not in self.group[-1:]:
            self.group = [n for n in self.group if n != found.noun] + [found.noun]

    def year_of_fact(self, year: Year | None, when: When | None, clause: Clause) -> Year | None:
        """A report does not take over the year of a promise before it; without a year it is
        of the day on which it was made."""
        carried = when is not None and not re.search(r"\d{4}|今|去|上|前", clause.text)
        if carried and isinstance(year, int) and self.head.now and year > self.head.now:
            year = None
        if year is None and self.head.kind in roles.REPORTING and self.head.issued:
            return self.head.issued.year
        return year

    def duty(self, clause: Clause, figure: Figure, found: Frame, unit: str) -> tuple[str, str, str]:
        """「市级领导每人至少联系一家」: who does how much of what."""
        before = bare(clause.text[: figure.left])
        who, _, rest = before.rpartition("每")
        per = _PER.match(rest)
        behind = rest[len(per[0]) :] if per else ""
        if not who and (said := re.match(r".+?(?=至少|不少于|联系|包联|服务|走访)", behind)):
            who = said[0]
        thing = found.noun if found.behind else self.thing_before()
        name = naming.canonical(naming.stripped(who) + found.verb + thing) + "数"
        if per and per[0] not in "人名位":
            place = per[0].removeprefix("个")
            return f"每{place}{naming.canonical(thing)}数", f"{unit}/{place}", "duty"
        return name, unit + ("/人" if per else ""), "duty"

    def op(self, figure: Figure, role: str, clause: Clause) -> str:
        if figure.op:
            return figure.op
        return ">=" if role in (roles.TARGET, roles.DUTY) else "="

    # ---- 分别

    def together(
        self,
        words: str,
        found: Sequence[Figure],
        cut: dict[int, tuple[tuple[int, int], tuple[int, int]]],
    ) -> tuple[int, list[Figure]] | None:
        """Where the subject of several figures ends, and these figures."""
        at = words.find("分别")
        later = [f for f in found if f.start > at]
        if at >= 0 and len(later) >= 2:
            return at, later
        # 「高新技术企业、科技型中小企业达到100家、300家」
        if len(found) < 2 or any(
            bare(words[slice(*cut[f.start][0])]).strip("、和及与 ") for f in found[1:]
        ):
            return None
        if any(bare(words[slice(*cut[f.start][1])]).strip("、和及与 ") for f in found):
            return None
        subject = naming.stripped(bare(words[: found[0].left]))
        count = len(split(subject, len(found)))
        return (found[0].left, list(found)) if count == len(found) else None

    def distributed(
        self, clause: Clause, words: str, whens: Sequence[When], at: int, found: list[Figure]
    ) -> None:
        subject = naming.stripped(bare(words[:at])) or self.subject
        verb = bare(words[at + 2 : found[0].left]) if words[at : at + 2] == "分别" else ""
        own = [w for w in whens if w.end <= at and w.role in ("在", "到")]
        area: str | None = None
        shared_areas: list[str] = []
        if len(own) != len(found) == len(self.listed):
            own = self.listed
        if len(own) == len(found):
            names, dates = [subject] * len(found), [self.resolved(w) for w in own]
        else:
            names, area = self.names(subject, len(found))
            dates, places = [], placed(names)
            if places:
                names = [places[0]] * len(found)
                shared_areas = places[1]
        if not names:
            names = [subject] * len(found)
        shared_when = self.year_of(found[0], whens, words)
        areas: list[str | None] = [
            n if self.is_area(n, found[0]) and n != area else None for n in names
        ]
        for i, told in enumerate(found):
            one = naming.frame(names[i] + verb, "", told)
            if shared_areas:
                areas[i] = shared_areas[i]
            elif areas[i] and not dates:
                one = Frame(self.noun or self.subject_noun(), one.verb)
            when = dates[i] if dates else shared_when
            figure = replace(
                told, op=told.op or found[0].op or found[-1].op, reached=found[0].reached
            )
            role = roles.role_of(figure, self.setting(clause, words, told, when, one))
            start = 0 if i == 0 else figure.left
            self.add(
                clause,
                figure,
                one,
                when,
                role,
                start + self.lead(clause.text[start:]),
                figure.end,
                area=area or areas[i],
            )
        if area is None and not any(areas):
            self.group = [n for n in self.group if n not in names] + [
                naming.frame(n, "", _PLAIN).noun for n in names
            ]

    def names(self, subject: str, count: int) -> tuple[list[str], str | None]:
        """The things that so many figures are of, and the area if the subject is one."""
        if (
            lexicon.ends("areas", "area").search(subject)
            and len(subject) <= 14
            and len(self.group) >= count
            and len(split(subject, count)) != count
        ):
            return self.group[-count:], subject
        if _EACH.search(subject) and len(self.group) >= count and "、" not in subject:
            return self.group[-count:], None
        return split(subject, count), None


def _unit_of(figure: Figure, year: Year | None, kind: str) -> tuple[str, str]:
    """The unit of a figure and its kind: what is done every year is 家/年."""
    if not isinstance(year, str) or not year.startswith("每") or figure.unit.count("/"):
        return figure.unit, kind
    if year == "每年" and kind == "flow" and figure.kind in ("count", "money"):
        return figure.unit + "/年", kind
    if year != "每年" and figure.kind == "count":
        return f"{figure.unit}/{year.removeprefix('每')}", "flow"
    return figure.unit, kind


_PER = re.compile(r"[人名位]|个?(?:部门|单位|干部|领导|专家|县区|区|县|市|镇|乡|街道|园区|产业|村)")
_PLAIN = Figure(0, 0, 0, Fraction(1), None, "家", "count", "")
