"""What an owner's people saw last of an attack: ``seen/NODE/ATTACK.json``, as far as it is scored."""

from __future__ import annotations

import msgspec

__all__ = ["Answered", "Check", "Exposure", "Gap", "Screened", "Seen"]


class Gap(msgspec.Struct, frozen=True, kw_only=True):
    """What was missing before *not seen* could be said; ``kind`` as in :class:`tocsin.detect.result.Gap`."""

    kind: str = ""
    what: str = ""


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one warning."""

    warning: str
    answer: str
    reason: str = ""
    gaps: tuple[Gap, ...] = ()


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the document of ``tocsin check --format json`` that is scored."""

    answers: tuple[Answered, ...] = ()


class Exposure(msgspec.Struct, frozen=True, kw_only=True):
    """The answer about one product and one vulnerability; ``do`` is the next step that was shown."""

    product: str
    verdict: str
    version: str = ""
    vulnerability: str = ""
    why: str = ""
    do: str = ""


class Screened(msgspec.Struct, frozen=True, kw_only=True):
    """The answer about one address."""

    address: str
    verdict: str
    why: str = ""
    do: str = ""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """All answers of one owner to one attack. ``warnings`` gives the pattern of each warning by its id.

    ``transport_s`` is from the first victim's sending to the answer, without people's steps; ``people_s`` with them.
    ``do`` is what people were shown to do about what was hit.
    """

    node: str = ""
    attack: str = ""
    transport_s: float | None = None
    people_s: float | None = None
    steps: dict[str, float] = {}
    warnings: dict[str, str] = {}
    check: Check | None = None
    exposures: tuple[Exposure, ...] = ()
    demands: tuple[Screened, ...] = ()
    do: str = ""
