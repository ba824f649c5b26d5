"""The same law where the data is: plain SQL for PostgreSQL, Spark and DuckDB, nothing rounded."""
