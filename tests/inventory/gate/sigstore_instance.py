"""A Sigstore of our own: certificate authority, transparency log and log of certificates, all of them in memory.

Sources: the Sigstore bundle and trusted root formats (sigstore/protobuf-specs), Rekor's dsse 0.0.1 entries, RFC 6962
(certificate transparency, Merkle tree of one leaf), c2sp.org/signed-note for the checkpoint.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from inventory.gate.making import sign
from tocsin.inventory.gate.dsse import IN_TOTO, pae

ISSUER = "https://accounts.example"
IDENTITY = "https://build.example/workflow@v1"
SIGNED = datetime(2026, 11, 1, 12, tzinfo=UTC)
_SCT_LIST = ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ISSUER_V2 = ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_ECDSA = ec.ECDSA(hashes.SHA256())


def b64(data):
    return base64.b64encode(data).decode()


def spki(key):
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def der(tag, data):
    """A DER value of up to 255 bytes."""
    assert len(data) < 256
    return bytes([tag, *([0x81] if len(data) > 127 else []), len(data)]) + data


class Instance:
    """One instance; others of another ``seed`` have other keys."""

    def __init__(self, seed=1, began="2025-01-01T00:00:00Z"):
        self.began = began
        self.ca, self.log, self.ct, self.leaf = (
            ec.derive_private_key(seed * 10 + n, ec.SECP256R1()) for n in range(4)
        )
        self.name = x509.Name(
            [
                x509.NameAttribute(NameOID.COMMON_NAME, "Fulcio of a test"),
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "test"),
            ]
        )
        key_id = x509.SubjectKeyIdentifier.from_public_key(self.ca.public_key())
        self.root = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(self.name)
            .public_key(self.ca.public_key())
            .serial_number(1)
            .not_valid_before(SIGNED - timedelta(days=700))
            .not_valid_after(SIGNED + timedelta(days=700))
            .add_extension(x509.BasicConstraints(ca=True, path_length=1), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
                    key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(key_id, critical=False)
            .sign(self.ca, hashes.SHA256())
        )  # fmt: skip

    def trusted_root(self):
        def key(private):
            return {
                "rawBytes": b64(spki(private)),
                "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                "validFor": {"start": self.began},
            }

        def log(private, url):
            return {
                "baseUrl": url,
                "hashAlgorithm": "SHA2_256",
                "publicKey": key(private),
                "logId": {"keyId": b64(hashlib.sha256(spki(private)).digest())},
            }

        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
                "tlogs": [log(self.log, "https://log.example")],
                "certificateAuthorities": [
                    {
                        "subject": {"organization": "test", "commonName": "Fulcio of a test"},
                        "uri": "https://ca.example",
                        "certChain": {
                            "certificates": [{"rawBytes": b64(self.root.public_bytes(Encoding.DER))}]
                        },
                        "validFor": {"start": self.began},
                    }
                ],
                "ctlogs": [log(self.ct, "https://ct.example")],
                "timestampAuthorities": [],
            }
        ).encode()

    def certificate(self, identity=IDENTITY, issuer=ISSUER, signed=SIGNED):
        """A certificate of ten minutes around ``signed``, with the promise of the log of certificates in it."""
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([]))
            .issuer_name(self.name)
            .public_key(self.leaf.public_key())
            .serial_number(7)
            .not_valid_before(signed - timedelta(minutes=1))
            .not_valid_after(signed + timedelta(minutes=9))
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
                    key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.ca.public_key()), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(identity)]), critical=True)
            .add_extension(x509.UnrecognizedExtension(_ISSUER_V2, der(0x0C, issuer.encode())), critical=False)
        )  # fmt: skip
        tbs = builder.sign(self.ca, hashes.SHA256()).tbs_certificate_bytes
        return builder.add_extension(
            x509.UnrecognizedExtension(_SCT_LIST, self.promise(tbs, signed)), critical=False
        ).sign(self.ca, hashes.SHA256())

    def promise(self, tbs, signed):
        """The list of one signed certificate timestamp over a precertificate (RFC 6962 section 3.2, 3.3)."""
        when = int(signed.timestamp() * 1000).to_bytes(8, "big")
        body = (
            b"\0\0"
            + when
            + b"\0\1"
            + hashlib.sha256(spki(self.ca)).digest()
            + len(tbs).to_bytes(3, "big")
            + tbs
            + b"\0\0"
        )
        signature = self.ct.sign(body, _ECDSA)
        sct = (
            b"\0"
            + hashlib.sha256(spki(self.ct)).digest()
            + when
            + b"\0\0\4\3"
            + len(signature).to_bytes(2, "big")
            + signature
        )
        listed = len(sct).to_bytes(2, "big") + sct
        whole = len(listed).to_bytes(2, "big") + listed
        return der(0x04, whole)

    def bundle(self, payload, *, logged=SIGNED, over=None, **more):
        """A bundle of version 0.3 of ``payload``, which the log saw at ``logged``."""
        certificate = self.certificate(**more)
        signature = self.leaf.sign(pae(IN_TOTO, payload if over is None else over), _ECDSA)
        pem = certificate.public_bytes(Encoding.PEM)
        body = canonical(
            {
                "apiVersion": "0.0.1",
                "kind": "dsse",
                "spec": {
                    "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
                    "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
                    "signatures": [{"signature": b64(signature), "verifier": b64(pem)}],
                },
            }
        )
        return self._bundle(
            {"certificate": {"rawBytes": b64(certificate.public_bytes(Encoding.DER))}},
            {
                "dsseEnvelope": {
                    "payload": b64(payload),
                    "payloadType": IN_TOTO,
                    "signatures": [{"sig": b64(signature)}],
                }
            },
            "dsse 0.0.1",
            body,
            logged,
        )

    def key_bundle(
        self,
        payload,
        key,
        *,
        kind="dsse 0.0.1",
        logged=SIGNED,
        over=None,
        log_key=None,
        hint=None,
        spoil=None,
    ):
        """A bundle that is signed with a plain key, which the log took as ``kind``; ``kind`` "" is without the log.

        A ``hashedrekord`` of version 1 signs ``payload`` as a file; all else signs it as a statement.
        """
        as_file = kind == "hashedrekord 0.0.1"
        signed = payload if as_file else pae(IN_TOTO, payload)
        signature = sign(key, over if over is not None else signed)
        holder = (log_key or key).public_key()
        pem = b64(holder.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        digest = hashlib.sha256(signed)
        spec = {
            "dsse 0.0.1": {
                "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
                "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(payload).hexdigest()},
                "signatures": [{"signature": b64(signature), "verifier": pem}],
            },
            "hashedrekord 0.0.1": {
                "data": {"hash": {"algorithm": "sha256", "value": digest.hexdigest()}},
                "signature": {"content": b64(signature), "publicKey": {"content": pem}},
            },
            "hashedrekord 0.0.2": {
                "hashedRekordV002": {
                    "data": {"algorithm": "SHA2_256", "digest": b64(digest.digest())},
                    "signature": {
                        "content": b64(signature),
                        "verifier": {
                            "keyDetails": "PKIX_ECDSA_P256_SHA_256",
                            "publicKey": {"rawBytes": b64(spki(log_key or key))},
                        },
                    },
                }
            },
        }.get(kind, {})
        if spoil is not None:
            spoil(spec)
        name, _, version = kind.partition(" ")
        body = canonical({"apiVersion": version, "kind": name, "spec": spec})
        return self._bundle(
            {"publicKey": {"hint": b64(hashlib.sha256(spki(key)).digest()) if hint is None else hint}},
            {
                "messageSignature": {
                    "messageDigest": {"algorithm": "SHA2_256", "digest": b64(digest.digest())},
                    "signature": b64(signature),
                }
            }
            if as_file
            else {
                "dsseEnvelope": {
                    "payload": b64(payload),
                    "payloadType": IN_TOTO,
                    "signatures": [{"sig": b64(signature)}],
                }
            },
            kind,
            body,
            logged,
        )

    def _bundle(self, material, signed, kind, body, logged):
        entries = [self._entry(kind, body, logged)] if kind else []
        return json.dumps(
            {
                "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
                "verificationMaterial": {**material, "tlogEntries": entries},
                **signed,
            }
        ).encode()

    def _entry(self, kind, body, logged):
        when = int(logged.timestamp())
        log_id = hashlib.sha256(spki(self.log)).digest()
        promise = self.log.sign(
            canonical({"body": b64(body), "integratedTime": when, "logID": log_id.hex(), "logIndex": 0}),
            _ECDSA,
        )
        root = hashlib.sha256(b"\0" + body).digest()
        note = f"log.example - 1\n1\n{b64(root)}\n"
        checkpoint = f"{note}\n\u2014 log.example {b64(log_id[:4] + self.log.sign(note.encode(), _ECDSA))}\n"
        name, _, version = kind.partition(" ")
        return {
            "logIndex": "0",
            "logId": {"keyId": b64(log_id)},
            "kindVersion": {"kind": name, "version": version},
            "integratedTime": str(when),
            "inclusionPromise": {"signedEntryTimestamp": b64(promise)},
            "inclusionProof": {
                "logIndex": "0",
                "rootHash": b64(root),
                "treeSize": "1",
                "hashes": [],
                "checkpoint": {"envelope": checkpoint},
            },
            "canonicalizedBody": b64(body),
        }


def canonical(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()
