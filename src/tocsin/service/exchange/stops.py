"""What is stopped at publication, by whichever way it is published."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.model.stix import StixObject
from tocsin.service.exchange.intake import Refused
from tocsin.service.exchange.known_good import known_good_stop
from tocsin.service.exchange.patterns import pattern_stop

__all__ = ["publication_stops"]


def publication_stops(
    objects: Sequence[StixObject], known_good: str
) -> tuple[list[StixObject], list[Refused], tuple[str, ...]]:
    """Of ``objects`` those that may be published, those that are refused, and what a person is told of the rest.

    ``known_good`` is ``block``, ``inform`` or ``off``.
    """
    checked, broken, unchecked = pattern_stop(objects)
    passed, harmless, notes = known_good_stop(checked, known_good)
    return passed, [*broken, *harmless], (*unchecked, *notes)
