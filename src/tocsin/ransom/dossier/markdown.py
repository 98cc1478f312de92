"""A dossier as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from tocsin.limits import DOSSIER_OUTPUTS
from tocsin.model.told.escape import one_line, visible
from tocsin.ransom.btc import btc, btc_range
from tocsin.ransom.dossier.attributed import grade_words
from tocsin.ransom.dossier.dossier import Dossier
from tocsin.ransom.dossier.parts import TracePart

__all__ = ["render"]

_LINE = 4_000


def render(made: Dossier) -> Iterator[str]:
    """Write the dossier; every text in it means itself."""
    yield from (f"{line}\n" for line in _lines(made))


def _lines(made: Dossier) -> Iterator[str]:
    head = made.given.head
    yield f"# Dossier: {_plain(head.name)}"
    yield ""
    yield f"{head.tlp.label}, made {head.made[:16].replace('T', ' ')} UTC by {_plain(head.by)}. Nothing has been sent."
    yield ""
    yield from (f"- {_plain(one)}" for one in made.summary)
    for section in made.sections:
        yield from ("", f"## {_plain(section.title)}")
        for number, claim in enumerate(section.claims):
            yield from ("", f"**{_plain(claim.words)}**", "")
            if section.beside is not None:
                source, information = grade_words(section.beside.said[number].statement)
                yield from (f"- Source: {source}", f"- Information: {information}")
            yield from (
                f"- Evidence: {_plain(one.words)} {_code(one.reference)}".rstrip() for one in claim.proofs
            )
            if claim.more:
                yield f"- Evidence: {claim.more:,} more of the same kind"
            yield from (f"- Doubt: {_plain(one)}" for one in claim.doubts)
        if section.trace is not None:
            yield from _table(section.trace)
    for title, held in (
        ("What would change the conclusion", [f"{of}: {one}" for of, some in made.changes for one in some]),
        ("What is not known", list(made.unknown)),
    ):
        if held:
            yield from ("", f"## {title}", "", *(f"- {_plain(one)}" for one in held))
    yield from ("", "## What this was made from", "")
    yield from (f"- {_plain(one.words)} {_code(one.hash)}".rstrip() for one in made.inputs)
    yield from ("", made.note)


def _table(part: TracePart) -> Iterator[str]:
    names = list(part.trace.methods)
    head = ["Output", "Address", *(name.upper() for name in names), "By any, in BTC"]
    yield from ("", _row(head), _row(["---", "---", *["---:"] * (len(names) + 1)]))
    for one in part.trace.reached[:DOSSIER_OUTPUTS]:
        amounts = [btc(one.amounts_sat[name]) for name in names]
        yield _row(
            [_code(str(one.point)), _code(one.address) or "-", *amounts, btc_range(one.min_sat, one.max_sat)]
        )
    left_out = len(part.trace.reached) - DOSSIER_OUTPUTS
    if left_out > 0:
        yield from ("", f"And {left_out:,} more: --format csv gives all.")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    return f"`{visible(text).replace('`', chr(39)).replace('|', '/')}`" if text else ""


def _plain(text: str) -> str:
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|!" else one for one in one_line(text, _LINE))
