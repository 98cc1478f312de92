"""Who may read and note incidents: the people of this node's own organisation, and nobody else."""

from __future__ import annotations

from tocsin.errors import NotPermitted
from tocsin.service.exchange.access import Access

__all__ = ["check_may_read"]


def check_may_read(access: Access, what: str = "incidents") -> None:
    """Refuse who may not read incidents: nothing here is kept closer. TLP:RED is for named people, never for a token.

    ``what`` else is kept as close is said so.

    Raises:
        NotPermitted: it is another organisation, or a token.
    """
    if access.viewer.relation != "own" or access.token:
        raise NotPermitted(
            f"{what} are for this node's own people", hint="On the machine of this node run: tocsin signin"
        )
