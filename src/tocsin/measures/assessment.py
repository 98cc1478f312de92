"""What somebody says of a measure: whether it is there, by what that is known, and of which day that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from enum import Enum

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.limits import EVIDENCE_CHARACTERS, MEASURES_FILE_BYTES
from tocsin.measures.measure import Measure
from tocsin.model.toml_text import decode_toml, toml_string

__all__ = ["Assessment", "State", "assessment_of", "assessments_text", "check_known", "read_assessments"]


class State(Enum):
    """Whether a measure is there. Unknown is never taken for in place, nor for absent."""

    IN_PLACE = "in-place"
    PARTLY = "partly"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a measure (id). ``day`` is that of the evidence (``YYYY-MM-DD``); both may be ""."""

    measure: str
    state: State
    evidence: str = ""
    day: str = ""


class _Have(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    measure: str
    state: State = State.IN_PLACE
    evidence: str = ""
    date: dt.date | None = None


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    have: list[_Have] = []


def assessment_of(
    measure: str, state: str, evidence: str, day: str, *, known: Collection[str], today: dt.date
) -> Assessment:
    """What somebody says on ``today``; evidence of which no day is said is of that day.

    Raises:
        BadInput: the measure is not ``known`` (ids), there is no such state, the evidence is too long, or the day is
            none or still to come.
    """
    check_known(measure, known)
    try:
        said = State(state)
    except ValueError:
        states = ", ".join(one.value for one in State)
        raise BadInput(f"there is no state {state[:60]!r}", hint=f"States are {states}.") from None
    try:
        held = dt.date.fromisoformat(day) if day else None
    except ValueError:
        raise BadInput(f"{day[:60]!r} is no day", hint="Say it as 2026-12-31.") from None
    evidence = _evidence(evidence, None)
    if held is None and evidence:
        held = today
    _check_day(held, today, None)
    return Assessment(measure=measure, state=said, evidence=evidence, day=held.isoformat() if held else "")


def read_assessments(
    data: bytes, name: str, known: Collection[str], *, today: dt.date | None = None
) -> tuple[Assessment, ...]:
    """Read ``[[have]]`` tables of ``measure``, ``state`` (in place, if it is not said), ``evidence`` and ``date``.

    Raises:
        BadInput: it is no such TOML, names a measure that is not ``known`` (ids) or one twice, or has evidence of a day
            after ``today``; it names the place.
        LimitExceeded: it is larger than ``limits.MEASURES_FILE_BYTES``.
    """
    held = decode_toml(data, name, _File, "list of measures in place", MEASURES_FILE_BYTES)
    seen: set[str] = set()
    found = []
    for number, one in enumerate(held.have):
        path = f"$.have[{number}]"
        where = Place(file=name, path=f"{path}.measure")
        check_known(one.measure, known, where)
        if one.measure in seen:
            raise BadInput(f"names {one.measure!r} twice", where=where)
        seen.add(one.measure)
        if today is not None:
            _check_day(one.date, today, Place(file=name, path=f"{path}.date"))
        found.append(
            Assessment(
                measure=one.measure,
                state=one.state,
                evidence=_evidence(one.evidence, Place(file=name, path=f"{path}.evidence")),
                day=one.date.isoformat() if one.date else "",
            )
        )
    return tuple(found)


def assessments_text(measures: Iterable[Measure], said: Mapping[str, Assessment]) -> str:
    """All measures as a file to fill in, with what was ``said`` of each (by id) so far."""
    lines = [
        "# Which measures are there. state: in-place, partly, absent or unknown.",
        "# What is in place counts with its evidence (a file, a page, a check) and the day of that.",
    ]
    for one in measures:
        held = said.get(one.id, Assessment(measure=one.id, state=State.UNKNOWN))
        lines += [
            "",
            f"# {' '.join(one.name.split())}",
            "[[have]]",
            f"measure = {toml_string(one.id)}",
            f"state = {toml_string(held.state.value)}",
            f"evidence = {toml_string(held.evidence)}",
            f"date = {held.day}" if held.day else "# date = 2026-12-31",
        ]
    return "\n".join(lines) + "\n"


def check_known(measure: str, known: Collection[str], where: Place | None = None) -> None:
    """Refuse a measure (id) that is not ``known``.

    Raises:
        BadInput: it is not.
    """
    if measure not in known:
        raise BadInput(
            f"{measure[:60]!r} is no measure of the catalogue",
            where=where,
            hint="See the ids: tocsin posture show --all",
        )


def _check_day(day: dt.date | None, today: dt.date, where: Place | None) -> None:
    if day is not None and day > today:
        raise BadInput(
            f"the evidence is dated {day.isoformat()}, which is still to come",
            where=where,
            hint=f"Today is {today.isoformat()} (UTC).",
        )


def _evidence(text: str, where: Place | None) -> str:
    """One line that any database takes."""
    made = " ".join(text.replace("\0", "\ufffd").encode("utf-8", "replace").decode().split())
    if len(made) > EVIDENCE_CHARACTERS:
        raise BadInput(
            f"the evidence has {len(made):,} characters, and at most {EVIDENCE_CHARACTERS:,} are kept",
            where=where,
            hint="Say where it is kept.",
        )
    return made
