"""What has to be known of an organisation to say which rules are for it: facts, each yes, no or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Annotated

import msgspec

__all__ = ["Answer", "Fact", "FactId", "Profile", "RuleId", "SourceId", "Words"]

Words = Annotated[str, msgspec.Meta(min_length=1)]
FactId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
RuleId = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,63}$")]
SourceId = RuleId


class Answer(Enum):
    """Yes, no, or nobody said so far. Unknown is never taken for no."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact about an organisation: the question that a person can answer, and where to look it up."""

    id: FactId
    question: Words
    help: str = ""
    source: SourceId


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """An organisation. ``facts`` are the answers by the id of the fact; what is not there is unknown.

    ``country`` is where its supervisor sits (ISO 3166-1, two letters, "" if unknown); ``zone`` is the IANA name of
    its clock, for moments that do not say theirs.
    """

    facts: Mapping[str, Answer] = {}
    country: str = ""
    zone: str = ""

    def says(self, fact: str) -> Answer:
        """What it says of ``fact``."""
        return self.facts.get(fact, Answer.UNKNOWN)
