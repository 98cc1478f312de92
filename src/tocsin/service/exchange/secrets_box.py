"""What the database keeps of other nodes' tokens: encrypted with a key that lies in the node's folder alone."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tocsin.errors import BadInput
from tocsin.service.exchange.node import SECRET_KEY, Node

__all__ = ["sealed", "unsealed"]

_NONCE_BYTES = 12


def sealed(node: Node, text: str) -> bytes:
    """``text`` encrypted (AES-256-GCM, the nonce first)."""
    nonce = node.around.entropy(_NONCE_BYTES)
    return nonce + AESGCM(node.key(SECRET_KEY)).encrypt(nonce, text.encode(), None)


def unsealed(node: Node, data: bytes) -> str:
    """What :func:`sealed` took.

    Raises:
        BadInput: the key is another, or the data was changed.
    """
    try:
        return AESGCM(node.key(SECRET_KEY)).decrypt(data[:_NONCE_BYTES], data[_NONCE_BYTES:], None).decode()
    except InvalidTag:
        raise BadInput(
            "a token in the database does not open with this node's key",
            hint="Restore the backup whole, or join again.",
        ) from None
