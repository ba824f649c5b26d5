"""The same part of one law, written for other engines: see ``subset`` for what it is."""
