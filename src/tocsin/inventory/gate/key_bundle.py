"""Sigstore bundles that are signed with a plain key, which bear no certificate: what is signed, and by whom.

Sources: sigstore/protobuf-specs (bundle, common, rekor), Rekor's entry types ``hashedrekord`` 0.0.1 and 0.0.2 and
``dsse`` 0.0.1. Whether the log took the entry is for whoever knows Sigstore; here it is asked whether the entry is
about this very signature.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from tocsin.errors import BadInput, Place
from tocsin.inventory.gate.dsse import IN_TOTO, Envelope, pae, read_envelope
from tocsin.inventory.gate.statement import Statement, read_statement
from tocsin.inventory.gate.trusted_key import TrustedKey, spki
from tocsin.inventory.gate.verdict import Subject

__all__ = ["SIGNED_FILE", "KeyBundle", "LogEntry", "is_key_bundle", "read_key_bundle"]

T = TypeVar("T")
SIGNED_FILE: Final = "https://tocsin/signed-file"
"""The predicate of what signs a file and states nothing of it."""
_ALGORITHMS: Final = {"SHA2_256": "sha256", "SHA2_384": "sha384", "SHA2_512": "sha512"}


_ABSENT: Final = msgspec.Raw(b"null")


class _Hint(msgspec.Struct):
    hint: str = ""


class _Material(msgspec.Struct, rename="camel"):
    public_key: _Hint | None = None
    certificate: msgspec.Raw = _ABSENT
    x509_certificate_chain: msgspec.Raw = _ABSENT
    tlog_entries: list[msgspec.Raw] = []
    timestamp_verification_data: msgspec.Raw = _ABSENT


class _Digest(msgspec.Struct):
    algorithm: str
    digest: str


class _Message(msgspec.Struct, rename="camel"):
    signature: str
    message_digest: _Digest | None = None


class _Bundle(msgspec.Struct, rename="camel"):
    verification_material: _Material = msgspec.field(default_factory=_Material)
    dsse_envelope: msgspec.Raw = _ABSENT
    message_signature: _Message | None = None


class _Kind(msgspec.Struct):
    kind: str
    version: str


class _Entry(msgspec.Struct, rename="camel"):
    kind_version: _Kind
    canonicalized_body: str


@dataclass(frozen=True, slots=True)
class LogEntry:
    """An entry of a transparency log: its message in JSON, its kind (``dsse 0.0.1``) and what was logged."""

    message: bytes
    kind: str
    body: bytes


@dataclass(frozen=True, slots=True)
class KeyBundle:
    """What a bundle holds: an envelope, or else a signature over a file, with the digest that it tells of that.

    ``hint`` is which key made it by its own word; ``timestamps`` is the message of signed timestamps in JSON, "" for
    none.
    """

    hint: str
    envelope: Envelope | None
    signature: bytes
    digest: tuple[str, bytes] | None
    entry: LogEntry | None
    timestamps: bytes

    def signers(
        self, keys: Sequence[TrustedKey], in_hand: Sequence[Subject]
    ) -> tuple[list[TrustedKey], Subject | None]:
        """Which of ``keys`` made the signature; where it is over a file, over which of those in hand."""
        if self.envelope is not None:
            signed = pae(self.envelope.payload_type, self.envelope.payload)
            return [key for key in keys if key.verifies(signed, self.signature)], None
        for subject in in_hand:
            digests = {name: bytes.fromhex(digits) for name, digits in subject.digests}
            if not self.is_about(subject):
                continue
            found = [
                key
                for key in keys
                if any(key.verifies_digest(name, digest, self.signature) for name, digest in digests.items())
            ]
            if found:
                return found, subject
        return [], None

    def is_about(self, subject: Subject) -> bool:
        """Whether it may be a signature over ``subject``, by the digest that it tells."""
        return self.digest is None or dict(subject.digests).get(self.digest[0]) == self.digest[1].hex()

    def statement(self, subject: Subject | None) -> Statement:
        """What is signed: what the envelope states, or that it is ``subject``.

        Raises:
            BadInput: the envelope holds no statement.
        """
        if self.envelope is None:
            assert subject is not None
            return Statement(SIGNED_FILE, (subject,))
        if self.envelope.payload_type != IN_TOTO:
            raise BadInput(f"its payload is of the type {self.envelope.payload_type[:80]!r}, not {IN_TOTO}")
        return read_statement(self.envelope.payload)

    def is_logged_as(self, key: TrustedKey, subject: Subject | None) -> bool:
        """Whether the entry is about this signature by ``key``, and not about another (CVE-2022-36056).

        Raises:
            BadInput: the entry is of a kind that is not read here, or none at all.
        """
        assert self.entry is not None
        if self.entry.kind == "hashedrekord 0.0.1":
            rekord = _decoded(self.entry.body, _Rekord).spec
            said, logged, holder = (
                rekord.data.hash,
                rekord.signature.content,
                rekord.signature.public_key.content,
            )
            digest, by = _hex(said.value), _of_pem(holder)
            name = said.algorithm
        elif self.entry.kind == "hashedrekord 0.0.2":
            second = _decoded(self.entry.body, _Rekord2).spec.hashed_rekord_v002
            name = _ALGORITHMS.get(second.data.algorithm, "")
            digest, logged = _b64(second.data.digest), second.signature.content
            by = _of_der(_b64(second.signature.verifier.public_key.raw_bytes))
        elif self.entry.kind == "dsse 0.0.1" and self.envelope is not None:
            held = _decoded(self.entry.body, _Dsse).spec
            if len(held.signatures) != 1 or held.payload_hash.algorithm != "sha256":
                return False
            [one] = held.signatures
            return (
                _hex(held.payload_hash.value) == sha256(self.envelope.payload).digest()
                and _b64(one.signature) == self.signature
                and _of_pem(one.verifier) == spki(key.key)
            )
        else:
            raise BadInput(f"its log entry is of the kind {self.entry.kind[:60]!r}")
        return (
            _b64(logged) == self.signature and by == spki(key.key) and digest == self._digest(name, subject)
        )

    def _digest(self, name: str, subject: Subject | None) -> bytes | None:
        if self.envelope is not None:
            signed = pae(self.envelope.payload_type, self.envelope.payload)
            return sha256(signed).digest() if name == "sha256" else None
        digits = dict(subject.digests).get(name) if subject is not None else None
        return bytes.fromhex(digits) if digits else None


class _Hashed(msgspec.Struct):
    algorithm: str
    value: str


class _Data(msgspec.Struct):
    hash: _Hashed


class _Content(msgspec.Struct):
    content: str


class _RekordSignature(msgspec.Struct, rename="camel"):
    content: str
    public_key: _Content


class _RekordSpec(msgspec.Struct):
    data: _Data
    signature: _RekordSignature


class _Rekord(msgspec.Struct):
    spec: _RekordSpec


class _RawKey(msgspec.Struct, rename="camel"):
    raw_bytes: str


class _Verifier(msgspec.Struct, rename="camel"):
    public_key: _RawKey


class _Rekord2Signature(msgspec.Struct):
    content: str
    verifier: _Verifier


class _Rekord2Held(msgspec.Struct):
    data: _Digest
    signature: _Rekord2Signature


class _Rekord2Spec(msgspec.Struct):
    hashed_rekord_v002: _Rekord2Held = msgspec.field(name="hashedRekordV002")


class _Rekord2(msgspec.Struct):
    spec: _Rekord2Spec


class _DsseSignature(msgspec.Struct):
    signature: str
    verifier: str


class _DsseSpec(msgspec.Struct, rename="camel"):
    payload_hash: _Hashed
    signatures: list[_DsseSignature]


class _Dsse(msgspec.Struct):
    spec: _DsseSpec


def is_key_bundle(data: bytes) -> bool:
    """Whether a bundle is signed with a plain key: it says so, and bears no certificate beside it."""
    try:
        material = msgspec.json.decode(data, type=_Bundle).verification_material
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return (
        material.public_key is not None
        and not _is_there(material.certificate)
        and not _is_there(material.x509_certificate_chain)
    )


def _is_there(member: msgspec.Raw) -> bool:
    return bytes(member) != b"null"


def read_key_bundle(data: bytes) -> KeyBundle:
    """Read a bundle that :func:`is_key_bundle`.

    Raises:
        BadInput: it holds no signature or two, more than one entry of a log, or what cannot be read.
    """
    held = _decoded(data, _Bundle)
    material = held.verification_material
    if _is_there(held.dsse_envelope) == (held.message_signature is not None):
        raise BadInput("it holds no signature, or two")
    if len(material.tlog_entries) > 1:
        raise BadInput(f"it holds {len(material.tlog_entries)} entries of a log, and one is read")
    envelope, digest, signature = None, None, b""
    if _is_there(held.dsse_envelope):
        envelope = read_envelope(held.dsse_envelope, Place())
        if len(envelope.signatures) != 1:
            raise BadInput(f"its envelope bears {len(envelope.signatures)} signatures, and one is wanted")
        signature = envelope.signatures[0].sig
    elif held.message_signature is not None:
        signature = _b64(held.message_signature.signature)
        if (told := held.message_signature.message_digest) is not None:
            digest = (_ALGORITHMS.get(told.algorithm, told.algorithm), _b64(told.digest))
    return KeyBundle(
        hint=material.public_key.hint if material.public_key is not None else "",
        envelope=envelope,
        signature=signature,
        digest=digest,
        entry=_entry(material.tlog_entries[0]) if material.tlog_entries else None,
        timestamps=bytes(stamps) if _is_there(stamps := material.timestamp_verification_data) else b"",
    )


def _entry(message: msgspec.Raw) -> LogEntry:
    held = _decoded(message, _Entry)
    kind = f"{held.kind_version.kind} {held.kind_version.version}"
    return LogEntry(bytes(message), kind, _b64(held.canonicalized_body))


def _decoded(data: bytes | msgspec.Raw, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"it cannot be read: {str(error).replace('`', chr(39))}") from error


def _b64(text: str) -> bytes:
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadInput("what has to be base64 is not") from error


def _hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise BadInput("what has to be hexadecimal is not") from error


def _of_pem(text: str) -> bytes:
    """The SubjectPublicKeyInfo of a key in PEM in base64, as the log writes it."""
    try:
        return spki(load_pem_public_key(_b64(text)))  # type: ignore[arg-type]  # it is only compared
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadInput("its log entry holds no public key") from error


def _of_der(data: bytes) -> bytes:
    try:
        return spki(load_der_public_key(data))  # type: ignore[arg-type]  # it is only compared
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadInput("its log entry holds no public key") from error
