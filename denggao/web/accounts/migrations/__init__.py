"""Steps of the database from one release to the next."""
