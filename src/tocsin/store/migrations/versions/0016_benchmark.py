"""What was published of a sector's measures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of benchmarks."""
    op.create_table(
        "benchmark",
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("having", sa.Text(), nullable=False),
        sa.Column("lacking", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("measure", "sector", "day", name="pk_benchmark"),
        sqlite_with_rowid=False,
    )
