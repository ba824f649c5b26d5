"""Any form made of known and strange heads: what is filled is the truth, to the last digit."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import openpyxl
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from denggao.cli.app import main
from denggao.demo.columns import ledger_columns
from denggao.demo.county import county
from denggao.demo.firm import SyntheticFirm
from denggao.demo.sheet import write_workbook
from denggao.facts.catalogue import catalogue
from tests.documents.filling.forms import AS_OF, Drawn, draw
from tests.strategies import examples

FIRMS = county(14, seed=5)
KEYS = [column.key for column in ledger_columns(2026) if "@" in column.key]
NUMERIC = [key for key in KEYS if catalogue()[key.partition("@")[0]].numeric]
UNITS = {
    "元": {"元": 1, "千元": 10**3, "万元": 10**4, "亿元": 10**8},
    "人": {"人": 1},
    "项": {"项": 1},
}
#: Heads that resemble facts and are none.
STRANGE = (
    "销售收入增长率", "预计2026年销售收入（万元）", "研发费用预算（万元）", "集团销售收入（万元）",
    "1-6月销售收入（万元）", "其中：出口收入（万元）", "人均销售收入（万元）", "科技人员培训人次",
    "2025年销售收入（万美元）", "新增职工数", "净资产收益率", "研发费用同比（%）",
    "拟投入研发费用（万元）",
    "2025年12月销售收入（万元）", "近三年平均净资产（万元）", "技术合同成交额（万元）",
)  # fmt: skip
_LEDGER: list[Path] = []


def ledger() -> Path:
    """Written once; without a blemish."""
    if not _LEDGER:
        path = Path(tempfile.mkdtemp()) / "台账.xlsx"
        write_workbook(path, FIRMS, [], 2026)
        _LEDGER.append(path)
    return _LEDGER[0]


@st.composite
def heads(draw_: st.DrawFn) -> list[tuple[str, str, int]]:
    """(head, key or "", factor), in any order."""
    keys = draw_(st.lists(st.sampled_from(NUMERIC), min_size=1, max_size=6, unique=True))
    found = []
    for key in keys:
        code, _, year = key.partition("@")
        fact = catalogue()[code]
        unit = draw_(st.sampled_from(sorted(UNITS[fact.unit])))
        words = draw_(st.sampled_from([fact.name, *fact.aliases]))
        shape = draw_(st.sampled_from(["{y}年{w}（{u}）", "{w}（{y}年，{u}）", "{y}年度{w}({u})"]))
        head = shape.format(y=year, w=words, u=unit)
        found.append((head, key, UNITS[fact.unit][unit]))
    strange = draw_(st.lists(st.sampled_from(STRANGE), max_size=3, unique=True))
    return draw_(st.permutations(found + [(head, "", 1) for head in strange]))


def truth(firm: SyntheticFirm, key: str, factor: int) -> Fraction | None:
    if key not in firm.values:
        return None
    return Fraction(firm.steps(key), catalogue()[key.partition("@")[0]].scale * factor)


@examples(25)
@given(heads(), st.integers(0, 16))
def test_filled_cells_are_the_truth(columns: list[tuple[str, str, int]], blank: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        form = Drawn(["企业名称", *(head for head, _, _ in columns)], blank=blank)
        path = draw(Path(folder) / "表.xlsx", form)
        target = Path(folder) / "填.xlsx"
        arguments = ["fill", str(path), "--ledger", str(ledger()), "-o", str(target)]
        assert main([*arguments, "--as-of", AS_OF]) == 0
        sheet = openpyxl.load_workbook(target)["表1"]
        for number, firm in enumerate(FIRMS):
            row = form.first + number
            assert sheet.cell(row, 1).value == firm.name
            for index, (head, key, factor) in enumerate(columns, 2):
                cell = sheet.cell(row, index)
                want = truth(firm, key, factor) if key else None
                if want is None:
                    assert cell.value is None, head
                    assert not key or cell.comment is not None, head
                else:
                    assert Fraction(Decimal(repr(cell.value))) == want, head
        assert sheet.cell(form.first + max(blank, len(FIRMS)), 1).value == "注：请如实填写"


def test_a_planted_slip_is_seen() -> None:
    """The truth of another unit is another number."""
    firm = next(f for f in FIRMS if "sales@2025" in f.values)
    assert truth(firm, "sales@2025", 10_000) != truth(firm, "sales@2025", 1_000)


def test_many_firms_in_a_small_form(tmp_path: Path) -> None:
    random = Random(3)
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, ["企业名称", "2025年职工总数"])
        rows = [(f"试验{n}号有限公司", random.randrange(500)) for n in range(600)]
        for number, row in enumerate(rows, 1):
            sheet.write_row(number, 0, row)
    form = draw(tmp_path / "表.xlsx", Drawn(["序号", "企业名称", "2025年职工总数"], blank=1))
    target = tmp_path / "填.xlsx"
    arguments = ["fill", str(form), "--ledger", str(path), "-o", str(target), "--as-of", AS_OF]
    assert main(arguments) == 0
    found = list(openpyxl.load_workbook(target)["表1"].iter_rows(min_row=3, values_only=True))
    assert [row[1:3] for row in found[:600]] == rows
    assert found[600][0] == "注：请如实填写"
