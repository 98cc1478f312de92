"""The warnings a person names, read and compiled, from the cache where they are unchanged."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.warning import WarningTally, Warning_
from tocsin.detect.warnings_in import read_warnings
from tocsin.engine.cache import load_plan, plan_key, save_plan
from tocsin.errors import BadInput, NothingToCheck, Place
from tocsin.limits import WARNINGS_BYTES
from tocsin.service.progress import Progress
from tocsin.sources.digest import sha256_of
from tocsin.sources.evidence import Stream, Unread, find_streams

__all__ = ["read_plan"]


def read_plan(against: Sequence[str], cache: Path | None, progress: Progress) -> tuple[Plan, WarningTally]:
    """Return the plan of all warnings in ``against``, and what became of what was read.

    ``cache`` is the folder for compiled plans, None to neither read nor write it.

    Raises:
        SourceUnavailable: a file is not there.
        BadInput: a file is no form of warnings.
        NothingToCheck: there is no warning in any of them.
    """
    progress.stage("reading warnings")
    tally = WarningTally()
    streams = []
    for found in find_streams(against, None if "-" not in against else _stdin()):
        if isinstance(found, Unread):
            raise BadInput(f"{found.name} cannot be read: {found.reason}")
        streams.append(found)
    key = _key(streams, cache)
    known = load_plan(cache, key) if cache is not None and key is not None else None
    if known is None:
        plan = compile_plan(_unique(_warnings(streams, tally), tally), tally)
        if cache is not None and key is not None:
            with contextlib.suppress(OSError):
                save_plan(cache, key, plan, tally)
    else:
        plan, tally = known
    if plan.warnings.num_rows == 0 and not tally.not_checked:
        raise NothingToCheck(
            f"there is no warning in {', '.join(against)}", hint="Give STIX indicators, or a list of indicators (txt, CSV)."
        )
    return plan, tally


def _key(streams: Sequence[Stream], cache: Path | None) -> str | None:
    if cache is None or not all(stream.file_path is not None for stream in streams):
        return None
    memo = cache / "digests.json"
    return plan_key((stream.name, sha256_of(stream.file_path, memo)) for stream in streams if stream.file_path)


def _warnings(streams: Sequence[Stream], tally: WarningTally) -> Iterator[Warning_]:
    for stream in streams:
        data = bytearray()
        for chunk in stream.chunks():
            data += chunk
            if len(data) > WARNINGS_BYTES:
                raise BadInput(
                    f"the warnings are larger than {WARNINGS_BYTES >> 20} MiB", where=Place(stream.name), hint="Split the file."
                )
        if stream.problem:
            raise BadInput(stream.problem, where=Place(stream.name))
        yield from read_warnings(stream.name, bytes(data), tally)


def _unique(warnings: Iterator[Warning_], tally: WarningTally) -> Iterator[Warning_]:
    """Yield each warning once, though several files hold it."""
    seen: set[tuple[str, str]] = set()
    for warning in warnings:
        key = (warning.id, warning.pattern)
        if key in seen:
            tally.read -= 1
            tally.skip("the same warning in another file", f"{warning.source} {warning.place}")
            continue
        seen.add(key)
        yield warning
