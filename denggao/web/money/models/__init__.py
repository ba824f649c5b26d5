"""Pay runs, what is granted and paid by them, budgets, vouchers and reliefs."""

from denggao.web.money.models.payments import Budget, Grant, PayBatch, Payment
from denggao.web.money.models.reliefs import Relief, ReliefFile
from denggao.web.money.models.runs import Objection, Publication, Row, Run, SchemeText, Trial
from denggao.web.money.models.vouchers import Voucher

__all__ = [
    "Budget",
    "Grant",
    "Objection",
    "PayBatch",
    "Payment",
    "Publication",
    "Relief",
    "ReliefFile",
    "Row",
    "Run",
    "SchemeText",
    "Trial",
    "Voucher",
]
