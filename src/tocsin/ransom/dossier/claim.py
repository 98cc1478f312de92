"""One claim of a dossier, with what it rests on and what speaks against taking it for certain."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Claim", "Proof"]


@dataclass(frozen=True, slots=True)
class Proof:
    """What a claim rests on, in words; ``reference`` is an id or a hash by which it can be looked up."""

    words: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """``words`` say what is claimed. ``more`` is how many proofs are left out.

    Raises:
        ValueError: there is no proof: what nothing shows is not claimed, and belongs to what is not known.
    """

    words: str
    proofs: tuple[Proof, ...]
    doubts: tuple[str, ...]
    more: int = 0

    def __post_init__(self) -> None:
        if not self.proofs:
            raise ValueError(f"a claim without evidence: {self.words}")
