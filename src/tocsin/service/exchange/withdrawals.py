"""When and why warnings were withdrawn, as far as whoever asks may see; and of which of them findings are kept here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.detect.result import Finding
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.synced import WithFindings
from tocsin.sharing.policy import Const, Expr
from tocsin.sharing.withdrawal import why_withdrawn
from tocsin.store.findings import of_warnings
from tocsin.store.withdrawn import revocations, withdrawn_with_findings

__all__ = ["Withdrawal", "with_findings", "withdrawals", "withdrawn_here", "withdrawn_of"]

_EVERYTHING: Final = Const(value=True)
_finding = msgspec.json.Decoder(Finding)


class Withdrawal(msgspec.Struct, kw_only=True, frozen=True):
    """A warning was withdrawn: ``at`` is the version that says so, ``why`` the reason, "" where none is told."""

    at: str
    why: str


def withdrawals(connection: Connection, allowed: Expr, warnings: Iterable[str]) -> dict[str, Withdrawal]:
    """Those of ``warnings`` that were withdrawn: no hub or source that gave one lets it stand any more.

    What is no longer valid (``valid_until``), or is no longer listed by a source, was not withdrawn.
    """
    return {
        id: Withdrawal(at=one.version, why=why_withdrawn(msgspec.json.decode(one.body)))
        for id, one in revocations(connection, allowed, warnings).items()
    }


def withdrawn_here(node: Node) -> frozenset[str]:
    """The warnings that were withdrawn and of which findings are kept here, whoever may see them."""
    with node.reading() as connection:
        return frozenset(withdrawn_with_findings(connection, _EVERYTHING))


def withdrawn_of(node: Node, warnings: Iterable[str]) -> dict[str, Withdrawal]:
    """Those of ``warnings`` that were withdrawn, whoever may see them."""
    with node.reading() as connection:
        return withdrawals(connection, _EVERYTHING, warnings)


def with_findings(node: Node, warnings: Iterable[str]) -> list[WithFindings]:
    """Of ``warnings``, which were withdrawn, those of which findings are kept here, by id."""
    with node.reading() as connection:
        held = of_warnings(connection, warnings)
        ended = withdrawals(connection, _EVERYTHING, [one.warning for _, one in held])
    return [
        WithFindings(one.warning, _finding.decode(one.body).title, ended[one.warning].why, count)
        for count, one in held
        if one.warning in ended
    ]
