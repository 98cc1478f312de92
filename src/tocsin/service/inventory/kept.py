"""What a node keeps of its inventory and of advisories, as the pillar's own values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache

import msgspec
from sqlalchemy import Connection

from tocsin.inventory.advisory import Advisory
from tocsin.inventory.alias import Alias, Aliases
from tocsin.inventory.assess import Held, HeldRelease
from tocsin.inventory.component import Component
from tocsin.inventory.exposure import NotRead
from tocsin.inventory.revision import is_anew
from tocsin.inventory.treatment import Treatment
from tocsin.service.exchange.node import moment
from tocsin.store.aliases import aliases
from tocsin.store.bills import bills, holdings, release_bodies
from tocsin.store.treatments import KeptTreatment, treatments

__all__ = [
    "aliases_of",
    "anew",
    "day_of",
    "decode_advisory",
    "decode_alias",
    "decode_component",
    "held_releases",
    "not_read_of",
]

_component = msgspec.json.Decoder(Component)
_advisory = msgspec.json.Decoder(Advisory)
_alias = msgspec.json.Decoder(Alias)


@lru_cache(maxsize=16_384)
def decode_advisory(body: bytes) -> Advisory:
    """An advisory as it is kept."""
    return _advisory.decode(body)


def anew(before: bytes, after: bytes) -> bool:
    """Whether the second of two kept forms of an advisory is to be looked at anew."""
    return is_anew(_advisory.decode(before), _advisory.decode(after))


def decode_component(body: bytes) -> Component:
    """A component as it is kept."""
    return _component.decode(body)


def aliases_of(connection: Connection) -> Aliases:
    """What persons said here of the names of products."""
    return Aliases(decode_alias(one.body) for one in aliases(connection))


def decode_alias(body: bytes) -> Alias:
    """What a person said, as it is kept."""
    return _alias.decode(body)


def day_of(us: int) -> date:
    """The day (UTC) of a time in microseconds."""
    return datetime.fromtimestamp(us / 1_000_000, UTC).date()


def held_releases(connection: Connection, releases: Iterable[int] | None = None) -> dict[int, HeldRelease]:
    """Releases and where they are now, by number; all that are anywhere, or of these."""
    rows = holdings(connection, releases)
    subjects = {one.subject for one in rows if one.subject is not None}
    numbers = {one.release for one in rows} | subjects
    components = {
        number: _component.decode(body)
        for number, body in release_bodies(connection, sorted(numbers)).items()
    }
    done: Mapping[tuple[int, str], Mapping[str, Treatment]] = {
        place: {name: _treatment(one) for name, one in by_name.items()}
        for place, by_name in treatments(connection).items()
    }
    said = aliases_of(connection)
    held: dict[int, list[Held]] = {}
    for one in rows:
        subject = None if one.subject is None else components[one.subject]
        held.setdefault(one.release, []).append(
            Held(
                site=one.site,
                exposed=one.exposed,
                owner=one.owner,
                bill=one.bill,
                place=one.place,
                subject=subject,
                known_since=day_of(one.added_us),
                treatments=done.get((one.release, one.site), {}),
                also=() if subject is None else said.same_as(subject.identity),
            )
        )
    return {
        number: HeldRelease(components[number], tuple(places), said.of(components[number].identity))
        for number, places in held.items()
    }


def _treatment(kept: KeptTreatment) -> Treatment:
    return Treatment(
        kept.state,
        kept.until,
        kept.owner,
        kept.approved,
        kept.why,
        changed=moment(kept.changed_us),
        by=kept.changed_by,
    )


def not_read_of(connection: Connection) -> list[NotRead]:
    """What of the bills that hold now could not be read."""
    return [
        NotRead(bill.name, one["place"], one["why"])
        for bill in bills(connection)
        for one in msgspec.json.decode(bill.unread)["unread"]
    ]
