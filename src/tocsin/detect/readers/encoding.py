"""Text of any encoding that names itself by a byte order mark, as UTF-8 bytes."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from tocsin.detect.readers.interface import Tally

__all__ = ["utf8_chunks"]

_PIECE_BYTES = 1 << 20
_CUT_OFF = "ends in the middle of a character"


def utf8_chunks(chunks: Iterable[bytes], tally: Tally) -> Iterator[bytes]:
    """Yield ``chunks`` without a UTF-8 byte order mark; UTF-16 with its mark is transcoded.

    PowerShell's ``>`` and ``Out-File`` write UTF-16 with a mark. Lone surrogates are passed on as the
    invalid UTF-8 they are, so that only the line that holds one is refused later. Without a mark the
    bytes are taken as UTF-8.
    """
    stream = iter(chunks)
    head = b""
    for chunk in stream:
        head += chunk
        if len(head) >= len(codecs.BOM_UTF8):
            break
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        name = "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
        yield from _from_utf16(name, head[2:], stream, tally)
        return
    head = head.removeprefix(codecs.BOM_UTF8)
    if head:
        yield head
    yield from stream


def _from_utf16(name: str, head: bytes, stream: Iterator[bytes], tally: Tally) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(name)(errors="surrogatepass")
    chunk: bytes | None = head
    while chunk is not None:
        # Cut small: text decoded from UTF-16 takes up to four bytes a character while it is a str.
        for start in range(0, len(chunk), _PIECE_BYTES):
            text = decoder.decode(chunk[start : start + _PIECE_BYTES])
            if text:
                yield text.encode("utf-8", "surrogatepass")
        chunk = next(stream, None)
    pending, _ = decoder.getstate()
    if pending:
        tally.notes.append(_CUT_OFF)
