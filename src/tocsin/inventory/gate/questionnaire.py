"""What a vendor says of its product: an open questionnaire, each answer with its evidence and its day.

A file is TOML or JSON; docs/reference/gate.md says what is in it. Each question is put so that *yes* is the answer
that a buyer hopes for. A question that is not answered is not known, which is not the same as no.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from typing import Annotated, Final, Literal

import msgspec

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import ATTESTATION_NESTING, GATE_FILE_BYTES
from tocsin.model.json_text import nests_deeper

__all__ = ["QUESTIONS", "Given", "Questionnaire", "read_questionnaire"]

QUESTIONS: Final[Mapping[str, str]] = {
    "secure_by_design_pledge": "Has the vendor signed CISA's Secure by Design pledge?",
    "ssdf_attestation": "Has the vendor attested that it follows NIST's Secure Software Development Framework?",
    "update_policy": "Does the vendor say until when the product gets security updates?",
    "no_default_passwords": "Does the product come without a password that is the same for all?",
    "mfa": "Does the product offer multi-factor authentication in its base version?",
    "logging_included": "Are logs of what an intrusion leaves included without extra cost?",
    "memory_safety_roadmap": "Has the vendor published a roadmap to memory safety?",
    "vulnerability_disclosure_policy": "Has the vendor published a policy for reporting vulnerabilities?",
}
"""The questions by name."""


class Given(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One answer: since when it is so (``date``), until when it holds, where that can be read, and a remark."""

    answer: Literal["yes", "no", "not-applicable"]
    date: dt.date
    until: dt.date | None = None
    evidence: str = ""
    note: str = ""


class Questionnaire(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The answers to :data:`QUESTIONS`, by whom and when they were given."""

    format: Literal["tocsin-questionnaire"]
    version: Literal[1]
    vendor: Annotated[str, msgspec.Meta(min_length=1)]
    product: Annotated[str, msgspec.Meta(min_length=1)]
    answered: dt.date
    by: str = ""
    answers: dict[str, Given] = {}


def read_questionnaire(data: bytes, name: str) -> Questionnaire:
    """Read a questionnaire; what starts with a brace is JSON, all else TOML.

    Raises:
        BadInput: it is neither, has a word or value that none has, or answers a question that is not put; it names
            the place.
        LimitExceeded: it is larger than ``limits.GATE_FILE_BYTES`` or nests too deep.
    """
    where = Place(file=name)
    if len(data) > GATE_FILE_BYTES:
        raise LimitExceeded(f"the questionnaire has more than {GATE_FILE_BYTES >> 20} MiB", where=where)
    text = data.removeprefix(b"\xef\xbb\xbf").strip()
    try:
        if text.startswith(b"{"):
            if nests_deeper(text, ATTESTATION_NESTING):
                raise LimitExceeded(f"nests deeper than {ATTESTATION_NESTING} levels", where=where)
            held = msgspec.json.decode(text, type=Questionnaire)
        else:
            held = msgspec.convert(tomllib.loads(text.decode()), Questionnaire)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `")
        raise BadInput(
            f"is no questionnaire: {what.replace('`', chr(39))}",
            where=Place(file=name, path=path.rstrip("`") or "$"),
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"is neither TOML nor JSON: {error}", where=where) from error
    strangers = [one for one in held.answers if one not in QUESTIONS]
    if strangers:
        raise BadInput(
            f"answers {strangers[0][:60]!r}, which is not asked",
            where=Place(file=name, path="$.answers"),
            hint=f"The questions are {', '.join(QUESTIONS)}.",
        )
    return held
