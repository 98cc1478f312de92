"""Traffic Light Protocol: who may be told (FIRST TLP 2.0, its OASIS extension; STIX 2.1 section 7.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, Final

__all__ = ["FIXED_IDS", "TLP_2_EXTENSION", "Tlp", "marking_id", "parse_tlp", "tlp_of", "tlp_of_marking"]

TLP_2_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
"""The extension of ``marking-definition`` that says a TLP 2.0 label."""


class Tlp(IntEnum):
    """A TLP 2.0 label; a greater one is stricter."""

    CLEAR = 0
    GREEN = 1
    AMBER = 2
    AMBER_STRICT = 3
    RED = 4

    @property
    def text(self) -> str:
        """``clear``, ``green``, ``amber``, ``amber+strict`` or ``red``."""
        return self.name.lower().replace("_", "+")

    @property
    def label(self) -> str:
        """The label as FIRST writes it: ``TLP:AMBER+STRICT``."""
        return f"TLP:{self.text.upper()}"


_BY_TEXT: Final = {label.text: label for label in Tlp} | {"white": Tlp.CLEAR}

_TLP_2_IDS: Final = {
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": Tlp.CLEAR,
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": Tlp.GREEN,
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": Tlp.AMBER,
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": Tlp.AMBER_STRICT,
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": Tlp.RED,
}
_TLP_1_IDS: Final = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": Tlp.CLEAR,
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": Tlp.GREEN,
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": Tlp.AMBER,
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": Tlp.RED,
}
FIXED_IDS: Final = _TLP_1_IDS | _TLP_2_IDS
"""The labels of the definitions whose ids OASIS fixed, of TLP 1.0 and 2.0."""

_ID_OF: Final = {label: id for id, label in _TLP_2_IDS.items()}


def parse_tlp(text: str) -> Tlp | None:
    """Read a label, with or without ``TLP:``, in any case; TLP 1.0's WHITE is CLEAR. None if it is none."""
    folded = "".join(text.lower().split())
    return _BY_TEXT.get(folded.removeprefix("tlp:").replace("amber-strict", "amber+strict"))


def marking_id(label: Tlp) -> str:
    """The id of the OASIS ``marking-definition`` of a TLP 2.0 label."""
    return _ID_OF[label]


def tlp_of_marking(marking: Mapping[str, Any]) -> Tlp | None:
    """The label that a ``marking-definition`` says, in TLP 1.0 or 2.0 form; None if it says none."""
    extensions = marking.get("extensions")
    extension = extensions.get(TLP_2_EXTENSION) if isinstance(extensions, Mapping) else None
    text = extension.get("tlp_2_0") if isinstance(extension, Mapping) else None
    if text is None and marking.get("definition_type") == "tlp":
        definition = marking.get("definition")
        text = definition.get("tlp") if isinstance(definition, Mapping) else None
    if isinstance(text, str):
        return parse_tlp(text)
    id = marking.get("id")
    return FIXED_IDS.get(id) if isinstance(id, str) else None


def tlp_of(marking_refs: Iterable[str], default: str = "", known: Mapping[str, Tlp] | None = None) -> str:
    """The strictest label that ``marking_refs`` name, as text (``amber+strict``); ``default`` if none does.

    ``known`` adds marking definitions of other ids (see :func:`tlp_of_marking`).
    """
    ids = FIXED_IDS | dict(known) if known else FIXED_IDS
    labels = [ids[ref] for ref in marking_refs if ref in ids]
    return max(labels).text if labels else default
