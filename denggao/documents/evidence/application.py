"""认定申请书 (国科发火〔2016〕195号 附件2) in the official order, ready to copy: no empty cell in a
table of numbers, amounts in 万元 with two decimals, and the checks of the form in front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from denggao.diagnosis.evidence import sheets, tables
from denggao.diagnosis.evidence.case import CLASS1, CLASS2, INTERNAL, Case, Cost, Fault
from denggao.diagnosis.evidence.form import all_faults, total_of
from denggao.documents.evidence.paper import Paper, Wan, open_book
from denggao.documents.screening_page import Looks

_LINES = (
    "人员人工费用", "直接投入费用", "折旧费用与长期待摊费用", "无形资产摊销费用", "设计费用",
    "装备调试费用与试验费用", "其他费用",
)  # fmt: skip
PARTS = (
    "校核", "封面", "一 主要情况", "二 知识产权", "三 人力资源", "四 研发活动", "五 研发费用结构",
    "六 高新产品", "七 创新能力", "八 标准",
)  # fmt: skip


def write_application(path: Path, case: Case, more: Sequence[Fault] = ()) -> None:
    """Write the workbook; ``more``: what was found beside (against the ledger). Raises
    OSError."""
    with open_book(path) as book:
        looks = Looks(book)
        book.set_properties({"title": f"{case.name} 认定申请书（照抄用）"})
        writers = (
            _cover, _main, _rights, _people, _activities, _costs, _products, _abilities, _standards,
        )  # fmt: skip
        _checks(book, looks, case, [*all_faults(case), *more])
        for name, write in zip(PARTS[1:], writers, strict=True):
            write(book, looks, case, name)


def _checks(book: Any, looks: Looks, case: Case, found: Sequence[Fault]) -> None:
    paper = Paper(book, looks, PARTS[0], (8, 10, 14, 8, 22, 60, 46))
    sure = sum(fault.sure for fault in found)
    paper.title(f"{case.name}：校核", f"矛盾 {sure} 处，提示 {len(found) - sure} 处；改完再照抄")
    paper.heads(("序号", "程度", "工作表", "行", "对象", "说明", "怎么改"))
    for number, fault in enumerate(found, 1):
        word = "矛盾" if fault.sure else "提示"
        row = str(fault.row) if fault.row else ""
        paper.line((number, word, fault.sheet, row, fault.subject, fault.said, fault.mend))
    if not found:
        paper.line(("", "", "", "", "", "没有发现问题", ""))
    shares = "；".join(share.words for share in tables.shares(case))
    if shares:
        paper.row += 1
        paper.line(("", "", "", "", "", f"近三年研发费用占销售收入：{shares}", ""))


def _cover(book: Any, looks: Looks, case: Case, name: str) -> None:
    paper = Paper(book, looks, name, (30, 60))
    paper.title("高新技术企业认定申请书")
    for label, value in (
        ("企业名称", case.name), ("统一社会信用代码", case.uscc),
        ("企业所在地区", case.card.get("企业所在地区", "")),
        ("认定机构", case.card.get("认定机构", "")), ("申请日期", case.card.get("申报日期", "")),
    ):  # fmt: skip
        paper.line((label, value))


def _main(book: Any, looks: Looks, case: Case, name: str) -> None:
    paper = Paper(book, looks, name, (44, 18, 18, 18))
    paper.title("一、主要情况", "单位：人、万元")
    kinds = Counter(ip.kind for ip in case.ips)
    total = total_of(case)
    paper.line(("技术领域", case.card.get("技术领域", "")))
    paper.line(("获得知识产权数量（件）Ⅰ类", sum(kinds[kind] for kind in CLASS1)))
    paper.line(("获得知识产权数量（件）Ⅱ类", sum(kinds[kind] for kind in CLASS2)))
    paper.line(("职工总数", total.staff if total else 0))
    paper.line(("科技人员数", total.tech if total else 0))
    paper.section("近三年经营情况")
    paper.heads(("项目", *(f"{year}年" for year in case.years)))
    for item in ("净资产", "销售收入", "利润总额"):
        paper.line((item, *(_told(case, item, year) for year in case.years)))
    paper.section("近三年研究开发费用")
    paper.line(("近三年研究开发费用总额", Wan(sum(c.total for c in case.costs))))
    for label, key in (
        ("其中：在中国境内研发费用总额", "近三年境内研发费用总额（万元）"),
        ("其中：基础研究投入费用总额", "近三年基础研究投入费用总额（万元）"),
    ):
        paper.line((label, _of_card(case, key)))
    paper.section("近一年")
    paper.line(("近一年企业总收入", _told(case, "总收入", case.years[2])))
    paper.line(("近一年高新技术产品（服务）收入", Wan(sum(ps.sales for ps in case.products))))
    asked = "申请认定前一年内是否发生过重大安全、重大质量事故或严重环境违法行为"
    paper.line((asked, case.card.get(asked, "")))


def _told(case: Case, item: str, year: int) -> Wan:
    found = case.said(item, year)
    return Wan(found.application or 0) if found else Wan(0)


def _of_card(case: Case, key: str) -> Wan:
    text = case.card.get(key, "")
    return Wan(int(text)) if text else Wan(0)


def _rights(book: Any, looks: Looks, case: Case, name: str) -> None:
    paper = Paper(book, looks, name, (14, 44, 24, 14, 26, 12))
    paper.title("二、知识产权汇总表")
    kinds = Counter(ip.kind for ip in case.ips)
    paper.heads(("类别", "件数"))
    for kind in (*CLASS1, *CLASS2):
        paper.line((kind, kinds[kind]))
    paper.row += 1
    paper.heads(("知识产权编号", "知识产权名称", "类别", "授权日期", "授权号", "获得方式"))
    for ip in case.ips:
        paper.line((ip.code, ip.name, ip.kind, ip.granted, ip.number, ip.obtained))


def _people(book: Any, looks: Looks, case: Case, name: str) -> None:
    paper = Paper(book, looks, name, (14, 24, 14, 14))
    paper.title("三、人力资源情况表")
    paper.heads(("分类", "项目", "企业职工（人）", "科技人员（人）"))
    said = {(h.group, h.item): h for h in case.heads}
    for ready in sheets.HEADCOUNT.ready:
        found = said.get((str(ready[0]), str(ready[1])))
        paper.line((*ready, found.staff if found else 0, found.tech if found else 0))


def _activities(book: Any, looks: Looks, case: Case, name: str) -> None:
    paper = Paper(book, looks, name, (34, 80))
    paper.title("四、企业研究开发活动情况表", "近三年执行的活动，按每一项填报")
    for rd in case.projects:
        paper.section(f"{rd.code} {rd.name}")
        lines: list[tuple[str, Any]] = [
            ("研发活动名称", rd.name),
            ("起止时间", f"{rd.start or ''} 至 {rd.end or ''}"),
            ("技术领域", rd.field), ("技术来源", rd.source),
            ("知识产权（编号）", "，".join(rd.ips)),
            ("研发经费总预算（万元）", Wan(rd.budget)),
            ("研发经费近三年总支出（万元）", Wan(sum(rd.years))),
            *((f"其中：{y}年", Wan(x)) for y, x in zip(case.years, rd.years, strict=True)),
            ("目的及组织实施方式（限400字）", rd.purpose),
            ("核心技术及创新点（限400字）", rd.core),
            ("取得的阶段性成果（限400字）", rd.result),
        ]  # fmt: skip
        for line in lines:
            paper.line(line)


def _costs(book: Any, looks: Looks, case: Case, name: str) -> None:
    codes = [rd.code for rd in case.projects]
    paper = Paper(book, looks, name, (36, *[13.0] * len(codes), 14))
    paper.title("五、企业年度研究开发费用结构明细表", "按近三年每年分别填报，单位：万元")
    for year in case.years:
        costs = {code: _added(case, code, year) for code in codes}
        paper.section(f"{year} 年度")
        paper.heads(("科目", *codes, "合计"))

        def line(words: str, values: Sequence[int]) -> None:
            paper.line((words, *map(Wan, values), Wan(sum(values))))

        line("内部研究开发费用", [costs[code].internal for code in codes])
        for words, field in zip(_LINES, INTERNAL, strict=True):
            line(f"  {words}", [getattr(costs[code], field) for code in codes])
        line("委托外部研究开发费用", [costs[code].external for code in codes])
        line("  其中：境内的外部研发费用", [costs[code].domestic for code in codes])
        line("研究开发费用（内、外部）小计", [costs[code].total for code in codes])


def _added(case: Case, code: str, year: int) -> Cost:
    """The project's lines of the year as one; nothing where there is none."""
    fields = (*INTERNAL, "external", "domestic")
    lines = [c for c in case.costs if (c.project, c.year) == (code, year)]
    return Cost(0, year, code, **{f: sum(getattr(c, f) for c in lines) for f in fields})


def _products(book: Any, looks: Looks, case: Case, name: str) -> None:
    paper = Paper(book, looks, name, (40, 80))
    paper.title("六、上年度高新技术产品（服务）情况表", "按单一产品（服务）填报")
    for ps in case.products:
        paper.section(f"{ps.code} {ps.name}")
        for line in (
            ("产品（服务）名称", ps.name), ("技术领域", ps.field), ("技术来源", ps.source),
            ("上年度销售收入（万元）", Wan(ps.sales)), ("是否主要产品（服务）", ps.is_main),
            ("知识产权编号", "，".join(ps.ips)),
            ("关键技术及主要技术指标（限400字）", ps.tech),
            ("与同类产品（服务）的竞争优势（限400字）", ps.advantage),
            ("知识产权获得情况及其对产品（服务）在技术上发挥的支持作用（限400字）", ps.support),
        ):  # fmt: skip
            paper.line(line)


def _abilities(book: Any, looks: Looks, case: Case, name: str) -> None:
    paper = Paper(book, looks, name, (40, 90))
    paper.title("七、企业创新能力")
    for label in sheets.ABILITIES:
        paper.line((f"{label}（限400字）", case.abilities.get(label, "")))
    paper.section("科技成果转化汇总")
    for one in case.conversions:
        links = "，".join((*one.ips, *one.projects, *one.products))
        told = "；".join(filter(None, (one.form, one.result, f"{one.year}年", links, one.proof)))
        paper.line((f"{one.number} {one.name}", told))


def _standards(book: Any, looks: Looks, case: Case, name: str) -> None:
    paper = Paper(book, looks, name, (8, 60, 14, 24, 12))
    paper.title("八、参与国家标准或行业标准制定情况（加分）")
    paper.heads(("序号", "标准名称", "标准级别", "标准编号", "参与方式"))
    for number, one in enumerate(case.standards, 1):
        paper.line((number, one.name, one.level, one.code, one.part))
    if not case.standards:
        paper.line(("", "无", "", "", ""))
