"""Transactions of Bitcoin that were loaded."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of transactions."""
    op.create_table(
        "ledger_transaction",
        sa.Column("txid", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("txid", name="pk_ledger_transaction"),
        sqlite_with_rowid=False,
    )
