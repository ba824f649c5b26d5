"""申报批次: intent, readiness, joint review, announcements, the life of titles."""
