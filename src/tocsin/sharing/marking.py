"""What an object's markings say: TLP, PAP and audience, in the dialects that are met.

Read are TLP 2.0 (OASIS extension and fixed ids), TLP 1.0 (STIX 2.1 section 7.2.1.4), OpenCTI's statements
(``x_opencti_definition``), MISP's tags (``labels``: ``tlp:amber``, ``PAP:RED``) and our audiences. Each can only
make an object stricter: the strictest level counts, and a granular marking counts for the whole object, because
bytes are never edited. What is not understood is no mistake to be lenient about: it may have meant RED.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tocsin.errors import BadInput
from tocsin.model.tlp import FIXED_IDS, TLP_2_EXTENSION, Tlp, parse_tlp, tlp_of_marking
from tocsin.sharing.audience import AUDIENCE_EXTENSION, NOBODY, audience_name, narrowed
from tocsin.sharing.label import NOT_UNDERSTOOD, PAP_LEVELS

__all__ = ["UNMARKED", "Markings", "fixed_level", "read_markings"]

UNMARKED: Final = Tlp.AMBER
"""The level of an object that says none: its author is to say that more may see it."""

_NEUTRAL_EXTENSIONS: Final = frozenset(
    {
        # OpenCTI's own (its id, its names for a type); what it marks stands in x_opencti_definition.
        "extension-definition--ea279b3e-5c71-4632-ac08-831c66a786ba",
        "extension-definition--322b8f77-262a-4cb8-a915-1e441e00329b",
        "extension-definition--f93e2c80-4231-4f9a-af8b-95c9bd566a82",
    }
)
_OPENCTI_IDS: Final = {"marking-definition--826578e1-40ad-459f-bc73-ede076f81f37": Tlp.AMBER_STRICT}
"""OpenCTI's own fixed id for the level that TLP 1.0 lacks; objects come with it without its definition."""

_FIXED: Final = FIXED_IDS | _OPENCTI_IDS

_TAG_LISTS = ("labels", "tags", "x_misp_tags")
_LEVEL = re.compile(r"\b(tlp|pap)[ \t]*:[ \t]*([a-z_]*(?:[ \t]*[+:-][ \t]*[a-z]+)*)", re.IGNORECASE)
_MISP_TAG = re.compile(r'misp:(?:tag|name)\s*=\s*"?(.*?)"?', re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Markings:
    """What the markings of an object come to.

    ``tlp`` is a :class:`~tocsin.model.tlp.Tlp`, or 5 where something is not understood. ``pap`` is clear, green,
    amber or red, None where none is said (one that is not understood counts as red). ``audience`` is empty where
    none is named, and ``NOBODY`` where the audiences that are named have no name in common.
    """

    tlp: int
    pap: str | None = None
    audience: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Found:
    """What was found so far; ``tlp`` -1 is nothing yet."""

    tlp: int = -1
    pap: str = ""
    audiences: tuple[frozenset[str], ...] = ()

    def add(self, other: _Found) -> None:
        self.tlp = max(self.tlp, other.tlp)
        self.pap = max(self.pap, other.pap, key=PAP_LEVELS.index)
        self.audiences += other.audiences


def read_markings(obj: Mapping[str, Any], definitions: Mapping[str, Mapping[str, Any]]) -> Markings:
    """What the markings of ``obj`` come to.

    Args:
        obj: the object's properties.
        definitions: the ``marking-definition`` objects that are known, by id; the fixed ones of TLP need not be.
    """
    found = _Found()
    for ref in _refs(obj):
        found.add(_referred(ref, definitions))
    for text in _tags(obj):
        found.add(_level(text))
    own = _own_audience(obj)
    if own is not None:
        # It names an audience, so that audience alone learns of it; with any object's level that it goes along with.
        found.audiences += own.audiences
        found.tlp = max(found.tlp, Tlp.CLEAR)
    if found.tlp < 0:
        found.tlp = _of_itself(obj)
    return Markings(int(found.tlp), found.pap or None, narrowed(found.audiences))


def _of_itself(obj: Mapping[str, Any]) -> int:
    """The level of an object that has none. TLP's own definitions are the world's, and no secret of anybody."""
    is_tlp = obj.get("type") == "marking-definition" and fixed_level(obj.get("id")) is not None
    return Tlp.CLEAR if is_tlp else UNMARKED


def _own_audience(obj: Mapping[str, Any]) -> _Found | None:
    """What an audience's definition says of itself; None for any other object."""
    held = obj.get("extensions") if obj.get("type") == "marking-definition" else None
    return (
        _audience(held[AUDIENCE_EXTENSION])
        if isinstance(held, Mapping) and AUDIENCE_EXTENSION in held
        else None
    )


def _refs(obj: Mapping[str, Any]) -> Iterator[Any]:
    yield from _listed(obj, "object_marking_refs")
    for granular in _listed(obj, "granular_markings"):
        if not isinstance(granular, Mapping):
            yield None
        elif "marking_ref" in granular or "lang" not in granular:
            # One with "lang" alone says a language (STIX 2.1 section 7.2.3.1).
            yield granular.get("marking_ref")


def _listed(obj: Mapping[str, Any], key: str) -> Iterable[Any]:
    """The list at ``key``; what is there instead of a list is one thing that is not understood."""
    held = obj.get(key, ())
    return held if isinstance(held, (list, tuple)) else (None,)


def _tags(obj: Mapping[str, Any]) -> Iterator[str]:
    for key in _TAG_LISTS:
        held = obj.get(key, ())
        for tag in (held,) if isinstance(held, str) else held if isinstance(held, (list, tuple)) else ():
            name = tag.get("name") if isinstance(tag, Mapping) else tag
            if isinstance(name, str):
                wrapped = _MISP_TAG.fullmatch(name.strip())
                yield (wrapped[1] if wrapped else name).strip()


def _level(tag: str) -> _Found:
    """What a tag says: nothing unless it begins with ``tlp:`` or ``pap:``."""
    scheme, colon, value = tag.partition(":")
    scheme = scheme.strip().lower()
    if not colon or scheme not in {"tlp", "pap"}:
        return _Found()
    return _Found(tlp=_tlp(value)) if scheme == "tlp" else _Found(pap=_pap(value))


def _referred(ref: Any, definitions: Mapping[str, Mapping[str, Any]]) -> _Found:
    fixed = fixed_level(ref)
    if fixed is not None:
        return _Found(tlp=fixed)
    definition = definitions.get(ref) if isinstance(ref, str) else None
    return _defined(definition) if isinstance(definition, Mapping) else _Found(tlp=NOT_UNDERSTOOD)


def fixed_level(ref: Any) -> Tlp | None:
    """The level of a ``marking-definition`` with a fixed id; nobody can define it anew."""
    return _FIXED.get(ref) if isinstance(ref, str) else None


def _defined(definition: Mapping[str, Any]) -> _Found:
    """What a ``marking-definition`` says, all its dialects taken together."""
    found = _Found()
    kinds = 0
    for extension, held in _extensions(definition):
        if extension in _NEUTRAL_EXTENSIONS:
            continue
        kinds += 1
        if extension == TLP_2_EXTENSION:
            label = tlp_of_marking({"extensions": {extension: held}})
            found.add(_Found(tlp=NOT_UNDERSTOOD if label is None else label))
        elif extension == AUDIENCE_EXTENSION:
            found.add(_audience(held))
        else:
            found.add(_Found(tlp=NOT_UNDERSTOOD))
    if "x_opencti_definition_type" in definition or "x_opencti_definition" in definition:
        kinds += 1
        found.add(_opencti(definition))
    if "definition_type" in definition or "definition" in definition:
        kinds += 1
        found.add(_standard(definition))
    return found if kinds else _Found(tlp=NOT_UNDERSTOOD)


def _extensions(definition: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    held = definition.get("extensions", {})
    return held.items() if isinstance(held, Mapping) else (("", held),)


def _audience(held: Any) -> _Found:
    names = held.get("audience") if isinstance(held, Mapping) else None
    if not isinstance(names, (list, tuple)) or not names:
        return _Found(tlp=NOT_UNDERSTOOD)
    understood = set()
    for name in names:
        try:
            understood.add(audience_name(name if isinstance(name, str) else ""))
        except BadInput:
            continue  # A kind of audience that this version does not know: nobody here belongs to it.
    return _Found(audiences=(frozenset(understood) or NOBODY,))


def _opencti(definition: Mapping[str, Any]) -> _Found:
    """OpenCTI writes what STIX 2.1 has no object for as a statement, and says beside it what it means."""
    kind, text = definition.get("x_opencti_definition_type"), definition.get("x_opencti_definition")
    if not isinstance(text, str) or not isinstance(kind, str):
        return _Found(tlp=NOT_UNDERSTOOD)
    folded = kind.strip().lower()
    if folded == "statement":
        return _statement(text)
    if folded in {"tlp", "pap"}:
        value = text.strip()
        return _level(value if value.lower().startswith(f"{folded}:") else f"{folded}:{value}")
    return _Found(tlp=NOT_UNDERSTOOD)


def _standard(definition: Mapping[str, Any]) -> _Found:
    """STIX's own: ``tlp`` and ``statement`` (STIX 2.1 section 7.2.1), and PAP written alike."""
    kind, held = definition.get("definition_type"), definition.get("definition")
    folded = kind.strip().lower() if isinstance(kind, str) else ""
    text = held.get(folded, held.get(folded.upper())) if isinstance(held, Mapping) else None
    if isinstance(text, str):
        if folded == "statement":
            return _statement(text)
        if folded == "tlp":
            return _Found(tlp=_tlp(_value(text, "tlp")))
        if folded == "pap":
            return _Found(pap=_pap(_value(text, "pap")))
    return _Found(tlp=NOT_UNDERSTOOD)


def _value(text: str, scheme: str) -> str:
    folded = text.strip().lower()
    return folded.removeprefix(f"{scheme}:")


def _statement(text: str) -> _Found:
    """A statement restricts nothing by itself, unless it names a level anywhere in its text."""
    found = _Found()
    for scheme, value in _LEVEL.findall(text):
        if scheme.lower() == "tlp":
            found.add(_Found(tlp=_tlp(value)))
        else:
            found.add(_Found(pap=_pap(value)))
    return found


def _tlp(value: str) -> int:
    label = parse_tlp(value)
    return NOT_UNDERSTOOD if label is None else label.value


def _pap(value: str) -> str:
    folded = "".join(value.lower().split())
    if folded == "white":
        return "clear"
    return folded if folded in PAP_LEVELS[1:] else "red"
