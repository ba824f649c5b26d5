"""完不完得成 as a page for a terminal, and as JSON for programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from denggao.diagnosis.forecast.flows import Flow, together
from denggao.diagnosis.forecast.inputs import Basis
from denggao.diagnosis.forecast.outlook import Lever, Outlook, Year
from denggao.documents import forecast_wording as w

YEAR_HEADS = ("年度", "年初", "新认定", "到期", "续上", "年末", "中位数", "低", "高", "达到目标")
FLOW_HEADS = ("年度", "年初", "新认定", "续上", "迁入", "到期", "取消", "迁出", "年末", "净增")
ALL_UNITS = "合计"


def lines(outlook: Outlook, basis: Basis) -> Iterator[str]:
    """The whole page: the answer first, then by year, levers, what it takes, assumptions."""
    final, assumed = outlook.final, outlook.assumed
    yield f"完不完得成：{assumed.end} 年底达到 {outlook.target} 户"
    yield f"  达到的概率 {w.probability(final.probability)}（{w.METHOD}）"
    yield (
        f"  中位数 {final.median} 户；九成可能在 {final.low}—{final.high} 户之间；"
        f"{distance(final.median, outlook.target)}"
    )
    yield f"  {w.needed(outlook, basis)}"
    yield ""
    yield "逐年（年初、新认定、到期、续上、年末是平均数，四舍五入后合计可能差 0.1）"
    if today := w.from_today(basis):
        yield f"  {today}"
    yield from _table(YEAR_HEADS, [year_row(year) for year in outlook.years])
    yield ""
    yield "抓什么最管用（每次只动一项）"
    for lever in outlook.levers:
        yield f"  {_lever(lever, basis)}"
    if basis.history is not None:
        yield ""
        yield from _past(basis)
    yield ""
    yield "假设"
    for number, text in enumerate(w.assumptions(basis), 1):
        yield f"  {number}. {text}"


def distance(median: int, target: int) -> str:
    """「比目标少 36 户」."""
    if median >= target:
        return f"比目标多 {median - target} 户" if median > target else "正好是目标"
    return f"比目标少 {target - median} 户"


def _lever(lever: Lever, basis: Basis) -> str:
    step = f"{w.lever_name(lever, basis)}{w.lever_step(lever)}"
    if lever.before == lever.after:
        return step
    span = f"{w.lever_value(lever, lever.before)}→{w.lever_value(lever, lever.after)}"
    return (
        f"{step}（{span}）：概率 {w.probability(lever.probability)}，"
        f"中位数 {lever.median} 户（{lever.median_gain:+d}）"
    )


def year_row(year: Year) -> list[str]:
    """The cells of one forecast year under YEAR_HEADS."""
    flow = year.flow
    means = (flow.opening, flow.new, flow.lapsed, flow.renewed, flow.closing)
    counts = (year.median, year.low, year.high)
    return [
        str(flow.year), *(w.decimal(v) for v in means), *map(str, counts),
        w.probability(year.probability),
    ]  # fmt: skip


def _past(basis: Basis) -> Iterator[str]:
    assert basis.history is not None
    yield f"历年{basis.history.kind}（按户清点，年初加净增等于年末）"
    flows = together(basis.history.flows, ALL_UNITS)
    yield from _table(FLOW_HEADS, [[str(cell) for cell in flow_row(flow)] for flow in flows])
    yield f"  {w.observed_renewal(basis.history)}"


def flow_row(flow: Flow) -> list[Any]:
    """The cells of one year under FLOW_HEADS."""
    return [
        flow.year, flow.opening, flow.new, flow.renewed, flow.moved_in, flow.lapsed,
        flow.revoked, flow.moved_out, flow.closing, flow.net,
    ]  # fmt: skip


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns that line up where a Chinese character is two wide, figures to the right."""
    table = [heads, *rows]
    widths = [max(_width(row[i]) for row in table) for i in range(len(heads))]
    for row in table:
        cells = (
            " " * (width - _width(cell)) + cell for cell, width in zip(row, widths, strict=True)
        )
        yield "  " + "  ".join(cells)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


# ------------------------------------------------------------------ for programs


def as_json(outlook: Outlook, basis: Basis) -> dict[str, Any]:
    """Counts as integers, probabilities and expected counts as numbers, rates as exact
    decimal or fraction strings."""
    final, assumed = outlook.final, outlook.assumed
    found = {
        "from": assumed.start,
        "to": assumed.end,
        "target": outlook.target,
        "base": assumed.base,
        "base_due": {str(year): count for year, count in assumed.base_due},
        "filings": assumed.filings[0] if len(assumed.filings) == 1 else list(assumed.filings),
        "pass_rate": None if basis.filings_counted else _exact(assumed.pass_rate),
        "renewal": _exact(assumed.renewal),
        "method": w.METHOD,
        "probability": final.probability,
        "median": final.median,
        "low": final.low,
        "high": final.high,
        "confidence": _exact(outlook.confidence),
        "filings_needed": outlook.needed,
        "levers": [_lever_json(lever, basis) for lever in outlook.levers],
        "by_year": [_year_json(year) for year in outlook.years],
        "assumptions": w.assumptions(basis),
    }
    rest = assumed.rest
    if rest is not None:
        found |= {"on": str(rest.on), "won": rest.won, "open": rest.open}
    return found if basis.history is None else {**found, "history": _history_json(basis)}


def _lever_json(lever: Lever, basis: Basis) -> dict[str, Any]:
    return {
        "lever": lever.code,
        "name": w.lever_name(lever, basis),
        "step": w.lever_step(lever),
        "from": _exact(lever.before),
        "to": _exact(lever.after),
        "probability": lever.probability,
        "gain": lever.gain,
        "median": lever.median,
        "median_gain": lever.median_gain,
    }


def _year_json(year: Year) -> dict[str, Any]:
    flow = year.flow
    return {
        "year": flow.year,
        "opening": _number(flow.opening),
        "new": _number(flow.new),
        "due": _number(flow.lapsed),
        "renewed": _number(flow.renewed),
        "lost": _number(flow.lapsed - flow.renewed),
        "closing": _number(flow.closing),
        "median": year.median,
        "low": year.low,
        "high": year.high,
        "probability": year.probability,
    }


def _history_json(basis: Basis) -> dict[str, Any]:
    past = basis.history
    assert past is not None
    parts = ("opening", "new", "renewed", "moved_in", "lapsed", "revoked", "moved_out", "closing")
    return {
        "kind": past.kind,
        "due": past.observed.due,
        "renewed": past.observed.renewed,
        "waiting": past.observed.waiting,
        "window_months": basis.stated.window,
        "new_by_year": {str(year): count for year, count in past.observed.new},
        "flows": [
            {"unit": f.unit, "year": f.year, **{part: getattr(f, part) for part in parts}}
            for f in past.flows
        ],
    }


def _number(value: Fraction | int) -> float:
    return round(float(value), 6)


def _exact(value: Fraction) -> str:
    """「0.78」 where a decimal says it exactly, else 「2/3」."""
    for places in range(13):
        if (value * 10**places).denominator == 1:
            text = f"{int(value * 10**places):0{places + 1}d}"
            return f"{text[:-places]}.{text[-places:]}" if places else text
    return f"{value.numerator}/{value.denominator}"
