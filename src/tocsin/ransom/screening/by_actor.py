"""Screening by who is behind a name, by the table of actors: a name that a label, or a ransom note, gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal

from tocsin.model.told.number import number
from tocsin.ransom.clusters.cluster import Step
from tocsin.ransom.labels.family import name_key
from tocsin.ransom.labels.label import Label
from tocsin.ransom.sanctions.party import OFAC_SDN, Party
from tocsin.ransom.screening.alias_table import AliasTable, Named, Suggestion
from tocsin.ransom.screening.known_ransom import KnownRansom
from tocsin.ransom.screening.screening import Match, MatchClass, Verdict

__all__ = ["ActorScreening", "NameScreened"]

_RANSOMWARE: Final = "ransomware"
_IS: Final = {"developer": "made by", "operator": "operated by", "affiliate": "used by"}
_SAME_NAME: Final = (
    "a listed party has this very name, as its own or as an alias; another may have the same name"
)


@dataclass(frozen=True, slots=True)
class NameScreened:
    """A name of a ransom note, of a ``kind``, and what it leads to.

    ``suggestions`` are names that are like one that leads nowhere; they are no match.
    """

    given: str
    kind: Literal["family", "actor"]
    verdict: Verdict
    matches: tuple[Match, ...]
    why: str = ""
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(slots=True)
class _Led:
    """What led to one line of the table: labels, and the steps to the addresses that have them."""

    named: Named
    labels: list[Label] = field(default_factory=list)
    steps: dict[Step, None] = field(default_factory=dict)
    through: dict[str, None] = field(default_factory=dict)


class ActorScreening:
    """A table of actors and the parties of one version of OFAC's list, whose numbers the table gives."""

    def __init__(self, table: AliasTable, parties: Iterable[Party]) -> None:
        self._table = table
        self._parties = {one.id: one for one in parties}

    def of_labels(
        self,
        address: str,
        labels: Mapping[str, Sequence[Label]],
        steps: Callable[[str, str], Sequence[Step]],
    ) -> tuple[Match, ...]:
        """The listed parties to which labels lead: those of ``address`` and of others of its cluster, by address.

        A label of ransomware names a family, one that is of no service may name an actor.
        """
        led: dict[tuple[str, str], _Led] = {}
        for text, some in labels.items():
            for label in some:
                for named in self._named(label):
                    key = (named.family.name if named.family else "", named.actor.name)
                    one = led.setdefault(key, _Led(named))
                    one.labels.append(label)
                    if text != address:
                        one.through[text] = None
                        one.steps.update(dict.fromkeys(steps(address, text)))
        return tuple(match for one in led.values() for match in self._matched(one))

    def of_name(self, said: str, kind: Literal["family", "actor"]) -> NameScreened:
        """What ``said`` leads to: by the table, as a family or as an actor, and to parties that have this very name.

        Where it leads nowhere, names that are like it.
        """
        found = self._found(said, kind)
        matches = self._led_by(said, found)
        if matches:
            return NameScreened(said, kind, Verdict.LINKED, matches)
        if found:
            names = ", ".join(dict.fromkeys(one.actor.name for one in found))
            why = f"it leads to {names}, and the list of that day names nobody of it"
            return NameScreened(said, kind, Verdict.NO_MATCH_FOUND, (), why)
        why = (
            "no party is called exactly so, and the name is not in the table of actors; names that are like it are no "
            "match"
        )
        listed = [(name, one.id) for one in self._parties.values() for name in (one.name, *one.aliases)]
        return NameScreened(
            said, kind, Verdict.NO_MATCH_FOUND, (), why, self._table.suggestions(said, listed)
        )

    def of_either(self, said: str) -> tuple[Match, ...]:
        """What a name leads to that is a family's or an actor's, it is not said which; without what is like it."""
        families = self._found(said, "family")
        told = {one.actor.name for one in families}
        actors = [one for one in self._found(said, "actor") if one.actor.name not in told]
        return self._led_by(said, (*families, *actors))

    def of_ransoms(self, ransoms: Sequence[KnownRansom]) -> tuple[Match, ...]:
        """What the names lead to that incidents give the attacker and the malware, each once."""
        said: dict[tuple[str, bool], list[KnownRansom]] = {}
        for one in ransoms:
            for name in one.names:
                said.setdefault((name, False), []).append(one)
            for name in one.families:
                said.setdefault((name, True), []).append(one)
        found = []
        for (name, is_family), by in said.items():
            matches = self._led_by(name, self._found(name, "family")) if is_family else self.of_either(name)
            more = f" and {number(len(by) - 1, 'other incident')}" if len(by) > 1 else ""
            words = f"{by[0].told}{more} {'name' if more else 'names'} {name!r}; "
            found += [replace(one, proof=words + one.proof, ransom=by[0]) for one in matches]
        return tuple(found)

    def _found(self, said: str, kind: Literal["family", "actor"]) -> tuple[Named, ...]:
        return self._table.families_in(said) if kind == "family" else self._table.actors_in(said)

    def _led_by(self, said: str, found: Sequence[Named]) -> tuple[Match, ...]:
        matches = tuple(match for one in found for match in self._matched(_Led(one)))
        told = {party.id for match in matches for party in match.parties}
        called = tuple(one for one in self._called.get(name_key(said), ()) if one.id not in told)
        if called:
            matches = (*matches, Match(MatchClass.LISTED_NAME, called, _SAME_NAME, list=OFAC_SDN))
        return matches

    @cached_property
    def _called(self) -> Mapping[str, Sequence[Party]]:
        called: dict[str, list[Party]] = {}
        for party in self._parties.values():
            for key in dict.fromkeys(map(name_key, (party.name, *party.aliases))):
                if key:
                    called.setdefault(key, []).append(party)
        return called

    def _named(self, label: Label) -> Iterable[Named]:
        if label.is_service:
            return
        is_ransomware = _RANSOMWARE in (label.abuse, *label.concepts)
        families = self._table.families_in(label.label) if is_ransomware else ()
        yield from families
        # A family and its actor may have one name.
        told = {one.actor.name for one in families}
        actors = (*self._table.actors_in(label.label), *self._table.actors_in(label.actor))
        yield from (one for one in actors if one.actor.name not in told)

    def _matched(self, one: _Led) -> Iterable[Match]:
        held = [(party, self._parties.get(party.id)) for party in one.named.actor.party]
        parties = tuple(listed for _, listed in held if listed is not None)
        if not parties:
            return
        relations = ", ".join(dict.fromkeys(party.relation for party, listed in held if listed is not None))
        family = one.named.family
        line = (
            f"{family.name} is {_IS[family.relation]} {one.named.actor.name} (since {family.since})"
            if family
            else f"{one.named.name} is {one.named.actor.name}"
        )
        note = f"; {family.note}" if family and family.note else ""
        yield Match(
            MatchClass.ACTOR,
            parties,
            f"{_said(one)}{line}; listed: {relations}{note}",
            list=OFAC_SDN,
            steps=tuple(one.steps),
            labels=tuple(one.labels),
            named=one.named,
        )


def _said(one: _Led) -> str:
    """Who says what of which address; "" for a name that was given."""
    if not one.labels:
        return ""
    said = ", ".join(
        dict.fromkeys(f"{label.label!r} by {label.pack} ({label.source})" for label in one.labels)
    )
    through = f", of an address of its cluster ({', '.join(one.through)})" if one.through else ""
    return f"labelled {said}{through}; "
