"""Attestations as they come in files, and whether a trusted key signed them.

A file holds one attestation or one a line: a DSSE envelope, a Sigstore bundle, or a bare in-toto statement, which
nobody signed. Envelopes are verified here; bundles by whoever knows Sigstore, with the same kind of answer.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.inventory.gate.dsse import IN_TOTO, Envelope, pae, read_envelope
from tocsin.inventory.gate.statement import Statement, read_statement
from tocsin.inventory.gate.trusted_key import TrustedKey
from tocsin.limits import ATTESTATION_NESTING, ATTESTATIONS
from tocsin.model.json_text import nests_deeper

__all__ = [
    "Attestation",
    "Attested",
    "Fault",
    "Form",
    "bare",
    "holds",
    "read_attestations",
    "unknown_signer",
    "verify_envelope",
]

_BUNDLE: Final = "application/vnd.dev.sigstore.bundle"


class Form(Enum):
    """In which form an attestation comes."""

    DSSE = "dsse"
    SIGSTORE = "sigstore"
    BARE = "bare"


class Fault(Enum):
    """Why an attestation is not believed. The value is its name in every output."""

    FORGED = "forged-signature"
    WRONG_SIGNER = "wrong-signer"
    EXPIRED = "expired"
    NOT_YET = "not-yet-valid"
    DOWNGRADED_ROOT = "downgraded-root"
    WRONG_ROOT = "wrong-root"
    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    NOT_VERIFIED = "not-verified"


@dataclass(frozen=True, slots=True)
class Attestation:
    """One attestation of a file: where it stands, its form, and its text."""

    name: str
    form: Form
    body: bytes
    place: Place


@dataclass(frozen=True, slots=True)
class Attested:
    """What came of verifying an attestation.

    ``statement`` is None where it could not be read; it is to be believed only where ``fault`` is None. ``signer`` is
    who signed it, ``why`` a sentence about that or about the fault, ``notes`` doubts that decide nothing.
    """

    name: str
    statement: Statement | None
    signer: str
    fault: Fault | None
    why: str
    notes: tuple[str, ...] = ()


class _Probe(msgspec.Struct):
    media_type: str = msgspec.field(name="mediaType", default="")
    payload_type: str = msgspec.field(name="payloadType", default="")
    type: str = msgspec.field(name="_type", default="")


def read_attestations(data: bytes, name: str) -> list[Attestation]:
    """The attestations in a file: one document, or a document a line.

    Raises:
        BadInput: it is no JSON, or a document of it is no attestation; it names the place.
        LimitExceeded: there are more than ``limits.ATTESTATIONS``, or one nests too deep.
    """
    where = Place(file=name)
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise BadInput("is empty", where=where, hint="Give a DSSE envelope or a Sigstore bundle.")
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    else:
        lines = [(0, text)]
    if len(lines) > ATTESTATIONS:
        raise LimitExceeded(f"has {len(lines):,} lines; {ATTESTATIONS:,} are read at most", where=where)
    found = []
    for number, line in lines:
        place = Place(file=name, line=number) if number else where
        found.append(Attestation(str(place), _form(line, place), line, place))
    return found


def _form(document: bytes, where: Place) -> Form:
    if nests_deeper(document, ATTESTATION_NESTING):
        raise LimitExceeded(f"nests deeper than {ATTESTATION_NESTING} levels", where=where)
    try:
        probe = msgspec.json.decode(document, type=_Probe)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = str(error).replace("`", "'")
        raise BadInput(f"is no attestation: {what}", where=where) from error
    if probe.media_type.startswith(_BUNDLE):
        return Form.SIGSTORE
    if probe.payload_type:
        return Form.DSSE
    if probe.type:
        return Form.BARE
    raise BadInput(
        "is no attestation",
        where=where,
        hint="Give a DSSE envelope, a Sigstore bundle or an in-toto statement.",
    )


def bare(one: Attestation) -> Attested:
    """What comes of a statement that nobody signed."""
    statement, broken = _statement(one.body)
    why = broken or "Nobody signed it, so anybody can have written it."
    return Attested(one.name, statement, "", Fault.MALFORMED if broken else Fault.UNSIGNED, why)


def verify_envelope(one: Attestation, keys: Sequence[TrustedKey], now: datetime) -> Attested:
    """Verify an envelope with the keys that are trusted.

    An envelope alone does not prove when it was signed, so a key has to hold ``now``.

    Raises:
        BadInput: it is no envelope.
    """
    envelope = read_envelope(one.body, one.place)
    statement, broken = _statement(envelope.payload)
    if envelope.payload_type != IN_TOTO:
        broken = f"Its payload is of the type {envelope.payload_type[:80]!r}, not {IN_TOTO}."
    signer, fault, why = _signed(envelope, keys, now)
    if fault is None and broken:
        fault, why = Fault.MALFORMED, broken
    return Attested(one.name, statement, signer, fault, why)


def _statement(payload: bytes) -> tuple[Statement | None, str]:
    try:
        return read_statement(payload), ""
    except BadInput as error:
        return None, f"What it says cannot be read: {error.what}."


def _signed(envelope: Envelope, keys: Sequence[TrustedKey], now: datetime) -> tuple[str, Fault | None, str]:
    """Who signed it, or what is wrong and why."""
    if not envelope.signatures:
        return "", Fault.UNSIGNED, "It bears no signature, so anybody can have written it."
    data = pae(envelope.payload_type, envelope.payload)
    good = [key for key in keys if any(key.verifies(data, one.sig) for one in envelope.signatures)]
    if not good:
        return unknown_signer({one.keyid for one in envelope.signatures}, keys)
    return holds(good, (now,), "an envelope alone does not prove that it was signed before")


def holds(
    signers: Sequence[TrustedKey], moments: Sequence[datetime], but: str
) -> tuple[str, Fault | None, str]:
    """Which of the keys that made a signature held at all of ``moments``, or what is wrong and why.

    ``but`` is why one that has run out since does not count.
    """
    for key in signers:
        if all(map(key.holds_at, moments)):
            return key.name, None, f"Signed by {key.name}."
    for key in signers:
        if key.until and max(moments) > key.until:
            why = f"Signed by {key.name}, but that key held only until {key.until:%Y-%m-%d}, and {but}."
            return "", Fault.EXPIRED, why
    why = f"Signed by {signers[0].name}, but that key holds only from {signers[0].since:%Y-%m-%d}."
    return "", Fault.NOT_YET, why


def unknown_signer(said: Collection[str], keys: Sequence[TrustedKey]) -> tuple[str, Fault | None, str]:
    """What to make of a signature by none of ``keys``, which names keys by the ids in ``said``."""
    posing = next((key for key in keys if not key.ids.isdisjoint(said)), None)
    if posing is not None:
        why = (
            f"It says that {posing.name} signed it, but the signature does not fit: it was changed after it was "
            "signed, or somebody else made it."
        )
        return "", Fault.FORGED, why
    if not keys:
        return "", Fault.WRONG_SIGNER, "It is signed, but the policy trusts no key."
    names = ", ".join(key.name for key in keys[:3])
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    why = (
        f"No key that the policy trusts ({names}{more}) made its signature: somebody else signed it, or it was "
        "changed after it was signed."
    )
    return "", Fault.WRONG_SIGNER, why
