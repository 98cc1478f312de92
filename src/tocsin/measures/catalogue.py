"""A catalogue of measures as TOML: strict, because a mistyped word must not change a plan.

A catalogue has ``[[measure]]`` tables; a person's own file adds measures in the same way and changes cost, effort and
guesses of those of another by ``[change.ID]``. docs/reference/choosing-measures.md says what each word means.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, TypeVar

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import MEASURES, MEASURES_FILE_BYTES
from tocsin.measures.knowledge import Knowledge
from tocsin.measures.measure import Measure
from tocsin.model.toml_text import decode_toml

__all__ = ["NO_MEASURES", "Catalogue", "measures_of", "read_catalogue", "read_own"]

NO_MEASURES: Final = frozenset({"M0816", "M1055", "M1056"})
"""Mitigations that say that there is none (Do Not Mitigate, Mitigation Limited or Not Effective) or that lie outside of
the victim (Pre-compromise)."""

T = TypeVar("T")
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Band = Annotated[int, msgspec.Meta(ge=1, le=3)]
Words = Annotated[str, msgspec.Meta(min_length=1)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")]
TechniqueId = Annotated[str, msgspec.Meta(pattern=r"^T[0-9]{4}(\.[0-9]{3})?$")]
MitigationId = Annotated[str, msgspec.Meta(pattern=r"^M[0-9]{4}$")]


class Catalogue(msgspec.Struct, frozen=True, kw_only=True):
    """Measures in the order in which they are told."""

    name: str
    version: str
    measures: tuple[Measure, ...]


class _Measure(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: Id
    name: Words
    absent: str = ""
    why: str = ""
    mitigations: list[MitigationId] = []
    techniques: list[TechniqueId] = []
    stops_nothing: bool = False
    also: dict[str, list[Words]] = {}
    cost: Band = 2
    effort: Band = 2
    left: Share = 0.5
    left_by: dict[TechniqueId, Share] = {}
    evidence: str = ""
    source: str = ""


class _Change(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    cost: Band | None = None
    effort: Band | None = None
    left: Share | None = None
    left_by: dict[TechniqueId, Share] | None = None
    evidence: str | None = None


class _File(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    name: Words
    version: Words
    measure: list[_Measure] = []


class _Own(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    change: dict[str, _Change] = {}
    measure: list[_Measure] = []


def read_catalogue(data: bytes, name: str, knowledge: Knowledge) -> Catalogue:
    """Read a catalogue.

    Raises:
        BadInput: it is no TOML, has a word or value that no catalogue has, gives an id twice, or names a mitigation or
            technique that is not known, or stands against nothing without saying so; it names the place.
        LimitExceeded: it is larger than ``limits.MEASURES_FILE_BYTES`` or has more than ``MEASURES``.
    """
    held = decode_toml(data, name, _File, "catalogue of measures", MEASURES_FILE_BYTES)
    measures = _measures(held.measure, name, knowledge, {})
    if not measures:
        raise BadInput("has no measure", where=Place(file=name))
    return Catalogue(name=held.name, version=held.version, measures=tuple(measures))


def read_own(data: bytes, name: str, base: Catalogue, knowledge: Knowledge) -> Catalogue:
    """Read a person's own measures and changes, and put them on ``base``.

    What is changed loses the evidence of the old guess, unless the change brings its own.

    Raises:
        BadInput: as :func:`read_catalogue`; or it changes what is not in ``base``, or adds what is.
        LimitExceeded: as :func:`read_catalogue`.
    """
    held = decode_toml(data, name, _Own, "list of own measures", MEASURES_FILE_BYTES)
    kept = {one.id: one for one in base.measures}
    for key, change in held.change.items():
        if key not in kept:
            raise BadInput(
                f"changes {key[:60]!r}, which is no measure of the catalogue {base.name!r}",
                where=Place(file=name, path=f"$.change.{key[:60]}"),
                hint="Add it as a [[measure]], or mend the id.",
            )
        given = {field: value for field, value in msgspec.structs.asdict(change).items() if value is not None}
        if {"left", "left_by"} & given.keys():
            given = {"evidence": ""} | given
        kept[key] = msgspec.structs.replace(kept[key], **given)
    added = _measures(held.measure, name, knowledge, kept)
    return msgspec.structs.replace(base, measures=(*kept.values(), *added))


def measures_of(knowledge: Knowledge) -> Catalogue:
    """The catalogue ``attack``: a measure for each mitigation of ATT&CK, each leaving half, with no evidence for that.

    Those that are no measures, or that speak of no technique, are left out.
    """
    named: dict[str, int] = {}
    for one in knowledge.mitigations:
        named[one.name] = named.get(one.name, 0) + 1
    return Catalogue(
        name="attack",
        version=knowledge.version,
        measures=tuple(
            Measure(
                id=one.id,
                name=f"{one.name} (control systems)"
                if named[one.name] > 1 and one.matrices == ("ics",)
                else one.name,
                absent=f"no {one.name}",
                mitigations=(one.id,),
                source="MITRE ATT&CK",
            )
            for one in knowledge.mitigations
            if one.id not in NO_MEASURES and one.techniques
        ),
    )


def _measures(
    given: list[_Measure], name: str, knowledge: Knowledge, known: Mapping[str, Measure]
) -> list[Measure]:
    if len(given) + len(known) > MEASURES:
        raise LimitExceeded(f"has more than {MEASURES:,} measures", where=Place(file=name))
    mitigations = {one.id for one in knowledge.mitigations}
    seen = set(known)
    found = []
    for number, one in enumerate(given):
        path = f"$.measure[{number}]"
        if one.id in seen:
            raise BadInput(f"gives the id {one.id!r} twice", where=Place(file=name, path=f"{path}.id"))
        seen.add(one.id)
        for place, named in enumerate(one.mitigations):
            if named not in mitigations:
                raise BadInput(
                    f"{named} is no mitigation of ATT&CK {knowledge.version}",
                    where=Place(file=name, path=f"{path}.mitigations[{place}]"),
                )
        techniques = {f"techniques[{place}]": named for place, named in enumerate(one.techniques)}
        techniques |= {f"left_by.{named}": named for named in one.left_by}
        for word, named in techniques.items():
            if knowledge.technique(named) is None:
                raise BadInput(
                    f"{named} is no technique of ATT&CK {knowledge.version}",
                    where=Place(file=name, path=f"{path}.{word}"),
                )
        if one.stops_nothing == bool(one.mitigations or techniques):
            wrong = (
                "says that it stops nothing, and names what"
                if one.stops_nothing
                else "stands against nothing"
            )
            raise BadInput(
                f"{one.id!r} {wrong}",
                where=Place(file=name, path=path),
                hint="Name mitigations or techniques, or say stops_nothing = true.",
            )
        found.append(_made(one))
    return found


def _made(one: _Measure) -> Measure:
    held: dict[str, Any] = msgspec.structs.asdict(one)
    del held["stops_nothing"]
    held |= {"mitigations": tuple(one.mitigations), "techniques": tuple(one.techniques)}
    held["also"] = {key: tuple(ids) for key, ids in one.also.items()}
    return Measure(**held)
