"""What is stopped at publication: indicators of values that are widely known to be harmless."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tocsin.detect.observable_kind import Observable
from tocsin.detect.pattern_values import values_of
from tocsin.model.stix import StixObject
from tocsin.model.stix_check import version_of
from tocsin.service.exchange.intake import Refused
from tocsin.service.known_good_lists import known_good_lists
from tocsin.sharing.publication import Stop, stops

__all__ = ["is_harmless", "known_good_stop"]

_PATHS = {
    "ipv4": "ipv4-addr:value",
    "ipv6": "ipv6-addr:value",
    "cidr": "ipv4-addr:value",
    "domain": "domain-name:value",
    "url": "url:value",
    "email": "email-addr:value",
}
_HASHES = frozenset({"md5", "sha1", "sha256", "sha512"})


def known_good_stop(
    objects: Sequence[StixObject], mode: str
) -> tuple[list[StixObject], list[Refused], tuple[str, ...]]:
    """Of ``objects`` those that may be published, those that are refused, and what a person is told of the rest.

    ``mode`` is ``block``, ``inform`` (nothing is refused) or ``off``.
    """
    if mode == "off":
        return list(objects), [], ()
    passed, refused, notes = [], [], []
    for one in objects:
        found = list(_stops(one))
        blocking = [stop for stop in found if stop.severity == "block"]
        if blocking and mode == "block":
            refused.append(
                Refused(one.id, version_of(one), f"{_said(blocking[0])}; --known-good inform publishes it")
            )
            continue
        passed.append(one)
        notes += [f"{one.id}: {_said(stop)}" for stop in found[:3]]
    return passed, refused, tuple(notes)


def _stops(one: StixObject) -> Iterator[Stop]:
    if one.type != "indicator" or one.properties.get("revoked") is True:
        return
    pattern, kind = one.properties.get("pattern"), one.properties.get("pattern_type", "stix")
    if not isinstance(pattern, str) or kind != "stix":
        return
    values = [(_path(value), value.value) for value in values_of(pattern, one.spec_version)]
    yield from stops([(path, value) for path, value in values if path], known_good_lists())


def is_harmless(value: Observable) -> bool:
    """Whether a value is one that is never to be blocked: a slip wherever it stands in an indicator."""
    path = _path(value)
    return bool(path) and any(
        stop.severity == "block" for stop in stops([(path, value.value)], known_good_lists())
    )


def _path(value: Observable) -> str:
    return _PATHS.get(value.kind, "file:hashes.MD5" if value.kind in _HASHES else "")


def _said(stop: Stop) -> str:
    return f"{stop.value} {stop.why} ({stop.list_name})"
