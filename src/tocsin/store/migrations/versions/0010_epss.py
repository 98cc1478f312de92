"""How likely vulnerabilities are to be exploited."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of scores."""
    op.create_table(
        "epss",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.name"], name="fk_epss_feed"),
        sa.PrimaryKeyConstraint("feed", "year", name="pk_epss"),
        sqlite_with_rowid=False,
    )
