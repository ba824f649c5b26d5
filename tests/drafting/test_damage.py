"""A damaged text gives the same result as its clean twin."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

from denggao.drafting.as_json import as_json
from denggao.drafting.cleaning import clean
from denggao.drafting.draft import draft
from denggao.drafting.sources import source_of
from tests.drafting.damage import damaged

TEXTS = sorted((Path(__file__).parent / "texts").glob("*.txt"))
KEYS = (
    "title",
    "kind",
    "region",
    "issuer",
    "doc_no",
    "issued",
    "period",
    "targets",
    "facts",
    "tasks",
    "subsidies",
    "deadlines",
    "contradictions",
    "cited",
    "bodies",
    "units",
)
PLACES = ("quote", "span", "spans", "quotes", "text_span")


def without_places(found: Any) -> Any:
    if isinstance(found, list):
        return [without_places(one) for one in found]
    if isinstance(found, dict):
        return {key: without_places(one) for key, one in found.items() if key not in PLACES}
    return found


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [1, 2])
def test_the_damaged_twin_says_the_same(path: Path, seed: int) -> None:
    text = path.read_text(encoding="utf-8")
    twin = damaged(text, Random(seed))
    one, two = (as_json(draft(source_of(t, path.name))) for t in (text, twin))
    for key in KEYS:
        assert without_places(one[key]) == without_places(two[key]), key
    for item in two["targets"]:
        first, last = item["span"]
        assert twin[first:last] == item["quote"]
        assert clean(item["quote"]).text  # not an advertisement of its own


def test_the_damage_is_real() -> None:
    text = TEXTS[0].read_text(encoding="utf-8")
    twin = damaged(text, Random(1))
    assert "(" in twin
    assert "企業" in twin.replace("(yè)", "")
    assert "私聊" in twin


def test_a_lost_byte_is_put_back() -> None:
    """The page lost the first byte of 「。」 and shifted what followed, as real pages do."""
    words = "空間。”省科技廳T相關".encode("gbk").replace(b"\xa1\xa3", b"\xa3", 1)
    torn = "空間?" + words[4:].decode("gbk", "replace")
    assert torn != "空間。”省科技廳T相關"
    assert "”省科技" in clean(torn).text


def test_hard_line_breaks_are_joined() -> None:
    text = "某县科技工作方案\n" + "\n".join(
        (
            "为了推动我县高新技术企业培育工作再上新的台阶特制定本方案并要求各单位",
            "认真抓好贯彻落实工作确保各项目标任务如期完成到2027年全县高新技术企",
            "业达到40家以上科技型中小企业入库达到二百家技术合同成交额突破3亿元并",
            "保持增长。",
        )
        * 4
    )
    values = {t.value for t in draft(source_of(text)).targets}
    assert {40, 200} <= values


def test_a_long_text_is_read_in_time() -> None:
    import time

    text = TEXTS[0].read_text(encoding="utf-8")
    long = (text * (20_000 // len(text) + 1))[:20_000]
    draft(source_of(text))  # dictionaries are loaded once
    start = time.process_time()
    draft(source_of(long))
    assert time.process_time() - start < 2
