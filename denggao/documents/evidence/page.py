"""What the terminal says of a case: the links, the faults, the shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from denggao.diagnosis.evidence.case import Case, Fault
from denggao.diagnosis.evidence.tables import shares

_SHOWN = 40


def lines(case: Case, found: Sequence[Fault]) -> Iterator[str]:
    """Line by line, contradictions first."""
    yield f"{case.name}　申报 {case.year} 年"
    yield (
        f"知识产权 {len(case.ips)} 件，研发活动 {len(case.projects)} 项，"
        f"产品（服务） {len(case.products)} 项，成果转化 {len(case.conversions)} 项，"
        f"人员投入 {len(case.works)} 行，费用 {len(case.costs)} 行"
    )
    if told := "；".join(share.words for share in shares(case)):
        yield f"近三年研发费用占销售收入：{told}"
    sure = [fault for fault in found if fault.sure]
    yield f"矛盾 {len(sure)} 处，提示 {len(found) - len(sure)} 处"
    for fault in found[:_SHOWN]:
        mark = "×" if fault.sure else "？"
        where = f"〈{fault.sheet}〉" + (f"第 {fault.row} 行" if fault.row else "")
        yield f"  {mark} {where} {fault.said}；{fault.mend}"
    if len(found) > _SHOWN:
        yield f"  …… 其余 {len(found) - _SHOWN} 处见 --json 或 -o 写出的“校核”页"


def as_json(case: Case, found: Sequence[Fault]) -> dict[str, Any]:
    """For programs: the graph as edges, the faults, amounts in 分."""
    return {
        "name": case.name,
        "uscc": case.uscc,
        "year": case.year,
        "edges": [list(edge) for edge in edges(case)],
        "shares": [
            {"table": s.table, "rd_fen": s.rd, "sales_fen": s.sales} for s in shares(case)
        ],
        "faults": [
            {
                "kind": f.kind, "sure": f.sure, "sheet": f.sheet, "row": f.row,
                "subject": f.subject, "said": f.said, "mend": f.mend,
            }
            for f in found
        ],
    }  # fmt: skip


def edges(case: Case) -> Iterator[tuple[str, str, str]]:
    """(from, to, what): the graph IP–RD–PS–成果–人–钱."""
    for rd in case.projects:
        yield from ((ip, rd.code, "知识产权—研发活动") for ip in rd.ips)
    for ps in case.products:
        yield from ((ip, ps.code, "知识产权—产品") for ip in ps.ips)
    for one in case.conversions:
        name = f"成果{one.number}"
        yield from ((code, name, "来源") for code in (*one.ips, *one.projects))
        yield from ((name, code, "成果—产品") for code in one.products)
    for person, project in dict.fromkeys((w.person, w.project) for w in case.works):
        yield person, project, "人员—研发活动"
    for cost in case.costs:
        yield f"{cost.year}年费用", cost.project, f"{cost.total} 分"
