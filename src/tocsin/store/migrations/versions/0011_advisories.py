"""What advisories are sought by, their earlier versions, comments on them, and which were removed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_TEXTS = (
    "title", "publisher", "publisher_category", "namespace", "category", "status", "revision", "form_version", "tlp",
    "published", "modified", "severity", "vulnerabilities", "history", "words",
    "products",
)  # fmt: skip
_OF_BODY = ("title", "publisher", "revision", "tlp", "published", "modified", "severity")


def upgrade() -> None:
    """Add the tables, and of each advisory that is kept what a list shows; the rest comes when its feed is read."""
    op.create_table(
        "advisory_head",
        sa.Column("advisory", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS[:12]),
        sa.Column("score", sa.Float(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS[12:]),
        sa.Column("kept_us", sa.BigInteger(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=True),
        sa.Column("seen_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["advisory"], ["advisory.number"], name="fk_advisory_head_advisory"),
        sa.PrimaryKeyConstraint("advisory", name="pk_advisory_head"),
    )
    op.create_table(
        "advisory_version",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("kept_us", sa.BigInteger(), nullable=False),
        sa.Column("replaced_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.name"], name="fk_advisory_version_feed"),
        sa.PrimaryKeyConstraint("number", name="pk_advisory_version"),
    )
    op.create_index("ix_advisory_version_feed_form_id", "advisory_version", ["feed", "form", "id"])
    op.create_table(
        "advisory_comment",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_advisory_comment"),
    )
    op.create_index("ix_advisory_comment_form_id", "advisory_comment", ["form", "id"])
    op.create_table(
        "advisory_removed",
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.Column("removed_us", sa.BigInteger(), nullable=False),
        sa.Column("removed_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed"], ["feed.name"], name="fk_advisory_removed_feed"),
        sa.PrimaryKeyConstraint("feed", "form", "id", name="pk_advisory_removed"),
        sqlite_with_rowid=False,
    )
    _fill()


def _fill() -> None:
    if op.get_bind().dialect.name == "sqlite":
        held = "SELECT number, id, form, read_us, CAST(body AS TEXT) AS said FROM advisory"
        of = {name: f"COALESCE(json_extract(said, '$.{name}'), '')" for name in _OF_BODY}
    else:
        held = "SELECT number, id, form, read_us, convert_from(body, 'UTF8')::json AS said FROM advisory"
        of = {name: f"COALESCE(said->>'{name}', '')" for name in _OF_BODY}
    of["words"] = f"LOWER(id || ' ' || {of['title']} || ' ' || {of['publisher']})"
    values = ", ".join(of.get(name, "''") for name in _TEXTS)
    op.execute(
        f"INSERT INTO advisory_head (advisory, id, form, {', '.join(_TEXTS)}, kept_us, seen_by) "  # noqa: S608  ours
        f"SELECT number, id, form, {values}, read_us, '' FROM ({held}) AS kept"
    )
