"""Bringing a database to the schema of this program."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import inspect, text

from tocsin.errors import BadInput
from tocsin.store.database import Database

__all__ = ["HEAD", "check_known", "revision", "upgrade", "upgrade_to"]

HEAD: Final = "0023"
"""The newest revision; a test holds it to the files in ``migrations/versions``."""


def revision(database: Database) -> str:
    """The revision of a database; empty if it has no tables yet."""
    with database.reading() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


def check_known(wanted: str) -> None:
    """Hold the revision of something that was kept to those that this program knows.

    Raises:
        BadInput: it is of a newer Tocsin, or there never was such a revision.
    """
    if not (len(wanted) == len(HEAD) and wanted.isascii() and wanted.isdigit() and int(wanted)):
        raise BadInput(f"is of no revision that there is: {wanted[:20]!r}")
    if wanted > HEAD:
        raise BadInput(
            f"is of a newer Tocsin (revision {wanted}, this one knows {HEAD})",
            hint="Install the newer Tocsin.",
        )


def upgrade(database: Database) -> None:
    """Make the tables, or bring older ones to this program's.

    Raises:
        BadInput: the database was written by a newer Tocsin.
    """
    held = revision(database)
    if held == HEAD:
        return
    if held > HEAD:
        raise BadInput(
            f"the node's database is of a newer Tocsin (revision {held}, this one knows {HEAD})",
            hint="Install the newer Tocsin, or restore a backup that this one wrote.",
        )
    upgrade_to(database, HEAD)


def upgrade_to(database: Database, wanted: str) -> None:
    """Bring a database to the revision ``wanted``, in one transaction: an upgrade that is cut off has not begun."""
    # Imported here: it takes longer than all else that a verb does.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, wanted)
