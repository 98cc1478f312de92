"""``tocsin plan``: the few measures that would have stopped the most, with reasons and a proof."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tocsin.cli.causes import since_us
from tocsin.cli.command import OneOf, Verb
from tocsin.cli.node import has_node, node_folder, node_options, now_us, opened, tell

if TYPE_CHECKING:
    from tocsin.incidents.incident import Incident
    from tocsin.measures.catalogue import Catalogue
    from tocsin.measures.choose.exact import Progress
    from tocsin.measures.standing import StandingRead
    from tocsin.service.measures.plan import Against, PlanAnswer

__all__ = ["plan"]

_SHOWN = 5
_OPEN = 3
_WHY = 700
_MENTIONED = 10


@click.command(
    cls=Verb,
    examples=(
        "tocsin plan",
        "tocsin plan --sector energy --measures 8 --have ours.toml",
        "tocsin plan --budget 10 --must backups --never intrusion-prevention",
    ),
)
@click.option("--measures", type=click.IntRange(min=0), metavar="K", help="At most so many.  [default: 5]")
@click.option(
    "--budget",
    type=click.IntRange(min=0),
    metavar="N",
    help="At most so many points: 1 a cheap measure, 3 a dear one.",
)
@click.option("--sector", default="", metavar="SECTOR", help="Incidents of this sector.")
@click.option("--since", metavar="WHEN", help="Incidents since a day, or so long: 2019-01-01, 730d.")
@click.option(
    "--against",
    "sources",
    multiple=True,
    type=OneOf(["incidents", "campaigns", "groups"]),
    help="What it is held to: the incidents known here, ATT&CK's campaigns, ATT&CK's groups; may be given again.  "
    "[default: incidents, campaigns]",
)
@click.option("--mine", is_flag=True, help="Of incidents this node's own alone, without those of others.")
@click.option(
    "--have",
    metavar="FILE",
    help="What stands already, with evidence and date (TOML); it goes before what `tocsin posture` says of the same.",
)
@click.option(
    "--without-posture",
    is_flag=True,
    help="As if nothing stood but what --have says, whatever `tocsin posture` says.",
)
@click.option("--must", multiple=True, metavar="ID", help="This measure in any case; may be given again.")
@click.option("--never", multiple=True, metavar="ID", help="This measure in no case; may be given again.")
@click.option(
    "--guesses", metavar="FILE", help="Your own measures, costs and guesses of what they do (TOML)."
)
@click.option(
    "--learned",
    "use_learned",
    is_flag=True,
    help="Move the guesses by how often a measure was there and failed in the incidents; these are biased.",
)
@click.option(
    "--catalogue",
    type=OneOf(["tocsin", "attack"]),
    default="tocsin",
    show_default=True,
    help="Our measures, or ATT&CK's mitigations as they are.",
)
@click.option(
    "--threshold",
    type=click.FloatRange(0.0001, 0.9),
    default=0.01,
    show_default=True,
    metavar="P",
    help="At this chance or below an attempt counts as stopped.",
)
@click.option(
    "--draws",
    type=click.IntRange(0, 200),
    default=20,
    show_default=True,
    help="Try so many other guesses of what the measures do, and say which are chosen in how many.",
)
@click.option(
    "--limit",
    "limit_s",
    type=click.FloatRange(0.1),
    default=60.0,
    show_default=True,
    metavar="S",
    help="Seconds for the proof.",
)
@node_options
def plan(
    measures: int | None,
    budget: int | None,
    sector: str,
    since: str | None,
    sources: tuple[str, ...],
    mine: bool,  # noqa: FBT001  click passes it by name
    have: str | None,
    without_posture: bool,  # noqa: FBT001  click passes it by name
    must: tuple[str, ...],
    never: tuple[str, ...],
    guesses: str | None,
    use_learned: bool,  # noqa: FBT001  click passes it by name
    catalogue: str,
    threshold: float,
    draws: int,
    limit_s: float,
    data: str | None,
    output_format: str,
) -> int:
    """Choose the few measures that would have stopped the most of what happened, and say why and how sure that is.

    It is held to the incidents that are known here, others' among them, and to the campaigns that ATT&CK knows. What
    the measures do is guessed: the answer says under which guesses, how often a measure is chosen under others, and
    what no measure stops.
    """
    import msgspec

    from tocsin.measures.chance import Model
    from tocsin.measures.choose.choice import Wish
    from tocsin.service.measures.known import catalogue_of, known
    from tocsin.service.measures.learned import learned_catalogue
    from tocsin.service.measures.plan import Asked, against, plan as service, plan_answer

    own = _bytes(guesses)
    chosen = catalogue_of(catalogue, own, guesses or "")
    standing = _standing(have, data, chosen, without_posture=without_posture)
    found = against(
        _incidents(data, mine=mine),
        known(),
        catalogue=chosen,
        sources=sources or ("incidents", "campaigns"),
        sector=sector,
        since_us=since_us(since),
    )
    wish = Wish(
        measures=5 if measures is None and budget is None else measures,
        budget=budget,
        have=standing.measures,
        must=frozenset(must),
        never=frozenset(never),
    )
    asked = Asked(limit_s=limit_s, draws=draws)
    if use_learned:
        chosen = learned_catalogue(chosen, found.learned)
    with _progress() as progress:
        made = service(found.attempts, chosen, known(), wish, Model(threshold=threshold), asked, progress)
    answer = plan_answer(made, found, standing, use_learned=use_learned)
    tell(output_format, msgspec.to_builtins(answer), _lines(answer, found, standing, chosen))
    return 0


def _incidents(data: str | None, *, mine: bool) -> list[Incident]:
    """Those that the node knows; where there is none, ATT&CK alone answers."""
    if not has_node(node_folder(data)):
        return []
    from tocsin.service.incidents.received import known_incidents

    with opened(data) as node, node.reading() as connection:
        return known_incidents(node, connection, mine=mine)


def _bytes(file: str | None) -> bytes | None:
    if file is None:
        return None
    from tocsin.cli.whole_input import read_whole

    return read_whole(file)


def _standing(
    file: str | None,
    data: str | None,
    catalogue: Catalogue,
    *,
    without_posture: bool,
) -> StandingRead:
    """What the file says goes before what was noted on the node."""
    from tocsin.measures.standing import StandingRead, joined, read_standing

    said = StandingRead()
    held = _bytes(file)
    if held is not None:
        from datetime import UTC, datetime

        today = datetime.fromtimestamp(now_us() / 1_000_000, UTC).date()
        said = read_standing(held, file or "", {one.id for one in catalogue.measures}, today)
    if without_posture or not has_node(node_folder(data)):
        return said
    from tocsin.service.measures.posture import standing_posture

    with opened(data) as node:
        return joined(said, standing_posture(node, catalogue).standing)


@contextmanager
def _progress() -> Iterator[Callable[[Progress], None] | None]:
    """A line at a terminal: how many are stopped so far, and how many any choice can stop at most."""
    if not sys.stderr.isatty():
        yield None
        return

    def show(one: Progress) -> None:
        sys.stderr.write(f"\r\x1b[KChoosing: {one.stopped} stopped, at most {one.bound} ({one.gap:.0%} open)")
        sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _lines(made: PlanAnswer, found: Against, standing: StandingRead, catalogue: Catalogue) -> list[str]:
    from tocsin.measures.learned import learned_about, learned_words
    from tocsin.measures.sure import sure_words
    from tocsin.model.told.escape import one_line, visible
    from tocsin.model.told.number import number

    told = [
        f"{number(len(made.measures), 'measure')} would have stopped {made.stopped:,} of {number(made.of, 'attempt')}"
        + (f" ({made.before:,} of them by what stands already)" if made.before else "")
        + ":",
        "",
    ]
    names = {one.id: one.name for one in catalogue.measures}
    learned = {one.measure: one for one in made.learned}
    for at, one in enumerate(made.measures, 1):
        often = f"; chosen in {one.selected_in:.0%} of other guesses" if one.selected_in is not None else ""
        told += [
            f"{at}. {visible(one.name)}",
            f"   {one_line(one.why, _WHY)}",
            *([f"   {learned_words(learned[one.id])}."] if one.id in learned else []),
            f"   Cost {one.cost} of 3{often}. ({one.id})",
            "",
        ]
    told += _stands(standing, names)
    told += ["How sure that is:", *(f"  {line}" for line in sure_words(made, names))]
    told += [f"  {line}" for line in learned_about(made.learned, used=made.with_learned)]
    if made.nothing_stops:
        told += ["", f"Nothing here stops {number(len(made.nothing_stops), 'attempt')}:"]
        told += [
            f"  {visible(one.name)}"
            + (f" (no measure stands against {_techniques(one.open)})" if one.open else "")
            for one in made.nothing_stops[:_SHOWN]
        ]
        if len(made.nothing_stops) > _SHOWN:
            told.append(f"  and {len(made.nothing_stops) - _SHOWN:,} more; --format json lists all")
    told += _aside(found, standing, names)
    return told


def _techniques(ids: Sequence[str]) -> str:
    from tocsin.service.measures.known import known

    held = [known().technique(id) for id in ids[:_OPEN]]
    told = ", ".join(one.name if one else id for one, id in zip(held, ids, strict=False))
    return f"{told} and {len(ids) - _OPEN:,} more" if len(ids) > _OPEN else told


def _stands(standing: StandingRead, names: Mapping[str, str]) -> list[str]:
    from tocsin.model.told.escape import one_line

    told: list[str] = []
    for one in standing.standing:
        told.append(
            f"  {one_line(names.get(one.measure, one.measure))}: {one_line(one.evidence)} ({one.day})"
        )
        told += [f"    but {one_line(doubt)}" for doubt in one.doubts]
    return ["Stands already, and is not chosen again:", *told, ""] if told else []


def _aside(found: Against, standing: StandingRead, names: Mapping[str, str]) -> list[str]:
    from tocsin.model.told.escape import one_line, visible

    told = [
        f"Left out: {visible(name)}: no step of it names a technique that is known"
        for name in found.left_out[:_SHOWN]
    ]
    told += [
        f"Does not count as standing: {one_line(names.get(one.measure, one.measure))}: {one_line(one.why, _WHY)}"
        for one in standing.not_counted[:_MENTIONED]
    ]
    if len(standing.not_counted) > _MENTIONED:
        told.append(
            f"and {len(standing.not_counted) - _MENTIONED:,} more that do not count: tocsin posture show"
        )
    if found.without_sector:
        told.append(
            f"ATT&CK does not say which sectors its {found.without_sector} campaigns hit; all of them count. "
            "Without them: --against incidents"
        )
    return ["", *told] if told else []
