"""What a figure counts or measures: the words around it → verb, noun, the name of an indicator."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from denggao.drafting import lexicon
from denggao.drafting.clauses import bare
from denggao.drafting.figures import Figure

_LEAD = re.compile(
    r"^(?:[、,;:\s/的等]|以及|(?:和|及|与|并)(?!谐|购)|其中|同时|此外|另外|"
    r"力争|确保|争取|努力|奋力|必须|预期|预计|有望|计划(?=[新培引建])|要(?!素)|"
    r"将(?!军)|"
    r"积极|大力|持续|全面|进一步|着力|不断|稳步|加快|全力|坚决|重点|扎实|推动|"
    r"引导|支持|鼓励|促进|带动|组织(?=.{2,}新)|帮助|指导|围绕|"
    r"累计(?=.)|首次(?=突|达|超)|总计|合计|平均|全年|全部|基本|实现(?=.{2,})|使|让|达成|"
    r"完成(?=.{2,})|共(?=[有建培引新认组])|总体上?|截至|目前|现有|"
    r"已经?(?=[建培引新认组累达有])|"
    r"在(?=[库全])|再|每(?:个)?(?:季度|月|半年|周)|至少|有效期内的?|"
    r"有效(?=[高科])|拥有|[共现]?有(?=(?:国家|[省市区县])?级?(?:高新|科技|专精|规[上模]|创新|技术))|同比|环比|[较比](?:上年|去年)(?:同期|全年总数)?|"
    r"到(?![位账期])|年底|末|期间|前|底|时|起|内|分别|各(?=[新培引])|"
    r"每个?(?=县|区|市|镇|乡)|"
    r"一是|二是|三是|四是|五是|六是|主要|明确|提出了?|打造形成|推荐(?=.{2,"
    r"}申报)|形成以.{2,10}为.{2,8}的)+"
)
_TAIL = re.compile(
    r"(?:首次|由|从|仅|只|尚|不足|[的了等、,:]|有望|预计|同比|环比|[较比](?:上年|去年)(?:同期)?|累计|"
    r"总计|共计|合计|分别|各|均|也|再|就|已|将|要|应|力争|确保|努力|共|计|总|"
    r"约|数量|总数量?|总量|保有量|户数|家数|个数|件数|存量|"
    r"年度|平均|每年|年均|逐年|继续|持续|稳步|大幅|显著|明显|有效|全面|基本|"
    r"均?实现|完成|新|净|拥有|形成|占|规模(?=$)(?<=企业规模)|目标|任务)+$"
)
_SEPARATORS = re.compile(r"[、,;:]|(?:以及|[和及与并])(?=[\u4e00-\u9fffA-Z“])")
#: What may follow a figure that is the object of a verb (新增100家高新技术企业).
_OBJECT = re.compile(r"^(?:的|左右的?)?(?P<noun>[\u4e00-\u9fffA-Za-z&“”\"·\-/\d()]{2,40})")
_OBJECT_END = re.compile(
    r"[、,;:。]|(?:以及|和|及|与|并)(?=[\d*约近不超至新培引建])|(?:建立|设立|"
    r"建有|开展|实现|达到|纳入|进入|在(?=[省市县区全我本国])|获得|通过|完成|"
    r"列入|分别|占|用于|给予|申报|入库|落户)"
)
_SHARE = re.compile(r"^(?P<part>.+?)占(?P<whole>.{1,24}?)(?:的)?(?P<tail>比重|比例|份额|比)$")
_DECREASE = ("下降", "降低", "减少", "压减", "缩短", "压缩")
_KEPT_BUILD = ("建成",)
#: Words that make a growing number of what stands before them.
_ADDED = ("递增", "净增加", "净增", "增加", "新增")
_NOT_VERB_BEFORE = re.compile(
    r"^(?:器|基地|机构|率|额|强度|平台|中心|人员|库|企业|经费|资金|能力|体系|"
    r"服务|基金|投入|支出|收入|载体|券|链|量|型|类|合同|项目|示范|潜力|成果|"
    r"网络|和|与|的|、)"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The words around one figure: ``scope`` before the verb (盐卤药化产业), the verb, the noun."""

    noun: str
    verb: str = ""
    scope: str = ""
    growth: str = ""
    behind: bool = False  # the noun stands behind the figure


@cache
def _verb_start() -> re.Pattern[str]:
    return lexicon.starts("verbs", "flow", "build")


@cache
def _verb_end() -> re.Pattern[str]:
    return lexicon.ends("verbs", "flow", "build")


@cache
def _reach_end() -> re.Pattern[str]:
    return lexicon.ends("verbs", "reach")


@cache
def _growth_end() -> re.Pattern[str]:
    return lexicon.ends("verbs", "growth")


@cache
def _inner_verb() -> re.Pattern[str]:
    return lexicon.words("verbs", "inner")


_MOVED = re.compile(r"(?:提升|上升|前移|前进|进|下降|后退)了?$")
_SIZE = re.compile(r"(?:总?规模|总额|总投资|总?面积)$")


def is_never(noun: str) -> bool:
    """Is it something that no plan promises (权重, 利率)?"""
    return lexicon.words("nouns", "never").search(noun) is not None


def frame(left: str, right: str, figure: Figure) -> Frame:
    """``left`` and ``right``: the words of the clause before and behind the figure that belong
    to it, years taken out."""
    left = stripped(bare(left))
    if figure.kind == "moved":
        return Frame(_noun(_MOVED.sub("", left)))
    behind = _object(bare(right))
    if figure.kind in ("ratio", "points", "times", "doublings") and figure.unit != "":
        grown = _growth(left)
        if grown is not None:
            return grown
    left = _without_reach(left).removesuffix("了")
    started = _verb_start().match(left)
    noun_ends_in_verb = started and not behind and len(left) - started.end() >= 2
    if (
        (found := _verb_end().search(left))
        and not (noun_ends_in_verb and found[0] not in _ADDED and found.start() > 2)
        and (behind or len(left) == len(found[0]) or figure.kind == "count")
    ):
        subject = stripped(left[: found.start()])
        if behind and figure.kind not in ("ratio", "points"):
            return Frame(behind, found[0], _scope(subject), behind=True)
        if subject or not behind:
            return Frame(_noun(subject), found[0])
    if not left and behind:
        return Frame(behind, behind=True)
    size = _SIZE.search(left)
    if size and behind:  # 设立总规模50亿元的基金
        verb = _verb_start().match(left)
        return Frame(behind.removeprefix("的") + size[0], verb[0] if verb else "", behind=True)
    if found := _verb_start().match(left):
        rest = left[found.end() :]
        if len(rest) >= 2 and not _NOT_VERB_BEFORE.match(rest):
            return Frame(_noun(rest), found[0])
    inner = [
        m
        for m in _inner_verb().finditer(left)
        if m.start() and not _NOT_VERB_BEFORE.match(left[m.end() :]) and len(left) - m.end() >= 2
    ]
    if inner:
        verb = inner[-1]
        scope = _scope(stripped(left[: verb.start()]))
        return Frame(_noun(left[verb.end() :]), verb[0], scope)
    return Frame(_noun(left))


def _without_reach(left: str) -> str:
    while True:
        found = _reach_end().search(left)
        if found is None or (
            _verb_end().search(left)
            and found[0] in ("实现", "完成", "拥有")
            and len(found[0]) == len(left)
        ):
            return left
        left = _TAIL.sub("", left[: found.start()])


def _growth(left: str) -> Frame | None:
    """「授权量每年增长20%」: what grows."""
    rest = left
    while found := lexicon.ends("operators", "least", "more", "most", "about", "plain").search(
        rest
    ):
        if found[0] in ("到", "至"):
            return None
        rest = rest[: found.start()]
    found = _growth_end().search(_TAIL.sub("", rest) or rest)
    if found is None:
        return None
    rest = _TAIL.sub("", rest) or rest
    if found[0] in ("增速", "增幅"):
        return Frame(_noun(rest[: found.start()]), growth="增长")
    return Frame(_noun(rest[: found.start()]), growth=found[0])


def _object(right: str) -> str:
    found = _OBJECT.match(right)
    if found is None:
        return ""
    noun = found["noun"]
    if end := _OBJECT_END.search(noun, 1):
        noun = noun[: end.start()]
    noun = _noun(noun)
    return "" if _HOLLOW_OBJECT.match(noun) else noun


#: 突破10万亿元大关, 100家的目标: no object.
_HOLLOW_OBJECT = re.compile(r"大关|关口|目标|任务|规模|水平|左右|以上")


def _scope(text: str) -> str:
    return (
        text
        if re.search(r"(?:产业|领域|行业|板块|园区|[区县市镇乡])$", text) and len(text) <= 14
        else ""
    )


def stripped(text: str) -> str:
    """Without particles and adverbs in front."""
    before = None
    while text != before:
        before = text
        text = _LEAD.sub("", text.strip())
        found = lexicon.starts("areas", "whole").match(text)
        text = text[found.end() :] if found and len(text) - found.end() >= 2 else text
    return text


@cache
def _things() -> re.Pattern[str]:
    found = sorted((row["thing"] for row in lexicon.rows("things.csv")), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, found)))


def last_thing(text: str) -> str:
    """The last thing named in a text of those that plans count; "" for none."""
    found = _things().findall(text)
    return found[-1] if found else ""


def first_thing(text: str) -> str:
    """The first such thing in a text; "" for none."""
    found = _things().search(text)
    return found[0] if found else ""


#: What a plan never counts: the subject of the clause is elsewhere.
_HOLLOW = re.compile(
    r"(?:大关|关口|阶段|方面|情况|工作|行动|机制|意识|力度|格局|步伐|成效|态势|会议|基础|"
    r"趋势|发展|年|月|是|为)$|^.$|^[^\u4e00-\u9fffA-Za-z]*$"
)


#: Words for the number of things that stands elsewhere.
_COUNTED = re.compile(
    r"(?:有效|总|净增|存)?(?:数量|户数|家数|总数|总量|保有量|存量|数)|入库评价|"
    r"评价入库|评价|期末"
)


def is_hollow(noun: str) -> bool:
    """Is it no name of anything that can be counted or measured?"""
    return (
        _HOLLOW.search(noun) is not None
        or _COUNTED.fullmatch(noun) is not None
        or _verb_start().fullmatch(noun) is not None
    )


_RANKED = re.compile(
    r"(?:从|在|居|位居|跃居|跃升至|升至|进入|保持)*(?:全国|全省|全市|全县|全区|"
    r"全[省市]同类)?(?:同类\S{0,4})?(?:第|前|的)*$"
)


def _noun(text: str) -> str:
    text = _TAIL.sub("", stripped(text))
    return _LEAD.sub("", text).strip('”“" ') if text.count("“") != text.count("”") else text.strip()


# ------------------------------------------------------------------------------ the name


@cache
def _aliases() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(row["pattern"]), row["name"]) for row in lexicon.rows("indicators.csv")]


def canonical(noun: str) -> str:
    """One spelling of what is measured: aliases merged, quotation marks and brackets gone."""
    noun = re.sub(r"[“”\"《》\s]", "", noun)
    for pattern, name in _aliases():
        noun = pattern.sub(name, noun)
    return noun


def indicator(found: Frame, figure: Figure, yearly: bool, inside: str = "") -> tuple[str, str]:
    """(name, kind) of the indicator. ``inside``: the whole of which it is a part (其中)."""
    noun = canonical(found.noun)
    if inside and noun:
        noun = part_of(canonical(inside), noun)
    noun = part_in(noun)
    if figure.kind == "moved":
        return _RANKED.sub("", noun) + "位次提升", "growth"
    if figure.kind == "rank":
        noun = _RANKED.sub("", noun).removesuffix("位次").removesuffix("排名")
        return f"{noun}位次", "rank"
    if found.growth or figure.kind in ("points", "times", "doublings"):
        return _growth_name(noun, found, figure, yearly), "growth"
    if figure.kind == "ratio":
        return _ratio_name(noun, figure), "ratio"
    return _count_name(noun, found, figure, yearly)


def part_in(noun: str) -> str:
    """「高新技术企业中规模以上企业」 → 规模以上高新技术企业."""
    found = re.fullmatch(r"(.{2,}企业)中的?(.{2,})企业", noun)
    return found[2] + found[1] if found else noun


_ATTRIBUTE = re.compile(
    r"规模以上|规上|民营|国有|上市|外资|港澳台|工业|制造业|服务业|农业|大中型|"
    r"中小|首次\S{0,4}|重新\S{0,4}|新\S{2,4}"
)


def part_of(whole: str, part: str) -> str:
    """其中: the part with the name of its whole."""
    said = part.removesuffix("企业")
    if whole.endswith("企业") and part.endswith("企业") and _ATTRIBUTE.fullmatch(said):
        return part.removesuffix("企业") + whole
    return part


def _growth_name(noun: str, found: Frame, figure: Figure, yearly: bool) -> str:
    word = "下降" if found.growth in _DECREASE else "增长"
    yearly = yearly or found.growth.startswith("年")
    noun = noun or "增长"
    if figure.kind == "points":
        return f"{noun}{word}百分点"
    if figure.kind == "times":
        return f"{noun}{word}倍数"
    if figure.kind == "doublings":
        return f"{noun}翻番次数"
    return noun + ("年" if yearly else "") + word + "率"


def _ratio_name(noun: str, figure: Figure) -> str:
    if figure.full and not noun.endswith(("率", "比")):
        return re.sub(r"(?:全面|基本)?(?:实现)?$", "", noun) + "覆盖率"
    if found := _SHARE.fullmatch(noun):
        part, whole = found["part"], found["whole"]
        measure = re.search(r"(?:增加值|产值|收入|营收|投入|数量|数)$", whole)
        head = whole[: measure.start()] if measure else ""
        same = measure is not None and part.endswith(measure[0])
        if same and (not head or part.startswith(head)):
            return f"{part}占比"
        return f"{part}占{whole}比重"
    if re.search(r"(?:率|比重|比例|占比|强度|增速|增幅|比|份额|水平|覆盖面)$", noun):
        return noun
    if noun.endswith("占"):
        return noun + "比"
    return noun + ("占比" if noun else "比率")


def _count_name(noun: str, found: Frame, figure: Figure, yearly: bool) -> tuple[str, str]:
    verb = found.verb
    flow = yearly or (bool(verb) and lexicon.starts("verbs", "flow").fullmatch(verb) is not None)
    kind = "flow" if flow else "stock"
    if figure.kind == "money" or _is_measure(noun):
        return (noun or verb + "金额"), kind
    if verb in _ADDED and not found.behind and noun:
        if verb == "新增":
            return f"新增{noun}数", "flow"
        noun = re.sub(r"(?:评价入库|评价|入库|认定|培育|备案)$", "", noun)
        word = "净增" if verb.startswith("净") else "递增"
        return f"{noun}{'年' if yearly else ''}{word}数", "flow"
    tail = re.search(r"(?<=.{2})(评价入库|入库|新认定|认定|备案|培育|建设)$", noun)
    if tail and not verb:
        noun = noun[: tail.start()]
        verb = {"评价入库": "入库", "培育": "", "建设": ""}.get(tail[0], tail[0])
        kind = "flow" if verb else kind
    elif tail:
        noun = noun[: tail.start()]
    if not noun:
        return _of_verb(verb, figure), kind
    keeps = bool(verb) and (flow and not lexicon.starts("verbs", "build").fullmatch(verb))
    name = (
        verb
        if keeps
        and verb not in ("支持", "完成", "推动", "推进", "助力", "带动", "突破", "增加", "有效")
        else ""
    ) + noun
    name = lexicon.words("nouns", "total").sub("", name)
    return (name if name.endswith(("人次", "数", "次")) else name + "数"), kind


def _of_verb(verb: str, figure: Figure) -> str:
    ends = {"人": "人数", "人次": "人次", "场": "场次", "次": "次数", "场次": "场次", "名": "人数"}
    return verb + ends.get(figure.unit.split("/")[0], "数")


def _is_measure(noun: str) -> bool:
    return (
        re.search(
            r"(?:额|产值|收入|利润|投入|经费|支出|规模|面积|强度|价值|资金|贷款|税收|"
            r"营收|增加值|总值|融资|投资|授信|交易|能力|指数|得分|拥有量|授权量|申请量|"
            r"产量|登记量|人次)$",
            noun,
        )
        is not None
    )
