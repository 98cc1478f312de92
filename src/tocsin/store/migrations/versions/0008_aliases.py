"""What persons said of the names of products."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of aliases."""
    op.create_table(
        "alias",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("noted_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_alias"),
        sa.UniqueConstraint("held", "named", name="uq_alias_held_named"),
    )
    op.create_table(
        "alias_key",
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("alias", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alias"], ["alias.number"], name="fk_alias_key_alias"),
        sa.PrimaryKeyConstraint("named", "held", "alias", name="pk_alias_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_alias_key_alias", "alias_key", ["alias"], unique=False)
    op.create_index("ix_alias_key_held", "alias_key", ["held"], unique=False)
