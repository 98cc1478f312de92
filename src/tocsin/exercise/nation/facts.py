"""What an exercise plays: attacks with their facts, and what of them a nation is to have. A TOML file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

from tocsin.errors import BadInput, Place, SourceUnavailable
from tocsin.limits import RULE_FILE_BYTES
from tocsin.model.toml_text import decode_toml
from tocsin.ransom.address.base58 import with_check
from tocsin.ransom.address.ripemd160 import hash160

__all__ = [
    "Advisory",
    "Attack",
    "Exercise",
    "Product",
    "Trace",
    "example_incident",
    "patterns",
    "read_exercise",
    "shipped",
]

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,30}$")]
_EXAMPLES: Final = "examples"
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
    affected: tuple[str, ...]
    fixed: tuple[str, ...]
    owners_share: Share = 0.5
    affected_share: Share = 0.6


class Advisory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the hub tells of the product: under which ``id``, and what there is to ``do``."""

    id: str
    title: str
    do: str


class Attack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One attack.

    ``began`` is the day from which its traces may be found; ``first_report`` the moment at which the first victim tells
    the hub. ``happened`` says how long it took in life. ``incident`` is the example that tells how the attack went,
    ``warnings`` are what the first victim's report gives to look for. ``host`` names the machine that is attacked.
    Of those who have the product in an affected version, or without a product of all owners ``owners_share``,
    ``hit_share`` were broken into; of these ``paying_share`` are about to pay to ``wallet``.
    """

    id: Id
    name: str
    kind: str
    began: date
    first_report: datetime
    happened: str
    sources: tuple[str, ...]
    incident: str
    warnings: tuple[str, ...]
    host: str
    traces: tuple[Trace, ...]
    hit_share: Share
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
    """An exercise: its attacks in the order in which they are reported. Logs may reach back to ``logs_from``."""

    name: Id
    title: str
    logs_from: date
    attacks: tuple[Attack, ...]

    def attack(self, id: str) -> Attack:
        """The attack of that id."""
        return next(one for one in self.attacks if one.id == id)


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
    held = decode_toml(data, name, Exercise, "exercise", RULE_FILE_BYTES)
    _check(held, name)
    return held


def _check(held: Exercise, name: str) -> None:
    """Refuse what no run could play.

    Raises:
        BadInput: attacks are out of order, or a warning or an incident is not known.
    """
    if not held.attacks:
        raise BadInput("it has no attack", where=Place(name))
    times = [one.report_us for one in held.attacks]
    if times != sorted(times) or len({one.id for one in held.attacks}) != len(times):
        raise BadInput(
            "attacks have ids of their own, and stand in the order of first_report", where=Place(name)
        )
    for one in held.attacks:
        unknown = sorted(
            {*one.warnings, *(id for trace in one.traces for id in trace.shows)} - patterns().keys()
        )
        if unknown:
            raise BadInput(
                f"{one.id}: no warning is called {unknown[0]!r}",
                where=Place(name),
                hint="Warnings are those of examples/warnings-2021.json.",
            )
        if not (files("tocsin") / "data" / _EXAMPLES / "incidents" / one.incident).is_file():
            raise BadInput(f"{one.id}: there is no incident {one.incident!r}", where=Place(name))


@cache
def patterns() -> Mapping[str, str]:
    """The pattern of each warning that an exercise may name, by its id."""
    text = (files("tocsin") / "data" / _EXAMPLES / _WARNINGS).read_text(encoding="utf-8")
    return {
        str(one["id"]): str(one["pattern"])
        for one in json.loads(text)["objects"]
        if one["type"] == "indicator"
    }


def example_incident(attack: Attack) -> str:
    """The example that tells how an attack went, as the text of its form."""
    path = files("tocsin") / "data" / _EXAMPLES / "incidents" / attack.incident
    return path.read_text(encoding="utf-8")
