"""公告: kinds read from titles, firms read from lists, and nothing guessed."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from denggao.diagnosis.announced import of_file, of_text
from denggao.diagnosis.notices import EFFECTIVE, KINDS, classify
from tests.web.books import code

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "enterprises"


@pytest.mark.parametrize(
    ("title", "kind", "authority", "year", "batch", "firms"),
    [
        ("对甲省认定机构2024年认定报备的第二批高新技术企业进行备案的公告",
         "备案公告", "甲省", 2024, 2, None),
        ("对甲省认定机构2023年认定报备的第三批高新技术企业拟进行备案的公示",
         "备案公示", "甲省", 2023, 3, None),
        ("对甲自治区认定机构2024年认定报备的第二批高新技术企业进行备案的公...",
         "备案类（公示或公告不明）", "甲自治区", 2024, 2, None),
        ("甲省认定机构：关于甲省2024年第三批高新技术企业更名（含重大变化）的...",
         "更名", "甲省", 2024, 3, None),
        ("甲市认定机构：关于2024年第十一批完成异地整体搬迁高新技术企业的公告",
         "异地搬迁", "甲市", 2024, 11, None),
        ("甲市认定机构：关于某科技有限公司等2家企业高新技术企业资格继...",
         "资格继续有效", "甲市", None, None, 2),
        ("甲省认定机构：关于取消某有限公司等57家企业高新技术企业资...",
         "取消资格", "甲省", None, None, 57),
        ("甲市认定机构：关于撤销某科技有限公司高新技术企业资格的公告",
         "撤销资格", "甲市", None, None, None),
        ("甲市认定机构：关于取消某税务师事务所有限公司等5家中介机构参与高...",
         "中介机构", "甲市", None, None, 5),
        ("甲省认定机构：甲省科学技术厅 甲省财政厅 国家税务总局甲省税务局...",
         "标题截断，类型不明", "甲省", None, None, None),
        ("对甲省认定机构2022年认定的第二、第三批高新技术企业进行备案的公告",
         "备案公告", "甲省", 2022, None, None),
    ],
)  # fmt: skip
def test_kinds(
    title: str, kind: str, authority: str, year: int | None, batch: int | None, firms: int | None
) -> None:
    found = classify(title)
    assert (found.kind, found.authority) == (kind, authority)
    assert (found.year, found.batch, found.firms) == (year, batch, firms)
    assert found.is_cut == title.endswith("...")


def test_what_changes_no_title_is_never_entered() -> None:
    assert set(EFFECTIVE) <= set(KINDS)
    assert not {"备案公示", "中介机构", "标题截断，类型不明", "其他"} & set(EFFECTIVE)


@pytest.mark.skipif(not REAL.is_dir(), reason="the real titles are not here")
def test_real_titles() -> None:
    def rows(name: str) -> list[dict[str, str]]:
        with (REAL / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    titles = {row["id"]: row["title"] for row in rows("innocom_titles.csv")}
    labels = rows("innocom_titles_labels.csv")
    right = sum(classify(titles[row["id"]]).kind == row["type"] for row in labels)
    assert len(labels) >= 490
    assert right >= 0.99 * len(labels)
    wrong = [row for row in labels if row["type"] in ("取消资格", "更名", "异地搬迁", "备案公告")
             and classify(titles[row["id"]]).kind != row["type"]]  # fmt: skip
    assert wrong == []


# --- lists ---------------------------------------------------------------------------------------


def test_a_list_with_heads_from_a_word_table() -> None:
    heads = "序号\t企业名称\t统一社会信用代码\t证书编号\t发证日期"
    text = f"{heads}\n1\t模拟甲有限公司\t{code(1)}\tgr202362000123\t2023年10月16日\n合计\t1"
    (firm,), problems = of_text(text)
    assert (firm.name, firm.code, firm.number) == ("模拟甲有限公司", code(1), "GR202362000123")
    assert firm.day is not None
    assert firm.day.isoformat() == "2023-10-16"
    assert problems == ()


def test_a_list_of_renamings() -> None:
    (firm,), _ = of_text("序号\t更名前\t更名后\t证书编号\n1\t旧名公司\t新名公司\tGR202362000123")
    assert (firm.old, firm.name) == ("旧名公司", "新名公司")


def test_a_list_without_heads_by_what_its_cells_look_like() -> None:
    first = f"1. 模拟甲科技有限公司  {code(2)}  GR202362000123"
    text = f"附件\n{first}\n2、模拟乙厂\n这一行说明没有名称\n合计2家"
    found = of_text(text)
    assert [(f.name, f.code, f.number) for f in found.firms] == [
        ("模拟甲科技有限公司", code(2), "GR202362000123"),
        ("模拟乙厂", "", ""),
    ]
    assert found.problems == ("第 4 行没有找到企业名称：这一行说明没有名称",)


def test_a_wrong_code_is_said_and_not_used() -> None:
    wrong = code(3)[:-1] + ("A" if code(3)[-1] != "A" else "B")
    found = of_text(f"企业名称\t统一社会信用代码\n模拟丙公司\t{wrong}")
    assert found.firms[0].code == ""
    assert wrong in found.problems[0]


def test_a_list_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "名单.csv"
    path.write_text("企业名称,证书编号\n模拟丁公司,GR202362000777\n", encoding="utf-8")
    assert of_file(path).firms[0].number == "GR202362000777"
