"""What the incidents that a node knows teach of measures: joined here, for incidents know no measures' guesses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from tocsin.incidents.incident import Incident, Stood
from tocsin.measures.catalogue import Catalogue
from tocsin.measures.knowledge import Knowledge
from tocsin.measures.learned import Learned, Observation, Outcome, learned_of, with_learned

__all__ = ["learned_catalogue", "learned_from"]

_OUTCOMES = {Stood.FAILED: Outcome.FAILED, Stood.STOOD: Outcome.STOOD, Stood.ABSENT: Outcome.ABSENT}


def learned_from(
    incidents: Iterable[Incident], catalogue: Catalogue, knowledge: Knowledge
) -> tuple[Learned, ...]:
    """What the ``incidents`` say of the measures of ``catalogue``; notes on measures that it has not say nothing."""
    return learned_of(catalogue.measures, _observations(incidents, catalogue, knowledge))


def learned_catalogue(catalogue: Catalogue, learned: Iterable[Learned]) -> Catalogue:
    """The catalogue with what was learned in place of the guesses."""
    return msgspec.structs.replace(catalogue, measures=with_learned(catalogue.measures, learned))


def _observations(
    incidents: Iterable[Incident], catalogue: Catalogue, knowledge: Knowledge
) -> Iterator[Observation]:
    def today(name: str) -> str:
        held = knowledge.technique(name) if name else None
        return held.id if held else name

    guessed = {one.id: {today(name): name for name in one.left_by} for one in catalogue.measures}
    for one in incidents:
        techniques = {node.id: today(node.technique) for node in one.flow.nodes}
        for note in one.measures:
            technique = techniques.get(note.step, "")
            yield Observation(
                incident=one.id,
                measure=note.measure,
                outcome=_OUTCOMES[note.stood],
                technique=guessed.get(note.measure, {}).get(technique, technique),
            )
