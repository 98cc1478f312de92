"""What a flow draws beside its steps, as far as it tells attacks apart: addresses, hashes, malware, attackers.

The kinds are those of the Attack Flow Builder, which keeps what they say in a list of properties.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from tocsin.incidents.flow.flow import Flow, Node

__all__ = ["ATTACKERS", "SOFTWARE", "drawn_flaws", "drawn_names", "drawn_values"]

ATTACKERS: Final = frozenset({"threat_actor", "threat-actor", "intrusion_set", "intrusion-set"})
SOFTWARE: Final = frozenset({"malware", "tool"})
_FLAW: Final = re.compile(r"CVE[- ]\d{4}-\d{4,}", re.ASCII | re.IGNORECASE)
_ADDRESSES: Final = frozenset({"ipv4_addr", "ipv6_addr", "domain_name", "email_address"})


def drawn_names(flow: Flow, types: Collection[str]) -> tuple[str, ...]:
    """The names of the things of these types."""
    return tuple(node.name for node in flow.nodes if node.type in types and node.name)


def drawn_flaws(flow: Flow) -> tuple[str, ...]:
    """The CVE ids of the vulnerabilities."""
    names = drawn_names(flow, {"vulnerability"})
    return tuple(one.upper().replace(" ", "-") for name in names for one in _FLAW.findall(name))


def drawn_values(flow: Flow) -> tuple[str, ...]:
    """Addresses, domains, whole URLs, addresses of mail and hashes of files."""
    return tuple(dict.fromkeys(value for node in flow.nodes for value in _values(node) if value))


def _values(node: Node) -> Iterator[str]:
    held = _properties(node)
    value = held.get("value")
    text = value if isinstance(value, str) else ""
    # A path without its host is that of the flaw, and in every attack on it.
    if node.type in _ADDRESSES or (node.type == "url" and "//" in text):
        yield text
    elif node.type == "file":
        for one in _pairs(held.get("hashes")).values():
            digest = _pairs(one).get("hash_value")
            if isinstance(digest, str):
                yield digest


def _properties(node: Node) -> Mapping[str, Any]:
    afb = node.rest.get("afb")
    return _pairs(afb.get("properties")) if isinstance(afb, Mapping) else {}


def _pairs(held: Any) -> dict[str, Any]:
    pairs = held if isinstance(held, list | tuple) else ()
    return {
        one[0]: one[1]
        for one in pairs
        if isinstance(one, list | tuple) and len(one) == 2 and isinstance(one[0], str)
    }
