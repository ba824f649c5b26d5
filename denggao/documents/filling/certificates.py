"""Which of a firm's certificates a form means."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from denggao.facts.titles import CANCELLED, Title, held


def chosen(
    titles: Sequence[Title], kind: str, as_of: datetime.date
) -> tuple[Title | None, str, str]:
    """(the certificate that is meant, why none is, what to say about it)."""
    ours = [t for t in titles if t.event != CANCELLED and (not kind or t.kind == kind)]
    if not ours:
        return None, f"台账中没有{kind or '资格'}证书", ""
    if len({t.kind for t in ours}) > 1:
        kinds = "、".join(sorted({t.kind or "种类不明" for t in ours}))
        return None, f"台账中有几种证书（{kinds}），表头没有说要哪一种", ""
    if len(ours) == 1:
        found = ours[0]
    else:
        if any(t.issued_on is None for t in ours):
            return None, f"台账中有 {len(ours)} 个证书，缺发证日期，分不清是哪一个", ""
        known = [t for t in ours if t.issued_on and t.issued_on <= as_of] or ours
        found = max(known, key=lambda t: (t.issued_on or as_of, t.valid_to or as_of))
        if sum(t.issued_on == found.issued_on for t in known) > 1:
            return None, f"台账中有几个 {found.issued_on} 发的证书，分不清是哪一个", ""
    return found, "", _said(found, titles, as_of)


def _said(title: Title, titles: Sequence[Title], as_of: datetime.date) -> str:
    """That the certificate no longer counts on the day."""
    if title.cancelled_on is not None and title.cancelled_on <= as_of:
        return f"这个证书 {title.cancelled_on} 取消"
    end = title.valid_to
    lapsed = end is not None and end < as_of and held(titles, title.kind, as_of) is False
    return f"这个证书 {end} 到期" if lapsed else ""
