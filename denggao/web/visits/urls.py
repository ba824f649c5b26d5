"""Addresses of the department. All names begin with ``visit``, so that the menu knows them."""

from django.urls import path

from denggao.web.visits.views import books, chains, coaching, evidence, experts, tickets, visits

app_name = "visits"
urlpatterns = [
    path("visits/", visits.visits, name="visits"),
    path("visits/<int:pk>/", visits.one, name="visit"),
    path("visits/new/", visits.choose, name="visit-new"),
    path("visits/new/<int:pk>/", visits.record, name="visit-record"),
    path("visits/plan/", visits.plan, name="visit-plan"),
    path("visits/plan/start/", visits.start_plan, name="visit-plan-start"),
    path("visits/duties/", visits.duty_calendar, name="visit-duties"),
    path("visits/duties/set/", visits.set_duties, name="visit-duties-set"),
    path("visits/duties/<int:number>/", visits.missed, name="visit-missed"),
    path("visits/firms/<int:pk>/", chains.firm, name="visit-firm"),
    path("visits/firms/<int:pk>/evidence/", evidence.evidence, name="visit-evidence"),
    path("visits/evidence/template/", evidence.template, name="visit-evidence-template"),
    path("visits/chains/", chains.chains, name="visit-chains"),
    path("visits/chains/uncovered/", chains.uncovered, name="visit-uncovered"),
    path("visits/chains/assign/", chains.assign, name="visit-assign"),
    path("visits/chains/<int:pk>/", chains.chain, name="visit-chain"),
    path("visits/loads/", chains.loads, name="visit-loads"),
    path("visits/loads/<str:code>/", chains.territory, name="visit-territory"),
    path("visits/members/", chains.members, name="visit-members"),
    path("visits/members/new/", chains.new_member, name="visit-member-new"),
    path("visits/members/<int:pk>/", chains.member, name="visit-member"),
    path("visits/tickets/", tickets.tickets, name="visit-tickets"),
    path("visits/tickets/clock/", tickets.clock, name="visit-clock"),
    path("visits/tickets/<int:pk>/", tickets.ticket, name="visit-ticket"),
    path("visits/tickets/<int:pk>/move/", tickets.move, name="visit-ticket-move"),
    path("visits/firms/<int:pk>/ticket/", tickets.new, name="visit-ticket-new"),
    path("visits/experts/", experts.experts, name="visit-experts"),
    path("visits/experts/firms/", experts.coached, name="visit-coached"),
    path("visits/experts/new/", experts.new_round, name="visit-round-new"),
    path("visits/experts/rounds/<int:pk>/", experts.one_round, name="visit-round"),
    path("visits/experts/rounds/<int:pk>/decide/", experts.decide, name="visit-round-decide"),
    path("visits/experts/rows/<int:pk>/", experts.change_row, name="visit-round-row"),
    path("visits/experts/<int:pk>/conflict/", experts.new_interest, name="visit-interest-new"),
    path("visits/experts/conflicts/<int:pk>/", experts.drop_interest, name="visit-interest-drop"),
    path("visits/experts/firms/<int:pk>/end/", experts.end, name="visit-coaching-end"),
    path("visits/mine/", coaching.mine, name="visit-mine"),
    path("visits/mine/<int:pk>/", coaching.advise, name="visit-advise"),
    path("visits/books/", books.books, name="visit-books"),
    path("visits/books/<int:number>/", books.export, name="visit-book"),
    path("visits/books/bring/", books.bring, name="visit-bring"),
]
