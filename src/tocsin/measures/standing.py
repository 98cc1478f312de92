"""Which measures stand already: each with its evidence and the day from which that is, else it does not count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.limits import MEASURES_FILE_BYTES
from tocsin.model.toml_text import decode_toml

__all__ = ["NotCounted", "Standing", "StandingRead", "read_standing"]


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A measure (id) that stands, by what it is known, and the day (``YYYY-MM-DD``) of that."""

    measure: str
    evidence: str
    day: str


class NotCounted(msgspec.Struct, frozen=True, kw_only=True):
    """A measure (id) that is said to stand and does not count, and why."""

    measure: str
    why: str


class StandingRead(msgspec.Struct, frozen=True, kw_only=True):
    """What counts and what does not, together all that the file names."""

    standing: tuple[Standing, ...]
    not_counted: tuple[NotCounted, ...]

    @property
    def measures(self) -> frozenset[str]:
        """The ids of what counts."""
        return frozenset(one.measure for one in self.standing)


class _Have(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    measure: str
    evidence: str = ""
    date: dt.date | None = None


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    have: list[_Have] = []


def read_standing(data: bytes, name: str, known: Collection[str], today: dt.date) -> StandingRead:
    """Read ``[[have]]`` tables of ``measure``, ``evidence`` and ``date``.

    Raises:
        BadInput: it is no such TOML, names a measure that is not ``known`` (ids) or one twice; it names the place.
        LimitExceeded: it is larger than ``limits.MEASURES_FILE_BYTES``.
    """
    held = decode_toml(data, name, _File, "list of measures in place", MEASURES_FILE_BYTES)
    standing: list[Standing] = []
    not_counted: list[NotCounted] = []
    seen: set[str] = set()
    for number, one in enumerate(held.have):
        where = Place(file=name, path=f"$.have[{number}].measure")
        if one.measure not in known:
            raise BadInput(f"{one.measure[:60]!r} is no measure of the catalogue", where=where)
        if one.measure in seen:
            raise BadInput(f"names {one.measure!r} twice", where=where)
        seen.add(one.measure)
        why = _why_not(one, today)
        if why:
            not_counted.append(NotCounted(measure=one.measure, why=why))
        else:
            assert one.date is not None
            standing.append(
                Standing(measure=one.measure, evidence=one.evidence.strip(), day=one.date.isoformat())
            )
    return StandingRead(standing=tuple(standing), not_counted=tuple(not_counted))


def _why_not(one: _Have, today: dt.date) -> str:
    if not one.evidence.strip():
        return "no evidence is given"
    if one.date is None:
        return "the evidence has no date"
    if one.date > today:
        return f"the evidence is dated {one.date.isoformat()}, which is still to come"
    return ""
