"""公告题名: what a notice of a recognising body is about, read from its title alone.

Titles on the national site are cut off after some thirty characters; what the rest would have
said is not guessed: 类型不明.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Kind → what it does to the firms on its list.
KINDS = {
    "备案公示": "拟备案，公示期内",
    "备案公告": "取得资格",
    "备案类（公示或公告不明）": "题名截断，看正文",
    "更名": "名称变更，编号和有效期不变",
    "异地搬迁": "整体迁入，资格、编号和有效期不变",
    "资格继续有效": "迁入或重大变化后资格继续有效",
    "取消资格": "取消资格",
    "撤销资格": "撤销资格",
    "年报": "年度发展情况报表",
    "中介机构": "不涉及企业资格",
    "标题截断，类型不明": "看正文",
    "其他": "看正文",
}
#: Kinds whose lists change titles.
EFFECTIVE = ("备案公告", "更名", "异地搬迁", "资格继续有效", "取消资格", "撤销资格")
_CUT = re.compile(r"(?:\.{3}|…+)$")
#: More than one batch, so that no one number is right: 「第二、三批」, 「第二、第三批」.
_SEVERAL = re.compile(r"第[一二三四五六七八九十]+[、，]第?[一二三四五六七八九十]+批")
_BATCH = re.compile(r"第([一二三四五六七八九十]{1,3}|\d{1,2})批")
_YEAR = re.compile(r"(20\d{2})年")
_FIRMS = re.compile(r"(\d+)\s*(?:家|户)")
_AUTHORITY = re.compile(r"^(?:关于)?(?:对)?(.{2,12}?)(?:认定机构|高新技术企业认定|：)")
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Notice:
    """``kind`` is a key of ``KINDS``; ``firms`` the number that the title states."""

    kind: str
    authority: str
    year: int | None
    batch: int | None
    firms: int | None
    is_cut: bool


def classify(title: str) -> Notice:
    """What the title says; nothing that it does not."""
    text = re.sub(r"\s", "", title)
    body = _CUT.sub("", text)
    is_cut = body != text
    year, batch, firms = _YEAR.search(body), _BATCH.search(body), _FIRMS.search(body)
    authority = _AUTHORITY.search(body)
    return Notice(
        _kind(body, is_cut),
        authority[1] if authority else "",
        int(year[1]) if year else None,
        _number(batch[1]) if batch and not _SEVERAL.search(body) else None,
        int(firms[1]) if firms else None,
        is_cut,
    )


def _kind(body: str, is_cut: bool) -> str:
    said = body.partition("：")[2] or body
    if "中介机构" in said or re.search(r"(?:事务所|中介).*?(?:参与|资格)", said):
        return "中介机构"
    if "撤销" in said:
        return "撤销资格"
    if "取消" in said:
        return "取消资格"
    if "备案" in said or "认定报备" in said:
        return _filing(said, is_cut)
    if "继续有效" in said or "资格继续" in said or (is_cut and said.endswith("资格继")):
        return "资格继续有效"
    if "搬迁" in said or "迁移" in said or "迁入" in said:
        return "异地搬迁"
    if "更名" in said or "名称变更" in said:
        return "更名"
    if "年度发展情况" in said or "年报" in said:
        return "年报"
    return "标题截断，类型不明" if is_cut else "其他"


def _filing(said: str, is_cut: bool) -> str:
    if "公示" in said or "拟进行" in said:
        return "备案公示"
    if said.endswith("公告") or (not is_cut and "公告" in said):
        return "备案公告"
    return "备案类（公示或公告不明）" if is_cut else "备案公告"


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.index(text) if len(text) == 1 else 0
    return 10 * (_DIGITS.index(tens) if tens else 1) + (_DIGITS.index(ones) if ones else 0)
