"""Districts and zones from addresses: right, or none; never wrong."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from denggao.facts.divisions import COUNTY, current, divisions, full_name, short_names
from denggao.facts.errors import UserError
from denggao.facts.regions import region_of, registrar_of
from denggao.facts.zones import load_zones, zones

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "enterprises"
XIGU = "91620104719039600N"  # registered in 西固区


@pytest.mark.parametrize(
    ("address", "district"),
    [
        ("榆中县城关镇", "620123"),
        ("城关区皋兰路1号", "620102"),
        ("兰州市皋兰县石洞镇", "620122"),
        ("甘肃省兰州市城关区兰州市城关区东岗西路 5 号", "620102"),
        ("住所：甘肃省兰州市七里河区西津西路", "620103"),
        ("（730000）兰州市城关区", "620102"),
        ("兰州市西固科技街1号", "620104"),
        ("永登县城关镇胜利街", "620121"),
        ("临夏市红园路", "622901"),
        ("临夏州东乡县锁南镇", "622926"),
        ("甘肃省积石山县", "622927"),
        ("肃南县红湾寺镇", "620721"),
        ("嘉峪关市雄关东路", "620200"),
        ("广东省东莞市松山湖", "441900"),
        ("北京市朝阳区望京街10号", "110105"),
        ("陕西西安碑林区长安北路", "610103"),
        ("成都市郫县郫筒镇", "510117"),
        ("兰州市永登县中川镇（兰州新区）", "620121"),
        # no district, or two
        ("皋兰路5号", None),
        ("兰州市皋兰路5号", None),
        ("兰州市静宁路308号", None),
        ("兰州市酒泉路", None),
        ("甘肃省兰州市城关区七里河区硷沟沿106号", None),
        ("甘肃省甘肃矿区兰州市508信箱", None),
        ("西安市长安北路12号", None),
        ("城关大厦", None),
        ("朝阳区望京", None),
        ("", None),
        (None, None),
    ],
)
def test_districts(address: str | None, district: str | None) -> None:
    located = region_of(address, within="620000")
    assert located.district == district
    assert located.why


def test_two_districts_are_candidates() -> None:
    located = region_of("兰州市城关区七里河区硷沟沿106号")
    assert located.candidates == ("620102", "620103")
    assert "城关区" in located.why


def test_within_decides_between_districts_of_one_name() -> None:
    assert region_of("城关区人民路").candidates == ("540102", "620102")
    assert region_of("城关区人民路", within="620000").district == "620102"
    assert region_of("城关区人民路", within="540000").district == "540102"


def test_the_register_only_confirms_what_the_address_hints_at() -> None:
    registrar = registrar_of(XIGU)
    assert registrar == "620104"
    assert region_of("西固东路70号", within="620000").candidates == ("620104",)
    confirmed = region_of("西固东路70号", within="620000", registrar=registrar)
    assert (confirmed.district, "登记机关" in confirmed.why) == ("620104", True)
    assert region_of("东岗西路70号", within="620000", registrar=registrar).district is None
    assert region_of("城关区东岗西路", within="620000", registrar=registrar).district == "620102"
    assert registrar_of("待办") is None
    assert registrar_of(None) is None


@pytest.mark.parametrize(
    ("address", "district", "zone"),
    [
        ("甘肃省兰州市兰州新区黄河大道西段512号", None, "620171"),
        ("兰州市永登县中川镇（兰州新区）", "620121", "620171"),
        ("兰州高新技术产业开发区联创孵化园", None, "6201GX"),
        ("兰州市城关区雁滩高新技术开发区", "620102", "6201GX"),
        ("兰州经济技术开发区莫高大道40号", None, "6201JK"),
        ("甘肃省兰州市兰州新区高新技术产业园区", None, "620171"),
        ("天水市秦州区", "620502", None),
        ("西安市雁塔区高新技术产业开发区", "610113", None),  # not ours
        ("兰州市榆中县和平经济开发区", "620123", None),
    ],
)
def test_a_firm_lies_in_a_district_and_in_a_zone(
    address: str, district: str | None, zone: str | None
) -> None:
    located = region_of(address, within="620000")
    assert (located.district, located.zone) == (district, zone)


def test_every_division_is_found_by_its_full_name() -> None:
    """… and by its province and its own name, wherever that names only one."""
    lost = []
    for code, division in divisions().items():
        if division.level == COUNTY and region_of(f"{full_name(code)}人民路1号").district != code:
            lost.append(full_name(code))
    assert lost == []


def test_short_names() -> None:
    assert short_names("兰州市") == ("兰州",)
    assert short_names("肃南裕固族自治县") == ("肃南县", "肃南")
    assert short_names("积石山保安族东乡族撒拉族自治县") == ("积石山县", "积石山")
    assert short_names("东乡族自治县") == ("东乡县", "东乡")
    assert short_names("临夏回族自治州") == ("临夏州", "临夏")
    assert short_names("新疆维吾尔自治区") == ("新疆区", "新疆")
    assert short_names("成县") == ()  # never one character


def test_what_became_of_an_old_code() -> None:
    assert current("620102") == "620102"
    assert current("320602") == "320613"  # 崇川区
    assert current("510124") == "510117"  # 郫县
    assert current("999999") is None


def test_a_bureau_brings_its_own_zones(tmp_path: Path) -> None:
    path = tmp_path / "功能区.csv"
    heads = "code,name,division,names,local_names\n"
    path.write_text(
        heads + "6201SC,三川口工业园,620111,三川口工业园|三川口园区,\n", encoding="utf-8"
    )
    own = load_zones(path)
    assert len(own) == len(zones()) + 1
    located = region_of("兰州市红古区三川口园区3号", zones=own)
    assert (located.district, located.zone) == ("620111", "6201SC")
    for text, told in (("a,b\n", "第 1 行"), (heads + "X,甲,62,,\n", "第 2 行.*区划代码")):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match=told):
            load_zones(path)
    with pytest.raises(UserError, match="读不了"):
        load_zones(tmp_path / "没有.csv")


@pytest.mark.skipif(not DATA.is_dir(), reason="real data is not at hand")
def test_real_addresses() -> None:
    """784 addresses of 兰州: every district right, none only where a person found none."""
    with (DATA / "lanzhou_registry.csv").open(encoding="utf-8-sig") as stream:
        addresses = {r["统一社会信用代码"]: r["注册地址"] for r in csv.DictReader(stream)}
    with (DATA / "lanzhou_registry_truth.csv").open(encoding="utf-8-sig") as stream:
        truth = {r["统一社会信用代码"]: r["区县代码（按地址）"] for r in csv.DictReader(stream)}
    found = {
        code: region_of(addresses[code], within="620000", registrar=registrar_of(code)).district
        for code in truth
    }
    assert {code: d for code, d in found.items() if d != (truth[code] or None)} == {}
    assert len(found) == 784
