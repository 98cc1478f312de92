"""Ranges of versions as text: ``vers:pypi/>=1.0|!=1.1|<2.0`` (package-url's VERS specification)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from tocsin.errors import NoOrder, NotARange, NotAVersion, Place
from tocsin.inventory.version.compare import compare
from tocsin.inventory.version.order import Order
from tocsin.inventory.version.scheme import extent, find_scheme
from tocsin.inventory.version.spans import EVERYTHING, Span, subtract, unite
from tocsin.limits import MAX_RANGE_CHARS

__all__ = ["Constraint", "VersRange", "parse_vers"]

_HEAD = re.compile(r"vers:([^/]*+)/", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9.+-]*+")
_COMPARATOR = re.compile(r"(>=|<=|!=|<|>|=)?+")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?+")
_PLAIN = re.compile(r"[^A-Za-z0-9._~:-]")
_SPACE = re.compile(r"[ \t\n\r\f\v]")
_STAR = "*"
_WHOLE = {"all": True, "none": False}
"""The schemes of ``vers:all/*`` and ``vers:none/*``: every version, and not one."""

_INSIDE = {
    "=": frozenset({Order.EQUAL}),
    "!=": frozenset({Order.LESS, Order.GREATER}),
    "<": frozenset({Order.LESS}),
    "<=": frozenset({Order.LESS, Order.EQUAL}),
    ">": frozenset({Order.GREATER}),
    ">=": frozenset({Order.GREATER, Order.EQUAL}),
}


@dataclass(frozen=True, slots=True)
class Constraint:
    """One step of a range: a comparator (=, !=, <, <=, >, >=) and a version, not quoted."""

    comparator: str
    version: str

    def __str__(self) -> str:
        sign = "" if self.comparator == "=" else self.comparator
        return sign + _PLAIN.sub(_quoted, self.version)


def _quoted(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class VersRange:
    """A range of versions of one scheme; with no constraints, all versions.

    Constraints are in the order of their versions; where one cannot be read, in the order given. ``str`` is the
    canonical text.
    """

    scheme: str
    constraints: tuple[Constraint, ...]

    def __str__(self) -> str:
        return f"vers:{self.scheme}/{'|'.join(map(str, self.constraints)) or _STAR}"

    def spans(self) -> list[Span]:
        """Return the range as spans of keys, sorted and disjoint; excluded versions are not in them.

        Raises:
            NotAVersion: a constraint's version cannot be read.
            NoOrder: versions of the scheme have no keys.
        """
        if not self.constraints and self.scheme in _WHOLE:
            return [EVERYTHING] if _WHOLE[self.scheme] else []
        if not self.constraints:
            _refuse_without_keys(self.scheme)
            return [EVERYTHING]
        points: list[Span] = []
        without: list[Span] = []
        bounds: list[tuple[str, bytes, bytes]] = []
        for constraint in self.constraints:
            low, above = extent(self.scheme, constraint.version)
            if constraint.comparator == "=":
                points.append(Span(low, True, above, False))
            elif constraint.comparator == "!=":
                without.append(Span(low, True, above, False))
            else:
                bounds.append((constraint.comparator, low, above))
        only_without = bool(without) and not points and not bounds
        # A range that was put together by hand may have them in any order.
        bounds.sort(key=lambda bound: bound[1])
        inside = [EVERYTHING] if only_without else points + _between(bounds)
        return subtract(inside, without)

    def contains(self, version: str) -> bool | None:
        """Return whether ``version`` is in the range; None where that cannot be told.

        It cannot where the version or a constraint is none of the scheme, where the scheme is not known, where
        versions of no known order compare as unknown, and where a version without its release has some in the range
        and some not.
        """
        if not self.constraints and self.scheme in _WHOLE:
            return _WHOLE[self.scheme] if version else None
        if find_scheme(self.scheme) is None:
            return _contains_by_pairs(self, version)
        try:
            low, above = extent(self.scheme, version)
        except NotAVersion:
            return True if not self.constraints and version else None
        try:
            spans = self.spans()
        except NotAVersion:
            same = any(
                one.comparator == "=" and _same(self.scheme, one.version, low) for one in self.constraints
            )
            return True if same else None
        one = Span(low, True, above, False)
        outside = subtract([one], spans)
        if not outside:
            return True
        return False if outside == unite([one]) else None


def _refuse_without_keys(scheme: str) -> None:
    if find_scheme(scheme) is None:
        raise NoOrder(f"versions of {scheme!r} have no known order", hint="Ask of each version by itself.")


def _same(scheme: str, version: str, low: bytes) -> bool:
    try:
        return extent(scheme, version)[0] == low
    except NotAVersion:
        return False


def _between(bounds: list[tuple[str, bytes, bytes]]) -> list[Span]:
    """Return the spans of bounds in the order of their versions, as the specification pairs them.

    Of lower bounds in a row the first counts, of upper bounds in a row the last: what a union of them would be.
    """
    spans: list[Span] = []
    since: tuple[bytes, bool] | None = None
    after_upper = False
    for comparator, low, above in bounds:
        if comparator in {">", ">="}:
            if since is None:
                since = (low if comparator == ">=" else above, True)
            after_upper = False
            continue
        until = above if comparator == "<=" else low
        if since is not None:
            spans.append(Span(since[0], True, until, False))
            since = None
        elif after_upper:
            last = spans.pop()
            spans.append(Span(last.lo, last.lo_inclusive, until, False))
        else:
            spans.append(Span(None, False, until, False))
        after_upper = True
    if since is not None:
        spans.append(Span(since[0], True, None, False))
    return spans


def _contains_by_pairs(wanted: VersRange, version: str) -> bool | None:
    """Answer for a scheme without keys: by comparing with each constraint, three-valued.

    Of bounds one, or one of each side, is answered; for more of them, their own order would have to be known.
    """
    if not wanted.constraints:
        return True if version else None
    holds = {one: _holds(wanted.scheme, version, one) for one in wanted.constraints}
    bounds = [one for one in wanted.constraints if one.comparator not in {"=", "!="}]
    signs = "".join(sorted(one.comparator[0] for one in bounds))
    if signs not in {"", "<", ">", "<>"} or (signs == "<>" and _is_split(wanted.scheme, bounds)):
        return None
    inside = [answer for one, answer in holds.items() if one.comparator == "="]
    without = [answer for one, answer in holds.items() if one.comparator == "!="]
    if bounds:
        inside.append(_all(holds[one] for one in bounds))
    elif not inside:
        inside.append(True)
    return _all([_any(inside), *without])


def _is_split(scheme: str, bounds: list[Constraint]) -> bool:
    """Whether the upper bound may lie below the lower one, so that the pair means all but what is between."""
    lower, upper = sorted(bounds, key=lambda one: one.comparator[0], reverse=True)
    return compare(scheme, lower.version, upper.version) is not Order.LESS


def _holds(scheme: str, version: str, one: Constraint) -> bool | None:
    order = compare(scheme, version, one.version)
    return None if order is Order.UNKNOWN else order in _INSIDE[one.comparator]


def _all(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = list(answers)
    if True in found:
        return True
    return None if None in found else False


def parse_vers(text: str, *, canonical: bool = False) -> VersRange:
    """Read a range.

    Blanks, bars that have nothing beside them, repeated constraints and any order of them pass, unless it must be
    ``canonical``. Versions of an unknown scheme, and texts that are no version of theirs, pass too: the range then
    answers unknown.

    Raises:
        NotARange: the text is no range, a version is in it twice, or, where it must be, it is not canonical.
    """
    if len(text) > MAX_RANGE_CHARS:
        raise _wrong(f"a range of {len(text):,} characters is longer than {MAX_RANGE_CHARS:,}", 0)
    if canonical and (found := _SPACE.search(text)):
        raise _wrong("a canonical range has no blanks", found.start())
    offset = len(text) - len(text.lstrip())
    head = _HEAD.match(text, offset)
    if head is None:
        raise _wrong("a range begins with vers:SCHEME/", offset, "For example vers:pypi/>=1.0|<2.0")
    scheme = head[1].lower()
    if not _SCHEME.fullmatch(scheme) or (canonical and not text.startswith(f"vers:{scheme}/")):
        raise _wrong(f"{head[1]!r} names no scheme", offset + 5, "A scheme is named in small letters.")
    found_at = list(_pieces(text, head.end(), canonical=canonical))
    if [piece for _, piece in found_at] == [_STAR]:
        return VersRange(scheme, ())
    read: dict[str, tuple[Constraint, int]] = {}
    for place, piece in found_at:
        constraint = _constraint(piece, place, scheme, canonical=canonical)
        before = read.get(constraint.version)
        if before and (canonical or before[0] != constraint):
            raise _wrong(f"version {constraint.version!r} is there twice", place, "Name each version once.")
        read.setdefault(constraint.version, (constraint, place))
    return VersRange(scheme, _in_order(scheme, list(read.values()), canonical=canonical))


def _pieces(text: str, start: int, *, canonical: bool) -> Iterable[tuple[int, str]]:
    if not text[start:].strip(" \t\n\r\f\v|"):
        raise _wrong(
            "a range names at least one version, or is *", start, "For all versions write vers:SCHEME/*"
        )
    place = start
    for piece in text[start:].split("|"):
        bare = _SPACE.sub("", piece)
        if bare:
            yield place + len(piece) - len(piece.lstrip()), bare
        elif canonical:
            raise _wrong("a canonical range has a constraint on both sides of each |", place)
        place += len(piece) + 1


def _constraint(piece: str, place: int, scheme: str, *, canonical: bool) -> Constraint:
    if piece == _STAR:
        raise _wrong("* stands alone", place, "Either all versions, or constraints.")
    found = _COMPARATOR.match(piece)
    sign = found[1] if found and found[1] else ""
    quoted = piece[len(sign) :]
    at = place + len(sign)
    if not quoted:
        raise _wrong("there is no version after the comparator", at)
    for index, character in enumerate(quoted):
        if character in "<>=!*":
            raise _wrong(f"{character} in a version is written %{ord(character):02X}", at + index)
    for escape in _ESCAPE.finditer(quoted):
        if not escape[1]:
            raise _wrong("% is not followed by two hexadecimal digits", at + escape.start())
    try:
        version = _unquoted(quoted)
    except UnicodeError as error:
        raise _wrong("what is written with % is no UTF-8", at) from error
    if not version.strip():
        raise _wrong("there is no version after the comparator", at)
    constraint = Constraint(sign or "=", version)
    if canonical and str(constraint) != piece:
        raise _wrong(f"the canonical text of this is {constraint}", place)
    if canonical and scheme == "datetime" and find_scheme(scheme) and not _is_version(scheme, version):
        raise _wrong(f"{version!r} is no RFC 3339 moment with T and Z", at)
    return constraint


def _unquoted(quoted: str) -> str:
    if "%" not in quoted:
        return quoted
    first, *rest = quoted.split("%")
    parts = [first.encode()]
    for part in rest:
        parts += [bytes.fromhex(part[:2]), part[2:].encode()]
    return b"".join(parts).decode()


def _is_version(scheme: str, version: str) -> bool:
    try:
        extent(scheme, version)
    except (NotAVersion, NoOrder):
        return False
    return True


def _in_order(scheme: str, read: list[tuple[Constraint, int]], *, canonical: bool) -> tuple[Constraint, ...]:
    try:
        keyed = [(extent(scheme, constraint.version)[0], constraint, place) for constraint, place in read]
    except (NotAVersion, NoOrder):
        return tuple(constraint for constraint, _ in read)
    ordered = sorted(keyed, key=lambda one: one[0])
    for (key, _, _), (other, constraint, place) in pairwise(ordered):
        if key == other:
            raise _wrong(
                f"version {constraint.version!r} is there twice, written differently",
                place,
                "Name each version once.",
            )
    if canonical and ordered != keyed:
        place = next(one[2] for one, two in zip(keyed, ordered, strict=True) if one is not two)
        raise _wrong("constraints of a canonical range are in the order of their versions", place)
    return tuple(constraint for _, constraint, _ in ordered)


def _wrong(what: str, index: int, hint: str | None = None) -> NotARange:
    return NotARange(what, where=Place(line=1, column=index + 1), hint=hint)
