"""A clean case made at random, and faults of every kind that can be planted in one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

from denggao.diagnosis.evidence import sheets
from denggao.diagnosis.evidence.case import (
    CLASS2,
    ITEMS,
    Case,
    Conversion,
    Cost,
    Heads,
    Ip,
    Product,
    Project,
    Told,
    Work,
)
from denggao.diagnosis.evidence.links import check_digit
from tests.web.books import code

YEAR, FILED, FOUNDED = 2026, date(2026, 6, 20), date(2015, 3, 1)
YEARS = (2023, 2024, 2025)
WAN = 1_000_000
ONE = timedelta(days=1)
#: (kind, subject)
Expected = set[tuple[str, str]]


def day(rng: Random, first: date, last: date) -> date:
    return first + timedelta(days=rng.randint(0, (last - first).days))


def patent(rng: Random, kind: str, serial: int) -> str:
    digit = {"发明专利（非国防专利）": "1", "实用新型专利": "2", "外观设计专利": "3"}[kind]
    stem = f"{rng.randint(2018, 2024)}{digit}{serial:07d}"
    return f"ZL{stem}.{check_digit(stem)}"


def clean(rng: Random) -> Case:
    """Everything fits."""
    projects = [
        Project(
            0, f"RD{n:02d}", f"研究{n}",
            start=day(rng, date(2023, 1, 1), date(2024, 6, 30)),
            end=day(rng, date(2024, 12, 1), date(2025, 12, 31)),
            field="新材料", source="企业自有技术", budget=rng.randint(0, 900) * WAN,
            purpose="目的", core="核心", result="成果",
        )
        for n in range(1, rng.randint(3, 6))
    ]  # fmt: skip
    ips, named = [], {rd.code: [] for rd in projects}  # type: ignore[var-annotated]
    for n in range(1, rng.randint(6, 12)):
        rd = rng.choice(projects)
        kind = rng.choice(["发明专利（非国防专利）", "实用新型专利", "外观设计专利"])
        granted = day(rng, rd.start or FOUNDED, FILED - 60 * ONE)
        number = patent(rng, kind, 1000 + 7 * n)
        ips.append(Ip(0, f"IP{n:02d}", f"装置{n}", kind, granted, number, "自主研发"))
        named[rd.code].append(f"IP{n:02d}")
    projects = [replace(rd, ips=tuple(named[rd.code])) for rd in projects]
    products = []
    for n in range(1, rng.randint(2, 5)):
        own = rng.sample(ips[:-2], rng.randint(1, 2))  # two stay with the projects alone
        latest = max(ip.granted for ip in own if ip.granted)
        products.append(
            Product(
                0, f"PS{n:02d}", f"产品{n}", sales=rng.randint(10, 900) * WAN, is_main=n == 1,
                ips=tuple(ip.code for ip in own), first_sold=day(rng, latest, FILED),
            )
        )  # fmt: skip
    costs = []
    for rd in projects:
        assert rd.start
        assert rd.end
        for year in range(rd.start.year, rd.end.year + 1):
            rest = rng.randint(20, 400) * WAN
            other = rng.randint(0, rest // 9)
            costs.append(
                Cost(0, year, rd.code, labor=rest // 2, direct=rest - rest // 2, other=other)
            )
    conversions = []
    for n in range(1, rng.randint(4, 8)):
        rd = rng.choice(projects)
        assert rd.start
        conversions.append(
            Conversion(
                0, str(n), f"成果{n}", form="自行投资实施转化", result="新产品",
                year=rng.randint(rd.start.year, 2025), ips=rd.ips[:1], projects=(rd.code,),
                products=("PS01",), proof="销售合同",
            )
        )  # fmt: skip
    works = []
    for n, rd in enumerate(projects, 1):
        works.append(Work(0, f"人{n}", rd.code, rd.start, rd.end, full_time=True))
        works += [Work(0, f"共{k}", rd.code, rd.start, rd.end) for k in range(rng.randint(0, 2))]
    case = Case(
        "模拟公司", code(7), YEAR, FOUNDED, FILED, {}, tuple(ips), tuple(projects),
        tuple(costs), tuple(products), tuple(conversions), tuple(works),
        tuple(
            Told(0, year, item, value, value, value)
            for item in ITEMS
            for year in YEARS
            for value in [rng.randint(5000, 9000) * WAN]
        ),
        tuple(
            Heads(0, group, item, staff, tech)
            for group, item, staff, tech in (
                ("总数", "总数", 100, 40), ("总体", "在职人员", 100, 40),
                ("学历", "博士", 1, 1), ("学历", "本科", 99, 39),
                ("年龄", "31-40岁", 60, 20), ("年龄", "41-50岁", 40, 20),
            )
        ),
        dict.fromkeys(sheets.ABILITIES, "很好"),
    )  # fmt: skip
    return numbered(balanced(case))


def balanced(case: Case) -> Case:
    """Sums as the lines have them."""
    lines = {(rd.code, y): 0 for rd in case.projects for y in YEARS}
    for cost in case.costs:
        lines[cost.project, cost.year] = lines.get((cost.project, cost.year), 0) + cost.total
    projects = tuple(
        replace(rd, years=tuple(lines[rd.code, y] for y in YEARS)) for rd in case.projects
    )
    told = []
    for t in case.told:
        value = t.application
        if t.item == "研发费用":
            value = sum(c.total for c in case.costs if c.year == t.year)
        if t.item == "高新技术产品收入" and t.year == YEARS[2]:
            value = sum(ps.sales for ps in case.products)
        told.append(replace(t, audit=value, tax=value, application=value))
    return replace(case, projects=projects, told=tuple(told))


def numbered(case: Case) -> Case:
    """Rows as the template's sheets have them, below two lines and the heads."""
    rows: dict[str, Any] = {}
    for sheet in sheets.TABLES:
        found = getattr(case, sheet.target)
        if sheet is not sheets.HEADCOUNT:
            rows[sheet.target] = tuple(replace(x, row=4 + n) for n, x in enumerate(found))
    return replace(case, **rows)


# --- faults --------------------------------------------------------------------------------------


class Impossible(Exception):
    """This case has no room for the fault."""


def swap(rows: tuple[Any, ...], old: Any, new: Any) -> tuple[Any, ...]:
    return tuple(new if row is old else row for row in rows)


class Planter:
    """Plants faults so that none meets another: each thing is touched once."""

    def __init__(self, case: Case, rng: Random) -> None:
        self.case, self.rng, self.used = case, rng, set()  # type: ignore[var-annotated]

    def take(self, rows: Any, fits: Callable[[Any], bool] = lambda row: True) -> Any:
        free = [row for row in rows if self.key(row) not in self.used and fits(row)]
        if not free:
            raise Impossible
        row = self.rng.choice(free)
        self.used.add(self.key(row))
        return row

    def key(self, row: Any) -> Any:
        name = getattr(row, "code", None) or getattr(row, "number", None)
        return type(row).__name__, name or (getattr(row, "item", ""), row.row, row.year)

    def put(self, target: str, old: Any, **new: Any) -> None:
        rows = swap(getattr(self.case, target), old, replace(old, **new))
        self.case = replace(self.case, **{target: rows})

    def add(self, target: str, row: Any) -> None:
        self.case = replace(self.case, **{target: (*getattr(self.case, target), row)})

    # -- one method a kind, each returning what must be found

    def twice(self) -> Expected:
        ps = self.take(self.case.products)
        self.add("products", replace(ps, sales=0, row=90))
        return {("twice", ps.code)}

    def same_right(self) -> Expected:
        ip, rd = self.take(self.case.ips), self.case.projects[0]
        self.add("ips", replace(ip, row=91, code="IP88"))
        self.put("projects", rd, ips=(*rd.ips, "IP88"))
        if ip.granted < rd.start:
            return {("same_right", "IP88"), ("ip_before_rd", f"{rd.code}→IP88")}
        return {("same_right", "IP88")}

    def unknown_code(self) -> Expected:
        ps = self.take(self.case.products)
        self.put("products", ps, ips=(*ps.ips, "IP77"))
        return {("unknown_code", f"{ps.code}→IP77")}

    def bad_number(self) -> Expected:
        ip = self.take(self.case.ips)
        last = "1" if ip.number[-1] != "1" else "2"
        self.put("ips", ip, number=ip.number[:-1] + last)
        return {("bad_number", ip.code)}

    def kind_differs(self) -> Expected:
        ip = self.take(self.case.ips)
        other = "实用新型专利" if ip.kind != "实用新型专利" else "外观设计专利"
        self.put("ips", ip, kind=other)
        return {("kind_differs", ip.code)}

    def period_backward(self) -> Expected:
        rd = self.take(self.case.projects)
        self.put("projects", rd, end=rd.start - ONE)
        return {("period_backward", rd.code)}

    def before_founded(self) -> Expected:
        rd = self.take(self.case.projects)
        self.put("projects", rd, start=FOUNDED - 9 * ONE)
        return {("before_founded", rd.code)}

    def granted_after_filing(self) -> Expected:
        sold = {code for ps in self.case.products for code in ps.ips}
        ip = self.take(self.case.ips, lambda ip: ip.code not in sold)
        self.put("ips", ip, granted=FILED + self.rng.randint(1, 90) * ONE)
        return {("granted_after_filing", ip.code)}

    def ip_after_sale(self) -> Expected:
        ps = self.take(self.case.products, lambda ps: ps.ips)
        own = [ip for ip in self.case.ips if ip.code in ps.ips]
        sold = min(ip.granted for ip in own if ip.granted) - ONE
        self.used |= {self.key(ip) for ip in own}
        self.put("products", ps, first_sold=sold)
        return {("ip_after_sale", f"{ps.code}→{code}") for code in ps.ips if code.startswith("IP")}

    def ip_before_rd(self) -> Expected:
        rd = self.take(self.case.projects, lambda rd: rd.ips)
        ip = next(ip for ip in self.case.ips if ip.code == rd.ips[0])
        if self.key(ip) in self.used:
            raise Impossible
        self.used.add(self.key(ip))
        self.put("ips", ip, granted=rd.start - ONE)
        return {("ip_before_rd", f"{rd.code}→{ip.code}")}

    def _cost(self, kind: str, rd: Project, year: int) -> Expected:
        self.add("costs", Cost(92, year, rd.code, labor=30 * WAN))
        self.case = balanced(self.case)
        return {(kind, f"{rd.code}@{year}")}

    def cost_before_start(self) -> Expected:
        rd = self.take(self.case.projects, lambda rd: rd.start.year == 2024)
        return self._cost("cost_before_start", rd, 2023)

    def cost_after_end(self) -> Expected:
        rd = self.take(self.case.projects, lambda rd: rd.end.year == 2024)
        return self._cost("cost_after_end", rd, 2025)

    def year_outside(self) -> Expected:
        return self._cost("year_outside", self.take(self.case.projects), 2022)

    def conversion_old(self) -> Expected:
        one = self.take(self.case.conversions)
        self.put("conversions", one, year=2022)
        return {("conversion_old", one.number)}

    def conversion_before_rd(self) -> Expected:
        late = {rd.code for rd in self.case.projects if rd.start and rd.start.year == 2024}
        one = self.take(self.case.conversions, lambda c: c.projects and c.projects[0] in late)
        self.used.add(("Project", one.projects[0]))
        self.put("conversions", one, year=2023)
        return {("conversion_before_rd", f"{one.number}→{one.projects[0]}")}

    def ip_alone(self) -> Expected:
        self.add("ips", Ip(93, "IP66", "装置", "软件著作权", date(2024, 1, 1), "2024SR0000001"))
        return {("ip_alone", "IP66")}

    def ps_no_ip(self) -> Expected:
        ps = self.take(self.case.products)
        self.put("products", ps, ips=())
        return {("ps_no_ip", ps.code)}

    def no_proof(self) -> Expected:
        one = self.take(self.case.conversions)
        self.put("conversions", one, proof="")
        return {("no_proof", one.number)}

    def no_origin(self) -> Expected:
        one = self.take(self.case.conversions)
        self.put("conversions", one, ips=(), projects=())
        return {("no_origin", one.number)}

    def rd_no_cost(self) -> Expected:
        dates = {"start": date(2024, 1, 1), "end": date(2024, 12, 31)}
        texts = {"purpose": "一", "core": "一", "result": "一"}
        self.add("projects", Project(94, "RD55", "研究", **dates, **texts))
        self.add("works", Work(94, "新人", "RD55", dates["start"], dates["end"]))
        return {("rd_no_cost", "RD55")}

    def rd_no_people(self) -> Expected:
        rd = self.take(self.case.projects)
        kept = tuple(w for w in self.case.works if w.project != rd.code)
        self.case = replace(self.case, works=kept)
        return {("rd_no_people", rd.code)}

    def class2_reused(self) -> Expected:
        ip = self.take(self.case.ips, lambda ip: ip.kind in CLASS2)
        self.put("ips", ip, used_in=2023)
        return {("class2_reused", ip.code)}

    def two_full_time(self) -> Expected:
        one, other = self.take(self.case.projects), self.take(self.case.projects)
        first, last = max(one.start, other.start), min(one.end, other.end)
        for rd in (one, other):
            self.add("works", Work(95, "忙人", rd.code, first, last, full_time=True))
        return {("two_full_time", "忙人")}

    def work_outside(self) -> Expected:
        rd = self.take(self.case.projects)
        self.add("works", Work(96, "晚走的人", rd.code, rd.start, rd.end + ONE))
        return {("work_outside", "晚走的人")}

    def work_backward(self) -> Expected:
        rd = self.take(self.case.projects)
        self.add("works", Work(97, "倒着的人", rd.code, rd.end, rd.end - ONE))
        return {("work_backward", "倒着的人")}

    def domestic_more(self) -> Expected:
        cost = self.take(self.case.costs)
        self.put("costs", cost, domestic=cost.external + 1)
        return {("domestic_more", f"{cost.project}@{cost.year}")}

    def rd_sum(self) -> Expected:
        rd = self.take(self.case.projects)
        at = self.rng.randrange(3)
        years = tuple(x + 3 * WAN * (n == at) for n, x in enumerate(rd.years))
        self.put("projects", rd, years=years)
        return {("rd_sum", f"{rd.code}@{YEARS[at]}")}

    def total_differs(self) -> Expected:
        told = self.take(self.case.told, lambda t: t.item == "研发费用")
        value = told.application + 77 * WAN
        self.put("told", told, audit=value, tax=value, application=value)
        return {("total_differs", f"研发费用@{told.year}")}

    def ps_sum(self) -> Expected:
        told = self.take(
            self.case.told, lambda t: (t.item, t.year) == ("高新技术产品收入", YEARS[2])
        )
        value = told.application + 77 * WAN
        self.put("told", told, audit=value, tax=value, application=value)
        return {("ps_sum", f"高新技术产品收入@{YEARS[2]}")}

    def tables_differ(self) -> Expected:
        told = self.take(self.case.told, lambda t: t.item in ("净资产", "销售收入", "利润总额"))
        self.put("told", told, tax=told.tax + 123 * WAN)
        where = f"{told.item}@{told.year}"
        pairs = ("audit/tax", "tax/application")
        return {("tables_differ", f"{where}:{pair}") for pair in pairs}

    def heads_sum(self) -> Expected:
        line = next(h for h in self.case.heads if h.item == "博士")
        self.put("heads", line, staff=line.staff + 1)
        return {("heads_sum", "学历:企业职工")}

    def not_told(self) -> Expected:
        told = self.take(self.case.told, lambda t: t.item in ("净资产", "利润总额"))
        self.put("told", told, application=None)
        return {("not_told", f"{told.item}@{told.year}")}

    def no_text(self) -> Expected:
        name = self.rng.choice(sheets.ABILITIES)
        kept = {k: v for k, v in self.case.abilities.items() if k != name}
        self.case = replace(self.case, abilities=kept)
        return {("no_text", name)}


#: Faults that change sums come first: what follows would be balanced away.
FIRST = ("cost_before_start", "cost_after_end", "year_outside", "twice")
KINDS = tuple(name for name in vars(Planter) if not name.startswith("_")
              and name not in ("take", "key", "put", "add"))  # fmt: skip
