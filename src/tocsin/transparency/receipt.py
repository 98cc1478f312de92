"""Receipts: the proof that an act is in the log, to keep and to check offline (c2sp.org/tlog-proof).

The file holds the opening (as the specification's ``extra`` line), the leaf's index, its inclusion proof and the
log's signed checkpoint. Nothing else is needed but the log's public key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tocsin.errors import BadInput, LimitExceeded, NotProven
from tocsin.limits import LOG_LEAVES, NOTE_BYTES
from tocsin.transparency.checkpoint import open_checkpoint
from tocsin.transparency.entry import Entry, Opening, commitment, read_opening
from tocsin.transparency.note import Verifier
from tocsin.transparency.one_spelling import read_base64, read_decimal, write_base64
from tocsin.transparency.tree import HASH_BYTES, leaf_hash, verify_inclusion

__all__ = ["Receipt", "parse_receipt", "verify_receipt"]

_TITLE: Final = "c2sp.org/tlog-proof@v1"
_PROOF_HASHES: Final = LOG_LEAVES.bit_length()


@dataclass(frozen=True, slots=True)
class Receipt:
    """An opening, the inclusion proof of its leaf, and the signed checkpoint that the proof leads to."""

    opening: Opening
    proof: tuple[bytes, ...]
    checkpoint: bytes

    def to_bytes(self) -> bytes:
        """Return the receipt as a file, UTF-8; its name ends in ``.tlog-proof``."""
        lines = [
            _TITLE,
            f"extra {write_base64(self.opening.to_json())}",
            f"index {self.opening.index}",
            *map(write_base64, self.proof),
        ]
        return "".join(f"{line}\n" for line in lines).encode() + b"\n" + self.checkpoint


def parse_receipt(data: bytes) -> Receipt:
    """Read what :meth:`Receipt.to_bytes` writes; nothing in it is proven by that.

    Raises:
        BadInput: it is anything else, such as a proof without an opening or another spelling of the same.
        LimitExceeded: it is longer than NOTE_BYTES.
    """
    if len(data) > NOTE_BYTES:
        raise LimitExceeded(f"a receipt of {len(data)} bytes; {NOTE_BYTES} are read at most")
    head, blank, checkpoint = data.partition(b"\n\n")
    try:
        title, extra, place, *path = head.decode().split("\n")
    except ValueError:
        raise BadInput(
            "not a receipt: a title, the opening, the index and the proof, then a blank line"
        ) from None
    if title != _TITLE or not blank:
        raise BadInput(
            f"not a receipt: its first line is {_TITLE}, and a blank line comes before the checkpoint"
        )
    opened = read_base64(extra.removeprefix("extra ")) if extra.startswith("extra ") else None
    if opened is None:
        raise BadInput("not a receipt: its second line is the word extra and the opening in base64")
    opening = read_opening(opened)
    index = read_decimal(place.removeprefix("index ")) if place.startswith("index ") else None
    if index != opening.index:
        raise BadInput("not a receipt: its third line is the word index and the place that the opening names")
    proof = [read_base64(line) for line in path]
    hashes = tuple(one for one in proof if one is not None and len(one) == HASH_BYTES)
    if len(hashes) != len(path) or len(path) > _PROOF_HASHES:
        raise BadInput(f"not a receipt: its proof is at most {_PROOF_HASHES} hashes in base64, one a line")
    receipt = Receipt(opening, hashes, checkpoint)
    if receipt.to_bytes() != data:
        raise BadInput("not a receipt: its opening is not in canonical JSON")
    return receipt


def verify_receipt(receipt: Receipt | bytes, verifier: Verifier) -> Entry:
    """Return the entry of which ``receipt`` proves that it is in the log whose key is ``verifier``.

    Raises:
        BadInput: it is no receipt.
        NotProven: the log did not sign its checkpoint, or the entry is not what stands at its place in the log.
    """
    if isinstance(receipt, bytes):
        receipt = parse_receipt(receipt)
    checkpoint = open_checkpoint(receipt.checkpoint, verifier)
    opening = receipt.opening
    leaf = leaf_hash(commitment(opening.salt, opening.entry.to_bytes()))
    if not verify_inclusion(leaf, opening.index, checkpoint.size, receipt.proof, checkpoint.root):
        raise NotProven(
            f"the receipt does not prove that its entry is leaf {opening.index} of the log {checkpoint.origin!r}",
            hint="It was changed after it was given, or never was true. Ask for a new one, and keep this one.",
        )
    return opening.entry
