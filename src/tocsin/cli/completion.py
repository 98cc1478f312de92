"""``tocsin completion``: the script that completes words in a shell."""

from __future__ import annotations

import click

from tocsin.cli.command import OneOf, Verb

__all__ = ["completion"]


@click.command(
    cls=Verb,
    examples=(
        'eval "$(tocsin completion bash)"      # in ~/.bashrc',
        'eval "$(tocsin completion zsh)"       # in ~/.zshrc',
        "tocsin completion fish > ~/.config/fish/completions/tocsin.fish",
    ),
)
@click.argument("shell", type=OneOf(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the completion script for SHELL."""
    from click.shell_completion import get_completion_class

    from tocsin.cli.main import COMPLETE_VARIABLE
    from tocsin.cli.output import write_output

    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"no completion for {shell}")
    whole = context.find_root().command
    # source_vars rather than source(): the latter runs the shell to check its version.
    complete = script(whole, {}, "tocsin", COMPLETE_VARIABLE)
    write_output(complete.source_template % complete.source_vars() + "\n")
    return 0
