"""Which bills that hold now list which releases, as columns that can be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np

from tocsin.inventory.answers import Ints

__all__ = ["Places", "decoded_places", "encoded_places", "places_from"]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """``bills`` and ``releases`` are numbers in order; ``many`` bills list each release.

    ``listing`` are their places in ``bills``, release by release, in order.
    """

    bills: Ints
    releases: Ints
    many: Ints
    listing: Ints

    def changed(self, there: Iterable[int], added: Mapping[int, Sequence[int]]) -> Places:
        """As it is when the bills ``there`` hold: those of these and of ``added``, which gives what each lists."""
        bills = np.array(sorted(there), np.int32)
        stays = np.isin(self.bills, bills)
        release = np.repeat(self.releases, self.many)
        kept = stays[self.listing]
        come = [np.array(listed, np.int32) for listed in added.values()]
        numbers = np.repeat(np.array(list(added), np.int32), [len(listed) for listed in come])
        return _sorted(
            bills,
            np.concatenate((release[kept], *come)),
            np.concatenate((self.bills[self.listing[kept]], numbers)),
        )


def places_from(there: Iterable[int], listing: Mapping[int, Sequence[int]]) -> Places:
    """From the bills that hold now, and the numbers of those that list each release."""
    many = [len(numbers) for numbers in listing.values()]
    release = np.repeat(np.array(list(listing), np.int32), many)
    bill = np.fromiter((number for numbers in listing.values() for number in numbers), np.int32)
    return _sorted(np.array(sorted(there), np.int32), release, bill)


def _sorted(bills: Ints, release: Ints, bill: Ints) -> Places:
    order = np.argsort(release.astype(np.int64) << 32 | bill, kind="stable")
    releases, many = np.unique(release, return_counts=True)
    listing = np.searchsorted(bills, bill[order]).astype(np.int32)
    return Places(bills, releases, many.astype(np.int32), listing)


def encoded_places(places: Places) -> bytes:
    """The form in which they are kept."""
    columns = (places.bills, places.releases, places.many, places.listing)
    return msgspec.msgpack.encode([one.tobytes() for one in columns])


def decoded_places(body: bytes) -> Places:
    """Places from the form in which they are kept."""
    return Places(*(np.frombuffer(one, np.int32) for one in msgspec.msgpack.decode(body, type=list[bytes])))
