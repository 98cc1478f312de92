"""What a dossier claims of a screening."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tocsin.limits import SANCTIONS_STALE_DAYS
from tocsin.model.told.number import number
from tocsin.ransom.dossier.claim import Claim, Proof
from tocsin.ransom.dossier.parts import ListPart, ScreeningPart
from tocsin.ransom.sanctions.party import Party
from tocsin.ransom.screening import Match, MatchClass, Screened, Verdict

__all__ = ["VERDICT_WORDS", "screening_changes", "screening_claims", "screening_unknown"]

VERDICT_WORDS: Final = {
    Verdict.HIT: "a sanctioned party is listed with this address",
    Verdict.LINKED: "it is linked to what a sanctioned party is listed with",
    Verdict.NO_MATCH_FOUND: "no match found, which does not mean that it is clear",
    Verdict.NOT_SCREENABLE: "it cannot be screened",
}
_CLASSES: Final = {
    MatchClass.EXACT: "the listed address",
    MatchClass.OTHER_SPELLING: "the listed address in another spelling",
    MatchClass.SAME_HOLDER: "another address of the holder of the listed one",
}
_NO_MATCH: Final = (
    "That no list names an address says little: of 7,512 addresses that are publicly known from ransom demands none is "
    "on the list of 2025-11-19."
)
_LINKED: Final = (
    "A link says that one holder can spend from both, or is taken to; not that the party was paid."
)
_HIT: Final = "A list says who is listed with an address, not who uses it on a given day."


def screening_claims(part: ScreeningPart) -> Iterator[Claim]:
    """A claim for each address that was compared with a list."""
    if part.compared is None:
        return
    for one in part.screened:
        if one.verdict is not Verdict.NOT_SCREENABLE:
            yield _claim(one, part, part.compared)


def screening_unknown(part: ScreeningPart) -> Iterator[str]:
    """What was not screened, and why."""
    if part.compared is None:
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
    if part.compared is None or not part.screened:
        return
    if part.compared.is_current:
        yield f"A list that is newer than that of {part.compared.issued}: screen again before anything is paid."
    else:
        yield _stale(part.compared, part.as_of)


def _claim(one: Screened, part: ScreeningPart, compared: ListPart) -> Claim:
    proofs = [_list_proof(compared)]
    proofs += [Proof(_match_words(match), match.listed.text) for match in one.matches]
    doubts = [{Verdict.HIT: _HIT, Verdict.LINKED: _LINKED}.get(one.verdict, _NO_MATCH)]
    if not compared.is_current:
        doubts.append(_stale(compared, part.as_of))
    return Claim(f"{one.given}: {VERDICT_WORDS[one.verdict]}.", tuple(proofs), tuple(doubts))


def _list_proof(compared: ListPart) -> Proof:
    return Proof(
        f"{compared.name} of {compared.issued}, {number(compared.addresses, 'address', 'addresses')} of "
        f"{number(compared.parties, 'party', 'parties')}; SHA-256 of the list",
        compared.sha256,
    )


def _match_words(match: Match) -> str:
    kind = _CLASSES.get(match.kind, match.kind.value.replace("_", " "))
    parties = "; ".join(map(_party_words, match.parties))
    return f"{kind} ({match.listed.ticker}), by this: {match.proof}. Listed for {parties or 'nobody named'}"


def _party_words(party: Party) -> str:
    since = f", since {party.listed}" if party.listed else ""
    return f"{party.name} (party {party.id}, {', '.join(party.programmes)}{since})"


def _stale(compared: ListPart, as_of: str) -> str:
    return (
        f"The list of {compared.issued} was {number(compared.age_days, 'day')} old on {as_of}; after "
        f"{SANCTIONS_STALE_DAYS} days it counts as stale. Whom it does not name may be named since."
    )
