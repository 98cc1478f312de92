"""What each part of a source lists that says at once which parts it has."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table. What was taken before is not in it: the next sync reads such a source from its beginning."""
    op.create_table(
        "listed",
        sa.Column("collection", sa.Integer(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["collection"], ["collection.number"], name="fk_listed_collection"),
        sa.PrimaryKeyConstraint("collection", "part", "id", name="pk_listed"),
        sqlite_with_rowid=False,
    )
