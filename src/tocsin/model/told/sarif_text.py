"""Texts and paths as SARIF 2.1.0 (OASIS) wants them."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

from tocsin.model.told.escape import one_line

__all__ = ["SCHEMA", "artifact_uri", "message"]

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_LONGEST: Final = 2_000


def message(text: str) -> dict[str, str]:
    """Make ``text`` a message: braces are doubled (section 3.11.5), and no embedded link arises (3.11.6)."""
    shown = one_line(text, _LONGEST).replace("{", "{{").replace("}", "}}").replace("](", "] (")
    return {"text": shown or "(no text)"}


def artifact_uri(file: str) -> str:
    """Return the URI reference (RFC 3986) of a POSIX or Windows path, relative where the path is."""
    path = file.replace("\\", "/") if _DRIVE.match(file) or file.startswith("\\\\") else file
    quoted = quote(path, safe="/")
    if _DRIVE.match(file):
        return f"file:///{quote(path[:1])}:{quote(path[2:], safe='/')}"
    if path.startswith("//"):
        return f"file:{quoted}"
    return f"file://{quoted}" if path.startswith("/") else quoted
