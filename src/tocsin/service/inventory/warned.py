"""Which hubs and sources warn of a vulnerability, whether or not they say which versions are affected."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection

from tocsin.inventory.exposure import Warned
from tocsin.sharing.published_advisory import vulnerability_names
from tocsin.sharing.withdrawal import why_withdrawn
from tocsin.store import hubs
from tocsin.store.carried import LastVersion, vulnerabilities_saying

__all__ = ["vulnerabilities_named", "warned_of"]


def warned_of(connection: Connection, name: str) -> list[Warned]:
    """Who warns of the vulnerability ``name``, by giver; of several objects of one giver those that still stand."""
    given: Iterable[hubs.Hub | hubs.Source] = [*hubs.hubs(connection), *hubs.sources(connection)]
    found: list[Warned] = []
    for one in given:
        named = vulnerabilities_named(connection, one.collection, name)
        stand = [held for held in named if not held[0].revoked]
        for version, said in stand or named:
            found.append(
                Warned(
                    one.name,
                    next(held for held in vulnerability_names(said) if held.casefold() == name.casefold()),
                    version.id,
                    withdrawn=version.revoked,
                    why=why_withdrawn(said) if version.revoked else "",
                    takes_answers=isinstance(one, hubs.Hub),
                )
            )
    return found


def vulnerabilities_named(
    connection: Connection, collection: int, name: str
) -> list[tuple[LastVersion, dict[str, object]]]:
    """The last version of each vulnerability in a collection that goes by ``name``, with what it says, by id.

    ``name`` may be written in any case.
    """
    last = {
        one.id: (one, body) for one, body in vulnerabilities_saying(connection, collection, _spelled(name))
    }
    read = [(one, msgspec.json.decode(body, type=dict[str, object])) for one, body in last.values()]
    return [
        (one, said)
        for one, said in read
        if name.casefold() in {held.casefold() for held in vulnerability_names(said)}
    ]


def _spelled(name: str) -> list[str]:
    """As CVE spells a name, as GHSA does, and as it stands."""
    kind, dash, rest = name.partition("-")
    return sorted({name, name.upper(), f"{kind.upper()}{dash}{rest.lower()}"})
