"""周报告: the figures of a week, the rows behind each, and why each differs from last week's."""
