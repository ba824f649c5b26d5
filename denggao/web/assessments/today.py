"""What waits among the texts of one's own bureau."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Count, Max
from django.urls import reverse

from denggao.web.accounts.models import User
from denggao.web.accounts.today import Line
from denggao.web.assessments.models import OwnLaw


def drafts(user: User, on: datetime.date) -> Iterator[Line]:
    """Drafts of others, which a second person puts in force."""
    found = OwnLaw.objects.for_user(user).filter(state=OwnLaw.State.DRAFT).exclude(by=user)
    told = found.aggregate(count=Count("pk"), last=Max("pk"))
    one = told["count"] == 1
    where = reverse("assessments:law-own", args=[told["last"]]) if one else ""
    yield Line("规范草稿等待审核启用", told["count"], "份", where or reverse("assessments:laws"))
