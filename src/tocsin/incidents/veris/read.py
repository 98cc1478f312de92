"""Records of VERIS 1.3 and 1.4 as incidents.

VERIS codes what was done, by whom, to what and with which effect; not in which order. The record itself stays with the
incident as it is: its codes say more than the words that are made of them.
"""

from __future__ import annotations

import codecs
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.incidents.flow.flow import Flow, Node
from tocsin.incidents.incident import Cause, Determination, Incident, Moments, Source
from tocsin.incidents.veris.held import Held, Problems
from tocsin.incidents.veris.parts import (
    read_actors,
    read_discovery,
    read_impacts,
    read_references,
    read_steps,
    read_systems,
    read_victim,
)
from tocsin.incidents.veris.when import read_timeline
from tocsin.incidents.veris.words import ACTIONS, CATEGORIES, DETERMINATIONS, KINDS, said
from tocsin.limits import JSON_NESTING
from tocsin.model.json_text import nests_deeper
from tocsin.model.timestamp import parse_timestamp

__all__ = ["ReadVeris", "is_veris", "read_veris"]

_NAMESPACE: Final = uuid.UUID("3c0e1d5a-2a43-4f0b-9d51-6f2b8f0a7e64")
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,19}", re.ASCII | re.IGNORECASE)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MARKS: Final = (b'"schema_version"', (b'"action"', b'"victim"', b'"security_incident"'))
_PARTS: Final = frozenset({"action", "victim", "security_incident"})
_NO_ORDER: Final = "VERIS says what was done, not in which order."


@dataclass(frozen=True, slots=True)
class ReadVeris:
    """The incidents of a file of records, and what could not be read, each with its place."""

    incidents: tuple[Incident, ...]
    problems: tuple[BadInput, ...] = ()


def is_veris(one: object) -> bool:
    """Whether a JSON value is a record of VERIS."""
    return isinstance(one, dict) and "schema_version" in one and not _PARTS.isdisjoint(one)


def read_veris(data: bytes) -> ReadVeris | None:
    """Read a record, a list of them, or one on each line; None if there is none among it.

    Two records of one id are one incident: the second is a problem.
    """
    if _MARKS[0] not in data or not any(mark in data for mark in _MARKS[1]):
        return None
    problems: Problems = {}
    values = list(_values(data.removeprefix(codecs.BOM_UTF8), problems))
    if not any(is_veris(value) for _, value in values):
        return None
    made: dict[str, Incident] = {}
    for path, value in values:
        if not is_veris(value):
            _add(problems, path, "is no record of VERIS")
            continue
        one = _incident(Held(value, path, problems))
        if one.id in made:
            _add(problems, path, "has the id of a record before it")
        made.setdefault(one.id, one)
    return ReadVeris(tuple(made.values()), tuple(problems.values()))


def _add(problems: Problems, path: str, what: str) -> None:
    problems[path, what] = BadInput(what, where=Place(path=path))


def _values(data: bytes, problems: Problems) -> Iterator[tuple[str, Any]]:
    """The JSON values of a file with their places. What is no JSON as a whole is read line by line."""
    try:
        whole = _decoded(data)
    except BadInput:
        for number, line in enumerate(data.split(b"\n"), start=1):
            if line.strip():
                try:
                    yield f"line {number} at $", _decoded(line)
                except BadInput as error:
                    _add(problems, f"line {number}", error.what)
        return
    if isinstance(whole, list):
        yield from ((f"$[{number}]", one) for number, one in enumerate(whole))
    else:
        yield "$", whole


def _decoded(text: bytes) -> Any:
    if nests_deeper(text, JSON_NESTING):
        raise BadInput(f"nests deeper than {JSON_NESTING} levels")
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"is no JSON: {error}") from None


def _incident(record: Held) -> Incident:
    victim = read_victim(record.part("victim"))
    steps = read_steps(record.part("action"))
    timeline = read_timeline(record.part("timeline"))
    impacts = read_impacts(record.part("attribute"), record.part("impact"), timeline.exfiltrated)
    coder = _coder(record)
    return Incident(
        id=f"incident--{_id(record)}",
        name=_name(record, victim.name),
        summary=record.text("summary"),
        kinds=_kinds(record),
        determination=_determination(record),
        victim=victim,
        moments=Moments(began=timeline.began, detected=timeline.detected, contained=timeline.contained),
        systems=read_systems(record.part("asset")),
        impacts=impacts,
        flow=Flow(nodes=steps, description=_NO_ORDER if len(steps) > 1 else ""),
        detected_by=read_discovery(record),
        vulnerabilities=_vulnerabilities(record),
        indicators=tuple(filter(None, (one.text("indicator") for one in record.parts("ioc")))),
        actors=read_actors(record, record.part("action").held),
        causes=_causes(record, steps, coder),
        actions_taken=_corrected(record),
        sources=(coder, *read_references(record.text("reference"))),
        created_us=_us(record, "created"),
        changed_us=_us(record, "modified"),
        rest={"veris": record.held},
    )


def _id(record: Held) -> uuid.UUID:
    """The same for the same record; one without an id is known by all that it says."""
    own = record.text("incident_id") or record.part("plus").text("master_id")
    if own:
        return uuid.uuid5(_NAMESPACE, f"{record.text('source_id')} {own}")
    return uuid.uuid5(_NAMESPACE, msgspec.json.encode(record.held, order="sorted").decode())


def _name(record: Held, victim: str) -> str:
    action = record.part("action")
    year = record.part("timeline").part("incident").count("year")
    done = [
        said(ACTIONS.get(category, {}), word)
        for category in CATEGORIES
        for word in action.part(category).texts("variety")
        if word != "Other"
    ]
    what = " and ".join(done[:2]) or "what was done is not known"
    return f"{victim or 'Somebody'}{f', {year}' if year else ''}: {what}"


def _kinds(record: Held) -> tuple[str, ...]:
    action = record.part("action")
    found = {
        KINDS[word]: None
        for category in sorted(action.held)
        for word in action.part(category).texts("variety")
        if word in KINDS
    }
    if record.part("attribute").part("confidentiality").text("data_disclosure") == "Yes":
        found["data-breach"] = None
    return tuple(found)


def _determination(record: Held) -> Determination:
    word = record.text("security_incident")
    if word and word not in DETERMINATIONS:
        record.problem(f"{word[:40]!r} does not say whether it was one", "security_incident")
    return DETERMINATIONS.get(word, Determination.SUSPECTED)


def _vulnerabilities(record: Held) -> tuple[str, ...]:
    action = record.part("action")
    named = [action.part(category).text("cve") for category in ("hacking", "malware")]
    return tuple(dict.fromkeys(one.upper() for text in named for one in _CVE.findall(text)))


def _coder(record: Held) -> Source:
    plus, id = record.part("plus"), record.text("incident_id")
    day = _DAY.match(plus.text("modified") or plus.text("created"))
    return Source(
        title=f"VERIS record {id}".rstrip(), publisher=record.text("source_id"), day=day[0] if day else ""
    )


def _causes(record: Held, steps: tuple[Node, ...], coder: Source) -> tuple[Cause, ...]:
    """What the coder says it came from: the actions that let somebody in, or all where that is not coded."""
    action = record.part("action")
    entries = {name for name in action.held if "Infiltrate" in action.part(name).texts("result")}
    found = []
    for step in steps:
        _, category, _, word = step.rest["veris"].split(".", 3)
        if word not in {"Unknown", "Other"} and (not entries or category in entries | {"error"}):
            found.append(
                Cause(
                    text=f"{step.name}, as coded in VERIS",
                    technique=step.technique,
                    step=step.id,
                    source=coder,
                    stated=coder.day,
                    weight=1,
                )
            )
    failure = record.text("control_failure")
    if failure:
        found.append(Cause(text=failure, source=coder, stated=coder.day, weight=1))
    return tuple(found)


def _corrected(record: Held) -> tuple[str, ...]:
    # The field holds what was done as well as what the coder would do.
    text = record.text("corrective_action")
    return (f"Taken or advised: {text}",) if text else ()


def _us(record: Held, name: str) -> int:
    text = record.part("plus").text(name)
    try:
        return max(0, int(parse_timestamp(text) // 1000)) if text else 0
    except BadInput:
        return 0
