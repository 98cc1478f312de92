"""``sync kev|cve|osv|csaf|vex``: advisories from their official address, or from a mirror brought in by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from tocsin.errors import NothingToCheck
from tocsin.inventory.advisory import Advisory
from tocsin.inventory.covered import covered_by
from tocsin.inventory.exposure import NotRead
from tocsin.inventory.key_range import claim_ranges
from tocsin.service.exchange.node import Node
from tocsin.service.inventory.reading import ReadAdvisories, dated, read_feeds
from tocsin.store.advisories import ClaimKey, Feed, NewAdvisory, keep_advisories, keep_feed, withdraw_unlisted

__all__ = ["Taken", "kept_advisory", "take_mirror"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of reading a feed: ``changed`` are new or other than before, ``gone`` are listed no longer."""

    name: str
    location: str
    dated: str
    advisories: int
    changed: int
    gone: int
    not_read: tuple[NotRead, ...]


def take_mirror(node: Node, name: str, paths: Sequence[str]) -> Taken:
    """Take the advisories in files or folders as the feed ``name``; what they list no longer is forgotten.

    Nothing is forgotten where a part could not be read: it may be in that part.

    Raises:
        NothingToCheck: there is no advisory in them.
        BadInput: a single file was named, and it holds no advisories.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    return _keep(node, name, " ".join(paths), read_feeds(paths, None))


def _keep(node: Node, name: str, location: str, read: Sequence[ReadAdvisories]) -> Taken:
    advisories = list(_newest(one for feed in read for one in feed.advisories))
    not_read = tuple(one for feed in read for one in feed.not_read)
    if not advisories:
        raise NothingToCheck(f"there is no advisory in {location}", hint="Is it the right file or folder?")
    whole = not any(feed.not_read and not feed.advisories for feed in read)
    new = [kept_advisory(one) for one in advisories]
    day = dated(advisories)
    kinds = covered_by(advisories)
    now_us = node.now_us

    def act(connection: object) -> tuple[int, int]:
        feed = Feed(name, location, day, now_us, len(new), len(not_read))
        keep_feed(connection, feed, kinds)  # type: ignore[arg-type]
        changed = keep_advisories(connection, name, new, now_us=now_us)  # type: ignore[arg-type]
        gone = withdraw_unlisted(connection, name, ((one.form, one.id) for one in new)) if whole else 0  # type: ignore[arg-type]
        return len(changed), gone

    changed, gone = node.write(act)
    return Taken(name, location, day, len(new), changed, gone, not_read)


def _newest(advisories: Iterable[Advisory]) -> Iterable[Advisory]:
    """Each advisory once: of several of one form and id the one that was changed last."""
    newest: dict[tuple[str, str], Advisory] = {}
    for one in advisories:
        held = newest.get((one.form.value, one.id))
        if held is None or held.modified <= one.modified:
            newest[one.form.value, one.id] = one
    return newest.values()


def kept_advisory(advisory: Advisory) -> NewAdvisory:
    """An advisory as the store keeps it; one that was withdrawn is found by its names and claims nothing."""
    body = msgspec.json.encode(advisory)
    claims = () if advisory.withdrawn else advisory.claims
    names = {advisory.id, *advisory.aliases, *(claim.vulnerability for claim in claims)}
    names.update(name for name, _ in advisory.stakes)
    return NewAdvisory(
        id=advisory.id,
        form=advisory.form.value,
        digest=sha256(body).digest(),
        body=body,
        names=tuple(sorted(names)),
        keys=tuple(
            ClaimKey(key, number, span, one.scheme, one.low, one.high)
            for number, claim in enumerate(claims)
            for span, (key, one) in enumerate(claim_ranges(claim))
        ),
    )
