"""使用手册: the manual of docs/manual, one file per chapter, offline in the application."""
