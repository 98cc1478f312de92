"""Known-good notes on the values of findings: what ``sharing`` knows, said of an object path."""

from __future__ import annotations

from tocsin.detect.result import Note
from tocsin.service.detect.findings import Notes
from tocsin.service.known_good_lists import known_good_lists

__all__ = ["known_good_notes", "no_notes"]

_KINDS = {"domain-name": "domain", "ipv4-addr": "ipv4", "ipv6-addr": "ipv6", "url": "url"}
_MOST = 3
_MEANING = {
    "sinkhole": "sinkhole",
    "cloud": "shared",
    "shared-service": "shared",
    "dynamic-dns": "shared",
    "parking": "shared",
}
"""Categories of lists that do not say a value is harmless."""


def known_good_notes() -> Notes:
    """Return the function that looks values up in the lists that ship with the program."""

    def notes(path: str, value: str) -> tuple[Note, ...]:
        kind = _kind(path, value)
        if not kind:
            return ()
        found = known_good_lists().notes(kind, value)
        return tuple(
            Note(
                kind=_MEANING.get(one.category, "known-good"),
                text=f"{one.description or one.list_name} ({one.entry})",
                source=one.list_name,
            )
            for one in found[:_MOST]
        )

    return notes


def no_notes(_path: str, _value: str) -> tuple[Note, ...]:
    """Know nothing of any value."""
    return ()


def _kind(path: str, value: str) -> str:
    kind, _, steps = path.partition(":")
    if ".hashes." in f".{steps}":
        return "hash"
    if not steps.endswith("value"):
        return ""
    if steps.endswith("_ref.value"):
        return "ipv6" if ":" in value else "ipv4" if value[-1:].isdigit() else "domain"
    return _KINDS.get(kind, "")
