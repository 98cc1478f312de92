"""The versions of an advisory that are kept here, and what two of them say differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck
from tocsin.inventory.advisory import Advisory, Revision
from tocsin.inventory.told.difference import Change, differences
from tocsin.service.exchange.node import Node, moment
from tocsin.service.inventory.advisory_notes import advisories_called
from tocsin.service.inventory.kept import decode_advisory
from tocsin.store.advisories import advisory_bodies
from tocsin.store.earlier import earlier_versions
from tocsin.store.headlines import Headline

__all__ = [
    "Difference",
    "Version",
    "difference",
    "difference_of",
    "version_called",
    "versions",
    "versions_of",
]


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an advisory; ``name`` is what its publisher numbers it, else when it was changed last.

    ``replaced`` is when another took its place here, "" for the present one.
    """

    name: str
    kept: str
    replaced: str
    advisory: Advisory


@dataclass(frozen=True, slots=True)
class Difference:
    """What ``new`` says otherwise than ``old``; ``told`` is what its publisher says of the revisions between."""

    id: str
    form: str
    feed: str
    old: Version
    new: Version
    told: tuple[Revision, ...]
    changes: tuple[Change, ...]


def versions_of(connection: Connection, one: Headline) -> list[Version]:
    """The versions of an advisory that are kept, the oldest first and the present one last."""
    found = [
        Version(
            held.revision or held.modified or moment(held.kept_us),
            moment(held.kept_us),
            moment(held.replaced_us),
            decode_advisory(body),
        )
        for held, body in earlier_versions(connection, one.feed, one.form, one.id)
    ]
    ((_, _, body),) = advisory_bodies(connection, [one.number])
    name = one.revision or one.modified or moment(one.kept_us)
    return [*found, Version(name, moment(one.kept_us), "", decode_advisory(body))]


def versions(node: Node, id: str, form: str = "") -> tuple[Headline, list[Version]]:
    """An advisory and its versions; of several that are called so the one of which the most are kept.

    Raises:
        NothingToCheck: none is called so.
    """
    with node.reading() as connection:
        found = [(one, versions_of(connection, one)) for one in advisories_called(connection, id, form)]
    return max(found, key=lambda held: len(held[1]))


def difference(node: Node, id: str, old: str = "", new: str = "", *, form: str = "") -> Difference:
    """What two versions of an advisory say differently; without their names the last two.

    Raises:
        NothingToCheck: no advisory is called so, or no earlier version of it is kept.
        BadInput: no version, or more than one, is called so.
    """
    one, held = versions(node, id, form)
    return difference_of(one, held, old, new)


def difference_of(one: Headline, held: Sequence[Version], old: str = "", new: str = "") -> Difference:
    """As :func:`difference`, of an advisory and its versions."""
    if len(held) < 2 and not (old and new):
        raise NothingToCheck(
            f"no earlier version of {one.id} is kept here",
            hint="They are kept from when a newer one is first read, of records of large lists only where they name "
            "something here.",
        )
    after = version_called(held, new) if new else held[-1]
    before = version_called(held, old) if old else held[max(held.index(after) - 1, 0)]
    changes = differences(before.advisory, after.advisory)
    known = {held.number for held in before.advisory.history}
    told = tuple(held for held in after.advisory.history if held.number not in known)
    return Difference(one.id, one.form, one.feed, before, after, told, changes)


def version_called(held: Sequence[Version], name: str) -> Version:
    """The version that is called ``name``: as its publisher numbers it, or by the beginning of when it was changed.

    Raises:
        BadInput: none is, or several are.
    """
    found = [one for one in held if one.name == name] or [
        one for one in held if one.advisory.modified.startswith(name) or one.name.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    raise BadInput(
        f"{'several versions are' if found else 'no version is'} called {name[:60]}",
        hint=f"There are: {', '.join(one.name for one in held)}.",
    )
