"""Tasks, meetings, the weekly report, assessment sheets."""
