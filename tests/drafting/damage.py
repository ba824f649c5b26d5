"""What re-posting sites do to a text: traditional characters, pinyin in brackets, advertisements
between the paragraphs, lists of other news behind, chrome around."""

from __future__ import annotations

from random import Random

from opencc import OpenCC

#: Syllables as sites print them behind a character; which one does not matter.
SYLLABLES = ("shù", "yè", "fā", "zhǎn", "dá", "jì", "huà", "lǜ", "guó", "quán", "ér", "ān", "xiàng")
ADS = (
    "大量收23-24年高新技术企业，干净无异常即可，有资源的朋友欢迎私聊合作：13800000000（同微信）",
    "欢迎来到高企服务网！如有高企申报需求，欢迎电联：13800000000（同微信）",
    "扫一扫，关注微信公众号，领取30家企业申报材料",
)
HEAD = ("当前位置： 主页 > 政策文件 > 行动方案", "时间：2025-06-27 10:00:10|栏目：政策|点击：386")
TAIL = (
    "上一篇：某市新增高新技术企业120家",
    "相关阅读",
    "- 全市挽回经济损失3.71亿元2025-08-21",
    "- 上半年新车渗透率达30%2025-08-21",
    "- 到2030年新增就业5万人2025-08-21",
    "Copyright © 2022-2025 某某咨询中心 版权所有 粤ICP备00000000号",
)


def damaged(text: str, random: Random, share: float = 0.15) -> str:
    """The same document as such a site shows it."""
    lines = []
    for line in OpenCC("s2t").convert(text).split("\n"):
        lines.append(_with_pinyin(line, random, share))
        if random.random() < 0.2:
            lines += ["", random.choice(ADS), ""]
    return "\n".join([*HEAD, "", *lines, "", *TAIL])


def _with_pinyin(line: str, random: Random, share: float) -> str:
    found = []
    for character in line:
        found.append(character)
        if "\u4e00" <= character <= "\u9fff" and random.random() < share:
            found.append(f"({random.choice(SYLLABLES)})")
    return "".join(found)
