"""How measures stand, for a person: what counts first, and what is not known last."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.measures.assessment import State
from tocsin.measures.automatic import Observed, Speaks
from tocsin.measures.posture import Posture, PostureLine
from tocsin.model.told.escape import one_line, visible
from tocsin.model.told.number import number

__all__ = ["render"]

_SPEAKS = {
    Speaks.FOR: "this node knows",
    Speaks.AGAINST: "this node knows, against it",
    Speaks.CANNOT_TELL: "this node cannot tell",
}


def render(posture: Posture, *, everything: bool) -> list[str]:
    """Lines of text. With ``everything`` also those of which nobody said anything and nothing is known are named."""
    lines = posture.lines
    counts = [one for one in lines if one.counts]
    hollow = [one for one in lines if one.state is State.IN_PLACE and not one.counts]
    partly = [one for one in lines if one.state is State.PARTLY]
    absent = [one for one in lines if one.state is State.ABSENT]
    unknown = [one for one in lines if one.state is State.UNKNOWN]
    head = (
        f"{number(len(lines), 'measure')}: {len(counts)} in place with evidence, {len(hollow)} said to be and not "
        f"counted, {len(partly)} in part, {len(absent)} not in place, {len(unknown)} not known."
    )
    told = [
        head,
        *_part("In place:", counts),
        *_part("Said to be in place, and does not count:", hollow),
        *_part("In place in part, and does not count:", partly),
        *_part("Not in place:", absent),
        *_unknown(unknown, everything=everything),
    ]
    if posture.elsewhere:
        told += ["", f"Said to be there, and not in this catalogue: {', '.join(posture.elsewhere)}"]
    return told


def _part(head: str, lines: Sequence[PostureLine]) -> list[str]:
    return ["", head, *(told for one in lines for told in _line(one))] if lines else []


def _line(one: PostureLine) -> Iterator[str]:
    yield f"  {one.measure}: {visible(one.name)}"
    if one.said is not None:
        held = one.said.assessment
        if held.evidence:
            yield f"    {one_line(held.evidence)} ({held.day or 'of no day'})"
        if one.old:
            yield f"    the evidence is {one.age_days:,} days old: look again"
        if one.why_not and one.state is State.IN_PLACE:
            yield f"    {one.why_not}"
        yield f"    noted {one.said.noted[:10]} by {visible(one.said.by)}"
    yield from (_seen(each) for each in one.observed)
    yield from (f"    These contradict each other: {each}." for each in one.contradictions)


def _seen(one: Observed) -> str:
    return f"    {_SPEAKS[one.speaks]} ({one.day}): {one_line(one.text)}"


def _unknown(unknown: Sequence[PostureLine], *, everything: bool) -> Iterator[str]:
    if not unknown:
        return
    yield ""
    yield "Not known whether these are in place, and none of them counts:"
    silent = []
    for one in unknown:
        if one.observed or one.said or everything:
            yield from _line(one)
        else:
            silent.append(one.measure)
    if silent:
        rest = "others" if len(silent) < len(unknown) else "measures"
        yield f"  {len(silent)} {rest}; name them with --all, or say it of all at once:"
        yield "  tocsin posture show --format toml > ours.toml    then    tocsin posture assess --from ours.toml"
