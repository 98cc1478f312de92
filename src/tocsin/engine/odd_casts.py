"""Casts of the few texts that plain SQL does not bring into form, which the macros of ``casts.sql`` leave to Python."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Final

import re2

from tocsin.detect.normalise import address_of, canonical_url, composed, whole_registry_key
from tocsin.detect.pattern.fold import lowered

__all__ = ["ODD_CASTS"]

_HOST = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?:[^/@?#]*@)?(\[[^\]]*\]|[^/:?#]+)")


# Of evidence, whose sender may have filled it with blanks: this library takes linear time.
_DOT = re2.compile(r"(?i)\s*[\[({]\s*(?:\.|dot)\s*[\])}]\s*|\\\.")
_MARK = re2.compile(r"\[(:|://|@)\]")
_AT = re2.compile(r"(?i)\[at\]")
_SCHEME = re2.compile(r"(?i)^h(?:xx|\*\*)p")


def _refanged(text: str) -> str:
    """Return ``text`` without its defanging, if it bears a bracket or begins with ``hxx``.

    Logs are hardly ever defanged, and brackets stand in their URLs for other reasons: so less is read as meant than
    :func:`tocsin.detect.defang.refang` does in what people write.
    """
    if "[" not in text and text[:3] not in ("hxx", "hXX", "HXX"):
        return text
    text = _AT.sub("@", _MARK.sub(r"\1", _DOT.sub(".", text)))
    return str(_SCHEME.sub("http", text))


def _digits(text: str) -> str | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return f"{int(address):0{8 if address.version == 4 else 32}x}"


def _domain(text: str) -> str | None:
    return lowered(_refanged(text)).rstrip(".") or None


def _url(text: str) -> str:
    return canonical_url(_refanged(text))


def _url_host(text: str) -> str | None:
    found = _HOST.match(_refanged(text))
    if found is None:
        return None
    host = found[1]
    return address_of(host[1:-1]) if host.startswith("[") else lowered(host).rstrip(".") or None


def _url_path(text: str) -> str | None:
    return re.split("[?#]", _refanged(composed(text)), maxsplit=1)[0] or None


def _registry_key(text: str) -> str | None:
    return whole_registry_key(text) or None


ODD_CASTS: Final[Mapping[str, Callable[[str], str | None]]] = {
    "address_of": address_of,
    "address_digits": _digits,
    "composed_of": composed,
    "domain_of": _domain,
    "refanged_of": _refanged,
    "registry_key_of": _registry_key,
    "url_host_of": _url_host,
    "url_of": _url,
    "url_path_of": _url_path,
}
"""By the name that SQL calls it by, from a text that is there to its value; None if it has none."""
