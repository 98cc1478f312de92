"""``tocsin incident``: what happened here, in one form."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import OneOf, Verb, VerbGroup
from tocsin.cli.node import acting, node_options, opened, table, tell
from tocsin.errors import BadInput, Place, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from tocsin.incidents.incident import Incident

__all__ = ["incident"]


@click.group(
    cls=VerbGroup,
    verbs={
        "due": "tocsin.cli.incident_duties:due",
        "report": "tocsin.cli.incident_duties:report",
        "told": "tocsin.cli.incident_duties:told",
        "profile": "tocsin.cli.incident_duties:profile",
        "send": "tocsin.cli.incident_send:send",
        "links": "tocsin.cli.incident_links:links",
        "learned": "tocsin.cli.incident_learned:learned",
        "rules": "tocsin.cli.incident_rules:rules",
    },
    examples=(
        'tocsin incident new "Billing is encrypted" --kind ransomware',
        "tocsin incident edit 3f0c4c53",
        "tocsin incident list",
        'tocsin incident send 3f0c4c53 --to "Water ISAC" --dry-run',
    ),
)
def incident() -> None:
    """Note what happened, once: every report is made from this one form. It stays on this node until you send it."""


@incident.command(
    "new",
    cls=Verb,
    examples=(
        'tocsin incident new "Billing is encrypted" --kind ransomware',
        'tocsin incident new "Strange logins" --set "moments.detected=2026-05-07 05:00 America/New_York"',
        'tocsin incident new "Billing is encrypted" --from form.toml',
    ),
)
@click.argument("name")
@click.option(
    "--kind", "kinds", multiple=True, metavar="WORD", help="ransomware, data-breach, ...; may be given again."
)
@click.option("--from", "form", metavar="FILE", help="A form that is filled in already; - is stdin.")
@click.option(
    "--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Fill in one field; may be given again."
)
@node_options
def new(
    name: str,
    kinds: tuple[str, ...],
    form: str | None,
    settings: tuple[str, ...],
    data: str | None,
    output_format: str,
) -> int:
    """Note a new incident. Only its name has to be known; the rest can be filled in later with `incident edit`."""
    from tocsin.service.incidents.kept import short_id
    from tocsin.service.incidents.record import record

    wanted = [
        *([("kinds", _listed(kinds))] if kinds else []),
        ("name", _quoted(name)),
        *map(_setting, settings),
    ]
    with opened(data) as node:
        made = record(node, name, form=_form(form), settings=wanted, by=acting())
    short = short_id(made)
    tell(
        output_format,
        {"incident": made.id, "name": made.name},
        [
            f"{made.name}: noted as {short}.",
            f"Fill in what is known: tocsin incident edit {short}",
            "Whom it has to be told to, and by when: tocsin incident due",
        ],
    )
    return 0


@incident.command(
    "edit",
    cls=Verb,
    examples=(
        "tocsin incident edit 3f0c4c53",
        'tocsin incident edit 3f0c4c53 --set "moments.paid=2026-05-08 14:00 America/New_York"',
        "tocsin incident edit 3f0c4c53 --from form.toml",
    ),
)
@click.argument("which", metavar="ID|NAME")
@click.option("--from", "form", metavar="FILE", help="The form as it is now; - is stdin.")
@click.option(
    "--set", "settings", multiple=True, metavar="FIELD=VALUE", help="Fill in one field; may be given again."
)
@node_options
def edit(
    which: str, form: str | None, settings: tuple[str, ...], data: str | None, output_format: str
) -> int:
    """Change an incident: in your editor, from a file, or field by field. What was noted before is kept."""
    from tocsin.service.incidents.kept import short_id
    from tocsin.service.incidents.record import edit as service

    wanted = [_setting(each) for each in settings]
    with opened(data) as node:
        text = _form(form)
        if not (text or wanted):
            text = _edited(_text(node, which))
        made = service(node, which, form=text, settings=wanted, by=acting())
    tell(output_format, {"incident": made.id, "name": made.name}, [f"{made.name}: kept as {short_id(made)}."])
    return 0


@incident.command("list", cls=Verb, examples=("tocsin incident list", "tocsin incident list --all"))
@click.option("--all", "everything", is_flag=True, help="Also those of others that hubs and sources give.")
@node_options
def list_(everything: bool, data: str | None, output_format: str) -> int:  # noqa: FBT001  click passes it by name
    """List the incidents of this node, the last changed first; those of others that were imported come after its own.

    With --all also those that hubs and sources give.
    """
    import msgspec

    from tocsin.service.incidents.incident_list import incident_list, whose
    from tocsin.service.incidents.kept import kept_incidents
    from tocsin.service.incidents.received import received_incidents

    with opened(data) as node, node.reading() as connection:
        kept = sorted(kept_incidents(connection), key=lambda one: not one.is_own)
        received = received_incidents(node, connection) if everything else []
    own = [(one, "own") for one in kept if one.is_own]
    others = [(one, whose(one)) for one in kept if not one.is_own]
    others += [(one.incident, one.by or "released here") for one in received]
    rows = incident_list([one for one, _ in (*own, *others)], in_order=True).incidents
    tell(
        output_format,
        {
            "incidents": [
                {**msgspec.to_builtins(row), "from": by}
                for row, (_, by) in zip(rows, (*own, *others), strict=True)
            ]
        },
        [*_own_lines(own, others), *_others_lines(others)],
    )
    return 0


def _own_lines(own: Sequence[tuple[Incident, str]], others: Sequence[tuple[Incident, str]]) -> list[str]:
    if not own and others:
        return ['None of yours. Note one: tocsin incident new "What happened"']
    return table(
        ("ID", "NAME", "KIND", "DETECTED", "WORK", "STEPS"),
        [(*_cells(one), one.investigation.value, f"{len(one.flow.actions):,}") for one, _ in own],
        empty='There is none yet. Note one: tocsin incident new "What happened"',
    )


def _others_lines(others: Sequence[tuple[Incident, str]]) -> list[str]:
    if not others:
        return []
    return [
        "",
        "Of others; nothing of these is due from you:",
        "",
        *table(
            ("ID", "NAME", "KIND", "DETECTED", "WHOSE, OR WHO GAVE IT", "STEPS"),
            [(*_cells(one), by, f"{len(one.flow.actions):,}") for one, by in others],
            empty="",
        ),
    ]


def _cells(one: Incident) -> tuple[str, str, str, str]:
    from tocsin.incidents.moment import moment_text
    from tocsin.service.incidents.kept import short_id

    detected = moment_text(one.moments.detected) if one.moments.detected else "-"
    return short_id(one), one.name, ", ".join(one.kinds) or "-", detected


@incident.command(
    "show",
    cls=Verb,
    examples=(
        "tocsin incident show 3f0c4c53",
        "tocsin incident show 3f0c4c53 > form.toml",
        "tocsin incident show 3f0c4c53 --version 1",
    ),
)
@click.argument("which", metavar="ID|NAME")
@click.option(
    "--version",
    "number",
    type=int,
    metavar="N",
    help="As it was noted then; 1 is the oldest.  [default: the newest]",
)
@node_options
def show(which: str, number: int | None, data: str | None, output_format: str) -> int:
    """Show an incident as its form, which `incident edit --from` reads again; also one of others, by its id."""
    import msgspec

    from tocsin.incidents.form import form_text
    from tocsin.service.incidents.kept import version
    from tocsin.service.incidents.received import own_or_received

    with opened(data) as node, node.reading() as connection:
        held = (
            own_or_received(node, connection, which) if number is None else version(connection, which, number)
        )
    if output_format == "json":
        tell(output_format, msgspec.to_builtins(held), ())
    else:
        sys.stdout.write(form_text(held))
    return 0


@incident.command("history", cls=Verb, examples=("tocsin incident history 3f0c4c53",))
@click.argument("which", metavar="ID|NAME")
@node_options
def history(which: str, data: str | None, output_format: str) -> int:
    """List all that was noted of an incident, by whom and when, and what of it changed."""
    from tocsin.incidents.moment import Moment, moment_text
    from tocsin.service.incidents.kept import versions

    with opened(data) as node, node.reading() as connection:
        noted = versions(connection, which)
    tell(
        output_format,
        {
            "incident": noted[-1].incident.id,
            "name": noted[-1].incident.name,
            "versions": [
                {
                    "version": one.number,
                    "at_us": one.changed_us,
                    "by": one.changed_by,
                    "changed": list(one.changed),
                }
                for one in noted
            ],
        },
        table(
            ("VERSION", "NOTED", "BY", "CHANGED"),
            [
                (
                    f"{one.number:,}",
                    moment_text(Moment(one.changed_us)),
                    one.changed_by,
                    ", ".join(one.changed) or "-",
                )
                for one in noted
            ],
            empty="",
        ),
    )
    return 0


@incident.command(
    "import",
    cls=Verb,
    examples=(
        "tocsin incident import incident.json",
        "tocsin incident import bundles/",
        "tocsin incident import veris/ --format json",
    ),
)
@click.argument("files", nargs=-1, required=True, metavar="FILE|DIR|-...")
@click.option("--own", is_flag=True, help="They happened to this organisation, whomever they name.")
@node_options
def import_(files: tuple[str, ...], own: bool, data: str | None, output_format: str) -> int:  # noqa: FBT001  click passes it by name
    """Take in incidents: STIX with the incident extensions, VERIS, forms (.toml), flows of the Builder (.afb).

    One that is here already gets a new version if it says anything new. Those that name this organisation as the victim
    are its own; all others count for causes and plans, and nothing of them is due.
    """
    from tocsin.model.told.escape import one_line, visible
    from tocsin.service.incidents.bundles import import_incidents
    from tocsin.service.incidents.incident_list import whose
    from tocsin.service.incidents.kept import short_id

    with opened(data) as node:
        read = import_incidents(node, files, sys.stdin.buffer, by=acting(), own=own)
    not_read = [part for one in read for part in one.not_read]
    tell(
        output_format,
        {
            "imported": [
                {"incident": made.id, "name": made.name, "whose": whose(made)}
                for one in read
                for made in one.incidents
            ],
            "not_read": [{"file": file, "place": place, "why": why} for file, place, why in not_read],
        },
        [
            *(
                f"{visible(made.name)}: kept as {short_id(made)}"
                + (f", as one of others ({one_line(whose(made))})." if whose(made) else ".")
                for one in read
                for made in one.incidents
            ),
            *(
                f"not read: {visible(file)} {visible(place)}: {one_line(why)}"
                for file, place, why in not_read
            ),
        ],
    )
    return 0


@incident.command(
    "export",
    cls=Verb,
    examples=(
        "tocsin incident export 3f0c4c53 --output incident.json",
        "tocsin incident export 3f0c4c53 --format afb --output steps.afb",
    ),
)
@click.argument("which", metavar="ID|NAME")
@click.option(
    "--format",
    "output_format",
    type=OneOf(["stix", "form", "flow", "afb"]),
    default="stix",
    show_default=True,
    help="STIX 2.1, the form (TOML), or the steps alone: as STIX of Attack Flow, or for its Builder.",
)
@click.option("--output", metavar="FILE", default="-", help="Write to FILE; - is stdout.")
@click.option(
    "--data",
    metavar="DIR",
    help="The node's folder.  [default: $TOCSIN_DATA, else the data folder of this user]",
)
def export(which: str, output_format: str, output: str, data: str | None) -> int:
    """Write an incident whole, with nothing taken off: what you send on from here is yours to look through first."""
    from tocsin.cli.output import check_target, write_output
    from tocsin.service.incidents.bundles import export_incident

    check_target(output)
    with opened(data) as node:
        written = export_incident(node, which, output_format)
    write_output(iter([written.decode()]), output)
    return 0


def _text(node: Any, which: str) -> str:
    from tocsin.incidents.form import form_text

    return form_text(_found(node, which))


def _found(node: Any, which: str) -> Incident:
    from tocsin.service.incidents.kept import newest

    with node.reading() as connection:
        return newest(connection, which)


def _form(file: str | None) -> str:
    if file is None:
        return ""
    from tocsin.cli.whole_input import read_whole, told_name

    try:
        return read_whole(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"the form is no UTF-8 (byte {error.start:,})", where=Place(file=told_name(file))
        ) from None


def _edited(text: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to edit in", hint="Say --from FILE with the form, or --set FIELD=VALUE."
        )
    after = click.edit(text, extension=".toml")
    return text if after is None else after


def _setting(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"--set {text[:60]!r} names no value", hint="Write --set FIELD=VALUE.")
    return field.strip(), value.strip()


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def _listed(words: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, words))}]"
