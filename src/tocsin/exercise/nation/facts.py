"""What an exercise plays: attacks with their facts, and what of them a nation is to have. A TOML file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from tocsin.detect.pattern.parse import parse_pattern
from tocsin.detect.pattern_values import values_of
from tocsin.errors import BadInput, PatternError, Place, SourceUnavailable
from tocsin.limits import RULE_FILE_BYTES
from tocsin.model.sectors import find_sector, sectors
from tocsin.model.toml_text import decode_toml
from tocsin.ransom.address.address import NotScreenable, parse_address
from tocsin.ransom.address.base58 import with_check
from tocsin.ransom.address.ripemd160 import hash160
from tocsin.service.incidents.links import is_common

__all__ = [
    "Advisory",
    "Attack",
    "Exercise",
    "Inject",
    "Organisation",
    "Product",
    "Stricken",
    "Trace",
    "example_incident",
    "read_exercise",
    "shipped",
    "shipped_patterns",
]

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
_EXAMPLES: Final = "examples"
_WEB_HOST: Final = "MAIL"
"""The machine of which the generator writes logs of a web server."""
_WARNINGS: Final = "warnings-2021.json"


class Trace(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a log shows where the attack passed.

    ``log`` is the kind: lookups of names, connections, events of Sysmon, requests to a web server. ``shows`` are the
    warnings that find it; ``share`` is at how many of those who were hit it is.
    """

    log: Literal["dns", "conn", "sysmon", "web"]
    shows: tuple[str, ...]
    share: Share = 1.0
    query: str = ""
    answers: tuple[str, ...] = ()
    address: str = ""
    port: int = 443
    event: int = 1
    image: str = ""
    fields: Mapping[str, str] = {}
    method: str = "GET"
    stem: str = "/"
    agent: str = ""
    mailbox: str = ""


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is attacked: who has it (``owners_share``), and how many of these in an ``affected`` version."""

    vendor: str
    name: str
    affected: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    fixed: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    owners_share: Share = 0.5
    affected_share: Share = 0.6

    @property
    def shown(self) -> str:
        """How an inventory names it: the maker only where the product's name does not begin with it."""
        is_there = self.name.lower().startswith(self.vendor.lower())
        return self.name if is_there else f"{self.vendor} {self.name}"


class Advisory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the hub tells of the product: under which ``id``, and what there is to ``do``."""

    id: str
    title: str
    do: str


class Inject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A card of a tabletop: what those who play are told, ``after_s`` the first report (the nation's seconds)."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
    after_s: Annotated[int, msgspec.Meta(ge=0)] = 0
    to: str = "all"


class Stricken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an attack is to an organisation that the file names: what is not said is not so.

    ``version`` is that of the attacked product there, ``is_known`` whether its list of assets says it.
    """

    attack: Id
    version: str = ""
    is_known: bool = True
    hit: bool = False
    paying: bool = False


class Organisation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An owner that the file names, beside those that are drawn."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
    sector: str
    logs: tuple[Literal["dns", "conn", "sysmon", "web"], ...] = ("dns", "sysmon")
    keep_days: Annotated[int, msgspec.Meta(ge=1, le=3650)] = 300
    watch: Literal["desk", "on-call", "alone"] = "desk"
    attacks: tuple[Stricken, ...] = ()


class Attack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One attack.

    ``began`` is the day from which its traces may be found; ``first_report`` the moment at which the first victim tells
    the hub. ``happened`` says how long it took in life. ``incident`` is the example that tells how the attack went;
    without one ``summary`` alone does. ``warnings`` are what the first victim's report gives to look for. ``host``
    names the machine that is attacked.
    Of those who have the product in an affected version, or without a product of all owners ``owners_share``,
    ``hit_share`` were broken into; of these ``paying_share`` are about to pay to ``wallet``.
    """

    id: Id
    name: str
    kind: str
    began: date
    first_report: Annotated[datetime, msgspec.Meta(tz=True)]
    warnings: tuple[str, ...]
    host: str
    traces: tuple[Trace, ...]
    hit_share: Share
    happened: str = ""
    sources: tuple[str, ...] = ()
    incident: str = ""
    summary: str = ""
    injects: tuple[Inject, ...] = ()
    paying_share: Share = 0.0
    owners_share: Share = 0.0
    product: Product | None = None
    advisory: Advisory | None = None
    wallet: str = ""
    wallet_of: str = ""
    family: str = ""

    @property
    def address(self) -> str:
        """The address that is to be paid to; "" if none is."""
        if self.wallet_of:
            return with_check(b"\x00" + hash160(self.wallet_of.encode()))
        return self.wallet

    @property
    def report_us(self) -> int:
        """The moment of the first report, in microseconds since 1970."""
        return int(self.first_report.astimezone(UTC).timestamp()) * 1_000_000


class Exercise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An exercise: its attacks in the order in which they are reported. Logs may reach back to ``logs_from``.

    ``patterns`` are STIX patterns of the file's own, by the names under which attacks and traces speak of them.
    """

    name: Id
    title: str
    logs_from: date
    attacks: tuple[Attack, ...]
    patterns: Mapping[str, str] = {}
    organisations: tuple[Organisation, ...] = ()

    def attack(self, id: str) -> Attack:
        """The attack of that id."""
        return next(one for one in self.attacks if one.id == id)

    def pattern(self, warning: str) -> str:
        """What a warning looks for."""
        # Without the blanks around it, as it leaves the first victim: who looks for it is held to the same text.
        return self.patterns[warning].strip() if warning in self.patterns else shipped_patterns()[warning]

    def patterns_of(self, attack: Attack) -> tuple[str, ...]:
        """What the first victim of an attack tells the others to look for."""
        return tuple(self.pattern(one) for one in attack.warnings)


def shipped() -> tuple[str, ...]:
    """The names of the exercises that ship."""
    folder = files("tocsin") / "data" / "exercise"
    return tuple(
        sorted(one.name.removesuffix(".toml") for one in folder.iterdir() if one.name.endswith(".toml"))
    )


def read_exercise(name: str) -> Exercise:
    """The exercise that ships under ``name``, or that is in the file of that name.

    Raises:
        SourceUnavailable: there is none.
        BadInput: it is no exercise (line and column, or the path of what is wrong).
        LimitExceeded: it is too large.
    """
    try:
        if name in shipped():
            data = (files("tocsin") / "data" / "exercise" / f"{name}.toml").read_bytes()
        else:
            data = Path(name).read_bytes()
    except OSError as error:
        raise SourceUnavailable(
            f"there is no exercise {name!r}: {error.strerror}",
            hint=f"Name a TOML file, or one that ships: {', '.join(shipped())}.",
        ) from error
    held = _in_utc(decode_toml(data, name, Exercise, "exercise", RULE_FILE_BYTES))
    _check(held, name)
    return held


def _in_utc(held: Exercise) -> Exercise:
    """The same with each first report in UTC: logs and days are in it, whatever the file's offset is."""
    attacks = (
        msgspec.structs.replace(one, first_report=one.first_report.astimezone(UTC)) for one in held.attacks
    )
    return msgspec.structs.replace(held, attacks=tuple(attacks))


def _check(held: Exercise, name: str) -> None:
    """Refuse what no run could play.

    Raises:
        BadInput: attacks are out of order; or a warning, an incident, an attack or a sector is not known, a pattern
            does not compile, an attack is none that anybody could be told of, or an organisation is none.
    """
    where = Place(name)
    times = [one.report_us for one in held.attacks]
    ids = {one.id for one in held.attacks}
    if not times:
        raise BadInput("it has no attack", where=where)
    if times != sorted(times) or len(ids) != len(times):
        raise BadInput("attacks have ids of their own, and stand in the order of first_report", where=where)
    for key, pattern in held.patterns.items():
        try:
            parse_pattern(pattern)
        except PatternError as error:
            raise BadInput(f"the pattern {key!r} does not compile: {error.what}", where=where) from error
        if any(map(is_common, values_of(pattern.strip()) or ())):
            raise BadInput(
                f"the pattern {key!r} is of what many use: no report takes it along",
                where=where,
                hint="Documentation addresses are, too; name a domain that ends in .example, a file or a hash.",
            )
    known = held.patterns.keys() | shipped_patterns().keys()
    for one in held.attacks:
        for warning in (*one.warnings, *(id for trace in one.traces for id in trace.shows)):
            if warning not in known:
                raise BadInput(
                    f"{one.id}: no warning is called {warning!r}",
                    where=where,
                    hint="Name one of examples/warnings-2021.json, or say its pattern below [patterns].",
                )
        if one.incident and not _incident(one).is_file():
            raise BadInput(
                f"{one.id}: there is no incident {one.incident!r}",
                where=where,
                hint=f"Those that ship: {', '.join(_incidents())}. Or say how it went in summary.",
            )
        wrong = _wrong_with(one, held)
        if wrong:
            raise BadInput(f"{one.id}: {wrong}", where=where)
    names = [" ".join(one.name.split()) for one in held.organisations]
    if len(set(names)) != len(names):
        raise BadInput("organisations have names of their own", where=where)
    for owner in held.organisations:
        if not owner.name.strip() or not owner.name.isprintable():
            raise BadInput(f"{owner.name!r} is no name of an organisation", where=where)
        if find_sector(owner.sector) is None:
            raise BadInput(
                f"{owner.name}: {owner.sector!r} is none of the 16 sectors",
                where=where,
                hint=f"Known: {', '.join(one.id for one in sectors())}.",
            )
        for part in owner.attacks:
            if part.attack not in ids:
                raise BadInput(
                    f"{owner.name}: there is no attack {part.attack!r}",
                    where=where,
                    hint=f"Known: {', '.join(one.id for one in held.attacks)}.",
                )
            if part.paying and not held.attack(part.attack).address:
                raise BadInput(f"{owner.name}: {part.attack!r} has no wallet to pay to", where=where)


def _wrong_with(attack: Attack, held: Exercise) -> str:
    """Why nobody could play an attack, or "": it would end in the middle, or be scored for what cannot be."""
    day, product = attack.first_report.date(), attack.product
    if not max(attack.began, held.logs_from) < day:
        return "began and logs_from are days before that of first_report (UTC)"
    if not attack.traces or not attack.warnings:
        return "it needs a trace and a warning, else its first victim has nothing to find and to tell"
    if not set(attack.warnings) & {id for trace in attack.traces for id in trace.shows}:
        return "none of its warnings finds a trace"
    if attack.host != _WEB_HOST and any(trace.log == "web" for trace in attack.traces):
        return f"requests to a web server are logged at the host {_WEB_HOST!r} alone"
    if (product is None) != (attack.advisory is None):
        return "a product and an advisory go together: nobody is told of one without the other"
    if product is not None and set(product.affected) & set(product.fixed):
        return "a version of its product is affected and fixed"
    return _wrong_with_wallet(attack)


def _wrong_with_wallet(attack: Attack) -> str:
    if not attack.address:
        return "paying_share needs a wallet" if attack.paying_share else ""
    try:
        found = parse_address(attack.address)
    except BadInput as error:
        return f"its wallet is no address: {error.what}"
    return f"its wallet is no address: {found.why}" if isinstance(found, NotScreenable) else ""


@cache
def shipped_patterns() -> Mapping[str, str]:
    """The pattern of each warning that ships, by its id."""
    text = (files("tocsin") / "data" / _EXAMPLES / _WARNINGS).read_text(encoding="utf-8")
    return {
        str(one["id"]): str(one["pattern"])
        for one in json.loads(text)["objects"]
        if one["type"] == "indicator"
    }


def example_incident(attack: Attack) -> str:
    """The example that tells how an attack went, as the text of its form; "" if the exercise names none."""
    return _incident(attack).read_text(encoding="utf-8") if attack.incident else ""


def _incident(attack: Attack) -> Traversable:
    return files("tocsin") / "data" / _EXAMPLES / "incidents" / attack.incident


def _incidents() -> list[str]:
    folder = files("tocsin") / "data" / _EXAMPLES / "incidents"
    return sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
