"""Answers about the inventory, kept; and what changed of the advisories since, noted by the database itself."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_MARKED = (("claim_key", "key", 0), ("advisory_name", "name", 1))


def upgrade() -> None:
    """Add the tables, and what notes each name that is written or deleted while answers are kept."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "answer",
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("made_by", sa.LargeBinary(), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("part", name="pk_answer"),
    )
    op.create_table(
        "answer_mark",
        sa.Column("number", key, nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_answer_mark"),
        sa.UniqueConstraint("kind", "name", name="uq_answer_mark_kind_name"),
        sqlite_autoincrement=True,
    )
    for table, column, kind in _MARKED:
        if op.get_bind().dialect.name == "sqlite":
            _on_sqlite(table, column, kind)
        else:
            _on_postgres(table, column, kind)


def _on_sqlite(table: str, column: str, kind: int) -> None:
    for act, row in (("insert", "NEW"), ("update", "NEW"), ("update", "OLD"), ("delete", "OLD")):
        op.execute(
            f"CREATE TRIGGER {table}_{act}_{row.lower()}_marked AFTER {act.upper()} ON {table} "  # noqa: S608  ours
            "WHEN EXISTS (SELECT 1 FROM answer WHERE part = 'answers') BEGIN "
            f"INSERT OR REPLACE INTO answer_mark (kind, name) VALUES ({kind}, {row}.{column}); END"
        )


def _on_postgres(table: str, column: str, kind: int) -> None:
    marked = " ".join(
        f"IF TG_OP <> '{but}' THEN INSERT INTO answer_mark (kind, name) VALUES ({kind}, {row}.{column}) "  # noqa: S608
        "ON CONFLICT (kind, name) DO UPDATE SET number = DEFAULT; END IF;"
        for row, but in (("NEW", "DELETE"), ("OLD", "INSERT"))
    )
    op.execute(
        f"CREATE FUNCTION {table}_marked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608  names of ours
        f"IF EXISTS (SELECT 1 FROM answer WHERE part = 'answers') THEN {marked} END IF; RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_marked AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_marked()"
    )
