"""Windows event logs (EVTX): their records as JSON.

Source: [MS-EVEN6] and libyal's "Windows XML Event Log (EVTX) format": a file header of 4 KiB, then chunks
of 64 KiB, each of which can be read by itself. Chunks are read in groups, so memory does not grow with the
file; a chunk's header says how many records it holds, so none is lost without being counted.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence

import evtx
import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tocsin.detect.readers.interface import Batch, Reader, Tally
from tocsin.detect.readers.json_keys import flat_keys
from tocsin.detect.readers.lines import skip_rows

__all__ = ["EVTX_MAGIC", "evtx_reader"]

EVTX_MAGIC = b"ElfFile\0"
_CHUNK_MAGIC = b"ElfChnk\0"
_HEADER_BYTES = 4096
_CHUNK_COUNT_AT = 42
_CHUNK_BYTES = 64 << 10
_UNUSED_CHUNK = bytes(_CHUNK_BYTES)
_GROUP_BYTES = 32 * _CHUNK_BYTES
_CHUNK_HEADER_BYTES = 512
_RECORD_MAGIC = b"**\0\0"
_RECORD_MIN_BYTES = 28
"""A record has a header of 24 bytes and ends with its length."""
_MOST_RECORDS = _CHUNK_BYTES // _RECORD_MIN_BYTES

_syntax = msgspec.json.Decoder(msgspec.Raw)
_NO_RECORD = "record cannot be decoded"
_NO_CHUNK = "block of records cannot be decoded"


def _file_header() -> bytes:
    """A sound header for one chunk or more, so that a damaged one loses no records."""
    start = struct.pack("<8sQQQIHHHH", EVTX_MAGIC, 0, 1, 1, 128, 1, 3, _HEADER_BYTES, 1).ljust(120, b"\0")
    return (start + struct.pack("<II", 0, zlib.crc32(start))).ljust(_HEADER_BYTES, b"\0")


_FILE_HEADER = _file_header()


def evtx_reader(fields: Sequence[str]) -> Reader:
    """A reader of EVTX: each record's JSON as the ``evtx`` library gives it, the row its number.

    Every record that a chunk's header announces is read or counted as skipped, also where the file is cut
    off or damaged. A chunk that tells no number counts as one.
    """
    asked = frozenset(fields)

    def read(chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        row = 1
        first = True
        for group in _groups(chunks, tally):
            for decoded, places, rows in _decoded(group, row, tally):
                row += rows
                records, ordinals = _readable(decoded, places, tally)
                if not records:
                    continue
                if first:
                    tally.unmapped |= set(flat_keys([records[0].encode()])) - asked
                    first = False
                tally.read += len(records)
                yield Batch(rows=pa.array(ordinals), json=pa.array(records, pa.string()))

    return read


def _readable(
    records: list[str], ordinals: npt.NDArray[np.int64], tally: Tally
) -> tuple[list[str], npt.NDArray[np.int64]]:
    """What of ``records`` is JSON: a damaged name stands in the library's text as it is, whatever it holds."""
    broken = {at for at, record in enumerate(records) if not _is_json(record)}
    if not broken:
        return records, ordinals
    places = sorted(broken)
    skip_rows(tally, _NO_RECORD, ordinals[places])
    return [one for at, one in enumerate(records) if at not in broken], np.delete(ordinals, places)


def _is_json(text: str) -> bool:
    try:
        _syntax.decode(text)
    except msgspec.DecodeError:
        # Half a surrogate pair is no text for the one, and a value like any other for the other.
        try:
            json.loads(text)
        except (ValueError, RecursionError):
            return False
    return True


def _groups(chunks: Iterable[bytes], tally: Tally) -> Iterator[bytes]:
    """Yield the file's chunks, some at a time behind a sound file header; zeros fill up the last."""
    pending: list[memoryview] = []
    held = length = 0
    header = b""
    for piece in chunks:
        view = memoryview(piece)
        if len(header) < _HEADER_BYTES:
            missing = _HEADER_BYTES - len(header)
            header, view = header + bytes(view[:missing]), view[missing:]
        length += len(view)
        while held + len(view) >= _GROUP_BYTES:
            wanted = _GROUP_BYTES - held
            yield b"".join([_FILE_HEADER, *pending, view[:wanted]])
            pending, held, view = [], 0, view[wanted:]
        pending.append(view)
        held += len(view)
    if 0 < len(header) < _HEADER_BYTES:
        tally.notes.append("ends within the file header")
    elif header and not header.startswith(EVTX_MAGIC):
        tally.notes.append("the file header is damaged")
    if length < int.from_bytes(header[_CHUNK_COUNT_AT : _CHUNK_COUNT_AT + 2], "little") * _CHUNK_BYTES:
        tally.notes.append("is cut off: the header announces more than the file holds")
    if held:
        group = b"".join([_FILE_HEADER, *pending])
        cut = held % _CHUNK_BYTES
        yield group[:-cut] + _filled_up(group[-cut:]) if cut else group


def _filled_up(chunk: bytes) -> bytes:
    """A chunk that is cut off, made whole with zeros from the record on that it does not hold to its end."""
    at = _CHUNK_HEADER_BYTES
    while chunk.startswith(_RECORD_MAGIC, at) and at + _RECORD_MIN_BYTES <= len(chunk):
        size = int.from_bytes(chunk[at + 4 : at + 8], "little")
        if size < _RECORD_MIN_BYTES or at + size > len(chunk):
            break
        at += size
    return chunk[:at].ljust(_CHUNK_BYTES, b"\0")


def _decoded(group: bytes, row: int, tally: Tally) -> Iterator[tuple[list[str], npt.NDArray[np.int64], int]]:
    """Yield (records, their numbers, how many rows these are with those skipped), the first being ``row``."""
    starts = range(_HEADER_BYTES, len(group), _CHUNK_BYTES)
    announced = [_announced(group, start) for start in starts]
    if None not in announced:
        expected = sum(filter(None, announced))
        records, places = _decode(group, expected)
        if len(records) == expected and places is None:
            yield records, np.arange(row, row + expected, dtype=np.int64), expected
            return
    # Something is damaged: chunk by chunk, so that the numbers of all others stay right.
    for start, number in zip(starts, announced, strict=True):
        records, places = _decode(_FILE_HEADER + group[start : start + _CHUNK_BYTES], _MOST_RECORDS)
        ordinals = np.arange(len(records), dtype=np.int64) if places is None else np.array(places, np.int64)
        rows = max(number or 0, int(ordinals[-1]) + 1 if len(records) else 0, number is None)
        lost = np.setdiff1d(np.arange(rows), ordinals) + row
        skip_rows(tally, _NO_RECORD if records else _NO_CHUNK, lost)
        yield records, ordinals + row, rows
        row += rows


def _announced(group: bytes, start: int) -> int | None:
    """How many records the chunk at ``start`` announces: 0 if unused, None where it tells nothing."""
    if not group.startswith(_CHUNK_MAGIC, start):
        return 0 if group[start : start + _CHUNK_BYTES] == _UNUSED_CHUNK else None
    first, last = struct.unpack_from("<QQ", group, start + len(_CHUNK_MAGIC))
    number: int = last - first + 1
    return number if 0 <= number <= _MOST_RECORDS else None


def _decode(group: bytes, most: int) -> tuple[list[str], list[int] | None]:
    """The records in ``group``, and the place of each, None where each follows the one before."""
    records: list[str] = []
    failed: list[int] = []
    append = records.append
    try:
        iterator = evtx.PyEvtxParser(io.BytesIO(group)).records_json()
        while True:
            try:
                for record in iterator:
                    append(record["data"])  # type: ignore[index]
                break
            except RuntimeError:
                failed.append(len(records) + len(failed))
                if len(failed) > most:
                    break
    except BaseException as error:
        # A fault in the library's Rust code comes as a PanicException, which is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        failed.append(len(records) + len(failed))
    if not failed:
        return records, None
    return records, sorted(set(range(len(records) + len(failed))) - set(failed))
