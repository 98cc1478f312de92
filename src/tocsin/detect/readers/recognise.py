"""Which format a stream of evidence has, and which fields it holds, told from its first bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

import msgspec

from tocsin.detect.readers.access import ACCESS_FIELDS, is_access_line
from tocsin.detect.readers.csv import most_frequent_delimiter, read_header, split_names
from tocsin.detect.readers.delimited import field_pattern, split_record
from tocsin.detect.readers.encoding import utf8_chunks
from tocsin.detect.readers.evtx_records import EVTX_MAGIC
from tocsin.detect.readers.interface import Tally
from tocsin.detect.readers.json_keys import flat_keys
from tocsin.detect.readers.json_objects import CONTAINER_KEYS
from tocsin.detect.readers.lines import cut_lines
from tocsin.detect.readers.registry import READERS
from tocsin.detect.readers.syslog import is_syslog_line
from tocsin.detect.readers.w3c import DATE_TIME, directive
from tocsin.detect.readers.zeek import PATH

__all__ = ["field_names", "recognise_format"]

_LINES_SEEN = 20
_PARQUET_MAGIC = b"PAR1"
_NAME_CHARACTERS = 64
_BINARY_SHARE = 20
"""Text holds fewer control characters than one in this many; random bytes hold one in nine."""

_CONTROL = bytes(set(range(32)) - set(b"\t\n\r\f\x1b")) + b"\x7f"
_JSON_START = re.compile(rb'\s*(?:\{\s*["}]|\[\s*["{\[\]])')
_STIX_BYTES = 4096
_STIX = re.compile(
    rb'"type"\s*:\s*"(?:bundle|observed-data)"[^{}]*?"(?:bundle|observed-data)--'
    rb'|"(?:bundle|observed-data)--[^{}]*?"type"\s*:\s*"(?:bundle|observed-data)"'
)


def recognise_format(name: str, head: bytes) -> str:
    """The format of the stream called ``name`` whose first bytes (64 KiB are plenty) are ``head``.

    One of ndjson, json, stix, evtx, parquet, csv, tsv, w3c, exchange, zeek-tsv, access, syslog (which is not read),
    text (of no known form), binary (likewise) and empty. The content decides; the name only where the content leaves
    it open.
    """
    if head.startswith(EVTX_MAGIC):
        return "evtx"
    if head.startswith(_PARQUET_MAGIC):
        return "parquet"
    # IIS fills the log that it is writing up with zeros.
    text = _text(head).rstrip(b"\0")
    if not text.strip():
        return "binary" if b"\0" in head else "empty"
    if len(text.translate(None, _CONTROL)) * _BINARY_SHARE < len(text) * (_BINARY_SHARE - 1):
        return "binary"
    lines = _first_lines(text)
    return (
        _as_json(name, text, lines)
        or _as_directed(lines)
        or ("access" if sum(map(is_access_line, lines)) * 2 > len(lines) else "")
        or _as_syslog(name, lines)
        or _as_delimited(name, text, lines)
        or "text"
    )


def field_names(format: str, head: bytes) -> tuple[str, ...]:
    """The names of the fields that ``head``, the first bytes of a stream of ``format``, shows.

    For JSON the keys of its whole objects, flattened with dots; for delimited formats the header with the fields
    that the reader adds (``date-time``, ``@path``); empty where the head shows none, and for EVTX, whose fields
    are those of its records.
    """
    match format:
        case "ndjson" | "json":
            batches = READERS[format](())([head], Tally())
            rows = (text for batch in batches if batch.json is not None for text in batch.json.to_pylist())
            return flat_keys(text.encode() for text in islice(rows, 1000))
        case "csv" | "tsv":
            for lines in cut_lines([head], Tally()):
                found = read_header(lines, "\t" if format == "tsv" else None, whole=True)
                return tuple(name for name in found[0].names if name) if found else ()
        case "w3c" | "exchange":
            return _directed_names(_text(head), by_commas=format == "exchange")
        case "zeek-tsv":
            return _zeek_names(_text(head))
        case "access":
            return ACCESS_FIELDS
    return ()


def _text(head: bytes) -> bytes:
    return b"".join(utf8_chunks([head], Tally()))


def _first_lines(text: bytes) -> list[bytes]:
    """The first lines that are not blank; one that the head may have cut only if it is alone."""
    whole, _, rest = text.rpartition(b"\n")
    lines = [line.rstrip(b"\r") for line in (whole or rest).split(b"\n") if line.strip()]
    return lines[:_LINES_SEEN] or [rest]


def _as_json(name: str, text: bytes, lines: Sequence[bytes]) -> str:
    objects = [value for line in lines if isinstance(value := _decoded(line), dict)]
    if not _JSON_START.match(text) and not objects:
        return ""
    if _STIX.search(text[:_STIX_BYTES]):
        return "stix"
    if len(objects) * 2 > len(lines):
        lists = {key.lower() for key, value in objects[0].items() if isinstance(value, list)}
        return "json" if lists & CONTAINER_KEYS else "ndjson"
    if not _JSON_START.match(text):
        return ""
    starts = sum(line.lstrip().startswith(b"{") for line in lines)
    by_name = b"\n" not in text and name.lower().endswith((".ndjson", ".jsonl"))
    return "ndjson" if by_name or (starts == len(lines) and len(lines) > 1) else "json"


def _decoded(line: bytes) -> object:
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _as_directed(lines: Sequence[bytes]) -> str:
    if lines[0].startswith((b"#separator", b"#fields\t", b"#set_separator")):
        return "zeek-tsv"
    directives = dict(found for line in lines if (found := directive(line)))
    if "fields" in directives:
        return "exchange" if "," in directives["fields"] else "w3c"
    if "software" not in directives:
        return ""
    return "exchange" if "exchange" in directives["software"].lower() else "w3c"


def _as_syslog(name: str, lines: Sequence[bytes]) -> str:
    by_name = name.lower().endswith((".csv", ".tsv", ".tab"))
    return "syslog" if not by_name and sum(map(is_syslog_line, lines)) * 2 > len(lines) else ""


def _as_delimited(name: str, text: bytes, lines: Sequence[bytes]) -> str:
    header = next((line for line in lines if not line.startswith(b"#")), b"")
    mark = most_frequent_delimiter(header)
    names = split_names(header, mark)
    format = "tsv" if mark == "\t" else "csv"
    by_name = name.lower().endswith((".csv", ".tsv", ".tab"))
    if by_name and max(map(len, names)) <= _NAME_CHARACTERS:
        return format
    plausible = len(set(names)) == len(names) > 1 and all(
        name and len(name) <= _NAME_CHARACTERS and not name.replace(".", "").isdigit() for name in names
    )
    if not plausible:
        return ""
    widths = _widths(text, text.index(header) + len(header), mark)
    return format if widths and widths.count(len(names)) * 2 > len(widths) else ""


def _widths(text: bytes, start: int, mark: str) -> list[int]:
    """How many fields the records behind the header have; one that may be cut only if it is alone."""
    pattern = field_pattern(mark)
    at = text.find(b"\n", start) + 1 or len(text)
    widths: list[int] = []
    while at < len(text) and len(widths) <= _LINES_SEEN:
        found = split_record(pattern, text, at, len(text))
        if found is None:
            break
        if text[at : found[1]].strip():
            widths.append(len(found[0]))
        at = found[1]
    return widths[:-1] or widths


def _directed_names(text: bytes, *, by_commas: bool) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    directives: set[str] = set()
    for line in text.split(b"\n"):
        if not (found := directive(line)):
            continue
        directives.add(found[0])
        if found[0] == "fields":
            seen |= dict.fromkeys(split_names(found[1].encode(), ",") if by_commas else found[1].split())
    if by_commas and not seen and (plain := [line for line in _first_lines(text) if not directive(line)]):
        seen |= dict.fromkeys(split_names(plain[0], ","))
    if not by_commas and "time" in seen and ("date" in seen or "date" in directives):
        seen[DATE_TIME] = None
    return tuple(name for name in seen if name)


def _zeek_names(text: bytes) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    for line in text.decode(errors="replace").split("\n"):
        name, *values = re.split(r"\s", line.rstrip("\r"))
        if name == "#fields":
            seen |= dict.fromkeys(values)
        elif name == "#path":
            seen[PATH] = None
    return tuple(name for name in seen if name)
