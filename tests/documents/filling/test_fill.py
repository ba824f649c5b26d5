"""空表自填: every known column right, nothing silently wrong, every figure with its source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.documents.filling.forms import FIRMS, Drawn, draw, fill, notes, values, write_ledger


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_ledger(tmp_path_factory.mktemp("ledger") / "台账.xlsx")


# ------------------------------------------------------------------ twenty forms

SALES, RD = "年销售收入（万元）", "年研发费用（万元）"
#: A column: its head, and the ledger's head that answers it with the factor to its unit
#: (None: nobody can know), or a value for all firms.
Column = tuple[str, "str | None"]


def _known(*heads: str) -> list[Column]:
    return [(head, head) for head in heads]


WHO: list[Column] = [("序号", "#"), *_known("企业名称", "统一社会信用代码")]
FORMS: dict[str, tuple[dict[str, Any], list[Column]]] = {
    "培育库名录": ({}, [("序号", "#"), ("企业名称", "企业名称"), ("企业规模", None),
        ("技术领域", "field"), ("街道", None), ("企业注册时间", "成立日期"),
        ("发明授权专利（件）", None), ("联系人", "联系人"), ("联系电话", "联系电话"),
        ("入库时间", None), ("入库状态", None), ("指导意见", None)]),
    "入库申请": ({"unit": "单位：万元"}, [*WHO, ("所属乡镇", "所属乡镇"), ("主营产品", "主营产品"),
        ("2025年销售收入", "2025" + SALES), ("2025年研发费用", "2025" + RD),
        ("拟申报年份", None)]),
    "企业填报": ({}, [*WHO, ("注册资金（万元）", None),
        ("上年度营业收入（元）", f"2025{SALES}*10000"),
        ("上年度研发投入（千元）", f"2025{RD}*10"), ("企业人员", "2025年职工总数"),
        ("研发机构级别", None), ("质押融资需求", None)]),
    "包抓联台账": ({}, [("序号", "#"), ("企业名称", "企业名称"), ("企业负责人", None),
        ("企业联系电话", "联系电话"), ("主要产品", None), ("包抓领导", None), ("备注", None)]),
    "问题台账": ({}, [("企业名称", "企业名称"), ("企业反映的问题", None), ("办理状态", None)]),
    "三清单A": ({"title": "3年到期需复审高新技术企业清单"}, [*WHO,
        ("证书编号", "高企证书编号"), ("发证日期", "高企发证日期"), ("到期时间", "高企有效期至"),
        ("责任人", None)]),
    "科小评价": ({}, [*WHO, ("成立日期", "成立日期"), ("职工总数", "2025年职工总数"),
        ("科技人员数", "2025年科技人员数"), ("科技人员占职工总数的比例（%）", "staff%"),
        ("研发费用占销售收入比例（%）", "rd%"), ("Ⅰ类知识产权（件）", "一类知识产权数"),
        ("Ⅱ类知识产权（件）", "二类知识产权数"), ("得分", None)]),
    "年报": ({"title": "2025年度高新技术企业年报", "unit": "单位：元"}, [*WHO,
        ("营业收入", f"2025{SALES}*10000"), ("研究开发费用", f"2025{RD}*10000"),
        ("资产总计", "2025年资产总额（万元）*10000"), ("净利润", None)]),
    "资产": ({}, [*WHO, ("2025年末资产总额（亿元）", "2025年资产总额（万元）*0.0001"),
        ("净资产（2025年，万元）", "net"), ("2025年资产负债率", "debt%")]),
    "摸底": ({}, [*WHO, ("是否规上", "规模以上"), ("征收方式", "查账"), ("县区", "所在区县"),
        ("去年研发经费（万元）", "2025" + RD), ("研发费用增长率", None)]),
    "前年": ({}, [*WHO, ("2024年销售收入（万元）", "2024" + SALES),
        ("前年研发费用（万元）", "2024" + RD), ("2026年销售收入目标（万元）", None)]),
    "预计": ({}, [*WHO, ("预计2026年销售收入（万元）", None), ("2025年出口额（万元）", None),
        ("2025年职工总数（人）", "2025年职工总数")]),
    "更名": ({}, [("序号", "#"), ("企业名称", "企业名称"), ("曾用名", None), ("更名日期", None)]),
    "奖补": ({}, [("序号", "#"), ("企业名称", "企业名称"), ("认定类型", None),
        ("应奖（万元）", None), ("已拨付（万元）", None)]),
    "走访": ({}, [("序号", "#"), ("企业名称", "企业名称"), ("统一社会信用代码", "统一社会信用代码"),
        ("县区", "所在区县"), ("走访时间", None), ("走访人", None), ("办理情况", None)]),
    "高企评审": ({}, [*WHO, ("主营产品所属领域", "field"), ("职工总数", "2025年职工总数"),
        ("研发项目核定数", None), ("综合得分", None)]),
    "季报": ({"title": "2026年一季度科技企业运行情况"}, [*WHO, ("销售收入（万元）", None),
        ("2025年销售收入（万元）", "2025" + SALES)]),
    "去年的表": ({"title": "2024年度经营情况统计表"}, [*WHO, ("销售收入（万元）", "2024" + SALES)]),
    "说不准": ({"title": "2024年高企申报汇总表"}, [*WHO, ("销售收入（万元）", None)]),
    "英文单位": ({"unit": "单位：户、万元"}, [*WHO, ("2023年营收", "2023" + SALES),
        ("从业人员", "2025年职工总数"), ("党员数", None)]),
}  # fmt: skip


def truth(firm: dict[str, Any], number: int, source: str | None) -> Any:
    """What belongs in the cell, ``None`` where the ledger does not know."""
    if source is None:
        return None
    named: dict[str, Any] = {
        "#": number,
        "field": {"1.1.10": "1.1.10 物联网应用软件", "4.1.1": "4.1.1 精品钢材制备技术",
                  "1.1.11": "1.1.11 云计算与移动互联网软件"}[firm["技术领域"]],
        "查账": {"是": "查账征收", "否": "核定征收"}[firm["2025年查账征收"]],
    }  # fmt: skip
    if source in named:
        return named[source]
    if source == "staff%":
        return _percent(firm["2025年科技人员数"], firm["2025年职工总数"])
    if source == "rd%":
        return _percent(firm["2025" + RD], firm["2025" + SALES])
    if source == "debt%":
        share = _percent(firm["2025年负债总额（万元）"], firm["2025年资产总额（万元）"])
        return None if share is None else f"{share:.2f}%"
    if source == "net":
        debts = firm["2025年负债总额（万元）"]
        return None if debts is None else firm["2025年资产总额（万元）"] - debts
    head, _, factor = source.partition("*")
    value = firm[head]
    if value is None or value == "500余":
        return None
    return float(Fraction(str(value)) * Fraction(factor)) if factor else value


def _percent(above: Any, below: Any) -> float | None:
    if not isinstance(above, int | float) or not isinstance(below, int | float):
        return None
    return float(round(Fraction(str(above)) * 100 / Fraction(str(below)), 2))


def compare(form: Drawn, columns: Sequence[Column], path: Path) -> Iterator[tuple[str, str]]:
    """(verdict, where) of every cell of the body: right, blank, missed or wrong."""
    rows, said = values(path), notes(path)
    for number, firm in enumerate(FIRMS, 1):
        for index, (head, source) in enumerate(columns):
            want = truth(firm, number, source)
            have = rows[form.first + number - 2][index]
            where = f"{head} {number}：{have!r}，应为 {want!r}"
            cell = f"{chr(65 + index)}{form.first + number - 1}"
            if have is None:
                marked = want is None and (source is None or cell in said)
                yield ("blank" if marked else "missed"), where
            elif want is not None and (have == want or _close(have, want)):
                yield "right", where
            else:
                yield "wrong", where


def _close(have: Any, want: Any) -> bool:
    numbers = isinstance(have, int | float) and isinstance(want, int | float)
    return numbers and abs(have - want) <= 1e-12 * abs(want)


@pytest.mark.parametrize("name", FORMS)
def test_every_known_column_right_and_none_silently_wrong(
    name: str, ledger: Path, tmp_path: Path
) -> None:
    how, columns = FORMS[name]
    form = Drawn([head for head, _ in columns], **how)
    filled = fill(draw(tmp_path / f"{name}.xlsx", form), ledger)
    found = list(compare(form, columns, filled))
    assert [where for verdict, where in found if verdict in ("wrong", "missed")] == []
    assert sum(verdict == "right" for verdict, _ in found) >= 3


def test_the_comparison_catches_a_wrong_figure(ledger: Path, tmp_path: Path) -> None:
    _, columns = FORMS["前年"]
    form = Drawn([head for head, _ in columns])
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    shifted = [*columns[:3], ("", "2023" + SALES), *columns[4:]]
    assert any(verdict == "wrong" for verdict, _ in compare(form, shifted, filled))


# ------------------------------------------------------------------ what stands beside


def test_every_filled_cell_has_its_source(ledger: Path, tmp_path: Path) -> None:
    form = Drawn(["序号", "企业名称", "2025年研发费用（元）", "联系人", "净资产（2025年，万元）"])
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    rows = openpyxl.load_workbook(filled)["来源"].iter_rows(min_row=2, values_only=True)
    by_cell: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_cell.setdefault(row[1], []).append(row)
    grid = values(filled)
    written = {
        f"{chr(65 + c)}{r}" for r in (3, 4, 5) for c in range(5) if grid[r - 1][c] is not None
    }
    assert set(by_cell) == written
    (rd,) = by_cell["C3"]
    assert rd[2:9] == ("试验甲科技有限公司", "2025 年研发费用", 802500, "台账.xlsx", "台账", "Q2",
                       "2025年研发费用（万元）")  # fmt: skip
    assert [row[7] for row in by_cell["E3"]] == ["T2", "U2"]
    assert "推算：资产总额 − 负债总额" in by_cell["E3"][0][9]
    assert "同名列" not in (by_cell["D3"][0][9] or "")
    assert by_cell["D3"][0][4] == "**"  # a person's name is not repeated


def test_a_law_derives_what_the_ledger_does_not_state(tmp_path: Path) -> None:
    parts = {"人员人工费用": 10, "直接投入费用": 5, "折旧与长期待摊费用": 0, "无形资产摊销费用": 0,
             "设计费用": 0, "装备调试与试验费用": 0, "委托境内研发费用": 10, "委托境外研发费用": 0,
             "其他研发费用": 1}  # fmt: skip
    firm = {"企业名称": "试验甲科技有限公司"} | {f"2025年{k}（万元）": v for k, v in parts.items()}
    ledger = write_ledger(tmp_path / "台账.xlsx", [firm])
    form = draw(tmp_path / "表.xlsx", Drawn(["企业名称", "县区", "2025年研发费用（元）"]))
    assert values(fill(form, ledger))[2][2] is None
    filled = fill(form, ledger, "--law", "高新技术企业认定")
    assert values(filled)[2][2] == 240_000  # 10 + 5 + 10 × 80% + 1
    rows = openpyxl.load_workbook(filled)["来源"].iter_rows(min_row=2, values_only=True)
    sources = [row for row in rows if row[1] == "C3"]
    assert {row[7] for row in sources} >= {"B2", "C2", "H2", "J2"}
    assert "按《高新技术企业认定》的推导" in sources[0][9]


def test_what_is_unknown_is_said_beside_the_cell(ledger: Path, tmp_path: Path) -> None:
    form = Drawn(["企业名称", "2025年研发费用（万元）", "2025年销售收入（万元）", "填表体会"])
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    said = notes(filled)
    assert said["B4"] == "台账中没有 2025 年研发费用"
    assert "约数" in said["C4"]
    assert "D4" not in said
    rows = list(openpyxl.load_workbook(filled)["待填清单"].iter_rows(values_only=True))
    assert any(row[0] == "不认得的列" and row[4] == "填表体会" for row in rows)


def test_assumed_years_and_units_are_said_at_the_head(ledger: Path, tmp_path: Path) -> None:
    form = Drawn(["企业名称", "销售收入", "职工总数", "研发费用（万元）"])
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert notes(filled)["B2"] == "表头没有年度，按上年（2025 年）填；表头没有单位，按元填"
    assert values(filled)[2][1] == 15_005_000


def test_two_units_of_money_are_no_unit(ledger: Path, tmp_path: Path) -> None:
    form = Drawn(["企业名称", "2025年销售收入", "2025年研发费用（万元）"], unit="单位：万元",
                 below=("注：金额单位为元",))  # fmt: skip
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert values(filled)[3][:3] == ["试验甲科技有限公司", None, 80.25]


def test_same_heads_of_the_ledger_are_carried_only_under_the_same_head(
    ledger: Path, tmp_path: Path
) -> None:
    form = Drawn(["企业名称", "主营产品", "主要产品", "联系电话"])
    grid = values(fill(draw(tmp_path / "表.xlsx", form), ledger))
    assert grid[2] == ["试验甲科技有限公司", "水泵", None, "13800000001"]


# ------------------------------------------------------------------ whose rows


def test_listed_firms_and_only_they(ledger: Path, tmp_path: Path) -> None:
    body = [(1, "试验乙新材料有限公司"), (2, "从未听说有限公司"), (3, "试验甲科技有限公司", 7)]
    form = Drawn(["序号", "企业名称", "2024年研发费用（万元）"], body=body)
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert [row[:3] for row in values(filled)[2:6]] == [
        [1, "试验乙新材料有限公司", 25], [2, "从未听说有限公司", None],
        [3, "试验甲科技有限公司", 7], [None, None, None],
    ]  # fmt: skip
    assert notes(filled)["B4"] == "台账中没有这户企业"
    assert notes(filled)["C5"] == "表里已有“7”，台账是“70”，没有改"


def test_example_rows_stay(ledger: Path, tmp_path: Path) -> None:
    body = [("例", "某某科技有限公司", 100), ("", "", "")]
    form = Drawn(["序号", "企业名称", "2024年研发费用（万元）"], body=body)
    rows = values(fill(draw(tmp_path / "表.xlsx", form), ledger))
    assert rows[2][:3] == ["例", "某某科技有限公司", 100]
    assert [row[1] for row in rows[3:6]] == [firm["企业名称"] for firm in FIRMS]


@pytest.mark.parametrize(
    ("heads", "why"),
    [
        (["项目编号", "人员人工费用", "直接投入费用"], "一行是一个项目"),
        (["序号", "成果名称", "完成单位", "单位名称"], "一行是一个成果"),
        (["序号", "仪器名称", "型号", "原值（万元）"], "一行是一个仪器"),
        (["序号", "单位名称", "走访企业户数", "责任人"], "一个地方或部门"),
        (["姓名", "单位名称", "职称", "联系电话"], "一行是一个人"),
        (["序号", "乡镇", "任务数", "完成数"], "看不出一行是哪一户企业"),
    ],
)
def test_tables_that_are_not_about_firms_are_left_alone(
    heads: list[str], why: str, ledger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = fill(draw(tmp_path / "表.xlsx", Drawn(heads)), ledger, code=2)
    assert why in capsys.readouterr().err
    assert not target.exists()


def test_figures_of_a_firm_never_stand_for_one_project(ledger: Path, tmp_path: Path) -> None:
    form = Drawn(["企业名称", "县区", "项目名称", "2025年研发费用（万元）", "技术领域"])
    grid = values(fill(draw(tmp_path / "表.xlsx", form), ledger))
    assert grid[2] == ["试验甲科技有限公司", "安宁区", None, None, None]


# ------------------------------------------------------------------ cells


def test_groups_totals_and_a_total_row(ledger: Path, tmp_path: Path) -> None:
    heads = ["企业名称", ("研发费用（万元）", ["2023年", "2024年", "2025年", "合计"])]
    form = Drawn(heads, total=True)
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    grid = values(filled)
    assert [row[1:5] for row in grid[3:7]] == [
        [60, 70, 80.25, 210.25], [20, 25, None, None], [30, 40, 50.000001, 120.000001],
        [110, 135, None, None],
    ]  # fmt: skip
    assert notes(filled)["D7"] == "有 1 户没有这个数，没有合计"
    assert "缺2025 年研发费用" in notes(filled)["E5"]


def test_drop_downs_get_only_what_they_allow(ledger: Path, tmp_path: Path) -> None:
    def lists(book: Any, sheet: Any) -> None:
        sheet.data_validation("B3:B5", {"validate": "list", "source": ["√", "×"]})
        sheet.data_validation("C3:C5", {"validate": "list", "source": ["电子信息", "航空航天"]})
        sheet.data_validation("D3:D5", {"validate": "list", "source": "=INDIRECT($A$1)"})

    form = Drawn(["企业名称", "是否规上", "技术领域", "县区"], more=lists)
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert [row[1:4] for row in values(filled)[2:5]] == [
        ["√", "电子信息", None], ["×", None, None], ["×", "电子信息", None],
    ]  # fmt: skip
    assert "不在下拉选项" in notes(filled)["C4"]
    assert "读不出来" in notes(filled)["D3"]


def test_dates_and_shares_in_the_form_s_own_format(ledger: Path, tmp_path: Path) -> None:
    form = Drawn(["企业名称", "成立日期", "科技人员占职工总数比例", "注册时间"],
                 formats={1: "@", 2: "0.0%", 3: "yyyy/m/d"})  # fmt: skip
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    cells = openpyxl.load_workbook(filled)["表1"]
    assert cells["B3"].value == "2015-03-02"
    assert (cells["C3"].value, cells["C3"].number_format) == (0.3, "0.0%")
    assert cells["D3"].value.date() == date(2015, 3, 2)
    assert cells["D3"].number_format == "yyyy/m/d"


def test_several_sheets(ledger: Path, tmp_path: Path) -> None:
    one = Drawn(["企业名称", "县区", "2025年职工总数"])
    two = Drawn(["序号", "企业名称", "证书编号"], sheet="表2", title="高新技术企业名单", blank=1)
    filled = fill(draw(tmp_path / "表.xlsx", one, two), ledger)
    assert values(filled)[2] == ["试验甲科技有限公司", "安宁区", 100]
    assert values(filled, "表2")[2] == [1, "试验甲科技有限公司", "GR202399000001"]
    assert values(filled, "表2")[5][0] == "注：请如实填写"


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    firm = {**FIRMS[0], "主营产品": "+1+1"}
    ledger = write_ledger(tmp_path / "台账.xlsx", [firm])
    filled = fill(draw(tmp_path / "表.xlsx", Drawn(["企业名称", "县区", "主营产品"])), ledger)
    cell = openpyxl.load_workbook(filled)["表1"]["C3"]
    assert (cell.value, cell.data_type) in (("+1+1", "s"), (None, "n"))


def test_a_map_says_what_a_strange_head_means(ledger: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "对照.toml"
    mapping.write_text(
        '[heads]\n"科研投入（千元）" = { fact = "研发费用", unit = "千元", year = 2024 }\n'
        'ignore = ["县区"]\n',
        encoding="utf-8",
    )
    form = draw(tmp_path / "表.xlsx", Drawn(["企业名称", "科研投入（千元）", "县区"]))
    filled = fill(form, ledger, "--columns", str(mapping))
    assert values(filled)[2] == ["试验甲科技有限公司", 700, None]


def test_heads_of_units_of_column_numbers_and_of_two_names(ledger: Path, tmp_path: Path) -> None:
    body = [("", "", "万元", "人", ""), ("甲", "乙", 1, 2, 3)]
    form = Drawn(
        ["序号", "企业名称", "2025年销售收入", "2025年职工总数", "联系电话/手机"], body=body
    )
    grid = values(fill(draw(tmp_path / "表.xlsx", form), ledger))
    assert grid[2:5] == [
        [None, None, "万元", "人", None], ["甲", "乙", 1, 2, 3],
        [1, "试验甲科技有限公司", 1500.5, 100, "13800000001"],
    ]  # fmt: skip


def test_rows_numbered_beforehand_and_a_total_above(ledger: Path, tmp_path: Path) -> None:
    body = [("合计",), (1,), (2,), (3,), (4,)]
    form = Drawn(["序号", "企业名称", "2025年职工总数"], body=body, blank=0)
    grid = values(fill(draw(tmp_path / "表.xlsx", form), ledger))
    assert [row[1:3] for row in grid[2:7]] == [
        [None, 170.5], *([f["企业名称"], f["2025年职工总数"]] for f in FIRMS), [None, None],
    ]  # fmt: skip


def test_a_certificate_of_no_kind_is_not_guessed(ledger: Path, tmp_path: Path) -> None:
    form = Drawn(["企业名称", "县区", "证书编号"], title="专精特新企业名单")
    assert values(fill(draw(tmp_path / "表.xlsx", form), ledger))[2][2] is None
    form = Drawn(["企业名称", "资格类型", "证书编号"])
    row = values(fill(draw(tmp_path / "表2.xlsx", form), ledger))[2]
    assert row == ["试验甲科技有限公司", "高新技术企业", "GR202399000001"]


def test_a_year_is_filled_only_beside_its_figures(ledger: Path, tmp_path: Path) -> None:
    form = Drawn(["企业名称", "年度", "销售收入（万元）"])
    assert values(fill(draw(tmp_path / "表.xlsx", form), ledger))[2][1:] == [2025, 1500.5]
    form = Drawn(["企业名称", "年度", "2025年销售收入（万元）", "奖补金额（万元）"])
    assert values(fill(draw(tmp_path / "表2.xlsx", form), ledger))[2][1:3] == [None, 1500.5]


def test_a_cell_that_cannot_be_read_is_no_empty_cell(tmp_path: Path) -> None:
    firm = {**FIRMS[0], "2025年研发费用（万元）": "待核实", "本月用电量": 5, "员工满意度": 5}
    ledger = write_ledger(tmp_path / "台账.xlsx", [firm])
    form = Drawn(["企业名称", "2025年研发费用（万元）", "本月用电量", "员工满意度"])
    filled = fill(draw(tmp_path / "表.xlsx", form), ledger)
    assert values(filled)[2] == ["试验甲科技有限公司", None, None, 5]
    assert "写的是“待核实”" in notes(filled)["B3"]
