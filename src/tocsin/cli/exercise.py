"""``tocsin exercise``: attacks of the past, played through a nation of owners, and what the collaboration is worth."""

from __future__ import annotations

import re
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from tocsin.cli.command import OneOf, Verb, VerbGroup
from tocsin.errors import SourceUnavailable, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tocsin.exercise.play.processes import Event

__all__ = ["exercise"]

_SPEED: Final = re.compile(r"(\d{1,6})x")
_FORMATS: Final = ("table", "json", "html")
_WIDTH: Final = 100
_SENTENCES: Final = 400
_JOINED_S: Final = 3.0
"""So long after a line that says how many have joined comes the next."""

_PORT: Final = 8470


@click.group(
    cls=VerbGroup,
    examples=(
        "tocsin exercise run 2021",
        "tocsin exercise run 2021 --members 16 --speed 600x --keep out/exercise --stay",
        "tocsin exercise report out/exercise --format html --output report.html",
    ),
)
def exercise() -> None:
    """Play attacks of the past through a nation of owners on this machine, and measure who knew when."""


@exercise.command(
    "run",
    cls=Verb,
    examples=(
        "tocsin exercise run 2021",
        "tocsin exercise run 2021 --members 256 --format json --output result.json",
        "tocsin exercise run mine.toml --speed 600x --keep out/mine",
    ),
)
@click.argument("name", default="2021", metavar="[NAME|FILE]")
@click.option(
    "--members",
    type=click.IntRange(4, 1024),
    default=64,
    show_default=True,
    metavar="N",
    help="How many owners.",
)
@click.option(
    "--speed",
    default="max",
    show_default=True,
    metavar="Nx|max",
    help="How fast the nation's time goes: 600x waits for people, ten minutes of theirs in a second; max waits for "
    "nobody, and counts their time apart.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    metavar="N",
    help="Another number, another nation.",
)
@click.option(
    "--keep",
    metavar="DIR",
    help="Keep nodes, logs, what was seen and the report there; else all goes at the end.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="P",
    help="Where the hub listens.  [default: 8470, or where that is taken a free one]",
)
@click.option(
    "--faults/--no-faults",
    default=True,
    show_default=True,
    help="Play what goes wrong, too, after the attacks.",
)
@click.option(
    "--stay", is_flag=True, help="Go on serving the hub with the page and the report, until Ctrl-C."
)
@click.option("--format", "output_format", type=OneOf(_FORMATS), default="table", show_default=True)
@click.option("--output", metavar="FILE", default="-", help="Write the report to FILE; - is stdout.")
@click.option("--quiet", "-q", is_flag=True, help="Do not tell on stderr what happens.")
def run(
    name: str,
    members: int,
    speed: str,
    seed: int,
    keep: str | None,
    port: int,
    faults: bool,  # noqa: FBT001  click passes it by name
    stay: bool,  # noqa: FBT001  click passes it by name
    output_format: str,
    output: str,
    quiet: bool,  # noqa: FBT001  click passes it by name
) -> int:
    """Play an exercise: one that ships (2021), or a TOML file of your own.

    Owners, their logs and their people are made up by the seed; the attacks are true. A hub and each member are nodes
    with a store of their own, which talk TAXII over loopback. Who should have known what is sealed until the end, and a
    program of its own holds what people saw to it.
    """
    from tocsin.cli.output import check_target
    from tocsin.exercise.nation.facts import read_exercise
    from tocsin.exercise.play.runner import Plan, Run

    factor = _factor(speed)
    check_target(output)
    named = len(read_exercise(name).organisations)
    if named > members:
        raise UsageError(
            f"the exercise names {named} organisations, and --members is {members}",
            hint=f"Say --members {named + 1} or more: one that is drawn finds each attack first.",
        )
    with ExitStack() as held:
        folder = (
            Path(keep)
            if keep
            else Path(held.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-exercise-")))
        )
        if keep and folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} holds something already", hint="Name a new folder with --keep.")
        plan = Plan(name, members, seed, factor, port or _free_port(), faults, stay)
        made = Run(plan, folder.absolute(), (lambda _: None) if quiet else _teller())
        try:
            made.run()
        except SourceUnavailable as error:
            if keep:
                raise
            # The folder goes, and with it the log that the error names.
            hint = "Run it with --keep DIR: what its processes said is in DIR/logs then."
            raise SourceUnavailable(error.what, hint=hint) from error
        except OSError as error:
            raise SourceUnavailable(
                f"the exercise cannot go on in {folder}: {error.strerror or error}",
                hint="It needs some room on the disk; name a folder on another with --keep.",
            ) from error
        _write(folder, output_format, output)
        if stay:
            made.stay()
    return 0


@exercise.command(
    "report",
    cls=Verb,
    examples=(
        "tocsin exercise report out/exercise",
        "tocsin exercise report out/exercise --format html --output report.html",
    ),
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--format", "output_format", type=OneOf(_FORMATS), default="table", show_default=True)
@click.option("--output", metavar="FILE", default="-", help="Write the report to FILE; - is stdout.")
def report(folder: Path, output_format: str, output: str) -> int:
    """Say what happened in an exercise that was kept: what was slow, what was missed, what left the owners."""
    from tocsin.cli.output import check_target

    check_target(output)
    _write(folder, output_format, output)
    return 0


def _factor(speed: str) -> float:
    if speed == "max":
        return 0.0
    found = _SPEED.fullmatch(speed)
    if found is None or int(found[1]) < 1:
        raise UsageError(f"{speed[:20]!r} is no speed", hint="Say --speed 600x, or --speed max.")
    return float(found[1])


def _free_port() -> int:
    import socket

    with socket.socket() as tried:
        try:
            tried.bind(("127.0.0.1", _PORT))
        except OSError:
            tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


def _teller() -> Callable[[Event], None]:
    """Tells on stderr what happens, a line each; of answers and of who joins only how many there are."""
    from tocsin.model.told.escape import one_line

    answers, joined_at = 0, 0.0

    def tell(event: Event) -> None:
        nonlocal answers, joined_at
        if event["kind"] in {"answer", "warned"}:
            answers += event["kind"] == "answer"
            return
        if event["kind"] == "joined":
            if event["at"] - joined_at < _JOINED_S:
                return
            joined_at = event["at"]
        told = f" ({answers} answers)" if event["kind"] == "ends" else ""
        answers = 0 if event["kind"] in {"begins", "ends"} else answers
        day = event["now"].replace("T", " ").removesuffix("Z")
        width = _SENTENCES if event["kind"] == "fault" else _WIDTH
        text = event["text"] if event["kind"] == "link" else one_line(event["text"], width)
        sys.stderr.write(f"{event['at']:7.1f} s  {day}  {text}{told}\n")
        sys.stderr.flush()

    return tell


def _write(folder: Path, output_format: str, output: str) -> None:
    import shutil

    from tocsin.cli.output import write_output
    from tocsin.exercise.told import report_page, report_table
    from tocsin.exercise.told.report import load

    path = folder / "result.json"
    if output_format == "json" and path.is_file():
        write_output(iter([path.read_text(encoding="utf-8")]), output)
        return
    result = load(folder)
    if output_format == "html":
        write_output(report_page.render(result), output)
        return
    width = shutil.get_terminal_size((_WIDTH, 24)).columns
    write_output(report_table.render(result, width=width), output)
