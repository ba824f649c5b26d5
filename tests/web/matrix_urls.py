"""The application's addresses, and two leaky ones: a page and an endpoint that show any firm."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI, Router, Schema

from denggao.web.accounts.access import requires
from denggao.web.api import interface
from denggao.web.api.endpoints import get
from denggao.web.ledger.models import Enterprise
from denggao.web.urls import urlpatterns as ours

router = Router(tags=["planted"])


class Leak(Schema):
    """What nobody asked for."""

    name: str


@get(router, "/enterprises/{int:pk}/leak", "ledger.view", Leak)
def leak(request: HttpRequest, pk: int) -> dict[str, str]:
    """Any firm's name"""
    return {"name": Enterprise.objects.get(pk=pk).name}


@requires("ledger.view")
def leaky(request: HttpRequest, pk: int) -> HttpResponse:
    """Any firm's name, in a header of a 404"""
    name = Enterprise.objects.filter(pk=pk).values_list("pinyin", flat=True).first()
    return HttpResponse(status=404, headers={"X-Name": name or ""})


api: NinjaAPI = interface.made(routers=[router])
urlpatterns = [
    *ours,
    *interface.patterns(api),
    path("enterprises/<int:pk>/leaky/", leaky, name="leaky"),
]
