"""The findings that a check wrote, read back."""

from __future__ import annotations

import msgspec

from tocsin.detect.result import SCHEMA, Finding
from tocsin.errors import BadInput, Place

__all__ = ["read_findings"]


class _Kind(msgspec.Struct):
    """What tells a check's document from a finding, which has no schema."""

    schema: str = ""


class _Document(msgspec.Struct):
    """The part of a check's JSON document that holds the findings."""

    schema: str
    findings: list[Finding]


def read_findings(data: bytes, file: str) -> list[Finding]:
    """Return the findings in ``data``: one a line (jsonl), or a check's whole JSON document.

    ``file`` names the data in errors.

    Raises:
        BadInput: ``data`` is neither; names the line and, inside it, the JSON path.
    """
    if _is_document(data):
        return _from_document(data, file)
    decoder = msgspec.json.Decoder(Finding)
    findings = []
    for number, line in enumerate(data.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            findings.append(decoder.decode(line))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise BadInput(
                f"this line is no finding: {error}",
                where=Place(file=file, line=number),
                hint="Give the file that `tocsin check --format jsonl` or `--format json` wrote.",
            ) from error
    return findings


def _is_document(data: bytes) -> bool:
    first = data.lstrip().partition(b"\n")[0]
    try:
        return bool(msgspec.json.decode(first, type=_Kind).schema)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return first.strip() == b"{"  # a document written over many lines


def _from_document(data: bytes, file: str) -> list[Finding]:
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(
            f"this is no check's result: {error}",
            where=Place(file=file),
            hint="Give the file that `tocsin check --format jsonl` or `--format json` wrote.",
        ) from error
    if document.schema != SCHEMA:
        raise BadInput(
            f"this is {document.schema!r}, and this program reads {SCHEMA!r}",
            where=Place(file=file, path="schema"),
            hint="Check again with this version, or explain with the version that wrote it.",
        )
    return document.findings
