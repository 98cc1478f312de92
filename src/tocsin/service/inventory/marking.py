"""Whether a node keeps answers about its inventory (:mod:`tocsin.service.inventory.kept_answers`)."""

from __future__ import annotations

from contextlib import suppress

from tocsin.errors import SourceUnavailable
from tocsin.limits import ANSWERS_KEPT_FROM
from tocsin.service.exchange.node import Node
from tocsin.store.answers import begin_marks, marks_are_made, released

__all__ = ["prepare"]


def prepare(node: Node) -> None:
    """Have a node that holds many releases note what changes; what is read after this may be kept."""
    with node.reading() as connection:
        wanted = not marks_are_made(connection) and released(connection) >= ANSWERS_KEPT_FROM
    if wanted:
        with suppress(SourceUnavailable):
            node.write(begin_marks)
