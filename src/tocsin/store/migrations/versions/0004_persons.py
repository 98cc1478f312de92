"""Who acted for an organisation, beside the entry that names the organisation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column. Entries that were written before name the person themselves: they stay what they commit to."""
    op.add_column("log_leaf", sa.Column("person", sa.LargeBinary(), nullable=True))
