"""Export as a blocklist: one value a line, for firewalls, name servers and proxies."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from ipaddress import ip_network
from typing import Final

from tocsin.detect.exports.entry import entries, is_over
from tocsin.detect.observable_kind import Observable
from tocsin.detect.warning import WarningTally
from tocsin.model.stix import StixObject
from tocsin.model.tlp import Tlp, parse_tlp

__all__ = ["KINDS", "write_blocklist"]

KINDS: Final = frozenset({"ipv4", "ipv6", "cidr", "domain"})
"""The kinds of values that a blocklist holds."""


def write_blocklist(
    objects: Iterable[StixObject],
    tally: WarningTally,
    now: str,
    kinds: Collection[str] = KINDS,
    is_harmless: Callable[[Observable], bool] = lambda _: False,
) -> bytes:
    """Write each value once, sorted, below comments (``#``) that say when, how many, and who may see it.

    ``now`` is a STIX timestamp; indicators that are over by then are skipped. ``kinds`` narrows what is written, for
    a firewall that takes addresses only. An indicator of whose values some are of another kind is counted as not
    checked, since a list of the rest would only half block it; its others are written none the less. A value that
    ``is_harmless``, which nobody means to block, is left out, and its indicator counted as not checked.
    """
    held: set[tuple[str, str]] = set()
    strictest = Tlp.CLEAR
    for entry in entries(objects, tally):
        if is_over(entry, now):
            tally.skip("not valid any more", entry.id)
            continue
        written = {(one.kind, one.value) for one in entry.values if one.kind in kinds and one.kind in KINDS}
        harmless = sorted({one.value for one in entry.values if is_harmless(one)})
        written = {(kind, value) for kind, value in written if value not in harmless}
        held |= written
        if written:
            strictest = max(strictest, parse_tlp(entry.tlp) or Tlp.CLEAR)
        if not entry.values:
            tally.leave_unchecked(
                "the pattern is more than values, which is all that a blocklist holds", entry.id
            )
        elif harmless:
            tally.leave_unchecked(
                "widely known to be harmless, and would block everybody", f"{harmless[0]} in {entry.id}"
            )
        elif len(written) < len(entry.values):
            other = next(one.kind for one in entry.values if (one.kind, one.value) not in written)
            tally.leave_unchecked(f"a blocklist of these kinds holds no {other}", entry.id)
        else:
            tally.read += 1
    left = {**tally.not_checked, **tally.skipped}
    told = [f"# {len(held)} values, {now}"]
    if held:
        told.append(f"# {strictest.label}")
    told += [f"# left out: {count} ({reason})" for reason, (count, _) in left.items()]
    return "".join(
        f"{line}\n" for line in (*told, *(value for _, value in sorted(held, key=_order)))
    ).encode()


def _order(one: tuple[str, str]) -> tuple[str, int, str]:
    kind, value = one
    return (kind, 0, value) if kind == "domain" else (kind, int(ip_network(value).network_address), value)
