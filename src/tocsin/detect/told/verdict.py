"""The answer of a whole check in plain words. Nothing that could not be checked is ever told as clean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tocsin.detect.result import CheckResult
from tocsin.detect.told.hosts import hosts_of
from tocsin.detect.told.unread import nothing_checked, nothing_read, unread_files
from tocsin.model.told.number import number

__all__ = ["Verdict", "verdict_of"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """``kind`` is the answer; ``sentence`` says it; ``rest`` are the sentences that belong beside it."""

    kind: Literal["hit", "cannot_tell", "not_seen"]
    sentence: str
    rest: tuple[str, ...] = ()


def verdict_of(result: CheckResult) -> Verdict:
    """Return what ``result`` comes to.

    *Hit* outranks all; *not seen* is said only if no warning is *cannot tell*, none was left unchecked and
    every file was read.
    """
    totals = result.totals
    unchecked = _unchecked(result)
    if totals.hit or totals.findings:
        where = len({host for finding in result.findings for host in hosts_of(finding)})
        hosts = f" on {number(where, 'host')}" if where else ""
        sentence = f"Hit: {number(totals.hit, 'warning was', 'warnings were')} seen{hosts}."
        if totals.cannot_tell:
            unchecked = (
                f"{totals.cannot_tell:,} of {number(totals.warnings, 'warning')} cannot be told.",
                *unchecked,
            )
        if totals.not_seen:
            unchecked = (*unchecked, f"{number(totals.not_seen, 'warning was', 'warnings were')} not seen.")
        return Verdict("hit", sentence, unchecked)
    if not totals.warnings:
        return Verdict(
            "cannot_tell", "Nothing was checked: there was no warning that can be checked.", unchecked
        )
    if nothing_checked(result):
        cannot = f"{totals.cannot_tell:,} of {number(totals.warnings, 'warning')} cannot be told."
        rest = _not_checked(result) if nothing_read(result) else unchecked
        return Verdict(
            "cannot_tell",
            f"Nothing was checked: {_why_nothing(result)}.",
            (*rest, *((cannot,) if totals.cannot_tell else ())),
        )
    if totals.cannot_tell:
        told = f"{totals.cannot_tell:,} of {number(totals.warnings, 'warning')}"
        seen = (
            (f"{number(totals.not_seen, 'warning was', 'warnings were')} not seen.",)
            if totals.not_seen
            else ()
        )
        return Verdict("cannot_tell", f"Nothing found, but {told} cannot be told.", (*unchecked, *seen))
    if unchecked:
        return Verdict("cannot_tell", "Nothing found, but not everything could be checked.", unchecked)
    read = f"{number(totals.read, 'row')} of {number(totals.files, 'log file')}"
    if totals.warnings == 1:
        return Verdict("not_seen", f"Not seen: the one warning does not occur in the {read}.")
    return Verdict("not_seen", f"Not seen: none of {totals.warnings:,} warnings occurs in the {read}.")


def _why_nothing(result: CheckResult) -> str:
    files = result.totals.files
    if nothing_read(result):
        return (
            f"none of the {files:,} files could be read as a log"
            if files > 1
            else "the one file could not be read as a log"
        )
    return f"no row could be read in {'the one file' if files == 1 else f'any of the {files:,} files'}"


def _unchecked(result: CheckResult) -> tuple[str, ...]:
    totals = result.totals
    partly = ", or not to the end" if any(one.rows for one in unread_files(result)) else ""
    unread = f"{totals.files_unread:,} of {number(totals.files, 'file')} could not be read as a log{partly}."
    return (*((unread,) if totals.files_unread else ()), *_not_checked(result))


def _not_checked(result: CheckResult) -> tuple[str, ...]:
    count = result.totals.warnings_not_checked
    return (f"{number(count, 'warning')} could not be checked at all.",) if count else ()
