"""What a node remembers: SQLite or PostgreSQL, one schema; the only layer that knows a database."""
