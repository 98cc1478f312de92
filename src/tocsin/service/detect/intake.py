"""Evidence taken in: each stream recognised, given its mapping, and handed to the run."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.detect.mapping_file import MappingFile, choose_mapping, is_settled
from tocsin.detect.normalise import normalise_object
from tocsin.detect.plan import Plan
from tocsin.detect.readers.interface import Batch, Reader, Tally
from tocsin.detect.readers.json_keys import flat_keys
from tocsin.detect.readers.recognise import field_names, recognise_format
from tocsin.detect.readers.registry import READERS
from tocsin.engine.layout import Layout, layout_of
from tocsin.engine.prefetch import ahead
from tocsin.engine.run import Run
from tocsin.engine.stix import TITLE
from tocsin.errors import BadInput
from tocsin.limits import LINE_BYTES, OBSERVED_DATA_BYTES
from tocsin.model.observation import Observation
from tocsin.model.observed import read_observations
from tocsin.service.progress import Progress
from tocsin.sources.stream import HEAD_BYTES, Stream

__all__ = ["FORMATS", "FileReport", "Intake"]

FORMATS = frozenset({*READERS, "parquet", "stix"})
"""The formats that evidence can be read as."""

_ROWS_SEEN = 1000
_LARGE_BYTES = 8 << 20
"""From this size on a stream comes in several pieces and is worth threads, which cost a millisecond or two."""

_LARGE_PACKED_BYTES = 1 << 20
"""The same of what is packed, or in an archive, of which the size when unpacked is not known."""

_UNREAD = {
    "syslog": "it is syslog (RFC 3164, RFC 5424), which Tocsin does not read; export the same events as JSON or CSV, "
    "each value in a field of its own, and describe them in a mapping file (of what systemd collects, "
    "journalctl -o json)",
    "text": "its format was not recognised",
    "binary": "it is no log that can be read",
    "empty": "it is empty",
}


@dataclass(slots=True)
class FileReport:
    """What became of one stream. ``problem`` says why it was not read.

    ``mapped`` are all fields of its mapping, whether the warnings ask for them or not.
    """

    name: str
    bytes: int
    format: str = ""
    mapping: str = ""
    mapped: frozenset[str] = frozenset()
    tally: Tally = field(default_factory=Tally)
    problem: str = ""
    broken: str = ""
    paths: frozenset[str] = frozenset()


class Intake:
    """Hands streams to a run. ``mappings`` are tried in order of fit; ``as_format`` spares recognising the format."""

    def __init__(self, run: Run, plan: Plan, mappings: Sequence[MappingFile], as_format: str | None) -> None:
        self._run = run
        self._plan = plan
        self._mappings = mappings
        self._as_format = as_format
        self._layouts: dict[tuple[str, str], Layout] = {}
        self.reports: list[FileReport] = []

    def refuse(self, name: str, reason: str) -> None:
        """Report evidence that could not be opened."""
        self.reports.append(FileReport(name, 0, problem=reason, broken=reason))

    def take(self, stream: Stream, progress: Progress) -> None:
        """Read one stream into the run; what cannot be read is reported, never raised."""
        report = FileReport(stream.name, max(stream.size, 0))
        number = len(self.reports)
        self.reports.append(report)
        head = stream.head()
        format_ = self._as_format or recognise_format(stream.name, head)
        if format_ in _UNREAD:
            report.broken = _damage(stream, head, format_)
            report.problem = report.broken or _UNREAD[format_]
            return
        report.format = format_
        if format_ == "stix":
            self._take_stix(number, report, stream)
        elif format_ == "parquet":
            self._take_parquet(number, report, stream, progress)
        else:
            self._take_rows(number, report, stream, head, progress)
        report.broken = stream.problem
        if report.broken:
            report.tally.notes.append(report.broken)

    def _layout(self, report: FileReport, fields: Sequence[str]) -> Layout | None:
        mapping = choose_mapping(report.format, fields, self._mappings)
        if mapping is None:
            shown = ", ".join(fields[:8]) + (" ..." if len(fields) > 8 else "")
            report.problem = (
                f"no mapping fits its fields ({shown}); describe them in a mapping file"
                if fields
                else f"it begins like {report.format}, but no row of it can be read"
            )
            return None
        key = (mapping.name, mapping.mapping.origin)
        if key not in self._layouts:
            self._layouts[key] = layout_of(mapping.mapping, self._plan.paths)
        report.mapping = mapping.name
        report.mapped = frozenset(name for column in mapping.mapping.columns for name in column.fields)
        layout = self._layouts[key]
        report.paths = frozenset(bound.path for bound in layout.bound)
        return layout

    def _take_rows(
        self, number: int, report: FileReport, stream: Stream, head: bytes, progress: Progress
    ) -> None:
        if report.format == "evtx":
            self._take_records(number, report, stream, progress)
            return
        fields = field_names(report.format, head)
        if not fields and len(head) == HEAD_BYTES:
            fields = _fields_beyond(report.format, stream)
        layout = self._layout(report, fields)
        if layout is not None:
            batches = _read(READERS[report.format](layout.fields), stream, report.tally)
            self._add(number, report, layout, batches, stream, progress)

    def _take_records(self, number: int, report: FileReport, stream: Stream, progress: Progress) -> None:
        """Read a log whose fields only its records tell, which are decoded once for both."""
        batches = _read(READERS[report.format](()), stream, report.tally)
        first = list(islice(batches, 1))
        # Where no field was asked for, those of the first record are all told as not asked for.
        fields: Collection[str] = report.tally.unmapped
        if not is_settled(report.format, fields, self._mappings):
            fields = _fields_of(first)
        layout = self._layout(report, tuple(fields))
        if layout is None:
            batches.close()
            report.tally = Tally()
            return
        self._add(number, report, layout, chain(first, batches), stream, progress)

    def _add(
        self,
        number: int,
        report: FileReport,
        layout: Layout,
        batches: Iterable[Batch],
        stream: Stream,
        progress: Progress,
    ) -> None:
        for _ in self._run.add_batches(number, layout, batches):
            progress.advance(stream.taken, report.bytes, report.tally.read)

    def _take_parquet(self, number: int, report: FileReport, stream: Stream, progress: Progress) -> None:
        source = stream.local_path or b"".join(stream.chunks())
        try:
            names = pq.read_schema(source if isinstance(source, Path) else pa.BufferReader(source)).names
            layout = self._layout(report, names)
            if layout is not None:
                for rows in self._run.add_parquet(number, layout, source):
                    report.tally.read += rows
                    progress.advance(report.bytes, report.bytes, report.tally.read)
        except BadInput as problem:
            report.problem = problem.what
        except (pa.ArrowException, OSError) as problem:
            report.problem = f"the Parquet file cannot be read: {str(problem).splitlines()[0]}"

    def _take_stix(self, number: int, report: FileReport, stream: Stream) -> None:
        data = bytearray()
        for chunk in stream.chunks():
            data += chunk
            if len(data) > OBSERVED_DATA_BYTES:
                report.problem = f"a STIX file larger than {OBSERVED_DATA_BYTES >> 20} MiB is not read"
                return
        try:
            observations = read_observations(bytes(data), stream.name)
        except BadInput as problem:
            report.problem = str(problem)
            return
        report.mapping = TITLE
        report.tally.read = len(observations)
        report.paths = self._plan.paths
        self._run.add_observations(number, [_normalised(one) for one in observations])


def _read(reader: Reader, stream: Stream, tally: Tally) -> Generator[Batch, None, None]:
    large = _LARGE_PACKED_BYTES if stream.local_path is None else _LARGE_BYTES
    if 0 <= stream.size < large:
        yield from reader(stream.chunks(), tally)
    else:
        yield from ahead(reader(ahead(stream.chunks()), tally))


def _fields_of(batches: Iterable[Batch]) -> tuple[str, ...]:
    """Return the fields of the first of ``batches`` that has rows of JSON."""
    for batch in batches:
        if batch.json is not None and len(batch.json):
            return flat_keys(text.encode() for text in batch.json.slice(0, _ROWS_SEEN).to_pylist())
    return ()


def _fields_beyond(format_: str, stream: Stream) -> tuple[str, ...]:
    """Return the fields of a log whose first rows are longer than the head, or damaged."""
    if not stream.replayable:
        return field_names(format_, stream.head(LINE_BYTES + HEAD_BYTES))
    return _fields_of(READERS[format_](())(stream.chunks(), Tally()))


def _damage(stream: Stream, head: bytes, format_: str) -> str:
    """Say what keeps a stream of no known form from being read, if it is more than its form."""
    if len(head) == HEAD_BYTES:
        return f"its first {HEAD_BYTES >> 10} KiB are blank" if format_ == "empty" else ""
    for _ in stream.chunks():
        pass
    return stream.problem


def _normalised(observation: Observation) -> Observation:
    objects = {key: normalise_object(properties) for key, properties in observation.objects.items()}
    return Observation(
        observation.id, observation.first, observation.last, observation.number, objects, observation.roots
    )
