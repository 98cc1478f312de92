"""From which moment a clock starts, and whether an incident's moments can all be true."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from tocsin.incidents.incident import Incident, Learned, Moments, Told
from tocsin.incidents.moment import Fidelity, Moment, moment_text
from tocsin.incidents.rules.rule import AFTER, LEARNED, Clock

__all__ = [
    "MOMENT_WORDS",
    "Contradiction",
    "contradictions",
    "events",
    "learned_for",
    "not_covered",
    "trigger",
]

MOMENT_WORDS: Final = {
    "began": "the attack began",
    "detected": "it was noticed",
    "believed": "it could reasonably be believed to be a reportable incident",
    "determined": "it was determined to be reportable",
    "material": "it was determined to be material to investors",
    "aware": "you became aware that it is significant",
    "paid": "the ransom was paid",
    "contained": "the attacker was out",
    "recovered": "things ran again",
    "asked": "the authority asks for more",
    "fixed": "something against the flaw is there",
    "ended": "your work on the incident ended",
}
"""What each moment of :class:`Moments` is, to say after "when"."""

# A flaw may have been mended long before somebody used it.
_NOT_ORDERED: Final = frozenset({"began", "fixed"})
_ORDER: Final = (
    *(("began", each) for each in MOMENT_WORDS if each not in _NOT_ORDERED),
    *(
        ("detected", each)
        for each in ("believed", "determined", "material", "aware", "paid", "asked", "ended")
    ),
    ("contained", "recovered"),
)
_SPAN_S: Final = {
    Fidelity.SECOND: 1,
    Fidelity.MINUTE: 60,
    Fidelity.HOUR: 3_600,
    Fidelity.DAY: 25 * 3_600,
    Fidelity.MONTH: 31 * 24 * 3_600 + 3_600,
    Fidelity.YEAR: 366 * 24 * 3_600,
}


class Contradiction(msgspec.Struct, frozen=True):
    """Moments that cannot both be true: the paths of their fields, and what is wrong in words."""

    fields: tuple[str, ...]
    words: str


def events(
    clock: Clock, incident: Incident, names: Collection[str] = (), known: Collection[str] = ()
) -> list[Moment]:
    """The moments that ``clock`` starts from, the first first; none if nobody knows any.

    Several payments, reports and things that became known each are one. ``names`` and ``known`` are those of
    :func:`learned_for`.
    """
    if clock.starts.startswith(AFTER):
        rule = clock.starts.removeprefix(AFTER)
        found = [each.at for each in incident.told if each.rule == rule]
    elif clock.starts == LEARNED:
        found = [each.at for each in learned_for(incident.learned, names, known)]
    else:
        moment: Moment | None = getattr(incident.moments, clock.starts)
        found = [] if moment is None else [moment]
        if clock.starts == "paid" and incident.ransom is not None:
            found += [each.at for each in incident.ransom.payments if each.at is not None]
    return sorted(found, key=lambda each: each.us)


def trigger(clock: Clock, incident: Incident) -> Moment | None:
    """The moment from which ``clock`` runs, None if it is not known or not there yet.

    Of several reports it is the first. Of a payment the moment that was noted for the clock leads; else it is the
    first of the payments.
    """
    moment: Moment | None = getattr(incident.moments, clock.starts, None)
    return moment or next(iter(events(clock, incident)), None)


def learned_for(learned: Iterable[Learned], names: Collection[str], known: Collection[str]) -> list[Learned]:
    """What of ``learned`` matters to a rule that goes by ``names`` (its id, that of its first report, its family).

    What names no rule of ``known`` matters to all: a slip of the pen must not stop a clock.
    """
    return [each for each in learned if not set(each.rules) & set(known) or set(each.rules) & set(names)]


def not_covered(moment: Moment, sent: Told) -> bool:
    """Whether what happened at ``moment`` may be missing in what was ``sent``: it may have been later than that."""
    return moment.us + _SPAN_S[moment.fidelity] * 1_000_000 > sent.at.us


def contradictions(incident: Incident) -> tuple[Contradiction, ...]:
    """The pairs of moments of which the later is certainly before the earlier; their spans are taken into account."""
    held = incident.moments
    found = [
        Contradiction(
            (f"moments.{first}", f"moments.{later}"),
            f"It says that {MOMENT_WORDS[later]} ({moment_text(after)}) before "
            f"{MOMENT_WORDS[first]} ({moment_text(before)}). One of the two is wrong.",
        )
        for first, later in _ORDER
        if (before := _moment(held, first)) and (after := _moment(held, later)) and _is_before(after, before)
    ]
    payments = incident.ransom.payments if incident.ransom is not None else ()
    known = [each.at for each in payments if each.at is not None]
    paid = held.paid
    if paid is not None and known and all(_is_before(paid, at) or _is_before(at, paid) for at in known):
        found.append(
            Contradiction(
                ("moments.paid", "ransom.payments.at"),
                f"It says that the ransom was paid ({moment_text(paid)}), and each payment is at another time "
                f"({', '.join(map(moment_text, known))}).",
            )
        )
    return tuple(found)


def _moment(held: Moments, name: str) -> Moment | None:
    moment: Moment | None = getattr(held, name)
    return moment


def _is_before(one: Moment, other: Moment) -> bool:
    return one.us + (_SPAN_S[one.fidelity] * 1_000_000) <= other.us
