"""Enterprises, what was said of them, certificates, and imports."""

from denggao.web.ledger.models.blocks import Block
from denggao.web.ledger.models.enterprise import Access, Enterprise, FormerName, SavedView
from denggao.web.ledger.models.files import OrderedFile
from denggao.web.ledger.models.imports import Difference, Import, ImportProblem, PendingRow
from denggao.web.ledger.models.statements import Statement, Title, Value

__all__ = [
    "Access",
    "Block",
    "Difference",
    "Enterprise",
    "FormerName",
    "Import",
    "ImportProblem",
    "OrderedFile",
    "PendingRow",
    "SavedView",
    "Statement",
    "Title",
    "Value",
]
