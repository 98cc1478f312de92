"""Web addresses, taken apart strictly: what two programs may read in two ways is refused (RFC 3986, 9110)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import Final
from urllib.parse import quote, urljoin, urlsplit

from tocsin.errors import BadInput

__all__ = ["WebAddress", "parse_web_address"]

_PORTS: Final = {"http": 80, "https": 443}
_LONGEST = 8192  # characters; servers read no more
_NAME = re.compile(r"(?=.{1,253}\.?\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?)+", re.ASCII)
_NUMBER_AT_END = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)\.?$", re.ASCII)  # WHATWG URL, "ends in a number"
_AUTHORITY = re.compile(r"(?:\[[^\[\]]*\]|[^:\[\]]*)(?::\d*)?", re.ASCII)
_KEPT = "!#$%&'()*+,-./:;=?@_~[]"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web address. ``host`` is in lower case, an IPv6 address without brackets; ``target`` is path and query."""

    scheme: str
    host: str
    port: int
    target: str = "/"

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port: what is one server to a browser (RFC 6454)."""
        return self.scheme, self.host.rstrip("."), self.port

    @property
    def authority(self) -> str:
        """Host and port as the Host header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def is_literal(self) -> bool:
        """Whether the host is an IP address and no name."""
        return _is_ip(self.host)

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.target}"

    @property
    def shown(self) -> str:
        """The address without its query, which may hold a secret."""
        return str(self).partition("?")[0]


def parse_web_address(text: str, base: WebAddress | None = None) -> WebAddress:
    """Take ``text`` apart, an http or https address; with ``base`` it may be relative to that.

    Raises:
        BadInput: it is none, carries a name or password, or spells its host in a way that programs read
            differently (``0x7f.1``, ``2130706433``).
    """
    shown = text[:100].partition("?")[0]
    hint = "give it like https://hub.example/taxii2/"
    if len(text) > _LONGEST or re.search(r"[\x00-\x20\x7f\\]", text):
        raise BadInput(f"the address {shown!r} is too long, or holds blanks or control characters", hint=hint)
    try:
        parts = urlsplit(urljoin(str(base), text) if base else text)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        raise BadInput(f"{shown!r} is no web address", hint=hint) from None
    if not _AUTHORITY.fullmatch(parts.netloc.rpartition("@")[2]):
        raise BadInput(f"{shown!r} is no web address", hint=hint)
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host:
        raise BadInput(f"{shown!r} is no http or https address", hint=hint)
    if parts.username is not None or parts.password is not None:
        raise BadInput(
            f"the address of {host} carries a name or password",
            hint="leave it out of the address and give it as credentials",
        )
    target = quote(parts.path or "/", safe=_KEPT) + (
        f"?{quote(parts.query, safe=_KEPT)}" if parts.query else ""
    )
    return WebAddress(scheme, _host(host, shown), _PORTS[scheme] if port is None else port, target)


def _host(host: str, shown: str) -> str:
    if ":" in host:
        try:
            return str(IPv6Address(host))
        except ValueError:
            raise BadInput(f"{shown!r} holds no IPv6 address") from None
    try:
        name = host.encode("idna").decode().lower()
    except UnicodeError:
        raise BadInput(f"{shown!r} holds no host name") from None
    if _is_ip(name):
        return name
    if _NUMBER_AT_END.search(name):
        raise BadInput(
            f"the host of {shown!r} is a number that is not written as an address",
            hint="write an IPv4 address as four decimal numbers, like 192.0.2.1",
        )
    if not _NAME.fullmatch(name):
        raise BadInput(f"{shown!r} holds no host name")
    return name


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
