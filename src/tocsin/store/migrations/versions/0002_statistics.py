"""Answers of statistics, and what a source asks for before it lets in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table and a column."""
    op.create_table(
        "statistic",
        sa.Column(
            "number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("responders", sa.Text(), nullable=False),
        sa.Column("yes", sa.Integer(), nullable=False),
        sa.Column("given_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_statistic"),
    )
    op.create_index("ix_statistic_question", "statistic", ["question"], unique=False)
    op.add_column("source", sa.Column("credentials", sa.LargeBinary(), nullable=True))
