"""One owner's answers held to what was planted there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tocsin.exercise.score.seen import Answered, Exposure, Screened, Seen
from tocsin.exercise.score.truth import Planted

__all__ = ["Judged", "Kind", "Part", "Wrong", "judged"]

Kind = Literal["hit", "exposed", "paying"]

NO_ANSWER: Final = "no answer"
_UNWRITTEN: Final = "its version is not written down"
_DENIED: Final = frozenset({"not_affected", "fixed", "no_match_found"})
_AFFECTED: Final = frozenset({"affected"})
_LISTED: Final = frozenset({"hit", "linked"})


@dataclass(frozen=True, slots=True)
class Part:
    """Something that was planted, and the answer to it.

    All traces in logs are one part; each product and each address is one. ``answer`` is what people saw, or
    *no answer*; ``why`` says what was missing, in the words of the answer. ``step`` tells whether the right answer
    came with something to do. ``lacks`` are the kinds of what was missing.
    """

    kind: Kind
    what: str
    decidable: bool
    right: bool
    answer: str
    why: str = ""
    step: bool = False
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wrong:
    """An answer that the truth contradicts: ``answer`` is what was said of ``what``."""

    kind: Kind
    what: str
    answer: str


@dataclass(frozen=True, slots=True)
class Judged:
    """``parts`` are all that was planted; the rest are answers that are wrong."""

    parts: tuple[Part, ...]
    false_not_seen: tuple[Wrong, ...]
    false_alarms: tuple[Wrong, ...]

    @property
    def affected(self) -> bool:
        """Whether anything was planted."""
        return bool(self.parts)

    @property
    def decidable(self) -> bool:
        """Whether anything planted can be found."""
        return any(part.decidable for part in self.parts)

    @property
    def right(self) -> bool:
        """Whether everything that can be found was found."""
        return self.decidable and all(part.right for part in self.parts if part.decidable)

    @property
    def knew(self) -> bool:
        """Whether anything was found."""
        return any(part.right for part in self.parts)

    @property
    def next_step(self) -> bool:
        """Whether everything that was found came with something to do."""
        return self.knew and all(part.step for part in self.parts if part.right)


def judged(
    planted: Planted, seen: Seen | None, elsewhere: Iterable[Planted] = (), *, until: str = ""
) -> Judged:
    """Hold what was ``seen`` to what was ``planted``; None if the owner heard nothing.

    ``elsewhere`` is what other attacks planted at the same owner: a *hit* on that is no false alarm, and a *not seen*
    of it is as false as of this attack's own. ``until`` is when this attack was reported, in the form of a trace's
    time: of a trace of another attack that came later, *not seen* was true.
    """
    held = seen if seen is not None else Seen()
    truths = (planted, *elsewhere)
    parts = (*_hit(planted, held), *_exposed(planted, held), *_paying(planted, held))
    return Judged(parts, tuple(_denials(planted, truths[1:], held, until)), tuple(_alarms(truths, held)))


def _hit(planted: Planted, seen: Seen) -> Iterator[Part]:
    if not planted.hit:
        return
    patterns = {trace.pattern for trace in planted.hit}
    about = [one for one in _answers(seen) if seen.warnings.get(one.warning) in patterns]
    said = {one.answer for one in about}
    answer = next((one for one in ("hit", "cannot_tell", "not_seen") if one in said), NO_ANSWER)
    open_ = [] if answer == "hit" else [one for one in about if one.answer == answer]
    logs = sorted({trace.log for trace in planted.hit if trace.log})
    yield Part(
        "hit",
        f"traces in logs: {', '.join(logs)}" if logs else "traces in logs",
        decidable=any(trace.kept for trace in planted.hit),
        right=answer == "hit",
        answer=answer,
        why=_reasons(open_),
        step=answer == "hit" and bool(seen.do.strip()),
        lacks=tuple(sorted({gap.kind for one in open_ for gap in one.gaps if gap.kind})),
    )


def _reasons(answers: Iterable[Answered]) -> str:
    """What was missing, as the answers said it; each thing once."""
    said = [text for one in answers for text in ([gap.what for gap in one.gaps] or [one.reason])]
    return "; ".join(dict.fromkeys(text for text in said if text))


def _exposed(planted: Planted, seen: Seen) -> Iterator[Part]:
    for product, version in dict.fromkeys((one.product, one.version) for one in planted.exposed):
        known = any(one.known for one in planted.exposed if (one.product, one.version) == (product, version))
        about = [one for one in seen.exposures if _same(one, product, version)]
        yield _part("exposed", f"{product} {version}".strip(), about, _AFFECTED, decidable=known)


def _paying(planted: Planted, seen: Seen) -> Iterator[Part]:
    for address in dict.fromkeys(one.address for one in planted.paying):
        known = any(one.known for one in planted.paying if one.address == address)
        about = [one for one in seen.demands if one.address == address]
        yield _part("paying", address, about, _LISTED, decidable=known)


def _part(
    kind: Kind, what: str, about: Iterable[Exposure | Screened], right: frozenset[str], *, decidable: bool
) -> Part:
    """The part that the rows ``about`` it answer; one right answer is enough, and a denial is shown last."""
    rows = sorted(about, key=lambda one: (one.verdict not in right, one.verdict in _DENIED))
    first = rows[0] if rows else None
    found = first is not None and first.verdict in right
    unwritten = "" if decidable or kind != "exposed" else _UNWRITTEN
    return Part(
        kind,
        what,
        decidable=decidable,
        right=found,
        answer=first.verdict if first is not None else NO_ANSWER,
        why="" if first is None or found else first.why or unwritten,
        step=any(one.do.strip() for one in rows if one.verdict in right),
    )


def _denials(planted: Planted, elsewhere: tuple[Planted, ...], seen: Seen, until: str) -> Iterator[Wrong]:
    before = [one for other in elsewhere for one in other.hit if not until or one.at <= until]
    patterns = {trace.pattern for trace in (*planted.hit, *before)}
    for answer in _answers(seen):
        pattern = seen.warnings.get(answer.warning, "")
        # Of a warning without a pattern nobody knows what was not seen: it is held to be what is there.
        if answer.answer == "not_seen" and (pattern in patterns or (patterns and not pattern)):
            yield Wrong("hit", pattern or answer.warning, answer.answer)
    for row in seen.exposures:
        if row.verdict in _DENIED and (_weak([planted], row) or _weak(elsewhere, row, of_its_flaw=True)):
            yield Wrong("exposed", _named(row), row.verdict)
    asked = {one.address for each in (planted, *elsewhere) for one in each.paying}
    for demand in seen.demands:
        if demand.verdict in _DENIED and demand.address in asked:
            yield Wrong("paying", demand.address, demand.verdict)


def _alarms(truths: tuple[Planted, ...], seen: Seen) -> Iterator[Wrong]:
    patterns = {trace.pattern for planted in truths for trace in planted.hit}
    for answer in _answers(seen):
        pattern = seen.warnings.get(answer.warning, "")
        if answer.answer == "hit" and pattern not in patterns:
            yield Wrong("hit", pattern or answer.warning, answer.answer)
    for row in seen.exposures:
        if row.verdict in _AFFECTED and not _weak(truths, row):
            yield Wrong("exposed", _named(row), row.verdict)
    asked = {one.address for planted in truths for one in planted.paying}
    for demand in seen.demands:
        if demand.verdict in _LISTED and demand.address not in asked:
            yield Wrong("paying", demand.address, demand.verdict)


def _answers(seen: Seen) -> tuple[Answered, ...]:
    return seen.check.answers if seen.check is not None else ()


def _weak(truths: Iterable[Planted], row: Exposure, *, of_its_flaw: bool = False) -> bool:
    """Whether a product of a row is weak; ``of_its_flaw`` only if by the vulnerability that the row is about."""
    return any(
        _same(row, one.product, one.version)
        for planted in truths
        for one in planted.exposed
        if not of_its_flaw or one.cve == row.vulnerability
    )


def _same(row: Exposure, product: str, version: str) -> bool:
    """Whether a row is about this product; the version decides where both name one."""
    if " ".join(row.product.split()).casefold() != " ".join(product.split()).casefold():
        return False
    return not row.version or not version or row.version.strip() == version.strip()


def _named(row: Exposure) -> str:
    return " ".join(text for text in (row.product, row.version, row.vulnerability) if text)
