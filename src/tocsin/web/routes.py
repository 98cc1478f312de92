"""Every path of the application but TAXII's, in the order in which they are tried."""

from __future__ import annotations

from starlette.responses import Response

from tocsin.service.ransom.ledger_desk import LedgerDesk
from tocsin.web.advisories import advisories_ways
from tocsin.web.advisory import advisory_ways
from tocsin.web.answers import nothing
from tocsin.web.causes import causes_ways
from tocsin.web.cluster import cluster_ways
from tocsin.web.door import Asked, Way
from tocsin.web.dossier import dossier_ways
from tocsin.web.exposure import exposure_ways
from tocsin.web.exposures import exposures_ways
from tocsin.web.findings import findings_ways
from tocsin.web.gate import gate_ways
from tocsin.web.home import home_ways
from tocsin.web.inbox import inbox_ways
from tocsin.web.incident import incident_ways
from tocsin.web.incidents import incidents_ways
from tocsin.web.inventory import inventory_ways
from tocsin.web.links import links_ways
from tocsin.web.log import log_ways
from tocsin.web.machine import machine_ways
from tocsin.web.openapi import openapi_ways
from tocsin.web.plan import plan_ways
from tocsin.web.posture import posture_ways
from tocsin.web.review import review_ways
from tocsin.web.screen import screen_ways
from tocsin.web.share import share_ways
from tocsin.web.signin import signin_ways
from tocsin.web.static import static_file
from tocsin.web.style import style_ways
from tocsin.web.trace import trace_ways
from tocsin.web.warning import warning_ways
from tocsin.web.warnings import warnings_ways

__all__ = ["ways"]


def ways() -> list[Way]:
    """All of them."""
    desk = LedgerDesk()
    held = [
        Way("/static/{name}", {"GET": _static}, "anybody", "Style sheets and the script.", None, "text/css"),
        *signin_ways(),
        *home_ways(),
        *warnings_ways(),
        *warning_ways(),
        *share_ways(),
        *findings_ways(),
        *exposures_ways(),
        *exposure_ways(),
        *inventory_ways(),
        *review_ways(),
        *advisories_ways(),
        *advisory_ways(),
        *incidents_ways(),
        *incident_ways(),
        *causes_ways(),
        *plan_ways(),
        *posture_ways(),
        *screen_ways(desk),
        *trace_ways(desk),
        *cluster_ways(desk),
        *links_ways(desk),
        *dossier_ways(desk),
        *gate_ways(),
        *inbox_ways(),
        *log_ways(),
        *machine_ways(),
        *style_ways(),
    ]
    return [*openapi_ways(held), *held]


def _static(asked: Asked) -> Response:
    found = static_file(asked.part("name"))
    if found is None:
        raise nothing()
    data, media = found
    return Response(data, media_type=media, headers={"Cache-Control": "public, max-age=31536000, immutable"})
