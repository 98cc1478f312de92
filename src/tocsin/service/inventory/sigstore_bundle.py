"""Sigstore bundles, verified offline with a pinned root of trust: the one file that knows the library ``sigstore``.

It is an extra (``[gate]``) and takes half a second to import, so it is imported when there is a bundle. Nothing is
fetched: the root is the one that the library ships, not the one that it may have put into a cache, or it is a file that
the policy names. The moment that counts is the one at which a log or a timestamping authority saw the signature.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from tocsin.errors import BadInput
from tocsin.inventory.gate.attestation import Attestation, Attested, Fault, holds, unknown_signer
from tocsin.inventory.gate.dsse import IN_TOTO
from tocsin.inventory.gate.key_bundle import SIGNED_FILE, KeyBundle, is_key_bundle, read_key_bundle
from tocsin.inventory.gate.moment import is_future
from tocsin.inventory.gate.policy import Root, Trust
from tocsin.inventory.gate.statement import Statement, read_statement
from tocsin.inventory.gate.trusted_key import TrustedKey
from tocsin.inventory.gate.verdict import Subject

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.models import Bundle
    from sigstore.verify import Verifier

__all__ = ["TrustedRootText", "shipped_root", "verify_bundle"]

_PUBLIC: Final = "https%3A%2F%2Ftuf-repo-cdn.sigstore.dev"
"""The folder in which the library keeps what it knows of the public instance."""
_TIMESTAMPS: Final = 32
_INSTALL: Final = "It is a Sigstore bundle, and what reads those is not installed: pip install 'tocsin[gate]'"


@dataclass(frozen=True, slots=True)
class TrustedRootText:
    """A root of trust in Sigstore's JSON, and until when its publisher stands behind it (None if it does not say)."""

    text: bytes
    expires: date | None = None


class _SignerSeen:
    """Lets every signer through and keeps the certificate: whether it is the right one is asked afterwards."""

    def __init__(self) -> None:
        self.certificate: Certificate | None = None

    def verify(self, cert: Certificate) -> None:
        self.certificate = cert


def shipped_root() -> TrustedRootText | None:
    """The root that the library ships for the public instance, None where it is not installed.

    Raises:
        BadInput: it ships none: a version that is not known.
    """
    try:
        folder = files("sigstore._store") / _PUBLIC
        text = (folder / "trusted_root.json").read_bytes()
    except ModuleNotFoundError:
        return None
    except OSError as error:
        raise BadInput(
            "the installed version of sigstore ships no root of trust",
            hint="pip install --upgrade 'tocsin[gate]'",
        ) from error
    expires = None
    with suppress(OSError, ValueError, KeyError, TypeError):
        expires = date.fromisoformat(
            json.loads((folder / "root.json").read_bytes())["signed"]["expires"][:10]
        )
    return TrustedRootText(text, expires)


def verify_bundle(
    one: Attestation,
    trust: Trust,
    now: datetime,
    in_hand: Sequence[Subject],
    root: TrustedRootText | None = None,
    keys: Sequence[TrustedKey] = (),
) -> Attested:
    """Verify a bundle; ``in_hand`` are the files of which one may be what it signs, if it signs no statement.

    ``root`` is what to trust instead of the shipped root, ``keys`` are those of the policy.
    """
    if not is_key_bundle(one.body):
        return _with_root(
            one, trust, now, root, lambda held, notes: _verified(one, trust, in_hand, held, notes)
        )
    try:
        bundle = read_key_bundle(one.body)
        statement, signers, subject, fault = _by_key(bundle, keys, in_hand)
    except BadInput as error:
        why = f"It is no whole Sigstore bundle: {error.what}."
        return Attested(one.name, None, "", Fault.MALFORMED, why)
    if fault is not None:
        return Attested(one.name, None, "", *fault)
    if bundle.entry is None and not bundle.timestamps:
        signer, broken, why = holds(signers, (now,), "nothing proves that it was signed before")
        return Attested(one.name, statement, signer, broken, why)

    def seen(held: TrustedRootText, notes: tuple[str, ...]) -> Attested:
        return _logged(one, bundle, signers, subject, statement, held, notes, now)

    return _with_root(one, trust, now, root, seen)


def _with_root(
    one: Attestation,
    trust: Trust,
    now: datetime,
    root: TrustedRootText | None,
    verify: Callable[[TrustedRootText, tuple[str, ...]], Attested],
) -> Attested:
    """What ``verify`` says with the root of trust and the doubts about it; the fault of the root where it has one."""
    root = root or shipped_root()
    if root is None:
        return Attested(one.name, None, "", Fault.NOT_VERIFIED, _INSTALL)
    asked = trust.root or Root()
    newest = _newest(root.text)
    fault = _root_fault(root, newest, asked)
    if fault:
        return Attested(one.name, None, "", Fault.DOWNGRADED_ROOT, fault)
    notes = tuple(_root_notes(root, newest, asked, now))
    return verify(root, notes)


def _by_key(
    bundle: KeyBundle, keys: Sequence[TrustedKey], in_hand: Sequence[Subject]
) -> tuple[Statement | None, list[TrustedKey], Subject | None, tuple[Fault, str] | None]:
    """What a bundle without a certificate says, and which keys signed it, or what is wrong and why."""
    signers, subject = bundle.signers(keys, in_hand)
    if signers:
        return bundle.statement(subject), signers, subject, None
    if bundle.envelope is None and not any(map(bundle.is_about, in_hand)):
        return None, [], None, (Fault.FORGED, "It signs a file that is not in hand.")
    if bundle.envelope is None and any(bundle.hint in key.ids and key.signs_no_digests for key in keys):
        why = "It is of a kind that cannot be verified here: an Ed25519 signature over a file."
        return None, [], None, (Fault.UNSUPPORTED, why)
    _, fault, why = unknown_signer({bundle.hint}, keys)
    assert fault is not None
    return None, [], None, (fault, why)


def _logged(
    one: Attestation,
    bundle: KeyBundle,
    signers: Sequence[TrustedKey],
    subject: Subject | None,
    statement: Statement | None,
    root: TrustedRootText,
    notes: tuple[str, ...],
    now: datetime,
) -> Attested:
    """What to make of a signature by ``signers`` that a log or a timestamping authority is said to have seen."""
    try:
        moments = _moments(bundle, root)
        good = [key for key in signers if bundle.entry is None or bundle.is_logged_as(key, subject)]
    except BadInput as error:
        why = f"It is of a kind that cannot be verified here: {error.what}."
        return Attested(one.name, None, "", Fault.UNSUPPORTED, why, notes)
    except Exception as error:  # noqa: BLE001  whatever the library trips over in what others wrote
        return Attested(
            one.name, None, "", Fault.FORGED, f"It does not hold together: {_line(error)}.", notes
        )
    if not good:
        why = "It does not hold together: the entry of the log is about another signature."
        return Attested(one.name, None, "", Fault.FORGED, why, notes)
    signer, fault, why = holds(good, moments or [now], "it was signed later")
    if fault is None and any(is_future(moment, now) for moment in moments):
        signer, fault, why = (
            "",
            Fault.NOT_YET,
            f"It is signed on {max(moments):%Y-%m-%d}, which is yet to come.",
        )
    if fault is None and bundle.entry is not None:
        why = f"Signed by {signer}, as Sigstore's log shows."
    return Attested(one.name, statement, signer, fault, why, notes)


def _moments(bundle: KeyBundle, root: TrustedRootText) -> list[datetime]:
    """When the log and the timestamping authorities saw the signature; none where neither says.

    Raises:
        Exception: whatever the library raises of an entry or a timestamp that does not hold.
    """
    from sigstore._internal.trust import KeyringPurpose
    from sigstore.errors import VerificationError
    from sigstore.models import TimestampVerificationData, TransparencyLogEntry, TrustedRoot
    from sigstore.verify import Verifier
    from sigstore_models.rekor.v1 import TransparencyLogEntry as EntryMessage
    from sigstore_models.trustroot.v1 import TrustedRoot as RootMessage

    trusted = TrustedRoot(RootMessage.from_json(root.text))
    moments = []
    if bundle.entry is not None:
        message = EntryMessage.from_json(bundle.entry.message)
        # The library verifies entries for bundles with a certificate alone; this is what it does there.
        TransparencyLogEntry(message)._verify(trusted.rekor_keyring(KeyringPurpose.VERIFY))  # noqa: SLF001
        if message.integrated_time and message.inclusion_promise:
            moments.append(datetime.fromtimestamp(message.integrated_time, UTC))
    if bundle.timestamps:
        stamps = TimestampVerificationData.from_json(bundle.timestamps).rfc3161_timestamps
        if len(stamps) > _TIMESTAMPS:
            raise VerificationError(f"it bears {len(stamps)} timestamps; {_TIMESTAMPS} are read at most")
        verifier = Verifier(trusted_root=trusted)
        seen = [verifier._verify_signed_timestamp(stamp, bundle.signature) for stamp in stamps]  # noqa: SLF001
        if stamps and not any(seen):
            raise VerificationError("none of its timestamps is of an authority in the root of trust")
        moments += [one.time for one in seen if one is not None]
    return moments


def _root_fault(root: TrustedRootText, newest: date | None, asked: Root) -> str:
    found = sha256(root.text).hexdigest()
    if asked.sha256 and asked.sha256 != found:
        return f"The root of trust of Sigstore is not the one that the policy pins: it has sha256 {found}."
    if asked.least is not None and (newest is None or newest < asked.least):
        return (
            f"The root of trust of Sigstore is older than the policy allows: its newest key is of {newest}, and the "
            f"policy wants one of {asked.least} or later."
        )
    return ""


def _root_notes(root: TrustedRootText, newest: date | None, asked: Root, now: datetime) -> list[str]:
    today = now.astimezone(UTC).date()
    notes = []
    if root.expires is not None and root.expires < today:
        notes.append(
            f"The root of trust of Sigstore that is installed was good until {root.expires}; keys that were taken back "
            "since are not known. Update: pip install --upgrade 'tocsin[gate]'"
        )
    elif newest is not None and (today - newest).days > asked.stale_days:
        notes.append(
            f"The newest key in the root of trust of Sigstore is {(today - newest).days:,} days old; a newer root may "
            "know of keys that were taken back."
        )
    return notes


def _newest(root: bytes) -> date | None:
    """The day on which the newest key or authority of a root began."""
    days: list[date] = []
    with suppress(ValueError, AttributeError, TypeError):
        document = json.loads(root)
        for kind in ("tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"):
            for held in document.get(kind) or ():
                valid = held.get("validFor") or (held.get("publicKey") or {}).get("validFor") or {}
                days.append(date.fromisoformat(str(valid.get("start", ""))[:10]))
    return max(days, default=None)


def _verified(
    one: Attestation,
    trust: Trust,
    in_hand: Sequence[Subject],
    root: TrustedRootText,
    notes: tuple[str, ...],
) -> Attested:
    from sigstore.models import Bundle, TrustedRoot
    from sigstore.verify import Verifier
    from sigstore_models.trustroot.v1 import TrustedRoot as RootMessage

    # Whatever the library trips over in what others wrote: it proves nothing then, and that is the answer.
    try:
        verifier = Verifier(trusted_root=TrustedRoot(RootMessage.from_json(root.text)))
    except Exception as error:  # noqa: BLE001
        why = f"The root of trust of Sigstore cannot be read: {_line(error)}."
        return Attested(one.name, None, "", Fault.WRONG_ROOT, why, notes)
    try:
        bundle = Bundle.from_json(one.body)
    except Exception as error:  # noqa: BLE001
        why = f"It is no whole Sigstore bundle: {_line(error)}."
        return Attested(one.name, None, "", Fault.MALFORMED, why, notes)
    seen = _SignerSeen()
    try:
        statement = _statement(verifier, bundle, seen, in_hand)
    except BadInput as error:
        why = f"What it says cannot be read: {error.what}."
        return Attested(one.name, None, "", Fault.MALFORMED, why, notes)
    except Exception as error:  # noqa: BLE001
        fault, why = _told(error, bundle)
        return Attested(one.name, None, "", fault, why, notes)
    return _by_whom(one, trust, seen, statement, notes)


def _statement(
    verifier: Verifier, bundle: Bundle, seen: _SignerSeen, in_hand: Sequence[Subject]
) -> Statement:
    """What the bundle signs: a statement, or one of the files in hand."""
    from sigstore.errors import VerificationError
    from sigstore.hashes import Hashed
    from sigstore_models.common.v1 import HashAlgorithm

    if bundle._dsse_envelope is not None:  # noqa: SLF001  the library has no public way to ask what a bundle signs
        payload_type, payload = verifier.verify_dsse(bundle, seen)
        if payload_type != IN_TOTO:
            raise BadInput(f"its payload is of the type {payload_type[:80]!r}, not {IN_TOTO}")
        return read_statement(payload)
    last: Exception = VerificationError("it signs a file, and none is in hand")
    for subject in in_hand:
        digest = bytes.fromhex(dict(subject.digests)["sha256"])
        try:
            verifier.verify_artifact(Hashed(algorithm=HashAlgorithm.SHA2_256, digest=digest), bundle, seen)
        except VerificationError as error:
            last = error
        else:
            return Statement(SIGNED_FILE, (Subject(subject.name, (("sha256", digest.hex()),)),))
    raise last


def _told(error: Exception, bundle: Bundle) -> tuple[Fault, str]:
    """Which fault the library's error means, and its words."""
    what = _line(error)
    low = what.lower()
    if "not valid at validation time" in low or "expired at time of signing" in low:
        held = bundle.signing_certificate
        return Fault.EXPIRED, (
            "The certificate of its signer did not hold when it was signed: it held from "
            f"{held.not_valid_before_utc:%Y-%m-%d %H:%M} to {held.not_valid_after_utc:%Y-%m-%d %H:%M} (UTC)."
        )
    if "certificate chain" in low or "sct" in low:
        return Fault.WRONG_ROOT, (
            f"Its signer's certificate is of no authority in the root of trust that is pinned: {what}."
        )
    if "supported" in low:
        return Fault.UNSUPPORTED, f"It is of a kind that cannot be verified here: {what}."
    return Fault.FORGED, f"It does not hold together: {what}."


def _by_whom(
    one: Attestation, trust: Trust, seen: _SignerSeen, statement: Statement, notes: tuple[str, ...]
) -> Attested:
    from sigstore.errors import VerificationError
    from sigstore.verify.policy import AllOf, AnyOf, Identity, OIDCIssuer, OIDCIssuerV2

    assert seen.certificate is not None
    for signer in trust.identities:
        with suppress(VerificationError):
            # Of the two extensions that name the issuer, older certificates have the first alone.
            issuer = AnyOf([OIDCIssuer(signer.issuer), OIDCIssuerV2(signer.issuer)])
            AllOf([Identity(identity=signer.identity), issuer]).verify(seen.certificate)
            name = f"{signer.identity} ({signer.issuer})"
            return Attested(
                one.name, statement, name, None, f"Signed by {name}, as Sigstore's log shows.", notes
            )
    who = _identity_of(seen.certificate)
    trusted = ", ".join(signer.identity for signer in trust.identities[:3]) or "nobody"
    why = f"It is signed by {who}, and the policy trusts {trusted}."
    return Attested(one.name, statement, "", Fault.WRONG_SIGNER, why, notes)


def _identity_of(certificate: Certificate) -> str:
    """The names in a certificate's SubjectAlternativeName."""
    from cryptography.x509 import ExtensionNotFound, SubjectAlternativeName

    try:
        names: Any = certificate.extensions.get_extension_for_class(SubjectAlternativeName).value
    except ExtensionNotFound:
        return "somebody without a name"
    return ", ".join(str(getattr(name, "value", name)) for name in names)


def _line(error: Exception) -> str:
    return " ".join(str(error).split()).rstrip(".")[:300]
