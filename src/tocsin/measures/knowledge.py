"""What is publicly known of attacks: techniques, what is said to mitigate them, and who used which.

The facts are MITRE ATT&CK's, without its descriptions. A distilled copy ships (``tocsin/data/knowledge``, with its
notice); :func:`read_knowledge` reads that form, :mod:`tocsin.measures.attack` the bundles that MITRE publishes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, cached_property
from importlib import resources
from typing import Final, Literal

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import KNOWLEDGE_BYTES
from tocsin.measures.technique import Technique

__all__ = [
    "Adversary",
    "Knowledge",
    "Mitigation",
    "Software",
    "Tactic",
    "read_knowledge",
    "shipped_knowledge",
    "written",
]

COPYRIGHT: Final = (
    "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE"
    " Corporation."
)
"""The designation that ATT&CK's terms of use ask for in any copy."""


class Tactic(msgspec.Struct, frozen=True, kw_only=True):
    """What a technique is for: ``id`` is the short name that techniques refer to (``initial-access``)."""

    id: str
    name: str


class Mitigation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What ATT&CK says mitigates ``techniques`` (ids). It does not say how much."""

    id: str
    name: str
    matrices: tuple[str, ...] = ()
    techniques: tuple[str, ...] = ()


class Software(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Malware or a tool that some adversary used; ``aliases`` are its other names."""

    id: str
    name: str
    aliases: tuple[str, ...] = ()


class Adversary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A ``campaign`` or a ``group`` and the techniques and the software (ids) that it used.

    ``aliases`` are its other names, ``groups`` those (ids) that a campaign is attributed to.
    ``began`` and ``ended`` are the days (``YYYY-MM-DD``) on which it was first and last seen, "" where ATT&CK does not
    say (it never does of groups).
    """

    id: str
    name: str
    kind: Literal["campaign", "group"]
    began: str = ""
    ended: str = ""
    techniques: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    software: tuple[str, ...] = ()


class Knowledge(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All of it. ``version`` is ATT&CK's; ``tactics`` are in the order in which an attack goes, all else by id."""

    version: str
    tactics: tuple[Tactic, ...]
    techniques: tuple[Technique, ...]
    mitigations: tuple[Mitigation, ...]
    adversaries: tuple[Adversary, ...]
    software: tuple[Software, ...] = ()

    def technique(self, name: str) -> Technique | None:
        """The technique of this id as it is today: where it was revoked, what took its place.

        None if it is not known. What was revoked in a circle, or for something that is not known, stays itself.
        """
        found = self._by_id.get(name)
        seen = {name}
        while found is not None and found.revoked_by:
            following = self._by_id.get(found.revoked_by)
            if following is None or following.id in seen:
                return self._by_id[name]
            seen.add(following.id)
            found = following
        return found

    def tactic_name(self, name: str) -> str:
        """The tactic's name for people; its short name where it is not known."""
        return next((one.name for one in self.tactics if one.id == name), name)

    @cached_property
    def _by_id(self) -> dict[str, Technique]:
        return {one.id: one for one in self.techniques}


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    format: Literal["tocsin-attack"]
    copyright: str
    version: str
    tactics: tuple[Tactic, ...]
    techniques: tuple[Technique, ...]
    mitigations: tuple[Mitigation, ...]
    adversaries: tuple[Adversary, ...]
    software: tuple[Software, ...] = ()


def written(knowledge: Knowledge) -> bytes:
    """The distilled form: JSON, one fact a line, the same bytes for the same knowledge."""
    parts = [
        b'{"format":"tocsin-attack"',
        b'"copyright":' + msgspec.json.encode(COPYRIGHT),
        b'"version":' + msgspec.json.encode(knowledge.version),
        b'"tactics":' + _lines(knowledge.tactics),
        b'"techniques":' + _lines(knowledge.techniques),
        b'"mitigations":' + _lines(knowledge.mitigations),
        b'"adversaries":' + _lines(knowledge.adversaries),
        b'"software":' + _lines(knowledge.software),
    ]
    return b",\n".join(parts) + b"}\n"


def _lines(facts: Iterable[msgspec.Struct]) -> bytes:
    return b"[\n" + b",\n".join(map(msgspec.json.encode, facts)) + b"]"


def read_knowledge(data: bytes, name: str) -> Knowledge:
    """Read the distilled form.

    Raises:
        BadInput: it is not that form; the place is a JSON path.
        LimitExceeded: it is larger than ``limits.KNOWLEDGE_BYTES``.
    """
    where = Place(file=name)
    if len(data) > KNOWLEDGE_BYTES:
        raise LimitExceeded(f"has more than {KNOWLEDGE_BYTES >> 20} MiB", where=where)
    try:
        held = msgspec.json.decode(data, type=_File)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `")
        raise BadInput(
            f"is no distilled knowledge: {what.replace('`', chr(39))}",
            where=Place(file=name, path=path.rstrip("`") or "$"),
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"is no JSON: {error}", where=where) from error
    return Knowledge(
        version=held.version,
        tactics=held.tactics,
        techniques=held.techniques,
        mitigations=held.mitigations,
        adversaries=held.adversaries,
        software=held.software,
    )


@cache
def shipped_knowledge() -> Knowledge:
    """What ships with the program: its own file, which never changes while it runs."""
    data = resources.files("tocsin").joinpath("data/knowledge/attack.json").read_bytes()
    return read_knowledge(data, "attack.json")
