"""What is stopped at publication: indicators whose pattern nobody could check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern_values import is_plainest
from tocsin.errors import PatternError
from tocsin.model.stix import StixObject
from tocsin.model.stix_check import version_of
from tocsin.service.exchange.intake import Refused

__all__ = ["pattern_stop"]


def pattern_stop(objects: Sequence[StixObject]) -> tuple[list[StixObject], list[Refused], tuple[str, ...]]:
    """Of ``objects`` those that may be published, those whose STIX pattern does not compile, and what is told.

    Indicators in another language go through, and a person is told how many: Tocsin does not check them. What is
    withdrawn goes through too, since a faulty one may be what is withdrawn.
    """
    passed, refused = [], []
    unchecked: Counter[str] = Counter()
    for one in objects:
        pattern = one.properties.get("pattern") if one.type == "indicator" else None
        # What else is wrong with an object is told where it is taken in.
        if isinstance(pattern, str) and pattern and one.properties.get("revoked") is not True:
            kind = one.properties.get("pattern_type", "stix")
            if kind != "stix":
                unchecked[str(kind)[:40]] += 1
            else:
                version = "2.1" if one.spec_version == "2.1" else "2.0"
                try:
                    if not is_plainest(pattern, version):
                        parse_pattern(pattern, version)
                except PatternError as problem:
                    why = f"its pattern does not compile: {problem}"
                    refused.append(Refused(one.id, version_of(one), why))
                    continue
        passed.append(one)
    notes = tuple(
        f"{count:,} {'is' if count == 1 else 'are'} in the language {kind!r}, which Tocsin does not check"
        for kind, count in sorted(unchecked.items())
    )
    return passed, refused, notes
