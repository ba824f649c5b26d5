"""Everything that changes the department: one transaction each, its audit row beside it."""
