"""When something that was submitted was vetted, and when a hub is asked again what came of what it released."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns, and an index of what was sent together; what is vetted is so since its last change."""
    op.add_column("submitted", sa.Column("vetted_us", sa.BigInteger(), nullable=True))
    op.execute("UPDATE submitted SET vetted_us = changed_us WHERE state = 'vetted'")
    op.create_index("ix_submitted_submission", "submitted", ["submission"])
    op.add_column("outgoing", sa.Column("again_us", sa.BigInteger(), nullable=True))
