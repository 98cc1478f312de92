"""Signed notes: text with Ed25519 signatures below it (c2sp.org/signed-note).

A key is known by its name and by a short id that is made from name and key. Of all the kinds of signature that the
specification lists, Ed25519 over the text (type 1) is the one that is read and written here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tocsin.errors import BadInput, LimitExceeded, NotProven
from tocsin.limits import NOTE_BYTES, NOTE_SIGNATURES
from tocsin.transparency.one_spelling import read_base64, write_base64

__all__ = ["Signer", "Verifier", "open_note", "sign"]

_ED25519: Final = b"\x01"
_KEY_BYTES: Final = 32
_ID_BYTES: Final = 4
_ID = re.compile(r"[0-9a-f]{8}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DASH = "\N{EM DASH} "


@dataclass(frozen=True, slots=True)
class Verifier:
    """The name and public key (32 bytes, RFC 8032) of who signs.

    Raises:
        BadInput: the name is empty or holds a space, a plus or what is not printable, or the key is not 32 bytes long.
    """

    name: str
    public_key: bytes

    def __post_init__(self) -> None:
        # What is not printable is refused in a name of ours: two names would look the same.
        if not _is_name(self.name) or not self.name.isprintable():
            raise BadInput(
                f"{self.name[:60]!r} is no name of a key: it needs characters, but no space and no plus"
            )
        if len(self.public_key) != _KEY_BYTES:
            raise BadInput(f"an Ed25519 public key has {_KEY_BYTES} bytes, this one {len(self.public_key)}")

    @property
    def key_id(self) -> bytes:
        """The four bytes by which signatures name this key."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:_ID_BYTES]

    @property
    def verifier_key(self) -> str:
        """The key as text: name, id and key, joined by plus signs."""
        return f"{self.name}+{self.key_id.hex()}+{write_base64(_ED25519 + self.public_key)}"

    @classmethod
    def parse(cls, verifier_key: str) -> Verifier:
        """Read what :attr:`verifier_key` writes.

        Raises:
            BadInput: it is anything else, or its parts do not fit each other.
        """
        name, _, rest = verifier_key.partition("+")
        key_id, _, encoded = rest.partition("+")
        data = read_base64(encoded)
        if not _is_name(name) or _ID.fullmatch(key_id) is None or data is None:
            raise BadInput(f"{verifier_key[:60]!r} is not a key like name+1a2b3c4d+ARpc2Q...")
        if data[:1] != _ED25519 or len(data) != 1 + _KEY_BYTES:
            raise BadInput(f"the key of {name[:60]!r} is not an Ed25519 key")
        verifier = cls(name, data[1:])
        if verifier.key_id.hex() != key_id:
            raise BadInput(
                f"the key of {name[:60]!r} does not fit its id {key_id}",
                hint="A character was lost or changed: copy the key anew from where it is published.",
            )
        return verifier

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether ``signature`` (64 bytes) is this key's over ``text``."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True


class Signer:
    """Signs notes as ``name`` with the key that ``seed`` (32 bytes, RFC 8032's private key) gives.

    Raises:
        BadInput: no key can have this name, or the seed is not 32 bytes long.
    """

    __slots__ = ("_key", "verifier")

    def __init__(self, name: str, seed: bytes) -> None:
        if len(seed) != _KEY_BYTES:
            raise BadInput(f"an Ed25519 seed has {_KEY_BYTES} bytes, this one {len(seed)}")
        self._key: Final = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier: Final = Verifier(name, self._key.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        """The name it signs with."""
        return self.verifier.name

    @property
    def verifier_key(self) -> str:
        """The public half as text, as :meth:`Verifier.parse` reads it."""
        return self.verifier.verifier_key

    def signature_line(self, text: str) -> str:
        """Return the line that signs ``text``."""
        signature = self.verifier.key_id + self._key.sign(text.encode())
        return f"{_DASH}{self.name} {write_base64(signature)}\n"


def sign(text: str, *signers: Signer) -> bytes:
    """Return the note of ``text``, signed by each of ``signers``.

    Raises:
        BadInput: the text does not end in a newline or holds what a note cannot, or there is no signer.
        LimitExceeded: it is longer than NOTE_BYTES, or more than NOTE_SIGNATURES sign it.
    """
    if not signers:
        raise BadInput("a note needs a signature")
    try:
        data = f"{text}\n{''.join(signer.signature_line(text) for signer in signers)}".encode()
    except UnicodeEncodeError:
        raise BadInput("holds half of a surrogate pair, which is no character") from None
    # Read by the rules for others' notes: what they refuse, or take for another text, is not given out.
    if _parts(data)[0] != text:
        raise BadInput("the text of a note ends in a newline")
    return data


def open_note(data: bytes, verifiers: Iterable[Verifier]) -> str:
    """Return the text of a note that at least one of ``verifiers`` signed: give only those that may vouch alone.

    Signatures of other keys are ignored; one that names a known key and does not verify refuses the note.

    Raises:
        BadInput: it is not a note.
        NotProven: none of them signed it, or a signature of theirs is wrong.
        LimitExceeded: it is longer than NOTE_BYTES or has more than NOTE_SIGNATURES signatures.
    """
    text, signatures = _parts(data)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed = False
    for name, key_id, signature in signatures:
        verifier = known.get((name, key_id))
        if verifier is None:
            continue
        if not verifier.verifies(text, signature):
            raise NotProven(
                f"the signature of {name!r} does not fit the text",
                hint="The note was changed after it was signed, or signed with another key. Fetch it anew.",
            )
        signed = True
    if not signed:
        names = ", ".join(sorted({name for name, _, _ in signatures}))
        raise NotProven(
            f"no key that is trusted here signed the note; signed by {names[:200]!r}",
            hint="Compare the key that you hold with the one that is published: it may have been replaced.",
        )
    return text


def _parts(data: bytes) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """The text, and of each signature its key's name, its key's id and the rest."""
    if len(data) > NOTE_BYTES:
        raise LimitExceeded(f"a signed note of {len(data)} bytes; {NOTE_BYTES} are read at most")
    try:
        whole = data.decode()
    except UnicodeDecodeError:
        raise BadInput("not a signed note: it is not UTF-8") from None
    if _CONTROL.search(whole):
        raise BadInput("not a signed note: it holds a control character")
    text, blank, below = whole.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise BadInput("not a signed note: a text, a blank line, then lines of signatures")
    lines = below[:-1].split("\n")
    if len(lines) > NOTE_SIGNATURES:
        raise LimitExceeded(f"{len(lines)} signatures on one note; {NOTE_SIGNATURES} are read at most")
    return text + "\n", [_signature(line) for line in lines]


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    data = read_base64(encoded)
    if not line.startswith(_DASH) or not _is_name(name) or data is None or len(data) <= _ID_BYTES:
        raise BadInput(f"not a signed note: {line[:60]!r} is no signature")
    return name, data[:_ID_BYTES], data[_ID_BYTES:]


def _is_name(text: str) -> bool:
    return bool(text) and "+" not in text and not any(map(str.isspace, text))
