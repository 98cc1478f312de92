"""Commands whose help opens with examples, a group that imports a verb only when asked, words to choose from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import PurePath
from typing import Any

import click

from tocsin.errors import Place, UsageError

__all__ = ["OneOf", "Verb", "VerbGroup"]

_USUAL = frozenset({("stix", "json")})
"""Formats with an ending of another name."""


def _nearest(word: str, known: Iterable[str]) -> str:
    """Return `` Did you mean 'check'?`` for the one of ``known`` that is nearest to ``word``, "" if none is near."""
    from difflib import get_close_matches

    return "".join(f" Did you mean {one!r}?" for one in get_close_matches(word, list(known), 1))


class OneOf(click.Choice[str]):
    """A word of a few; of one that is none of them the nearest is offered."""

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return ``value``, or fail."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            raise click.BadParameter(error.message + _nearest(value, self.choices), ctx, param) from error


def _write_help(command: click.Command, examples: Sequence[str], context: click.Context) -> str:
    formatter = context.make_formatter()
    command.format_usage(context, formatter)
    if examples:
        with formatter.section("Examples"):
            for example in examples:
                formatter.write(f"{'':>{formatter.current_indent}}{example}\n")
    command.format_help_text(context, formatter)
    command.format_options(context, formatter)
    command.format_epilog(context, formatter)
    return formatter.getvalue().rstrip("\n")


class Verb(click.Command):
    """A command; ``examples`` are lines a person can type."""

    def __init__(self, *args: Any, examples: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)

    def get_help(self, ctx: click.Context) -> str:
        """Return the help text: usage, examples, what it does, options."""
        return _write_help(self, self.examples, ctx)

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; a file whose ending is a format that was not asked for is refused, before it is filled with text."""
        _refuse_unasked_format(ctx)
        return super().invoke(ctx)


def _refuse_unasked_format(ctx: click.Context) -> None:
    """A format is never taken from a file's ending, so a page or a JSON that is expected has to be asked for.

    Raises:
        UsageError: the file's ending names a format of this verb, and --format is not said.
    """
    target = ctx.params.get("output")
    asked = next((one for one in ctx.command.params if one.name == "output_format"), None)
    if not isinstance(target, str) or asked is None or not isinstance(asked.type, click.Choice):
        return
    ending = PurePath(target).suffix.removeprefix(".").lower()
    default = asked.default
    if ending == default or ending not in asked.type.choices or (default, ending) in _USUAL:
        return
    if ctx.get_parameter_source("output_format") is click.core.ParameterSource.DEFAULT:
        raise UsageError(
            f"its ending says {ending}, and without --format it would hold a {default}",
            where=Place(file=target),
            hint=f"Add --format {ending}, or --format {default} if that is meant.",
        )


class VerbGroup(click.Group):
    """A group; ``verbs`` maps a verb to ``module:attribute``, imported when it is run or listed.

    ``sections`` are verbs below the question that they answer, for a group of so many that nobody reads them in a row.
    """

    def __init__(
        self,
        *args: Any,
        examples: Sequence[str] = (),
        verbs: Mapping[str, str] | None = None,
        sections: Mapping[str, Mapping[str, str]] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.examples = tuple(examples)
        self.sections = dict(sections or {})
        self.verbs = dict(verbs or {})
        for below in self.sections.values():
            self.verbs |= below

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs in the order given: the ones most used come first."""
        return [*self.verbs, *super().list_commands(ctx)]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the verb that ``args`` begin with; of a word that is none the nearest verb is offered."""
        word = args[0]
        known = self.list_commands(ctx)
        if word not in known and not word.startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(f"No such command {word!r}.{_nearest(word, known)}", ctx)
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, importing its module; None where there is no such verb."""
        target = self.verbs.get(cmd_name)
        if target is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = target.partition(":")
        command = getattr(import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{target} is no command")
        return command

    def get_help(self, ctx: click.Context) -> str:
        """Return the help text: usage, examples, what it does, options, verbs."""
        return _write_help(self, self.examples, ctx)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs with a line each, below their questions where there are any."""
        if not self.sections:
            super().format_commands(ctx, formatter)
            return
        wide = max(map(len, self.verbs))
        limit = formatter.width - 6 - wide
        for question, below in self.sections.items():
            # Not formatter.section: it puts a colon behind the question mark.
            formatter.write_paragraph()
            formatter.write(f"{question}\n")
            with formatter.indentation():
                found = ((name, self.get_command(ctx, name)) for name in below)
                rows = [(f"{name:<{wide}}", one.get_short_help_str(limit)) for name, one in found if one]
                formatter.write_dl(rows)
