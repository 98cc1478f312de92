"""Packs of labels of addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of packs and of labels."""
    op.create_table(
        "label_pack",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("creator", sa.Text(), nullable=False),
        sa.Column("read_us", sa.BigInteger(), nullable=False),
        sa.Column("tags", sa.Integer(), nullable=False),
        sa.Column("labels", sa.Integer(), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.name"], name="fk_label_pack_feed"),
        sa.PrimaryKeyConstraint("number", name="pk_label_pack"),
        sa.UniqueConstraint("name", name="uq_label_pack_name"),
    )
    op.create_table(
        "address_label",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("pack", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("said", sa.Integer(), nullable=False),
        sa.Column("is_service", sa.Boolean(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pack"], ["label_pack.number"], name="fk_address_label_pack"),
        sa.PrimaryKeyConstraint("key", "pack", "n", name="pk_address_label"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_address_label_pack", "address_label", ["pack"])
