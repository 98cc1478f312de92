"""``plan``: the few measures that would have stopped the most."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from tocsin.errors import UsageError
from tocsin.incidents.incident import Incident
from tocsin.measures.attempt import Attempt, attempts_of, stages_of
from tocsin.measures.catalogue import Catalogue
from tocsin.measures.chance import Model
from tocsin.measures.choose.choice import Wish
from tocsin.measures.choose.exact import Progress
from tocsin.measures.choose.holdout import Split, split_at, split_in_half
from tocsin.measures.knowledge import Knowledge
from tocsin.measures.learned import Learned
from tocsin.measures.plan import Effort, Plan, make_plan
from tocsin.measures.standing import NotCounted, Standing, StandingRead
from tocsin.service.incidents.selection import first_moment, selected
from tocsin.service.measures.learned import learned_from

__all__ = ["SOURCES", "Against", "Asked", "PlanAnswer", "against", "plan", "plan_answer"]

SOURCES: Final = ("incidents", "campaigns", "groups")
_KINDS: Final = {"campaigns": "campaign", "groups": "group"}
_HALVES: Final = 4
_ENOUGH: Final = 8
"""With fewer attempts than that a half of them teaches nothing, and no hold-out is made."""


@dataclass(frozen=True, slots=True)
class Against:
    """What a plan is made against, and what was left out of it: incidents (names) that say no technique.

    ``learned`` is what the incidents say of measures, whether the plan uses it or not.
    """

    attempts: tuple[Attempt, ...]
    left_out: tuple[str, ...] = ()
    without_sector: int = 0
    learned: tuple[Learned, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """How much work the plan is worth: seconds for the proof, and drawn guesses; ``split`` a day to hold it out at.

    ``curve`` is how many measures its curve goes on to at least.
    """

    limit_s: float = 60.0
    draws: int = 0
    alternatives: int = 3
    hold_out: bool = True
    split: str = ""
    curve: int = 0


class PlanAnswer(Plan, frozen=True, kw_only=True):
    """A plan with what was left out of it: incidents (names); and what counts as standing, and what does not.

    ``learned`` is what incidents say of measures, ``with_learned`` whether the plan was made with it.
    """

    learned: tuple[Learned, ...] = ()
    with_learned: bool = False
    left_out: tuple[str, ...] = ()
    standing: tuple[Standing, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()


def plan_answer(
    made: Plan, found: Against, stands: StandingRead | None = None, *, use_learned: bool = False
) -> PlanAnswer:
    """A plan as it is given to machines."""
    held = {name: getattr(made, name) for name in Plan.__struct_fields__}
    return PlanAnswer(
        **held,
        learned=found.learned,
        with_learned=use_learned,
        left_out=found.left_out,
        standing=stands.standing if stands else (),
        not_counted=stands.not_counted if stands else (),
    )


def against(
    incidents: Iterable[Incident],
    knowledge: Knowledge,
    *,
    catalogue: Catalogue | None = None,
    sources: Sequence[str] = ("incidents", "campaigns"),
    sector: str = "",
    since_us: int | None = None,
    matrices: Sequence[str] = ("enterprise", "ics"),
) -> Against:
    """The attempts of the incidents that the node knows and of what ATT&CK knows.

    Of a ``sector`` the incidents alone are chosen: ATT&CK does not say whom a campaign hit, so all of them stay,
    counted. A campaign that somebody imported as an incident counts as one. With a ``catalogue`` it is said what the
    chosen incidents teach of its measures.
    """
    found: list[Attempt] = []
    left_out: list[str] = []
    chosen = selected(incidents, sector=sector, since_us=since_us) if "incidents" in sources else []
    for one in chosen:
        stages = stages_of([node.technique for node in one.flow.actions if node.technique], knowledge)
        if not stages:
            left_out.append(one.name)
            continue
        first = first_moment(one)
        found.append(
            Attempt(
                id=one.id,
                name=one.name,
                kind="campaign" if one.kinds == ("campaign",) else "incident",
                stages=stages,
                began=first.local.date().isoformat() if first else "",
                sectors=one.victim.sectors,
            )
        )
    kinds = [_KINDS[each] for each in sources if each in _KINDS]
    known = attempts_of(knowledge, kinds=kinds, matrices=matrices) if kinds else ()
    learned = learned_from(chosen, catalogue, knowledge) if catalogue else ()
    return Against((*found, *known), tuple(left_out), len(known) if sector else 0, learned)


def plan(
    attempts: Sequence[Attempt],
    catalogue: Catalogue,
    knowledge: Knowledge,
    wish: Wish,
    model: Model,
    asked: Asked,
    progress: Callable[[Progress], None] | None = None,
) -> Plan:
    """Make the plan. Asked again it is the same: what is drawn comes from one fixed row of numbers.

    Raises:
        UsageError: there is nothing to plan against; or the wish cannot be met.
    """
    if not attempts:
        raise UsageError(
            "there is nothing to plan against",
            hint="Note incidents, or plan against campaigns: --against campaigns.",
        )
    chance = _Numbers()
    effort = Effort(
        limit_s=asked.limit_s,
        alternatives=asked.alternatives,
        draws=asked.draws,
        uniform=chance.uniform,
        splits=_splits(attempts, asked, chance),
        curve=asked.curve,
    )
    return make_plan(attempts, catalogue.measures, knowledge, wish, model, effort, progress)


def _splits(attempts: Sequence[Attempt], asked: Asked, chance: _Numbers) -> tuple[Split, ...]:
    if not asked.hold_out or len(attempts) < _ENOUGH:
        return ()
    days = sorted(one.began for one in attempts if one.began)
    day = asked.split or (days[len(days) // 2] if len(days) >= _ENOUGH else "")
    by_day = [split_at(attempts, day)] if day else []
    halves = []
    for number in range(_HALVES):
        order = sorted(range(len(attempts)), key=lambda _: chance.uniform())
        halves.append(split_in_half(attempts, order, f"half {number + 1}"))
    return tuple(one for one in (*by_day, *halves) if one.train and one.test)


class _Numbers:
    """A fixed row of numbers from 0 to 1 that looks drawn: the same on every machine and version."""

    def __init__(self) -> None:
        self._at = 0

    def uniform(self) -> float:
        self._at += 1
        return int.from_bytes(sha256(f"plan {self._at}".encode()).digest()[:6]) / 2**48
