"""What a person names as evidence: files, folders, globs, and ``-`` for standard input."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from tocsin.sources.folder import has_magic, matches, regular_files, why_not_regular
from tocsin.sources.origin import STDIN_NAME, RegularFile, StandardInput, shown
from tocsin.sources.stream import Stream, Unread
from tocsin.sources.unpack import streams

__all__ = ["find_streams"]

_STDIN = "-"


def find_streams(arguments: Sequence[str], stdin: BinaryIO | None) -> Iterator[Stream | Unread]:
    """Return the streams that ``arguments`` name, in their order, and what is there but not read.

    Names are looked up at once; files are opened one at a time as the result is iterated, and closed again. A
    file named twice is read once. What exists is never taken for a glob. A name that names nothing is told as
    :class:`Unread`, ``unopened``, in its place.
    """
    return _streams([_Argument(argument, stdin) for argument in arguments], stdin)


class _Argument:
    """One argument, looked up."""

    def __init__(self, text: str, stdin: BinaryIO | None) -> None:
        self.text = text
        self.is_glob = False
        self.paths: Sequence[Path | Unread] = ()
        if text == _STDIN:
            if stdin is None:
                self.paths = (Unread(STDIN_NAME, "there is no standard input here", unopened=True),)
            return
        try:
            Path(text).stat()
            self.paths = (
                (Path(text),) if text else (Unread("''", "an empty name names no file", unopened=True),)
            )
        except (OSError, ValueError) as error:
            self.is_glob = isinstance(error, FileNotFoundError | NotADirectoryError) and has_magic(text)
            reason = "no file matches it" if self.is_glob else getattr(error, "strerror", None) or str(error)
            nothing = (Unread(shown(text), reason, unopened=True),)
            self.paths = (list(matches(text)) if self.is_glob else ()) or nothing


def _streams(arguments: Sequence[_Argument], stdin: BinaryIO | None) -> Iterator[Stream | Unread]:
    seen: dict[tuple[int, int] | str, str] = {}
    for argument in arguments:
        if argument.paths:
            for path in argument.paths:
                yield from _named(path, seen, by_rule=argument.is_glob) if isinstance(path, Path) else (path,)
        elif _STDIN in seen:
            yield Unread(STDIN_NAME, "standard input is read once", by_rule=True)
        elif stdin is not None:
            seen[_STDIN] = STDIN_NAME
            yield from streams(STDIN_NAME, StandardInput(stdin))


def _named(path: Path, seen: dict[tuple[int, int] | str, str], *, by_rule: bool) -> Iterator[Stream | Unread]:
    """Yield the streams of a file or folder; ``by_rule``: it was not named in full, so it may be special."""
    name = shown(str(path))
    try:
        mode = path.stat().st_mode
    except OSError as error:
        yield Unread(name, error.strerror or str(error), unopened=True)
        return
    if stat.S_ISREG(mode):
        yield from _file(path, seen)
    elif not stat.S_ISDIR(mode):
        yield Unread(name, why_not_regular(mode), by_rule=by_rule, unopened=not by_rule)
    else:
        for found in regular_files(path):
            yield from _file(found, seen) if isinstance(found, Path) else (found,)


def _file(path: Path, seen: dict[tuple[int, int] | str, str]) -> Iterator[Stream | Unread]:
    name = shown(str(path))
    try:
        status = path.stat()
        # Some file systems number no files; then the resolved path tells them apart.
        identity = (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(path)
        if identity in seen:
            yield Unread(name, f"the same file as {seen[identity]}, which is read once", by_rule=True)
            return
        seen[identity] = name
        yield from streams(name, RegularFile(path, status.st_size), _local_path(path))
    except OSError as error:
        yield Unread(name, error.strerror or str(error), unopened=True)


def _local_path(path: Path) -> Path | None:
    """Return the resolved path, None if it is not UTF-8 and so cannot be told to other readers."""
    resolved = os.path.realpath(path)
    try:
        resolved.encode()
    except UnicodeEncodeError:
        return None
    return Path(resolved)
