"""The entry point: finds the verb, runs it, and turns what became of it into an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from tocsin import __version__
from tocsin.cli.command import VerbGroup
from tocsin.errors import TocsinError, UsageError

__all__ = ["main", "run", "tocsin"]

INTERRUPTED = 130  # 128 + SIGINT, as a shell shows it
READER_GONE = 141  # 128 + SIGPIPE
BUG = 70  # EX_SOFTWARE of sysexits.h
COMPLETE_VARIABLE = "_TOCSIN_COMPLETE"


@click.group(
    cls=VerbGroup,
    sections={
        "Are we hit?": {
            "check": "tocsin.cli.check:check",
            "match": "tocsin.cli.match:match",
            "explain": "tocsin.cli.explain:explain",
        },
        "Are we exposed? May this product come in?": {
            "inventory": "tocsin.cli.inventory:inventory",
            "affected": "tocsin.cli.affected:affected",
            "advisory": "tocsin.cli.advisory:advisory",
            "gate": "tocsin.cli.gate:gate",
            "version": "tocsin.cli.version:version",
        },
        "Whom must we tell, and what caused it?": {
            "incident": "tocsin.cli.incident:incident",
            "causes": "tocsin.cli.causes:causes",
        },
        "What do we do first?": {
            "status": "tocsin.cli.status:status",
            "plan": "tocsin.cli.plan:plan",
            "posture": "tocsin.cli.posture:posture",
        },
        "May we pay? Where did the money go?": {
            "wallet": "tocsin.cli.wallet:wallet",
        },
        "What do others know, and what do we tell them?": {
            "join": "tocsin.cli.join:join",
            "source": "tocsin.cli.source:source",
            "sync": "tocsin.cli.sync:sync",
            "share": "tocsin.cli.share:share",
            "publish": "tocsin.cli.publish:publish",
            "withdraw": "tocsin.cli.withdraw:withdraw",
            "inbox": "tocsin.cli.inbox:inbox",
            "export": "tocsin.cli.export:export",
        },
        "Who may come to this node?": {
            "serve": "tocsin.cli.serve:serve",
            "signin": "tocsin.cli.signin:signin",
            "member": "tocsin.cli.member:member",
            "token": "tocsin.cli.token:token",
        },
        "How is this node kept?": {
            "init": "tocsin.cli.init:init",
            "log": "tocsin.cli.log:log",
            "backup": "tocsin.cli.backup:backup",
            "restore": "tocsin.cli.backup:restore",
            "doctor": "tocsin.cli.doctor:doctor",
            "config": "tocsin.cli.config_show:config",
            "completion": "tocsin.cli.completion:completion",
        },
        "What is it worth?": {
            "exercise": "tocsin.cli.exercise:exercise",
        },
    },
    examples=(
        "tocsin check /var/log --against feed.json",
        "tocsin check evtx/ proxy.csv.gz --against feeds/ iocs.txt --since 90d",
        "tocsin check logs/ --against feed.json --format html --output report.html",
        "tocsin exercise run 2021",
        "tocsin match \"[ipv4-addr:value = '198.51.100.7']\" observed.json",
    ),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.version_option(__version__, prog_name="tocsin", message="%(prog)s %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected error.")
def tocsin(debug: bool) -> None:  # noqa: FBT001  click passes it by name; main() reads it
    """Check your own logs against shared warnings, on your own machine.

    Every warning gets an answer: hit, not seen, or cannot tell and why. Nothing leaves this machine but what you
    choose to share.
    """


def run() -> None:
    """Run the command line of this process and exit."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit code; errors are told on stderr."""
    as_json = _wants_json(arguments)
    try:
        code = _invoke(list(arguments))
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.exceptions.UsageError as error:
        code = _tell_usage(error, as_json=as_json)
    except click.ClickException as error:
        code = _tell(UsageError(error.format_message()), as_json=as_json)
    except TocsinError as error:
        code = _tell(error, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        sys.stderr.write("\ntocsin: interrupted\n")
        code = INTERRUPTED
    except BrokenPipeError:
        _drop_stdout()
        code = READER_GONE
    except Exception as error:  # noqa: BLE001  the last resort: a bug must never exit 1, which means a finding
        code = _tell_bug(error, debug="--debug" in arguments, as_json=as_json)
    return code


def _invoke(arguments: list[str]) -> int:
    # Not tocsin.main(): that ends the process with 1 when the reader of a pipe goes away.
    instruction = os.environ.get(COMPLETE_VARIABLE)
    if instruction:
        from click.shell_completion import shell_complete

        return shell_complete(tocsin, {}, "tocsin", COMPLETE_VARIABLE, instruction)
    with tocsin.make_context("tocsin", arguments) as context:
        answer = tocsin.invoke(context)
    return answer if isinstance(answer, int) else 0


def _wants_json(arguments: Sequence[str]) -> bool:
    last = ""
    for place, word in enumerate(arguments):
        if word.startswith("--format="):
            last = word.partition("=")[2]
        elif word == "--format":
            last = "".join(arguments[place + 1 : place + 2])
    return last in {"json", "jsonl"}


def _tell(error: TocsinError, *, as_json: bool) -> int:
    from tocsin.cli.problem import problem_json, problem_text

    sys.stderr.write(problem_json(error) if as_json else problem_text(error))
    return error.exit_code


def _tell_usage(error: click.UsageError, *, as_json: bool) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        error.show()
        return error.exit_code
    hint = f"See `{error.ctx.command_path} --help`." if error.ctx else "See `tocsin --help`."
    if error.ctx and not as_json:
        sys.stderr.write(error.ctx.get_usage() + "\n\n")
    return _tell(UsageError(error.format_message(), hint=hint), as_json=as_json)


def _tell_bug(error: Exception, *, debug: bool, as_json: bool) -> int:
    if debug:
        import traceback

        traceback.print_exception(error)
    wanted = TocsinError(
        f"an unexpected error, which is a bug of tocsin {__version__}: {type(error).__name__}: {error}",
        hint="Run `tocsin --debug ...` again and report what it prints." if not debug else None,
    )
    _tell(wanted, as_json=as_json)
    return BUG


def _drop_stdout() -> None:
    """Send the rest of stdout nowhere: its reader has gone, and Python's flush at exit would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
