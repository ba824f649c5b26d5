"""Addresses of the department."""

from django.urls import path

from denggao.web.assessments.views import laws, pool, verdict

app_name = "assessments"
urlpatterns = [
    path("laws/", laws.laws, name="laws"),
    path("laws/<int:number>/", laws.law, name="law"),
    path("enterprises/<int:pk>/verdict/", verdict.verdict, name="verdict"),
    path("pool/", pool.pool, name="pool"),
    path("pool/start/", pool.start, name="run-start"),
    path("pool/<int:pk>/", pool.run, name="run"),
]
