"""A profile as a file: what an organisation answered once, so that no incident has to ask it again.

::

    country = "US"
    zone = "America/Chicago"

    [facts]
    critical_sector = "yes"
    sec_8k = "no"
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.incidents.rules.clock import is_zone
from tocsin.incidents.rules.profile import Answer, Profile
from tocsin.incidents.rules.rulebook import Rulebook
from tocsin.limits import RULE_FILE_BYTES
from tocsin.model.toml_text import decode_toml

__all__ = ["profile_text", "read_profile"]

_COUNTRY: Final = re.compile(r"([A-Z]{2})?")


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    country: str = ""
    zone: str = ""
    facts: dict[str, Any] = {}


def read_profile(data: bytes, name: str, book: Rulebook | None = None) -> Profile:
    """Read a profile whose facts are those of ``book``; any, without one.

    Raises:
        BadInput: it is no TOML, has a fact that no rule asks or an answer that is none of yes, no and unknown, a
            country that is no code or a zone that is not known; with the place.
    """
    held = decode_toml(data, name, _File, "profile", RULE_FILE_BYTES)
    if not _COUNTRY.fullmatch(held.country):
        raise BadInput(
            f"{held.country[:20]!r} is no country's code of two capital letters (ISO 3166-1), like US",
            where=Place(file=name, path="$.country"),
        )
    if held.zone and not is_zone(held.zone):
        raise BadInput(
            f"{held.zone[:60]!r} is no time zone, like America/New_York",
            where=Place(file=name, path="$.zone"),
        )
    facts = {fact: _answer(fact, said, name) for fact, said in held.facts.items()}
    for fact in facts:
        if book is not None and fact not in book.facts:
            raise BadInput(
                f"no rule asks {fact[:60]!r}",
                where=Place(file=name, path="$.facts"),
                hint=f"Known are {', '.join(book.facts)}.",
            )
    return Profile(facts=facts, country=held.country, zone=held.zone)


def _answer(fact: str, said: Any, name: str) -> Answer:
    """The answer as it is written, also as TOML's own true and false."""
    words = {True: "yes", False: "no"}.get(said, said) if isinstance(said, bool) else said
    try:
        return Answer(words)
    except ValueError:
        raise BadInput(
            f"{str(said)[:60]!r} is none of yes, no and unknown",
            where=Place(file=name, path=f"$.facts.{fact[:60]}"),
            hint=f'Write {fact[:60]} = "yes".',
        ) from None


def profile_text(profile: Profile, book: Rulebook) -> str:
    """The profile as a file to fill in: each question with its answer so far."""
    lines = [
        "# Answer yes, no or unknown. What is unknown is never taken for no.",
        "",
        "# Where your supervisor sits (ISO 3166-1), and the clock on your wall (IANA).",
        f'country = "{profile.country}"',
        f'zone = "{profile.zone}"',
        "",
        "[facts]",
    ]
    for fact in book.facts.values():
        lines.extend(["", f"# {' '.join(fact.question.split())}"])
        lines.extend([f"# {' '.join(fact.help.split())}"] if fact.help else [])
        lines.append(f'{fact.id} = "{profile.says(fact.id).value}"')
    others = [fact for fact in profile.facts if fact not in book.facts]
    lines.extend(["", "# Asked by rules that are not in force here."] if others else [])
    lines.extend(f'{fact} = "{profile.says(fact).value}"' for fact in others)
    return "\n".join(lines) + "\n"
