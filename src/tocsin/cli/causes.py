"""``tocsin causes``: why attacks worked, over all incidents that this node knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, now_us, opened, tell

if TYPE_CHECKING:
    from tocsin.service.incidents.causes import Causes, FoundCause

__all__ = ["causes", "since_us"]

_SHOWN = 10


@click.command(
    cls=Verb,
    examples=(
        "tocsin causes",
        "tocsin causes --sector energy --since 730d",
        'tocsin causes --incident "Colonial Pipeline 2021"',
    ),
)
@click.option("--incident", "which", metavar="ID|NAME", help="Of this one alone.")
@click.option("--sector", default="", metavar="SECTOR", help="Of incidents in this sector.")
@click.option("--since", metavar="WHEN", help="Of incidents since a day, or so long: 2019-01-01, 730d.")
@click.option(
    "--all", "everything", is_flag=True, help="Also what nobody says, but what ATT&CK pairs with a step."
)
@click.option("--mine", is_flag=True, help="Of this node's own incidents alone, without those of others.")
@node_options
def causes(
    which: str | None,
    sector: str,
    since: str | None,
    everything: bool,  # noqa: FBT001  click passes it by name
    mine: bool,  # noqa: FBT001  click passes it by name
    data: str | None,
    output_format: str,
) -> int:
    """Rank why attacks worked: the measures that were not there, with the incidents behind each and who says so."""
    import msgspec

    from tocsin.service.incidents.causes import causes_of
    from tocsin.service.incidents.causes_answer import causes_answer
    from tocsin.service.incidents.kept import chosen_of
    from tocsin.service.incidents.received import known_incidents
    from tocsin.service.incidents.selection import selected
    from tocsin.service.measures.known import catalogue_of, known

    with opened(data) as node, node.reading() as connection:
        kept = known_incidents(node, connection, mine=mine)
    if which:
        kept = [chosen_of(kept, which)]
    chosen = selected(kept, sector=sector, since_us=since_us(since))
    found = causes_of(chosen, catalogue_of(), known())
    tell(output_format, msgspec.to_builtins(causes_answer(found)), _lines(found, everything=everything))
    return 0


def since_us(text: str | None) -> int | None:
    """The moment that ``--since`` names, in microseconds since 1970."""
    if text is None:
        return None
    from tocsin.cli.period import parse_moment
    from tocsin.model.timestamp import parse_timestamp

    return int(parse_timestamp(parse_moment(text, option="--since", now=now_us() * 1000)) // 1000)


def _lines(found: Causes, *, everything: bool) -> list[str]:
    from tocsin.measures.learned import BIAS
    from tocsin.model.told.number import number

    if not found.of:
        return ['There is no incident to learn from yet. Note one: tocsin incident new "What happened"']
    said = [one for one in found.causes if one.said]
    possible = [one for one in found.causes if not one.said]
    told = [f"Causes, from {number(found.of, 'incident')}:", ""]
    for one in said if not everything else found.causes:
        told += _cause(one)
    if not said and not everything:
        told += ["Nobody says of any of them which measure was missing.", ""]
    if possible and not everything:
        more = number(len(possible), "more measure")
        told += [
            f"{more} would have stood in the way of a step, as ATT&CK pairs them; see them with --all",
            "",
        ]
    if any(one.learned and one.learned.factors for one in said):
        told += [BIAS, ""]
    told += _statements(found)
    told += _gaps(found)
    return told


def _cause(one: FoundCause) -> list[str]:
    from tocsin.measures.learned import learned_words
    from tocsin.model.told.escape import one_line, visible

    words = one.words[:1].upper() + one.words[1:]
    told = [f"{words}"]
    for each in one.because:
        steps = f" ({'; '.join(visible(step) for step in each.steps[:2])})" if each.steps else ""
        if each.said:
            verb = "it was there and failed" if each.failed else "it was not there"
            told.append(f"  {visible(each.name)}{steps}: {verb}. {one_line(each.said)}")
            if each.source:
                told.append(f"    as {one_line(each.source)} has it")
    others = [each.name for each in one.because if not each.said]
    if others:
        told.append(
            f"  would have stood in the way, too, in: {', '.join(visible(name) for name in others[:_SHOWN])}"
        )
    also = ", ".join(f"{catalogue} {' '.join(ids)}" for catalogue, ids in one.measure.also.items() if ids)
    if one.learned and one.learned.factors:
        told.append(f"  {learned_words(one.learned)}.")
    ids = "; ".join(filter(None, (one.measure.id, also)))
    told.append(f"  what to do: {one.measure.name} ({ids})")
    return [*told, ""]


def _statements(found: Causes) -> list[str]:
    from tocsin.model.told.escape import one_line, visible

    told: list[str] = []
    named = ""
    for one in found.statements:
        source = f" ({one_line(one.cause.source.title)})" if one.cause.source else " (nobody named)"
        if one.incident != named:
            told.append(f"  {visible(one.name)}: {one_line(one.cause.text)}{source}")
        else:
            told.append(f"    also said: {one_line(one.cause.text)}{source}")
        named = one.incident
    return ["What is said of each, the best sourced first:", *told, ""] if told else []


def _gaps(found: Causes) -> list[str]:
    from tocsin.model.told.escape import visible

    told = [f"  {visible(id)} in {visible(name)}: ATT&CK does not know it" for id, name in found.unknown]
    told += [f"  {visible(name)}: nobody wrote down how it went" for name in found.without_steps]
    if found.without_steps:
        told.append("    Fill in its steps, its measures or its causes: tocsin incident edit NAME")
    bare = [one for one in found.open_steps if one[1] and (one[1], one[2]) not in found.unknown]
    told += [
        f"  {visible(step)} ({visible(technique)}): no measure stands against it"
        for step, technique, _ in bare
    ]
    unnamed = sum(1 for one in found.open_steps if not one[1])
    if unnamed:
        told.append(f"  steps that name no technique: {unnamed}")
    return ["What cannot be told:", *told] if told else []
