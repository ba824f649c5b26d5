"""Addresses of the department."""

from django.urls import path

from denggao.web.assessments.views import laws, lists, papers, pool, verdict, versions

app_name = "assessments"
urlpatterns = [
    path("laws/", laws.laws, name="laws"),
    path("laws/<int:number>/", laws.law, name="law"),
    path("laws/own/<int:pk>/", laws.own, name="law-own"),
    path("laws/own/<int:pk>/decide/", laws.decide, name="law-decide"),
    path("laws/versions/", versions.versions, name="law-versions"),
    path("laws/draft/", laws.draft, name="law-draft"),
    path("enterprises/<int:pk>/verdict/", verdict.verdict, name="pool-verdict"),
    path("enterprises/<int:pk>/<str:kind>.<str:ending>", papers.paper, name="paper"),
    path("lists/", lists.lists, name="lists"),
    path("lists/export/", lists.export, name="lists-export"),
    path("lists/sheet/", lists.sheet, name="lists-sheet"),
    path("lists/assign/", lists.assign, name="lists-assign"),
    path("lists/remind/", lists.remind, name="lists-remind"),
    path("lists/reminders/", lists.reminders, name="reminders"),
    path("lists/reminders/<int:pk>/strike/", lists.strike, name="reminder-strike"),
    path("lists/freeze/", lists.freeze, name="lists-freeze"),
    path("lists/<int:pk>/", lists.frozen, name="lists-frozen"),
    path("lists/<int:pk>/file/", lists.file, name="lists-file"),
    path("pool/", pool.pool, name="pool"),
    path("pool/start/", pool.start, name="pool-start"),
    path("pool/<int:pk>/", pool.run, name="pool-run"),
]
