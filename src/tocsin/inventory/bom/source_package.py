"""The source package that a binary package was built from, as the different lists write it."""

from __future__ import annotations

from tocsin.inventory.purl import Purl

__all__ = ["source_of", "split_nvr"]

_DISTRIBUTIONS = frozenset(["apk", "deb", "rpm"])


def source_of(purl: Purl) -> tuple[str, str]:
    """Name and version of the source package, by the qualifier ``upstream`` of a distribution's package; "" if unsaid.

    The value is a name, a name and version (``glibc@2.36-9``) or the file of a source RPM.
    """
    if purl.type not in _DISTRIBUTIONS or not purl.qualifiers:
        return "", ""
    upstream = purl.qualifier("upstream")
    if not upstream:
        return "", ""
    if upstream.endswith(".src.rpm"):
        return split_nvr(upstream)
    name, _, version = upstream.partition("@")
    return name, version


def split_nvr(file: str) -> tuple[str, str]:
    """Name and version-release of a source RPM's file, ``openssl-3.0.7-24.el9.src.rpm``; "" if it is none."""
    text = file.removesuffix(".rpm").removesuffix(".nosrc").removesuffix(".src")
    parts = text.rsplit("-", 2)
    return (parts[0], f"{parts[1]}-{parts[2]}") if len(parts) == 3 and all(parts) else ("", "")
