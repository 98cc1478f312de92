"""Every route of the application, and what the tests of this folder hold it to. A route without a row fails the build.

``objects``: gives objects, versions or counts of them, held to the oracle pair by pair.
``scan``: may show parts of objects, in a page or as data: no word of a hidden object may be in it.
``own``: what the asker itself did (its submissions, its receipts), for nobody else.
``node``: says the same whoever may ask: nothing of it comes from an object.
``log``: sizes and hashes of the log, which tell how many acts there were and nothing of them.
``acts``: changes something; held by the tests of hostile requests.
"""

from __future__ import annotations

from starlette.routing import Mount

API = "/taxii2/api/"
ONE = f"{API}collections/{{collection}}"

TABLE: dict[tuple[str, str], str] = {
    ("GET", "/taxii2/"): "node",
    ("GET", API): "node",
    ("GET", f"{API}status/{{status}}/"): "own",
    ("GET", f"{API}collections/"): "objects",
    ("GET", f"{ONE}/"): "objects",
    ("GET", f"{ONE}/manifest/"): "objects",
    ("GET", f"{ONE}/objects/"): "objects",
    ("POST", f"{ONE}/objects/"): "acts",
    ("GET", f"{ONE}/objects/{{id}}/"): "objects",
    ("DELETE", f"{ONE}/objects/{{id}}/"): "acts",
    ("GET", f"{ONE}/objects/{{id}}/versions/"): "objects",
    ("POST", "/api/join"): "acts",
    ("GET", "/api/log-key"): "node",
    ("GET", "/api/token"): "own",
    ("POST", "/api/token"): "acts",
    ("POST", "/api/inbox/states"): "own",
    ("POST", "/api/openings"): "objects",
    ("GET", "/api/receipts/{id}"): "own",
    ("GET", "/log/checkpoint"): "log",
    ("GET", "/log/{path:path}"): "log",
    # Pages, and the same as data.
    ("GET", "/static/{name}"): "node",
    ("GET", "/"): "scan",
    ("GET", "/home.json"): "scan",
    ("GET", "/home.csv"): "scan",
    ("GET", "/api/home"): "scan",
    ("GET", "/signin"): "node",
    ("GET", "/signin/{secret}"): "node",
    ("POST", "/signin/{secret}"): "acts",
    ("POST", "/signout"): "acts",
    ("GET", "/warnings"): "scan",
    ("GET", "/warnings.json"): "scan",
    ("GET", "/warnings.csv"): "scan",
    ("GET", "/api/warnings"): "scan",
    ("GET", "/warnings/{id}"): "scan",
    ("GET", "/warnings/{id}.json"): "scan",
    ("GET", "/api/warnings/{id}"): "scan",
    ("GET", "/api/warnings/{id}/statistics"): "scan",
    ("GET", "/warnings/{id}/answers"): "scan",
    ("GET", "/warnings/{id}/stix.json"): "scan",
    ("GET", "/warnings/{id}/values.csv"): "scan",
    ("GET", "/findings"): "scan",
    ("GET", "/findings.json"): "scan",
    ("GET", "/findings.csv"): "scan",
    ("GET", "/api/findings"): "scan",
    ("GET", "/findings/{id}"): "scan",
    ("GET", "/findings/{id}.json"): "scan",
    ("GET", "/api/findings/{id}"): "scan",
    ("GET", "/findings/share"): "scan",
    ("POST", "/findings/share"): "acts",
    # The inventory stays here: for this node's own organisation.
    ("GET", "/exposures"): "scan",
    ("GET", "/exposures.json"): "scan",
    ("GET", "/exposures.csv"): "scan",
    ("GET", "/exposures.sarif"): "scan",
    ("GET", "/exposures.vex.json"): "scan",
    ("GET", "/api/exposures"): "scan",
    ("POST", "/exposures/treat"): "acts",
    ("GET", "/exposures/{id}"): "scan",
    ("GET", "/exposures/{id}.json"): "scan",
    ("GET", "/api/exposures/{id}"): "scan",
    ("GET", "/inventory"): "scan",
    ("GET", "/inventory.json"): "scan",
    ("GET", "/inventory.csv"): "scan",
    ("GET", "/api/inventory"): "scan",
    ("GET", "/review"): "scan",
    ("GET", "/review.json"): "scan",
    ("GET", "/api/review"): "scan",
    ("POST", "/review/answer"): "acts",
    ("GET", "/advisories"): "scan",
    ("GET", "/advisories.json"): "scan",
    ("GET", "/advisories.csv"): "scan",
    ("GET", "/api/advisories"): "scan",
    ("POST", "/advisories/read"): "acts",
    ("POST", "/advisories/comment"): "acts",
    ("GET", "/advisory/{id:path}"): "scan",
    ("GET", "/advisory/{id:path}.json"): "scan",
    ("GET", "/api/advisory/{id:path}"): "scan",
    # Incidents stay here: for this node's own people.
    ("GET", "/incidents"): "scan",
    ("POST", "/incidents"): "acts",
    ("GET", "/incidents.json"): "scan",
    ("GET", "/incidents/profile"): "scan",
    ("POST", "/incidents/profile"): "acts",
    ("POST", "/incidents/rules"): "acts",
    ("GET", "/incident/{id}"): "scan",
    ("POST", "/incident/{id}"): "acts",
    ("GET", "/incident/{id}.json"): "scan",
    ("GET", "/incident/{id}/due.json"): "scan",
    ("GET", "/incident/{id}/report/{rule}"): "scan",
    ("POST", "/incident/{id}/told"): "acts",
    ("POST", "/incident/{id}/learned"): "acts",
    ("GET", "/causes"): "scan",
    ("GET", "/causes.json"): "scan",
    ("GET", "/plan"): "scan",
    ("GET", "/plan.json"): "scan",
    ("GET", "/posture"): "scan",
    ("GET", "/posture.json"): "scan",
    ("GET", "/screen"): "scan",
    ("POST", "/screen"): "acts",
    ("GET", "/trace"): "scan",
    ("GET", "/trace.json"): "scan",
    ("GET", "/trace.csv"): "scan",
    ("GET", "/cluster"): "scan",
    ("GET", "/cluster.json"): "scan",
    ("GET", "/links"): "scan",
    ("GET", "/links.json"): "scan",
    ("GET", "/dossier"): "scan",
    ("GET", "/dossier/report"): "scan",
    ("GET", "/dossier.html"): "scan",
    ("GET", "/dossier.stix.json"): "scan",
    ("GET", "/dossier.misp.json"): "scan",
    ("GET", "/dossier.csv"): "scan",
    ("GET", "/dossier.json"): "scan",
    ("GET", "/gate"): "scan",
    ("GET", "/gate.json"): "scan",
    ("GET", "/gate.csv"): "scan",
    ("GET", "/api/gate"): "scan",
    ("GET", "/gate/{number}"): "scan",
    ("GET", "/gate/{number}.json"): "scan",
    ("GET", "/api/gate/{number}"): "scan",
    ("GET", "/gate/{number}/attestation.json"): "scan",
    ("GET", "/inbox"): "scan",
    ("GET", "/inbox.json"): "scan",
    ("GET", "/inbox.csv"): "scan",
    ("GET", "/api/inbox"): "scan",
    ("GET", "/inbox/submissions.json"): "scan",
    ("GET", "/inbox/submissions.csv"): "scan",
    ("GET", "/inbox/submission/{id}"): "scan",
    ("GET", "/inbox/submission/{id}.json"): "scan",
    ("GET", "/inbox/{id}"): "scan",
    ("GET", "/inbox/{id}.json"): "scan",
    ("POST", "/inbox/decide"): "acts",
    ("GET", "/inbox/sent"): "scan",
    ("GET", "/inbox/sent.json"): "scan",
    ("GET", "/inbox/sent.csv"): "scan",
    ("GET", "/api/sent"): "scan",
    ("GET", "/inbox/sent/{number}/receipt"): "scan",
    ("GET", "/inbox/sent/{number}/body.json"): "scan",
    ("GET", "/log"): "scan",
    ("GET", "/log.json"): "scan",
    ("GET", "/log.csv"): "scan",
    ("GET", "/log/receipt"): "scan",
    ("POST", "/log/receipt"): "acts",
    ("GET", "/openapi.json"): "node",
    ("GET", "/reference"): "node",
    ("GET", "/style"): "node",
}


def routes_of(app) -> set[tuple[str, str]]:
    """Method and path of every route of an application; of the two spellings of TAXII's paths that with the slash."""
    found = set(_walk(app, ""))
    return {(method, path) for method, path in found if (method, path + "/") not in found}


def _walk(app, prefix):
    while not hasattr(app, "routes"):
        app = app.app
    for route in app.routes:
        if isinstance(route, Mount):
            yield from _walk(route.app, prefix + route.path)
            continue
        for method in _methods(route.endpoint):
            yield method, prefix + route.path


def _methods(endpoint):
    """What an endpoint answers; HEAD goes with GET, OPTIONS with all."""
    for holder in (endpoint, getattr(endpoint, "_way", None)):
        held = getattr(holder, "_methods", None) or getattr(holder, "methods", None)
        if held is not None:
            return [one for one in held if one not in {"HEAD", "OPTIONS"}]
    raise AssertionError(f"nothing says by which methods {endpoint} is asked")
