"""The files of a check that were not read: told by reason, with what is read and what to do."""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.detect.result import CheckResult, EvidenceFile

__all__ = [
    "BRING",
    "READABLE",
    "Unread",
    "nothing_checked",
    "nothing_read",
    "unread_by_reason",
    "unread_files",
]

READABLE = (
    "Read are: Windows event logs and Sysmon (EVTX, JSON), Zeek, IIS, Exchange, Apache and nginx access logs, Elastic "
    "Common Schema (JSON), STIX observations, and tables of events (CSV, JSON lines, Parquet); packed or not. Syslog "
    "and other free text are not."
)
"""What is read, for someone who named what is not; a test holds it to the mappings that ship."""

BRING = (
    "Name logs of these kinds (--as FORMAT if one was not recognised), or export the same events as CSV or JSON lines "
    "and say with --mapping what their columns mean. Of the systemd journal: journalctl -o json, with the mapping in "
    "docs/how-to/read-syslog.md."
)


@dataclass(frozen=True, slots=True)
class Unread:
    """Files that were not read for one reason, in the order in which they were found."""

    reason: str
    files: tuple[str, ...]


def unread_files(result: CheckResult) -> list[EvidenceFile]:
    """Return the files that were not read, or not to their end."""
    return [one for one in result.evidence if not one.format or one.problem]


def unread_by_reason(result: CheckResult) -> list[Unread]:
    """Group the unread files by why they were not, those of most files first."""
    held: dict[str, list[str]] = {}
    for one in unread_files(result):
        held.setdefault(one.problem or "its format was not recognised", []).append(one.file)
    groups = [Unread(reason, tuple(files)) for reason, files in held.items()]
    return sorted(groups, key=lambda group: -len(group.files))


def nothing_read(result: CheckResult) -> bool:
    """Tell whether there were files and none could be read as a log."""
    totals = result.totals
    return 0 < totals.files == totals.files_unread and not totals.rows


def nothing_checked(result: CheckResult) -> bool:
    """Tell whether there were files and no row of any could be read: no log, an empty one, or one of faulty rows."""
    return result.totals.files > 0 and not result.totals.read
