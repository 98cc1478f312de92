"""Cyber-observable objects made from the values of an example row (STIX 2.1 section 6)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from tocsin.errors import BadInput
from tocsin.model.canonical_json import canonical_json
from tocsin.model.ids import sco_id
from tocsin.model.timestamp import parse_timestamp

__all__ = ["NAMESPACE", "Observables", "observables_of"]

NAMESPACE: Final = UUID("5d0f0d3e-9f0c-5d4c-8d8a-3b8c1f0f7c11")
"""Namespace of the UUIDv5 ids that this program gives to objects for which STIX sets no rule."""

_STEP = re.compile(r"\.?(?:'((?:[^'\\]|\\.)*)'|([A-Za-z0-9_-]+))|\[(?:\*|\d+)\]")

_PROPERTIES: Final = {
    type_: dict(entry.split(":", 1) for entry in entries.split())
    for type_, entries in {
        "autonomous-system": "number:int name:text rir:text",
        "directory": "path:text path_enc:text",
        "domain-name": "value:text",
        "email-addr": "value:text display_name:text",
        "email-message": "is_multipart:bool date:time subject:text message_id:text"
        " from_ref:ref=email-addr sender_ref:ref=email-addr to_refs:refs=email-addr"
        " cc_refs:refs=email-addr bcc_refs:refs=email-addr body:text",
        "file": "hashes:hashes size:int name:text magic_number_hex:hex mime_type:text"
        " parent_directory_ref:ref=directory",
        "ipv4-addr": "value:ipv4",
        "ipv6-addr": "value:ipv6",
        "mac-addr": "value:mac",
        "mutex": "name:text",
        "network-traffic": "src_ref:ref=address dst_ref:ref=address src_port:port dst_port:port"
        " protocols:texts src_byte_count:int dst_byte_count:int src_packets:int dst_packets:int",
        "process": "pid:int cwd:text command_line:text image_ref:ref=file parent_ref:ref=process"
        " creator_user_ref:ref=user-account",
        "software": "name:text cpe:text swid:text vendor:text version:text",
        "url": "value:url",
        "user-account": "user_id:text account_login:text display_name:text",
        "windows-registry-key": "key:key values:values creator_user_ref:ref=user-account",
        "x509-certificate": "hashes:hashes serial_number:text issuer:text subject:text",
    }.items()
}
"""The properties that are written, each with the form that its value must have."""

_HASHES: Final = {
    name: re.compile(form)
    for name, form in {
        "MD5": "[0-9a-fA-F]{32}", "SHA-1": "[0-9a-fA-F]{40}", "SHA-256": "[0-9a-fA-F]{64}",
        "SHA-512": "[0-9a-fA-F]{128}", "SHA3-256": "[0-9a-fA-F]{64}", "SHA3-512": "[0-9a-fA-F]{128}",
        "SSDEEP": "[a-zA-Z0-9/+:.]{1,128}", "TLSH": "[a-zA-Z0-9]{70}",
    }.items()
}  # fmt: skip
_FORMS: Final = {
    "hex": re.compile("([0-9a-fA-F]{2})+"),
    "mac": re.compile("([0-9a-f]{2}:){5}[0-9a-f]{2}"),
    "url": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s\x00-\x1f\x7f]+"),
    "int": re.compile(r"\d{1,15}", re.ASCII),
    "port": re.compile(r"\d{1,5}", re.ASCII),
    "text": re.compile(r"(?s).+"),
    # Hives are written out (section 6.17.1); an abbreviation would make an object that others refuse.
    "key": re.compile(r"(?is)(?!.*(HKLM|HKCC|HKCR|HKCU|HKU)).+"),
}
_NEEDED: Final[Mapping[str, Callable[[Mapping[str, Any]], bool]]] = {
    "autonomous-system": lambda held: "number" in held,
    "directory": lambda held: "path" in held,
    "email-addr": lambda held: "value" in held,
    "email-message": lambda held: "is_multipart" in held and not ("body" in held and held["is_multipart"]),
    "file": lambda held: "name" in held or "hashes" in held,
    "network-traffic": lambda held: "protocols" in held and ("src_ref" in held or "dst_ref" in held),
    "software": lambda held: "name" in held,
}
"""What an object of a type cannot be without; others need any one property."""


@dataclass(frozen=True, slots=True)
class Observables:
    """``objects`` by id, those that others refer to first; ``unwritten`` counts the values that none has."""

    objects: dict[str, dict[str, Any]]
    unwritten: int


def observables_of(values: Mapping[str, str], seed: str) -> Observables:
    """Return the objects that ``values`` (object path text -> value) describe, one a type and reference.

    Ids are those of section 2.9; an object for which there is no rule (``process``) takes its id from its
    content and ``seed``. A value is left out where STIX has no such property, the value has not its form, or
    its object cannot stand without a property that is not known (``network-traffic`` without protocols).
    """
    drafts: dict[str, _Draft] = {}
    unwritten = 0
    for path, value in values.items():
        type_, _, rest = path.partition(":")
        steps = _steps(rest)
        if (
            type_ not in _PROPERTIES
            or not steps
            or not drafts.setdefault(type_, _Draft(type_)).put(steps, value)
        ):
            unwritten += 1
    objects: dict[str, dict[str, Any]] = {}
    for draft in drafts.values():
        unwritten += draft.write(objects, seed)[1]
    return Observables(objects, unwritten)


class _Draft:
    """An object that is being put together, and those that it refers to."""

    def __init__(self, type_: str) -> None:
        self.type = type_
        self.held: dict[str, Any] = {}
        self.references: dict[str, tuple[bool, _Draft]] = {}
        self.values = 0

    def put(self, steps: list[str], value: str) -> bool:
        """Take in one value; False if it has no place here."""
        name, rest = steps[0], steps[1:]
        form = _PROPERTIES[self.type].get(name, "")
        kind, _, target = form.partition("=")
        if target and len(rest) == 1 and target == "address":
            target = _address_type(value)
        if target in _PROPERTIES and rest:
            _, draft = self.references.setdefault(name, (kind == "refs", _Draft(target)))
            return draft.type == target and draft.put(rest, value)
        taken = self._take(name, kind, rest, value)
        self.values += taken
        return taken

    def _take(self, name: str, form: str, rest: list[str], value: str) -> bool:
        if form == "hashes":
            if len(rest) != 1 or rest[0] not in _HASHES or not _HASHES[rest[0]].fullmatch(value):
                return False
            self.held.setdefault(name, {})[rest[0]] = value
            return True
        if form == "values":
            if len(rest) != 1 or rest[0] not in ("name", "data"):
                return False
            self.held.setdefault(name, [{}])[0][rest[0]] = value
            return True
        if rest or not form:
            return False
        read = _read(form, value)
        if read is not None:
            self.held[name] = read
        return read is not None

    def write(self, objects: dict[str, dict[str, Any]], seed: str) -> tuple[str | None, int]:
        """Add this object, after those it refers to; return its id and how many values are left out."""
        lost = 0
        for name, (many, draft) in self.references.items():
            id_, left_out = draft.write(objects, seed)
            lost += left_out
            if id_ is not None:
                self.held[name] = [id_] if many else id_
        if not self.held or not _NEEDED.get(self.type, bool)(self.held):
            return None, lost + self.values
        drawn = {"type": self.type, **self.held}
        try:
            id_ = sco_id(drawn) or f"{self.type}--{uuid5(NAMESPACE, seed + canonical_json(drawn).decode())}"
        except BadInput:
            return None, lost + self.values
        objects[id_] = {"type": self.type, "spec_version": "2.1", "id": id_, **self.held}
        return id_, lost


def _steps(rest: str) -> list[str]:
    """Return the property names of a path; none if it is no path."""
    steps: list[str] = []
    place = 0
    while place < len(rest):
        found = _STEP.match(rest, place)
        if found is None:
            return []
        name = found[1] if found[1] is not None else found[2]
        if name is not None:
            steps.append(name.replace("\\'", "'").replace("\\\\", "\\"))
        place = found.end()
    return steps


def _read(form: str, value: str) -> Any:
    """Return ``value`` in its form; None if it does not have it."""
    if form == "bool":
        return {"true": True, "false": False}.get(value.lower())
    if form in ("ipv4", "ipv6"):
        return value if _address_type(value) == f"{form}-addr" else None
    if form == "time":
        try:
            parse_timestamp(value)
        except BadInput:
            return None
        return value
    if form == "texts":
        return [value.lower()] if value else None
    if not _FORMS[form].fullmatch(value):
        return None
    if form in ("int", "port"):
        return int(value) if form == "int" or int(value) <= 65_535 else None
    return value


def _address_type(value: str) -> str:
    """Return the type of the object that ``value`` is the address of."""
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return "mac-addr" if _FORMS["mac"].fullmatch(value) else "domain-name" if value else ""
    if address.version == 4:
        return "ipv4-addr"
    return "ipv6-addr" if "%" not in value and "." not in value else ""
