"""The one error tree.

::

    TocsinError            what went wrong, where, what to do
    ├── UsageError         the command's words are off                      exit 2
    ├── BadInput           a file, pattern or setting cannot be read        exit 3
    │   ├── PatternError   a STIX pattern that does not compile (line, column)
    │   ├── MappingError   a mapping file that does not describe a log
    │   ├── NotAVersion    a text that is no version of its scheme
    │   ├── NoOrder        a scheme of versions that has no order, or that is not known
    │   ├── NotARange      a range of versions that cannot be read (column)
    │   ├── NotProven      a signature, proof or opening that does not hold
    │   └── LimitExceeded  input larger, deeper or slower than a named limit allows
    │       └── TooOften   asked for more often than a named limit allows
    ├── SourceUnavailable  a source cannot be reached or opened             exit 4
    ├── NotPermitted       the asker may not do or see this                 exit 5
    ├── NothingToCheck     no evidence, or no warning, was found            exit 6
    └── LogTampered        a node's log is not what that node signed        exit 1
        ├── Forked         two histories of one log
        └── Rewound        a log that has become shorter

Doors turn these into exit codes; nothing below ``cli`` exits.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "BadInput",
    "Forked",
    "LimitExceeded",
    "LogTampered",
    "MappingError",
    "NoOrder",
    "NotARange",
    "NotAVersion",
    "NotPermitted",
    "NotProven",
    "NothingToCheck",
    "PatternError",
    "Place",
    "Rewound",
    "SourceUnavailable",
    "TocsinError",
    "TooOften",
    "UsageError",
]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input something is: a file, and a line and column (1-based) or a JSON path in it."""

    file: str | None = None
    line: int | None = None
    column: int | None = None
    path: str | None = None

    def __str__(self) -> str:
        parts = [self.file] if self.file else []
        if self.line is not None:
            parts.append(str(self.line) if self.file else f"line {self.line}")
        if self.column is not None:
            parts.append(str(self.column) if self.file else f"column {self.column}")
        place = (":" if self.file else ", ").join(parts)
        return f"{place} at {self.path}" if place and self.path else place or (self.path or "")


class TocsinError(Exception):
    """Anything a person can be told and can mend.

    ``what`` is one sentence, ``where`` the place in the input, ``hint`` what to do about it.
    """

    exit_code = 70
    code = "bug"

    def __init__(self, what: str, *, where: Place | None = None, hint: str | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = str(self.where) if self.where else ""
        return f"{place}: {self.what}" if place else self.what


class UsageError(TocsinError):
    """The command's words are off."""

    exit_code = 2
    code = "usage"


class BadInput(TocsinError):
    """A file, pattern or setting cannot be read."""

    exit_code = 3
    code = "bad-input"


class PatternError(BadInput):
    """A STIX pattern does not compile; ``where`` holds its line and column."""

    code = "pattern"


class MappingError(BadInput):
    """A mapping file does not describe a log; ``where.path`` names the key."""

    code = "mapping"


class NotAVersion(BadInput):
    """A text is no version of its scheme."""

    code = "not-a-version"


class NoOrder(BadInput):
    """A scheme of versions has no order, or is not known: no two of its versions can be compared by a key."""

    code = "no-order"


class NotARange(BadInput):
    """A range of versions cannot be read; ``where`` holds the column."""

    code = "not-a-range"


class NotProven(BadInput):
    """A signature, a proof or an opening does not hold; what it was to show is not shown."""

    code = "not-proven"


class LimitExceeded(BadInput):
    """Input is larger, deeper or slower than a limit of :mod:`tocsin.limits` allows."""

    code = "limit"


class TooOften(LimitExceeded):
    """Asked for more often than a limit of :mod:`tocsin.limits` allows; ``wait_s`` seconds later it may be again."""

    code = "too-often"

    def __init__(self, what: str, *, wait_s: int, hint: str | None = None) -> None:
        super().__init__(what, hint=hint)
        self.wait_s = wait_s


class SourceUnavailable(TocsinError):
    """A source cannot be reached or opened."""

    exit_code = 4
    code = "source-unavailable"


class NotPermitted(TocsinError):
    """The asker may not do or see this."""

    exit_code = 5
    code = "not-permitted"


class NothingToCheck(TocsinError):
    """No evidence, or no warning, was found."""

    exit_code = 6
    code = "nothing-to-check"


class LogTampered(TocsinError):
    """A node's log is not what that node signed. Its code is that of a finding, since a watch looks for this."""

    exit_code = 1
    code = "log-tampered"


class Forked(LogTampered):
    """One log has two histories: it was rewritten, or different readers are shown different logs."""

    code = "log-forked"


class Rewound(LogTampered):
    """A log is shorter than it was: what was logged has been taken back."""

    code = "log-rewound"
