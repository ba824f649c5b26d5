"""Values into the cells of somebody else's workbook; everything else stays byte for byte."""

from denggao.documents.patching.changes import KEEP, Change, NewSheet
from denggao.documents.patching.patch import patch
from denggao.documents.patching.peek import Held, awaits_reckoning, peek, sheet_names

__all__ = ["KEEP", "Change", "Held", "NewSheet", "awaits_reckoning", "patch", "peek", "sheet_names"]
