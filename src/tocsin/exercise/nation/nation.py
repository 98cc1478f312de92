"""A nation of owners that nobody has: who they are, what they run and keep, how their people work. All by a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, Literal

import msgspec

from tocsin.exercise.nation.facts import Attack, Exercise, Organisation, Product, Stricken, Trace
from tocsin.model.sectors import find_sector, sectors as all_sectors

__all__ = ["OWN_PROCESS", "Asset", "Nation", "Owner", "Part", "Planted", "Watch", "make_nation"]

Watch = Literal["desk", "on-call", "alone"]
"""Who reads: a desk that is never empty, somebody with a telephone, or one person who comes in the morning."""

OWN_PROCESS: Final = 8
"""How many members are a process of their own; the others share some."""

_PLACES: Final = (
    "Alder", "Birch", "Cedar", "Dover", "Elm", "Fallow", "Granite", "Hazel", "Iron", "Juniper", "Kestrel", "Larch",
    "Maple", "North", "Otter", "Pine", "Quarry", "Raven", "Sable", "Thorn", "Umber", "Vale", "Willow", "Yarrow",
)  # fmt: skip
_ENDS: Final = (
    "brook",
    "bridge",
    "field",
    "ford",
    "gate",
    "haven",
    "mill",
    "ridge",
    "side",
    "ton",
    "vale",
    "wick",
)
_MORE: Final = ("", "Old", "New", "Upper")
_TRADES: Final = {
    "chemical": "Chemicals",
    "commercial-facilities": "Arenas",
    "communications": "Telecom",
    "critical-manufacturing": "Works",
    "dams": "Dams",
    "defense-industrial-base": "Marine Systems",
    "emergency-services": "Rescue",
    "energy": "Power",
    "financial-services": "Savings Bank",
    "food-and-agriculture": "Foods",
    "government-services-and-facilities": "County",
    "healthcare-and-public-health": "Hospital",
    "information-technology": "Hosting",
    "nuclear": "Nuclear Services",
    "transportation-systems": "Rail",
    "water-and-wastewater": "Water",
}
_EVERYDAY: Final = (
    ("Microsoft", "Windows Server 2019", "10.0.17763"),
    ("Siemens", "SIMATIC S7-1200 CPU 1214C", "V4.4"),
    ("VMware", "ESXi", "6.7.0"),
    ("PostgreSQL", "PostgreSQL", "12.5"),
    ("OpenSSL", "OpenSSL", "1.1.1i"),
    ("Schneider Electric", "Modicon M340", "V3.30"),
)
_KEEP_DAYS: Final = ((300, 0.45), (180, 0.2), (90, 0.2), (30, 0.15))
_KEPT: Final = {"dns": 0.85, "conn": 0.7, "sysmon": 0.65, "web": 0.85}
_WATCHES: Final[tuple[tuple[Watch, float], ...]] = (("desk", 0.4), ("on-call", 0.45), ("alone", 0.15))
_OFFLINE_SHARE: Final = 0.05
_UNKNOWN_SHARE: Final = 0.1


class Asset(msgspec.Struct, frozen=True):
    """One line of a list of assets; ``version`` is "" where nobody wrote it down."""

    vendor: str
    product: str
    version: str


class Planted(msgspec.Struct, frozen=True):
    """A trace of an attack here: at which machine, on which day, and at which second of it."""

    trace: Trace
    host: str
    day: date
    second: int


class Part(msgspec.Struct, frozen=True):
    """What one attack is to one owner.

    ``exposed`` is the attacked product here, in an affected version; ``version`` is what it truly is, and ``is_known``
    whether the list of assets says so. ``offline_s`` is how long its machine is off from the first report on.
    """

    attack: str
    has_product: bool = False
    exposed: bool = False
    version: str = ""
    is_known: bool = True
    planted: tuple[Planted, ...] = ()
    paying: bool = False
    offline_s: int = 0

    @property
    def affected(self) -> bool:
        """Whether the attack is any of this owner's business."""
        return self.exposed or bool(self.planted) or self.paying


class Owner(msgspec.Struct, frozen=True):
    """One owner. ``logs`` are the kinds that it keeps, ``keep_days`` for how long; ``hosts`` its machines by use."""

    id: str
    name: str
    sector: str
    domain: str
    hosts: dict[str, str]
    logs: frozenset[str]
    keep_days: int
    watch: Watch
    assets: tuple[Asset, ...]
    parts: dict[str, Part]

    def keeps_from(self, day: date, first: date) -> date:
        """The first day of which logs are still there on ``day``."""
        return max(first, day - timedelta(days=self.keep_days))


class Nation(msgspec.Struct, frozen=True):
    """All owners; ``victims`` tells for each attack who reports it first."""

    seed: int
    owners: tuple[Owner, ...]
    victims: dict[str, str]


def make_nation(exercise: Exercise, members: int, seed: int) -> Nation:
    """A nation of ``members`` owners, as many of each sector as can be; the same for the same seed.

    Those that the exercise names come first, as they are; the others are drawn.
    """
    chance = random.Random(f"{exercise.name} {seed}")
    names = _names(chance, members)
    named = exercise.organisations[:members]
    owners = [_named_owner(exercise, chance, number, one) for number, one in enumerate(named)]
    owners += [_owner(exercise, chance, number, names[number]) for number in range(len(named), members)]
    victims = {}
    for attack in exercise.attacks:
        owners, victims[attack.id] = _with_victim(exercise, attack, owners, chance, first=len(named))
    return Nation(seed, tuple(owners), victims)


def _names(chance: random.Random, members: int) -> list[str]:
    towns = [f"{place}{end}" for place in _PLACES for end in _ENDS]
    chance.shuffle(towns)
    # There are fewer towns than a nation may have owners, and no two members of a hub have one name.
    return [
        f"{_MORE[number // len(towns)]} {town}".strip().replace(" ", "-")
        for number in range(members)
        for town in [towns[number % len(towns)]]
    ]


def _owner(exercise: Exercise, chance: random.Random, number: int, town: str) -> Owner:
    known = [one.id for one in all_sectors()]
    sector = known[number % len(known)]
    trade = _TRADES.get(sector, "Services")
    domain = f"{town.lower()}-{number + 1}.example"
    parts = {attack.id: _part(exercise, attack, chance) for attack in exercise.attacks}
    uses = _uses(exercise, parts)
    hosts = {use: f"{use}01.{domain}" for use in dict.fromkeys(uses)}
    logs = {kind for kind, share in _KEPT.items() if chance.random() < share}
    if "MAIL" not in hosts:
        logs.discard("web")
    return Owner(
        id=f"m{number + 1:03d}",
        name=f"{town} {trade}",
        sector=sector,
        domain=domain,
        hosts=hosts,
        logs=frozenset(logs or {"dns"}),
        keep_days=_drawn(chance, _KEEP_DAYS),
        watch=_drawn(chance, _WATCHES),
        assets=_assets(exercise, chance, parts),
        parts=parts,
    )


def _named_owner(exercise: Exercise, chance: random.Random, number: int, said: Organisation) -> Owner:
    """An owner as the file has it."""
    domain = f"{re.sub('[^a-z0-9]+', '-', said.name.lower()).strip('-') or 'owner'}-{number + 1}.example"
    parts = {}
    for attack in exercise.attacks:
        struck = next((one for one in said.attacks if one.attack == attack.id), Stricken(attack.id))
        product = attack.product
        parts[attack.id] = Part(
            attack.id,
            has_product=product is not None and bool(struck.version),
            exposed=product is not None and struck.version in product.affected,
            version=struck.version,
            is_known=struck.is_known,
            planted=_planted(exercise, attack, chance) if struck.hit else (),
            paying=struck.paying,
        )
    sector = find_sector(said.sector)
    assert sector is not None
    uses = _uses(exercise, parts)
    return Owner(
        id=f"m{number + 1:03d}",
        name=said.name,
        sector=sector.id,
        domain=domain,
        hosts={use: f"{use}01.{domain}" for use in dict.fromkeys(uses)},
        logs=frozenset(said.logs),
        keep_days=said.keep_days,
        watch=said.watch,
        assets=_assets(exercise, chance, parts),
        parts=parts,
    )


def _uses(exercise: Exercise, parts: Mapping[str, Part]) -> list[str]:
    """What an owner has machines for: its own, and those that are attacked."""
    return [
        "DC",
        *(one.host for one in exercise.attacks if parts[one.id].has_product or parts[one.id].planted),
    ]


def _assets(exercise: Exercise, chance: random.Random, parts: Mapping[str, Part]) -> tuple[Asset, ...]:
    """What an owner has: everyday things, and the attacked products."""
    assets = [Asset(*one) for one in chance.sample(_EVERYDAY, 3)]
    for attack in exercise.attacks:
        product, part = attack.product, parts[attack.id]
        if product is not None and part.has_product:
            assets.append(Asset(product.vendor, product.name, part.version if part.is_known else ""))
    return tuple(assets)


def _part(exercise: Exercise, attack: Attack, chance: random.Random) -> Part:
    offline_s = chance.randrange(2, 20) * 3600 if chance.random() < _OFFLINE_SHARE else 0
    product = attack.product
    if product is None:
        concerned = chance.random() < attack.owners_share
        hit = concerned and chance.random() < attack.hit_share
        paying = concerned and bool(attack.address) and chance.random() < attack.paying_share
        planted = _planted(exercise, attack, chance) if hit else ()
        return Part(attack.id, planted=planted, paying=paying, offline_s=offline_s)
    if chance.random() >= product.owners_share:
        return Part(attack.id, offline_s=offline_s)
    exposed = chance.random() < product.affected_share
    hit = exposed and chance.random() < attack.hit_share
    paying = exposed and bool(attack.address) and chance.random() < attack.paying_share
    return Part(
        attack.id,
        has_product=True,
        exposed=exposed,
        version=_version(product, chance, exposed=exposed),
        is_known=chance.random() >= _UNKNOWN_SHARE,
        planted=_planted(exercise, attack, chance) if hit else (),
        paying=paying,
        offline_s=offline_s,
    )


def _version(product: Product, chance: random.Random, *, exposed: bool) -> str:
    return chance.choice(product.affected if exposed else product.fixed)


def _planted(exercise: Exercise, attack: Attack, chance: random.Random) -> tuple[Planted, ...]:
    """The traces that the attack left at one owner, each on a day between its beginning and the first report."""
    first = max(attack.began, exercise.logs_from)
    days = max(1, (attack.first_report.date() - first).days)
    entered = chance.randrange(days)
    made = []
    for number, trace in enumerate(attack.traces):
        if number == 0 or chance.random() < trace.share:
            # Most of them on the day on which it came in, others some days after.
            later = min(days - 1, entered + chance.choice((0, 0, 0, 1, 3, 9)))
            made.append(
                Planted(trace, attack.host, first + timedelta(days=later), chance.randrange(1, 86_000))
            )
    return tuple(made)


def _with_victim(
    exercise: Exercise, attack: Attack, owners: list[Owner], chance: random.Random, *, first: int
) -> tuple[list[Owner], str]:
    """Choose who finds the attack: somebody with all logs of a year, a desk, and traces on its first day.

    Somebody has to see what the others are then told of: one owner is made such a one, where no draw gave it. Of those
    that the file names, who are the ``first`` so many, it is none, as long as there are others.
    """
    hit = [
        number
        for number, one in enumerate(owners)
        if number >= first and one.parts[attack.id].planted and one.parts[attack.id].offline_s == 0
    ]
    number = chance.choice(hit or range(min(first, len(owners) - 1), len(owners)))
    one = owners[number]
    day = max(attack.began, exercise.logs_from)
    planted = tuple(Planted(trace, attack.host, day, chance.randrange(1, 86_000)) for trace in attack.traces)
    product = attack.product
    part = msgspec.structs.replace(
        one.parts[attack.id],
        has_product=product is not None,
        exposed=product is not None,
        version=product.affected[0] if product is not None else "",
        is_known=True,
        planted=planted,
        # Whoever tells of the address first learns nothing of it from others.
        paying=False,
        offline_s=0,
    )
    hosts = {**one.hosts, attack.host: f"{attack.host}01.{one.domain}"}
    assets = list(one.assets)
    if product is not None:
        assets = [asset for asset in assets if asset.product != product.name]
        assets.append(Asset(product.vendor, product.name, product.affected[0]))
    made = msgspec.structs.replace(
        one,
        hosts=hosts,
        logs=one.logs | {trace.log for trace in attack.traces},
        keep_days=_KEEP_DAYS[0][0],
        watch="desk",
        assets=tuple(assets),
        parts={**one.parts, attack.id: part},
    )
    return [*owners[:number], made, *owners[number + 1 :]], one.id


def _drawn(chance: random.Random, shares: tuple[tuple[Any, float], ...]) -> Any:
    return chance.choices([one for one, _ in shares], [share for _, share in shares])[0]
