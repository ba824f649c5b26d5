"""事实: what is said about an enterprise, in which unit, for which year, and where it was read."""
