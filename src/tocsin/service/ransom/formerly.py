"""What the kept versions of a list had before the one of a day."""

from __future__ import annotations

from sqlalchemy import Connection

from tocsin.ransom.screening.formerly import FormerlyListed
from tocsin.service.ransom.sanctions_feed import parties_in
from tocsin.service.ransom.screened_lists import ListUsed
from tocsin.store.sanctions import addressed_of, kept_lists

__all__ = ["formerly_listed"]


def formerly_listed(connection: Connection, used: ListUsed) -> FormerlyListed:
    """The addresses that versions before ``used`` had; later ones are not looked at."""
    versions = kept_lists(connection, used.head.list)
    before = versions[versions.index(used.head) + 1 :]
    return FormerlyListed(
        used.addresses,
        used.head.issued,
        ((one.issued, parties_in(addressed_of(connection, one))) for one in before),
    )
