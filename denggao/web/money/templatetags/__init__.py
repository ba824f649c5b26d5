"""Template tags of the department."""
