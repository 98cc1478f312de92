"""What of an incident leaves: how the attack went and what it did not meet, and nothing that tells whose it was.

Everything is built up from nothing: what this module does not name stays, whatever the form gets in future.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from tocsin.incidents.flow.flow import Edge, Flow, Node, NodeKind, following
from tocsin.incidents.incident import (
    Cause,
    Impact,
    Incident,
    MeasureNote,
    Moments,
    Payment,
    Ransom,
    Victim,
)
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.incidents.stix.names import FORM
from tocsin.incidents.stix.write import event_id, incident_objects
from tocsin.model.sectors import find_sector

__all__ = [
    "ANONYMOUS_PARTS",
    "PARTS",
    "Shared",
    "content",
    "general_name",
    "identifying_words",
    "shared",
    "shared_objects",
    "telling_places",
]

PARTS: Final[Mapping[str, str]] = {
    "name": "the incident's own name",
    "summary": "its summary",
    "descriptions": "what you wrote of steps, causes, measures and impacts",
    "victim": "who was hit: name, country, region, size",
    "contact": "whom to ask",
    "systems": "what was hit",
    "times": "the times as they are known, not months alone",
    "money": "what it cost beyond the ransom; anonymously the ransom's amounts",
    "transactions": "the ids of payments, which leave by name in any case",
    "actors": "the names that somebody gave the attacker",
    "software": "the names of malware and tools",
    "actions": "what was done about it",
    "operators": "where steps are joined by AND or OR",
    "indicators": "its indicators as objects of their own too, which checks of others look for",
}
"""What leaves only if it is asked for, each with a word on it."""

ANONYMOUS_PARTS: Final = frozenset(
    {"summary", "descriptions", "money", "transactions", "actors", "software", "actions", "operators"}
    | {"indicators"}
)
"""Those that an anonymous one may have: the others say who it was or when to the day."""

_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}", re.ASCII)
_TECHNIQUE: Final = re.compile(r"T\d{4}(?:\.\d{3})?", re.ASCII)
_TACTIC: Final = re.compile(r"TA\d{4}|[a-z][a-z-]{2,39}", re.ASCII)
_AMOUNT: Final = re.compile(r"\d{1,24}(?:\.\d{1,18})?", re.ASCII)
_CVE: Final = re.compile(r"CVE-\d{4}-\d{4,}", re.ASCII | re.IGNORECASE)
_IPV4: Final = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])", re.ASCII)
_IPV6: Final = re.compile(r"(?<![\w:])[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*", re.ASCII)
_OPERATORS: Final = (NodeKind.AND, NodeKind.OR)
_LEAST: Final = 3
"""A shorter name is found in every other word, so it is not looked for."""
_VOCABULARY: Final = frozenset(
    {"id", "sectors", "source", "target", "step", "technique", "tactic", "category", "stood", "fidelity"}
    | {"determination", "investigation", "tlp", "vulnerabilities", "amount"}
)


@dataclass(frozen=True, slots=True)
class Shared:
    """What leaves. ``left_out`` says in words what was left out that else would have gone."""

    incident: Incident
    left_out: tuple[str, ...] = ()


def shared(
    incident: Incident,
    id: str,
    *,
    parts: frozenset[str] = frozenset(),
    anonymous: bool = False,
    words: Iterable[str] = (),
) -> Shared:
    """What of ``incident`` leaves, under another ``id``; ``parts`` are those of ``PARTS`` that go besides.

    Of steps the actions go, with the order in which they came; of what lay between them an AND or OR, if it is asked
    for, and a condition never.
    Times are months, and anonymously years. ``words`` are names of the organisation beside those in the form: an
    indicator or an id that holds one is left out, and said.
    """
    return _Sharing(incident, id, parts, (*words, *identifying_words(incident)), anonymous=anonymous).shared()


def identifying_words(incident: Incident) -> tuple[str, ...]:
    """The names in a form that tell whose it is: victim, contact, identifiers, systems."""
    victim, contact = incident.victim, incident.contact
    held = [victim.name, *victim.identifiers.values(), contact.name, contact.email, contact.phone]
    held += [system.name for system in incident.systems]
    held += [payment.payer for payment in incident.ransom.payments] if incident.ransom else []
    return tuple(dict.fromkeys(word.strip() for word in held if len(word.strip()) >= _LEAST))


def telling_places(incident: Incident, words: Iterable[str]) -> list[tuple[str, str]]:
    """Where a text that a person wrote holds one of ``words`` (path, word); words of a vocabulary are not looked at."""
    wanted = [(word, _folded(word)) for word in words if len(word.strip()) >= _LEAST]
    return [
        (path, word)
        for path, text in _texts(msgspec.to_builtins(incident), "$")
        for word, folded in wanted
        if folded in _folded(text)
    ]


def shared_objects(incident: Incident, *, author: str = "") -> list[dict[str, Any]]:
    """The STIX objects of what leaves; when the form was noted is not in it."""
    objects = incident_objects(incident, author=author)
    form = objects[0]["extensions"][FORM]["form"]
    for name in ("created_us", "changed_us"):
        form.pop(name, None)
    return objects


def content(incident: Incident) -> bytes:
    """What an incident that was sent says, without its ids: what a hub made of it says the same."""
    names = {node.id: str(at) for at, node in enumerate(incident.flow.nodes)}
    flow = Flow(
        nodes=tuple(
            msgspec.structs.replace(node, id=names[node.id], rest={}) for node in incident.flow.nodes
        ),
        edges=tuple(
            Edge(names.get(edge.source, ""), names.get(edge.target, ""), edge.kind)
            for edge in incident.flow.edges
        ),
    )
    held = msgspec.structs.replace(
        incident,
        id="",
        flow=flow,
        measures=tuple(
            msgspec.structs.replace(one, step=names.get(one.step, "")) for one in incident.measures
        ),
        causes=tuple(msgspec.structs.replace(one, step=names.get(one.step, "")) for one in incident.causes),
        created_us=0,
        changed_us=0,
        foreign=(),
        rest={},
    )
    return msgspec.json.encode(held)


def general_name(kinds: Iterable[str], sectors: Iterable[str]) -> str:
    """What happened to whom in general words: ``Ransomware in Energy``."""
    known = [find_sector(one) for one in sectors]
    where = " and ".join(one.name for one in known if one)
    what = " and ".join(one.replace("-", " ") for one in kinds) or "incident"
    return what[:1].upper() + what[1:] + (f" in {where}" if where else "")


class _Sharing:
    def __init__(
        self, incident: Incident, id: str, parts: frozenset[str], words: tuple[str, ...], *, anonymous: bool
    ) -> None:
        self.incident = incident
        self.id = id
        self.parts = parts
        self.anonymous = anonymous
        self.words = [_folded(word) for word in words if len(word.strip()) >= _LEAST]
        self.left_out: list[str] = []
        self.steps = {node.id: event_id(id, str(at)) for at, node in enumerate(incident.flow.actions)}
        if "operators" in parts:
            self.steps |= self.operators()

    def shared(self) -> Shared:
        one = self.incident
        kinds = self.plain("kind", one.kinds)
        made = Incident(
            id=self.id,
            name=one.name if "name" in self.parts else general_name(kinds, one.victim.sectors),
            summary=one.summary if "summary" in self.parts else "",
            kinds=kinds,
            determination=one.determination,
            victim=self.victim(),
            moments=self.moments(),
            systems=one.systems if "systems" in self.parts else (),
            impacts=tuple(map(self.impact, one.impacts)),
            flow=self.flow(),
            ransom=self.ransom(one.ransom) if one.ransom else None,
            vulnerabilities=tuple(each.upper() for each in one.vulnerabilities if _CVE.fullmatch(each)),
            indicators=self.indicators(),
            actors=one.actors if "actors" in self.parts else (),
            software=one.software if "software" in self.parts else (),
            measures=tuple(self.measures()),
            causes=tuple(self.causes()),
            actions_taken=one.actions_taken if "actions" in self.parts else (),
            tlp=one.tlp,
        )
        if "contact" in self.parts:
            made = msgspec.structs.replace(made, contact=one.contact)
        return Shared(made, tuple(self.left_out))

    def tells(self, text: str) -> bool:
        folded = _folded(text)
        return any(word in folded for word in self.words)

    def plain(self, what: str, held: Iterable[str]) -> tuple[str, ...]:
        good = []
        for one in held:
            if _WORD.fullmatch(one) and not self.tells(one):
                good.append(one)
            else:
                self.left_out.append(f"the {what} {one[:60]!r}: no plain word, or it names you")
        return tuple(good)

    def word(self, text: str) -> str:
        return text if _WORD.fullmatch(text) and not self.tells(text) else ""

    def amount(self, text: str, *, wanted: bool) -> str:
        return text if wanted and _AMOUNT.fullmatch(text) else ""

    def victim(self) -> Victim:
        held = self.incident.victim
        known = [find_sector(one) for one in held.sectors]
        sectors = tuple(one.id for one in known if one)
        if "victim" in self.parts:
            return msgspec.structs.replace(held, sectors=sectors, identifiers={})
        return Victim(sectors=sectors)

    def moments(self) -> Moments:
        held = self.incident.moments
        names = ["began", "detected"] if self.anonymous else ["began", "detected", "contained", "recovered"]
        return Moments(**{name: self.moment(getattr(held, name)) for name in names})

    def moment(self, held: Moment | None) -> Moment | None:
        if held is None or "times" in self.parts:
            return held
        at = held.local
        year = self.anonymous or held.fidelity is Fidelity.YEAR
        month = datetime(at.year, 1 if year else at.month, 1, tzinfo=UTC)
        return Moment(int(month.timestamp()) * 1_000_000, Fidelity.YEAR if year else Fidelity.MONTH)

    def operators(self) -> dict[str, str]:
        held = [node.id for node in self.incident.flow.nodes if node.kind in _OPERATORS]
        return {id: f"operator-{at}" for at, id in enumerate(held)}

    def flow(self) -> Flow:
        whole = self.incident.flow
        pairs = following(whole, self.steps.keys())
        joined = {id for pair in pairs for id in pair}
        return Flow(
            nodes=tuple(
                self.step(node)
                if node.kind is NodeKind.ACTION
                else Node(id=self.steps[node.id], kind=node.kind)
                for node in whole.nodes
                if node.kind is NodeKind.ACTION or (node.id in self.steps and node.id in joined)
            ),
            edges=tuple(Edge(self.steps[source], self.steps[target]) for source, target in pairs),
        )

    def step(self, node: Node) -> Node:
        return Node(
            id=self.steps[node.id],
            name=node.name if "descriptions" in self.parts else "",
            description=node.description if "descriptions" in self.parts else "",
            technique=node.technique if _TECHNIQUE.fullmatch(node.technique) else "",
            tactic=node.tactic if _TACTIC.fullmatch(node.tactic) else "",
            start=self.moment(node.start),
            end=self.moment(node.end),
            failed=node.failed,
        )

    def impact(self, held: Impact) -> Impact:
        """What suffered and how; without counts, which with the kind of business say who it was."""
        amount = self.amount(held.amount, wanted="money" in self.parts)
        return Impact(
            category=held.category,
            description=held.description if "descriptions" in self.parts else "",
            information=self.word(held.information),
            loss=self.word(held.loss),
            kind=self.word(held.kind),
            amount=amount,
            currency=self.word(held.currency) if amount else "",
        )

    def ransom(self, held: Ransom) -> Ransom:
        money = not self.anonymous or "money" in self.parts
        return Ransom(
            amount=self.amount(held.amount, wanted=money),
            asset=self.word(held.asset),
            wallets=self.plain("wallet", held.wallets),
            note_names=held.note_names if "actors" in self.parts else (),
            payments=tuple(self.payment(each, money=money) for each in held.payments),
        )

    def payment(self, held: Payment, *, money: bool) -> Payment:
        # A chain of blocks is public and has the time of each transaction to the second.
        ids = not self.anonymous or "transactions" in self.parts
        return Payment(
            amount=self.amount(held.amount, wanted=money),
            asset=self.word(held.asset),
            at=self.moment(held.at),
            wallets=self.plain("wallet", held.wallets),
            transactions=self.plain("transaction", held.transactions) if ids else (),
        )

    def indicators(self) -> tuple[str, ...]:
        good = []
        for one in self.incident.indicators:
            if self.tells(one):
                self.left_out.append(f"the indicator {one[:80]}: it names you")
            elif _is_own_address(one):
                self.left_out.append(f"the indicator {one[:80]}: it is an address of a network of one's own")
            else:
                good.append(one)
        return tuple(good)

    def measures(self) -> Iterator[MeasureNote]:
        for one in self.incident.measures:
            if not self.plain("measure", [one.measure]):
                continue
            yield MeasureNote(
                measure=one.measure,
                stood=one.stood,
                step=self.steps.get(one.step, ""),
                evidence=one.evidence if "descriptions" in self.parts else "",
            )

    def causes(self) -> Iterator[Cause]:
        for one in self.incident.causes:
            technique = one.technique if _TECHNIQUE.fullmatch(one.technique) else ""
            measure = self.word(one.measure)
            text = one.text if "descriptions" in self.parts else ""
            if technique or measure or text:
                step = self.steps.get(one.step, "")
                yield Cause(text=text, technique=technique, measure=measure, step=step, weight=one.weight)
            else:
                self.left_out.append("a cause that is said in your own words alone (--with descriptions)")


def _is_own_address(text: str) -> bool:
    """Whether an address stands in it that is of no use to others: private, loopback, link-local."""
    folded = _folded(text)
    for found in (*_IPV4.findall(folded), *_IPV6.findall(folded)):
        try:
            address = ipaddress.ip_address(found)
        except ValueError:
            continue
        if address.is_private and not _is_documentation(address):
            return True
    return False


def _is_documentation(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    blocks = ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    return any(address in ipaddress.ip_network(one) for one in blocks)


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace("[.]", ".").split())


def _texts(held: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(held, str):
        yield path, held
    elif isinstance(held, Mapping):
        for name, one in held.items():
            if name not in _VOCABULARY:
                yield from _texts(one, f"{path}.{name}")
    elif isinstance(held, list | tuple):
        for at, one in enumerate(held):
            yield from _texts(one, f"{path}[{at}]")
