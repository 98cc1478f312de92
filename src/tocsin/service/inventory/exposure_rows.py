"""Exposures of one vulnerability of one product at one site together, under an id; one for each bill that lists it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import sha256
from typing import Final

import msgspec

from tocsin.inventory.component import Component
from tocsin.inventory.exposure import Case, Exposure, Exposures

__all__ = ["ExposureRows", "Row", "exposure_id", "rows_of"]

Row = tuple[str, tuple[Exposure, ...]]
"""An id, and the exposures that go by it, what is to be done first at the beginning."""

_HALF: Final = 16
_Pair = tuple[int, str]


def exposure_id(one: Exposure) -> str:
    """What an exposure is called in addresses: the same as long as product, site and vulnerability are."""
    return _case_half(_digest(one.component), one.case) + _site_half(one.site)


def rows_of(exposures: Sequence[Exposure]) -> list[Row]:
    """Some exposures by id, in their order."""
    found: dict[str, list[Exposure]] = {}
    for one in exposures:
        found.setdefault(exposure_id(one), []).append(one)
    return [(id, tuple(several)) for id, several in found.items()]


class ExposureRows:
    """The rows of an answer, in its order; each is made when it is come to. ``len()`` is how many there are."""

    def __init__(self, exposures: Exposures) -> None:
        self._exposures = exposures
        self._cases: dict[_Pair, list[Case]] = {}
        for case in exposures.cases:
            self._cases.setdefault(_pair(case), []).append(case)

    def __len__(self) -> int:
        return sum(len({bill.site for case in cases for bill in case.at}) for cases in self._cases.values())

    def __iter__(self) -> Iterator[Row]:
        digests: dict[int, str] = {}
        told: dict[_Pair, dict[str, list[Exposure]]] = {}
        for alike in self._exposures.alike():
            here: dict[tuple[_Pair, str], list[Exposure]] = {}
            for one in alike:
                here.setdefault((_pair(one.case), one.site), []).append(one)
            for (pair, site), several in here.items():
                whole: Sequence[Exposure] | None = several
                if len(self._cases[pair]) > 1:
                    # It stands where the first of its exposures does.
                    if pair not in told:
                        told[pair] = self._by_site(pair)
                    whole = told[pair].pop(site, None)
                if whole:
                    case = whole[0].case
                    digest = digests.setdefault(pair[0], "") or _digest(case.component)
                    digests[pair[0]] = digest
                    yield _case_half(digest, case) + _site_half(site), tuple(whole)

    def find(self, id: str) -> tuple[Exposure, ...]:
        """The exposures that go by ``id``; none if there are no such."""
        pair = self._pairs.get(id[:_HALF])
        if pair is None:
            return ()
        cases = self._cases[pair]
        sites = {bill.site for case in cases for bill in case.at}
        site = next((one for one in sites if _site_half(one) == id[_HALF:]), None)
        return () if site is None else tuple(self._by_site(pair)[site])

    @cached_property
    def _pairs(self) -> dict[str, _Pair]:
        digests: dict[int, str] = {}
        found = {}
        for pair, (case, *_) in self._cases.items():
            if pair[0] not in digests:
                digests[pair[0]] = _digest(case.component)
            found[_case_half(digests[pair[0]], case)] = pair
        return found

    def _by_site(self, pair: _Pair) -> dict[str, list[Exposure]]:
        found: dict[str, list[Exposure]] = {}
        for one in self._exposures.part(self._cases[pair]):
            found.setdefault(one.site, []).append(one)
        return found


def _pair(case: Case) -> _Pair:
    return id(case.release), case.judgement.vulnerability


def _digest(component: Component) -> str:
    return sha256(msgspec.json.encode(component)).hexdigest()


def _case_half(digest: str, case: Case) -> str:
    return _short(f"{digest}\n{case.judgement.vulnerability}")


def _site_half(site: str) -> str:
    return _short(site)


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_HALF]
