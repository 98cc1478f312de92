"""Windows events read and judged in plain Python, with nothing of the program: what findings should say."""

from __future__ import annotations

import gzip
import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import msgspec

from e2e.checking import Shape

_NO_VALUE = {"", "-", "(empty)", "null"}
_ACTORS = ("User", "SourceUser", "SubjectUserName", "TargetUserName", "IpAddress")
_IMAGES = ("NewProcessName", "Image", "SourceImage", "ProcessName", "Application", "CallerProcessName")


@dataclass(eq=False)
class Event:
    """One event: where it stands, and its fields, whatever form the file has."""

    file: str
    row: int
    record: dict[str, Any]

    @cached_property
    def data(self) -> dict[str, Any]:
        return self.record.get("event_data") or self.record

    def first(self, *fields: str) -> str | None:
        """The first of the fields that has a value."""
        data = self.data
        for field in fields:
            value = data.get(field)
            if value is not None and (text := str(value)) not in _NO_VALUE:
                return text
        return None

    @cached_property
    def id(self) -> str:
        return str(self.record.get("EventID", self.record.get("event_id")))

    @property
    def host(self) -> str:
        return self.record.get("Hostname") or self.record["computer_name"]

    @property
    def actor(self) -> str:
        return self.first(*_ACTORS) or ""

    @cached_property
    def time(self) -> datetime:
        fields = (
            ("@timestamp", "UtcTime")
            if "event_data" in self.record
            else ("TimeCreated", "UtcTime", "@timestamp", "EventTime")
        )
        values = (self.record.get(field) or self.data.get(field) for field in fields)
        text = next(value for value in values if value)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)

    # -- what STIX calls it ---------------------------------------------------------------------

    @cached_property
    def processes(self) -> list[tuple[str | None, str | None]]:
        """(name, command line) of each process object, one an object."""
        found = [
            (base(self.first(*_IMAGES)), self.first("CommandLine", "ProcessCommandLine")),
            (base(self.first("ParentImage", "ParentProcessName")), self.first("ParentCommandLine")),
            (base(self.first("TargetImage")), None),
            (None, self.first("ScriptBlockText")),
        ]
        if self.id in ("4697", "7045"):
            found.append((None, self.first("ServiceFileName", "ImagePath")))
        return found

    @cached_property
    def file_names(self) -> set[str | None]:
        names = {
            base(self.first(*_IMAGES)),
            base(self.first("ParentImage", "ParentProcessName")),
            base(self.first("TargetImage")),
            base(self.first("ImageLoaded", "TargetFilename", "NewProcessName", "Image")),
            base(self.first("RelativeTargetName")),
        }
        return names | ({base(self.first("ObjectName"))} if self.first("ObjectType") == "File" else set())

    @cached_property
    def folders(self) -> set[str]:
        """The folders of the files and processes that it names, without the last separator."""
        paths = {
            self.first(*_IMAGES),
            self.first("ParentImage", "ParentProcessName"),
            self.first("TargetImage"),
            self.first("ImageLoaded", "TargetFilename", "NewProcessName", "Image"),
            self.first("ObjectName") if self.first("ObjectType") == "File" else None,
        }
        parts = (re.fullmatch(r"(.*?)[\\/]+[^\\/]+[\\/]*", path or "") for path in paths)
        return {part[1] for part in parts if part}

    @cached_property
    def addresses(self) -> set[str]:
        texts = (
            self.first("SourceIp", "SourceAddress"),
            self.first("DestinationIp", "DestAddress"),
            self.first("IpAddress", "ClientAddress"),
        )
        return {found for text in texts if (found := address(text))}

    @cached_property
    def destination(self) -> str | None:
        return address(self.first("DestinationIp", "DestAddress"))

    @cached_property
    def names(self) -> set[str]:
        fields = (
            ("QueryName",),
            ("SourceHostname",),
            ("DestinationHostname",),
            ("WorkstationName", "Workstation", "ClientName"),
        )
        return {text.lower().rstrip(".") for names in fields if (text := self.first(*names))}

    @cached_property
    def keys(self) -> set[str]:
        found = {self.first("TargetObject")}
        if self.first("ObjectType") == "Key" or self.id == "4657":
            found.add(self.first("ObjectName"))
        if self.id in ("13", "14"):
            found.add((self.first("TargetObject") or "").rpartition("\\")[0])
        return {key(text) for text in found if text}

    @cached_property
    def hashes(self) -> dict[str, str]:
        text = self.first("Hashes", "Hash") or ""
        return {
            name.upper(): value.lower()
            for name, _, value in (part.partition("=") for part in text.split(","))
            if value
        }


@cache
def base(path: str | None) -> str | None:
    parts = [part for part in re.split(r"[\\/]", path or "") if part]
    return parts[-1] if parts else None


@cache
def key(text: str) -> str:
    hives = {
        "HKLM": "HKEY_LOCAL_MACHINE",
        "HKU": "HKEY_USERS",
        "HKCR": "HKEY_CLASSES_ROOT",
        "HKCU": "HKEY_CURRENT_USER",
    }
    hive, cut, rest = text.partition("\\")
    if text.upper().startswith("\\REGISTRY\\MACHINE\\"):
        return "HKEY_LOCAL_MACHINE" + text[len("\\REGISTRY\\MACHINE") :]
    if text.upper().startswith("\\REGISTRY\\USER\\"):
        return "HKEY_USERS" + text[len("\\REGISTRY\\USER") :]
    return hives.get(hive.upper(), hive) + cut + rest


@cache
def address(text: str | None) -> str | None:
    try:
        found = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    return str(found.ipv4_mapped or found) if isinstance(found, ipaddress.IPv6Address) else str(found)


def read_events(paths: Iterable[Path]) -> list[Event]:
    return list(_events(sorted(paths)))


def _events(paths: Iterable[Path]) -> Iterator[Event]:
    decode = msgspec.json.Decoder().decode
    for path in paths:
        with gzip.open(path) as lines:
            for row, line in enumerate(lines, 1):
                record = decode(line)
                # The text of all fields once more, and half of the bytes; the old PowerShell log has nothing else.
                if record.get("EventID") != 800:
                    record.pop("Message", None)
                yield Event(path.name, row, record)


def expected(events: Iterable[Event], holds: Callable[[Event], object]) -> list[Shape]:
    """The findings of one bracket: events that it holds of, by host and actor, cut where a day lies between."""
    groups: dict[tuple[str, str], list[Event]] = {}
    for event in events:
        if holds(event):
            groups.setdefault((event.host, event.actor), []).append(event)
    found = []
    for (host, actor), members in groups.items():
        members.sort(key=lambda event: (event.time, event.file, event.row))
        parts: list[list[Event]] = [[members[0]]]
        for event in members[1:]:
            if event.time - parts[-1][-1].time > timedelta(hours=24):
                parts.append([])
            parts[-1].append(event)
        for part in parts:
            examples = tuple((event.file, event.row) for event in part[:3])
            found.append((host, actor, instant(part[0].time), instant(part[-1].time), len(part), examples))
    return sorted(found)


def instant(moment: datetime) -> str:
    decimals = f"{moment.microsecond:06d}".rstrip("0").ljust(3, "0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{decimals}Z"
