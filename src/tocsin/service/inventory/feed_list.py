"""The feeds of advisories that have a name, and where each is read from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from tocsin import __version__
from tocsin.store.advisories import Feed

__all__ = [
    "ECOSYSTEM",
    "EU_SANCTIONS",
    "OFAC",
    "TAGPACKS",
    "UK_SANCTIONS",
    "FeedState",
    "KnownFeed",
    "Validators",
    "about_products",
    "ecosystems_of",
    "known_feeds",
    "read_state",
    "written_state",
]

ECOSYSTEM: Final = "{ecosystem}"
"""Stands in an address for each ecosystem of which the inventory holds a package."""

OFAC: Final = "ofac"
"""The feed of OFAC's list, which says nothing of products."""

UK_SANCTIONS: Final = "uk-sanctions"
"""The feed of the UK Sanctions List."""

EU_SANCTIONS: Final = "eu-sanctions"
"""The feed of the EU's consolidated list."""

TAGPACKS: Final = "tagpacks"
"""The feed of packs of labels of addresses, which say nothing of products."""


class KnownFeed(msgspec.Struct, frozen=True):
    """A feed with a name: its official addresses, and what its records look like (see ``data/feeds.toml``).

    ``covers`` says that it tells all that is known of the kinds of products that it speaks of.
    """

    title: str
    licence: str
    addresses: tuple[str, ...]
    forms: tuple[str, ...]
    beside: tuple[str, ...] = ()
    covers: bool = True
    ecosystems: Mapping[str, str] = {}

    def is_beside(self, name: str) -> bool:
        """Whether a file of that name lies among the records and is none."""
        last = name.rpartition("/")[2]
        return not _plain(last).endswith((".json", ".jsonl", ".ndjson")) or any(
            fnmatchcase(last, pattern) for pattern in self.beside
        )


class Validators(msgspec.Struct, frozen=True):
    """By what a server tells whether a file changed since (RFC 9110 section 8.8)."""

    etag: str = ""
    last_modified: str = ""


class FeedState(msgspec.Struct, frozen=True):
    """How far a feed was read; kept between runs.

    ``mirror`` is the place that was named by hand ("": the official addresses). ``listed`` is how many advisories it
    listed when it was last read whole, ``validators`` are by address. Of a provider of CSAF ``after`` is the time of
    the last document that was taken, by the address of its list, and ``missed`` are documents that could not be read.
    ``tocsin`` is the version that read it: another may read more of the same bytes.
    """

    mirror: str = ""
    listed: int = 0
    validators: Mapping[str, Validators] = {}
    after: Mapping[str, str] = {}
    missed: Sequence[str] = ()
    tocsin: str = ""


def _plain(name: str) -> str:
    """A file's name without the ending of what it is packed in."""
    for end in (".gz", ".bz2", ".xz", ".zst"):
        name = name.removesuffix(end)
    return name


@cache
def known_feeds() -> Mapping[str, KnownFeed]:
    """All feeds that have a name."""
    read = tomllib.loads((files("tocsin.data") / "feeds.toml").read_text(encoding="utf-8"))
    return msgspec.convert(read, dict[str, KnownFeed])


def about_products(read: Iterable[Feed]) -> list[Feed]:
    """Those of the feeds that were read on which an answer about products may rest."""
    return [one for one in read if one.name not in (OFAC, UK_SANCTIONS, EU_SANCTIONS, TAGPACKS)]


def ecosystems_of(kinds: Iterable[str]) -> list[str]:
    """The ecosystems, as OSV calls them, of kinds of packages (``pypi``, ``deb/debian``)."""
    names = known_feeds()["osv"].ecosystems
    return sorted({names[kind] for kind in kinds if kind in names})


def read_state(cursor: str) -> FeedState:
    """What was kept; of another version of this program only what does not depend on how records are read."""
    state = msgspec.json.decode(cursor, type=FeedState) if cursor else FeedState()
    if state.tocsin != __version__:
        state = FeedState(mirror=state.mirror, listed=state.listed)
    return state


def written_state(state: FeedState) -> str:
    """``state`` as it is kept."""
    return msgspec.json.encode(msgspec.structs.replace(state, tocsin=__version__)).decode()
