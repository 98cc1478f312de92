"""``incident import`` and ``incident export``: incidents from files and as files."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, BinaryIO, Final

import msgspec

from tocsin.errors import BadInput, NothingToCheck
from tocsin.incidents.flow.afb import is_afb, read_afb, write_afb
from tocsin.incidents.flow.flow import Flow
from tocsin.incidents.flow.stix import flow_objects, read_flows
from tocsin.incidents.form import form_text, read_whole_form
from tocsin.incidents.incident import Incident, Victim
from tocsin.incidents.stix.campaigns import campaign_incidents
from tocsin.incidents.stix.read import read_incidents
from tocsin.incidents.stix.write import incident_objects
from tocsin.incidents.veris.read import read_veris
from tocsin.limits import ADVISORY_BYTES, JSON_NESTING
from tocsin.model.json_text import nests_deeper
from tocsin.model.stix import read_objects
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import kept_incidents, newest
from tocsin.service.incidents.record import keep, new_incident
from tocsin.sources.evidence import find_streams
from tocsin.sources.stream import Unread
from tocsin.sources.whole import whole

__all__ = ["Imported", "export_incident", "import_incidents"]

_NAMESPACE: Final = uuid.UUID("5f0f7c44-8f5c-4f21-9a37-0c7b1f6a2e90")
_FORMS_NAME: Final = re.compile(rb"^name[ \t]*=", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of one file: the incidents that it holds, and what of it could not be read (file, place, why).

    ``filled_in``: it is a form, which a person fills in.
    """

    name: str
    incidents: tuple[Incident, ...]
    not_read: tuple[tuple[str, str, str], ...] = ()
    filled_in: bool = False


def import_incidents(
    node: Node, arguments: Sequence[str], stdin: BinaryIO | None, *, by: str, own: bool = False
) -> list[Imported]:
    """Keep the incidents that files, folders or ``-`` hold: STIX, VERIS, drawn flows, or forms.

    One that is here already gets a new version if it says anything new. This organisation's own are those whose victim
    it is by its name or a part of it, forms that name no victim, or all with ``own``; of the others it is kept whose
    they are: the victim's, else the file's.

    Raises:
        NothingToCheck: they hold no incident.
        BadInput: a single file was named, and it cannot be read.
        SourceUnavailable: a single file was named, and it cannot be opened.
    """
    read: list[Imported] = []
    for found in find_streams(arguments, stdin):
        if isinstance(found, Unread):
            if found.unopened and len(arguments) == 1:
                whole(found, ADVISORY_BYTES, "incidents")
            if not found.by_rule:
                read.append(Imported(found.name, (), ((found.name, "", found.reason),)))
            continue
        data = whole(found, ADVISORY_BYTES, "incidents")
        read.append((_form if _is_form(data, found.name) else _read)(node, data, found.name))
    made = [(incident, one) for one in read for incident in one.incidents]
    if not made:
        first = next((why for one in read for _, _, why in one.not_read), "")
        raise NothingToCheck(f"there is no incident in {', '.join(arguments)}{': ' if first else ''}{first}")
    with node.reading() as connection:
        here = {one.id: one for one in kept_incidents(connection)}
    changed = []
    for each, file in made:
        kept = here.get(each.id)
        one = _dated(_owned(node, each, kept, file, own=own), kept, node.now_us)
        if not _says_the_same(one, here.get(one.id)):
            changed.append(one)
        here[one.id] = one
    if changed:
        keep(node, changed, by=by)
    return [replace(one, incidents=tuple(here[each.id] for each in one.incidents)) for one in read]


def _is_form(data: bytes, name: str) -> bool:
    """Whether it is a form: by its name, or by a line that gives its name where the file's says nothing (``-``)."""
    named = name.removesuffix(".gz").endswith(".toml")
    return named or (_FORMS_NAME.search(data) is not None and not data.lstrip().startswith(b"{"))


def _form(node: Node, data: bytes, name: str) -> Imported:
    try:
        made = read_whole_form(data.decode("utf-8-sig"), new_incident(node, ""))
        return Imported(name, (made,), filled_in=True)
    except UnicodeDecodeError as error:
        return Imported(name, (), ((name, f"byte {error.start:,}", "the form is no UTF-8"),))
    except BadInput as error:
        return Imported(name, (), ((name, str(error.where or ""), error.what),))


def _read(node: Node, data: bytes, name: str) -> Imported:
    document = _drawn(data)
    if document is not None:
        read = read_afb(document)
        return Imported(name, (_of_flow(node, read.flow, name),), _problems(name, read.problems))
    records = read_veris(data)
    if records is not None:
        return Imported(name, records.incidents, _problems(name, records.problems))
    objects = read_objects(data, name)
    found = read_incidents(objects.objects)
    problems = [*objects.problems, *found.problems]
    made = list(found.incidents)
    if not made:
        flows = read_flows(objects.objects)
        problems += [problem for one in flows for problem in one.problems]
        made = [_of_flow(node, one.flow, name) for one in flows]
    # A playbook or report tells of campaigns: knowledge of an attack, which is an incident as far as it goes.
    made = made or campaign_incidents(objects.objects)
    return Imported(name, tuple(made), _problems(name, problems))


def _owned(node: Node, one: Incident, kept: Incident | None, file: Imported, *, own: bool) -> Incident:
    """With whose it is: what was said of one that is here already stays."""
    victim, own_name = _plain(one.victim.name), _plain(node.own.name)
    # Town Water and Town Water Inc. may be one: a clock too many is better than one too few.
    ours = own_name in victim or victim in own_name if victim else file.filled_in
    if own:
        whose = ""
    elif kept is not None and (kept.whose or kept.is_own):
        whose = kept.whose
    else:
        whose = "" if ours and not one.whose else one.whose or one.victim.name or PurePath(file.name).name
    return msgspec.structs.replace(one, whose=whose)


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _dated(one: Incident, kept: Incident | None, now_us: int) -> Incident:
    """With the time at which it came in, where it does not say when it was noted first."""
    if one.created_us:
        return one
    return msgspec.structs.replace(one, created_us=kept.created_us if kept else now_us)


def _says_the_same(one: Incident, kept: Incident | None) -> bool:
    return kept is not None and msgspec.structs.replace(one, changed_us=kept.changed_us) == kept


def _of_flow(node: Node, flow: Flow, name: str) -> Incident:
    made = new_incident(node, flow.name or name)
    return msgspec.structs.replace(made, flow=flow, victim=Victim())


def _problems(name: str, problems: Iterable[BadInput]) -> tuple[tuple[str, str, str], ...]:
    return tuple((name, str((one.where and one.where.path) or one.where or ""), one.what) for one in problems)


def _drawn(data: bytes) -> Mapping[str, Any] | None:
    """The document, if it is one of the Attack Flow Builder."""
    if b'"attack_flow_v' not in data or nests_deeper(data, JSON_NESTING):
        return None
    try:
        document = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return None
    return document if is_afb(document) else None


def export_incident(node: Node, which: str, form: str = "stix") -> bytes:
    """One incident as a STIX bundle by this organisation, or as its form.

    Or its steps alone, as STIX of the Attack Flow extension (``flow``) or for its Builder (``afb``).

    Raises:
        NothingToCheck, BadInput: see :func:`~tocsin.service.incidents.kept.newest`.
    """
    with node.reading() as connection:
        incident = newest(connection, which)
    if form == "form":
        return form_text(incident).encode()
    flow = msgspec.structs.replace(incident.flow, name=incident.flow.name or incident.name)
    if form == "afb":
        return write_afb(flow)
    objects = (
        flow_objects(flow, made_us=incident.changed_us, author=node.own.id)
        if form == "flow"
        else incident_objects(incident, author=node.own.id)
    )
    bundle: dict[str, Any] = {
        "type": "bundle",
        "id": f"bundle--{uuid.uuid5(_NAMESPACE, f'{form} {incident.id}')}",
        "objects": objects,
    }
    return msgspec.json.format(msgspec.json.encode(bundle)) + b"\n"
