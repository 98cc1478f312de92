"""in-toto statements: what somebody attests of which files, and how these were built by SLSA provenance.

Sources: in-toto Attestation Framework, Statement v0.1 and v1; SLSA provenance v0.2 and v1 (slsa.dev/spec).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, LimitExceeded
from tocsin.inventory.gate.verdict import Digests, Subject
from tocsin.limits import ATTESTATION_NESTING
from tocsin.model.json_text import nests_deeper

__all__ = [
    "PROVENANCE_V02",
    "PROVENANCE_V1",
    "STATEMENTS",
    "STATEMENT_V1",
    "STRONG",
    "Statement",
    "read_statement",
]

STATEMENT_V1: Final = "https://in-toto.io/Statement/v1"
STATEMENTS: Final = ("https://in-toto.io/Statement/v0.1", STATEMENT_V1)
PROVENANCE_V02: Final = "https://slsa.dev/provenance/v0.2"
PROVENANCE_V1: Final = "https://slsa.dev/provenance/v1"
STRONG: Final = {"sha256": 64, "sha384": 96, "sha512": 128}
"""The algorithms that are believed, and how many digits each gives; MD5 and SHA-1 prove nothing."""


@dataclass(frozen=True, slots=True)
class Statement:
    """What is attested. ``builder`` and ``finished`` (RFC 3339) are those of SLSA provenance, "" in other types."""

    predicate_type: str
    subjects: tuple[Subject, ...]
    builder: str = ""
    finished: str = ""


class _Subject(msgspec.Struct):
    name: str | None = None
    uri: str | None = None
    digest: dict[str, str] = {}


class _Statement(msgspec.Struct):
    type: str = msgspec.field(name="_type")
    subject: list[_Subject]
    predicate_type: str = msgspec.field(name="predicateType")
    predicate: msgspec.Raw = msgspec.Raw(b"null")


def read_statement(payload: bytes) -> Statement:
    """Read a statement in JSON.

    Raises:
        BadInput: it is none, or of a version that is not known.
        LimitExceeded: it nests deeper than ``limits.ATTESTATION_NESTING``.
    """
    if nests_deeper(payload, ATTESTATION_NESTING):
        raise LimitExceeded(f"the statement nests deeper than {ATTESTATION_NESTING} levels")
    try:
        held = msgspec.json.decode(payload, type=_Statement)
        predicate: Any = msgspec.json.decode(held.predicate)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        what = str(error).replace("`", "'")
        raise BadInput(f"is no in-toto statement: {what}") from error
    if held.type not in STATEMENTS:
        raise BadInput(f"is a statement of the type {held.type[:80]!r}, which is not known")
    builder, finished = _built(held.predicate_type, predicate)
    return Statement(held.predicate_type, tuple(map(_subject, held.subject)), builder, finished)


def _subject(one: _Subject) -> Subject:
    return Subject(one.name or one.uri or "", _strong(one.digest))


def _strong(digest: Mapping[str, str]) -> Digests:
    found = {name.lower().replace("-", ""): digits.lower() for name, digits in digest.items()}
    return tuple(
        sorted(
            (name, digits)
            for name, digits in found.items()
            if len(digits) == STRONG.get(name) and set(digits) <= set("0123456789abcdef")
        )
    )


def _built(predicate_type: str, predicate: Any) -> tuple[str, str]:
    """Who built it and when, as far as provenance says."""
    if predicate_type == PROVENANCE_V1:
        details = _member(predicate, "runDetails")
        return _text(_member(details, "builder"), "id"), _text(_member(details, "metadata"), "finishedOn")
    if predicate_type == PROVENANCE_V02:
        metadata = _member(predicate, "metadata")
        return _text(_member(predicate, "builder"), "id"), _text(metadata, "buildFinishedOn")
    return "", ""


def _member(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else None


def _text(holder: Any, name: str) -> str:
    value = _member(holder, name)
    return value if isinstance(value, str) else ""
