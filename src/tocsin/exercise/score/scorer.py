"""The scorer: ``python -m tocsin.exercise.score.scorer DIR``, a program apart from the nodes and what runs them.

It reads the truth, the nation, what each owner's people saw and what left each node, and nothing else; it writes its
part of ``DIR/result.json`` and leaves what others wrote there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.exercise.score.leaks import FORMS, Needle, found_in, needles_of, readings_of
from tocsin.exercise.score.result import LeftKind, Looked, PrivateWord
from tocsin.exercise.score.score import score
from tocsin.exercise.score.seen import Seen
from tocsin.exercise.score.truth import Nation, Truth

__all__ = ["main", "scored"]

T = TypeVar("T")

_LISTED: Final = 200
"""Private words that are listed; all are counted."""


class _Left(msgspec.Struct, frozen=True, kw_only=True):
    """Something that left a node; ``bytes`` is its size on the wire."""

    kind: str
    bytes: int
    body: Any = ""


def scored(folder: Path) -> dict[str, Any]:
    """The scoring part of the result of the exercise in ``folder``.

    A file of what people saw that is missing or cannot be read means that they did not know; the latter is told.

    Raises:
        BadInput: the truth, the nation or what left cannot be read.
    """
    truth = _read(folder / "truth.json", Truth)
    nation = _read(folder / "nation.json", Nation)
    problems: list[str] = []
    seen = dict(_seen(folder / "seen", problems))
    told = score(truth, nation, seen, _earlier(folder / "seen", problems))
    strangers = sorted(set(truth.owners) - {one.id for one in nation.owners})
    problems += [f"{id} is in the truth and not in the nation: it is not scored" for id in strangers]
    members = len(nation.owners)
    days = nation.days
    return {
        "members": members,
        "days": days or None,
        "seed": nation.seed,
        **({"speed": nation.speed} if nation.speed else {}),
        "attacks": msgspec.to_builtins(told.attacks),
        "all": msgspec.to_builtins(told.in_all),
        "false_alarms": told.false_alarms,
        "false_alarms_per_member_day": told.false_alarms / (members * days) if members * days else None,
        **_left(folder / "left", truth, nation, problems),
        "scorer_problems": problems,
    }


def main(folder: Path) -> None:
    """Score the exercise in ``folder`` and write what came of it.

    Raises:
        BadInput: it cannot be scored.
    """
    path = folder / "result.json"
    held = _read(path, dict[str, Any]) if path.exists() else {}
    held |= scored(folder)
    written = path.with_name("result.json.new")
    written.write_bytes(msgspec.json.format(msgspec.json.encode(held), indent=2) + b"\n")
    written.replace(path)


def _read(path: Path, type: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=type)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} cannot be read: {error}", where=Place(str(path))) from None


def _seen(folder: Path, problems: list[str]) -> Iterator[tuple[tuple[str, str], Seen]]:
    for path in sorted(folder.glob("*/*.json")):
        try:
            yield (path.parent.name, path.stem), _read(path, Seen)
        except BadInput as error:
            problems.append(f"seen/{path.parent.name}/{error.what}: its people did not know")


def _earlier(folder: Path, problems: list[str]) -> dict[tuple[str, str], list[Seen]]:
    """What people were told before what they saw last, by the ids of owner and attack."""
    found: dict[tuple[str, str], list[Seen]] = {}
    for path in sorted(folder.glob("*/earlier/*.json")):
        try:
            seen = _read(path, Seen)
        except BadInput as error:
            problems.append(f"{path.relative_to(folder)}: {error.what}: an earlier answer is not scored")
        else:
            found.setdefault((path.parent.parent.name, path.name.partition(".")[0]), []).append(seen)
    return found


def _left(folder: Path, truth: Truth, nation: Nation, problems: list[str]) -> dict[str, Any]:
    """What left, by kind, and the private words in it.

    A member's own words are looked for in what left it, everybody's in what left any other node: the hub, which passes
    on what it was told.
    """
    own = {id: needles_of(one.private) for id, one in truth.owners.items()}
    members = {one.id for one in nation.owners}
    kinds: dict[bool, dict[str, list[int]]] = {True: {}, False: {}}
    words: list[PrivateWord] = []
    bodies = size = 0
    for path in sorted(folder.glob("*.jsonl")):
        node = path.stem
        is_member = node in members
        looked = [(node, own.get(node, ()))] if is_member else list(own.items())
        done: dict[str, list[tuple[str, str, str]]] = {}
        for number, one in _lines(path):
            tally = kinds[is_member].setdefault(one.kind, [0, 0])
            tally[0] += 1
            tally[1] += one.bytes
            body = one.body if isinstance(one.body, str) else msgspec.json.encode(one.body).decode()
            bodies += 1
            size += len(body.encode("utf-8", "surrogatepass"))
            if body not in done:
                done[body] = list(_words(body, looked))
            words += [
                PrivateWord(node=node, line=number, owner=owner, word=word, kind=one.kind, how=how)
                for owner, word, how in done[body]
            ]
    if not bodies:
        problems.append("nothing is written down of what left the nodes: whether evidence left is not known")
    counted = sum(len(needles) for needles in own.values())
    return {
        "left": msgspec.to_builtins(_by_kind(kinds[True])),
        "hub_left": msgspec.to_builtins(_by_kind(kinds[False])),
        "evidence_left": len(words),
        "evidence_left_list": msgspec.to_builtins(words[:_LISTED]),
        "looked": msgspec.to_builtins(Looked(words=counted, bodies=bodies, bytes=size, forms=FORMS)),
    }


def _words(body: str, looked: list[tuple[str, tuple[Needle, ...]]]) -> Iterator[tuple[str, str, str]]:
    readings = readings_of(body)
    for owner, needles in looked:
        for word, how in found_in(readings, needles):
            yield owner, word, how


def _lines(path: Path) -> Iterator[tuple[int, _Left]]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield number, msgspec.json.decode(line, type=_Left)
            except msgspec.DecodeError as error:
                raise BadInput(
                    f"a line of what left cannot be read: {error}", where=Place(str(path), number)
                ) from None


def _by_kind(kinds: dict[str, list[int]]) -> list[LeftKind]:
    return [LeftKind(kind=kind, count=count, bytes=size) for kind, (count, size) in sorted(kinds.items())]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
