"""What is shown to a server to prove who asks, and what it answers."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tocsin.errors import LimitExceeded, NotPermitted, SourceUnavailable
from tocsin.sources.web_address import parse_web_address

__all__ = ["PASSING", "Credentials", "Response"]

PASSING: Final = frozenset({429, 502, 503, 504})
"""Statuses that may be gone at the next attempt (RFC 9110, RFC 6585)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Headers that prove who asks; never shown, and sent only to the configured origin that is asked."""

    headers: Mapping[str, str] = field(repr=False)

    @classmethod
    def bearer(cls, token: str) -> Credentials:
        """A token (RFC 6750)."""
        return cls({"Authorization": f"Bearer {token}"})

    @classmethod
    def basic(cls, name: str, password: str) -> Credentials:
        """A name and password (RFC 7617)."""
        pair = base64.b64encode(f"{name}:{password}".encode()).decode()
        return cls({"Authorization": f"Basic {pair}"})


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: its status, its headers (case does not matter), its unpacked body, the address that gave it."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str

    def require(self, *statuses: int) -> Response:
        """Return this answer if its status is one of ``statuses``.

        Raises:
            NotPermitted: the server refuses the asker (401, 403).
            LimitExceeded: what was sent is too large for the server (413).
            SourceUnavailable: anything else.
        """
        if self.status in statuses:
            return self
        server = parse_web_address(self.url).shown
        if self.status == 401:
            raise NotPermitted(
                f"{server} asks for valid credentials (401)",
                hint="look whether the token is right and not expired",
            )
        if self.status == 403:
            raise NotPermitted(
                f"{server} does not permit this (403)", hint="ask who runs it for the right to"
            )
        if self.status == 413:
            raise LimitExceeded(
                f"{server} takes no request of this size (413)", hint="send fewer objects at once"
            )
        if self.status in PASSING or self.status >= 500:
            raise SourceUnavailable(f"{server} cannot answer now ({self.status})", hint="try again later")
        hint = "look whether the address is right" if self.status in {404, 410} else None
        raise SourceUnavailable(f"{server} answers with status {self.status}", hint=hint)
