"""What a leaf of the log commits to, and how it is shown to whoever may see it.

The log holds a *commitment*: the SHA-256 of 32 secret bytes, the salt, and of the entry in canonical JSON. It tells
nothing of the entry. Who is given the *opening*, salt and entry, can check that just this entry was logged.
Erasing salt and entry everywhere leaves a commitment that opens to nothing, and the tree as it was.

Who is given an opening learns which organisation acted, never which person. The entry holds a commitment of its own to
the person's name, under other secret bytes, which are never part of an opening.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, Final

import msgspec

from tocsin.errors import BadInput, LimitExceeded
from tocsin.limits import JSON_NESTING, LOG_LEAVES, OPENING_BYTES
from tocsin.model.canonical_json import canonical_json
from tocsin.model.json_text import nests_deeper
from tocsin.model.timestamp import parse_timestamp
from tocsin.transparency.tree import leaf_hash

__all__ = [
    "PERSON",
    "SALT_BYTES",
    "Act",
    "Entry",
    "Opening",
    "commitment",
    "opens",
    "person_commitment",
    "read_opening",
]

SALT_BYTES: Final = 32
PERSON: Final = "person_sha256"
"""Where the subject of an entry holds the commitment to the person who acted."""


class Act(StrEnum):
    """What was done."""

    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    DELETE = "delete"
    SUBMIT = "submit"
    VET = "vet"
    RELEASE = "release"
    REFUSE = "refuse"
    MEMBER_ADD = "member_add"
    MEMBER_JOIN = "member_join"
    MEMBER_REVOKE = "member_revoke"
    TOKEN_CREATE = "token_create"  # noqa: S105 - the name of an act
    TOKEN_RENEW = "token_renew"  # noqa: S105 - the name of an act
    TOKEN_REVOKE = "token_revoke"  # noqa: S105 - the name of an act
    SOURCE_ADD = "source_add"
    SOURCE_REMOVE = "source_remove"
    SIGNIN = "signin"
    INIT = "init"
    RESTORE = "restore"
    LOG_ERASE = "log_erase"
    TREAT = "treat"
    ALIAS = "alias"
    ADVISORY_REMOVE = "advisory_remove"
    INCIDENT = "incident"
    POSTURE = "posture"
    GATE = "gate"
    STATEMENT = "statement"


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One act: what was done, when (RFC 3339 in UTC), by whom, and to what.

    ``subject`` is JSON: ids and digests of the objects, never the objects.
    """

    act: Act
    at: str
    by: str
    subject: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """Return the entry in canonical JSON (RFC 8785): what the commitment is made of.

        Raises:
            BadInput: ``at`` is no timestamp, or ``subject`` would not be read again as it is: it holds other than
                texts, truths, null, numbers, lists, and objects with texts as keys, or whole numbers beyond 2**53.
            LimitExceeded: it is longer than OPENING_BYTES.
        """
        parse_timestamp(self.at)
        members = {"act": str(self.act), "at": self.at, "by": self.by, "subject": self.subject}
        try:
            data = canonical_json(members)
        except RecursionError:
            raise BadInput("a log entry nests too deep") from None
        if len(data) > OPENING_BYTES:
            raise LimitExceeded(f"a log entry of {len(data)} bytes; {OPENING_BYTES} are taken at most")
        if nests_deeper(data, JSON_NESTING) or msgspec.json.decode(data) != members:
            # Two entries that are written alike would open one commitment.
            raise BadInput("a log entry holds what canonical JSON does not keep as it is")
        return data


class Opening(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is shown of one leaf: its index in the log, the salt, and the entry."""

    index: Annotated[int, msgspec.Meta(ge=0, lt=LOG_LEAVES)]
    salt: bytes
    entry: Entry

    def to_json(self) -> bytes:
        """Return the opening in canonical JSON, the salt in base64.

        Raises:
            BadInput: the entry cannot be written (:meth:`Entry.to_bytes`).
        """
        self.entry.to_bytes()
        return canonical_json(msgspec.to_builtins(self))


def commitment(salt: bytes, entry: bytes) -> bytes:
    """Return what the log holds of an entry (its :meth:`Entry.to_bytes`): SHA-256 over ``salt`` and it, 32 bytes.

    Raises:
        BadInput: the salt is not 32 bytes long; with a shorter one, the entry could be guessed.
    """
    if len(salt) != SALT_BYTES:
        raise BadInput(f"a salt has {SALT_BYTES} bytes, this one {len(salt)}")
    return sha256(salt + entry).digest()


def person_commitment(salt: bytes, person: str) -> str:
    """Return what an entry holds of the name of a person: SHA-256 over ``salt`` and the name in UTF-8, in hex.

    Raises:
        BadInput: the salt is not 32 bytes long; with a shorter one, the name could be guessed.
    """
    return commitment(salt, person.encode()).hex()


def opens(opening: Opening, leaf: bytes) -> bool:
    """Whether the opening is that of the leaf whose hash is ``leaf``."""
    try:
        return leaf_hash(commitment(opening.salt, opening.entry.to_bytes())) == leaf
    except BadInput:
        return False


def read_opening(data: bytes) -> Opening:
    """Read an opening from JSON.

    Raises:
        BadInput: it is no opening, or one of an act that this version does not know.
        LimitExceeded: it is longer than OPENING_BYTES.
    """
    if len(data) > OPENING_BYTES:
        raise LimitExceeded(f"an opening of {len(data)} bytes; {OPENING_BYTES} are read at most")
    if nests_deeper(data, JSON_NESTING):
        raise BadInput(f"not an opening: it nests deeper than {JSON_NESTING}")
    try:
        opening = msgspec.json.decode(data, type=Opening)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise BadInput(f"not an opening: {str(fault)[:200]}") from None
    if len(opening.salt) != SALT_BYTES:
        raise BadInput(f"not an opening: a salt has {SALT_BYTES} bytes, this one {len(opening.salt)}")
    opening.entry.to_bytes()
    return opening
