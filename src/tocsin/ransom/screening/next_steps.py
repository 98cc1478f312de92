"""What a victim does next, by what a screening found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tocsin.model.told.escape import one_line
from tocsin.ransom.screening.known_ransom import KnownRansom, Origin
from tocsin.ransom.screening.payment_rules import MayPay
from tocsin.ransom.screening.screening import Verdict

__all__ = ["NOT_ADVICE", "next_steps"]

NOT_ADVICE: Final = "A screening is not legal advice."

_REPORT: Final = (
    "Report now, to the FBI (https://www.ic3.gov) and CISA (https://www.cisa.gov/report): a prompt and whole report "
    "speaks for you if a payment turns out to have been one to the sanctioned (OFAC's advisory of 2021-09-21)."
)
_ASKED: Final = 3
"""Those to ask that one sentence names; each match names its own."""
_CHARACTERS: Final = 120
_COUNSEL: Final = "Ask counsel who knows sanctions, and your insurer, before you answer the demand."


def next_steps(
    verdict: Verdict | None,
    answer: MayPay,
    *,
    is_asked: bool = True,
    is_past: bool = False,
    unscreenable: bool = False,
    misspelt: bool = False,
    stale: Sequence[str] = (),
    leads_to_party: bool = True,
    ransoms: Sequence[KnownRansom] = (),
) -> tuple[str, ...]:
    """Sentences, the most pressing first.

    ``is_asked`` is whether there was an address or a name at all, ``is_past`` whether the question is of a past day.
    ``unscreenable`` and ``misspelt`` say that an address is, ``stale`` are the feeds whose list is missing or too old.
    A link need not be one that ``leads_to_party``: ``ransoms`` are the incidents that were to be paid there, too.
    """
    steps = []
    if answer is MayPay.FORBIDDEN:
        steps.append("Do not pay: the law forbids it to you, whoever is paid.")
    if verdict is Verdict.HIT:
        steps.append(
            "Do not pay: the address belongs to a sanctioned party. OFAC may license a payment, and as a rule refuses."
        )
    if verdict is Verdict.LINKED and leads_to_party:
        steps.append(
            "Do not pay until counsel has looked at it: a sanctioned party is linked to it, by what each match says."
        )
    if ransoms:
        steps.append(_ask(ransoms))
        steps.append(
            "Say in your report that this hand asks others, too, and name their incidents as far as their TLP allows."
        )
    if misspelt:
        steps.append(
            "Compare the address that holds a typing error with the demand, best copy it from there, and ask again."
        )
    if unscreenable:
        steps.append(
            "Ask for another address, or take what was not screened as not known: nothing was compared."
        )
    if not is_asked and answer is not MayPay.FORBIDDEN:
        steps.append("Screen the address of the demand, and whom the note names, before anybody pays.")
    if stale:
        steps.append(_bring(stale, is_past=is_past))
    if verdict is Verdict.NO_MATCH_FOUND:
        steps.append(
            "Do not take this for an all-clear: of 7,512 addresses that are publicly known from ransom demands none is "
            "on the list of 2025-11-19. Who is behind the demand counts, not the address: say whom the note names, by "
            "--family NAME."
        )
    return (*steps, _REPORT, _COUNSEL)


def _ask(ransoms: Sequence[KnownRansom]) -> str:
    ways = list(dict.fromkeys(map(_whom, ransoms)))
    more = f"; and {len(ways) - _ASKED:,} more" if len(ways) > _ASKED else ""
    return (
        f"Do not pay before you have asked who knows of the other ransom: {'; '.join(ways[:_ASKED])}{more}."
    )


def _whom(one: KnownRansom) -> str:
    name, by = one_line(one.name, _CHARACTERS), one_line(one.by, _CHARACTERS)
    named = f" ({one_line(one.contact, _CHARACTERS)})" if one.contact else ""
    match one.origin:
        case Origin.OWN:
            return f"look at your own {name}"
        case Origin.NOTED:
            return f"ask {by or 'who noted it here'}{named} about {name}"
        case Origin.RELEASED:
            return f"ask the member who told you of {name}{named}"
        case Origin.GIVEN:
            return f"call {by}, who told of {name}{named}"


def _bring(stale: Sequence[str], *, is_past: bool) -> str:
    which = "a list" if len(stale) == 1 else "lists"
    if is_past:
        commands = " and ".join(f"tocsin sync {feed} --mirror FILE" for feed in stale)
        return f"Bring {which} of that time and ask again: {commands}"
    the = "list" if len(stale) == 1 else "lists"
    return f"Bring the {the} of today and ask again: {' and '.join(f'tocsin sync {feed}' for feed in stale)}"
