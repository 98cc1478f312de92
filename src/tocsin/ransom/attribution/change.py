"""What would change the conclusion of a statement: as its person says, and what the program sees in it."""

from __future__ import annotations

from tocsin.ransom.attribution.admiralty import NOT_JUDGED, NOT_KNOWN
from tocsin.ransom.attribution.independence import independent
from tocsin.ransom.attribution.statement import Role, Statement, name_key

__all__ = ["weaknesses"]


def weaknesses(statement: Statement) -> tuple[str, ...]:
    """Sentences on what a statement hangs on, from its own words alone; what its person would change comes apart."""
    groups = independent(statement.evidence)
    found = []
    if len(groups) == 1:
        origin = groups[0][0].rests_on or groups[0][0].source
        many = len(statement.evidence)
        told = f"All {many} pieces of evidence rest" if many > 1 else "Its evidence rests"
        found.append(f"{told} on one source ({origin}): if that is wrong, nothing of it is left.")
    if statement.reliability == NOT_KNOWN:
        found.append(
            "How reliable the source is cannot be judged (F): knowing more of the source may change it."
        )
    if statement.credibility == NOT_JUDGED:
        found.append(
            "Whether it is true cannot be judged (6): any information that can be checked may change it."
        )
    own = name_key(statement.named)
    if any(name_key(other) == own for one in statement.evidence for other in one.inconsistent_with):
        found.append(f"Some of its own evidence is said not to go with {statement.named}.")
    if statement.role is Role.HOST_STATE:
        found.append("Being in a state says nothing of that state's direction.")
    return tuple(found)
