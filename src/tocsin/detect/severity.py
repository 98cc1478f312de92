"""How grave a hit is, from what its warning says and what tempers it.

========================================================  =========
the warning                                               severity
========================================================  =========
names a severity (label or property)                      that
is labelled ransomware, wiper or destructive              critical
``malicious-activity``, ``compromised``, ``attribution``,  high
or no type at all with a file hash
anything else, or no type                                 medium
``anomalous-activity``, ``anonymization``                  medium
``benign``, ``unknown``                                   low
========================================================  =========

One step less each: confidence below 30; the value is on a known-good list that says it means nothing; all
hits after the warning's period. (STIX 2.1 indicator-type-ov, section 10.10.)
"""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.detect.result import SEVERITIES, Note, Severity

__all__ = ["severity_of"]

_CRITICAL = ("ransomware", "wiper", "destructive")
_HIGH = frozenset({"malicious-activity", "compromised", "attribution"})
_LOW = frozenset({"benign", "unknown"})
_TEMPERING = frozenset({"known-good", "after-validity"})


def severity_of(
    stated: str, labels: Iterable[str], confidence: int, paths: Iterable[str], notes: Iterable[Note]
) -> Severity:
    """Return the severity of a finding; ``confidence`` is -1 where none is given."""
    names = {label.lower() for label in labels}
    by_hash = any(".hashes." in f".{path}" or ":hashes." in path for path in paths)
    step = _step(stated.lower(), names, by_hash=by_hash)
    step -= 0 <= confidence < 30
    step -= len({note.kind for note in notes} & _TEMPERING)
    return SEVERITIES[max(step, 0)]


def _step(stated: str, names: set[str], *, by_hash: bool) -> int:
    said = [SEVERITIES.index(one) for one in SEVERITIES if one in (stated, *names)]
    if said:
        return max(said)
    if any(word in name for name in names for word in _CRITICAL):
        return 3
    if names & _HIGH:
        return 2
    if names & _LOW:
        return 0
    return 2 if by_hash and not names else 1
