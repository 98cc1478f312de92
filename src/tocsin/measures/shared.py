"""What of a posture leaves: of each measure one word, and nothing by what that is known or since when.

It is an object of a type of ours (STIX 2.1 section 7.3, ``new-sdo``), built up from nothing. A measure of which nothing
is said is not in it, nor one that the catalogue which ships does not have: its name would be a person's own words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from typing import Any, Final

from tocsin.errors import BadInput
from tocsin.limits import MEASURES
from tocsin.measures.assessment import State
from tocsin.measures.posture import Posture, PostureLine

__all__ = ["POSTURE_TYPE", "SharedState", "posture_object", "read_shared", "shared_states"]

POSTURE_TYPE: Final = "posture"
"""The type of the object; its ``measures`` say the state of each, by the measure's id."""

_EXTENSION: Final = "extension-definition--8c1f5d0e-2b7a-4f2c-9a38-4f0f1c6d7b52"


class SharedState(Enum):
    """What is said of a measure to a hub. Only the first two are that it is in place."""

    EVIDENCE = "in-place-with-evidence"
    SAID = "in-place"
    PARTLY = "partly"
    ABSENT = "absent"

    @property
    def is_in_place(self) -> bool:
        """Whether the measure is said to be in place, by evidence or by word."""
        return self in {SharedState.EVIDENCE, SharedState.SAID}

    @property
    def words(self) -> str:
        """The state in words."""
        return _WORDS[self]


_WORDS: Final = {
    SharedState.EVIDENCE: "in place, with evidence",
    SharedState.SAID: "in place, by word alone",
    SharedState.PARTLY: "in part",
    SharedState.ABSENT: "not in place",
}


def shared_states(posture: Posture) -> dict[str, SharedState]:
    """What is told of each measure of the posture's catalogue of which something is said."""
    told = ((one.measure, _state(one)) for one in posture.lines)
    return {measure: state for measure, state in told if state is not None}


def _state(line: PostureLine) -> SharedState | None:
    match line.state:
        case State.IN_PLACE:
            return SharedState.EVIDENCE if line.counts else SharedState.SAID
        case State.PARTLY:
            return SharedState.PARTLY
        case State.ABSENT:
            return SharedState.ABSENT
        case State.UNKNOWN:
            return None


def posture_object(
    id: str, states: Mapping[str, SharedState], times: tuple[str, str], marking: str, *, author: str = ""
) -> dict[str, Any]:
    """The object that says the ``states``; with none it takes back what was said.

    ``times`` are created and modified, ``author`` is the id of who says it, "" for nobody.
    """
    return {
        "type": POSTURE_TYPE,
        "spec_version": "2.1",
        "id": id,
        **({"created_by_ref": author} if author else {}),
        "created": times[0],
        "modified": times[1],
        "measures": {measure: states[measure].value for measure in sorted(states)},
        "object_marking_refs": [marking],
        "extensions": {_EXTENSION: {"extension_type": "new-sdo"}},
    }


def read_shared(properties: Mapping[str, Any], known: Collection[str]) -> dict[str, SharedState]:
    """What such an object says of the measures that are ``known`` (ids); of others, and in other words, is left out.

    Raises:
        BadInput: it says nothing of measures, or of too many.
    """
    held = properties.get("measures")
    if not isinstance(held, Mapping) or len(held) > MEASURES:
        raise BadInput("it does not say which measures are in place")
    words = {state.value: state for state in SharedState}
    return {
        measure: words[said]
        for measure, said in held.items()
        if measure in known and isinstance(said, str) and said in words
    }
