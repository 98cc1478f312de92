"""The warnings a person names, read and compiled, from the cache where they are unchanged."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from tocsin.detect.plan import Plan, compile_plan
from tocsin.detect.warning import Warning_, WarningTally
from tocsin.detect.warnings_in import read_warnings
from tocsin.engine.cache import load_plan, plan_key, save_plan
from tocsin.errors import BadInput, LimitExceeded, NothingToCheck, Place, SourceUnavailable, TocsinError
from tocsin.limits import WARNINGS_BYTES
from tocsin.service.progress import Progress
from tocsin.sources.digest import sha256_of
from tocsin.sources.evidence import find_streams
from tocsin.sources.origin import STDIN_NAME
from tocsin.sources.stream import Stream

__all__ = ["read_plan"]

_CANNOT = "cannot be read: "

_PAPERS = frozenset(
    ["authors", "changelog", "contributing", "copying", "licence", "license", "notice", "readme"]
)
_PAPER_SUFFIXES = frozenset(["", ".txt"])
_TEXT_PAGES = frozenset([".markdown", ".md", ".rst"])
_PAPER: Final = "a paper that goes with feeds, not a feed: name it to have it read"


def read_plan(
    against: Sequence[str], cache: Path | None, progress: Progress, stdin: BinaryIO | None = None
) -> tuple[Plan, WarningTally]:
    """Return the plan of all warnings in ``against``, and what became of what was read.

    ``cache`` is the folder for compiled plans, None to neither read nor write it.

    Where there are several files, one that cannot be read is counted as not checked, and the rest go on.

    Raises:
        SourceUnavailable: there is not one file that can be opened.
        BadInput: not one file is a form of warnings, or whole.
        NothingToCheck: there is no warning in any of them.
    """
    progress.stage("reading warnings")
    sources, unread, papers = _sources(against, stdin)
    key = plan_key((source.name, source.sha256(cache)) for source in sources) if cache is not None else ""
    known = load_plan(cache, key) if cache is not None else None
    if known is None:
        tally = WarningTally()
        refused: list[BadInput] = []
        warnings = _warnings(sources, tally, refused)
        plan = compile_plan(_unique(warnings, tally) if len(sources) > 1 else warnings, tally)
        if refused and len(refused) == len(sources):
            raise refused[0]
        if cache is not None:
            # A check is worth more than its cache.
            with contextlib.suppress(OSError):
                save_plan(cache, key, plan, tally)
    else:
        plan, tally = known
    for problem in unread:
        _leave_unread(problem, tally)
    for name in papers:
        tally.seen += 1
        tally.skip(_PAPER, name)
    if plan.warnings.num_rows == 0 and not tally.not_checked:
        raise NothingToCheck(
            f"there is no warning in {', '.join(STDIN_NAME if one == '-' else one for one in against)}",
            hint="Give STIX indicators, or a list of indicators (txt, CSV)."
            + (" A README, a licence or a page of Markdown is read if it is named itself." if papers else ""),
        )
    return plan, tally


@dataclass(slots=True)
class _Source:
    """One file of warnings; what is packed or piped is held in memory once it was read."""

    stream: Stream
    held: bytes | None = None

    @property
    def name(self) -> str:
        return self.stream.name

    def data(self) -> bytes:
        if self.held is None:
            data = bytearray()
            for chunk in self.stream.chunks():
                data += chunk
                if len(data) > WARNINGS_BYTES:
                    raise LimitExceeded(
                        f"the warnings are larger than {WARNINGS_BYTES >> 20} MiB",
                        where=Place(self.name),
                        hint="Split the file.",
                    )
            if self.stream.problem:
                raise BadInput(self.stream.problem, where=Place(self.name))
            self.held = bytes(data)
        return self.held

    def sha256(self, cache: Path) -> str:
        if self.stream.local_path is not None:
            return sha256_of(self.stream.local_path, cache)
        return hashlib.sha256(self.data()).hexdigest()


def _sources(
    against: Sequence[str], stdin: BinaryIO | None
) -> tuple[list[_Source], list[TocsinError], list[str]]:
    """Return the files of warnings, what keeps others from being read, and the names of papers that are no feeds.

    Raises:
        TocsinError: the first of what keeps files from being read, if none can be.
    """
    sources: list[_Source] = []
    unread: list[TocsinError] = []
    papers: list[str] = []
    named = {Path(os.path.realpath(one)) for one in against if "\0" not in one}
    for found in find_streams(against, stdin):
        if isinstance(found, Stream):
            if _is_paper(found.name) and found.local_path not in named and found.name not in against:
                papers.append(found.name)
                continue
            source = _Source(found)
            try:
                if found.local_path is None:
                    source.data()
            except (BadInput, LimitExceeded) as problem:
                unread.append(problem)
            else:
                sources.append(source)
        elif not found.by_rule:
            unread.append(
                SourceUnavailable(
                    f"{_CANNOT}{found.reason}",
                    where=Place(found.name),
                    hint="Check the name and your right to read it.",
                )
            )
    if unread and not sources:
        raise unread[0]
    return sources, unread, papers


def _is_paper(name: str) -> bool:
    """Whether a file is called like what lies beside feeds and tells of them; its links are no indicators."""
    path = PurePosixPath(name.lower())
    return path.suffix in _TEXT_PAGES or (path.stem in _PAPERS and path.suffix in _PAPER_SUFFIXES)


def _warnings(sources: Sequence[_Source], tally: WarningTally, refused: list[BadInput]) -> Iterator[Warning_]:
    """Yield the warnings of all files; into ``refused`` goes why one gives none, or no more."""
    for source in sources:
        # Each warning is compiled before the next is read, so this names the places of both.
        tally.file = source.name if len(sources) > 1 else ""
        try:
            yield from read_warnings(source.name, source.data(), tally)
        except BadInput as problem:
            refused.append(problem)
            _leave_unread(problem, tally)
        source.held = None
    tally.file = ""


def _leave_unread(problem: TocsinError, tally: WarningTally) -> None:
    """Count a file as one thing that was not checked."""
    tally.file = ""  # the place names the file itself
    tally.seen += 1
    reason = problem.what.removeprefix(_CANNOT)
    tally.leave_unchecked(f"the file {_CANNOT}{reason}", str(problem.where or ""))


def _unique(warnings: Iterator[Warning_], tally: WarningTally) -> Iterator[Warning_]:
    """Yield each warning once, though several files hold it."""
    seen: set[tuple[str, str]] = set()
    for warning in warnings:
        key = (warning.id, warning.pattern)
        if key in seen:
            tally.read -= 1
            tally.skip("the same warning in another file", warning.place)
            continue
        seen.add(key)
        yield warning
