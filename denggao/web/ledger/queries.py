"""What is read of the ledger."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from denggao.facts.identity import normal_code, normal_name
from denggao.web.accounts.models import Region, User
from denggao.web.ledger.models import Enterprise
from denggao.web.ledger.models.enterprise import within


def enterprises(user: User, *, text: str = "", region: str = "") -> QuerySet[Enterprise]:
    """Firms that this person may see; ``text`` is part of a name, former name, code or the
    pinyin of the name, ``region`` the code of a district or zone."""
    found = Enterprise.objects.for_user(user)
    if text:
        found = found.filter(_named(text))
    if region:
        place = Region.objects.filter(code=region).first()
        found = found.filter(within(place)) if place else found.none()
    return found


def _named(text: str) -> Q:
    name, code = normal_name(text), normal_code(text)
    asked = Q(name_key__contains=name) | Q(uscc__startswith=code)
    former = Enterprise.objects.filter(former_names__name_key__contains=name)
    asked |= Q(pk__in=former.values("pk"))
    if text.isascii():
        asked |= Q(pinyin__contains=text.lower().replace(" ", ""))
    return asked
