"""Filters of the department."""
