"""Tokens that are renewed, and what a hub says became of what was sent to it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add columns. A token that was made in the very act of joining is renewable."""
    op.add_column("token", sa.Column("renewable", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("token", sa.Column("renews", sa.Text(), nullable=True))
    op.execute(
        "UPDATE token SET renewable = (1 = 1) WHERE created_us = "
        "(SELECT joined_us FROM organisation WHERE organisation.number = token.organisation)"
    )
    op.add_column("hub", sa.Column("token_next", sa.LargeBinary(), nullable=True))
    op.add_column("hub", sa.Column("token_expires_us", sa.BigInteger(), nullable=True))
    op.add_column("hub", sa.Column("shut_out_us", sa.BigInteger(), nullable=True))
    op.add_column("outgoing", sa.Column("answers", sa.LargeBinary(), nullable=True))
    op.add_column("outgoing", sa.Column("asked_us", sa.BigInteger(), nullable=True))
    op.add_column("outgoing", sa.Column("settled_us", sa.BigInteger(), nullable=True))
