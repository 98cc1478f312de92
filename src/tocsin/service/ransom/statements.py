"""``wallet statement``: what persons say of who is behind an address, a cluster or an incident."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection

from tocsin.errors import BadInput, NothingToCheck, Place, TocsinError
from tocsin.incidents.incident import Incident
from tocsin.ransom.attribution.statement import Statement, SubjectKind, statement_id
from tocsin.ransom.dossier.parts import Said
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import chosen_of, kept_incidents
from tocsin.service.inventory.kept import day_of
from tocsin.store import log
from tocsin.store.statements import KeptStatement, keep_statement, statements, withdraw_statement
from tocsin.transparency.entry import Act

__all__ = ["Added", "add_statements", "kept_statements", "list_statements", "withdraw"]

_SHORT: Final = 8
_decoder: Final = msgspec.json.Decoder(Statement)


@dataclass(frozen=True, slots=True)
class Added:
    """The statements of a file: those that are ``new``, and those that were ``known``, withdrawn ones among them."""

    new: Sequence[Said]
    known: Sequence[Said]


def add_statements(node: Node, made: Sequence[Statement], name: str, *, by: str) -> Added:
    """Note the statements of the file ``name``, each an act in the log; one that is there already is not noted again.

    Raises:
        BadInput, NothingToCheck: an incident that is named is none or several, or one is said on a day to come; nothing
            of the file is noted.
    """
    now_us = node.now_us
    _check_days(made, name, now_us)

    def act(connection: Connection) -> Added:
        incidents = kept_incidents(connection)
        named = [_with_incident(one, incidents, name, number) for number, one in enumerate(made)]
        held = {one.id: one for one in _said(connection, incidents)}
        new: dict[uuid.UUID, Said] = {}
        for one in named:
            id = statement_id(one)
            if id in held or id in new:
                continue
            keep_statement(connection, KeptStatement(str(id), now_us, by, msgspec.json.encode(one)))
            log.append(
                connection, [node.salted_for_others(Act.STATEMENT, by, {"statement": str(id)}, now_us)]
            )
            new[id] = Said(id, one, now_us, by, _subject_words(one, incidents))
        known = [held[id] for id in dict.fromkeys(map(statement_id, named)) if id in held]
        return Added(list(new.values()), known)

    return node.write(act)


def list_statements(node: Node) -> list[Said]:
    """All statements, withdrawn ones too."""
    with node.reading() as connection:
        return kept_statements(connection)


def kept_statements(connection: Connection) -> list[Said]:
    """All statements, by the day on which they were made."""
    return _said(connection, kept_incidents(connection))


def withdraw(node: Node, which: str, *, why: str, by: str) -> Said:
    """Withdraw the statement whose id begins with ``which``. It stays, and is shown as withdrawn.

    Raises:
        NothingToCheck: there is none.
        BadInput: there are several, or it is withdrawn already.
    """
    now_us = node.now_us

    def act(connection: Connection) -> Said:
        found = _chosen(kept_statements(connection), which)
        if found.withdrawn_us is not None:
            raise BadInput(
                f"the statement {str(found.id)[:_SHORT]} was withdrawn already, by {found.withdrawn_by}"
            )
        withdraw_statement(connection, str(found.id), now_us, by, why)
        subject = {"statement": str(found.id), "withdrawn": True}
        log.append(connection, [node.salted_for_others(Act.STATEMENT, by, subject, now_us)])
        return found

    return node.write(act)


def _chosen(said: Sequence[Said], which: str) -> Said:
    found = [one for one in said if which and str(one.id).startswith(which.lower())]
    if not found:
        raise NothingToCheck(
            f"no statement here has the id {which[:40]}", hint="See them: tocsin wallet statement list"
        )
    if len(found) > 1:
        raise BadInput(
            f"{len(found)} statements have an id that begins with {which[:40]}", hint="Write more of it."
        )
    return found[0]


def _said(connection: Connection, incidents: Sequence[Incident]) -> list[Said]:
    found = []
    for one in statements(connection):
        statement = _decoder.decode(one.body)
        found.append(
            Said(
                uuid.UUID(one.id),
                statement,
                one.noted_us,
                one.noted_by,
                _subject_words(statement, incidents),
                one.withdrawn_us,
                one.withdrawn_by,
                one.withdrawn_why,
            )
        )
    return sorted(found, key=lambda one: (one.statement.said_on, one.id))


def _subject_words(one: Statement, incidents: Sequence[Incident]) -> str:
    subject = one.subject
    if subject.kind is SubjectKind.ADDRESS:
        return f"the address {subject.value}"
    if subject.kind is SubjectKind.CLUSTER:
        return f"all addresses that are taken to have one holder with {subject.value}"
    names: Mapping[str, str] = {each.id: each.name for each in incidents}
    return f"the incident {names.get(subject.value, subject.value)}"


def _check_days(made: Sequence[Statement], name: str, now_us: int) -> None:
    # Where the person is it may be tomorrow already.
    latest = day_of(now_us) + timedelta(days=1)
    for number, one in enumerate(made):
        if one.said_on > latest:
            raise BadInput(
                f"it is said on {one.said_on}, a day to come",
                where=Place(file=name, path=f"$.statement[{number}].said_on"),
                hint="Is the clock here right?",
            )


def _with_incident(one: Statement, incidents: Sequence[Incident], name: str, number: int) -> Statement:
    if not one.incident:
        return one
    try:
        return msgspec.structs.replace(one, incident=chosen_of(incidents, one.incident).id)
    except TocsinError as error:
        error.where = Place(file=name, path=f"$.statement[{number}].incident")
        raise
