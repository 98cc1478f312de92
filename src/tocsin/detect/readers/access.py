"""Access logs of Apache and nginx: common and combined log format.

Source: Apache HTTP Server, mod_log_config; nginx, ngx_http_log_module (``combined``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.detect.readers.interface import Batch, Reader, Tally
from tocsin.detect.readers.lines import cut_lines, skip_rows, sound_lines

__all__ = ["ACCESS_FIELDS", "access_reader", "is_access_line"]

ACCESS_FIELDS = (
    "vhost",
    "remote_addr",
    "remote_user",
    "time_local",
    "request",
    "method",
    "path",
    "protocol",
    "status",
    "bytes",
    "referer",
    "user_agent",
)

_QUOTED = r'"(?P<{0}>[^"\\]*(?:\\.[^"\\]*)*)"'
_REQUEST_PARTS = ("method", "path", "protocol")
_PARTS = tuple(name for name in ACCESS_FIELDS if name not in _REQUEST_PARTS)
_REST = (
    r" \[(?P<time_local>[^\]\"]+)\] "
    + _QUOTED.format("request")
    + r" (?P<status>\d{3}|-) (?P<bytes>\d+|-)"
    + rf"(?: {_QUOTED.format('referer')} {_QUOTED.format('user_agent')})?"
    + r"(?:\s.*)?$"
)
_FORMS = (
    r"(?s)^(?P<remote_addr>\S+) \S+ (?P<remote_user>\S+)" + _REST,
    # Apache's vhost_combined: "www.example.org:443 10.0.0.1 - - [..".
    r"(?s)^(?P<vhost>[^\s:]+)(?::\d+)? (?P<remote_addr>[^\s-]\S*) - (?P<remote_user>\S+)" + _REST,
    # A user's name is what a client sends, blanks included.
    r"(?s)^(?P<remote_addr>\S+) \S+ (?P<remote_user>[^\[\"]*)" + _REST,
)
_REQUEST = r"^(?P<method>[A-Za-z_-]+) (?P<path>\S.*?)(?: (?P<protocol>HTTP/[0-9.]+))?$"
_COMBINED = tuple(re.compile(form.removeprefix("(?s)"), re.DOTALL) for form in _FORMS)
_NOT_COMBINED = "not combined log format"


def access_reader(fields: Sequence[str]) -> Reader:
    """A reader of the common and the combined log format; of ``ACCESS_FIELDS`` those asked for.

    A virtual host (and port) before, and anything after the known fields, are tolerated. A request that is
    no HTTP request line has no method, path or protocol. What a line does not have is null.
    """
    asked = [name for name in ACCESS_FIELDS if name in set(fields)]

    def read(chunks: Iterable[bytes], tally: Tally) -> Iterator[Batch]:
        for block in cut_lines(chunks, tally):
            lines = sound_lines(block, tally)
            if not len(lines):
                continue
            parsed, found = _parse(lines.text)
            skip_rows(tally, _NOT_COMBINED, lines.rows[~found])
            rows = lines.rows[found]
            if not len(rows):
                continue
            tally.unmapped |= set(ACCESS_FIELDS) - set(asked) - {"vhost"}
            tally.read += len(rows)
            yield Batch(rows=pa.array(rows), table=_columns(parsed, asked))

    return read


def is_access_line(line: bytes) -> bool:
    """Whether ``line`` is of the common or combined log format."""
    text = line.decode(errors="replace")
    return any(form.match(text) for form in _COMBINED)


def _parse(text: pa.StringArray) -> tuple[dict[str, pa.Array], npt.NDArray[np.bool_]]:
    """The parts of the lines that fit a form, and which those are."""
    found = np.zeros(len(text), np.bool_)
    parts = dict.fromkeys(_PARTS, pa.nulls(len(text), pa.string()))
    for form in _FORMS:
        gaps = pa.array(~found)
        parsed = pc.extract_regex(text.filter(gaps), form)
        names = {field.name for field in parsed.type}
        if not found.any() and parsed.null_count == 0:
            return parts | {name: pc.struct_field(parsed, name) for name in names}, ~found
        for name in names:
            parts[name] = pc.replace_with_mask(parts[name], gaps, pc.struct_field(parsed, name))
        found[~found] = parsed.is_valid().to_numpy(zero_copy_only=False)
        if found.all():
            break
    keep = pa.array(found)
    return {name: column.filter(keep) for name, column in parts.items()}, found


def _columns(parts: dict[str, pa.Array], asked: Sequence[str]) -> pa.RecordBatch:
    columns = dict(parts)
    if any(name in _REQUEST_PARTS for name in asked):
        request = pc.extract_regex(parts["request"], _REQUEST)
        columns |= {name: pc.struct_field(request, name) for name in _REQUEST_PARTS}
    return pa.RecordBatch.from_arrays([_null_if_empty(columns[name]) for name in asked], names=list(asked))


def _null_if_empty(column: pa.Array) -> pa.Array:
    """A group that took no part in a match is an empty string to RE2."""
    return pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
