"""All that is in hand about a product when it stands at the gate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tocsin.inventory.component import BillOfMaterials, Component
from tocsin.inventory.exposure import FeedAge, InventoryResult
from tocsin.inventory.gate.attestation import Attested
from tocsin.inventory.gate.questionnaire import Questionnaire
from tocsin.inventory.gate.verdict import Subject
from tocsin.inventory.lifecycle import Lifecycles

__all__ = ["Evidence"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was brought, read and verified; ``now`` is the moment as of which it is judged.

    ``product`` is what the bill is of and ``components`` all that is judged, the product itself among them. ``sbom``
    and ``artifacts`` are files with their digests. ``inventory`` is what advisories say of the components, None where
    there are none; ``exploited`` are the catalogues of exploited vulnerabilities that were read, ``lifecycles`` the
    data on ends of life with their age.
    """

    now: datetime
    bill: BillOfMaterials
    sbom: Subject
    components: Sequence[Component]
    artifacts: Sequence[Subject] = ()
    attestations: Sequence[Attested] = ()
    inventory: InventoryResult | None = None
    exploited: Sequence[FeedAge] = ()
    lifecycles: Lifecycles | None = None
    lifecycles_age: FeedAge | None = None
    answers: Questionnaire | None = None
