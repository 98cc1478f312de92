"""Where a result goes: stdout, or a file that is either whole or not there."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from tocsin.errors import NotPermitted, Place, SourceUnavailable, UsageError

__all__ = ["STDOUT", "check_target", "keep_inputs", "use_color", "write_output"]

STDOUT = "-"


def check_target(target: str) -> None:
    """Refuse, before a long check, a target that cannot be written after it.

    Raises:
        UsageError: the target is a folder, or its folder is not there.
    """
    path = Path(target)
    if target == STDOUT:
        return
    if path.is_dir():
        raise UsageError("the output is a folder", where=Place(file=target), hint="Name a file in it.")
    if not path.parent.is_dir():
        raise UsageError(
            "the folder of the output is not there",
            where=Place(file=str(path.parent)),
            hint="Create it first.",
        )


def keep_inputs(targets: Iterable[str], inputs: Iterable[str]) -> None:
    """Refuse to write over what is read: a log that was overwritten is lost as evidence.

    ``inputs`` are files, folders and globs, as typed.

    Raises:
        UsageError: a target is there already, as an input or in a folder that is one, or is named twice.
    """
    written: set[Path] = set()
    names = [name for name in inputs if name != STDOUT]
    for target in targets:
        if target == STDOUT:
            continue
        path = Path(target).resolve()
        if path in written:
            raise UsageError(
                "two outputs go to one file", where=Place(file=target), hint="Name a file for each."
            )
        written.add(path)
        if path.is_file() and any(_holds(name, path) for name in names):
            raise UsageError(
                "the output would overwrite a file that is to be read",
                where=Place(file=target),
                hint="Name a file outside of the evidence and the warnings.",
            )


def _holds(name: str, path: Path) -> bool:
    """Whether an input is the file ``path``, or a folder with it inside."""
    from tocsin.sources.folder import has_magic, matches

    try:
        there = matches(name) if has_magic(name) and not Path(name).exists() else (Path(name),)
        return any(
            path.is_relative_to(one.resolve()) if one.is_dir() else one.samefile(path)
            for one in there
            if isinstance(one, Path) and one.exists()
        )
    except (OSError, ValueError):
        # What cannot be looked at is told where it is read.
        return False


def write_output(chunks: Iterable[str], target: str = STDOUT) -> None:
    """Write ``chunks`` (a text is one too) as UTF-8 to the file ``target``, or to stdout for ``-``.

    A file is written beside its place and then moved there, so that a reader sees the old one or the new
    one, whole. A reader of stdout that goes away early has had enough: that is no error.

    Raises:
        NotPermitted: the file may not be written.
        SourceUnavailable: the file cannot be written for another reason (no space).
    """
    if target == STDOUT:
        _write_stdout(_encoded(chunks))
        return
    try:
        _write_file(_encoded(chunks), Path(target))
    except PermissionError as error:
        raise NotPermitted("the output may not be written", where=Place(file=target)) from error
    except OSError as error:
        raise SourceUnavailable(
            f"the output cannot be written: {error.strerror}", where=Place(file=target)
        ) from error


def _encoded(chunks: Iterable[str]) -> Iterable[bytes]:
    # A name that is no UTF-8 comes as lone surrogates, and is shown rather than refused.
    return (
        chunk.encode("utf-8", "backslashreplace")
        for chunk in ([chunks] if isinstance(chunks, str) else chunks)
    )


def _write_stdout(chunks: Iterable[bytes]) -> None:
    try:
        sys.stdout.flush()
        for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # The exit code is the answer, and stays; Python would complain when it flushes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _write_file(chunks: Iterable[bytes], path: Path) -> None:
    path = path.resolve()
    if path.exists() and not path.is_file():  # a device or a pipe has no place to be moved to
        with path.open("wb") as device:
            device.writelines(chunks)
        return
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("xb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def use_color(setting: str, target: str = STDOUT) -> bool:
    """Return whether what a person reads is coloured: as set, else only on a terminal without NO_COLOR."""
    if setting != "auto":
        return setting == "always"
    return (
        target == STDOUT
        and sys.stdout.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )
