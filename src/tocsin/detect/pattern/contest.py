"""Observations that two parts of a pattern both could use, though each may be used but once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tocsin.detect.pattern.event import Event
from tocsin.detect.pattern.form import (
    Either,
    Form,
    InOrder,
    InTime,
    Together,
    quotas_of,
    rebuilt,
    slots_of,
)
from tocsin.detect.pattern.quota import Quota

__all__ = ["Contest", "contest_of", "dealt"]


@dataclass(slots=True)
class Contest:
    """Contested observations.

    ``anywhere`` are those of parts joined by AND or repeated. ``at_a_moment`` are those of parts joined by FOLLOWEDBY
    alone, made at a single moment: both parts can want one only where the one ends at the very moment that the
    other begins.
    """

    anywhere: set[int] = field(default_factory=set)
    at_a_moment: set[int] = field(default_factory=set)

    @property
    def all(self) -> frozenset[int]:
        """All of them."""
        return frozenset(self.anywhere | self.at_a_moment)


def contest_of(form: Form) -> Contest:
    """Return what parts of ``form`` could both use; what was observed often enough for all is not contested."""
    contest = Contest()
    events = {event.observation: event for quota in quotas_of(form) for event in quota.kinds}
    _gather(form, contest, events)
    slots = slots_of(form)
    enough = {number for number in contest.all if events[number].number >= slots}
    contest.anywhere -= enough
    contest.at_a_moment -= enough | contest.anywhere
    return contest


def _gather(form: Form, contest: Contest, events: dict[int, Event]) -> set[int]:
    """Note what parts of ``form`` contest; return all the observations that it could use."""
    match form:
        case Quota():
            return {event.observation for event in form.kinds}
        case InTime():
            return _gather(form.part, contest, events)
        case Either():
            return set().union(*(_gather(part, contest, events) for part in form.parts))
        case Together():
            held: set[int] = set()
            for part, copies in form.parts:
                own = _gather(part, contest, events)
                contest.anywhere |= own if copies > 1 else own & held
                held |= own
            return held
        case InOrder():
            held = set()
            for part in form.parts:
                own = _gather(part, contest, events)
                for number in own & held:
                    lasting = events[number].first < events[number].last
                    (contest.anywhere if lasting else contest.at_a_moment).add(number)
                held |= own
            return held


def dealt(form: Form, contested: frozenset[int] | set[int]) -> Iterator[Form]:
    """Yield forms that deal each contested observation to one quota alone, so that none is left contested.

    Whatever binding matches one of them matches ``form``. First the quotas with the fewest observations choose; then
    those with the most; then each gets its share in turn.
    """
    if not contested:
        yield form
        return
    quotas = sorted(quotas_of(form), key=lambda quota: len(quota.kinds) / quota.slots)
    claims: dict[Event, list[Quota]] = {}
    for quota in quotas:
        for event in quota.kinds:
            if event.observation in contested:
                claims.setdefault(event, []).append(quota)
    for owners in (_chosen(claims, 0), _chosen(claims, -1), _shared(claims)):
        found = rebuilt(form, lambda quota, owners=owners: _own(quota, owners))  # type: ignore[misc]
        if found is not None:
            yield found


def _chosen(claims: Mapping[Event, Sequence[Quota]], place: int) -> dict[int, Quota]:
    return {event.observation: claimants[place] for event, claimants in claims.items()}


def _shared(claims: Mapping[Event, Sequence[Quota]]) -> dict[int, Quota]:
    given: Counter[Quota] = Counter()
    owners: dict[int, Quota] = {}
    for event in sorted(claims):
        owner = min(claims[event], key=lambda quota: given[quota] / quota.slots)
        given[owner] += 1
        owners[event.observation] = owner
    return owners


def _own(quota: Quota, owners: Mapping[int, Quota]) -> Form | None:
    return quota.keeping(lambda event: owners.get(event.observation, quota) is quota)
