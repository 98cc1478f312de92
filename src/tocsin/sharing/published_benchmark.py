"""The benchmark of a sector among the objects of a hub: of each measure the band, and no count.

It is an object of a type of ours (STIX 2.1 section 7.3, ``new-sdo``), one a sector, meant for that sector's members.
Each release is a later version of it, so the log of the hub shows every one that there ever was.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from tocsin.errors import BadInput
from tocsin.limits import BENCHMARK_CHANGED, BENCHMARK_RESPONDERS, MEASURES
from tocsin.sharing.benchmark import BANDS, SIZES, Cell

__all__ = [
    "BENCHMARK_TYPE",
    "Benchmark",
    "Told",
    "benchmark_id",
    "benchmark_object",
    "read_benchmark",
    "told_of",
]

BENCHMARK_TYPE: Final = "posture-benchmark"
"""The type of the object. Its ``sector`` is ours, its ``measures`` say the band of each, by the measure's id."""

_EXTENSION: Final = "extension-definition--1d7e3f0a-6a0b-4f59-8f5e-7f6b0c2f9a13"
_NAMESPACE: Final = uuid.UUID("6f2b1b0e-0c7b-4d1c-9a65-3c0d8f6b2e41")

_SHARE: Final = {
    ("few", "few"): "at most 1 of 10",
    ("some", "some"): "more than 1 of 10, fewer than 2 of 5",
    ("half", "half"): "2 to 3 of 5",
    ("most", "most"): "more than 3 of 5, fewer than 9 of 10",
    ("nearly-all", "nearly-all"): "at least 9 of 10",
    ("few", "some"): "fewer than 2 of 5",
    ("most", "nearly-all"): "more than 3 of 5",
}
_WORDS: Final = {"half": "about half", "nearly-all": "nearly all"}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of one measure: from which of the bands to which, of which day, and of how many at least."""

    low: str
    high: str
    day: str
    size: int

    @property
    def words(self) -> str:
        """The band in words."""
        names = [_WORDS.get(one, one) for one in dict.fromkeys((self.low, self.high))]
        return " or ".join(names)

    @property
    def share(self) -> str:
        """The band as a share."""
        return _SHARE[self.low, self.high]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What is told of a ``sector`` (id), by measure."""

    sector: str
    measures: Mapping[str, Told]


class _Measure(msgspec.Struct):
    band: list[str]
    as_of: dt.date
    responders_at_least: int


class _Object(msgspec.Struct):
    sector: str
    measures: dict[str, _Measure]


def told_of(cell: Cell) -> Told:
    """What is told of a cell."""
    return Told(low=cell.band.low, high=cell.band.high, day=cell.day, size=cell.size)


def benchmark_id(organisation: str, sector: str, time: int = 0) -> str:
    """The id of a sector's benchmark at an organisation, the first ``time`` (0), or after it was withdrawn."""
    made = uuid.uuid5(_NAMESPACE, f"{organisation}\n{sector}\n{time}")
    return f"{BENCHMARK_TYPE}--{made}"


def benchmark_object(
    id: str, organisation: str, sector: str, name: str, cells: Iterable[Cell], times: tuple[str, str]
) -> bytes:
    """The object that tells the last release of each measure.

    ``name`` is the sector's, ``times`` are created and modified.
    """
    return msgspec.json.encode(
        {
            "type": BENCHMARK_TYPE,
            "spec_version": "2.1",
            "id": id,
            "created_by_ref": organisation,
            "created": times[0],
            "modified": times[1],
            "name": f"How many have which measure: {name}",
            "sector": sector,
            "responders_needed": BENCHMARK_RESPONDERS,
            "changes_needed": BENCHMARK_CHANGED,
            "measures": {
                one.measure: {
                    "band": list(dict.fromkeys((one.band.low, one.band.high))),
                    "as_of": one.day,
                    "responders_at_least": one.size,
                }
                for one in sorted(cells, key=lambda cell: cell.measure)
            },
            "extensions": {_EXTENSION: {"extension_type": "new-sdo"}},
        }
    )


def read_benchmark(body: bytes) -> Benchmark:
    """What such an object tells.

    Raises:
        BadInput: it is none, or tells what no benchmark tells.
    """
    try:
        held = msgspec.json.decode(body, type=_Object)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadInput(f"it is no benchmark: {error}") from None
    if len(held.measures) > MEASURES:
        raise BadInput(f"it has {len(held.measures):,} measures; {MEASURES:,} are taken at most")
    return Benchmark(held.sector, {measure: _told(measure, one) for measure, one in held.measures.items()})


def _told(measure: str, one: _Measure) -> Told:
    named = (one.band[0], one.band[-1]) if one.band and set(one.band) <= set(BANDS) else ("", "")
    if named not in _SHARE or one.responders_at_least not in SIZES:
        raise BadInput(f"of {measure[:60]!r} it tells no band that there is")
    return Told(low=named[0], high=named[1], day=one.as_of.isoformat(), size=one.responders_at_least)
