"""Events of EVTX files in an archive, and of their JSON twins, read with the evtx library and plain Python alone."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evtx import PyEvtxParser

from e2e.windows_events import Event


def read_archive(path: Path) -> list[Event]:
    """Every event of every .evtx and every event's .json in the archive, in its order."""
    with zipfile.ZipFile(path) as archive:
        return [
            event
            for member in archive.infolist()
            if member.filename.endswith((".evtx", ".json"))
            for event in _events(member.filename, archive.read(member))
        ]


def _events(name: str, data: bytes) -> Iterator[Event]:
    if name.endswith(".json"):
        records = _documents(data.decode())
    else:
        records = (json.loads(record["data"]) for record in PyEvtxParser(io.BytesIO(data)).records_json())
    for row, record in enumerate(records, 1):
        yield Event(name.rsplit("/", 1)[-1], row, _flat(record["Event"]))


def _documents(text: str) -> Iterator[Any]:
    decoder, position = json.JSONDecoder(), 0
    while rest := text[position:].lstrip():
        position = len(text) - len(rest)
        document, position = decoder.raw_decode(text, position)
        yield from document if isinstance(document, list) else [document]


def _flat(event: dict[str, Any]) -> dict[str, Any]:
    system, user_data = event["System"], event.get("UserData") or {}
    remote = user_data.get("EventXML") or {}
    number = system["EventID"]
    return {
        "SubjectUserName": (user_data.get("LogFileCleared") or {}).get("SubjectUserName"),
        "User": remote.get("User"),
        "ClientAddress": remote.get("Address") or remote.get("Param3"),
        **(event.get("EventData") or {}),
        "EventID": number["#text"] if isinstance(number, dict) else number,
        "Hostname": system["Computer"],
        "Channel": system["Channel"],
        "TimeCreated": system["TimeCreated"]["#attributes"]["SystemTime"],
    }
