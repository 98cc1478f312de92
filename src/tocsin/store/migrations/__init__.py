"""How the schema grew: Alembic's revisions, run when a database is older than the program."""
