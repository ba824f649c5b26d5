"""One invented firm with its clean values: what a perfect ledger would say of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from denggao.demo import names
from denggao.demo.certificates import certificates
from denggao.demo.edges import EDGES, SMALL_ENOUGH
from denggao.demo.figures import ASPECTS, INCOME, IP, PEOPLE, RD, Character, Figures, draw
from denggao.facts.catalogue import catalogue
from denggao.facts.titles import Title

#: Numbers are whole steps of ``catalogue.SCALE`` (分, 1/10000 人), as ``Ledger.columns`` has them.
Value = int | bool | date | str

_YEARLY = ("sales", "rd_expense", "rd_domestic", "net_assets", "conversions")
_LAST_YEAR = (
    "staff", "tech_staff", "total_income", "ht_income", "main_product_income", "total_assets",
    "rd_super", "cost_expense",
)  # fmt: skip
#: Founded in the year before: the first is a year old in June, the second is not.
_YOUNG = {"上年3月成立": (3, 18), "上年9月成立": (9, 9)}
SPECIAL = (*EDGES, *_YOUNG)


@dataclass(frozen=True, slots=True)
class SyntheticFirm:
    """``values`` by canonical key (``sales@2025``, ``established_on``); a key that is absent
    has no value in truth (years before founding, no technical field). ``titles`` is ``None``
    where nobody asked. ``weak`` says in what it was drawn short; ``special`` names the corner
    case that it is, if it is one (``SPECIAL``)."""

    values: Mapping[str, Value]
    titles: tuple[Title, ...] | None
    town: str
    weak: frozenset[str]
    special: str = ""

    @property
    def name(self) -> str:
        return str(self.values["name"])

    @property
    def uscc(self) -> str:
        return str(self.values["uscc"])

    def steps(self, key: str) -> int:
        """A number as it is recorded: 分, 1/10000 人, 项."""
        value = self.values[key]
        assert isinstance(value, int)
        return value

    def written(self, key: str) -> Decimal:
        """The same as a ledger of this county writes it: 万元, 人, 项."""
        return as_written(key, self.steps(key))


def as_written(key: str, steps: int) -> Decimal:
    """Steps of a fact in the unit of the ledger's heads, with at least two decimals of 万元."""
    fact = catalogue()[key.partition("@")[0]]
    if fact.unit == "元":
        amount = Decimal(steps).scaleb(-6)
        return amount.quantize(Decimal("0.01")) if steps % 10_000 == 0 else amount.normalize()
    return Decimal(steps) / fact.scale


def make_firm(
    rng: Random, serial: int, year: int, taken: set[str], special: str = ""
) -> SyntheticFirm:
    """Firm number ``serial`` of a county that looks at ``year`` as the year of application."""
    character = _special_character() if special else _character(rng)
    founded = _founded(rng, character, year, special)
    figures = _figures(rng, character, min(3, year - founded.year), special)
    trade = rng.choice(names.TRADES if character.technical else names.PLAIN_TRADES)
    return SyntheticFirm(
        values={
            "name": names.company_name(rng, trade, taken),
            "uscc": names.credit_code(serial),
            "established_on": founded,
            "region": names.REGION,
            **_field(rng, trade),
            **dict(_figure_values(figures, year)),
            **_answers(rng, character, year),
        },
        titles=_titles(rng, serial, character, founded, year),
        town=rng.choice(names.TOWNS),
        weak=character.weak,
        special=special,
    )


def _special_character() -> Character:
    return Character(frozenset(), near=False, technical=True, grain=1)


def _character(rng: Random) -> Character:
    """8.5 % strong in everything, 20 % short of a little, 38 % far, a third without any R&D."""
    place = rng.random()
    grain = rng.choice((10_000, 10_000, 10_000, 100, 1))  # 100 元: two decimals of 万元
    if place < 0.085:
        return Character(frozenset(), near=False, technical=True, grain=grain)
    if place < 0.285:
        weak = frozenset({rng.choice((PEOPLE, RD, IP))})
        return Character(weak, near=True, technical=True, grain=grain)
    if place < 0.665:
        pair = rng.choice(((RD, INCOME), (RD, INCOME), (RD, IP), (PEOPLE, RD), (PEOPLE, INCOME)))
        return Character(frozenset(pair), near=False, technical=True, grain=grain)
    return Character(frozenset(ASPECTS), near=False, technical=False, grain=grain)


def _founded(rng: Random, character: Character, year: int, special: str) -> date:
    if special in _YOUNG:
        return date(year - 1, *_YOUNG[special])
    youngest = 2 if len(character.weak) > 1 else 4
    age = max(youngest, round(rng.triangular(2, 26, 8)))
    return date(year - age, rng.randint(1, 12), rng.randint(1, 28))


def _figures(rng: Random, character: Character, years: int, special: str) -> Figures:
    figures = draw(rng, character, years)
    if special not in EDGES:
        return figures
    while max(figures.sales) > SMALL_ENOUGH:
        figures = draw(rng, character, years)
    return EDGES[special](figures)


def _field(rng: Random, trade: names.Trade) -> dict[str, Value]:
    return {"field_code": rng.choice(names.fields_under(trade.field))} if trade.field else {}


def _figure_values(figures: Figures, year: int) -> Iterator[tuple[str, Value]]:
    for code in _YEARLY:
        series = getattr(figures, code)
        for back, value in enumerate(reversed(series), 1):
            yield f"{code}@{year - back}", value
    for code in _LAST_YEAR:
        yield f"{code}@{year - 1}", getattr(figures, code)
    yield "ip_class1", figures.ip_class1
    yield "ip_class2", figures.ip_class2


def _answers(rng: Random, character: Character, year: int) -> dict[str, Value]:
    """是 and 否. Only a far firm may be in trouble."""
    far = len(character.weak) > 1

    def seldom(chance: float) -> bool:
        return rng.random() < chance and far

    return {
        "resident": not seldom(0.005),
        f"taxed_on_accounts@{year - 1}": not seldom(0.08),
        "prohibited_industry": seldom(0.02),
        "abnormal_listed": seldom(0.04),
        "dishonest_listed": seldom(0.015),
        "major_incident": seldom(0.01),
        "science_award": False,
        "rd_institution": character.technical and rng.random() < 0.05,
        "standard_led": character.technical and rng.random() < 0.02,
    }


def _titles(
    rng: Random, serial: int, character: Character, founded: date, year: int
) -> tuple[Title, ...] | None:
    """The certificates; of firms without any, the bureau has asked four in five."""
    held = certificates(rng, serial, len(character.weak), founded.year, year)
    return held or (() if rng.random() < 0.8 else None)
