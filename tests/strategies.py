"""Random instruments, written as text, and random firms clustered at their thresholds.

An instrument goes through the real loader (``assemble``), so that a generator of text also
exercises the grammar. Firms come from a seeded generator, in the exchange form of
``denggao judge``.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st

from denggao.facts.catalogue import catalogue
from denggao.facts.enterprise import Firm, firm_from_json
from denggao.rules.nodes import FactRef, Instrument, WindowLeast

HEAD = """---
名称: 试验办法
简称: 试验
依据: [试科〔2026〕1号]
地域: 中国
施行: 2016-01-01
---
"""
TODAY = date(2026, 6, 30)
YEARS = ("2023", "2024", "2025")


def examples(everyday: int, nightly: int | None = None) -> settings:
    """So many examples every day; under ``--hypothesis-profile=thorough`` ``nightly``, or fifty
    times as many.

    A failing instrument is not made smaller (each try judges a frame): the tests report the
    one statement and the fewest facts instead.
    """
    times = max(1, settings.default.max_examples // 100)
    found = (Phase.explicit, Phase.reuse, Phase.generate)
    count = nightly if nightly is not None and times > 1 else everyday * times
    return settings(max_examples=count, phases=found)


def instrument_text(rules: str, *, head: str = HEAD, cite: str = "1号 第一条") -> str:
    """One 登高 block under one article."""
    return f"{head}## {cite}\n\n```登高\n{rules}\n```\n"


# ------------------------------------------------------------------------ instruments

# By unit: yearly facts, facts of a date, literals near which the firms cluster.
YEARLY = {
    "元": (
        "销售收入",
        "研发费用",
        "境内研发费用",
        "净资产",
        "资产总额",
        "负债总额",
        "人员人工费用",
    ),
    "人": ("职工总数", "科技人员数", "研发人员数"),
    "项": ("成果转化数",),
    "分": (),
}
DATED = {
    "元": (),
    "人": (),
    "项": ("一类知识产权数", "二类知识产权数", "拥有二类知识产权数", "获认定时已用二类知识产权数"),
    "分": ("核心支持作用分", "获得方式分"),
}
LITERALS = {
    "元": ("5000万元", "2亿元", "100元", "0元"),
    "人": ("500人", "10人", "0人"),
    "项": ("1项", "3项", "5项"),
    "分": ("4分", "60分", "2分"),
    "天": ("365天", "0"),
    "比": ("5%", "60%", "10%", "25%", "0", "100%"),
}
#: Bare numbers are compared with counts, and 0 with everything.
BARE = {"人": ("10", "0"), "项": ("3", "0"), "分": ("4", "0"), "天": ("365",)}
WITH_SIGN = {"净资产"}
YES_NO = (
    "有自主研发知识产权",
    "前一年内重大安全质量事故或严重环境违法",
    "查账征收[上年]",
    "居民企业",
)
SINGLE_YEARS = ("上年", "前年", "大前年", "四年前")
WINDOWS = (*SINGLE_YEARS, "近三年")
COMPARATORS = ("≥", "≤", ">", "<", "=", "≠")
UNITS = tuple(YEARLY)
PARAMETER_FACTS = (
    "销售收入[上年]",
    "职工总数[前年]",
    "净资产[上年]",
    "二类知识产权数",
    "研发费用[上年]",
)
DERIVATIONS = (
    "研发费用[年]：人员人工费用[年] + 委托境内研发费用[年] × 80%",
    "研发费用[年]：人员人工费用[年] + 取小( 其他研发费用[年], 人员人工费用[年] × 20% ÷ 80% )",
    "境内研发费用[年]：人员人工费用[年] × 50%",
    "二类知识产权数：拥有二类知识产权数 − 获认定时已用二类知识产权数",
    "总收入[年]：收入总额[年] − 不征税收入[年]",
    "净资产[年]：采用 甲 时 资产总额[年] − 负债总额[年] 否则 资产总额[年]",
    "销售收入[年]：主营业务收入[年] × 3 ÷ 7",
)


class Writer:
    """Writes one random instrument; later statements may read earlier ones."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.numbers: dict[str, list[str]] = {}  # unit → ids of values of that unit
        self.scores: list[str] = []
        self.truths: list[str] = []
        self.amounts: list[str] = []

    def pick(self, choices: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(choices))

    def text(self) -> str:
        self.lines += ["读法 R-1 一读：", "    甲：「甲」", "    乙", "核对 K-1 核对：「人工」"]
        self.lines += [f"推导 {d}" for d in self._derivations()]
        self._parameter()
        makers = (
            *(self._value, self._value_cases, self._amount, self._amount_cases),
            *(self._condition, self._bands, self._sum),
        )
        for number in range(self.pick((3, 4, 5, 6))):
            self.pick(makers)(number)
        self._amount_cases(96)
        self._condition(97)
        self._bands(98)
        self._condition(99)
        whole = " 且 ".join(self.truths)
        self.lines.append(f"结论 Z-1 结论 总分 {self.scores[-1]}：{whole}")
        if self.pick((True, False)):
            self.lines.append(f"初判 Z-2 初判：{self.truth(1)}")
        return instrument_text("\n".join(self.lines))

    def _derivations(self) -> list[str]:
        chosen = self.draw(st.lists(st.sampled_from(DERIVATIONS), max_size=3, unique=True))
        return list({d.split("：")[0]: d for d in chosen}.values())

    # ---- statements

    def _parameter(self) -> None:
        fact = self.pick(PARAMETER_FACTS)
        unit = catalogue_unit(fact)
        limits = ("100", "5000万", "2亿") if unit == "元" else ("1", "3", "10")
        op = self.pick(("≤", "<"))
        first = self.pick((0, 1))
        lines = ["参数 P-1 下限："]
        for limit, value in zip(limits[first:], ("10%", "5%", "4%"), strict=False):
            lines.append(f"    {fact} {op} {limit}{unit} 时 {value}")
        self.lines += [*lines, "    否则 3%"]
        self.numbers.setdefault("比", []).append("P-1")

    def _value(self, number: int) -> None:
        unit = self.pick((*UNITS, "比", "比"))
        self.lines.append(f"数值 V-{number} 值{number}：{self.number(unit, 2)}")
        self.numbers.setdefault(unit, []).append(f"V-{number}")

    def _value_cases(self, number: int) -> None:
        unit = self.pick(("元", "比", "项"))
        self.lines += [
            f"数值 V-{number} 值{number}：",
            f"    {self.truth(1)} 时 {self.number(unit, 1)}",
            f"    经营年数 {self.pick(('= 0', '≤ 1', '≥ 3'))} 时 {self.number(unit, 1)}",
            f"    否则 {self.number(unit, 2)}",
        ]
        self.numbers.setdefault(unit, []).append(f"V-{number}")

    def _amount(self, number: int) -> None:
        self.lines.append(f"金额 M-{number} 额{number}：{self._money()}")
        self._keep_amount(number)

    def _amount_cases(self, number: int) -> None:
        """What is undecided between its lines is the join of what they may give."""
        atoms = st.lists(st.sampled_from(AMOUNT_ATOMS), min_size=1, max_size=2, unique=True)
        self.lines.append(f"金额 M-{number} 额{number}：")
        for atom in self.draw(atoms):
            self.lines.append(f"    {atom} 时 {self.pick(('0元', self._money()))}")
        self.lines.append(f"    否则 {self._money()}")
        self._keep_amount(number)

    def _keep_amount(self, number: int) -> None:
        self.amounts.append(f"M-{number}")
        self.numbers.setdefault("元", []).append(f"M-{number}")

    def _money(self) -> str:
        """An amount without a quotient by facts, over earlier amounts too."""
        terms = [self._term("元"), *self.amounts[-2:]]
        a, b = self.pick(terms), self.pick(terms)
        kind = self.pick(("项", "和", "差", "倍", "小", "大"))
        return str(
            {
                "项": a,
                "和": f"{a} + {b}",
                "差": f"{a} − {b}",
                "倍": f"( {a} + {b} ) × 10% ÷ 90%",
                "小": f"取小( {a}, {b} × 2 ÷ 3 )",
                "大": f"取大( 0元, {a} − {b} )",
            }[kind]
        )

    def _condition(self, number: int) -> None:
        body = self.compare(2) if self.pick((True, False)) else self.truth(3)
        self.lines.append(f"条件 C-{number} 条件{number}：{body}")
        self.truths.append(f"C-{number}")

    def _bands(self, number: int) -> None:
        """Falling limits of one number, with questions of other kinds before them."""
        unit = self.pick((*UNITS, "比"))
        left, limits = self.number(unit, 1), BAND_LIMITS[unit]
        strict = self.pick(("≥", ">"))
        points = iter(("5~8", "3~4", "1~2")[-len(limits) :])
        lines = [f"评分 S-{number} 评分{number} 满分 8："]
        for atom in self.draw(st.lists(st.sampled_from(BAND_ATOMS), max_size=2, unique=True)):
            lines.append(f"    {atom} 得 {self.pick(('0~8', '4', '0 ~ 获得方式分', '获得方式分'))}")
        for limit in limits:
            flag = self.pick(("", "", " 标记 BAND_GAP", " 标记 旗"))
            lines.append(f"    {left} {strict} {limit} 得 {next(points)}{flag}")
        self.lines += [*lines, "    否则 得 0"]
        self.scores.append(f"S-{number}")

    def _sum(self, number: int) -> None:
        parts = [self.pick((*self.scores, "获得方式分", "核心支持作用分")) for _ in range(3)]
        body = " + ".join(parts)
        if self.pick((True, False)):
            body = f"取小( 6分, {body} )"
        self.lines.append(f"评分 T-{number} 总{number} 满分 100：{body}")
        self.scores.append(f"T-{number}")

    # ---- expressions

    def truth(self, depth: int) -> str:
        if depth == 0 or self.pick((True, False)):
            return self._atom()
        kind = self.pick(("且", "或", "非"))
        if kind == "非":
            return f"非 ( {self.truth(depth - 1)} )"
        return f"( {self.truth(depth - 1)} {kind} {self.truth(depth - 1)} )"

    def _atom(self) -> str:
        kind = self.pick(("比较", "比较", "是否", "是否", "其他", "引用"))
        if kind == "比较":
            return self.compare(1)
        if kind == "引用" and self.truths:
            return str(self.pick(self.truths))
        return str(self.pick(OTHER_ATOMS if kind == "其他" else YES_NO))

    def compare(self, depth: int) -> str:
        unit = self.pick((*UNITS, "天", "比", "比", "年", "总分", "积"))
        op = self.pick(COMPARATORS)
        if unit == "年":
            return f"经营年数 {op} {self.pick(('0', '1', '2', '3'))}"
        if unit == "天":
            return f"成立天数 {op} {self.pick(LITERALS['天'])}"
        if unit == "总分" and self.scores:
            return f"{self.pick(self.scores)} {op} {self.pick(LITERALS['分'])}"
        if unit == "积":
            return f"{self._product()} {op} {self._product()}"
        unit = "分" if unit == "总分" else unit
        return f"{self.number(unit, depth)} {op} {self._right(unit)}"

    def _right(self, unit: str) -> str:
        if self.pick((True, True, False)):
            return str(self.pick((*LITERALS[unit], *BARE.get(unit, ("0",)))))
        return str(self.pick(self.numbers.get(unit, [])[:1] or [self._term(unit)]))

    def _product(self) -> str:
        """A product of two amounts that are never below 0."""
        money = [f for f in YEARLY["元"] if f not in WITH_SIGN]
        return f"{self.pick(money)}[{self.pick(WINDOWS)}] × {self.pick(YEARLY['人'])}[上年]"

    def number(self, unit: str, depth: int) -> str:
        if unit == "比":
            return self._ratio(depth)
        kind = self.pick(("项", "项", "和", "差", "倍", "极", "引用"))
        if depth == 0 or kind == "项":
            return self._term(unit)
        if kind == "引用" and self.numbers.get(unit):
            return str(self.pick(self.numbers[unit]))
        a, b = self.number(unit, depth - 1), self._term(unit)
        if kind == "极":
            return f"{self.pick(('取小', '取大'))}( {a}, {b} )"
        if kind == "倍":
            return f"( {a} ) {self.pick(('×', '÷'))} {self.pick(('80%', '3', '7'))}"
        return f"( {a} {'−' if kind == '差' else '+'} {b} )"

    def _term(self, unit: str) -> str:
        choices = [f"{fact}[{self.pick(WINDOWS)}]" for fact in YEARLY[unit]] + [*DATED[unit]]
        choices += [f"最小( {fact}[近三年] )" for fact in YEARLY[unit][-1:]]
        if unit == "元":
            choices.append("最小( 净资产[近三年] )")
        return str(self.pick([*choices, *choices, self.pick(LITERALS[unit])]))

    def _ratio(self, depth: int) -> str:
        unit = self.pick(("元", "元", "人", "项"))
        top, bottom = self.number(unit, depth - 1), self._term(unit)
        kind = self.pick(("商", "商", "长", "均", "引用"))
        if kind == "均":
            return f"{self._term('项')} ÷ 经营年数 ÷ 1项"
        if kind == "引用":
            return str(self.pick(self.numbers["比"]))
        if kind == "长":
            second = f"{self._term(unit)} ÷ {self._term(unit)}"
            return f"( {top} ÷ {bottom} + {second} ) ÷ 2 − 1"
        return f"{top} ÷ {bottom}"


BAND_LIMITS = {
    "元": ("2亿元", "5000万元", "100元"),
    "人": ("500人", "10人"),
    "项": ("5", "3项", "1"),
    "分": ("60分", "4分"),
    "比": ("60%", "10%", "5%"),
}
OTHER_ATOMS = (
    "已归类 技术领域",
    "持有 高新技术企业",
    "持有 高新技术企业[上年]",
    "持有(高新技术企业)[四年前]",
    "国民经济行业 属于 「C、I65」",
    "所在区县 属于 「62」",
    "纳税年度 ≥ 2025",
    "纳税年度 = 2024",
    "采用 甲",
    "采用 乙",
    "待核实",
    "缺报 销售收入[近三年]",
    "缺报 净资产[前年]",
    "缺报 职工总数[上年]",
    "缺报 获得方式分",
    "缺报 居民企业",
)
AMOUNT_ATOMS = (
    "居民企业",
    "销售收入[上年] ≥ 5000万元",
    "持有 高新技术企业[上年]",
    "国民经济行业 属于 「C、I65」",
    "纳税年度 ≥ 2025",
    "缺报 净资产[近三年]",
    "经营年数 ≤ 1",
    "待核实",
)
BAND_ATOMS = (
    "居民企业",
    "缺报 净资产[近三年]",
    "缺报 研发费用[近三年]",
    "持有 高新技术企业",
    "采用 乙 且 居民企业",
    "经营年数 ≤ 1",
    "净资产[前年] = 0",
)


def catalogue_unit(reference: str) -> str:
    """The unit of a fact as a rule names it."""
    name = reference.partition("[")[0]
    return next(fact.unit for fact in catalogue().values() if fact.name == name)


@st.composite
def instruments(draw: st.DrawFn) -> str:
    """The text of a random instrument that uses every kind of statement and expression."""
    return Writer(draw).text()


# ------------------------------------------------------------------------------ firms

#: Seeded by Hypothesis, so that a failing example comes back.
generators = st.randoms(use_true_random=True)

BASES = ("1000", "20000000", "50000000", "100000000", "200000000", "333.33")
RATIOS = (5, 10, 25, 60, 100, 4, 3, 115, 105, 135)
HUGE = 10**17 - 1  # 10^15 元 less one 分, in 分
FOUNDED = (
    date(2010, 1, 1), date(2022, 12, 31), date(2023, 1, 1), date(2023, 12, 31), date(2024, 1, 1),
    date(2024, 12, 31), date(2025, 6, 29), date(2025, 6, 30), date(2025, 7, 1), date(2025, 12, 31),
    date(2026, 1, 1), date(2026, 6, 30), date(2026, 7, 1),
)  # fmt: skip
YEAR_ENDS = (date(2025, 12, 31), date(2025, 12, 30), date(2022, 12, 31))
INDUSTRIES = ("C39", "3911", "软件和信息技术服务业", "I64", "I", "A01", "D39", "C", "其他", "i65")
REGIONS = ("620102", "620000", "530302", "城关区", "62")
QUESTIONS = tuple(code for code, fact in catalogue().items() if fact.unit == "是否")


def codes_read(instrument: Instrument) -> tuple[str, ...]:
    """The numbers that an instrument reads, those of its derivations included."""
    rules = [*instrument.statements.values(), *instrument.derivations.values()]
    read = {e.code for s in rules for e in s.expressions() if isinstance(e, FactRef | WindowLeast)}
    return tuple(code for code, fact in catalogue().items() if code in read and fact.numeric)


def steps(fact_scale: int, step: int) -> str:
    """So many smallest steps as a decimal string in the unit."""
    places = len(str(fact_scale)) - 1
    sign, digits = ("-" if step < 0 else ""), str(abs(step)).rjust(places + 1, "0")
    return sign + (f"{digits[:-places]}.{digits[-places:]}" if places else digits)


def amount(code: str, rnd: Random) -> str:
    """A value at, or one step beside, some threshold; sometimes tiny, huge or negative."""
    fact = catalogue()[code]
    low = 0 if fact.lo is not None else -HUGE
    if fact.unit == "元":
        base = int(float(rnd.choice(BASES)) * 100)
        value = rnd.choice((0, 1, HUGE, base, base * rnd.choice(RATIOS) // 100))
        value = rnd.choice((value, value, base * rnd.choice(RATIOS) // 100))
        value *= -1 if low < 0 and rnd.random() < 0.3 else 1
    elif fact.unit == "人":
        value = rnd.choice((0, 1, 5, 10, 40, 50, 100, 500, 499)) * rnd.choice(
            (10_000, 1_000, 6_000)
        )
    else:
        value = rnd.choice((0, 1, 2, 3, 4, 5, 6, 14, 15)) * fact.scale
    value += rnd.choice((0, 0, 0, 1, -1))
    high = HUGE if fact.hi is None else fact.hi * fact.scale
    return steps(fact.scale, max(low, min(high, value)))


def stated(code: str, rnd: Random) -> Any:
    """One number as a firm may state it: a point, an interval, an interval open on one side."""
    if rnd.random() < 0.85:
        return amount(code, rnd)
    scale = catalogue()[code].scale
    lo, hi = sorted((amount(code, rnd), amount(code, rnd)), key=lambda t: float(t) * scale)
    if float(lo) > float(hi) - 1e-9:
        return hi
    return rnd.choice(({"lo": lo, "hi": hi}, {"lo": lo}, {"hi": hi}))


def firm_facts(rnd: Random, codes: Sequence[str]) -> dict[str, Any]:
    """The facts of one random firm; how much is missing differs from firm to firm."""
    missing = rnd.choice((0.05, 0.3, 0.7))
    facts: dict[str, Any] = {}
    for code in codes:
        if catalogue()[code].yearly:
            years = YEARS if rnd.random() < 0.8 else ("2022", *YEARS)
            values = {y: stated(code, rnd) for y in years if rnd.random() > missing}
            facts |= {code: values} if values else {}
        elif rnd.random() > missing:
            facts[code] = stated(code, rnd)
    for code in QUESTIONS:
        if rnd.random() > missing:
            value = rnd.random() < 0.5
            facts[code] = dict.fromkeys(YEARS, value) if catalogue()[code].yearly else value
    if rnd.random() < 0.7:
        facts["established_on"] = rnd.choice(FOUNDED).isoformat()
    if rnd.random() < 0.6:
        facts["field_code"] = "1.1.10"
    if rnd.random() < 0.6:
        facts["industry"] = rnd.choice(INDUSTRIES)
    if rnd.random() < 0.6:
        facts["region"] = rnd.choice(REGIONS)
    if rnd.random() < 0.6:
        facts["titles"] = titles(rnd)
    return facts


def titles(rnd: Random) -> list[dict[str, str]]:
    """No, one valid, one expired or one undated certificate."""
    valid_to = rnd.choice((TODAY, TODAY - timedelta(days=1), *YEAR_ENDS, None))
    if rnd.random() < 0.3:
        return []
    dates = {} if valid_to is None else {"valid_to": valid_to.isoformat()}
    issued = rnd.choice(("2024-01-01", "2021-12-31", "2022-01-01", "2025-12-31", "2026-01-01"))
    kind = rnd.choice(("高新技术企业", "高新技术企业", "科技型中小企业"))
    return [{"kind": kind, "issued_on": issued, **dates}]


def firms(rnd: Random, number: int, codes: Sequence[str]) -> list[Firm]:
    """So many random firms, the last with nothing stated at all."""
    return [firm_from_json(firm_facts(rnd, codes)) for _ in range(number - 1)] + [Firm()]
