"""What a dossier claims of a screening."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tocsin.limits import SANCTIONS_STALE_DAYS
from tocsin.model.told.number import number
from tocsin.ransom.dossier.claim import Claim, Proof
from tocsin.ransom.dossier.parts import ListPart, ScreeningPart
from tocsin.ransom.sanctions.party import Party
from tocsin.ransom.screening.by_actor import NameScreened
from tocsin.ransom.screening.screening import Match, MatchClass, Screened, Verdict

__all__ = ["VERDICT_WORDS", "packs_of", "screening_changes", "screening_claims", "screening_unknown"]

VERDICT_WORDS: Final = {
    Verdict.HIT: "a sanctioned party is listed with this address",
    Verdict.LINKED: "it is tied to a sanctioned party",
    Verdict.NO_MATCH_FOUND: "no match found, which does not mean that it is clear",
    Verdict.NOT_SCREENABLE: "it cannot be screened",
}
_CLASSES: Final = {
    MatchClass.EXACT: "the listed address",
    MatchClass.OTHER_SPELLING: "the listed address in another spelling",
    MatchClass.SAME_HOLDER: "another address of the holder of the listed one",
    MatchClass.SAME_CLUSTER: "an address of the cluster of the listed one",
    MatchClass.EXPOSURE_IN: "money of the listed address came to it",
    MatchClass.EXPOSURE_OUT: "its money came to the listed address",
    MatchClass.LISTED_NAME: "a listed party of this very name",
    MatchClass.ACTOR: "what it is labelled as leads to a listed party",
}
_NO_MATCH: Final = (
    "That no list names an address says little: of 7,512 addresses that are publicly known from ransom demands none is "
    "on the list of 2025-11-19."
)
_LINKED: Final = {
    MatchClass.SAME_HOLDER: "That one key can spend from both does not say that the party was paid.",
    MatchClass.SAME_CLUSTER: "That one holds both is a heuristic, and does not say that the party was paid.",
    MatchClass.EXPOSURE_IN: "Money that came through other hands does not say that they are the party's.",
    MatchClass.EXPOSURE_OUT: "Money that went on through other hands does not say that they are the party's.",
    MatchClass.LISTED_NAME: "Another may bear the same name.",
    MatchClass.ACTOR: "A name says what somebody called it. Who bears a name, or uses a tool, need not be the party.",
}
_STEPS: Final = 10
"""Transactions of a proof that are named; the cluster's own claim has the others."""
_HIT: Final = "A list says who is listed with an address, not who uses it on a given day."


def screening_claims(part: ScreeningPart) -> Iterator[Claim]:
    """A claim for each address that was compared with a list."""
    for one in part.asked if part.compared else ():
        if one.verdict is not Verdict.NOT_SCREENABLE:
            yield _claim(one, part)


def screening_unknown(part: ScreeningPart) -> Iterator[str]:
    """What was not screened, and why."""
    if not part.compared:
        yield (
            f"Whether a sanctioned party is behind it: no list is kept that had been issued by {part.as_of}. "
            "Bring one: tocsin sync ofac"
        )
        return
    for one in part.screened:
        if one.verdict is Verdict.NOT_SCREENABLE:
            yield f"Whether {one.given} is listed: it was not screened. {one.why}"
    yield from (f"Whether it is listed: {why}" for why in part.unread)


def screening_changes(part: ScreeningPart) -> Iterator[str]:
    """What would change the answer of a screening."""
    for each in part.compared if part.screened else ():
        if each.is_current:
            yield f"A list {each.name} that is newer than that of {each.issued}: screen again before anything is paid."
        else:
            yield _stale(each, part.as_of)


def _claim(one: Screened | NameScreened, part: ScreeningPart) -> Claim:
    proofs = [_list_proof(each) for each in part.compared]
    for match in one.matches:
        proofs.append(Proof(_match_words(match), match.listed.text if match.listed else ""))
        proofs += [
            Proof(f"spends from {step.one} and {step.other}", step.txid) for step in match.steps[:_STEPS]
        ]
        proofs += [
            Proof(
                f"{source.title}, {source.day}{'' if source.confirmed else ' (not read itself)'}", source.url
            )
            for source in (match.named.sources if match.named else ())
        ]
    doubts = [_LINKED[match.kind] for match in one.matches if match.kind in _LINKED]
    if one.verdict is not Verdict.LINKED:
        doubts.insert(0, _HIT if one.verdict is Verdict.HIT else _NO_MATCH)
    doubts += [_stale(each, part.as_of) for each in part.compared if not each.is_current]
    seen = one.ledger if isinstance(one, Screened) else None
    doubts += [f"{doubt[:1].upper()}{doubt[1:]}." for doubt in (seen.doubts if seen else ())]
    named = one.given if isinstance(one, Screened) else f"{one.given}, which the ransom note names"
    return Claim(f"{named}: {VERDICT_WORDS[one.verdict]}.", tuple(proofs), tuple(dict.fromkeys(doubts)))


def packs_of(part: ScreeningPart) -> Iterator[str]:
    """The packs whose labels something here rests on, each with its day."""
    labels = [label for one in part.screened for match in one.matches for label in match.labels]
    yield from dict.fromkeys(f"{one.pack} of {one.lastmod or 'an unknown day'}" for one in labels)


def _list_proof(compared: ListPart) -> Proof:
    return Proof(
        f"{compared.name} of {compared.issued}, {number(compared.addresses, 'address', 'addresses')} of "
        f"{number(compared.parties, 'party', 'parties')}; SHA-256 of the list",
        compared.sha256,
    )


def _match_words(match: Match) -> str:
    kind = _CLASSES.get(match.kind, match.kind.value.replace("_", " "))
    ticker = f" ({match.listed.ticker})" if match.listed else ""
    return f"{kind}{ticker}, by this: {match.proof}. Listed by {match.list} for {_parties(match)}"


def _parties(match: Match) -> str:
    return "; ".join(map(_party_words, match.parties)) or "nobody named"


def _party_words(party: Party) -> str:
    since = f", since {party.listed}" if party.listed else ""
    return f"{party.name} (party {party.id}, {', '.join(party.programmes)}{since})"


def _stale(compared: ListPart, as_of: str) -> str:
    return (
        f"The list of {compared.issued} was {number(compared.age_days, 'day')} old on {as_of}; after "
        f"{SANCTIONS_STALE_DAYS} days it counts as stale. Whom it does not name may be named since."
    )
