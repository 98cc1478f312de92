"""What people here note about an advisory."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select

from tocsin.store.schema import advisory_comment

__all__ = ["Comment", "comments", "forget_comments", "keep_comment"]


@dataclass(frozen=True, slots=True)
class Comment:
    """Who said what, and when."""

    at_us: int
    by: str
    text: str


def keep_comment(connection: Connection, form: str, id: str, said: Comment) -> None:
    """Keep a comment on the advisory ``id`` of ``form``."""
    number = (connection.scalar(select(func.max(advisory_comment.c.number))) or 0) + 1
    connection.execute(
        insert(advisory_comment).values(
            number=number, form=form, id=id, at_us=said.at_us, by=said.by, text=said.text
        )
    )


def comments(connection: Connection, form: str, id: str) -> list[Comment]:
    """The comments on an advisory, the first first."""
    table = advisory_comment
    rows = connection.execute(
        select(table.c.at_us, table.c.by, table.c.text)
        .where(table.c.form == form, table.c.id == id)
        .order_by(table.c.number)
    )
    return [Comment(*row) for row in rows]


def forget_comments(connection: Connection, form: str, id: str) -> None:
    """Forget the comments on an advisory."""
    connection.execute(
        delete(advisory_comment).where(advisory_comment.c.form == form, advisory_comment.c.id == id)
    )
