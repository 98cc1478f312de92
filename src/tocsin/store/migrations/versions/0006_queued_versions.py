"""Which version of which object was ever queued for a hub, so that its last is found without reading all bodies."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_AT_ONCE = 100


def upgrade() -> None:
    """Add a table, and note in it what was queued before."""
    made = op.create_table(
        "outgoing_version",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "outgoing",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("created", sa.Text(), nullable=False),
        sa.Column("modified", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing"], ["outgoing.number"], name="fk_outgoing_version_outgoing"),
        sa.PrimaryKeyConstraint("id", "outgoing", name="pk_outgoing_version"),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    queued = sa.table("outgoing", sa.column("number", sa.BigInteger), sa.column("body", sa.LargeBinary))
    after = -1
    while True:
        rows = connection.execute(
            sa.select(queued.c.number, queued.c.body)
            .where(queued.c.number > after)
            .order_by(queued.c.number)
            .limit(_AT_ONCE)
        ).all()
        if not rows:
            return
        found = [one for number, body in rows for one in _versions(number, bytes(body))]
        if found:
            connection.execute(made.insert(), found)
        after = rows[-1][0]


def _versions(number: int, body: bytes) -> list[dict[str, object]]:
    """Its versions that have a time; what is none of ours is left out, as it was when all bodies were read."""
    try:
        objects = json.loads(body)["objects"]
    except (ValueError, KeyError, TypeError):
        return []
    found = {}
    for one in objects if isinstance(objects, list) else ():
        said = [one.get(key) for key in ("id", "created", "modified")] if isinstance(one, dict) else []
        if said and all(isinstance(text, str) and text for text in said):
            id, created, modified = said
            found[id] = {"id": id, "outgoing": number, "created": created, "modified": modified}
    return list(found.values())
