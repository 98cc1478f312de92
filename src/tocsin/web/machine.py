"""The JSON API that nodes use among themselves: joining, openings, receipts, and the files of the log."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response

from tocsin.errors import BadInput
from tocsin.limits import OBJECTS_A_POST
from tocsin.model.tlp import Tlp
from tocsin.service.exchange import logs, members, renewal
from tocsin.service.exchange.inbox_list import ObjectState, own_states
from tocsin.service.exchange.node import moment
from tocsin.service.exchange.statistics import SectorFigure, is_of_vulnerability, warning_statistics
from tocsin.sharing.statistics import WITHHELD
from tocsin.store.tokens import Token
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
    """What a new member is given; the token is not shown again, and holds for ``holds_s`` seconds."""

    hub: Party
    member: Party
    token: str
    holds_s: int
    log_key: str
    checkpoint: str


class LogKey(msgspec.Struct):
    """The key that verifies what this node's log signs: an invitation holds its digest."""

    log_key: str


class Renew(msgspec.Struct, forbid_unknown_fields=True):
    """A token that the member made up: its id and the SHA-256 of its text, signed by the member's key (hexadecimal)."""

    token: str
    text_sha256: str
    signature: str


class TokenTold(msgspec.Struct, kw_only=True):
    """A token without its secret: what it is for, and until when. ``renewable`` if it came from joining.

    ``holds_s`` are the seconds until ``expires``, for those whose clock is another.
    """

    token: str
    scopes: tuple[str, ...]
    collections: tuple[str, ...]
    ceiling: str
    created: str
    expires: str
    holds_s: int
    renewable: bool


class Version(msgspec.Struct):
    """One version of an object."""

    id: str
    version: str


class AskedFor(msgspec.Struct):
    """The versions whose openings are asked for."""

    objects: list[Version]


class States(msgspec.Struct):
    """What became of those versions that you submitted in your own name; of others nothing is told."""

    states: list[ObjectState]


class Openings(msgspec.Struct):
    """Salt and entry of the leaves of those versions that you may see."""

    openings: list[Opening]


class SectorStatistic(msgspec.Struct, omit_defaults=True):
    """One sector: how many of its members answered, and how many of these saw it, as of a time; or that is withheld.

    Of a vulnerability it is not ``saw`` that is told, but how many are ``affected``.
    """

    sector: str
    answered: int | None = None
    saw: int | None = None
    affected: int | None = None
    as_of: str | None = None
    withheld: bool = False


class Statistics(msgspec.Struct):
    """What the sectors answered to a warning. ``withheld`` says in words when a figure is."""

    warning: str
    sectors: list[SectorStatistic]
    withheld: str = WITHHELD


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
            "/api/log-key",
            {"GET": _log_key},
            "anybody",
            "The key of the log: who joins holds it to the invitation before the invitation is shown.",
            LogKey,
            kind,
            reads=False,
        ),
        Way(
            "/api/token",
            {"GET": _token, "POST": _renew},
            "token",
            "The token that is shown; renewed by the member whose it is, in the last half of its life.",
            TokenTold,
            kind,
            Renew,
            reads=False,
        ),
        Way(
            "/api/inbox/states",
            {"POST": _states},
            "token",
            "What became of objects that you submitted in your own name.",
            States,
            kind,
            AskedFor,
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
            "/api/warnings/{id}/statistics",
            {"GET": _statistics},
            "either",
            "Of each sector how many members answered a warning, and how many saw it or are affected.",
            Statistics,
            kind,
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
        holds_s=made.holds_s,
        log_key=made.log_key,
        checkpoint=made.checkpoint.decode(),
    )
    return Response(msgspec.json.encode(told), 201, media_type="application/json")


def _log_key(asked: Asked) -> Response:
    told = LogKey(asked.node.log_signer.verifier_key)
    return Response(msgspec.json.encode(told), media_type="application/json")


def _token(asked: Asked) -> Response:
    return _told(asked, renewal.token_of(asked.node, asked.who))


def _renew(asked: Asked) -> Response:
    wanted = _read(asked.body, Renew)
    try:
        digest, signature = bytes.fromhex(wanted.text_sha256), bytes.fromhex(wanted.signature)
    except ValueError:
        raise BadInput("text_sha256 and signature are hexadecimal") from None
    return _told(
        asked, renewal.renew(asked.node, asked.who, renewal.Renewal(wanted.token, digest, signature))
    )


def _told(asked: Asked, token: Token) -> Response:
    told = TokenTold(
        token=token.id,
        scopes=token.scopes,
        collections=token.collections,
        ceiling=Tlp(token.ceiling).text,
        created=moment(token.created_us),
        expires=moment(token.expires_us),
        holds_s=max(0, (token.expires_us - asked.node.now_us) // 1_000_000),
        renewable=token.renewable,
    )
    return Response(msgspec.json.encode(told), media_type="application/json")


def _versions(asked: Asked) -> list[tuple[str, str]]:
    wanted = _read(asked.body, AskedFor).objects
    if len(wanted) > OBJECTS_A_POST:
        raise Problem(413, f"At most {OBJECTS_A_POST:,} objects at once.")
    return [(one.id, one.version) for one in wanted]


def _states(asked: Asked) -> Response:
    found = own_states(asked.node, asked.who, _versions(asked))
    return Response(msgspec.json.encode(States(found)), media_type="application/json")


def _openings(asked: Asked) -> Response:
    found = logs.openings(asked.node, asked.who, _versions(asked))
    return Response(msgspec.json.encode(Openings(found)), media_type="application/json")


def _receipt(asked: Asked) -> Response:
    found = logs.receipt(asked.node, asked.who, asked.part("id"))
    if found is None:
        raise Problem(404, "There is no such submission of yours.")
    return Response(found, media_type=_TEXT)


def _statistics(asked: Asked) -> Response:
    warning = asked.part("id")
    figures = warning_statistics(asked.node, asked.who, warning)
    told = Statistics(warning, [_figure(one, warning) for one in figures])
    return Response(msgspec.json.encode(told), media_type="application/json")


def _figure(one: SectorFigure, warning: str) -> SectorStatistic:
    """What is told of a sector; one that is withheld looks as one that nobody answered for."""
    if one.as_of_us is None:
        return SectorStatistic(one.sector, withheld=True)
    saw, affected = (None, one.yes) if is_of_vulnerability(warning) else (one.yes, None)
    return SectorStatistic(one.sector, one.answered, saw, affected, moment(one.as_of_us))


def _checkpoint(asked: Asked) -> Response:
    return Response(logs.checkpoint(asked.node), media_type=_TEXT)


def _log_file(asked: Asked) -> Response:
    found = logs.log_file(asked.node, asked.part("path"))
    if found is None:
        raise nothing()
    return Response(found, media_type="application/octet-stream")
