"""Addresses of the department."""

from django.urls import path

from denggao.web.planning.views import board, plans, targets

app_name = "planning"
urlpatterns = [
    path("board/", board.board, name="board"),
    path("board/export/", board.export, name="board-export"),
    path("board/goals/<int:pk>/foresee/", board.foresee, name="board-foresee"),
    path("board/goals/<int:pk>/forecast/", board.forecast, name="board-forecast"),
    path("targets/", targets.targets, name="board-targets"),
    path("targets/export/", targets.export, name="board-targets-export"),
    path("targets/bring/", targets.bring, name="board-targets-bring"),
    path("targets/state/", targets.state, name="board-target-state"),
    path("targets/<int:pk>/", targets.target, name="board-target"),
    path("targets/<int:pk>/split/", targets.split, name="board-target-split"),
    path("targets/revisions/<int:pk>/", targets.revision, name="board-revision"),
    path("targets/revisions/<int:pk>/decide/", targets.decide, name="board-revision-decide"),
    path("plans/", plans.plans, name="board-plans"),
    path("plans/new/", plans.new, name="board-plan-new"),
    path("plans/<int:pk>/", plans.plan, name="board-plan"),
    path("plans/<int:pk>/original/", plans.original, name="board-plan-original"),
    path("plans/<int:pk>/rest/", plans.rest, name="board-plan-rest"),
    path("plans/<int:pk>/missed/", plans.missed, name="board-plan-missed"),
    path("plans/<int:pk>/period/", plans.period, name="board-plan-period"),
    path("plans/<int:pk>/submit/", plans.submit, name="board-plan-submit"),
    path("plans/<int:pk>/decide/", plans.decide, name="board-plan-decide"),
    path("plans/items/<int:pk>/", plans.item, name="board-item"),
]
