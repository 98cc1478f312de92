"""What changed between two versions of a list."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.ransom.sanctions.party import ListedAddress, Party, pairs_of

__all__ = ["Difference", "difference"]


@dataclass(frozen=True, slots=True)
class Difference:
    """Addresses that came and that left, and parties of addresses whose programmes changed (before, after)."""

    added: tuple[tuple[ListedAddress, Party], ...]
    removed: tuple[tuple[ListedAddress, Party], ...]
    changed: tuple[tuple[Party, Party], ...]


def difference(before: tuple[Party, ...], after: tuple[Party, ...]) -> Difference:
    """Compare the addresses of two versions; an address of two parties counts once, for the first of them."""
    old, new = pairs_of(before), pairs_of(after)
    were = {one.id: one for one in before}
    changed = [
        (were[one.id], one)
        for one in after
        if one.id in were and set(one.programmes) != set(were[one.id].programmes)
    ]
    return Difference(
        tuple((one, new[one][0]) for one in sorted(new.keys() - old.keys())),
        tuple((one, old[one][0]) for one in sorted(old.keys() - new.keys())),
        tuple(changed),
    )
