"""What is posted: an envelope of STIX objects (TAXII 2.1 section 3.7), no longer than is taken."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import AsyncIterator
from typing import Final

import msgspec

from tocsin.limits import BODY_BYTES, JSON_NESTING
from tocsin.model.json_text import nests_deeper, parts_of
from tocsin.model.stix import StixObject, read_objects
from tocsin.service.exchange.intake import Refused
from tocsin.service.exchange.submit import Envelope
from tocsin.taxii.accept import TAXII, is_taxii
from tocsin.taxii.errors import Problem

__all__ = ["check_headers", "read_body", "read_envelope", "read_signature"]

_TOO_LARGE: Final = (
    f"A body has {BODY_BYTES:,} bytes at most (max_content_length); send the objects in several."
)
_BRACKETS: Final = 500_000
"""Where a body nests too deep, its objects are cut apart by their brackets; honest ones have a tenth."""

_ENVELOPE: Final = 'Post an envelope: {"objects": [...]}.'


class _Envelope(msgspec.Struct, gc=False):
    objects: msgspec.Raw = msgspec.Raw(b"")
    type: msgspec.Raw = msgspec.Raw(b"")


class _Header(msgspec.Struct, gc=False):
    id: str = ""
    modified: str = ""
    created: str = ""


_envelope = msgspec.json.Decoder(_Envelope)
_elements = msgspec.json.Decoder(list[msgspec.Raw])
_header = msgspec.json.Decoder(_Header)


def check_headers(content_type: str | None, content_encoding: str | None, content_length: str | None) -> None:
    """Refuse a body by what is said of it, before any of it is read.

    Raises:
        Problem: 415, it is of another kind or packed; 413, it is too large; 400, its length is none.
    """
    if not is_taxii(content_type or ""):
        raise Problem(
            415, f"the content is {(content_type or 'of no type')[:80]}; send {TAXII}", {"Accept": TAXII}
        )
    if (content_encoding or "identity").strip().lower() not in {"identity", ""}:
        raise Problem(415, "the content is packed; send it as it is", {"Accept-Encoding": "identity"})
    if content_length is not None:
        if not (content_length.isascii() and content_length.isdecimal()):
            raise Problem(400, "Content-Length is no number")
        if len(content_length.lstrip("0")) > 18 or int(content_length) > BODY_BYTES:
            raise Problem(413, _TOO_LARGE)


async def read_body(chunks: AsyncIterator[bytes]) -> bytes:
    """Read a body; no more of it than is taken.

    Raises:
        Problem: 413, it is too large.
    """
    body = bytearray()
    async for chunk in chunks:
        if len(body) + len(chunk) > BODY_BYTES:
            raise Problem(413, _TOO_LARGE)
        body += chunk
    return bytes(body)


def read_signature(header: str | None) -> bytes | None:
    """The signature in ``Tocsin-Signature``: Ed25519 over the body, in base64.

    Raises:
        Problem: 400, it is none.
    """
    if header is None:
        return None
    try:
        signature = base64.b64decode(header.strip(), validate=True)
    except (binascii.Error, ValueError):
        signature = b""
    if len(signature) != 64:
        raise Problem(400, "Tocsin-Signature is no Ed25519 signature in base64")
    return signature


def read_envelope(body: bytes) -> Envelope:
    """The objects of an envelope with their exact bytes; one that cannot be read is a failure of that one alone.

    Raises:
        Problem: 400, it is not JSON; 422, it is no envelope, or there is no object in it.
    """
    readable: list[StixObject] = []
    unreadable: list[Refused] = []
    for number, element in enumerate(_members(body)):
        if nests_deeper(element, JSON_NESTING):
            # Not tried any further: what would be looked for in it, a bundle, is not taken here either.
            unreadable.append(
                _refused(element, f"$.objects[{number}] nests deeper than {JSON_NESTING} levels")
            )
            continue
        reading = read_objects(element)
        found = reading.objects
        if len(found) == 1 and not reading.problems and found[0].raw == element:
            readable.append(found[0])
            continue
        what = reading.problems[0].what if reading.problems else "is a bundle or an envelope, not an object"
        unreadable.append(_refused(element, f"$.objects[{number}] {what}"))
    if not readable and not unreadable:
        raise Problem(422, "the envelope holds no object")
    return Envelope(body, readable, unreadable)


def _members(body: bytes) -> list[bytes]:
    text = body.strip(b" \t\r\n")
    if not text.startswith(b"{"):
        if text[:1] in b'["-0123456789tfn' and text and _is_json(text):
            raise Problem(422, f"the content is no envelope. {_ENVELOPE}")
        raise Problem(400, f"the content is not JSON. {_ENVELOPE}")
    # The envelope and its list are two levels more than an object's own.
    if nests_deeper(text, JSON_NESTING + 2):
        if text.count(b"[") + text.count(b"{") > _BRACKETS:
            raise Problem(422, f"the content nests too deep. {_ENVELOPE}")
        return _members_apart(text)
    try:
        text.decode()
        held = _envelope.decode(text)
    except (UnicodeDecodeError, msgspec.DecodeError) as error:
        if not _is_lax_json(text):
            raise Problem(400, f"the content is not JSON: {str(error)[:200]}") from None
        return _members_apart(text)
    kind = bytes(held.type)
    if kind == b'"bundle"':
        raise _bundle()
    if kind and not held.objects:
        raise Problem(422, f"the content is an object by itself. {_ENVELOPE}")
    listed = bytes(held.objects)
    if listed and not listed.startswith(b"["):
        raise Problem(422, f"objects is no list. {_ENVELOPE}")
    return [bytes(one) for one in _elements.decode(listed)] if listed else []


def _members_apart(text: bytes) -> list[bytes]:
    """The members of an envelope of which one is too deep or too odd for the decoder: cut apart without decoding."""
    whole = parts_of(text)
    spans = [text[begin:end] for begin, end in whole.spans]
    held = dict(zip(spans[::2], spans[1::2], strict=False))
    if held.get(b'"type"') == b'"bundle"':
        raise _bundle()
    listed = held.get(b'"objects"', b"")
    members = parts_of(listed) if listed.startswith(b"[") else None
    if not whole.closed or members is None or not members.closed:
        raise Problem(422, f"the content nests too deep. {_ENVELOPE}")
    return [listed[begin:end] for begin, end in members.spans]


def _bundle() -> Problem:
    return Problem(422, f"the content is a bundle; TAXII 2.1 takes no bundles. {_ENVELOPE}")


def _is_lax_json(text: bytes) -> bool:
    """Whether only an object's text is at fault: half of a surrogate pair is JSON by its grammar."""
    try:
        json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return False
    return b"\\u" in text


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _refused(element: bytes, why: str) -> Refused:
    """What can be said of an object that was not read: its id and version, if it has them."""
    try:
        header = _header.decode(element)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        header = _Header()
    return Refused(header.id[:300], (header.modified or header.created)[:100], why)
