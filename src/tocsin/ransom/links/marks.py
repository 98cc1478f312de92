"""By what a case can be recognised by somebody who knows another one: its addresses, and where its money went.

A mark is compared by a hash, so that who compares need not read it. The hash is an HMAC-SHA256. Its key is one that
members hand each other, or a public one. There are only so many addresses and transactions, and all are public: who has
the key can try them all. So a hash under the public key keeps a mark from being read in passing, and from nobody else.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from tocsin.errors import BadInput
from tocsin.limits import LINK_MARKS
from tocsin.ransom.links.case import Case, holder_of
from tocsin.ransom.links.find import Known, doubts_of_money
from tocsin.ransom.links.link import Kind

__all__ = [
    "KEY_BYTES",
    "KINDS",
    "PUBLIC",
    "Key",
    "Mark",
    "key_of",
    "key_text",
    "mark_hash",
    "marks_of",
]

KINDS: Final = (Kind.ADDRESS, Kind.CLUSTER, Kind.CONSOLIDATION, Kind.CASH_OUT)
"""What can be shared. A share is not: there are eight of them, and each is had by chance."""

KEY_BYTES: Final = 32
_PUBLIC_BYTES: Final = b"everybody has this key"
_HEAD: Final = "tocsin link key 1: "
_HASH_BYTES: Final = 16
_DOMAIN: Final = b"tocsin ransom mark 1\n"


@dataclass(frozen=True, slots=True)
class Key:
    """A key for hashes. ``name`` tells it from others and nothing of it; that of the public one is ``public``."""

    secret: bytes
    name: str


PUBLIC: Final = Key(_PUBLIC_BYTES, "public")


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: an address or the id of a transaction. ``doubts`` is how many reasons there are that it says less."""

    kind: Kind
    value: str
    doubts: int = 0


def key_of(text: str) -> Key:
    """The key that :func:`key_text` wrote.

    Raises:
        BadInput: it is none.
    """
    held = text.strip()
    digits = held.removeprefix(_HEAD)
    if (
        not held.startswith(_HEAD)
        or len(digits) != 2 * KEY_BYTES
        or not set(digits) <= set("0123456789abcdef")
    ):
        raise BadInput(
            "is no key for links", hint="Make one, for all who are to share it: tocsin wallet key FILE"
        )
    secret = bytes.fromhex(digits)
    return Key(secret, _digest(secret, b"name of the key")[:16])


def key_text(secret: bytes) -> str:
    """The key as a line of text; who has it can try out which address a hash stands for."""
    assert len(secret) == KEY_BYTES
    return f"{_HEAD}{secret.hex()}\n"


def mark_hash(mark: Mark, key: Key) -> str:
    """The hash by which a mark is compared: equal for what one key can spend from, whatever the kind of mark."""
    is_transaction = mark.kind is Kind.CONSOLIDATION
    said = f"transaction:{mark.value}" if is_transaction else f"holder:{holder_of(mark.value)}"
    return _digest(key.secret, _DOMAIN + said.encode())


def _digest(secret: bytes, said: bytes) -> str:
    return hmac.digest(secret, said, "sha256")[:_HASH_BYTES].hex()


def marks_of(case: Case, known: Known, kinds: Collection[Kind] = KINDS) -> list[Mark]:
    """The marks of a case, of each kind those that are nearest to its payments first, ``LINK_MARKS`` at most."""
    own = [one for one in (*case.addresses, *map(known.ledger.address_at, case.points)) if one]
    found = {
        Kind.ADDRESS: (Mark(Kind.ADDRESS, one, len(known.doubts_of(one))) for one in own),
        Kind.CLUSTER: _of_clusters(own, known),
        Kind.CONSOLIDATION: _gathered(case, known),
        Kind.CASH_OUT: _cashed(case, own, known),
    }
    made: list[Mark] = []
    for kind in KINDS:
        if kind in kinds:
            made += _first(found[kind])
    return made


def _first(marks: Iterable[Mark]) -> list[Mark]:
    first: dict[str, Mark] = {}
    for one in marks:
        first.setdefault(one.value, one)
        if len(first) == LINK_MARKS:
            break
    return list(first.values())


def _of_clusters(own: Iterable[str], known: Known) -> Iterator[Mark]:
    """The other addresses of the clusters; of one so large that it may be strangers' none.

    They are in the order of a digest: of a cluster that two know in part, both then share the same ones first.
    """
    members: set[str] = set()
    for address in own:
        if address in known.clusters and address not in members and not known.clusters.is_alarming(address):
            members |= set(known.clusters.cluster_of(address))
    for one in sorted(members - set(own), key=lambda one: hashlib.sha256(one.encode()).digest()):
        yield Mark(Kind.CLUSTER, one)


def _gathered(case: Case, known: Known) -> Iterator[Mark]:
    way = known.ways[case.id]
    for held in sorted(way.held.values(), key=lambda one: (one.hops, one.spent_by)):
        found = known.ledger.transaction(held.spent_by) if held.spent_by else None
        if found is None or held.spent_by in known.coinjoins:
            continue
        if any(one.spent not in way.held for one in found.inputs):
            doubts = (*known.doubts_of_gathering(held.spent_by, held.address), *doubts_of_money([held]))
            yield Mark(Kind.CONSOLIDATION, held.spent_by, len(doubts))


def _cashed(case: Case, own: Collection[str], known: Known) -> Iterator[Mark]:
    way = known.ways[case.id]
    for held in sorted(way.held.values(), key=lambda one: (one.hops, one.address)):
        if held.hops and held.address and held.address not in own:
            doubts = (*known.doubts_of(held.address), *doubts_of_money([held]))
            yield Mark(Kind.CASH_OUT, held.address, len(doubts))
