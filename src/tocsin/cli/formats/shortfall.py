"""What is missing before *not seen* may be said, how many warnings wait for it, and of which it is said."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tocsin.detect.plain_words import in_plain_words
from tocsin.detect.result import CheckResult, Gap

__all__ = ["KINDS", "Missing", "Remedy", "Shortfall", "missing", "not_seen", "shortfalls"]

KINDS = {
    "log": "No such log",
    "field": "Field not in the log",
    "time": "Rows bear no time",
    "days": "Days not covered",
    "host": "Host not covered",
    "unreadable": "Could not be read",
}
"""Each kind of gap in plain words; any other is told by its reason alone."""

_Key = tuple[str, str, bool]
"""Kind, what is missing and whether anything is known to mend it: what makes two gaps one."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One missing thing. ``what`` is a clause; ``warnings`` is the number of warnings that wait for it."""

    kind: str
    what: str
    remedies: tuple[str, ...]
    warnings: int
    paths: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The kind in plain words."""
        return KINDS.get(self.kind, "Cannot be decided")


@dataclass(frozen=True, slots=True)
class Remedy:
    """One act, and how many warnings wait for it.

    ``things`` says in plain words for what of the missing it is, "" where it is for all that stands with it.
    """

    text: str
    warnings: int
    things: str = ""

    @property
    def aim(self) -> str:
        """For what it is, to stand behind *to mend it* or *or*."""
        return f", for {self.things}" if self.things else ""


@dataclass(frozen=True, slots=True)
class Missing:
    """Things that are missing, what would mend them, and how many warnings wait for any of them.

    No act of ``remedies`` stands with other things too; there is none where none is known.
    """

    lacks: tuple[Shortfall, ...]
    remedies: tuple[Remedy, ...]
    warnings: int


def missing(result: CheckResult) -> list[Missing]:
    """Group the gaps of all *cannot tell* answers, what one act would mend together, so that each act stands once.

    What most warnings wait for comes first. A warning that lacks several things counts once for each of them, and once
    for each act. One without a gap counts under its reason. The groups hold every answer; the single answers are read
    where a result has no groups.
    """
    counts: dict[_Key, int] = {}
    paths: dict[_Key, dict[str, None]] = {}
    texts: dict[_Key, dict[str, None]] = {}
    acts: dict[str, int] = {}
    waiting: list[tuple[set[_Key], int]] = []
    for verdict, gaps, reason, count in _answers(result):
        if verdict != "cannot_tell":
            continue
        keys: set[_Key] = {("", reason, False)} if not gaps else set()
        for gap in gaps:
            key = (gap.kind, gap.what, bool(gap.remedies))
            keys.add(key)
            paths.setdefault(key, {}).update(dict.fromkeys(gap.paths))
            texts.setdefault(key, {}).update(dict.fromkeys(gap.remedies))
        for key in keys:
            counts[key] = counts.get(key, 0) + count
        for text in {text for gap in gaps for text in gap.remedies}:
            acts[text] = acts.get(text, 0) + count
        waiting.append((keys, count))
    lacks = {
        key: Shortfall(key[0], key[1], tuple(texts.get(key, ())), count, tuple(paths.get(key, ())))
        for key, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    }
    groups = _together(list(lacks.values()))
    warnings = [0] * len(groups)
    place_of = {
        (lack.kind, lack.what, bool(lack.remedies)): place
        for place, group in enumerate(groups)
        for lack in group
    }
    for keys, count in waiting:
        for place in {place_of[key] for key in keys}:
            warnings[place] += count
    found = [
        Missing(tuple(held), _acts(held, acts), number) for held, number in zip(groups, warnings, strict=True)
    ]
    return sorted(found, key=_weight)


def shortfalls(result: CheckResult) -> list[Shortfall]:
    """Return the gaps in the order of :func:`missing`: what one act would mend stands together."""
    return [one for group in missing(result) for one in group.lacks]


def not_seen(result: CheckResult) -> list[str]:
    """Return the titles of the first warnings that were not seen: of a large result not all are known by title."""
    if result.groups:
        return [title for group in result.groups if group.answer == "not_seen" for title in group.titles]
    return [answer.title for answer in result.answers if answer.answer == "not_seen"]


def _weight(group: Missing) -> tuple[int, bool, str]:
    # No one act mends what has no remedy, so the most that wait for one of these count.
    if not group.remedies:
        return -group.lacks[0].warnings, True, group.lacks[0].kind
    return -group.warnings, False, group.remedies[0].text


def _together(lacks: Sequence[Shortfall]) -> list[list[Shortfall]]:
    """Group what shares an act, directly or through others; what has none stands with others of its kind."""
    above: dict[str, str] = {}

    def top(name: str) -> str:
        while (higher := above.setdefault(name, name)) != name:
            name = higher
        return name

    names = [lack.remedies or (f"\0{lack.kind}",) for lack in lacks]
    for first, *others in names:
        for other in others:
            above[top(other)] = top(first)
    groups: dict[str, list[Shortfall]] = {}
    for lack, (first, *_) in zip(lacks, names, strict=True):
        groups.setdefault(top(first), []).append(lack)
    for group in groups.values():
        # A kind is told once, above all that are of it.
        kinds = list(dict.fromkeys(lack.kind for lack in group))
        group.sort(key=lambda lack: kinds.index(lack.kind))
    return list(groups.values())


def _acts(lacks: Sequence[Shortfall], waiting: dict[str, int]) -> tuple[Remedy, ...]:
    texts = dict.fromkeys(text for lack in lacks for text in lack.remedies)
    found = []
    for text in texts:
        mended = [lack for lack in lacks if text in lack.remedies]
        paths = dict.fromkeys(path for lack in mended for path in lack.paths)
        found.append(Remedy(text, waiting[text], in_plain_words(paths) if len(mended) < len(lacks) else ""))
    return tuple(sorted(found, key=lambda one: -one.warnings))


def _answers(result: CheckResult) -> Iterator[tuple[str, tuple[Gap, ...], str, int]]:
    if result.groups:
        yield from ((group.answer, group.gaps, group.reason, group.count) for group in result.groups)
    else:
        yield from ((answer.answer, answer.gaps, answer.reason, 1) for answer in result.answers)
