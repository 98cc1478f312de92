"""``tocsin status``: what needs somebody now, at the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import acting, node_options, opened, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tocsin.service.home.home import Home, Item

__all__ = ["status"]


@click.command(cls=Verb, examples=("tocsin status", "tocsin status --format json"))
@node_options
def status(data: str | None, output_format: str) -> int:
    """Say what needs you now, the gravest first, and what cannot be told. It is the home page of the node.

    Exit code: 0, whatever needs you.
    """
    import msgspec

    from tocsin.service.exchange.access import access_of_person
    from tocsin.service.home.gather import home

    with opened(data) as node:
        found = home(node, access_of_person(node, acting()))
    tell(output_format, msgspec.to_builtins(found), list(_lines(found)))
    return 0


def _lines(found: Home) -> Iterator[str]:
    from tocsin.model.told.number import number

    if found.steps:
        yield "Nothing is known here yet. Begin with this:"
        for one in found.steps:
            yield from ("", f"  {one.words}", f"    {one.do}")
        return
    if found.count:
        yield f"{number(found.count, 'thing needs', 'things need')} you now."
    else:
        yield "Nothing that is known here needs you now." if found.unknown else "Nothing needs you now."
    for need in found.needs:
        yield from ("", need.title)
        yield from (f"  {_line(one)}" for one in need.items)
        yield f"  {f'{need.more:,} more: ' if need.more else 'See: '}{need.verb}"
    if found.quiet:
        yield from ("", "To know, and nothing to do")
        for told in found.quiet:
            yield from (f"  {told.words}", f"    {told.verb}")
    if found.unknown:
        yield from ("", "What cannot be told")
        for each in found.unknown:
            yield f"  {each.words}"
            if each.do:
                yield f"    {each.do}"


def _line(one: Item) -> str:
    from tocsin.model.told.escape import visible

    return visible(
        " | ".join(text for text in (one.mark.replace("_", " "), one.words, one.due, one.about) if text)
    )
