"""完不完得成, in words: figures, assumptions and where each number came from."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import floor

from denggao.diagnosis.forecast.history import FEWEST_CASES, FEWEST_YEARS, Slips
from denggao.diagnosis.forecast.inputs import Basis, History
from denggao.diagnosis.forecast.outlook import FILINGS_STEP, RATE_STEP, Lever, Outlook

METHOD = "精确分布，不是模拟"
LEVERS = {"renewal": "到期重新认定率", "pass_rate": "认定通过率", "filings": "每年新申报户数"}
NEW_TITLES = "每年新认定户数"  # what filings are when no pass rate was stated
STILL_OPEN = "今年未办结的新申报户数"
_SHOWN_KINDS = 5


def probability(value: float) -> str:
    """Two decimals of a percent; never 0 % or 100 % for what is only nearly so."""
    if value in (0.0, 1.0):
        return f"{value:.0%}"
    if value < 0.0001:
        return "不到 0.01%"
    if value > 0.9999:
        return "99.99% 以上"
    return f"{floor(value * 10_000) / 100:.2f}%"


def share(value: Fraction) -> str:
    """A rate with at most two decimals of a percent."""
    return f"{float(value * 100):.2f}".rstrip("0").rstrip(".") + "%"


def decimal(value: Fraction | int, places: int = 1) -> str:
    """Rounded half up to so many places, trailing zeros dropped."""
    steps = floor(Fraction(value) * 10**places + Fraction(1, 2))
    whole, rest = divmod(steps, 10**places)
    digits = str(rest).rjust(places, "0").rstrip("0") if places else ""
    return f"{whole}.{digits}" if digits else str(whole)


def lever_name(lever: Lever, basis: Basis) -> str:
    """What is moved."""
    if lever.code == "filings" and basis.assumed.filed is not basis.assumed.filings:
        return STILL_OPEN
    if lever.code == "filings" and basis.assumed.pass_rate == 1 and basis.filings_counted:
        return NEW_TITLES
    return LEVERS[lever.code]


def lever_step(lever: Lever) -> str:
    """By how much: less than the full step where a rate is nearly 100 %."""
    if lever.code == "filings":
        if lever.after == lever.before:
            return "增加 10% 仍是 0 户"
        return f"增加 {share(FILINGS_STEP)}（向上取整）"
    moved = min(RATE_STEP, lever.after - lever.before)
    return f"提高 {decimal(moved * 100, 2)} 个百分点" if moved else "已是 100%，提不高了"


def lever_value(lever: Lever, value: Fraction) -> str:
    """A rate in percent, or a number of firms."""
    return f"{decimal(value)} 户" if lever.code == "filings" else share(value)


def needed(outlook: Outlook, basis: Basis) -> str:
    """What it would take, in one sentence."""
    sure = share(outlook.confidence)
    what = "新认定" if basis.filings_counted else "新申报"
    if outlook.needed is None:
        return f"在这些假设下，每年{what}再多也到不了 {sure} 的把握"
    if outlook.needed == 0:
        return f"不再有{what}，也有 {sure} 的把握"
    rate = "" if basis.filings_counted else f"（通过率仍为 {share(basis.assumed.pass_rate)}）"
    when = "每年至少要"
    if basis.assumed.is_this_year:
        when = "今年至少还要"
    elif basis.assumed.rest is not None and basis.assumed.rest.open is not None:
        when = "明年起每年至少要"
    return f"要有 {sure} 的把握，{when}{what} {outlook.needed} 户{rate}"


def base_day(basis: Basis) -> str:
    """When the base was held: 「2025 年底」, or the day where the year is running."""
    rest = basis.assumed.rest
    return f"{basis.assumed.start} 年底" if rest is None else f"{rest.on} 当天"


def from_today(basis: Basis) -> str:
    """What the first row of the years tells of a year that is running; "" of a whole one."""
    rest = basis.assumed.rest
    if rest is None:
        return ""
    return (
        f"{rest.on.year} 年从 {rest.on} 算起：年初一栏是当天有效户数，新认定、到期、续上只算"
        "当天以后的"
    )


# ------------------------------------------------------------------ assumptions


def assumptions(basis: Basis) -> list[str]:
    """Every assumption, one sentence each, with the figures and where they are from."""
    return [*_base(basis), *_coming(basis), *_renewal(basis), *_always(basis), *_ledger(basis)]


def _base(basis: Basis) -> Iterator[str]:
    assumed = basis.assumed
    due = "，".join(f"{year} 年 {count} 户" for year, count in assumed.base_due) or "无"
    source = "从台账清点" if basis.base_counted else "由 --base 给定"
    yield f"基数：{base_day(basis)}有效 {assumed.base} 户，{source}"
    how = "按证书有效期" if basis.base_counted else f"平均分在此前 {assumed.term} 个发证年度，推算"
    yield f"基数的到期年度（{how}）：{due}"
    past = basis.history
    if past is not None and past.so_far is not None:
        this = past.so_far
        yield f"其中今年的（从台账清点）：首次认定 {this.won} 户，续上 {this.renewed} 户，已经算数"
        if this.unrenewed:
            counted = "按没有续上计；正在重新认定的，发证后再测算"
            if basis.stated.open is not None:
                counted = "不按重新认定率计；其中正在申报的，算在没有办结的新申报里"
            yield f"今年到期、到 {this.on} 还没有续上的 {this.unrenewed} 户{counted}"
        yield f"逐年表里 {from_today(basis)}"
    if past is not None and basis.base_counted and past.cancelled_since:
        yield f"另有 {past.cancelled_since} 户当时有效、后来已被取消，基数里没有计入"


def _left(basis: Basis) -> Iterator[str]:
    """What is still to come of the running year."""
    assumed, rest = basis.assumed, basis.assumed.rest
    if rest is None:
        return
    source = f"（{basis.stated.pass_from}）" if basis.stated.pass_from else ""
    passed = f"每户通过的概率都是 {share(assumed.pass_rate)}{source}，互不影响"
    if basis.stated.open is not None:
        told = f"还有 {rest.open} 户新申报没有办结（{basis.stated.open_from}）"
        yield f"今年余下的新增：{told}，{passed}"
        return
    if rest.open == 0:
        yield "今年余下的新增：今年已经过完，不再有新增"
        return
    whole = f"全年新申报 {assumed.filings[0]} 户，{passed}"
    if basis.filings_counted and basis.history is not None:
        whole = f"全年新认定户数在台账近年的数（{_seen(basis.history)}）里等可能地取一个"
    yield (
        f"今年余下的新增：{whole}，减去到 {rest.on} 已首次认定的 {rest.won} 户，不足 0 的按 0；"
        "知道还有几户没有办结的，可用 --open 和 --pass-rate 说明"
    )


def _seen(past: History) -> str:
    return "，".join(f"{year} 年 {count} 户" for year, count in past.observed.new)


def _coming(basis: Basis) -> Iterator[str]:
    yield from _left(basis)
    assumed = basis.assumed
    first = assumed.start + (1 if assumed.rest is None else 2)
    if first <= assumed.end:
        yield from _each_year(basis, _span(first, assumed.end))
    past = basis.history
    if past is None or not basis.filings_counted:
        return
    if not past.observed.shows_renewals:
        yield "台账里每户只有一张证书，看不出重新认定：新认定里可能混有重新认定的，请核对"
    if len(past.observed.new) < FEWEST_YEARS:
        yield f"能分清首次认定的不足 {FEWEST_YEARS} 年，新增起伏看不出来，把握偏于两端，仅供参考"


def _each_year(basis: Basis, span: str) -> Iterator[str]:
    assumed = basis.assumed
    if not basis.filings_counted:
        yield (
            f"新增：{span}每年新申报 {assumed.filings[0]} 户，每户通过的概率都是 "
            f"{share(assumed.pass_rate)}，互不影响"
        )
        return
    assert basis.history is not None
    yield (
        f"新增：{span}每年的新认定户数在台账近年的数（{_seen(basis.history)}）里等可能地取一个；"
        "台账里没有申报数，所以不分通过率"
    )


def _span(first: int, last: int) -> str:
    return f"{first} 年" if first == last else f"{first}—{last} 年"


def _renewal(basis: Basis) -> Iterator[str]:
    rate = share(basis.assumed.renewal)
    yield f"到期的证书，每张重新认定成功的概率都是 {rate}，互不影响；没续上的当年起不再计数"
    if basis.renewal_counted and basis.history is not None:
        seen, window = basis.history.observed, basis.stated.window
        assert seen.due_years is not None
        yield (
            f"重新认定率从台账清点：{_span(*seen.due_years)}到期 {seen.due} 张，"
            f"续上 {seen.renewed} 张（到期前，或到期后 {window} 个月内又发证的算续上）"
        )
        if seen.renewed == seen.due:
            yield "台账里没有一张到期未续的：如果只列了现有企业，这个率会偏高，请用 --renewal 核定"
        if seen.waiting:
            yield f"另有 {seen.waiting} 张到期还不满 {window} 个月，没有计入重新认定率"


def _always(basis: Basis) -> Iterator[str]:
    term = basis.assumed.term
    yield f"新认定和重新认定的证书都在发证后第 {term} 年首次到期，续上的再过 {term} 年又到期"
    yield "没有计入迁入、迁出、被取消，以及失效后隔年再申报的企业"
    yield f"概率按各届存活户数的分布逐项相加算出：{METHOD}"


def _ledger(basis: Basis) -> Iterator[str]:
    past = basis.history
    if past is None:
        return
    slips = past.slips
    if slips.derived:
        yield f"{slips.derived} 张证书缺发证日期或有效期至，按有效 {basis.assumed.term} 年互相推算"
    if slips.undated:
        yield f"{slips.undated} 张证书两个日期都没有，没有计入"
    if slips.backwards:
        yield f"{slips.backwards} 张证书的有效期至早于发证日期，没有计入，请核对台账"
    if slips.kinds[""]:
        yield f"{slips.kinds['']} 张证书没有写资格类型，没有计入"


def other_kinds(slips: Slips) -> str:
    """The kinds that a ledger does have, most frequent first."""
    named = [f"{kind} {count} 张" for kind, count in slips.kinds.most_common() if kind]
    more = "……" if len(named) > _SHOWN_KINDS else ""
    return "、".join(named[:_SHOWN_KINDS]) + more


def observed_renewal(past: History) -> str:
    """A rate with its counts; few cases as counts only."""
    seen = past.observed
    if not seen.shows_renewals:
        return "每户只有一张证书，看不出重新认定"
    if not seen.due:
        return "没有观察期满的到期证书"
    counts = f"到期 {seen.due} 张，续上 {seen.renewed} 张"
    if seen.due < FEWEST_CASES:
        return f"{counts}（不足 {FEWEST_CASES} 例，不算率）"
    return f"{counts}，重新认定率 {share(Fraction(seen.renewed, seen.due))}"
