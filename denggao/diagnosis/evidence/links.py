"""证据链 (N17): IP–RD–PS–成果–人–钱 must hang together, and one thing must come after another.

Each check names one kind of fault and yields each only once; ``faults`` runs them all.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from denggao.diagnosis.evidence import sheets
from denggao.diagnosis.evidence.case import CLASS2, Case, Fault, Ip, Work, wan

#: What fees of one year may differ by: the last digit of an amount in 万元 with two decimals.
TOLERANCE = 10_000  # 分, 0.01 万元
_PATENT = re.compile(r"(?:ZL)?(\d{4})([123589])(\d{7})\.?([\dX])")
_KIND_DIGIT = {
    "发明专利（非国防专利）": "18", "实用新型专利": "29", "外观设计专利": "3",
}  # fmt: skip
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def faults(case: Case) -> list[Fault]:
    """Everything that does not fit, in the order of the sheets."""
    found = [fault for check in CHECKS for fault in check(case)]
    order = {name: i for i, name in enumerate(_ORDER)}
    return sorted(found, key=lambda f: (order.get(f.sheet, 99), f.row, f.kind))


_ORDER = (sheets.CARD_NAME, *(sheet.name for sheet in sheets.TABLES), sheets.ABILITY_NAME)


# --- codes ---------------------------------------------------------------------------------------


def _twice(case: Case) -> Iterator[Fault]:
    """Two rows of one list with one code."""
    for sheet, rows in (
        (sheets.IP, case.ips),
        (sheets.RD, case.projects),
        (sheets.PS, case.products),
    ):
        first: dict[str, int] = {}
        for one in rows:
            if one.code in first:
                said = f"{one.code} 在第 {first[one.code]} 行已经有了"
                yield Fault("twice", sheet.name, one.row, one.code, said, "编号不能重复，请改")
            first.setdefault(one.code, one.row)


def _same_right(case: Case) -> Iterator[Fault]:
    """One 授权号 under two codes."""
    first: dict[str, Ip] = {}
    for ip in case.ips:
        number = _bare(ip.number)
        if not number:
            continue
        if number in first:
            said = f"{ip.code} 与 {first[number].code} 的授权号相同（{ip.number}）"
            yield Fault(
                "same_right", sheets.IP.name, ip.row, ip.code, said, "同一件知识产权只列一次"
            )
        first.setdefault(number, ip)


def _bare(number: str) -> str:
    return re.sub(r"[\s.·]", "", number.upper()).removeprefix("ZL")


def _unknown_codes(case: Case) -> Iterator[Fault]:
    """A link to what is in no list."""
    known = {
        "IP": {ip.code for ip in case.ips},
        "RD": {rd.code for rd in case.projects},
        "PS": {ps.code for ps in case.products},
    }

    def missing(kind: str, codes: Iterable[str]) -> list[str]:
        return [code for code in dict.fromkeys(codes) if code not in known[kind]]

    said = [
        *((sheets.RD, r.row, r.code, "IP", r.ips) for r in case.projects),
        *((sheets.COST, c.row, f"{c.project}@{c.year}", "RD", (c.project,)) for c in case.costs),
        *((sheets.PS, p.row, p.code, "IP", p.ips) for p in case.products),
        *((sheets.CONVERSION, c.row, c.number, "IP", c.ips) for c in case.conversions),
        *((sheets.CONVERSION, c.row, c.number, "RD", c.projects) for c in case.conversions),
        *((sheets.CONVERSION, c.row, c.number, "PS", c.products) for c in case.conversions),
        *((sheets.WORK, w.row, w.person, "RD", (w.project,)) for w in case.works),
    ]
    lists = {"IP": sheets.IP.name, "RD": sheets.RD.name, "PS": sheets.PS.name}
    for sheet, row, subject, kind, codes in said:
        for code in missing(kind, codes):
            words = f"{subject} 写了 {code}，〈{lists[kind]}〉里没有"
            mend = f"请补进〈{lists[kind]}〉，或改正编号"
            yield Fault("unknown_code", sheet.name, row, f"{subject}→{code}", words, mend)


def _numbers(case: Case) -> Iterator[Fault]:
    """A patent number whose check digit or kind does not fit."""
    for ip in case.ips:
        digits = _KIND_DIGIT.get(ip.kind)
        number = re.sub(r"\s", "", ip.number.upper())
        found = _PATENT.fullmatch(number) if digits and number else None
        if not digits or not number:
            continue
        if found is None:
            said = f"{ip.code} 的授权号“{ip.number}”不像专利号"
            mend = "专利号如 ZL 2021 2 1234567.9：年份、种类一位、流水七位、校验一位"
            yield Fault("bad_number", sheets.IP.name, ip.row, ip.code, said, mend, sure=False)
        elif found[2] not in digits:
            said = f"{ip.code} 是{ip.kind}，专利号第五位是 {found[2]}"
            mend = "1、8 是发明，2、9 是实用新型，3 是外观设计；请核对类别"
            yield Fault("kind_differs", sheets.IP.name, ip.row, ip.code, said, mend)
        elif check_digit("".join(found.group(1, 2, 3))) != found[4]:
            said = f"{ip.code} 的专利号校验位对不上"
            yield Fault(
                "bad_number", sheets.IP.name, ip.row, ip.code, said, "请照证书核对", sure=False
            )


def check_digit(twelve: str) -> str:
    """The last character of a patent number, from its twelve digits."""
    rest = sum(int(d) * w for d, w in zip(twelve, _WEIGHTS, strict=True)) % 11
    return "X" if rest == 10 else str(rest)


# --- time ----------------------------------------------------------------------------------------


def _periods(case: Case) -> Iterator[Fault]:
    for rd in case.projects:
        if rd.start and rd.end and rd.end < rd.start:
            said = f"{rd.code} 结束（{rd.end}）早于开始（{rd.start}）"
            yield Fault("period_backward", sheets.RD.name, rd.row, rd.code, said, "请照立项文件改")
        elif rd.start and case.founded and rd.start < case.founded:
            said = f"{rd.code} 开始（{rd.start}）早于企业注册（{case.founded}）"
            yield Fault("before_founded", sheets.RD.name, rd.row, rd.code, said, "请核对立项日期")


def _granted_late(case: Case) -> Iterator[Fault]:
    """IP granted only after the application, or after the product was first sold."""
    granted = {ip.code: ip for ip in case.ips if ip.granted}
    for ip in granted.values():
        assert ip.granted is not None
        if case.filed_on and ip.granted > case.filed_on:
            said = f"{ip.code} 授权（{ip.granted}）晚于申报日（{case.filed_on}）"
            mend = "申报前没有授权的不能用，请去掉"
            yield Fault("granted_after_filing", sheets.IP.name, ip.row, ip.code, said, mend)
    for ps in case.products:
        for code in ps.ips:
            found = granted.get(code)
            if found is None or ps.first_sold is None or found.granted is None:
                continue
            if found.granted > ps.first_sold:
                said = (
                    f"{ps.code} 首次销售（{ps.first_sold}）早于所用 {code} 的授权"
                    f"（{found.granted}）"
                )
                mend = "请说明销售时依靠什么技术，或换成当时已有的知识产权"
                subject = f"{ps.code}→{code}"
                yield Fault("ip_after_sale", sheets.PS.name, ps.row, subject, said, mend)


def _granted_early(case: Case) -> Iterator[Fault]:
    """IP that a project names, granted before the project began."""
    granted = {ip.code: ip.granted for ip in case.ips if ip.granted}
    for rd in case.projects:
        for code in rd.ips:
            on = granted.get(code)
            if on and rd.start and on < rd.start:
                said = f"{code} 授权（{on}）早于 {rd.code} 开始（{rd.start}），不会是它的成果"
                mend = "请改成这个项目产生的知识产权，或说明它是研究的基础"
                subject = f"{rd.code}→{code}"
                yield Fault("ip_before_rd", sheets.RD.name, rd.row, subject, said, mend, sure=False)


def _cost_outside(case: Case) -> Iterator[Fault]:
    """Money of a year in which the project was not running; years outside the three."""
    projects = {rd.code: rd for rd in case.projects}
    for cost in case.costs:
        rd, subject = projects.get(cost.project), f"{cost.project}@{cost.year}"
        if rd and rd.start and rd.end and rd.end < rd.start:
            rd = None  # said already
        if cost.year not in case.years:
            said = f"{cost.year} 年不在申报前三年（{case.years[0]}—{case.years[2]}）之内"
            yield Fault("year_outside", sheets.COST.name, cost.row, subject, said, "请改年度或删去")
        elif rd and rd.start and cost.total and cost.year < rd.start.year:
            said = f"{cost.project} {rd.start} 才开始，{cost.year} 年却有费用 {wan(cost.total)}"
            mend = "立项之前的费用不能归集到它，请核对立项日期或费用年度"
            yield Fault("cost_before_start", sheets.COST.name, cost.row, subject, said, mend)
        elif rd and rd.end and cost.total and cost.year > rd.end.year:
            said = f"{cost.project} {rd.end} 已结束，{cost.year} 年还有费用 {wan(cost.total)}"
            yield Fault(
                "cost_after_end", sheets.COST.name, cost.row, subject, said, "请核对结束日期"
            )


def _conversion_time(case: Case) -> Iterator[Fault]:
    starts = {rd.code: rd.start for rd in case.projects if rd.start}
    for one in case.conversions:
        if one.year is not None and one.year not in case.years:
            said = f"成果 {one.number} 转化在 {one.year} 年，不在申报前三年之内"
            mend = "三年之外的转化不计数，请去掉"
            yield Fault("conversion_old", sheets.CONVERSION.name, one.row, one.number, said, mend)
            continue
        for code in one.projects:
            start: date | None = starts.get(code)
            if start and one.year is not None and one.year < start.year:
                said = f"成果 {one.number} {one.year} 年转化，早于 {code} 开始（{start}）"
                mend = "成果不会早于产生它的项目，请核对"
                subject = f"{one.number}→{code}"
                yield Fault(
                    "conversion_before_rd", sheets.CONVERSION.name, one.row, subject, said, mend
                )


# --- missing links -------------------------------------------------------------------------------


def _alone(case: Case) -> Iterator[Fault]:
    used = {code for rd in case.projects for code in rd.ips}
    used |= {code for ps in case.products for code in ps.ips}
    for ip in case.ips:
        if ip.code not in used:
            said = f"{ip.code} 没有项目、也没有产品用到它"
            mend = "请在所属研发活动或产品的“知识产权编号”里写上它"
            yield Fault("ip_alone", sheets.IP.name, ip.row, ip.code, said, mend)
    for ps in case.products:
        if not ps.ips:
            what = "主要产品" if ps.is_main else "产品"
            said = f"{what} {ps.code} 没有知识产权支持"
            mend = "对主要产品发挥核心支持作用的技术要有自主知识产权，请补“知识产权编号”"
            yield Fault("ps_no_ip", sheets.PS.name, ps.row, ps.code, said, mend)


def _unproven(case: Case) -> Iterator[Fault]:
    for one in case.conversions:
        if not one.proof:
            said, mend = f"成果 {one.number} 没有证明材料", "请写合同、发票、检测报告等材料的名称"
            yield Fault("no_proof", sheets.CONVERSION.name, one.row, one.number, said, mend)
        if not one.ips and not one.projects:
            said = f"成果 {one.number} 没有关联知识产权或研发活动"
            mend = "请写“关联IP”或“关联RD”"
            yield Fault("no_origin", sheets.CONVERSION.name, one.row, one.number, said, mend)


def _without(case: Case) -> Iterator[Fault]:
    """Projects without money, or, where people are told of, without people."""
    paid, staffed = {c.project for c in case.costs}, {w.project for w in case.works}
    for rd in case.projects:
        if rd.code not in paid:
            said = f"{rd.code} 在〈{sheets.COST.name}〉里没有一行费用"
            yield Fault(
                "rd_no_cost", sheets.RD.name, rd.row, rd.code, said, "请补费用，或去掉这个项目"
            )
        if case.works and rd.code not in staffed:
            said = f"{rd.code} 没有研发人员"
            mend = f"请在〈{sheets.WORK.name}〉补上参加的人员"
            yield Fault("rd_no_people", sheets.RD.name, rd.row, rd.code, said, mend)


# --- reuse, people, money ------------------------------------------------------------------------


def _reused(case: Case) -> Iterator[Fault]:
    for ip in case.ips:
        if ip.kind in CLASS2 and ip.used_in is not None and ip.used_in < case.year:
            said = f"{ip.code} 是Ⅱ类（{ip.kind}），{ip.used_in} 年认定已经用过"
            mend = "Ⅱ类知识产权在认定中只能用一次，请换新的"
            yield Fault("class2_reused", sheets.IP.name, ip.row, ip.code, said, mend)


def _people(case: Case) -> Iterator[Fault]:
    """Full time on two projects at once; at a project that was not running."""
    projects = {rd.code: rd for rd in case.projects}
    full = defaultdict(list)
    for work in case.works:
        rd = projects.get(work.project)
        if work.start and work.end and work.end < work.start:
            said = f"{work.person} 在 {work.project} 的结束（{work.end}）早于开始（{work.start}）"
            yield Fault("work_backward", sheets.WORK.name, work.row, work.person, said, "请改日期")
            continue
        if rd and work.start and work.end and rd.start and rd.end and rd.start <= rd.end and (
            work.start < rd.start or work.end > rd.end
        ):  # fmt: skip
            said = f"{work.person} 在 {work.project} 的时间超出项目起止（{rd.start} 至 {rd.end}）"
            yield Fault(
                "work_outside", sheets.WORK.name, work.row, work.person, said, "请核对工时记录"
            )
        if work.full_time and work.start and work.end:
            full[work.person].append(work)
    for person, works in full.items():
        works.sort(key=lambda w: (w.start or date.min, w.row))
        for at, other in enumerate(works):
            beside = next(
                (one for one in works[:at] if one.project != other.project and _meet(one, other)),
                None,
            )
            if beside is None:
                continue
            said = (
                f"{person} 同时在 {beside.project} 和 {other.project} 全时（{other.start} 起重叠）"
            )
            mend = "一个人不能同时在两个项目全时，请改为非全时并按工时分摊"
            yield Fault("two_full_time", sheets.WORK.name, other.row, person, said, mend)


def _meet(one: Work, other: Work) -> bool:
    """Is the earlier one still running when the other starts?"""
    return bool(one.end and other.start and other.start <= one.end)


def _sums(case: Case) -> Iterator[Fault]:
    """The project's own years against its lines; what is part of what; twice the same line."""
    lines: dict[tuple[str, int], int] = defaultdict(int)
    counts = Counter((c.project, c.year) for c in case.costs)
    seen: set[tuple[str, int]] = set()
    for cost in case.costs:
        key, subject = (cost.project, cost.year), f"{cost.project}@{cost.year}"
        lines[key] += cost.total
        if cost.domestic > cost.external:
            said = (
                f"{subject} 境内的外部费用 {wan(cost.domestic)} "
                f"多于委托外部合计 {wan(cost.external)}"
            )
            yield Fault("domestic_more", sheets.COST.name, cost.row, subject, said, "请改正")
        if counts[key] > 1 and key in seen:
            said = f"{cost.project} {cost.year} 年的费用写了两行"
            yield Fault("cost_twice", sheets.COST.name, cost.row, subject, said, "请并成一行")
        seen.add(key)
    paid = {project for project, _ in lines}
    for rd in case.projects:
        for year, own in zip(case.years, rd.years, strict=True) if rd.code in paid else ():
            told = lines.get((rd.code, year), 0)
            if abs(own - told) > TOLERANCE:
                said = (
                    f"{rd.code} {year} 年在〈{sheets.RD.name}〉是 {wan(own)}，"
                    f"费用明细合计 {wan(told)}"
                )
                mend = "两处应相同，请以辅助账为准改正"
                subject = f"{rd.code}@{year}"
                yield Fault("rd_sum", sheets.RD.name, rd.row, subject, said, mend)


def _totals(case: Case) -> Iterator[Fault]:
    """Σ RD of each year = the application's R&D expense; Σ PS = its income from them."""
    for year in case.years:
        told = case.said("研发费用", year)
        total = sum(c.total for c in case.costs if c.year == year)
        if told is None or told.application is None:
            continue
        tolerance = TOLERANCE * max(1, len(case.projects))
        if abs(told.application - total) > tolerance:
            said = (
                f"{year} 年各项目费用合计 {wan(total)}，申请书的研发费用是 {wan(told.application)}"
            )
            mend = "第五部分的小计应等于各项目之和，请改正"
            yield Fault("total_differs", sheets.TOLD.name, told.row, f"研发费用@{year}", said, mend)
    last = case.said("高新技术产品收入", case.years[2])
    if last is not None and last.application is not None:
        total = sum(ps.sales for ps in case.products)
        if abs(last.application - total) > TOLERANCE * max(1, len(case.products)):
            said = (
                f"各 PS 收入合计 {wan(total)}，申请书的高新技术产品收入是 {wan(last.application)}"
            )
            mend = "两处应相同（技术性收入也要作为一项 PS），请改正"
            subject = f"高新技术产品收入@{case.years[2]}"
            yield Fault("ps_sum", sheets.TOLD.name, last.row, subject, said, mend)


Check = Callable[[Case], Iterator[Fault]]
CHECKS: tuple[Check, ...] = (
    *(_twice, _same_right, _unknown_codes, _numbers, _periods, _granted_late, _granted_early),
    *(_cost_outside, _conversion_time, _alone, _unproven, _without, _reused, _people, _sums),
    _totals,
)
