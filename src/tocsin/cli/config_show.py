"""``tocsin config show``: the settings in force, and where each comes from."""

from __future__ import annotations

import click

from tocsin.cli.command import OneOf, Verb, VerbGroup

__all__ = ["config"]


@click.group(cls=VerbGroup, examples=("tocsin config show --origin",))
def config() -> None:
    """Show the settings."""


@config.command(
    cls=Verb,
    examples=("tocsin config show --origin", "TOCSIN_THREADS=1 tocsin config show --origin"),
)
@click.option("--origin", is_flag=True, help="Also say where each value comes from.")
@click.option(
    "--format",
    "as_format",
    type=OneOf(["text", "json"]),
    default="text",
    show_default=True,
    help="How the settings are written; text is what tocsin.toml takes.",
)
def show(origin: bool, as_format: str) -> int:  # noqa: FBT001  click passes it by name
    """Show each setting's value.

    A flag comes before the environment (TOCSIN_THREADS), then ./tocsin.toml, then tocsin.toml in your
    configuration folder, then the default.
    """
    import json
    from pathlib import Path

    from tocsin.cli.output import write_output
    from tocsin.config import SETTINGS, load_config, without_password

    settings = load_config()
    values = {
        setting.key: str(value) if isinstance(value, Path) else value
        for setting in SETTINGS
        for value in [getattr(settings, setting.key)]
    }
    values["database"] = without_password(values["database"])
    if as_format == "json":
        document = {
            key: {"value": value, "origin": settings.origin[key]} if origin else value
            for key, value in values.items()
        }
        write_output(json.dumps(document, indent=2) + "\n")
        return 0
    lines = [f"{key} = {_toml(value)}" for key, value in values.items()]
    width = max(map(len, lines))
    if origin:
        lines = [
            f"{line:<{width}}  # {settings.origin[key]}" for key, line in zip(values, lines, strict=True)
        ]
    write_output("\n".join(lines) + "\n")
    return 0


def _toml(value: object) -> str:
    """A value as TOML: JSON's strings, numbers, booleans and lists of strings are TOML too, its objects are not."""
    import json

    if isinstance(value, dict):
        pairs = (f"{key} = {_toml(held)}" for key, held in value.items())
        return f"{{{', '.join(pairs)}}}"
    return json.dumps(value, ensure_ascii=False)
