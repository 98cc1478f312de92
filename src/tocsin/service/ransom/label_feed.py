"""``sync tagpacks``: labels of addresses, a pack as it was last read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection

from tocsin.errors import BadInput, Place, SourceUnavailable, TocsinError
from tocsin.inventory.exposure import NotRead
from tocsin.limits import TAGPACK_BYTES, TAGPACK_FAULTS
from tocsin.ransom.labels.tagpack import TagPack, is_tagpack, read_tagpack
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.feed_list import FeedState, Validators, written_state
from tocsin.service.ransom.labels import written_labels
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.whole import whole
from tocsin.store.address_labels import KeptPack, forget_pack, keep_pack, kept_packs
from tocsin.store.advisories import Feed, keep_feed

if TYPE_CHECKING:
    # It brings what fetches feeds.
    from tocsin.service.inventory.taking import Taken

__all__ = ["keep_labels"]

_ENDS: Final = (".yaml", ".yml")
_PACKED: Final = (".gz", ".bz2", ".xz", ".zst")


def keep_labels(
    node: Node,
    done: Taken,
    found: Iterable[Stream | Unread],
    mirror: str,
    validators: Validators,
    address: str = "",
) -> None:
    """Keep each pack in ``found`` in the place of what was kept by its name; what its place no longer holds, goes.

    A pack that cannot be read is told, and what was kept of it stays; so does all else that was read there before.

    Raises:
        BadInput: there is none in it.
        SourceUnavailable: it cannot be opened.
    """
    read, problems = _read(found)
    if not read:
        raise (
            problems.pop(0)
            if problems
            else BadInput("holds no TagPack", hint="Give GraphSense's packs/, or one of its .yaml.")
        )
    done.problems += problems
    with node.reading() as connection:
        before = {one.name: one for one in kept_packs(connection)}
    gone = [
        name
        for name, one in before.items()
        if one.location == done.location and name not in read and not problems
    ]
    heads = {name: _head(one, done, node.now_us) for name, one in read.items()}
    kept = {name: one for name, one in {**before, **heads}.items() if name not in gone}
    total = sum(one.labels for one in kept.values())
    _tell(done, list(read.values()), total)
    for name in {*heads, *gone}:
        more = _labels(kept.get(name)) - _labels(before.get(name))
        done.new, done.gone = done.new + max(0, more), done.gone + max(0, -more)
    done.dated = max((label.lastmod for one in read.values() for label in one.labels), default="")
    state = FeedState(mirror=mirror, listed=total, validators={address: validators} if address else {})
    feed = Feed(done.name, done.location, done.dated, node.now_us, total, done.unread, written_state(state))

    def act(connection: Connection) -> None:
        keep_feed(connection, feed)
        for name in gone:
            forget_pack(connection, name)
        for name, pack in read.items():
            if (
                name not in before
                or before[name].sha256 != pack.sha256
                or before[name].location != done.location
            ):
                keep_pack(connection, heads[name], *written_labels(pack.labels))

    node.write(act)


def _labels(pack: KeptPack | None) -> int:
    return pack.labels if pack is not None else 0


def _head(one: TagPack, done: Taken, now_us: int) -> KeptPack:
    return KeptPack(
        done.name,
        one.name,
        done.location,
        one.sha256,
        one.title,
        one.creator,
        now_us,
        one.tags,
        len(one.labels),
    )


def _tell(done: Taken, read: list[TagPack], total: int) -> None:
    done.advisories = total
    for one in read:
        done.unread += len(one.faults)
        for fault in one.faults[:TAGPACK_FAULTS]:
            where = fault.where or Place()
            done.why_unread.append(NotRead(where.file or one.name, f"line {where.line}", fault.what))
        if one.transactions:
            done.notes.append(
                f"{one.name}: {one.transactions:,} tags are of transactions, and name no address"
            )


def _read(found: Iterable[Stream | Unread]) -> tuple[dict[str, TagPack], list[TocsinError]]:
    read: dict[str, TagPack] = {}
    problems: list[TocsinError] = []
    for one in found:
        if isinstance(one, Unread):
            if not one.by_rule:
                problems.append(SourceUnavailable(f"it is not read: {one.reason}", where=Place(one.name)))
            continue
        if not _plain(one.name).endswith(_ENDS) or not is_tagpack(one.head()):
            continue
        try:
            pack = read_tagpack(
                whole(one, TAGPACK_BYTES, "packs of labels"), _named(one.name, read), one.name
            )
        except TocsinError as error:
            problems.append(error)
        else:
            read[pack.name] = pack
    return read, problems


def _named(name: str, held: Iterable[str]) -> str:
    """What a pack is called: its file, with the folder where another is called so."""
    parts = _plain(name).replace("!/", "/").split("/")
    last = parts[-1]
    return "/".join(parts[-2:]) if last in held else last


def _plain(name: str) -> str:
    """A file's name without the ending of what it is packed in."""
    lower = name.lower()
    for end in _PACKED:
        if lower.endswith(end):
            return name[: -len(end)]
    return name
