"""The ransoms of all incidents that are known here, read without the rest of them: a screening asks for no more."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput
from tocsin.incidents.incident import Determination, Incident, Investigation
from tocsin.incidents.moment import Moment, moment_text
from tocsin.incidents.stix.names import FORM
from tocsin.model.tlp import Tlp
from tocsin.ransom.screening.known_ransom import KnownRansom, Origin
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import kept_incidents
from tocsin.service.incidents.received import givers
from tocsin.store.carried import LastVersion, bodies, last_versions
from tocsin.store.labels import label_of

__all__ = ["is_unpaid", "known_ransoms", "unpaid"]


class _Payment(msgspec.Struct, frozen=True):
    wallets: tuple[str, ...] = ()
    at: Moment | None = None


class _Ransom(msgspec.Struct, frozen=True):
    wallets: tuple[str, ...] = ()
    at: Moment | None = None
    note_names: tuple[str, ...] = ()
    payments: tuple[_Payment, ...] = ()


class _Moments(msgspec.Struct, frozen=True):
    began: Moment | None = None
    detected: Moment | None = None
    paid: Moment | None = None


class _Person(msgspec.Struct, frozen=True):
    name: str = ""
    email: str = ""
    phone: str = ""


class _Form(msgspec.Struct, frozen=True):
    ransom: _Ransom | None = None
    moments: _Moments = _Moments()
    actors: tuple[str, ...] = ()
    software: tuple[str, ...] = ()
    contact: _Person = _Person()


class _Extension(msgspec.Struct, frozen=True):
    form: _Form = _Form()


class _Extensions(msgspec.Struct, frozen=True):
    ours: _Extension = msgspec.field(default=_Extension(), name=FORM)


class _Object(msgspec.Struct, frozen=True):
    """As much of an incident as its ransom needs; only the form has a place for addresses."""

    id: str
    name: str
    extensions: _Extensions = _Extensions()


_decoder: Final = msgspec.json.Decoder(_Object)


def known_ransoms(connection: Connection) -> list[KnownRansom]:
    """Of each incident that names an address of its ransom: what is known of that, by whose word.

    Those are this node's own and the noted ones, and of those that hubs and sources give, or this node released, the
    last version of each that was not withdrawn. What this node sent and got back under another id is still among them:
    see :func:`~tocsin.service.incidents.received.came_back`.
    """
    kept = kept_incidents(connection)
    own = [held for one in kept if (held := _noted(one)).addresses]
    ids = {one.id for one in kept}
    found: dict[str, tuple[str, KnownRansom]] = {}
    for by, collection in givers(connection):
        for version, ransom in _given(connection, by, collection):
            before = found.get(ransom.id)
            if ransom.id not in ids and (before is None or before[0] < version):
                found[ransom.id] = version, ransom
    # What somebody says last counts, even if that is nothing.
    given = (ransom for _, ransom in found.values() if ransom.addresses)
    return [*own, *sorted(given, key=lambda one: one.id)]


def is_unpaid(incident: Incident) -> bool:
    """Whether it is this node's own and asks to pay to an address, and somebody may be about to.

    One that was paid, was closed, or turned out to be none asks nobody any more.
    """
    ransom = incident.ransom
    return (
        incident.is_own
        and ransom is not None
        and any(one.strip() for one in ransom.wallets)
        and not ransom.payments
        and incident.moments.paid is None
        and incident.investigation is not Investigation.CLOSED
        and incident.determination is not Determination.FALSE_POSITIVE
    )


def unpaid(node: Node) -> list[Incident]:
    """This node's own incidents that ask to pay to an address, and were not paid."""
    with node.reading() as connection:
        return [one for one in kept_incidents(connection) if is_unpaid(one)]


def _noted(incident: Incident) -> KnownRansom:
    return _known(
        incident.id,
        incident.name,
        msgspec.convert(incident, _Form, from_attributes=True),
        origin=Origin.OWN if incident.is_own else Origin.NOTED,
        by=incident.whose,
        tlp=incident.tlp,
        is_open=is_unpaid(incident),
    )


def _given(connection: Connection, by: str, collection: int) -> Iterator[tuple[str, KnownRansom]]:
    """The last version of each incident there, as what sorts it, and its ransom; none that cannot be read."""
    versions: Mapping[int, LastVersion] = {
        one.place: one for one in last_versions(connection, collection, "incident") if not one.revoked
    }
    origin = Origin.GIVEN if by else Origin.RELEASED

    @cache
    def tlp(label: int) -> str:
        held = label_of(connection, label).tlp
        # A marking that is not understood allows nothing that is understood.
        return Tlp(min(held, Tlp.RED)).text

    for place, body in bodies(connection, versions):
        try:
            one = _decoder.decode(body)
        except msgspec.ValidationError:
            continue
        version = versions[place]
        yield (
            version.version_key,
            _known(one.id, one.name, one.extensions.ours.form, origin=origin, by=by, tlp=tlp(version.label)),
        )


def _known(
    id: str, name: str, form: _Form, *, origin: Origin, by: str, tlp: str, is_open: bool = False
) -> KnownRansom:
    ransom = form.ransom or _Ransom()
    paid = (address for one in ransom.payments for address in one.wallets)
    return KnownRansom(
        id,
        name,
        origin,
        by,
        _when(form, ransom),
        tlp,
        asked=_plain(ransom.wallets),
        paid=_plain(paid),
        names=_plain((*form.actors, *ransom.note_names)),
        families=_plain(form.software),
        contact=", ".join(filter(None, (form.contact.name, form.contact.email, form.contact.phone))),
        is_open=is_open,
    )


def _plain(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))


def _when(form: _Form, ransom: _Ransom) -> str:
    """The day of payment, else of the demand, else of the incident, no finer than it is known; "" if not at all."""
    paid = [one.at for one in ransom.payments if one.at]
    known = (*paid[:1], form.moments.paid, ransom.at, form.moments.detected, form.moments.began)
    at = next(filter(None, known), None)
    try:
        return moment_text(at)[:10].split(" ")[0] if at else ""
    except (BadInput, OverflowError, ValueError):
        # Others may write a moment that no clock shows.
        return ""
