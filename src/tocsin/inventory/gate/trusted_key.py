"""Public keys that a policy believes, and whether one of them made a signature.

Which hash goes with which kind of key: Sigstore's algorithm registry (architecture-docs, algorithm-registry.md). Beside
it ECDSA over P-384 with SHA-256 and RSA with PSS are read, with which cosign and in-toto's tools sign.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cached_property
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS, AsymmetricPadding, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512, Hash, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from cryptography.x509 import load_pem_x509_certificate

from tocsin.errors import BadInput, Place
from tocsin.inventory.gate.policy import Key

__all__ = ["PublicKey", "TrustedKey", "key_id", "spki", "trusted_keys"]

PublicKey = Ed25519PublicKey | EllipticCurvePublicKey | RSAPublicKey
_HASHES: Final[Mapping[str, HashAlgorithm]] = {"sha256": SHA256(), "sha384": SHA384(), "sha512": SHA512()}
_OF_CURVE: Final = {SECP256R1.name: ("sha256",), SECP384R1.name: ("sha384", "sha256")}
_OF_RSA: Final = ("sha256", "sha512")
_SHORTEST_RSA_BITS: Final = 2048


@dataclass(frozen=True)
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

    @cached_property
    def ids(self) -> frozenset[str]:
        """All by which it may be named: its id in hexadecimal digits, in base64 (bundles), and its name."""
        return frozenset({self.id, base64.b64encode(bytes.fromhex(self.id)).decode(), self.name})

    @property
    def signs_no_digests(self) -> bool:
        """Whether a signature by the key can be verified with the whole text alone, and not with its digest."""
        return isinstance(self.key, Ed25519PublicKey)

    def holds_at(self, moment: datetime) -> bool:
        """Whether the key is believed at ``moment``."""
        return not (self.since and moment < self.since) and not (self.until and moment > self.until)

    def verifies(self, data: bytes, signature: bytes) -> bool:
        """Whether the key made ``signature`` over ``data``."""
        if isinstance(self.key, Ed25519PublicKey):
            try:
                self.key.verify(signature, data)
            except InvalidSignature:
                return False
            return True
        return any(
            self.verifies_digest(name, _digest(name, data), signature) for name in _hashes_of(self.key)
        )

    def verifies_digest(self, algorithm: str, digest: bytes, signature: bytes) -> bool:
        """Whether the key made ``signature`` over what has this digest (``sha256``); Ed25519 signs no digests."""
        if isinstance(self.key, Ed25519PublicKey) or algorithm not in _hashes_of(self.key):
            return False
        hashed = Prehashed(_HASHES[algorithm])
        if isinstance(self.key, EllipticCurvePublicKey):
            try:
                self.key.verify(signature, digest, ECDSA(hashed))
            except InvalidSignature:
                return False
            return True
        return any(
            _rsa_made(self.key, signature, digest, padding, hashed)
            for padding in (PKCS1v15(), PSS(MGF1(_HASHES[algorithm]), PSS.AUTO))
        )


def _hashes_of(key: EllipticCurvePublicKey | RSAPublicKey) -> tuple[str, ...]:
    return _OF_RSA if isinstance(key, RSAPublicKey) else _OF_CURVE[key.curve.name]


def _rsa_made(
    key: RSAPublicKey, signature: bytes, digest: bytes, padding: AsymmetricPadding, hashed: Prehashed
) -> bool:
    try:
        key.verify(signature, digest, padding, hashed)
    except InvalidSignature:
        return False
    return True


def _digest(algorithm: str, data: bytes) -> bytes:
    made = Hash(_HASHES[algorithm])
    made.update(data)
    return made.finalize()


def spki(key: PublicKey) -> bytes:
    """The SubjectPublicKeyInfo of a key, in DER."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def key_id(key: PublicKey) -> str:
    """The id that an envelope gives a key: the SHA-256 of its SubjectPublicKeyInfo, in hexadecimal digits."""
    return sha256(spki(key)).hexdigest()


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
    if isinstance(key, RSAPublicKey) and key.key_size < _SHORTEST_RSA_BITS:
        raise BadInput(
            f"the key {one.name[:60]!r} is an RSA key of {key.key_size} bits, which is too short to be believed",
            where=where,
            hint=f"It has to have {_SHORTEST_RSA_BITS} bits at least.",
        )
    if isinstance(key, Ed25519PublicKey | RSAPublicKey) or (
        isinstance(key, EllipticCurvePublicKey) and key.curve.name in _OF_CURVE
    ):
        return TrustedKey(one.name, key, since, until)
    raise BadInput(
        f"the key {one.name[:60]!r} is of a kind that is not read",
        where=where,
        hint="Ed25519, ECDSA over P-256 or P-384, and RSA are.",
    )
