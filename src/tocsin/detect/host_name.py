"""One host under several names: MAIL01, mail01 and MAIL01.utility.example."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["one_name_each"]


def one_name_each(names: Iterable[str]) -> dict[str, str]:
    """Return, for each name, the name its host goes by: that with its domain, in the spelling that sorts first.

    Case and a final dot do not tell hosts apart. A name without a domain is the host whose full name begins
    with it, if there is just one; two sites may each have a MAIL01.
    """
    spelled: dict[str, str] = {}
    for name in sorted(names):
        spelled.setdefault(_folded(name), name.rstrip("."))
    full: dict[str, list[str]] = {}
    for folded in spelled:
        label, dot, _ = folded.partition(".")
        if dot and not label.isdigit():
            full.setdefault(label, []).append(folded)
    chosen = {}
    for name in names:
        folded = _folded(name)
        longer = full.get(folded, [])
        chosen[name] = spelled[longer[0] if len(longer) == 1 else folded]
    return chosen


def _folded(name: str) -> str:
    return name.rstrip(".").lower()
