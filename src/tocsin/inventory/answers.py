"""What advisories say of many releases, as columns that can be kept: the part of an answer that no day changes.

An answer hangs on the release, on the claims that share a name with it, and on nothing else, where no person said
anything of its name and no claim is about a part of a product or about a platform. By when something is to be mended,
what is being done and where it is are no part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from tocsin.inventory.advisory import Advisory, Stakes
from tocsin.inventory.claim_index import ClaimIndex
from tocsin.inventory.component import Component
from tocsin.inventory.covered import kind_words, kinds_of
from tocsin.inventory.judge import judge
from tocsin.inventory.release import shown
from tocsin.inventory.rule import Rule

__all__ = ["RULES", "Answers", "Ints", "Said", "Told", "answers_of", "decoded", "encoded", "runs", "told"]

Ints = NDArray[np.int32]

RULES: Final = tuple(Rule)
_RULE_NUMBERS: Final = {rule: number for number, rule in enumerate(RULES)}
_NOT_ASKED: Final = -1


class Said(msgspec.Struct, frozen=True, gc=False):
    """One answer: by which rule, the number of the advisory that decides, the sectors that advisories about it name."""

    vulnerability: str
    rule: Rule
    advisory: int
    sectors: tuple[str, ...]


class Told(msgspec.Struct, frozen=True, gc=False):
    """All that is said of the release ``number``, by the advisories ``heard``.

    ``within``: what it is a part of may count, so that nothing is said here.
    """

    number: int
    shown: str
    kind: str
    kinds: tuple[str, ...]
    within: bool
    heard: tuple[int, ...]
    said: tuple[Said, ...]


def told(number: int, component: Component, claims: ClaimIndex, number_of: Callable[[Advisory], int]) -> Told:
    """What ``claims`` say of a release of whose name no person said anything."""
    matches = list(claims.matches(component))
    within = any(match.claim.subcomponents or match.claim.platform for match in matches)
    said = []
    for one in () if within or not matches else judge(component, matches):
        sectors = {
            word
            for match in matches
            if match.advisory.sectors and match.claim.vulnerability == one.vulnerability
            for word in match.advisory.sectors
        }
        said.append(Said(one.vulnerability, one.rule, number_of(one.match.advisory), tuple(sorted(sectors))))
    return Told(
        number,
        shown(component),
        kind_words(component.identity),
        tuple(kinds_of(component.identity)),
        within,
        tuple(sorted({number_of(match.advisory) for match in matches})),
        tuple(said),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What is said of releases, in the order of their numbers.

    Of each release: ``within`` (:class:`Told`), ``shown`` and its ``rank`` among those, its place in ``kinds``, how
    many answers there are (``many``) and how many advisories were heard (``hearing``). These follow one another in
    ``heard``, and those answers in ``vulnerability`` (places in ``names``, which are sorted), ``rule`` (in RULES),
    ``advisory`` (a number) and ``sectors`` (in ``sector_words``). ``at_stake`` is for each of ``names`` its place in
    ``stakes``.
    """

    releases: Ints
    within: Ints
    shown: list[str]
    rank: Ints
    kind: Ints
    kinds: list[tuple[str, tuple[str, ...]]]
    many: Ints
    vulnerability: Ints
    names: list[str]
    rule: Ints
    advisory: Ints
    sectors: Ints
    sector_words: list[tuple[str, ...]]
    hearing: Ints
    heard: Ints
    at_stake: Ints
    stakes: list[Stakes]

    def without(self, gone: Ints) -> Answers:
        """Without what is said of the releases ``gone``, and without what is then not asked for."""
        kept = ~np.isin(self.releases, gone)
        said = np.repeat(kept, self.many)
        vulnerability = self.vulnerability[said]
        used = np.unique(vulnerability)
        at_stake, stakes = _used(self.at_stake[used], self.stakes)
        kind, kinds = _used(self.kind[kept], self.kinds)
        sectors, sector_words = _used(self.sectors[said], self.sector_words)
        return Answers(
            self.releases[kept],
            self.within[kept],
            [self.shown[at] for at in np.flatnonzero(kept)],
            self.rank[kept],
            kind,
            kinds,
            self.many[kept],
            np.searchsorted(used, vulnerability).astype(np.int32),
            [self.names[at] for at in used],
            self.rule[said],
            self.advisory[said],
            sectors,
            sector_words,
            self.hearing[kept],
            self.heard[np.repeat(kept, self.hearing)],
            at_stake,
            stakes,
        )

    def with_(self, others: Answers) -> Answers:
        """These and ``others``, of other releases; what is at stake is taken from these where they know it."""
        releases = np.concatenate((self.releases, others.releases))
        order = np.argsort(releases, kind="stable")
        several = (self, others)
        many = np.concatenate((self.many, others.many))
        hearing = np.concatenate((self.hearing, others.hearing))
        said, heard = runs(many, order), runs(hearing, order)
        names = sorted({*self.names, *others.names})
        place = {name: at for at, name in enumerate(names)}
        spots = [np.array([place[name] for name in one.names], np.int32) for one in several]
        shown = self.shown + others.shown
        at_stake = np.full(len(names), _NOT_ASKED, np.int32)
        stakes = others.stakes + self.stakes
        at_stake[spots[1]] = others.at_stake
        asked = self.at_stake != _NOT_ASKED
        at_stake[spots[0][asked]] = self.at_stake[asked] + len(others.stakes)
        texts = [shown[at] for at in order]
        return Answers(
            releases[order],
            np.concatenate((self.within, others.within))[order],
            texts,
            _ranks(texts),
            np.concatenate((self.kind, others.kind + len(self.kinds)))[order],
            self.kinds + others.kinds,
            many[order],
            np.concatenate([spot[one.vulnerability] for spot, one in zip(spots, several, strict=True)])[said],
            names,
            np.concatenate((self.rule, others.rule))[said],
            np.concatenate((self.advisory, others.advisory))[said],
            np.concatenate((self.sectors, others.sectors + len(self.sector_words)))[said],
            self.sector_words + others.sector_words,
            hearing[order],
            np.concatenate((self.heard, others.heard))[heard],
            at_stake,
            stakes,
        )

    def unasked(self) -> list[str]:
        """The names of which it is not told what is at stake."""
        return [self.names[at] for at in np.flatnonzero(self.at_stake == _NOT_ASKED)]

    def staked(self, known: Mapping[str, Stakes]) -> Answers:
        """With what is at stake by ``known`` for the names in it; the rest is as it was."""
        place = {name: at for at, name in enumerate(self.names)}
        at_stake, stakes = self.at_stake.copy(), list(self.stakes)
        numbers: dict[Stakes, int] = {}
        for name, one in known.items():
            if name in place:
                number = numbers.get(one)
                if number is None:
                    number = numbers[one] = len(stakes)
                    stakes.append(one)
                at_stake[place[name]] = number
        return replace(self, at_stake=at_stake, stakes=stakes)


def runs(many: Ints, order: NDArray[np.int64]) -> NDArray[np.int64]:
    """The places of all that is in runs that follow one another, each ``many`` long, the runs taken in ``order``."""
    starts = np.cumsum(many, dtype=np.int64) - many
    long = many[order].astype(np.int64)
    ends = np.cumsum(long)
    total = int(ends[-1]) if len(ends) else 0
    offsets: NDArray[np.int64] = np.repeat(starts[order] - (ends - long), long)
    return np.arange(total, dtype=np.int64) + offsets


def _used(places: Ints, several: list[Any]) -> tuple[Ints, list[Any]]:
    """Places among those of ``several`` alone that have one; those below 0 stand for none."""
    used = np.unique(places[places >= 0])
    found = np.where(places < 0, places, np.searchsorted(used, places)).astype(np.int32)
    return found, [several[at] for at in used]


def answers_of(several: Iterable[Told]) -> Answers:
    """Columns of what is said of some releases; it is not told what is at stake."""
    all_of = sorted(several, key=lambda one: one.number)
    said = [one for each in all_of for one in each.said]
    names = sorted({one.vulnerability for one in said})
    kinds: dict[tuple[str, tuple[str, ...]], int] = {}
    sectors: dict[tuple[str, ...], int] = {}
    place = {name: at for at, name in enumerate(names)}
    return Answers(
        releases=_ints(one.number for one in all_of),
        within=_ints(one.within for one in all_of),
        shown=[one.shown for one in all_of],
        rank=_ranks([one.shown for one in all_of]),
        kind=_ints(kinds.setdefault((one.kind, one.kinds), len(kinds)) for one in all_of),
        kinds=list(kinds),
        many=_ints(len(one.said) for one in all_of),
        vulnerability=_ints(place[one.vulnerability] for one in said),
        names=names,
        rule=_ints(_RULE_NUMBERS[one.rule] for one in said),
        advisory=_ints(one.advisory for one in said),
        sectors=_ints(sectors.setdefault(one.sectors, len(sectors)) for one in said),
        sector_words=list(sectors),
        hearing=_ints(len(one.heard) for one in all_of),
        heard=_ints(number for one in all_of for number in one.heard),
        at_stake=np.full(len(names), _NOT_ASKED, np.int32),
        stakes=[],
    )


def _ranks(texts: Sequence[str]) -> Ints:
    place = {text: at for at, text in enumerate(sorted(set(texts)))}
    return np.array([place[text] for text in texts], np.int32)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int32)


class _Body(msgspec.Struct, array_like=True):
    columns: dict[str, bytes]
    shown: list[str]
    kinds: list[tuple[str, tuple[str, ...]]]
    names: list[str]
    sector_words: list[tuple[str, ...]]
    stakes: list[Stakes]


_LISTS: Final = ("shown", "kinds", "names", "sector_words", "stakes")


def encoded(answers: Answers) -> bytes:
    """The form in which they are kept."""
    columns = {
        one.name: getattr(answers, one.name).tobytes() for one in fields(answers) if one.name not in _LISTS
    }
    lists: Sequence[Any] = [getattr(answers, name) for name in _LISTS]
    return msgspec.msgpack.encode(_Body(columns, *lists))


def decoded(body: bytes) -> Answers:
    """Answers from the form in which they are kept."""
    held = msgspec.msgpack.decode(body, type=_Body)
    columns: dict[str, Any] = {name: np.frombuffer(data, np.int32) for name, data in held.columns.items()}
    return Answers(**columns, **{name: getattr(held, name) for name in _LISTS})
