"""What a victim does next, by what a screening found."""

from __future__ import annotations

from typing import Final

from tocsin.ransom.screening.payment_rules import MayPay
from tocsin.ransom.screening.screening import Verdict

__all__ = ["NOT_ADVICE", "next_steps"]

NOT_ADVICE: Final = "A screening is not legal advice."

_REPORT: Final = (
    "Report now, to the FBI (https://www.ic3.gov) and CISA (https://www.cisa.gov/report): a prompt and whole report "
    "speaks for you if a payment turns out to have been one to the sanctioned (OFAC's advisory of 2021-09-21)."
)
_COUNSEL: Final = "Ask counsel who knows sanctions, and your insurer, before you answer the demand."


def next_steps(verdict: Verdict, answer: MayPay, *, current: bool) -> tuple[str, ...]:
    """Sentences, the most pressing first; ``current``: whether the list was one of the day of the question."""
    steps = []
    if answer is MayPay.FORBIDDEN:
        steps.append("Do not pay: the law forbids it to you, whoever is paid.")
    if verdict is Verdict.HIT:
        steps.append(
            "Do not pay: the address belongs to a sanctioned party. OFAC may license a payment, and as a rule refuses."
        )
    if verdict is Verdict.LINKED:
        steps.append(
            "Do not pay until counsel has looked at it: a sanctioned party is linked to it, by what each match says."
        )
    if verdict is Verdict.NOT_SCREENABLE:
        steps.append(
            "Ask for another address, or take what was not screened as not known: nothing was compared."
        )
    if not current:
        steps.append(
            "Bring the lists of today and ask again: tocsin sync ofac (or uk-sanctions, eu-sanctions)"
        )
    if verdict is Verdict.NO_MATCH_FOUND:
        steps.append(
            "Do not take this for an all-clear: of 7,512 addresses that are publicly known from ransom demands none is "
            "on the list of 2025-11-19. Who is behind the demand counts, not the address: say whom the note names, by "
            "--family NAME."
        )
    return (*steps, _REPORT, _COUNSEL)
