"""Export as a MISP event (MISP core format), to be added to MISP as it is."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tocsin.detect.exports.entry import Entry, entries
from tocsin.detect.indicator_id import INDICATOR_NAMESPACE
from tocsin.detect.warning import WarningTally
from tocsin.model.stix import StixObject
from tocsin.model.timestamp import NS_PER_S, parse_timestamp
from tocsin.model.tlp import Tlp, parse_tlp

__all__ = ["write_misp"]

_NETWORK: Final = "Network activity"
_PAYLOAD: Final = "Payload delivery"
_ARTIFACT: Final = "Artifacts dropped"
_TYPES: Final = {
    "ipv4": ("ip-dst", _NETWORK),
    "ipv6": ("ip-dst", _NETWORK),
    "cidr": ("ip-dst", _NETWORK),
    "ip:port": ("ip-dst|port", _NETWORK),
    "domain:port": ("hostname|port", _NETWORK),
    "domain": ("domain", _NETWORK),
    "url": ("url", _NETWORK),
    "user-agent": ("user-agent", _NETWORK),
    "email": ("email", _PAYLOAD),
    "md5": ("md5", _PAYLOAD),
    "sha1": ("sha1", _PAYLOAD),
    "sha256": ("sha256", _PAYLOAD),
    "sha512": ("sha512", _PAYLOAD),
    "imphash": ("imphash", _PAYLOAD),
    "filename": ("filename", _PAYLOAD),
    "mutex": ("mutex", _ARTIFACT),
    "regkey": ("regkey", _ARTIFACT),
}
"""Kind of value to MISP's type and category."""

_PATTERN: Final = ("stix2-pattern", "External analysis")


def write_misp(objects: Iterable[StixObject], tally: WarningTally, now: str, title: str, id: str) -> bytes:
    """Write one event with an attribute for each value; ``now`` is a STIX timestamp, ``id`` the event's UUID.

    A pattern that asks for more than values is an attribute of the type ``stix2-pattern``, so nothing is lost. Each
    attribute has its own TLP tag, the event that of the strictest. An attribute's UUID is that of its indicator where
    that has one value, so that MISP knows it again.
    """
    attributes: list[dict[str, Any]] = []
    labels: list[Tlp] = []
    for entry in entries(objects, tally):
        tally.read += 1
        label = parse_tlp(entry.tlp)
        assert label is not None
        labels.append(label)
        kinds = {one.kind for one in entry.values}
        plain = bool(kinds) and kinds <= _TYPES.keys()
        written = (
            [(*_TYPES[one.kind], _spelled(one.kind, one.value)) for one in entry.values] if plain else []
        )
        for number, (type, category, value) in enumerate(written or [(*_PATTERN, entry.pattern)]):
            attributes.append(
                {
                    "uuid": _uuid(entry.id, number, value),
                    "type": type,
                    "category": category,
                    "value": value,
                    "to_ids": True,
                    "comment": _comment(entry),
                    "timestamp": _seconds(entry.modified or now),
                    "Tag": [{"name": _tag(label)}],
                }
                | ({"first_seen": entry.valid_from} if entry.valid_from else {})
            )
    event = {
        "uuid": id,
        "info": title,
        "date": now[:10],
        "timestamp": _seconds(now),
        "analysis": "2",
        "threat_level_id": "4",
        "distribution": "0",
        "published": False,
        "Tag": [{"name": _tag(max(labels))}] if labels else [],
        "Attribute": attributes,
    }
    return msgspec.json.format(msgspec.json.encode({"Event": event}), indent=1) + b"\n"


def _spelled(kind: str, value: str) -> str:
    """MISP parts an address from its port by a bar, and puts none in brackets."""
    if not kind.endswith(":port"):
        return value
    host, _, port = value.rpartition(":")
    return f"{host.strip('[]')}|{port}"


def _uuid(id: str, number: int, value: str) -> str:
    own = id.partition("--")[2]
    try:
        if number == 0:
            return str(uuid.UUID(own))
    except ValueError:
        pass
    return str(uuid.uuid5(INDICATOR_NAMESPACE, f"{id}\n{value}"))


def _comment(entry: Entry) -> str:
    return ": ".join(text for text in (entry.name, entry.description) if text)


def _tag(label: Tlp) -> str:
    return f"tlp:{label.text}"


def _seconds(moment: str) -> str:
    return str(int(parse_timestamp(moment) // NS_PER_S))
