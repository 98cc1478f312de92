"""Which IP addresses may be reached because some document, and not the person, names them.

A server that is asked to fetch what others name can be turned against the network it stands in (server-side
request forgery). So only addresses that are public for everyone are reached: IANA's registries of
special-purpose addresses (RFC 6890), IPv4 addresses inside IPv6 ones, and the clouds' metadata services.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

__all__ = ["is_plausible", "is_public"]

# Written out, since Python's own `is_global` differs from one patch release to the next.
_NOT_PUBLIC_4: Final = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and Alibaba's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's own host agent, reached from every machine there
        "169.254.0.0/16",  # link-local: the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
)
_GLOBAL_UNICAST_6: Final = IPv6Network("2000::/3")
_NOT_PUBLIC_6: Final = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: leads to any IPv4 address, and nobody needs it any more
        "3fff::/20",  # documentation
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")  # RFC 6052: how networks without IPv4 reach it

_NO_SERVER_4: Final = tuple(
    IPv4Network(text)
    for text in ("0.0.0.0/8", "168.63.129.16/32", "169.254.0.0/16", "224.0.0.0/4", "240.0.0.0/4")
)
_NO_SERVER_6: Final = tuple(
    IPv6Network(text) for text in ("::/128", "fe80::/10", "ff00::/8", "fd00:ec2::254/128")
)


def is_public(address: str) -> bool:
    """Whether ``address`` (IPv4 or IPv6 text) is a public unicast address; false for what is no address."""
    found = _inner(address)
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _NOT_PUBLIC_4)
    if found is None or found not in _GLOBAL_UNICAST_6:
        return False
    return not any(found in network for network in _NOT_PUBLIC_6)


def is_plausible(address: str) -> bool:
    """Whether a *configured* name may lead to ``address``: private ones may be meant, but no metadata service.

    Refused are link-local, multicast, reserved and unspecified addresses, which no name server gives in earnest.
    """
    found = _inner(address)
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _NO_SERVER_4)
    return found is not None and not any(found in network for network in _NO_SERVER_6)


def _inner(address: str) -> IPv4Address | IPv6Address | None:
    """The address itself, or the IPv4 address that it stands for (mapped, NAT64)."""
    try:
        found = ip_address(address)
    except ValueError:
        return None
    if isinstance(found, IPv6Address):
        if found.scope_id is not None:
            found = IPv6Address(int(found))
        if found.ipv4_mapped is not None:
            return found.ipv4_mapped
        if found in _NAT64:
            return IPv4Address(int(found) & 0xFFFFFFFF)
    return found
