"""Promised, reported, expected, asked of somebody, or no figure of the plan at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from denggao.drafting import lexicon
from denggao.drafting.clauses import bare
from denggao.drafting.figures import Figure
from denggao.drafting.years import Year

TARGET, FACT, FORECAST, THRESHOLD, DUTY, NONE = (
    "target",
    "fact",
    "forecast",
    "threshold",
    "duty",
    "none",
)
#: Kinds of documents that report, and those that promise.
REPORTING = ("news", "statistics", "publicity", "subsidy_payout")
_DUTY = re.compile(
    r"(?:每人|每名|每位|人均|每个?(?:部门|单位|干部|领导|专家|科技特派员|辅导员)|"
    r"每个?(?:县区|区|县|镇|乡|街道|园区|村)(?=.{0,6}(?:至少|不少于|有|建)))"
)
_PER_HEAD = re.compile(
    r"每(?:家|户|人|项|件|个|年度?每家|亩|平方米|名)|一次性|最高|给予|单个|单项|同一"
)
_OF_A_SHARE = re.compile(
    r"^以?上?的?[\u4e00-\u9fff“”]{2,16}?(?:建立|设立|开展|实现|拥有|建有|达到|完成|成为|进入|配备|有)"
)
_MODIFIES = re.compile(
    r"^(?:的|(?:[\u4e00-\u9fff]{0,6})(?:设备|仪器|企业|项目|单位|产品|机构|人员|平台))"
)
_AIM = re.compile(r"^的?(?:目标|任务|要求|规模|水平|指标|总体目标)")
#: 每年安排不少于20亿元资金: what is set aside, for nobody yet.
_SET_ASIDE = re.compile(r"(?:安排|设立|统筹|筹集|注资|预算|列支)[^,;。]{0,14}$")
_CONTENT = re.compile(
    r"(?:资金|奖金|奖补|补助|贷款|基金|投资|产值|收入|成交额|交易额|授信|融资|税收|减免|支出|投入)"
)


@dataclass(frozen=True, slots=True)
class Setting:
    """What surrounds a figure: the sentence before it, its clause, the text behind it, the
    section and the kind of the document, the year that it is of and the year from which on
    figures are of the future."""

    before: str
    clause_before: str
    after: str
    sentence: str
    section: str
    document: str
    year: Year | None
    role_of_year: str
    now: int | None
    has_flow: bool
    is_extract: bool = False


def role_of(figure: Figure, at: Setting) -> str:
    """One of TARGET, FACT, FORECAST, THRESHOLD, DUTY, NONE."""
    if is_structure(figure) or _is_milestone(figure, at) or _is_object(figure, at):
        return NONE
    if _is_award(figure, at):
        return NONE
    aim = _AIM.match(at.after) is not None
    if not aim and _is_threshold(figure, at):
        return THRESHOLD
    before = at.before.rpartition(";")[2] if at.is_extract else at.before
    later = isinstance(at.year, int) and at.now is not None and at.year > at.now
    if at.section == "facts" and not later:
        return FACT
    if lexicon.words("marks", "forecast").search(before[-40:]):
        return FORECAST
    promised = max([_last(lexicon.words("marks", "promise"), before), len(before) if aim else -1])
    if isinstance(at.year, str) and at.year == "每年" and at.document not in REPORTING:
        promised = max(promised, before.rfind("每年"), before.rfind("年均"))
    reported = _last(lexicon.words("marks", "report"), before)
    future = False if at.role_of_year == "近" else _future(at)
    if future is not None and reported <= promised:
        promised = max(promised, 0) if future else promised
    if future is False and reported >= promised - 400 and not aim:
        return FACT
    if reported > promised and reported >= 0:
        return FACT if not (future and at.role_of_year == "到") else TARGET
    if _DUTY.search(at.clause_before) and figure.kind == "count":
        return DUTY
    if promised >= 0 or future:
        return TARGET
    if at.is_extract and (at.role_of_year not in ("到", "内") or _is_compared(at)):
        return FACT  # nobody knows of when it is, so it promises only what it says it does
    return _by_place(figure, at)


_WITH_THE_PAST = re.compile(r"同比|环比|[较比](?:上年|去年|上期)|现有")


def _is_compared(at: Setting) -> bool:
    """「45户,同比增长12%,到2027年达到60户」: is what is said of this year, up to the next, a
    comparison with the year before?"""
    behind = at.sentence[len(at.before) :]
    return _WITH_THE_PAST.search(at.clause_before + re.split(r"20\d\d年", behind)[0]) is not None


_COMPARED = re.compile(
    r"(?:比|较|高于|低于|超|快于).{0,14}(?:平均|均值|同期|水平|全[国省市])[^,]{0,6}$"
)
_DONE = re.compile(r"完成(?:全年|年度|总)?(?:目标|任务|进度|工作|计划)*(?:总?量)?的?$")


def _is_milestone(figure: Figure, at: Setting) -> bool:
    """「6月底前完成50%」: how far the work is then, no indicator."""
    if figure.kind == "points" and _COMPARED.search(at.clause_before):
        return True
    return figure.kind == "ratio" and _DONE.search(at.clause_before) is not None


def _is_object(figure: Figure, at: Setting) -> bool:
    """「对辖区126户企业逐一走访」: whom the work concerns."""
    if figure.kind != "count" or at.document in REPORTING:
        return False
    return (
        re.search(
            r"(?:对|向|将|为|从)(?:全?[市区县镇省]?|我[市区县]|辖区|现有|已有|库内|在库)(?:的|内)?$",
            at.clause_before,
        )
        is not None
    )


def is_structure(figure: Figure) -> bool:
    """分三个阶段, 三支队伍: how the text is built, not what it promises."""
    if figure.kind in ("rank", "moved"):
        return False
    small = figure.written and figure.value is not None and figure.value < 10
    units = ("家", "户", "件", "名", "人", "%", "番", "倍")
    return small and not figure.op and figure.unit.partition("/")[0] not in units


def _by_place(figure: Figure, at: Setting) -> str:
    if at.section == "targets":
        return TARGET
    if at.section == "facts" or at.document in REPORTING:
        return FACT
    if at.document == "template" or at.section == "terms":
        return NONE
    if figure.written and (figure.value is None or figure.value < 10) and not figure.op:
        return NONE
    said = figure.op in (">=", ">", "<=") or figure.reached or at.has_flow or figure.value is None
    return TARGET if said else NONE


def _future(at: Setting) -> bool | None:
    """Is the year of the figure still to come? ``None``: it does not say, or is of now."""
    year = at.year
    if isinstance(year, str) and (found := re.fullmatch(r"\d{4}-(\d{4})", year)):
        year = int(found[1])
    if not isinstance(year, int) or at.now is None:
        if isinstance(year, str) and year.endswith("内"):
            return True
        return None
    if year == at.now:
        if at.role_of_year == "到" and not lexicon.words("marks", "report").search(at.before):
            return True
        return None if at.document in REPORTING else True
    return year > at.now


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((m.start() for m in pattern.finditer(text)), default=-1)


def _is_award(figure: Figure, at: Setting) -> bool:
    """Money that somebody is given: it belongs to the awards."""
    if figure.kind not in ("money", "ratio"):
        return False
    sentence = bare(at.sentence)
    if _SET_ASIDE.search(at.clause_before):
        return False
    if at.document in REPORTING:
        near = at.clause_before[-24:]
        return re.search(r"(?:每家|一次性|给予|最高)[^,]*$", near) is not None
    if not lexicon.words("marks", "award").search(sentence):
        return False
    return (
        bool(_PER_HEAD.search(sentence))
        or figure.unit.count("/") > 0
        or (
            lexicon.words("marks", "award").search(at.clause_before[-14:] + at.after[:6])
            is not None
            and not re.search(r"(?:总额|资金|累计|规模|兑现|发放|落实)", at.clause_before)
        )
    )


def _is_threshold(figure: Figure, at: Setting) -> bool:
    """「30万元以上的仪器设备」: what it says of the things it stands before."""
    after = at.after
    if at.section == "terms":
        return True
    if figure.kind == "ratio" and _OF_A_SHARE.match(after):
        return False
    if figure.op in (">=", ">", "<=", "range") and after.startswith("的") and not at.has_flow:
        return True
    if (
        figure.kind == "money"
        and figure.op in (">=", ">", "<=", "range")
        and _MODIFIES.match(after)
    ):
        return True
    sentence = bare(at.sentence)
    given = lexicon.words("marks", "award").search(sentence)
    return bool(
        given
        and at.section != "targets"
        and lexicon.words("marks", "condition").search(at.before)
        and at.document not in REPORTING
        and not re.search(r"(?:每年|力争|到20\d\d年)", at.clause_before)
    )
