"""What is at stake, put together from the scores and decision points that several forms give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from tocsin.inventory.advisory import Exploited, Stakes

__all__ = ["SSVC_POINTS", "Score", "cvss_version", "stakes_of"]

SSVC_POINTS: Final = {
    "exploitation": "exploitation",
    "automatable": "automatable",
    "technical impact": "impact",
}
"""The decision points of CISA's coordinator table, by their names in lower case."""


@dataclass(frozen=True, slots=True)
class Score:
    """One CVSS rating: the major ``version`` (2 to 4), the ``vector`` and the base ``score`` where it is given."""

    version: float
    vector: str
    score: float | None = None


def cvss_version(vector: str) -> float:
    """The version that a CVSS vector names, 2 for one without a name."""
    prefix = vector.partition("/")[0]
    try:
        return float(prefix.removeprefix("CVSS:")) if prefix.startswith("CVSS:") else 2.0
    except ValueError:
        return 2.0


def stakes_of(
    scores: Iterable[Score],
    points: Mapping[str, str],
    *,
    weaknesses: tuple[str, ...] = (),
    epss: float | None = None,
    exploited: Exploited | None = None,
) -> Stakes:
    """Scores are put newest version first, and of one version highest first."""
    ranked = sorted(scores, key=lambda score: (-score.version, -(score.score or 0.0)))
    return Stakes(
        exploitation=points.get("exploitation", ""),
        automatable=points.get("automatable", ""),
        impact=points.get("impact", ""),
        cvss=tuple(dict.fromkeys(score.vector for score in ranked if score.vector)),
        score=next((score.score for score in ranked if score.score is not None), None),
        epss=epss,
        exploited=exploited,
        weaknesses=weaknesses,
    )
