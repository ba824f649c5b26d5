"""When is a column of one file the same as one of another, without being understood?"""

from __future__ import annotations

import re

from denggao.facts.headparts import normal

_HARMLESS_GROUP = re.compile(r"(?:企业|单位|公司|其他|基本)*(?:情况|信息)")


def carry_key(head: str) -> str:
    """The head 「基本情况/主营产品」 for comparison with another file's: groups that say nothing
    are dropped, then the normal form."""
    *groups, leaf = head.split("/")
    kept = [group for group in groups if not _HARMLESS_GROUP.fullmatch(normal(group))]
    return normal("".join([*kept, leaf]))
