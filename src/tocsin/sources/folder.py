"""Which files a folder or a glob names. Links in a folder are not followed, so no walk loops."""

from __future__ import annotations

import fnmatch
import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from tocsin.sources.origin import shown
from tocsin.sources.stream import Unread

__all__ = ["has_magic", "matches", "regular_files", "why_not_regular"]


def regular_files(folder: Path) -> Iterator[Path | Unread]:
    """Yield the regular files under ``folder``, sorted by name folder by folder, and what is left out.

    Hidden files and folders (their name begins with a dot) are counted, the rest is named; the count is last.
    """
    root = os.path.realpath(folder)
    seen: set[tuple[int, int]] = set()
    pending = [folder]
    hidden = 0
    while pending:
        path = pending.pop()
        try:
            status = path.lstat() if path != folder else path.stat()
            kind = stat.S_IFMT(status.st_mode)
            if kind == stat.S_IFREG:
                yield path
                continue
            if kind != stat.S_IFDIR:
                yield Unread(shown(str(path)), _why_left(path, kind, root), by_rule=True)
                continue
            if (identity := (status.st_dev, status.st_ino)) in seen:  # a mount of a folder above it
                yield Unread(shown(str(path)), "a folder that is read already", by_rule=True)
                continue
            seen.add(identity)
            with os.scandir(path) as listing:
                names = sorted((entry.name for entry in listing), key=os.fsencode)
        except OSError as error:
            yield Unread(shown(str(path)), error.strerror or str(error), unopened=True)
            continue
        hidden += sum(name.startswith(".") for name in names)
        pending += [path / name for name in reversed(names) if not name.startswith(".")]
    if hidden:
        reason = "hidden files and folders (their names begin with a dot)"
        yield Unread(shown(str(folder)), reason, hidden, by_rule=True)


_KINDS = {
    stat.S_IFIFO: "a fifo, not a regular file",
    stat.S_IFSOCK: "a socket, not a regular file",
    stat.S_IFCHR: "a device, not a regular file",
    stat.S_IFBLK: "a device, not a regular file",
}


def why_not_regular(mode: int) -> str:
    """Return what a thing of this mode is, that is neither a regular file nor a folder."""
    return _KINDS.get(stat.S_IFMT(mode), "not a regular file")


def _why_left(path: Path, kind: int, root: str) -> str:
    if kind != stat.S_IFLNK:
        return why_not_regular(kind)
    target = os.path.realpath(path)
    where = shown(target)
    if not path.exists():
        return f"a link to {where}, which is not there"
    if target == root or target.startswith(root.rstrip(os.sep) + os.sep):
        return f"a link to {where} in the same folder"
    return f"a link out of the folder, to {where}: name that to have it read"


def has_magic(argument: str) -> bool:
    """Whether ``argument`` holds a character of a glob."""
    return any(one in argument for one in "*?[")


def matches(pattern: str) -> Iterator[Path | Unread]:
    """Yield what the glob ``pattern`` names, sorted, and the folders that could not be looked into.

    ``*``, ``?`` and ``[..]`` stand for a part of one name, ``**`` for any number of folders. Hidden names are
    matched only by a pattern that begins with a dot; ``**`` follows no links.
    """
    parts = Path(pattern).parts
    literal = next(index for index, part in enumerate(parts) if has_magic(part))
    base, wanted = Path(*parts[:literal]), parts[literal:]
    pending = [(base, True, _closure({0}, wanted))]
    while pending:
        path, is_folder, states = pending.pop()
        # What "**" alone matches is looked into, not taken whole, so that each file is named once.
        if path != base and len(wanted) in states and not (is_folder and wanted[-1] == "**"):
            yield path
            continue
        if not is_folder:
            continue
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: os.fsencode(entry.name), reverse=True)
                pending += [
                    (path / entry.name, entry.is_dir(), after)
                    for entry in entries
                    if (after := _step(states, entry, wanted))
                ]
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            yield Unread(shown(str(path)), error.strerror or str(error), unopened=True)


def _step(states: set[int], entry: os.DirEntry[str], wanted: Sequence[str]) -> set[int]:
    """Return how many parts of ``wanted`` may be matched once ``entry`` is passed."""
    after: set[int] = set()
    hidden = entry.name.startswith(".")
    for state in states - {len(wanted)}:
        part = wanted[state]
        if part == "**":
            if not hidden and not (entry.is_symlink() and entry.is_dir()):
                after.add(state)
        elif fnmatch.fnmatchcase(entry.name, part) and (part.startswith(".") or not hidden):
            after.add(state + 1)
    return _closure(after, wanted)


def _closure(states: set[int], wanted: Sequence[str]) -> set[int]:
    """Return ``states`` with those that are reached by letting ``**`` stand for no folder."""
    found = set(states)
    for state in states:
        at = state
        while at < len(wanted) and wanted[at] == "**":
            at += 1
            found.add(at)
    return found
