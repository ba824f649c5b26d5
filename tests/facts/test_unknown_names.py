"""Districts, industries and head counts that are none are named, and the first two kept."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from denggao.facts.checking import check_file
from tests.facts.test_ledger import csv_of, kinds, only, read

AS_OF = dt.date(2026, 6, 30)


@pytest.mark.parametrize(
    ("head", "value", "kind"),
    [
        ("所在区县", "城关取", "unknown_region"),
        ("所在区县", "某某镇", "unknown_region"),
        ("所在区县", "629999", "unknown_region"),
        ("国民经济行业", "软件业务", "unknown_industry"),
        ("国民经济行业", "Z99", "unknown_industry"),
        ("国民经济行业", "C99 制造", "unknown_industry"),
        *(("所在区县", good, "") for good in
          ("城关区", "城关", "兰州市城关区", "620102", "兰州新区", "高新区", "兰州市", "榆中县")),
        *(("国民经济行业", good, "") for good in
          ("C39", "3911", "C3911 电子计算机制造", "软件和信息技术服务业", "制造业", "C")),
    ],
)  # fmt: skip
def test_what_is_unknown(tmp_path: Path, head: str, value: str, kind: str) -> None:
    path = csv_of(tmp_path / "a.csv", [["企业名称", head, "2025年职工总数"], ["甲公司", value, 5]])
    ledger = read(path)
    assert kinds(ledger) == ([kind] if kind else [])
    with check_file(path, as_of=AS_OF) as checked:
        assert (checked.valid_rows, checked.error_rows, len(checked.warnings)) == (1, 0, bool(kind))
        if kind:
            entry = checked.warnings[0]
            assert (entry.row, entry.column) == (2, "B")
            assert "应为" in entry.message


def test_said_once_with_every_row_and_what_is_like_it(tmp_path: Path) -> None:
    rows = [[f"企业{n}公司", "城关取" if n % 2 else "城关区"] for n in range(8)]
    ledger = read(csv_of(tmp_path / "a.csv", [["企业名称", "所在区县"], *rows]))
    problem = only(ledger, "unknown_region")
    assert problem.row == 3
    assert "第 5、7、9 行也是" in problem.advice
    assert "是不是“城关区”" in problem.advice
    assert ledger.columns["region"][1] == "城关取"


@pytest.mark.parametrize(("value", "is_right"), [
    (2_000_000, True), ("2000000人", True), (2_000_001, False), (13893112345, False),
    ("13893112345", False), ("0931-8888888", False), ("200.5万", False),
])  # fmt: skip
@pytest.mark.parametrize("head", ["2025年职工总数", "2025年研发人员数"])
def test_a_telephone_number_is_no_head_count(
    tmp_path: Path, value: object, is_right: bool, head: str
) -> None:
    path = csv_of(tmp_path / "a.csv", [["企业名称", head], ["甲公司", value]])
    ledger = read(path)
    key = "staff@2025" if "职工" in head else "rd_staff@2025"
    assert (ledger.columns[key] != [None]) is is_right
    assert bool(ledger.problems) is not is_right
    if isinstance(value, int) and not is_right:
        problem = only(ledger, "out_of_domain")
        assert "电话" in problem.advice
        assert problem.row == 2
