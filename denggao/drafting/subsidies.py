"""Awards: who, for what, how much, from whom; unknown where the text leaves it open."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from denggao.drafting import lexicon
from denggao.drafting.clauses import FILLER, bare
from denggao.drafting.enumerations import split
from denggao.drafting.figures import Figure, figures
from denggao.drafting.head import Head, is_title
from denggao.drafting.naming import canonical
from denggao.drafting.outline import Paragraph

_AWARD = r"奖补|奖励|奖金|补助|补贴|资助|后补助|贴息|补偿|扶持|奖"
_AWARDS = re.compile(rf"{_AWARD}|给予.{{0,12}}支持|资金支持|经费支持|配套")
_BEFORE = re.compile(
    rf"(?:(?:{_AWARD}|给予|支持|配套|一次性|最高|不超过|每[家户个项人件年]|可获|"
    rf"标准|按|额度|为|兑现|再|叠加|另|封顶|不低于|总额|金额|经费|资金)[^,"
    rf";。]{{0,10}})$"
)
_AFTER = re.compile(
    rf"^(?:/[家户个项件人年])?的?(?:[\u4e00-\u9fff]{{0,8}}?)(?:{_AWARD}|资金|经费|支持)"
)
_CAP = re.compile(r"(?:最高|不超过|上限|封顶|累计不超过|总额不超过|最多|不高于)[^,;。]{0,8}$")
_OPEN = re.compile(
    rf"(?:给予|予以)(?:一定|适当|相应|必要|资金|专项|经费|重点|一次性|"
    rf"\*)*(?:的)?(?:资金|经费|财政)?(?:{_AWARD})"
)
_TORN = re.compile(r"[;。,](?P<what>对(?P<who>[^,;。…]{2,40}?)的?)(?:…|\.{3,})")
_WHO = re.compile(
    r"(?P<who>[\u4e00-\u9fffA-Za-z“”&·、]{0,24}?(?:企业|机构|单位|平台|团队|"
    r"个人|人才|孵化器|众创空间|中心|实验室|工作站|基地|联盟|院所|高校|园区|"
    r"载体|研究院|专利|项目|合同|标准|产品|成果|经纪人|券|联合体|人员)+)"
)
_LEVEL = re.compile(
    r"(省|市|区|县|镇|州|自治区|国家|中央)(?:级)?(?:、(?:省|市|区|县))*(?:级)?(?:财政|科技专项资金)"
)
_SHARE = re.compile(
    r"其中[^()。;]{0,12}财政[^()。;]*元|"
    r"[^,;。]*(?:财政|[省市区县]级?、[市区县])[^,;。]*(?:按(?:照)?\s*\d+(?:\.\d+)?(?:\s*[::]\s*\d+(?:\.\d+)?)+"
    r"|各(?:承担|负担|分担|配套)|(?:承担|负担|分担)\s*\d+%)[^,;。]*"
)
_STAGES = re.compile(
    r"[^,;。]*(?:分(?:[一二两三四五\d]+)(?:年|期|次|批)|首[年期次].{0,12}\d+%|"
    r"先.{0,12}\d+%.{0,20}再)[^,;。]*"
)


@dataclass(frozen=True, slots=True)
class Award:
    """``amount`` is ``None`` where the text does not say; ``high`` ends a range; ``cap`` is the
    most in all (with its unit)."""

    beneficiary: str
    condition: str
    amount: Fraction | None
    high: Fraction | None
    unit: str | None
    op: str
    basis: str
    level: str | None
    note: str | None
    start: int
    end: int
    cap: tuple[Fraction, str] | None = None
    share: str | None = None
    stages: str | None = None


def read_awards(text: str, paragraphs: Sequence[Paragraph], head: Head) -> list[Award]:
    """The awards that a document grants, in its order. Totals already paid are facts."""
    found: list[Award] = []
    for paragraph in paragraphs:
        if paragraph.is_row or is_title(text, paragraph):
            continue
        start = paragraph.start + len(paragraph.number)  # a title may be a whole rule
        for match in re.finditer(r"[^。!?\n]+[。!?]?", text[start : paragraph.end]):
            found += _Sentence(text, match[0], start + match.start(), paragraph, head).read()
    return found


class _Sentence:
    def __init__(self, text: str, sentence: str, at: int, paragraph: Paragraph, head: Head) -> None:
        self.text, self.sentence, self.at = text, sentence, at
        self.paragraph, self.head = paragraph, head
        self.words = re.sub(r"\([^()]*\)", lambda m: FILLER * len(m[0]), sentence)
        self.who = self.event = ""

    def read(self) -> Iterator[Award]:
        if not _AWARDS.search(self.words) or self.is_report():
            return
        money = [f for f in figures(self.words) if f.kind in ("money", "ratio", "times")]
        amounts = [f for f in money if self.is_amount(f)]
        done: list[Award] = []
        start = 0
        together = self.together(amounts)
        for number, figure in enumerate(amounts):
            if done and self.is_cap(figure, done[-1], start):
                done[-1] = self.with_cap(done[-1], figure)
                start = figure.end
                continue
            before = self.words[start : figure.left]
            about = together[number] if together else before
            if award := self.award(about, figure, start):
                done.append(award)
            start = figure.end
        yield from done
        yield from self.without_amount(bool(done))

    def is_report(self) -> bool:
        reports = self.head.kind in ("news", "statistics", "subsidy_payout", "publicity")
        told = re.search(
            r"(?:共计?|累计|总计|合计|发放了?|兑现了?|拨付了?|落实了?)[^,;。]{0,"
            r"14}(?:奖补|奖励|补助|资金|补贴|创新券)",
            bare(self.words),
        )
        aims = self.paragraph.kind == "targets"
        if reports:
            return told is not None or not re.search(r"每[家户]|一次性|给予|最高", self.words)
        return (told is not None and not re.search(r"每[家户个项]|一次性|给予", self.words)) or (
            aims and not re.search(r"给予|一次性|每家", self.words)
        )

    def is_amount(self, figure: Figure) -> bool:
        before = bare(self.words[max(0, figure.start - 24) : figure.start])
        after = bare(self.words[figure.end : figure.end + 16])
        if re.search(r"(?:安排|设立|统筹|筹集|注资|列支)[^,;。]{0,14}$", before):
            return False
        if (
            after.startswith(("以上的", "及以上的"))
            or (figure.op == ">=" and after.startswith("的"))
            or (
                figure.op == ">="
                and not re.search(rf"(?:{_AWARD}|给予|支持)[^,;。]{{0,6}}$", before)
                and not _AFTER.match(after)
            )
        ):
            return False
        if figure.kind == "ratio" and not re.search(r"按|给予|的$|补助|奖励", before):
            return False
        if _AFTER.match(after) and not re.match(r"^的?(?:企业|项目|设备|单位)", after):
            return True
        return _BEFORE.search(before) is not None or (
            figure.value is None and _AWARDS.search(self.words) is not None
        )

    def is_cap(self, figure: Figure, award: Award, start: int) -> bool:
        between = bare(self.words[start : figure.start])
        if not (_CAP.search(between) or figure.op == "<="):
            return False
        return award.unit in ("%", "‰", "倍") or (
            re.search(r"累计|总额|每年|年度|同一|单[个家户]|最高", between) is not None
            and not _has_event(between)
        )

    def with_cap(self, award: Award, figure: Figure) -> Award:
        if figure.value is None:
            return award
        return replace(award, cap=(figure.value, figure.unit), end=self.at + figure.end)

    def together(self, amounts: Sequence[Figure]) -> list[str]:
        """「对国家级、省级…,分别给予50万元、20万元」: what each amount is for."""
        at = self.words.find("分别")
        later = [f for f in amounts if f.start > at >= 0]
        if at < 0 or len(later) < 2 or len(later) != len(amounts):
            return []
        subject = re.split(r"[;。]", bare(self.words[:at]).rstrip(","))[-1]
        subject = re.sub(r"^.*?对(?=[^接标口外照象应策])", "", subject).split(",")[0]
        front, of, rest = subject.rpartition("的")
        if names := split(rest, len(later)):  # 新获批的国家级、省级…实验室
            return [front + of + name for name in names]
        if names := split(front, len(later)):  # 首次认定、重新认定的企业
            return [name + of + rest for name in names]
        return []

    def award(self, about: str, figure: Figure, start: int) -> Award | None:
        if ";" in about:
            start += about.rindex(";") + 1
            about = about[about.rindex(";") + 1 :]
        said = bare(about)
        said = re.sub(r"^[、,;和及以与\s]+", "", said)
        event, who = self.event_in(said), self.who_in(said)
        if not who and not event and not self.who:
            who = self.who_of_heading()
        if given := re.search(
            r"给予(?P<who>[^,;\d]{2,14}?(?:企业|单位|机构|团队|个人|人员|"
            r"平台))(?:一次性)?(?:最高)?$",
            said,
        ):
            who = given["who"]
        if who and who != self.who and not event:
            self.event = ""
        self.who, self.event = who or self.who, event or self.event
        unit, basis = self.unit_of(figure, said)
        first = (
            start + len(about) - len(re.sub(r"^[、,;和及以与\s]+", "", about))
            if about in self.words[start:]
            else start
        )
        end = figure.end
        if tail := re.match(rf"的?(?:一次性)?(?:资金)?(?:{_AWARD})", self.words[figure.end :]):
            end += len(tail[0])
        op = "<=" if figure.op == "<=" or _CAP.search(said) else figure.op or "="
        return Award(
            beneficiary=canonical(self.who) or "企业",
            condition=event or self.event or _shortened(said),
            amount=figure.value,
            high=figure.high,
            unit=unit,
            op=op,
            basis=basis,
            level=self.level(figure.start),
            note=None if figure.value is not None else "金额未写明",
            start=self.at + max(first, 0),
            end=self.at + end,
            share=_found(_SHARE, self.sentence),
            stages=_found(_STAGES, self.sentence),
        )

    def unit_of(self, figure: Figure, said: str) -> tuple[str, str]:
        unit, _, per = figure.unit.partition("/")
        for word, basis in _per().items():
            if per == word:
                return unit, basis
        if "联盟" in said:
            return unit, "per_alliance"
        if found := re.search(r"每([家户件项个人名年])", said):
            return unit, _per()[found[1]]
        if self.who.endswith(("专利", "标准", "产品", "成果")):
            return unit, "per_item"
        if self.who.endswith(("项目", "合同")):
            return unit, "per_project"
        if self.who.endswith(("个人", "人才", "经纪人", "人员")):
            return unit, "per_person"
        return unit, "per_enterprise"

    def level(self, before: int) -> str | None:
        found = list(_LEVEL.finditer(self.words[:before])) or list(_LEVEL.finditer(self.words))
        if found:
            return found[-1][1] + "级"
        return self.head.level

    def event_in(self, said: str) -> str:
        found = [(said.rfind(word), len(word), word) for word in _events() if word in said]
        return max(found, key=lambda f: (f[0] + f[1], f[1]))[2] if found else ""

    def who_in(self, said: str) -> str:
        said = re.sub(
            rf"(?:每[家户个项件人名])?(?:给予|按|予以|一次性|最高).*$|(?:{_AWARD})$", "", said
        )
        last = re.split(r"[,;]", said)
        for piece in reversed(last):
            part = re.sub(r"^.*(?:对|凡|支持|鼓励)(?=[^接标口外照象应策])", "", piece)
            tail = part.rpartition("的")[2] or part
            for words in (tail, part):
                if found := _WHO.search(words):
                    return re.sub(
                        r"^(?:首次|新|重新|获得?|通过|经|被|认定|评价|备案|为|年|度|我[市区县]|的|"
                        r"且|和|及|于|每|在|本)+",
                        "",
                        found["who"],
                    )
        return ""

    def who_of_heading(self) -> str:
        for paragraph in (self.paragraph, *reversed(self.paragraph.above)):
            if paragraph.title and (found := _WHO.search(paragraph.title)):
                return re.sub(r"^(?:加大|支持|鼓励|加强|培育|实施|国家)+", "", found["who"])
        return ""

    def without_amount(self, any_amount: bool) -> Iterator[Award]:
        if self.head.kind == "news":
            return
        for match in _OPEN.finditer(self.words):
            clause = re.search(r"[^;。]*$", self.words[: match.start()])
            rest = re.match(r"[^;。]*", self.words[match.start() :])
            around = (clause[0] if clause else "") + (rest[0] if rest else "")
            if any(f.kind in ("money", "ratio") and self.is_amount(f) for f in figures(around)):
                continue
            yield self.open_award(bare(clause[0] if clause else ""), match, "金额未写明")
        if found := _TORN.search(self.sentence):
            said = found["what"]
            start = self.at + found.start("what")
            yield Award(
                canonical(self.who) or "企业",
                _shortened(said),
                None,
                None,
                None,
                "=",
                "per_enterprise",
                self.level(len(self.words)),
                "原文截断，金额未知",
                start,
                start + len(said),
            )

    def open_award(self, said: str, match: re.Match[str], note: str) -> Award:
        start = match.start() - len(re.search(r"[^;。]*$", self.words[: match.start()])[0])  # type: ignore[index]
        who = self.who_in(said)
        return Award(
            canonical(who) or "企业",
            self.event_in(said) or _shortened(said),
            None,
            None,
            None,
            "=",
            "per_enterprise",
            self.level(match.start()),
            note,
            self.at + start,
            self.at + match.end(),
        )


def _events() -> tuple[str, ...]:
    return lexicon.listed("awards", "events")


def _per() -> dict[str, str]:
    return {row["word"]: row["basis"] for row in lexicon.rows("per.csv")}


def _has_event(text: str) -> bool:
    return any(word in text for word in _events()) or "对" in text


def _found(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found[0].strip(" ,") if found else None


def _shortened(said: str) -> str:
    said = re.sub(
        rf"(?:每[家户个项件人名])?(?:给予|按|予以|一次性|最高|不超过)*(?:{_AWARD})*$", "", said
    ).strip(",、;: ")
    said = re.sub(r",按(?:照)?[^,]*$", "", said)
    return re.sub(r"^对(?=.)", "", said)[-40:]
