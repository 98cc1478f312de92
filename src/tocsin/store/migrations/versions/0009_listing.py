"""What a bill lists, kept whole; where a release is, as one tree of numbers and only as it is now."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put what each bill lists into one row, and make the table of holdings anew without it."""
    op.add_column("bill", sa.Column("releases", sa.Integer(), nullable=False, server_default="0"))
    listing = op.create_table(
        "listing",
        sa.Column("bill", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["bill"], ["bill.number"], name="fk_listing_bill"),
        sa.PrimaryKeyConstraint("bill", name="pk_listing"),
    )
    connection = op.get_bind()
    bill = sa.table("bill", sa.column("number"), sa.column("releases"))
    held = sa.table(
        "holding", sa.column("bill"), sa.column("release"), sa.column("times"), sa.column("place")
    )
    for number in connection.scalars(sa.select(bill.c.number)).all():
        rows = connection.execute(
            sa.select(held.c.release, held.c.times, held.c.place)
            .where(held.c.bill == number)
            .order_by(held.c.release)
        ).all()
        columns = [[row[at] for row in rows] for at in range(3)]
        body = json.dumps(columns, ensure_ascii=False, separators=(",", ":")).encode()
        connection.execute(listing.insert(), {"bill": number, "body": body})
        connection.execute(bill.update().where(bill.c.number == number).values(releases=len(rows)))
    op.execute(
        "CREATE TEMPORARY TABLE held_now AS SELECT h.release AS release, h.bill AS bill FROM holding AS h "
        "JOIN bill AS b ON b.number = h.bill WHERE b.replaced_us IS NULL"
    )
    op.drop_table("holding")
    op.create_table(
        "holding",
        sa.Column("release", sa.Integer(), nullable=False),
        sa.Column("bill", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("release", "bill", name="pk_holding"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO holding (release, bill) SELECT release, bill FROM held_now ORDER BY release, bill"
    )
    op.execute("DROP TABLE held_now")
