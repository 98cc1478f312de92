"""A dossier: the sections of claims, what would change them, what is not known, and what it was made from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tocsin.model.told.number import number
from tocsin.ransom.attribution.statement import Role
from tocsin.ransom.btc import btc, btc_range
from tocsin.ransom.dossier.attributed import SideBySide, said_changes, said_claim, side_by_side
from tocsin.ransom.dossier.claim import Claim, Proof
from tocsin.ransom.dossier.clustered import cluster_changes, cluster_claims, cluster_unknown
from tocsin.ransom.dossier.linked import link_changes, link_claims
from tocsin.ransom.dossier.parts import Given, Paid, TracePart
from tocsin.ransom.dossier.screened import (
    VERDICT_WORDS,
    packs_of,
    screening_changes,
    screening_claims,
    screening_unknown,
)
from tocsin.ransom.dossier.traced import asked_words, last_seen, trace_changes, trace_claims, trace_unknown
from tocsin.ransom.screening.next_steps import NOT_ADVICE
from tocsin.ransom.screening.screening import Verdict

__all__ = ["Dossier", "Input", "Section", "dossier_of"]


@dataclass(frozen=True, slots=True)
class Section:
    """Claims under one heading; ``id`` is a word. ``trace`` or ``beside`` is what they are about."""

    id: str
    title: str
    claims: tuple[Claim, ...]
    trace: TracePart | None = None
    beside: SideBySide | None = None


@dataclass(frozen=True, slots=True)
class Input:
    """Something that it was made from, and the hash by which that is known, "" where each part has its own."""

    words: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is told. ``changes`` are (of what, sentences); ``given`` is what it was made from, whole."""

    given: Given
    sections: tuple[Section, ...]
    changes: tuple[tuple[str, tuple[str, ...]], ...]
    unknown: tuple[str, ...]
    inputs: tuple[Input, ...]
    note: str = NOT_ADVICE

    @property
    def verdict(self) -> Verdict | None:
        """The gravest of the screening; None where nothing was screened."""
        part = self.given.screening
        order = list(Verdict)
        verdicts = [one.verdict for one in part.asked] if part else []
        return min(verdicts, key=order.index, default=None)

    @property
    def summary(self) -> tuple[str, ...]:
        """What it comes to, a sentence a part."""
        return tuple(_summary(self))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """All claims, in the order of the dossier."""
        return tuple(claim for section in self.sections for claim in section.claims)


def dossier_of(given: Given) -> Dossier:
    """Make a dossier. Equal parts give an equal one; nothing is concluded that a part does not say."""
    return Dossier(
        given=given,
        sections=tuple(one for one in _sections(given) if one.claims),
        changes=tuple((of, held) for of, held in _changes(given) if held),
        unknown=tuple(dict.fromkeys(_unknown(given))),
        inputs=tuple(_inputs(given)),
    )


def _summary(made: Dossier) -> Iterator[str]:
    given = made.given
    if made.verdict is not None:
        yield f"Sanctions: {VERDICT_WORDS[made.verdict]}."
    for part in given.traces:
        sure = last_seen(part)
        end = (
            f"; where it is last seen, {sure.address or sure.point} received {btc_range(sure.min_sat, sure.max_sat)}"
            if sure
            else ""
        )
        reached = number(len(part.trace.reached), "output")
        yield f"{btc(part.trace.seeded_sat)} BTC were followed to {reached}{end}."
    standing = [one.statement for one in given.said if one.withdrawn_us is None]
    if standing:
        yield (
            f"Who is behind it: {number(len(standing), 'statement')} of persons. "
            "The program adds none, and names no winner."
        )


def _sections(given: Given) -> Iterator[Section]:
    yield Section("paid", "What was demanded and paid", tuple(_noted(given, one) for one in given.paid))
    if given.screening is not None:
        yield Section(
            "screening", f"Sanctions, as of {given.screening.as_of}", tuple(screening_claims(given.screening))
        )
    yield Section(
        "cluster",
        "Who holds it together with what",
        tuple(claim for part in given.clusters for claim in cluster_claims(part)),
    )
    for part in given.traces:
        yield Section(
            "trace", f"Where the money went: {asked_words(part)}", tuple(trace_claims(part)), trace=part
        )
    if given.links is not None:
        yield Section("links", "Other cases that lead to the same hands", tuple(link_claims(given.links)))
    groups = side_by_side(given.said)
    apart = len({one.holder for one in given.said}) > 1
    for group in groups:
        of = f": {group.said[0].subject}" if apart else ""
        yield Section(
            f"said-{group.role.value}",
            f"{_TITLES[group.role]}{of}",
            tuple(said_claim(one) for one in group.said),
            beside=group,
        )


_TITLES: Final = {
    Role.OPERATOR: "Who is said to operate it",
    Role.AFFILIATE: "Who is said to have acted as affiliate",
    Role.LAUNDERER: "Who is said to launder the money",
    Role.HOST_STATE: "Which state is said to host them",
    Role.STATE_DIRECTION: "Which state is said to direct them",
}


def _noted(given: Given, one: Paid) -> Claim:
    proofs = [Proof(f"as noted in the incident {given.head.name}", given.head.id)]
    proofs += [Proof("transaction", txid) for txid in one.transactions]
    doubts = ["It is what the owner of the incident noted."]
    if given.sources:
        doubts.append("Which of the incident's sources says it is not noted.")
    loaded = {flow.transaction.txid for flow in given.flows}
    doubts += [f"Transaction {txid} is not loaded." for txid in one.transactions if txid not in loaded]
    return Claim(one.words, tuple(proofs), tuple(doubts))


def _changes(given: Given) -> Iterator[tuple[str, tuple[str, ...]]]:
    if given.screening is not None:
        yield "The screening", tuple(screening_changes(given.screening))
    yield "Who holds it", tuple(one for part in given.clusters for one in cluster_changes(part))
    yield "Where the money went", tuple(one for part in given.traces for one in trace_changes(part))
    if given.links is not None:
        yield "The links", tuple(link_changes(given.links))
    yield from said_changes(given.said)


def _unknown(given: Given) -> Iterator[str]:
    yield from given.unknown
    if given.screening is not None:
        yield from screening_unknown(given.screening)
    for cluster in given.clusters:
        yield from cluster_unknown(cluster)
    for trace in given.traces:
        yield from trace_unknown(trace)
    if not any(one.withdrawn_us is None for one in given.said):
        yield "Who is behind it: no statement of a person stands here."


def _inputs(given: Given) -> Iterator[Input]:
    for compared in given.screening.compared if given.screening else ():
        yield Input(f"{compared.name} of {compared.issued}; SHA-256", compared.sha256)
    for pack in packs_of(given.screening) if given.screening else ():
        yield Input(f"labels of the pack {pack}")
    yield Input(
        f"{number(given.transactions, 'transaction')} of Bitcoin that {'is' if given.transactions == 1 else 'are'} "
        "loaded; the id of each is the hash of what it says"
    )
    yield from (Input(f"a source of the incident: {source}") for source in given.sources)
    for one in given.said:
        yield Input(f"a statement of {one.statement.said_by}, noted by {one.noted_by}; its id", str(one.id))
    for one in given.said:
        for each in one.statement.evidence:
            if each.sha256:
                yield Input(f"{each.source}, {each.day}; SHA-256", each.sha256)
