"""What this node sent, in words: the four steps that it takes at a hub, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tocsin.model.sectors import sectors
from tocsin.model.told.escape import one_line
from tocsin.model.told.number import number
from tocsin.service.exchange.sent_list import CameOfTold, Sent
from tocsin.service.exchange.statistics import is_of_vulnerability
from tocsin.sharing.statistics import WITHHELD

__all__ = ["StepTold", "outcome", "steps_told"]

_WHY: Final = 300


@dataclass(frozen=True, slots=True)
class StepTold:
    """One step in words: what it is, since when (empty where it was not taken), and of how many objects."""

    name: str
    at: str
    note: str = ""


def steps_told(one: Sent) -> tuple[StepTold, StepTold, StepTold, StepTold]:
    """Sent, received, vetted, and released or refused: always these four, in this order."""
    held = one.steps
    unknown = "not asked" if one.anonymous else "not yet" if held.undecided or not held.taken else "not noted"
    decided = (("released", held.released), ("refused", held.refused))
    counts = ", ".join(f"{word} {count:,}" for word, count in decided if count)
    name = {(True, False): "Released", (False, True): "Refused"}.get(
        (bool(held.released), bool(held.refused)), "Decided"
    )
    of = f" of {held.taken:,}"
    some = 0 < held.released + held.refused < held.taken or (held.released and held.refused)
    return (
        StepTold("Sent", held.sent, "" if held.sent else "waits for the next sync"),
        StepTold(
            "Received",
            held.received,
            f"{held.taken:,} of {one.objects:,}" if 0 < held.taken < one.objects else _none_taken(one),
        ),
        StepTold(
            "Vetted",
            held.vetted,
            unknown
            if not held.vetted
            else f"{held.vetted_count:,}{of}"
            if held.vetted_count < held.taken
            else "",
        ),
        StepTold(
            name,
            held.decided,
            unknown if not held.decided else f"{counts}{of}" if some else "",
        ),
    )


def _none_taken(one: Sent) -> str:
    if one.steps.taken:
        return ""
    return "not taken" if one.steps.sent else "not yet"


def outcome(one: Sent) -> str:
    """What came of it, in sentences. The hub's reasons are in it: it is shown as text, never as markup."""
    held = one.steps
    if not held.sent:
        return "It has not left this machine."
    if not held.taken:
        return f"{one.hub} took nothing of it."
    if one.anonymous:
        return "It is not asked what came of it: the question would tell who sent it."
    told = []
    if held.undecided:
        told.append(f"{number(held.undecided, 'object waits', 'objects wait')} for a decision.")
    whys = dict.fromkeys(answer.why for answer in one.answers if answer.state == "refused" and answer.why)
    if held.refused:
        why = "; ".join(one_line(one, _WHY).rstrip(". ") for one in whys) or "no reason is given"
        told.append(f"{number(held.refused, 'object was', 'objects were')} refused: {why}.")
    if held.released:
        told.append(
            f"{number(held.released, 'object was', 'objects were')} published to the members whom the marking allows."
        )
        told += [
            _figure(came, several=len({it.about for it in one.came_of}) > 1) for came in one.came_of
        ] or [WITHHELD]
    return " ".join(told)


def _figure(came: CameOfTold, *, several: bool) -> str:
    name = next((one.name for one in sectors() if one.id == came.sector), came.sector)
    did = "are affected" if is_of_vulnerability(came.about) else "saw it"
    of = f" (of {came.name or came.about})" if several else ""
    return (
        f"{name}: {came.yes:,} of {came.answered:,} members who answered {did}{of}, as of {came.as_of[:10]}."
    )
