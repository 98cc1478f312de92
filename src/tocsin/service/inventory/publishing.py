"""An advisory's file as the objects that ``publish`` tells the members."""

from __future__ import annotations

from collections.abc import Callable, Collection as Names
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, Place
from tocsin.inventory.advisories.recognise import form_of, read_advisories
from tocsin.inventory.advisory import Advisory, Form
from tocsin.limits import PUBLISHED_ADVISORY_BYTES
from tocsin.model.stix_check import version_key
from tocsin.model.timestamp import parse_timestamp
from tocsin.model.tlp import Tlp, parse_tlp
from tocsin.service.exchange.node import WARNINGS, Node, moment
from tocsin.sharing.audience import with_markings
from tocsin.sharing.policy import Const
from tocsin.sharing.published_advisory import (
    Carried,
    carried_by,
    report_id,
    report_of,
    vulnerability_id,
    vulnerability_of,
)
from tocsin.store.collections import find_collection
from tocsin.store.objects import StoredObject, versions

__all__ = ["PublishedAdvisory", "advisory_objects", "vulnerabilities_of"]

_PUBLISHED: Final = frozenset({Form.CSAF, Form.CVE, Form.OSV, Form.OPENVEX})
_STEP_US: Final = 1_000
_TITLE: Final = 300


@dataclass(frozen=True, slots=True)
class PublishedAdvisory:
    """What an advisory's file becomes: the ``body`` of STIX objects, marked at least with ``tlp``.

    ``id`` is what its publisher calls it, ``report`` the id of the object that carries it, ``vulnerabilities`` the
    ids of those that members answer to, by name. ``notes`` are what a person should know.
    """

    body: bytes
    tlp: Tlp
    id: str
    report: str
    vulnerabilities: dict[str, str]
    notes: tuple[str, ...]


class _Stix(msgspec.Struct):
    type: str = ""
    id: str = ""


def advisory_objects(
    node: Node, data: bytes, name: str, *, tlp: Tlp | None, audience: Names[str]
) -> PublishedAdvisory | None:
    """The objects that tell the members of the advisory in ``data`` (a file called ``name``); None if it is none.

    What is published already under the same marking stands as it is. The level is at least that which the document
    says of itself.

    Raises:
        BadInput: it is a catalogue or may be an inventory, cannot be read, is too large, or is older than what is
            published.
    """
    form = None if _is_stix(data) else form_of(data.removeprefix(b"\xef\xbb\xbf"))
    if form is None:
        return None
    advisory = _read(data, name, form)
    level = _level(advisory, tlp, name)
    now = node.now_us
    own = node.own.id
    with node.reading() as connection:
        held = _Held(connection, own, level, audience, now)
        made: list[bytes] = []
        ids: dict[str, str] = {}
        for one in vulnerabilities_of(advisory):
            ids[one], body = held.vulnerability(one)
            made.append(body)
        report, body = held.report(advisory, data, list(ids.values()))
        made.append(body)
    return PublishedAdvisory(
        b'{"objects":[\n' + b",\n".join(made) + b"\n]}",
        level,
        advisory.id,
        report,
        ids,
        _notes(advisory),
    )


def vulnerabilities_of(advisory: Advisory) -> list[str]:
    """The names of the vulnerabilities that an advisory speaks of, each once; one that claims nothing has its own."""
    said = [claim.vulnerability for claim in advisory.claims] + [name for name, _ in advisory.stakes]
    return list(dict.fromkeys(filter(None, said))) or [advisory.id]


def _is_stix(data: bytes) -> bool:
    """Whether it says of itself that it is a STIX object: that has an id and a time as records of OSV have."""
    try:
        found = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=_Stix)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return bool(found.type) and found.id.startswith(f"{found.type}--")


def _read(data: bytes, name: str, form: Form) -> Advisory:
    if form not in _PUBLISHED:
        raise BadInput(
            "a catalogue is not published as one advisory"
            if form is Form.KEV
            else "a CycloneDX document may hold an inventory, and is not published",
            where=Place(name),
            hint="Members read it themselves: tocsin sync kev"
            if form is Form.KEV
            else "Publish the statement as OpenVEX or CSAF.",
        )
    if len(data) > PUBLISHED_ADVISORY_BYTES:
        raise BadInput(
            f"has {len(data):,} bytes; an advisory of at most {PUBLISHED_ADVISORY_BYTES:,} is published",
            where=Place(name),
            hint="Leave out what members do not need, such as notes in several languages.",
        )
    read = list(read_advisories(data, name))
    if len(read) != 1 or not isinstance(read[0], Advisory):
        first = next((one for one in read if not isinstance(one, Advisory)), None)
        raise BadInput(
            first.why
            if first is not None
            else f"it holds {len(read):,} advisories, and one is published at a time",
            where=Place(name),
        )
    return read[0]


def _level(advisory: Advisory, tlp: Tlp | None, name: str) -> Tlp:
    """As strict as was asked, and as the document asks itself; without either TLP:AMBER."""
    own = parse_tlp(advisory.tlp) if advisory.tlp else None
    if advisory.tlp and own is None:
        raise BadInput(
            f"the advisory is marked {advisory.tlp[:40]!r}, which is no TLP",
            where=Place(name),
            hint="Ask its publisher to whom it may go.",
        )
    asked = tlp if tlp is not None else own if own is not None else Tlp.AMBER
    return max(asked, own) if own is not None else asked


def _notes(advisory: Advisory) -> tuple[str, ...]:
    notes = []
    if advisory.draft:
        notes.append(f"{advisory.id}: is a draft, not yet its publisher's word")
    if advisory.withdrawn:
        notes.append(f"{advisory.id}: was withdrawn by its publisher, so that it says nothing is affected")
    elif not advisory.claims:
        notes.append(
            f"{advisory.id}: names no product, so that no member can tell by it whether it is affected"
        )
    if advisory.unread:
        first = advisory.unread[0]
        notes.append(
            f"{advisory.id}: {len(advisory.unread):,} parts of it cannot be read, here or at the members: "
            f"{first.place}: {first.why}"
        )
    return tuple(notes)


class _Held:
    """What of an advisory is published already, and what is to be besides."""

    def __init__(
        self, connection: Connection, own: str, level: Tlp, audience: Names[str], now_us: int
    ) -> None:
        found = find_collection(connection, WARNINGS)
        if found is None:
            raise BadInput(f"the node has no collection {WARNINGS!r}: its database was tampered with")
        self.connection = connection
        self.collection = found.number
        self.own = own
        self.level = level
        self.audience = audience
        self.now_us = now_us

    def vulnerability(self, name: str) -> tuple[str, bytes]:
        """The id and the object of a vulnerability: that which is here, or a new version or one anew."""
        id, held = self._standing(lambda time: vulnerability_id(self.own, name, time))
        return id, self._version(held, lambda times: vulnerability_of(id, self.own, name, *times))

    def report(self, advisory: Advisory, data: bytes, refs: list[str]) -> tuple[str, bytes]:
        """The id and the object that carries the advisory."""
        form = advisory.form.value
        id, held = self._standing(
            lambda time: report_id(self.own, form, advisory.id, time),
            withdrawn=lambda body: _is_of(body, data),
        )
        if held and advisory.modified:
            later = max((_modified(one.body) for one in held), default="")
            if later > advisory.modified:
                raise BadInput(
                    f"{advisory.id} is of {advisory.modified}, and what is published of {later}",
                    hint="Publish the newest revision.",
                )
        title = advisory.title if advisory.title and advisory.title.isprintable() else advisory.id
        said = {
            "name": title[:_TITLE],
            "publisher": advisory.publisher[:_TITLE],
            "url": advisory.url,
            "published": _instant(advisory.published),
        }
        carried = Carried(form, advisory.id, data)
        return id, self._version(held, lambda times: report_of(id, self.own, said, refs, carried, times))

    def _standing(
        self, made: Callable[[int], str], withdrawn: Callable[[bytes], bool] = lambda _: False
    ) -> tuple[str, list[StoredObject]]:
        """The id that is not withdrawn, and what is here of it: what was withdrawn stays so, and begins anew."""
        time = 0
        while True:
            id = made(time)
            held = versions(self.connection, self.collection, Const(value=True), id)
            last = max(held, key=_key, default=None)
            if last is None or not last.revoked:
                return id, held
            if withdrawn(last.body):
                raise BadInput(
                    "this very advisory was withdrawn, and that is for good",
                    hint="A later revision of it can be published.",
                )
            time += 1

    def _version(self, held: list[StoredObject], made: Callable[[tuple[str, str]], bytes]) -> bytes:
        now = moment(self.now_us)
        created = modified = now
        if held:
            last = max(held, key=_key)
            created = str(msgspec.json.decode(last.body)["created"])
            modified = moment(max(self.now_us, int(parse_timestamp(last.version)) // 1000 + _STEP_US))
        body = with_markings(made((created, modified)), self.level, self.audience)
        for one in held:
            if _content(one.body) == _content(body):
                return one.body
        return body


def _key(one: StoredObject) -> str:
    return version_key(one.version)


def _content(body: bytes) -> dict[str, Any]:
    held: dict[str, Any] = msgspec.json.decode(body)
    return {name: value for name, value in held.items() if name not in {"created", "modified"}}


def _is_of(body: bytes, data: bytes) -> bool:
    carried = carried_by(msgspec.json.decode(body))
    return carried is not None and carried.document == data


def _modified(body: bytes) -> str:
    carried = carried_by(msgspec.json.decode(body))
    read = list(read_advisories(carried.document, "")) if carried is not None else []
    return max((one.modified for one in read if isinstance(one, Advisory)), default="")


def _instant(text: str) -> str:
    """A time of an advisory as STIX writes one, "" if it is none."""
    try:
        return moment(int(parse_timestamp(text)) // 1000)
    except BadInput:
        return ""
