"""Hosts as a report names them: each once, the worst hit first, as many as there is room for."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import Final

from tocsin.detect.result import Finding
from tocsin.detect.told.ranking import rank
from tocsin.model.told.escape import visible
from tocsin.model.told.wrap import columns

__all__ = ["BETWEEN", "actor_of", "addresses_in", "hit_hosts", "hosts_of", "named", "sensors_of"]

BETWEEN: Final = ", "
"""Stands between the hosts of a finding whose observations lie on several."""

NAMES_SHOWN: Final = 6
NAME_SHOWN: Final = 60
COLUMNS: Final = 160


def hosts_of(finding: Finding) -> tuple[str, ...]:
    """Return the hosts that ``finding`` is on, each once; none where it is not known."""
    return tuple(dict.fromkeys(name for name in finding.where.split(BETWEEN) if name))


def actor_of(finding: Finding) -> str:
    """Return who acted, "" where that is not known or is told already: ``where`` names the same."""
    told = hosts_of(finding)
    return BETWEEN.join(name for name in finding.actor.split(BETWEEN) if name not in told)


def sensors_of(findings: Iterable[Finding]) -> list[str]:
    """Return every sensor that saw one of ``findings``, each once."""
    return sorted({name for finding in findings for name in finding.seen_by})


def addresses_in(hosts: Iterable[str]) -> list[str]:
    """Return those of ``hosts`` that are known by an address alone."""
    return [host for host in hosts if _is_address(host)]


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def hit_hosts(findings: Iterable[Finding]) -> list[str]:
    """Return every host that a finding is on, that of the worst finding first."""
    first: dict[str, tuple[int, str, str]] = {}
    for finding in findings:
        key = rank(finding)
        for name in hosts_of(finding):
            first[name] = min(first.get(name, key), key)
    return sorted(first, key=lambda name: (first[name], name))


def named(names: Sequence[str], room: int = COLUMNS) -> str:
    """Return the first names, at most ``NAMES_SHOWN`` and about ``room`` columns, and how many more there are."""
    shown: list[str] = []
    used = 0
    for name in names[:NAMES_SHOWN]:
        text = visible(name if len(name) <= NAME_SHOWN else f"{name[:NAME_SHOWN]}...")
        used += columns(text) + len(BETWEEN)
        if shown and used > room:
            break
        shown.append(text)
    more = len(names) - len(shown)
    return BETWEEN.join(shown) + (f" and {more:,} more" if more else "")
