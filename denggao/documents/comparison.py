"""Two screenings beside each other, for the terminal, for programs and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from denggao.diagnosis.compare import CAME, TRUTHS, WENT, Change, Comparison, Flip
from denggao.documents import screening_page as page
from denggao.documents import wording as w
from denggao.documents.screening_data import WORDS
from denggao.facts.catalogue import catalogue
from denggao.facts.converters import shown
from denggao.facts.titles import Title
from denggao.rules.nodes import Instrument

_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_SHOWN_CHANGES = 6


def as_json(found: Comparison) -> dict[str, Any]:
    """The comparison of one law; ``flows`` add up to ``after`` − ``before``."""
    before, after = ({t: counts[t] for t in TRUTHS} for counts in found.counts)
    return {
        "law": found.law.short,
        "versions": list(found.versions),
        "before": before,
        "after": after,
        "flows": {reason: {t: flow[t] for t in TRUTHS} for reason, flow in found.flows.items()},
        "flips": [_flip_json(flip) for flip in found.flips],
        "came": [_firm_json(*firm) for firm in found.came],
        "went": [_firm_json(*firm) for firm in found.went],
    }


def _flip_json(flip: Flip) -> dict[str, Any]:
    return {
        "identity": flip.firm,
        "name": flip.name,
        "reason": flip.reason,
        "verdict": list(flip.verdict),
        "conditions": {id_: [old, new] for id_, old, new in flip.conditions},
        "changes": {c.key: [_value(c.key, c.before), _value(c.key, c.after)] for c in flip.changes},
    }


def _firm_json(identity: str, name: str, verdict: str) -> dict[str, str]:
    return {"identity": identity, "name": name, "verdict": verdict}


def summary(found: Comparison) -> Iterator[str]:
    """The counts, what explains their difference, in lines."""
    old, new = found.versions
    yield f"《{found.law.short}》 {old}" + ("" if old == new else f" → {new}")
    for truth in TRUTHS:
        before, after = found.counts[0][truth], found.counts[1][truth]
        parts = "，".join(
            f"{reason} {flow[truth]:+d}" for reason, flow in found.flows.items() if flow[truth]
        )
        yield f"  {WORDS[truth]}：{before} → {after}（{after - before:+d}）" + (
            f"：{parts}" if parts else ""
        )
    turned = sum(flip.verdict[0] != flip.verdict[1] for flip in found.flips)
    yield f"  结论变了 {turned} 次；另有 {len(found.flips) - turned} 次只是某一条件变了"


def flip_words(flip: Flip, law: Instrument) -> str:
    """One flip in one line."""
    old, new = (WORDS[truth] for truth in flip.verdict)
    verdict = f"结论 {old} → {new}" if old != new else f"结论仍为{new}"
    conditions = condition_words(flip, law)
    why = f"；{change_words(flip.changes)}" if flip.changes else ""
    return (
        f"{flip.name}（{flip.reason}）：{verdict}" + (f"；{conditions}" if conditions else "") + why
    )


def condition_words(flip: Flip, law: Instrument) -> str:
    """「HNTE-C4 科技人员占比 不符合 → 符合」."""
    return "、".join(
        f"{id_} {law.statements[id_].name if id_ in law.statements else ''} "
        f"{WORDS.get(old, '无')} → {WORDS.get(new, '无')}"
        for id_, old, new in flip.conditions
    )


def change_words(changes: Sequence[Change]) -> str:
    """「2025年研发费用 3000000 元 → 3500000 元」, the first few."""
    said = [
        f"{_key_words(c.key)} {_value(c.key, c.before) or '缺'} → {_value(c.key, c.after) or '缺'}"
        for c in changes[:_SHOWN_CHANGES]
    ]
    more = f"等 {len(changes)} 项" if len(changes) > _SHOWN_CHANGES else ""
    return "、".join(said) + more


def _key_words(key: str) -> str:
    name, _, side = key.partition(".")
    words = "资格证书" if name == "titles" else w.fact_words(name)
    return words + {"lo": "（下限）", "hi": "（上限）"}.get(side, "")


def _value(key: str, value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, tuple):
        return "、".join(_title(t) for t in value if isinstance(t, Title)) or "无"
    return shown(value, catalogue()[key.partition("@")[0].partition(".")[0]])


def _title(title: Title) -> str:
    until = f"，至 {title.valid_to}" if title.valid_to else ""
    return f"{title.kind or '证书'}{title.number or ''}{until}"


# ------------------------------------------------------------------------- workbook


def write_workbook(path: Path, found: Sequence[Comparison], as_of: date) -> None:
    """Sheets 差别 (counts and what explains them), 变了的企业, 增减的企业. Raises OSError."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), dict(_OPTIONS)) as book:
        looks = page.Looks(book)
        _differences(book, looks, found, as_of)
        _flips(book, looks, found, as_of)
        _comings(book, looks, found, as_of)


def _differences(book: Any, looks: page.Looks, found: Sequence[Comparison], as_of: date) -> None:
    columns = [page.Column("规范", 24), page.Column("项目", 20)]
    columns += [page.Column(WORDS[truth], 12, "count") for truth in TRUTHS]
    sheet = page.ListSheet(book, looks, "差别", as_of, columns)
    for one in found:
        before, after = one.counts
        sheet.add([one.law.short, "前一份", *(before[t] for t in TRUTHS)])
        for reason, flow in one.flows.items():
            sheet.add([one.law.short, reason, *(flow[t] for t in TRUTHS)])
        sheet.add([one.law.short, "后一份", *(after[t] for t in TRUTHS)])
    sheet.finish()


def _flips(book: Any, looks: page.Looks, found: Sequence[Comparison], as_of: date) -> None:
    columns = [
        page.Column("规范", 20), page.Column("企业", 34), page.Column("标识", 22),
        page.Column("缘由", 9),
        page.Column("原结论", 9, "truth"), page.Column("现结论", 9, "truth"),
        page.Column("变了的条件", 46, "wrap"), page.Column("变了的数据", 56, "wrap"),
    ]  # fmt: skip
    sheet = page.ListSheet(book, looks, "变了的企业", as_of, columns, frozen=2)
    for one in found:
        for flip in one.flips:
            said = (condition_words(flip, one.law), change_words(flip.changes))
            start = [one.law.short, flip.name, flip.firm, flip.reason]
            sheet.add([*start, *flip.verdict, *said])
    sheet.finish()


def _comings(book: Any, looks: page.Looks, found: Sequence[Comparison], as_of: date) -> None:
    columns = [page.Column("规范", 20), page.Column("增减", 10), page.Column("企业", 34),
               page.Column("标识", 22), page.Column("结论", 9, "truth")]  # fmt: skip
    sheet = page.ListSheet(book, looks, "增减的企业", as_of, columns)
    for one in found:
        for reason, firms in ((CAME, one.came), (WENT, one.went)):
            for identity, name, verdict in firms:
                sheet.add([one.law.short, reason, name, identity, verdict])
    sheet.finish()
