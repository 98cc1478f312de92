"""Attestations as they come in files, and whether a trusted key signed them.

A file holds one attestation or one a line: a DSSE envelope, a Sigstore bundle, or a bare in-toto statement, which
nobody signed. Envelopes are verified here; bundles by whoever knows Sigstore, with the same kind of answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import Enum
from hashlib import sha256
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.inventory.gate.dsse import IN_TOTO, Envelope, pae, read_envelope
from tocsin.inventory.gate.policy import Key
from tocsin.inventory.gate.statement import Statement, read_statement
from tocsin.limits import ATTESTATION_NESTING, ATTESTATIONS
from tocsin.model.json_text import nests_deeper

__all__ = [
    "Attestation",
    "Attested",
    "Fault",
    "Form",
    "TrustedKey",
    "bare",
    "key_id",
    "read_attestations",
    "trusted_keys",
    "verify_envelope",
]

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey
_BUNDLE: Final = "application/vnd.dev.sigstore.bundle"
_CURVES: Final = {SECP256R1.name: SHA256(), SECP384R1.name: SHA384()}


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


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key that the policy believes, from and until certain moments."""

    name: str
    key: PublicKey
    since: datetime | None
    until: datetime | None

    @property
    def id(self) -> str:
        """By what envelopes name the key."""
        return key_id(self.key)

    def verifies(self, data: bytes, signature: bytes) -> bool:
        """Whether the key made ``signature`` over ``data``."""
        try:
            if isinstance(self.key, Ed25519PublicKey):
                self.key.verify(signature, data)
            else:
                self.key.verify(signature, data, ECDSA(_CURVES[self.key.curve.name]))
        except InvalidSignature:
            return False
        return True


class _Probe(msgspec.Struct):
    media_type: str = msgspec.field(name="mediaType", default="")
    payload_type: str = msgspec.field(name="payloadType", default="")
    type: str = msgspec.field(name="_type", default="")


def key_id(key: PublicKey) -> str:
    """The id that an envelope gives a key: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal digits."""
    return sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def trusted_keys(keys: Iterable[Key], policy: str) -> tuple[TrustedKey, ...]:
    """The keys of the policy that is called ``policy``.

    Raises:
        BadInput: one is no public key or certificate in PEM, or of a kind that is not known; it names the place.
    """
    return tuple(
        _trusted(one, Place(file=policy, path=f"$.trust.keys[{number}].pem"))
        for number, one in enumerate(keys)
    )


def _trusted(one: Key, where: Place) -> TrustedKey:
    since = datetime.combine(one.since, time.min, UTC) if one.since else None
    until = datetime.combine(one.until, time.max, UTC) if one.until else None
    try:
        if "BEGIN CERTIFICATE" in one.pem:
            certificate = load_pem_x509_certificate(one.pem.encode())
            key = certificate.public_key()
            since = max(filter(None, (since, certificate.not_valid_before_utc)))
            until = min(filter(None, (until, certificate.not_valid_after_utc)))
        else:
            key = load_pem_public_key(one.pem.encode())  # type: ignore[assignment]  # the kinds are asked below
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadInput(
            f"the key {one.name[:60]!r} is no public key or certificate in PEM", where=where
        ) from error
    if isinstance(key, Ed25519PublicKey) or (
        isinstance(key, EllipticCurvePublicKey) and key.curve.name in _CURVES
    ):
        return TrustedKey(one.name, key, since, until)
    raise BadInput(
        f"the key {one.name[:60]!r} is of a kind that is not read",
        where=where,
        hint="Ed25519 and ECDSA over P-256 or P-384 are.",
    )


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
    for key in good:
        if not (key.since and now < key.since) and not (key.until and now > key.until):
            return key.name, None, f"Signed by {key.name}."
    for key in good:
        if key.until and now > key.until:
            why = (
                f"Signed by {key.name}, but that key held only until {key.until:%Y-%m-%d}, and an envelope alone does "
                "not prove that it was signed before."
            )
            return "", Fault.EXPIRED, why
    if good:
        why = f"Signed by {good[0].name}, but that key holds only from {good[0].since:%Y-%m-%d}."
        return "", Fault.NOT_YET, why
    return _unknown_signer(envelope, keys)


def _unknown_signer(envelope: Envelope, keys: Sequence[TrustedKey]) -> tuple[str, Fault | None, str]:
    said = {one.keyid for one in envelope.signatures if one.keyid}
    posing = next((key for key in keys if key.id in said), None)
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
