"""ISSUBSET and ISSUPERSET: IPv4 and IPv6 networks as ranges of integers (RFC 4632, RFC 4291)."""

from __future__ import annotations

import functools
import ipaddress
from typing import NamedTuple

__all__ = ["Subnet", "parse_subnet"]


class Subnet(NamedTuple):
    """All addresses from ``low`` to ``high`` of IP version ``version`` (4 or 6)."""

    version: int
    low: int
    high: int

    def holds(self, other: Subnet) -> bool:
        """Whether every address of ``other`` is one of these."""
        return self.version == other.version and self.low <= other.low and other.high <= self.high


@functools.lru_cache(maxsize=65536)
def parse_subnet(text: str) -> Subnet | None:
    """Return the network that an address or CIDR names, its host bits cleared; None if it names none."""
    if len(text) > 64 or "%" in text:
        return None
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None
    # ip_network also takes netmasks ("/255.0.0.0"), which are no CIDR.
    if "/" in text and not text.rpartition("/")[2].isdigit():
        return None
    return Subnet(network.version, int(network.network_address), int(network.broadcast_address))
