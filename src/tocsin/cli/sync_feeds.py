"""What ``tocsin sync`` tells of feeds of advisories."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tocsin.cli.node import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tocsin.inventory.exposure import Exposure
    from tocsin.service.inventory.taking import Taken

__all__ = ["answer_lines", "feed_lines", "feed_rows", "unread_lines"]

_SHOWN: Final = 10
_LINE: Final = 300


def feed_rows(done: Sequence[Taken]) -> list[dict[str, Any]]:
    """What came of each feed, for JSON."""
    from tocsin.inventory.release import shown

    return [
        {
            "name": one.name,
            "location": one.location,
            "dated": one.dated or None,
            "advisories": one.advisories,
            "new": one.new,
            "changed": one.changed,
            "reworded": one.reworded,
            "gone": one.gone,
            "unread": one.unread,
            "why_unread": [
                {"file": held.file, "place": held.place, "why": held.why} for held in one.why_unread
            ],
            "unchanged": one.unchanged,
            "notes": one.notes,
            "concerns": [
                {
                    "verdict": held.verdict.value,
                    "product": shown(held.component),
                    "site": held.site,
                    "vulnerability": held.judgement.vulnerability,
                    "exploited": held.stakes.exploited is not None,
                    "due": held.due or None,
                }
                for held in one.concerns
            ],
            "problems": [str(problem) for problem in one.problems],
        }
        for one in done
    ]


def feed_lines(done: Sequence[Taken]) -> list[str]:
    """What came of each feed, and what here is affected by what is new, for a person."""
    from tocsin.model.told.escape import one_line

    if not done:
        return []
    rows = [
        (
            one.name,
            f"{one.advisories:,}",
            f"{one.new:,}",
            f"{one.changed:,}",
            f"{one.reworded:,}",
            f"{one.gone:,}",
            f"{one.unread:,}",
            f"{one.dated or 'unknown'}{' (nothing newer)' if one.unchanged and not one.problems else ''}",
        )
        for one in done
    ]
    head = ("FEED", "ENTRIES", "NEW", "CHANGED", "REWORDED", "GONE", "NOT READ", "DATED")
    notes = [one_line(f"{one.name}: {note}", _LINE) for one in done for note in one.notes]
    return [*table(head, rows, empty=""), *notes, *(line for one in done for line in _concern_lines(one))]


def answer_lines(done: Iterable[Taken]) -> list[str]:
    """How to tell hubs how many products here are affected by what they published."""
    from shlex import quote

    lines = []
    for one in done:
        names = list(dict.fromkeys(held.judgement.vulnerability for held in one.concerns))
        lines += [
            f"Tell {one.name}: tocsin affected {quote(name)} --answer {quote(one.name)}"
            for name in names[:_SHOWN]
        ]
    return lines


def unread_lines(one: Taken) -> list[str]:
    """The first few parts that could not be read with the reason, and how many more there are."""
    from tocsin.model.told.escape import one_line

    told = [
        one_line(
            f"{one.name}: not read: {' '.join(filter(None, (held.file, held.place)))}: {held.why}", _LINE
        )
        for held in one.why_unread
    ]
    more = one.unread - len(told)
    return [*told, *([f"{one.name}: and {more:,} more not read"] if more > 0 else [])]


def _concern_lines(one: Taken) -> list[str]:
    from tocsin.inventory.rule import Verdict

    lines = []
    for verdict, words in ((Verdict.AFFECTED, "affected"), (Verdict.UNKNOWN, "perhaps affected")):
        held = [exposure for exposure in one.concerns if exposure.verdict is verdict]
        if not held:
            continue
        count = len({exposure.component for exposure in held})
        products = "1 product here is" if count == 1 else f"{count:,} products here are"
        lines.append(f"{one.name}: {products} {words} by what is new:")
        lines += [_concern_line(exposure) for exposure in held[:_SHOWN]]
        if len(held) > _SHOWN:
            lines.append(f"  and {len(held) - _SHOWN:,} more: tocsin check --inventory")
    return lines


def _concern_line(one: Exposure) -> str:
    from tocsin.inventory.release import shown
    from tocsin.model.told.escape import one_line

    due = f", mend it by {one.due}" if one.due else ""
    known = ", known to be exploited" if one.stakes.exploited is not None else ""
    return "  " + one_line(
        f"{one.judgement.vulnerability}: {shown(one.component)} at {one.site}{known}{due}", _LINE
    )
