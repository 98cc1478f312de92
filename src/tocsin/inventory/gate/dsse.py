"""DSSE envelopes: a payload, its type, and signatures over both.

Source: Dead Simple Signing Envelope v1.0.2 (secure-systems-lab/dsse: protocol.md, envelope.md). The id of a key in an
envelope is a hint and not signed, so it decides nothing here.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Final

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import ATTESTATION_SIGNATURES

__all__ = ["IN_TOTO", "Envelope", "EnvelopeSignature", "pae", "read_envelope", "write_envelope"]

IN_TOTO: Final = "application/vnd.in-toto+json"
"""The payload type of an in-toto statement."""


@dataclass(frozen=True, slots=True)
class EnvelopeSignature:
    """A signature, and by the word of the envelope the id of the key that made it."""

    sig: bytes
    keyid: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is signed, and by whom it says it is."""

    payload_type: str
    payload: bytes
    signatures: tuple[EnvelopeSignature, ...]


class _Signature(msgspec.Struct):
    sig: str
    keyid: str | None = None


class _Envelope(msgspec.Struct, rename="camel"):
    payload: str
    payload_type: str
    signatures: list[_Signature]


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: type and payload, each with its length before it (pre-authentication encoding)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def read_envelope(data: bytes | msgspec.Raw, where: Place) -> Envelope:
    """Read an envelope in JSON, of which ``where`` is the place.

    Raises:
        BadInput: it is none, or what is to be base64 is not.
        LimitExceeded: it has more signatures than ``limits.ATTESTATION_SIGNATURES``.
    """
    try:
        held = msgspec.json.decode(data, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        what = str(error).replace("`", "'")
        raise BadInput(f"is no DSSE envelope: {what}", where=where) from error
    if len(held.signatures) > ATTESTATION_SIGNATURES:
        raise LimitExceeded(
            f"has {len(held.signatures)} signatures; {ATTESTATION_SIGNATURES} are tried at most", where=where
        )
    return Envelope(
        held.payload_type,
        _bytes_of(held.payload, "payload", where),
        tuple(
            EnvelopeSignature(_bytes_of(one.sig, "signatures", where), one.keyid or "")
            for one in held.signatures
        ),
    )


def write_envelope(payload_type: str, payload: bytes, signatures: tuple[EnvelopeSignature, ...]) -> bytes:
    """Write an envelope in JSON."""
    return msgspec.json.encode(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": payload_type,
            "signatures": [
                {"keyid": one.keyid, "sig": base64.b64encode(one.sig).decode()} for one in signatures
            ],
        }
    )


def _bytes_of(text: str, member: str, where: Place) -> bytes:
    # Both alphabets are to be read (envelope.md, "Standard JSON envelope").
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/").encode("ascii"), validate=True)
    except (ValueError, binascii.Error) as error:
        raise BadInput(f"is no DSSE envelope: {member} is not base64", where=where) from error
