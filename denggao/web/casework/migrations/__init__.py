"""Migrations of the department."""
