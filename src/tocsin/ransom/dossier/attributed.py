"""What a dossier says of statements of attribution: that they were made, by whom and on what, not that they are so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from tocsin.model.told.number import number
from tocsin.ransom.attribution.admiralty import CREDIBILITY, RELIABILITY
from tocsin.ransom.attribution.change import weaknesses
from tocsin.ransom.attribution.independence import independent
from tocsin.ransom.attribution.matrix import Matrix, matrix_of
from tocsin.ransom.attribution.statement import Evidence, Role, Statement, name_key
from tocsin.ransom.dossier.claim import Claim, Proof
from tocsin.ransom.dossier.parts import Said

__all__ = ["SideBySide", "grade_words", "role_words", "said_changes", "said_claim", "side_by_side"]

_ROLE_WORDS: Final = {
    Role.OPERATOR: "is said to operate it",
    Role.AFFILIATE: "is said to have acted as an affiliate",
    Role.LAUNDERER: "is said to launder the money",
    Role.HOST_STATE: "is said to host",
    Role.STATE_DIRECTION: "is said to direct",
}


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The statements for one ``role`` of one subject, and the matrix of them where they give more than one name."""

    role: Role
    said: tuple[Said, ...]
    matrix: Matrix | None


def side_by_side(said: Sequence[Said]) -> list[SideBySide]:
    """The statements by role and subject. Withdrawn ones are among them, and no part of a matrix."""
    groups: defaultdict[tuple[Role, str], list[Said]] = defaultdict(list)
    for one in sorted(said, key=lambda one: (one.statement.said_on, one.statement.named, one.id)):
        groups[one.statement.role, one.holder].append(one)
    order = sorted(groups, key=lambda key: (list(Role).index(key[0]), key[1]))
    return [SideBySide(key[0], tuple(groups[key]), _matrix(groups[key])) for key in order]


def _matrix(said: Sequence[Said]) -> Matrix | None:
    standing = [one.statement for one in said if one.withdrawn_us is None]
    named = {name_key(one.named) for one in standing}
    return matrix_of(standing) if len(named) > 1 else None


def said_claim(one: Said) -> Claim:
    """That a person says so: the claim of a dossier is the saying, and the evidence is theirs."""
    statement = one.statement
    groups = independent(statement.evidence)
    proofs = [
        Proof(_evidence_words(each, place, len(group)), each.reference or each.sha256)
        for place, group in enumerate(groups, start=1)
        for each in group
    ]
    doubts = [*_withdrawn(one), *([one.apart] if one.apart else []), *weaknesses(statement)]
    by = f"{statement.said_by} ({statement.organisation})" if statement.organisation else statement.said_by
    return Claim(
        f"{role_words(statement)}. Says {by} on {statement.said_on}, about {one.subject}.",
        tuple(proofs),
        tuple(doubts),
    )


def grade_words(statement: Statement) -> tuple[str, str]:
    """The grade of the source and that of what it says, apart."""
    return (
        f"{statement.reliability}, {RELIABILITY[statement.reliability]}",
        f"{statement.credibility}, {CREDIBILITY[statement.credibility]}",
    )


def said_changes(said: Sequence[Said]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Of each statement that stands, in words, what would change it: as its person says, then as is seen in it."""
    for group in side_by_side(said):
        for one in group.said:
            if one.withdrawn_us is None:
                held = (
                    *one.statement.would_change,
                    *_against(group.matrix, one.statement.named),
                    *weaknesses(one.statement),
                    *([one.apart] if one.apart else []),
                )
                yield f"{role_words(one.statement)} ({one.statement.said_by})", held


def _against(matrix: Matrix | None, name: str) -> Iterator[str]:
    counts = {name_key(one): count for one, count in matrix.inconsistent.items()} if matrix else {}
    if count := counts.get(name_key(name), 0):
        pieces = number(count, "independent piece")
        yield f"{pieces} of evidence said not to go with the name: if it holds, the name falls."


def role_words(statement: Statement) -> str:
    """Who is named for what, in words."""
    if not statement.role.is_of_state:
        return f"{statement.named} {_ROLE_WORDS[statement.role]}"
    whom = statement.about or "whoever is behind it"
    return f"{statement.named} ({statement.country}) {_ROLE_WORDS[statement.role]} {whom}"


def _withdrawn(one: Said) -> list[str]:
    if one.withdrawn_us is None:
        return []
    why = f": {one.withdrawn_why}" if one.withdrawn_why else ""
    return [f"WITHDRAWN by {one.withdrawn_by}{why}. It counts for nothing."]


def _evidence_words(one: Evidence, place: int, many: int) -> str:
    rests = f", resting on {one.rests_on}" if one.rests_on else ""
    once = f" (counts once with {number(many - 1, 'other')})" if many > 1 else ""
    against = f"; it does not go with {', '.join(one.inconsistent_with)}" if one.inconsistent_with else ""
    return f"[{place}] {one.source}, {one.day}{rests}{once}: {one.what}{against}"
