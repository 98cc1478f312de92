"""From which moment a clock starts, and whether an incident's moments can all be true."""

from __future__ import annotations

from typing import Final

import msgspec

from tocsin.incidents.incident import Incident, Moments
from tocsin.incidents.moment import Fidelity, Moment, moment_text
from tocsin.incidents.rules.rule import AFTER, Clock

__all__ = ["MOMENT_WORDS", "Contradiction", "contradictions", "trigger"]

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
}
"""What each moment of :class:`Moments` is, to say after "when"."""

_ORDER: Final = (
    *(("began", each) for each in MOMENT_WORDS if each != "began"),
    *(("detected", each) for each in ("believed", "determined", "material", "aware", "paid")),
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


def trigger(clock: Clock, incident: Incident) -> Moment | None:
    """The moment from which ``clock`` runs, None if it is not known or not there yet.

    Of several payments it is the first; of several reports, too.
    """
    if clock.starts.startswith(AFTER):
        rule = clock.starts.removeprefix(AFTER)
        return _first([each.at for each in incident.told if each.rule == rule])
    moment: Moment | None = getattr(incident.moments, clock.starts)
    if moment is None and clock.starts == "paid" and incident.ransom is not None:
        return _first([each.at for each in incident.ransom.payments if each.at is not None])
    return moment


def _first(moments: list[Moment]) -> Moment | None:
    return min(moments, key=lambda each: each.us, default=None)


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
