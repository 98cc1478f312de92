"""The inventory: what is at each site, and what advisories say of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of the inventory."""
    op.create_table(
        "feed",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("dated", sa.Text(), nullable=False),
        sa.Column("read_us", sa.BigInteger(), nullable=False),
        sa.Column("advisories", sa.Integer(), nullable=False),
        sa.Column("unread", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_feed"),
    )
    op.create_table(
        "release",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_release"),
        sa.UniqueConstraint("digest", name="uq_release_digest"),
    )
    op.create_table(
        "site",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("exposed", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_site"),
        sa.UniqueConstraint("name", name="uq_site_name"),
    )
    op.create_table(
        "advisory",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("read_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.name"], name="fk_advisory_feed"),
        sa.PrimaryKeyConstraint("number", name="pk_advisory"),
        sa.UniqueConstraint("feed", "form", "id", name="uq_advisory_feed_form_id"),
    )
    op.create_table(
        "bill",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.Text(), nullable=False),
        sa.Column("added_us", sa.BigInteger(), nullable=False),
        sa.Column("replaced_us", sa.BigInteger(), nullable=True),
        sa.Column("components", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=True),
        sa.Column("unread", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["site"], ["site.number"], name="fk_bill_site"),
        sa.ForeignKeyConstraint(["subject"], ["release.number"], name="fk_bill_subject"),
        sa.PrimaryKeyConstraint("number", name="pk_bill"),
    )
    op.create_index("ix_bill_site_name", "bill", ["site", "name"], unique=False)
    op.create_table(
        "lifecycle",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.name"], name="fk_lifecycle_feed"),
        sa.PrimaryKeyConstraint("feed", "id", name="pk_lifecycle"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feed_kind",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.name"], name="fk_feed_kind_feed"),
        sa.PrimaryKeyConstraint("feed", "kind", name="pk_feed_kind"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "release_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("position", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_release_key_release"),
        sa.PrimaryKeyConstraint("key", "release", name="pk_release_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_release_key_release", "release_key", ["release"], unique=False)
    op.create_table(
        "treatment",
        sa.Column("vulnerability", sa.Text(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("until", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("changed_us", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_treatment_release"),
        sa.ForeignKeyConstraint(["site"], ["site.number"], name="fk_treatment_site"),
        sa.PrimaryKeyConstraint("vulnerability", "release", "site", name="pk_treatment"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "advisory_name",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("advisory", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["advisory"], ["advisory.number"], name="fk_advisory_name_advisory"),
        sa.PrimaryKeyConstraint("name", "advisory", name="pk_advisory_name"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_advisory_name_advisory", "advisory_name", ["advisory"], unique=False)
    op.create_table(
        "claim_key",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("advisory", sa.Integer(), nullable=False),
        sa.Column("span", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("low", sa.LargeBinary(), nullable=True),
        sa.Column("high", sa.LargeBinary(), nullable=True),
        sa.Column("plain", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["advisory"], ["advisory.number"], name="fk_claim_key_advisory"),
        sa.PrimaryKeyConstraint("key", "advisory", "span", name="pk_claim_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_claim_key_advisory", "claim_key", ["advisory"], unique=False)
    op.create_table(
        "holding",
        sa.Column("bill", sa.Integer(), nullable=False),
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bill"], ["bill.number"], name="fk_holding_bill"),
        sa.ForeignKeyConstraint(["release"], ["release.number"], name="fk_holding_release"),
        sa.PrimaryKeyConstraint("bill", "release", name="pk_holding"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_holding_release", "holding", ["release"], unique=False)
