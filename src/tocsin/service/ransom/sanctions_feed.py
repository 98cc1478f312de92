"""``sync ofac|uk-sanctions|eu-sanctions``: each version of a list that comes by is kept, and none is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
import zstandard
from sqlalchemy import Connection

from tocsin.errors import BadInput, Place, SourceUnavailable, TocsinError
from tocsin.limits import ADVISORY_BYTES
from tocsin.ransom.sanctions.advanced_xml import is_advanced_xml, read_advanced_xml
from tocsin.ransom.sanctions.difference import difference
from tocsin.ransom.sanctions.eu_xml import is_eu_xml, read_eu_xml
from tocsin.ransom.sanctions.party import EU_FSF, OFAC_SDN, UK_SL, ListVersion, Party, pairs_of
from tocsin.ransom.sanctions.sdn_csv import is_overflow, is_sdn_csv, read_sdn_csv
from tocsin.ransom.sanctions.uk_xml import is_uk_xml, read_uk_xml
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.feed_list import (
    EU_SANCTIONS,
    OFAC,
    UK_SANCTIONS,
    FeedState,
    Validators,
    written_state,
)
from tocsin.service.inventory.kept import day_of
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.whole import whole
from tocsin.store.advisories import Feed, feeds, keep_feed
from tocsin.store.sanctions import KeptList, addressed_of, keep_list, kept_lists

if TYPE_CHECKING:
    # It brings what fetches feeds.
    from tocsin.service.inventory.taking import Taken

__all__ = ["LISTS", "confirm_lists", "keep_lists", "parties_in"]

LISTS: Final[Mapping[str, str]] = {OFAC: OFAC_SDN, UK_SANCTIONS: UK_SL, EU_SANCTIONS: EU_FSF}
"""The lists by the feed that brings them, in the order in which they are compared."""

_WANTED: Final = {
    OFAC: ("list of OFAC", "Give SDN_ADVANCED.XML, or SDN.CSV with SDN_COMMENTS.CSV."),
    UK_SANCTIONS: ("UK Sanctions List", "Give UK-Sanctions-List.xml."),
    EU_SANCTIONS: ("consolidated list of the EU", "Give xmlFullSanctionsList_1_1, the list as XML 1.1."),
}

_XML: Final[Mapping[str, tuple[Callable[[bytes], bool], Callable[[Iterable[bytes], str], ListVersion]]]] = {
    OFAC: (is_advanced_xml, read_advanced_xml),
    UK_SANCTIONS: (is_uk_xml, read_uk_xml),
    EU_SANCTIONS: (is_eu_xml, read_eu_xml),
}
_LIST: Final = "SDN"
_OVERFLOW: Final = "SDN_COMMENTS"
_decoder = msgspec.json.Decoder(tuple[Party, ...])


@dataclass(slots=True)
class _Found:
    """What was found of the list ``feed`` in a file or folder: versions, and CSVs that wait for their overflow."""

    feed: str
    versions: list[ListVersion] = field(default_factory=list)
    lists: list[tuple[str, bytes]] = field(default_factory=list)
    overflows: dict[str, bytes] = field(default_factory=dict)
    problems: list[TocsinError] = field(default_factory=list)


def keep_lists(
    node: Node,
    done: Taken,
    found: Iterable[Stream | Unread],
    mirror: str,
    validators: Validators,
    address: str = "",
    *,
    issued: str = "",
) -> None:
    """Keep each version of the list in ``found`` that was not kept before; ``issued`` is the day of those of a CSV.

    A version that comes alone and is older than what was kept is a problem, unless ``issued`` is its day: it is kept,
    and the feed stays as it was, since this says nothing of how current that is.

    Raises:
        BadInput: there is none in it, it is damaged, or of a day to come.
        SourceUnavailable: it cannot be opened.
    """
    read = _read(done.name, found, issued)
    what, hint = _WANTED[done.name]
    latest = (day_of(node.now_us) + timedelta(days=1)).isoformat()
    for one in list(read.versions):
        if one.issued > latest:
            read.versions.remove(one)
            read.problems.append(
                BadInput(f"the list is of {one.issued}, a day to come", hint="Is the clock here right?")
            )
    if not read.versions:
        raise (read.problems.pop(0) if read.problems else BadInput(f"holds no {what}", hint=hint))
    done.problems += read.problems
    with node.reading() as connection:
        before = kept_lists(connection, LISTS[done.name])
        parties = parties_in(addressed_of(connection, before[0])) if before else ()
    known = {one.sha256 for one in before}
    new = sorted({one.sha256: one for one in read.versions}.values(), key=lambda one: one.issued)
    heads = [(_head(one, node.now_us), one) for one in new if one.sha256 not in known]
    newest = max([*(head for head, _ in heads), *before], key=lambda one: (one.issued, one.kept_us))
    state = FeedState(
        mirror=mirror, listed=newest.addresses, validators={address: validators} if address else {}
    )
    feed = Feed(
        done.name,
        done.location,
        newest.issued,
        node.now_us,
        newest.addresses,
        len(read.problems),
        written_state(state),
    )

    is_alone = len(new) == 1 and new[0].issued != issued
    is_behind = is_alone and bool(before) and new[0].issued < before[0].issued

    def act(connection: Connection) -> None:
        for head, one in heads:
            keep_list(connection, head, *_bodies(one))
        if not is_behind:
            keep_feed(connection, feed)

    node.write(act)
    if is_behind:
        done.problems.append(_behind(done.name, new[0], before[0]))
    _tell(done, heads, before, newest, parties)


def confirm_lists(node: Node, name: str) -> None:
    """Note that the publisher has nothing newer than what is kept, so that it counts as current."""
    with node.reading() as connection:
        held = next((one for one in feeds(connection) if one.name == name), None)
    if held is not None:
        node.write(lambda connection: keep_feed(connection, replace(held, read_us=node.now_us)))


def parties_in(body: bytes) -> tuple[Party, ...]:
    """The parties of a body that the store keeps."""
    return _decoder.decode(zstandard.decompress(body))


def _bodies(one: ListVersion) -> tuple[bytes, bytes]:
    addressed = tuple(party for party in one.parties if party.addresses)
    others = tuple(party for party in one.parties if not party.addresses)
    pack = zstandard.ZstdCompressor(level=9).compress
    return pack(msgspec.json.encode(addressed)), pack(msgspec.json.encode(others))


def _head(one: ListVersion, now_us: int) -> KeptList:
    return KeptList(
        one.list,
        one.sha256,
        one.issued,
        one.form,
        one.overflow_sha256,
        now_us,
        len(one.parties),
        len(pairs_of(one.parties)),
    )


def _behind(feed: str, one: ListVersion, newest: KeptList) -> BadInput:
    meant = f" If it is meant as history, say so: --issued {one.issued}" if feed == OFAC else ""
    return BadInput(
        f"{feed}: the list of {one.issued} is older than that of {newest.issued}, with which answers of today stay",
        hint=f"It is kept for answers of its time. Bring a newer one for today's.{meant}",
    )


def _tell(
    done: Taken,
    heads: list[tuple[KeptList, ListVersion]],
    before: list[KeptList],
    newest: KeptList,
    parties: tuple[Party, ...],
) -> None:
    done.dated, done.advisories = newest.issued, newest.addresses
    done.unchanged = not heads
    for head, one in heads:
        if before and head.issued < before[0].issued:
            done.notes.append(
                f"the list of {head.issued} is older than that of {before[0].issued}; "
                "it is kept, and answers for its time"
            )
        elif head is newest and before:
            changes = difference(parties, one.parties)
            done.new, done.gone = len(changes.added), len(changes.removed)
        elif head is newest:
            done.new = head.addresses


def _read(feed: str, found: Iterable[Stream | Unread], issued: str) -> _Found:
    read = _Found(feed)
    for one in found:
        if isinstance(one, Unread):
            if not one.by_rule:
                read.problems.append(
                    SourceUnavailable(f"it is not read: {one.reason}", where=Place(one.name))
                )
            continue
        try:
            _take(one, read)
        except TocsinError as error:
            read.problems.append(error)
    for version in _csvs(read, issued):
        read.versions.append(version)
    return read


def _take(one: Stream, read: _Found) -> None:
    head = one.head()
    is_xml, read_xml = _XML[read.feed]
    if is_xml(head):
        version = read_xml(one.chunks(), one.name)
        if one.problem:
            raise BadInput(one.problem, where=Place(one.name))
        read.versions.append(version)
    elif read.feed == OFAC and is_sdn_csv(head):
        read.lists.append((one.name, whole(one, ADVISORY_BYTES, "lists of sanctioned parties")))
    elif read.feed == OFAC and is_overflow(head):
        read.overflows[one.name.upper()] = whole(one, ADVISORY_BYTES, "lists of sanctioned parties")
    elif one.problem or not head:
        raise BadInput(one.problem or "is empty", where=Place(one.name))
    elif head.lstrip().startswith(b"<"):
        raise BadInput(f"is no {_WANTED[read.feed][0]} as XML", where=Place(one.name))


def _csvs(read: _Found, issued: str) -> Iterator[ListVersion]:
    for name, data in read.lists:
        folder, slash, last = name.upper().rpartition("/")
        overflow = read.overflows.get(folder + slash + last.replace(_LIST, _OVERFLOW, 1))
        try:
            if not issued:
                raise BadInput(
                    "a list as CSV does not say on which day it was issued",
                    where=Place(name),
                    hint="Say so: --issued 2021-07-07",
                )
            yield read_sdn_csv(data, overflow, date.fromisoformat(issued).isoformat(), name)
        except TocsinError as error:
            read.problems.append(error)
