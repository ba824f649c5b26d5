"""Everything that changes something in the department: one transaction each, with its audit row."""


class StaleError(Exception):
    """Somebody else was quicker; the page shows what is there now, with 409."""
