"""Which incidents belong together, and by what: the same payment, wallet, indicator, attacker's name, software, steps.

A link says that two incidents have something in common, and never who is behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations, pairwise
from typing import Final

from tocsin.incidents.flow.drawn import ATTACKERS, SOFTWARE, drawn_flaws, drawn_names, drawn_values
from tocsin.incidents.flow.flow import EdgeKind, Flow
from tocsin.incidents.incident import Incident
from tocsin.model.strength import Strength

__all__ = [
    "ENOUGH_OTHERS",
    "FEWEST",
    "RARE_SHARE",
    "SHORTEST",
    "Evidence",
    "Kind",
    "Link",
    "Strength",
    "common_runs",
    "links",
    "plain_wallet",
    "techniques_in_order",
]

SHORTEST: Final = 3
"""So many different techniques make a row: fewer are in every other attack."""
FEWEST: Final = 2
"""So many pieces of rare software make a link: one is lent or sold too often."""
RARE_SHARE: Final = 0.01
"""A row, or a piece of software, is rare if less than this share of all other known attempts holds it."""
ENOUGH_OTHERS: Final = 100
"""Of fewer other attempts nothing can be called rare."""


class Kind(Enum):
    """What two incidents have in common."""

    TRANSACTION = "transaction"
    WALLET = "wallet"
    INDICATOR = "indicator"
    ACTOR = "actor"
    SOFTWARE = "software"
    SEQUENCE = "sequence"
    VULNERABILITY = "vulnerability"


_STRENGTHS: Final = {
    Kind.TRANSACTION: Strength.STRONG,
    Kind.WALLET: Strength.STRONG,
    Kind.INDICATOR: Strength.MEDIUM,
    Kind.ACTOR: Strength.MEDIUM,
    Kind.SOFTWARE: Strength.MEDIUM,
    Kind.SEQUENCE: Strength.MEDIUM,
    Kind.VULNERABILITY: Strength.WEAK,
}
_KINDS: Final = list(Kind)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing in common. ``value`` is it, of a row its techniques in order, of software all of its names.

    ``held`` and ``of`` are set for a row and for software: how many of the other known attempts hold it, of several
    pieces the commonest.
    """

    kind: Kind
    value: str
    held: int | None = None
    of: int | None = None

    @property
    def strength(self) -> Strength:
        """How much it says."""
        return _STRENGTHS[self.kind]


@dataclass(frozen=True, slots=True)
class Link:
    """Two incidents (ids, the smaller first) and what they have in common, the strongest first."""

    first: str
    second: str
    evidence: tuple[Evidence, ...]

    @property
    def strength(self) -> Strength:
        """That of the strongest evidence: weak ones do not add up."""
        return self.evidence[0].strength


def _nobody(_: str) -> str:
    return ""


def links(
    incidents: Sequence[Incident],
    *,
    values: Callable[[str], Collection[str]],
    technique: Callable[[str], str],
    attempts: Sequence[Collection[str]] = (),
    actor: Callable[[str], str] = _nobody,
    software: Callable[[str], str] = _nobody,
    arms: Sequence[Collection[str]] = (),
) -> list[Link]:
    """The links among ``incidents``, each pair once, the strongest first.

    ``values`` gives what an indicator stands for in one spelling: equal values are the same thing; none for what is so
    common that it links nobody. ``technique`` gives the id of a technique as it is today, "" for none that is known.

    ``attempts`` are the techniques of other attacks that are known, without order. A row of steps links two incidents
    if it follows without a gap in both, has ``SHORTEST`` different techniques or more, and less than ``RARE_SHARE`` of
    all other attempts hold it: of those in order the ones that hold it in order, with gaps or without, of the others
    those that hold all of its techniques, so that too many are counted rather than too few. Of several rows the rarest
    is the evidence, of these the longest, then the first in the first incident. With fewer than ``ENOUGH_OTHERS``
    others no row links.

    ``actor`` gives the one name of an attacker that is known by several, "" for a name that nobody knows: the same name
    is what both were told, or say, and no finding. ``software`` does the same for malware and tools, and ``arms`` are
    those (by that name) of other attacks: ``FEWEST`` rare ones link.

    What a flow draws beside its steps counts as what the form says: addresses and hashes as indicators, flaws by their
    CVE ids, attackers and software by their names.
    """
    found: dict[tuple[str, str], list[Evidence]] = {}
    for (kind, value), ids in _held(incidents, values, actor).items():
        for pair in combinations(sorted(ids), 2):
            found.setdefault(pair, []).append(Evidence(kind, value))
    for pair, evidence in (*_rows(incidents, technique, attempts), *_tools(incidents, software, arms)):
        found.setdefault(pair, []).append(evidence)
    made = [Link(*pair, tuple(sorted(evidence, key=_order))) for pair, evidence in found.items()]
    return sorted(made, key=lambda link: (_order(link.evidence[0])[0], link.first, link.second))


def techniques_in_order(flow: Flow, technique: Callable[[str], str]) -> tuple[str, ...]:
    """The techniques of the actions, what comes before what first; none where a flow has no order.

    Of steps that come side by side, or in a circle, the one that was written first is first. A technique that follows
    itself counts once.
    """
    after: dict[str, list[str]] = {node.id: [] for node in flow.nodes}
    before = dict.fromkeys(after, 0)
    for edge in flow.edges:
        if edge.kind is not EdgeKind.ABOUT and edge.source in after and edge.target in after:
            after[edge.source].append(edge.target)
            before[edge.target] += 1
    if not any(after.values()):
        return ()
    order: list[str] = []
    open_ = dict.fromkeys(after)
    while open_:
        ready = next((id for id in open_ if before[id] <= 0), next(iter(open_)))
        del open_[ready]
        order.append(ready)
        for target in after[ready]:
            before[target] -= 1
    ids = {node.id: technique(node.technique) for node in flow.actions if node.technique}
    row: list[str] = []
    for id in order:
        name = ids.get(id, "")
        if name and (not row or row[-1] != name):
            row.append(name)
    return tuple(row)


def common_runs(first: Sequence[str], second: Sequence[str]) -> list[tuple[str, ...]]:
    """The rows without gaps that both hold and that cannot be longer, in the order of their places in ``first``."""
    found: dict[tuple[str, ...], None] = {}
    for at in range(len(first)):
        for to in range(len(second)):
            if at and to and first[at - 1] == second[to - 1]:
                continue
            size = 0
            while (
                at + size < len(first) and to + size < len(second) and first[at + size] == second[to + size]
            ):
                size += 1
            if size:
                found[tuple(first[at : at + size])] = None
    return list(found)


def _holds_row(row: Sequence[str], whole: Iterable[str]) -> bool:
    """Whether ``whole`` holds ``row`` in that order."""
    rest = iter(whole)
    return all(any(one == wanted for one in rest) for wanted in row)


def plain_wallet(text: str) -> str:
    """One spelling of an address or of a transaction's id, where several mean the same.

    Bech32 (BIP 173) and hexadecimal do not tell cases apart; Base58 does.
    """
    text = text.strip()
    lower = text.lower()
    bare = lower.removeprefix("0x")
    is_hexadecimal = len(bare) >= 40 and set(bare) <= set("0123456789abcdef")
    if is_hexadecimal:
        return bare
    return lower if lower.startswith(("bc1", "tb1", "ltc1", "addr1", "bitcoincash:")) else text


def _held(
    incidents: Iterable[Incident],
    values: Callable[[str], Collection[str]],
    actor: Callable[[str], str],
) -> Mapping[tuple[Kind, str], set[str]]:
    """Which incidents hold each thing."""
    found: dict[tuple[Kind, str], set[str]] = {}
    for one in incidents:
        said = (*one.indicators, *drawn_values(one.flow))
        held = [(Kind.INDICATOR, value) for text in said for value in values(text)]
        held += [(Kind.ACTOR, actor(name)) for name in (*one.actors, *drawn_names(one.flow, ATTACKERS))]
        flaws = (*one.vulnerabilities, *drawn_flaws(one.flow))
        held += [(Kind.VULNERABILITY, text.upper()) for text in flaws if text]
        if one.ransom:
            paid = one.ransom.payments
            wallets = [*one.ransom.wallets, *(wallet for each in paid for wallet in each.wallets)]
            held += [(Kind.WALLET, plain_wallet(text)) for text in wallets]
            ids = [text.partition(":")[0] for each in paid for text in each.transactions]
            held += [(Kind.TRANSACTION, plain_wallet(text)) for text in ids]
            held += [(Kind.ACTOR, actor(name)) for name in one.ransom.note_names]
        for thing in held:
            if thing[1]:
                found.setdefault(thing, set()).add(one.id)
    return found


def _rows(
    incidents: Sequence[Incident], technique: Callable[[str], str], attempts: Sequence[Collection[str]]
) -> Iterable[tuple[tuple[str, str], Evidence]]:
    rows = {one.id: techniques_in_order(one.flow, technique) for one in incidents}
    loose = [frozenset(attempt) for attempt in attempts]
    loose += [
        frozenset(technique(node.technique) for node in one.flow.actions)
        for one in incidents
        if not rows[one.id]
    ]
    ordered = {id: row for id, row in sorted(rows.items()) if row}
    others = len(ordered) - 2 + len(loose)
    if others < ENOUGH_OTHERS:
        return
    pairs = {id: set(pairwise(row)) for id, row in ordered.items()}
    for first, second in combinations(ordered, 2):
        if len(pairs[first] & pairs[second]) < SHORTEST - 1:
            continue
        found: list[tuple[int, int, int, tuple[str, ...]]] = []
        for row in common_runs(ordered[first], ordered[second]):
            wanted = set(row)
            if len(wanted) < SHORTEST:
                continue
            held = sum(wanted <= one for one in loose)
            held += sum(_holds_row(row, whole) for id, whole in ordered.items() if id not in {first, second})
            found.append((held, -len(row), len(found), row))
        held, _, _, row = min(found, default=(others, 0, 0, ()))
        if held < RARE_SHARE * others:
            yield (first, second), Evidence(Kind.SEQUENCE, " > ".join(row), held, others)


def _tools(
    incidents: Sequence[Incident], software: Callable[[str], str], arms: Sequence[Collection[str]]
) -> Iterable[tuple[tuple[str, str], Evidence]]:
    held = {one.id: {software(name) for name in _software(one)} - {""} for one in incidents}
    armed = {id: names for id, names in sorted(held.items()) if names}
    others = len(arms) + len(armed) - 2
    if others < ENOUGH_OTHERS:
        return
    counts = Counter(name for names in (*arms, *armed.values()) for name in set(names))
    for first, second in combinations(armed, 2):
        # Of what both hold the two themselves are no others.
        rare = {
            name: counts[name] - 2
            for name in armed[first] & armed[second]
            if counts[name] - 2 < RARE_SHARE * others
        }
        if len(rare) >= FEWEST:
            value = ", ".join(sorted(rare))
            yield (first, second), Evidence(Kind.SOFTWARE, value, max(rare.values()), others)


def _software(one: Incident) -> tuple[str, ...]:
    return (*one.software, *drawn_names(one.flow, SOFTWARE))


def _order(evidence: Evidence) -> tuple[int, str]:
    return _KINDS.index(evidence.kind), evidence.value
