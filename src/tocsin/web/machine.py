"""The JSON API that nodes use among themselves: joining, openings, receipts, and the files of the log."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response

from tocsin.errors import BadInput
from tocsin.limits import OBJECTS_A_POST
from tocsin.service.exchange import logs, members
from tocsin.transparency.entry import Opening
from tocsin.web.answers import nothing
from tocsin.web.door import Asked, Way
from tocsin.web.problem import Problem

__all__ = ["machine_ways"]


class Join(msgspec.Struct, forbid_unknown_fields=True):
    """An invitation's secret, and the key with which the new member signs (Ed25519, hexadecimal)."""

    invitation: str
    public_key: str
    signature: str


class Party(msgspec.Struct):
    """An organisation, as the other one knows it."""

    id: str
    name: str
    sectors: tuple[str, ...]


class Welcome(msgspec.Struct):
    """What a new member is given; the token is not shown again."""

    hub: Party
    member: Party
    token: str
    log_key: str
    checkpoint: str


class Version(msgspec.Struct):
    """One version of an object."""

    id: str
    version: str


class AskedFor(msgspec.Struct):
    """The versions whose openings are asked for."""

    objects: list[Version]


class Openings(msgspec.Struct):
    """Salt and entry of the leaves of those versions that you may see."""

    openings: list[Opening]


_TEXT: Final = "text/plain; charset=utf-8"


def machine_ways() -> list[Way]:
    """The paths."""
    kind = "application/json"
    return [
        Way(
            "/api/join",
            {"POST": _join},
            "anybody",
            "Become a member with an invitation.",
            Welcome,
            kind,
            Join,
        ),
        Way(
            "/api/openings",
            {"POST": _openings},
            "token",
            "Openings of published objects.",
            Openings,
            kind,
            AskedFor,
        ),
        Way(
            "/api/receipts/{id}",
            {"GET": _receipt},
            "token",
            "The receipt of a submission of yours.",
            None,
            _TEXT,
            reads=False,
        ),
        Way(
            "/log/checkpoint",
            {"GET": _checkpoint},
            "either",
            "The log's signed state (C2SP tlog-checkpoint).",
            None,
            _TEXT,
            reads=False,
        ),
        Way(
            "/log/{path:path}",
            {"GET": _log_file},
            "either",
            "Tiles (C2SP tlog-tiles).",
            None,
            "application/octet-stream",
            reads=False,
        ),
    ]


def _read(body: bytes, shape: type[Any]) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(f"the body is not what is asked for here: {error}") from None


def _join(asked: Asked) -> Response:
    wanted = _read(asked.body, Join)
    try:
        key, signature = bytes.fromhex(wanted.public_key), bytes.fromhex(wanted.signature)
    except ValueError:
        raise BadInput("public_key and signature are hexadecimal") from None
    made = members.accept(asked.node, wanted.invitation, key, signature)
    told = Welcome(
        hub=Party(made.hub.id, made.hub.name, made.hub.sectors),
        member=Party(made.member.id, made.member.name, made.member.sectors),
        token=made.token,
        log_key=made.log_key,
        checkpoint=made.checkpoint.decode(),
    )
    return Response(msgspec.json.encode(told), 201, media_type="application/json")


def _openings(asked: Asked) -> Response:
    wanted = _read(asked.body, AskedFor).objects
    if len(wanted) > OBJECTS_A_POST:
        raise Problem(413, f"At most {OBJECTS_A_POST:,} objects at once.")
    found = logs.openings(asked.node, asked.who, [(one.id, one.version) for one in wanted])
    return Response(msgspec.json.encode(Openings(found)), media_type="application/json")


def _receipt(asked: Asked) -> Response:
    found = logs.receipt(asked.node, asked.who, asked.part("id"))
    if found is None:
        raise Problem(404, "There is no such submission of yours.")
    return Response(found, media_type=_TEXT)


def _checkpoint(asked: Asked) -> Response:
    return Response(logs.checkpoint(asked.node), media_type=_TEXT)


def _log_file(asked: Asked) -> Response:
    found = logs.log_file(asked.node, asked.part("path"))
    if found is None:
        raise nothing()
    return Response(found, media_type="application/octet-stream")
