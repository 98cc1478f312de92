"""``sync kev``, ``sync ofac`` and so on: what feeds say, from the web or from a mirror."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck, NotPermitted, Place, SourceUnavailable, TocsinError
from tocsin.inventory.advisory import Advisory
from tocsin.inventory.exposure import FeedAge, NotRead
from tocsin.service.exchange.node import Node
from tocsin.service.exchange.remote import MakeClient
from tocsin.service.inventory.check import age_of
from tocsin.service.inventory.epss_feed import EPSS, keep_scores
from tocsin.service.inventory.feed_list import (
    ECOSYSTEM,
    TAGPACKS,
    Validators,
    ecosystems_of,
    known_feeds,
    read_state,
)
from tocsin.service.inventory.lifecycle_feed import keep_ends
from tocsin.service.inventory.news import news_for
from tocsin.service.inventory.reading import parts_not_read, read_document, read_stream
from tocsin.service.inventory.taking import Taken, Taking
from tocsin.service.ransom.label_feed import keep_labels
from tocsin.service.ransom.sanctions_feed import LISTS, confirm_lists, keep_lists
from tocsin.sources.csaf_provider import DIGESTS, CsafProvider, Document, check_digest, is_provider
from tocsin.sources.download import downloaded
from tocsin.sources.evidence import find_streams
from tocsin.sources.http_client import HttpClient
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.web_address import parse_web_address
from tocsin.store.advisories import Feed, feeds, package_kinds, remove_feed
from tocsin.transparency.entry import Act

__all__ = ["FeedWishes", "feeds_and_ages", "list_feeds", "remove_named_feed", "sync_feeds"]

_Keep = Callable[[Node, Taken, Iterable[Stream | Unread], str, Validators, str], None]

_METADATA_BYTES: Final = 4 << 20
_DOCUMENTS: Final = 100
"""Documents of a provider between two notes of how far it was taken."""
_MISSED: Final = 1_000


@dataclass(frozen=True, slots=True)
class FeedWishes:
    """How feeds are to be read: from ``mirror`` (a file, a folder, a web address), else from ``addresses``.

    The addresses are by feed; where none are given, the official ones count. ``offline``: from no address.
    ``issued`` is the day of a list that does not say its own.
    """

    mirror: str = ""
    addresses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    offline: bool = False
    issued: str = ""


def sync_feeds(node: Node, names: Sequence[str], wishes: FeedWishes, make_client: MakeClient) -> list[Taken]:
    """Read the feeds named, or without names those that were read before. One that fails is told, and others go on."""
    with node.reading() as connection:
        # What hubs and sources give is read when they are asked.
        held = {one.name: one for one in feeds(connection) if one.name in known_feeds()}
    done = []
    for name in names or held:
        taken = Taken(name)
        try:
            mirror = _mirror(wishes.mirror, name, several=len(names) > 1)
            if not names:
                mirror = read_state(held[name].cursor).mirror
            _Run(node, held.get(name), replace(wishes, mirror=mirror), make_client, taken).read()
        except TocsinError as error:
            if name not in error.what:
                error.what = f"{name}: {error.what}"
            taken.problems.append(error)
        taken.concerns = news_for(node, taken.numbers)
        done.append(taken)
    return done


def list_feeds(node: Node) -> list[Feed]:
    """The feeds that were read, by name."""
    with node.reading() as connection:
        return feeds(connection)


def feeds_and_ages(node: Node) -> list[tuple[Feed, FeedAge]]:
    """The feeds that were read, by name, and how old what they gave is."""
    now_s = node.now_us / 1_000_000
    return [(one, age_of(one.name, one.dated, one.advisories, now_s)) for one in list_feeds(node)]


def remove_named_feed(node: Node, name: str, *, by: str) -> int | None:
    """Forget a feed and its advisories; returns how many they were, None if it was never read."""
    now = node.now_us

    def act(connection: Connection) -> int | None:
        gone = remove_feed(connection, name)
        if gone is not None:
            node.record(connection, Act.SOURCE_REMOVE, by, {"name": name}, now)
        return gone

    return node.write(act)


class _Run:
    """One run over one feed."""

    def __init__(
        self,
        node: Node,
        before: Feed | None,
        wishes: FeedWishes,
        make_client: MakeClient,
        done: Taken,
    ) -> None:
        self.node = node
        self.name = done.name
        self.known = known_feeds()[done.name]
        self.wishes = wishes
        self.make_client = make_client
        self.state = read_state(before.cursor if before is not None else "")
        self.taking = Taking(node, done, before, self.state, covers=self.known.covers)
        self.done = done
        self.validators: dict[str, Validators] = {}
        self.lists_all = True
        self.asked = 0

    def read(self) -> None:
        """Read it.

        Raises:
            SourceUnavailable: it cannot be reached or opened.
            NotPermitted: it leads to where it may not.
            BadInput: nothing of it can be read.
            NothingToCheck: there is no advisory in it.
        """
        mirror = self.wishes.mirror
        local = bool(mirror) and not is_url(mirror)
        addresses = [] if local else self._addresses()
        self.done.location = mirror if local else " ".join(addresses)
        if not self.known.forms:
            self._one_file(self._keeper(), Path(mirror) if local else None, addresses)
            return
        # By what its servers say whether they changed counts again only once all was read: what is kept may be of
        # two readings until then. Documents of a mirror may be older than those that were taken from the provider.
        after = {} if local else self.state.after
        self.taking.state = msgspec.structs.replace(self.state, mirror=mirror, validators={}, after=after)
        try:
            if local:
                self._local(Path(mirror))
            else:
                self._remote(addresses)
        except TocsinError:
            self.taking.stop()
            raise
        if self.asked and not self.taking.listed and not self.state.listed and self.lists_all:
            first = next(iter(self.done.why_unread), None)
            raise NothingToCheck(
                f"there is no advisory in {self.done.location}",
                hint=f"{first.file}: {first.why}" if first else "Is it the right file or folder?",
            )
        self.done.unchanged = not self.asked
        self.taking.end(lists_all=self.lists_all and bool(self.asked), validators=self.validators)

    def _keeper(self) -> _Keep:
        """What keeps a feed that is no advisories."""
        if self.name in LISTS:
            return partial(keep_lists, issued=self.wishes.issued)
        if self.name == TAGPACKS:
            return keep_labels
        return keep_scores if self.name == EPSS else keep_ends

    def _one_file(self, keep: _Keep, path: Path | None, addresses: Sequence[str]) -> None:
        """Read what is no advisories: one file, which says all there is."""
        if path is not None:
            keep(self.node, self.done, find_streams([str(path)], None), self.wishes.mirror, Validators(), "")
            return
        held = self.state.validators.get(addresses[0], Validators())
        with (
            self.make_client(addresses[0]) as http,
            downloaded(
                http, addresses[0], self.node.folder, etag=held.etag, last_modified=held.last_modified
            ) as got,
        ):
            if got is None:
                self.done.unchanged = True
                if self.name in LISTS:
                    confirm_lists(self.node, self.name)
                return
            now = Validators(got.etag, got.last_modified)
            keep(self.node, self.done, got.streams(), self.wishes.mirror, now, addresses[0])

    # -- here -----------------------------------------------------------------------------------

    def _local(self, path: Path) -> None:
        if not path.exists():
            raise SourceUnavailable("there is no such file or folder", where=Place(str(path)))
        self.asked = 1
        self._streams(find_streams([str(path)], None), single=path.is_file())

    def _streams(self, found: Iterable[Stream | Unread], *, single: bool) -> None:
        """Take what is in streams; ``single``: of a file that was named, so that it has to be read."""
        for number, one in enumerate(found):
            # A member of an archive, or a file of a folder, may be something else; a file that was named is not.
            if (not single or "!/" in one.name) and self.known.is_beside(one.name):
                continue
            if isinstance(one, Unread):
                if one.unopened and single and not number:
                    raise SourceUnavailable(f"it is not read: {one.reason}", where=Place(one.name))
                if not one.by_rule:
                    self.taking.leave(NotRead(one.name, "", one.reason))
                continue
            try:
                self._stream(one)
            except (BadInput, SourceUnavailable) as error:
                if single and not number and not self.taking.listed and "!/" not in one.name:
                    raise
                place = str(error.where or "").removeprefix(one.name).lstrip(": ")
                self.taking.leave(NotRead(one.name, place, error.what))

    def _stream(self, found: Stream) -> None:
        if found.local_path is not None:
            _hold_against_digest(found.local_path)
        for one in read_stream(found):
            self._take(one, found.name)

    def _take(self, one: Advisory | NotRead, name: str) -> None:
        if isinstance(one, NotRead):
            self.taking.leave(one)
        elif one.form.value not in self.known.forms:
            self.taking.leave(NotRead(name, one.id, f"it is {one.form.value}, not {self.name}"))
        else:
            self.taking.add(one)
            for part in parts_not_read(one, name):
                self.taking.leave(part, lost=False)

    # -- on the web -----------------------------------------------------------------------------

    def _addresses(self) -> list[str]:
        """The addresses to ask.

        Raises:
            BadInput: there is none.
            NothingToCheck: it is by ecosystem, and the inventory holds no package of one.
            SourceUnavailable: none may be asked.
        """
        given = [self.wishes.mirror] if self.wishes.mirror else self.wishes.addresses.get(self.name)
        addresses = list(given or self.known.addresses)
        if not addresses:
            raise BadInput(
                f"{self.name} has no official address",
                hint=f"Name a file or folder: tocsin sync {self.name} --mirror DIR. Or an address in tocsin.toml: "
                f'[feeds] {self.name} = "https://..."',
            )
        if self.wishes.offline:
            raise SourceUnavailable(
                f"{self.name} is not asked at {parse_web_address(addresses[0].replace(ECOSYSTEM, '')).shown}, since "
                "this runs offline",
                hint=f"Give a mirror: tocsin sync {self.name} --mirror DIR",
            )
        if any(ECOSYSTEM in one for one in addresses):
            with self.node.reading() as connection:
                ecosystems = ecosystems_of(package_kinds(connection))
            if not ecosystems:
                raise NothingToCheck(
                    f"the inventory holds no package of an ecosystem that {self.name} knows",
                    hint="Add a bill of materials first: tocsin inventory add FILE --site NAME",
                )
            addresses = [
                text
                for one in addresses
                for text in (
                    [one.replace(ECOSYSTEM, quote(name)) for name in ecosystems]
                    if ECOSYSTEM in one
                    else [one]
                )
            ]
        return addresses

    def _remote(self, addresses: Sequence[str]) -> None:
        for address in addresses:
            try:
                with self.make_client(address) as http:
                    self._address(http, address)
            except (SourceUnavailable, NotPermitted, BadInput) as error:
                if len(addresses) == 1:
                    raise
                self.taking.whole = False
                self.done.problems.append(error)
        if self.done.problems and not self.asked and len(self.done.problems) == len(addresses):
            raise self.done.problems.pop()

    def _address(self, http: HttpClient, address: str) -> None:
        if address.endswith("/"):
            self._provider(http, address)
            return
        held = self.state.validators.get(address, Validators())
        with downloaded(
            http, address, self.node.folder, etag=held.etag, last_modified=held.last_modified
        ) as got:
            if got is None:
                self.validators[address] = held
                self.lists_all = False
                return
            if got.path.stat().st_size <= _METADATA_BYTES and is_provider(got.path.read_bytes()):
                self._provider(http, address)
                return
            self.asked += 1
            self._streams(got.streams(), single=True)
            self.validators[address] = Validators(got.etag, got.last_modified)

    def _provider(self, http: HttpClient, address: str) -> None:
        """Take what changed of a provider of CSAF. It says what is new, not what is gone, so nothing is forgotten."""
        self.lists_all = False
        provider = CsafProvider(http, address)
        for listing in provider.listings():
            self.asked += 1
            after = self.taking.state.after.get(listing.url, "")
            missed = set(self.taking.state.missed)
            new = [
                one
                for one in listing.documents
                if not one.updated or one.updated > after or one.url in missed
            ]
            for some in _runs(new):
                self._documents(provider, listing.url, some)

    def _documents(self, provider: CsafProvider, listing: str, some: Sequence[Document]) -> None:
        missed = dict.fromkeys(self.taking.state.missed)
        for one in some:
            missed.pop(one.url, None)
            try:
                data = provider.fetch(one, listing)
                for read in read_document(data, one.url):
                    self._take(read, one.url)
            except (BadInput, NotPermitted, SourceUnavailable) as error:
                self.taking.leave(NotRead(one.url, "", error.what))
                if len(missed) < _MISSED:
                    missed[one.url] = None
        after = {
            **self.taking.state.after,
            listing: max(some[-1].updated, self.taking.state.after.get(listing, "")),
        }
        self.taking.flush(after=after, missed=tuple(missed))


def _runs(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """Documents some at a time, none apart from one that was changed at the same moment."""
    held: list[Document] = []
    for one in documents:
        if len(held) >= _DOCUMENTS and one.updated != held[-1].updated:
            yield held
            held = []
        held.append(one)
    if held:
        yield held


def _hold_against_digest(path: Path) -> None:
    """Hold a file against the digest that lies beside it, if one does."""
    for kind in DIGESTS:
        beside = path.with_name(f"{path.name}.{kind}")
        if beside.is_file():
            check_digest(path.read_bytes(), beside.read_bytes(), str(beside))
            return


def _mirror(place: str, name: str, *, several: bool) -> str:
    """Where in a mirror the feed ``name`` lies: what is called as it is, or all of it where one feed alone is read.

    Raises:
        BadInput: a web address is named for several feeds.
        SourceUnavailable: nothing there is called so.
    """
    if not place or is_url(place):
        if place and several:
            raise BadInput("one web address is no mirror of several feeds", hint="Name one feed at a time.")
        return place
    path = Path(place).expanduser().absolute()
    if path.is_dir():
        own = sorted(one for one in path.iterdir() if one.name.partition(".")[0].lower() == name)
        held = [one for one in own if one.is_dir()] + [
            one for one in own if not one.name.endswith((".asc", *(f".{kind}" for kind in DIGESTS)))
        ]
        if held:
            return str(held[0])
    if several:
        raise SourceUnavailable(
            f"nothing in it is called {name}",
            where=Place(str(path)),
            hint=f"Name it {name}.json, {name}.zip or {name}/ (packed, too), or say which it is: "
            f"tocsin sync {name} --mirror FILE",
        )
    return str(path)


def is_url(place: str) -> bool:
    """Whether it is a web address."""
    return place.lower().startswith(("https://", "http://"))
