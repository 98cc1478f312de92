"""Deterministic ids of cyber-observable objects (STIX 2.1 section 2.9): equal objects, equal ids."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

from tocsin.model.canonical_json import canonical_json

__all__ = ["ID_CONTRIBUTING", "SCO_NAMESPACE", "sco_id"]

SCO_NAMESPACE: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")

ID_CONTRIBUTING: Final[Mapping[str, tuple[str, ...]]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "parent_directory_ref", "extensions"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": (
        "start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions",
    ),
    "process": (),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}  # fmt: skip
"""The properties that make up the id of each type (the tables of STIX 2.1 section 6)."""

_HASH_ORDER = ("MD5", "SHA-1", "SHA-256", "SHA-512")


def sco_id(obj: Mapping[str, Any]) -> str | None:
    """The id of a cyber-observable object: its type and a UUIDv5 of its ID contributing properties.

    Of ``hashes`` one counts: MD5, SHA-1, SHA-256 or SHA-512, whichever comes first in this order; of an
    object that has none of these, the one whose name sorts first, so that key order does not matter.
    None where the type has no contributing properties (``process``, types that STIX does not define) or
    the object none of them: STIX then asks for a random id, which only the caller can draw.

    Raises:
        BadInput: a contributing property holds what canonical JSON cannot write.
    """
    type_ = obj.get("type", "")
    held: dict[str, Any] = {}
    for key in ID_CONTRIBUTING.get(type_, ()):
        value = _one_hash(obj.get(key)) if key == "hashes" else obj.get(key)
        if value is not None:
            held[key] = value
    if not held:
        return None
    return f"{type_}--{uuid.uuid5(SCO_NAMESPACE, canonical_json(held).decode())}"


def _one_hash(hashes: Any) -> dict[str, Any] | None:
    if not isinstance(hashes, Mapping) or not hashes:
        return None
    name = next((name for name in _HASH_ORDER if name in hashes), None) or min(hashes)
    return {name: hashes[name]}
