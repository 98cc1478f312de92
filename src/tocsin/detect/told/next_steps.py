"""What is to be done next by what a check found, for someone who has never had an intruder.

After a hit they are those of NIST SP 800-61 rev. 2 (3.3.1 containment, 3.3.2 evidence, 2.3.4 whom to tell), with the
evidence first, since it is lost first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tocsin.detect.result import CheckResult, Finding, NextStep
from tocsin.detect.told.hosts import addresses_in, hit_hosts, named, sensors_of
from tocsin.detect.told.unread import BRING, READABLE, nothing_checked, nothing_read, unread_files
from tocsin.detect.told.verdict import verdict_of
from tocsin.model.told.number import number

__all__ = ["hit_steps", "next_steps"]

_ROOM: Final = 90
"""Columns for the names of machines within a sentence."""

_SAVE: Final = NextStep(
    do="Save the logs",
    how="that were read, with this answer, on a medium that is then kept offline. Logs are overwritten in days.",
)
_CALL: Final = NextStep(
    do="Call",
    how="whoever handles security incidents for you, inside or by contract, by telephone: the intruder may read your "
    "mail. In the United States, report to CISA (www.cisa.gov/report).",
)
_CONFIRM: Final = NextStep(
    do="Have each finding confirmed",
    how="by looking at the row that is named. A hit is a strong sign, not yet proof.",
)
_NOTHING: Final = (
    NextStep(
        do="Nothing is to be done now.",
        how="The logs hold everything that these warnings need, and none of them occurs.",
    ),
    NextStep(do="Keep the logs", how="for as long as you can: the next warning may speak of the past year."),
    NextStep(do="Check again", how="when new warnings come."),
)


def next_steps(result: CheckResult) -> tuple[NextStep, ...]:
    """What to do by all of ``result``: after a hit, after *not seen*, or after an answer that is no all-clear."""
    if result.findings:
        return hit_steps(result.findings)
    if verdict_of(result).kind == "not_seen":
        return _NOTHING
    return tuple(_untold(result))


def hit_steps(findings: Sequence[Finding]) -> tuple[NextStep, ...]:
    """What to do about ``findings``, of which there is at least one."""
    hosts, sensors = hit_hosts(findings), sensors_of(findings)
    found = [_leave(hosts)]
    if addresses := addresses_in(hosts):
        found.append(_find(addresses))
    return (*found, _take_off(sensors), _SAVE, _CALL, _CONFIRM)


def _leave(hosts: Sequence[str]) -> NextStep:
    machines = named(hosts) if hosts else "the machines concerned"
    return NextStep(
        do="Leave it as it is.",
        how=f"Do not switch off, clean or reinstall {machines}: what their memory and logs hold is evidence. Write "
        "down who does what, and when.",
    )


def _find(addresses: Sequence[str]) -> NextStep:
    machines, them = (
        ("machine with the address", "it") if len(addresses) == 1 else ("machines with the addresses", "them")
    )
    return NextStep(
        do=f"Find the {machines} {named(addresses, _ROOM)}.",
        how=f"The logs name no more of {them}. Ask the DHCP server or the switch who had the address at the time of "
        "the finding; if that is a router or a proxy, look in its log for the machine behind it.",
    )


def _take_off(sensors: Sequence[str]) -> NextStep:
    they = "it is: it" if len(sensors) == 1 else "they are: they"
    but = f" Leave {named(sensors, _ROOM)} where {they} only saw them." if sensors else ""
    return NextStep(
        do="Take them off the network",
        how="at the cable or the switch port. Where a machine helps to run the plant, first ask the shift lead whether "
        "that is safe, and never stop a process for this answer alone. Where a proxy only passed it on, the machine "
        f"meant is the one behind the address that is named with it.{but}",
    )


def _untold(result: CheckResult) -> Iterator[NextStep]:
    warnings = result.totals.warnings
    nothing = nothing_read(result)
    some = warnings and not nothing_checked(result)
    what = "A part could not be checked." if some else "Nothing was checked."
    yield NextStep(do="Do not take this for an all-clear.", how=what)
    if not warnings:
        yield NextStep(
            do="Get warnings that can be checked.", how="STIX indicators, or a list of indicators."
        )
    if nothing:
        yield NextStep(do="Bring logs that can be read.", how=f"{READABLE} {BRING}")
    elif result.totals.cannot_tell:
        yield NextStep(
            do="Get what is missing.",
            how="Start with what stands first: it lets most warnings be told.",
            see="gaps",
        )
    if unread_files(result):
        unread = f"{result.totals.files_unread:,} of {number(result.totals.files, 'file')}"
        yield NextStep(do=f"Look why {'each' if nothing else unread} could not be read.", see="unread")
    yield NextStep(do="Then check again.", how="Keep the logs until then.")
