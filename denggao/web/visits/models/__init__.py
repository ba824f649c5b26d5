"""Who is responsible for which firm, visits, tickets, and experts."""

from denggao.web.visits.models.chains import Chain, Member, Territory
from denggao.web.visits.models.experts import Coaching, Interest, Proposal, Round
from denggao.web.visits.models.tickets import Clock, Step, Ticket
from denggao.web.visits.models.visiting import Duty, Planned, Visit, WeekPlan

__all__ = [
    "Chain",
    "Clock",
    "Coaching",
    "Duty",
    "Interest",
    "Member",
    "Planned",
    "Proposal",
    "Round",
    "Step",
    "Territory",
    "Ticket",
    "Visit",
    "WeekPlan",
]
