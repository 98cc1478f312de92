"""What persons said of the names of products."""

from __future__ import annotations

import re

import msgspec
import sqlalchemy as sa
from alembic import op

from tocsin.inventory.identity import Identity
from tocsin.inventory.name_key import name_keys

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables of aliases."""
    op.create_table(
        "alias",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("noted_us", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_alias"),
        sa.UniqueConstraint("held", "named", name="uq_alias_held_named"),
    )
    op.create_table(
        "alias_key",
        sa.Column("named", sa.Text(), nullable=False),
        sa.Column("held", sa.Text(), nullable=False),
        sa.Column("alias", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["alias"], ["alias.number"], name="fk_alias_key_alias"),
        sa.PrimaryKeyConstraint("named", "held", "alias", name="pk_alias_key"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_alias_key_alias", "alias_key", ["alias"], unique=False)
    op.create_index("ix_alias_key_held", "alias_key", ["held"], unique=False)
    _find_by_names_in_other_scripts(op.get_bind())


def _find_by_names_in_other_scripts(connection: sa.Connection) -> None:
    """Give releases the key of their name that none was made of before, since it has no letter of the Latin script."""
    found = []
    for number, name, body in connection.execute(sa.text("SELECT number, name, body FROM release")):
        if not re.search("[a-z0-9]", name.lower()) and any(map(str.isalpha, name)):
            identity = Identity(
                name=name, vendor=msgspec.json.decode(bytes(body))["identity"].get("vendor", "")
            )
            found += [{"key": key.text, "release": number} for key in name_keys(identity, held=True)]
    known = sa.text("SELECT 1 FROM release_key WHERE key = :key AND release = :release")
    new = sa.text("INSERT INTO release_key (key, release, scheme) VALUES (:key, :release, '')")
    for one in found:
        if connection.execute(known, one).first() is None:
            connection.execute(new, one)
