"""What each page needs before its commands can be typed, and which blocks are not typed, each with its reason."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field

from documented.terminal import ROOT, Terminal

__all__ = ["NOT_TYPED", "PAGES", "Page"]

EXAMPLES = "src/tocsin/data/examples"
LOGS, WARNINGS = f"{EXAMPLES}/evidence/ORION01", f"{EXAMPLES}/warnings-2021.json"
"""Of the example logs those of one machine, which are hit: the whole takes seconds, and says the same here."""
A_FEED = (
    "asks publishers over the network; tests/service/inventory/test_feeds.py reads the same feeds from files"
)

NOT_TYPED: dict[tuple[str, str], str] = {
    ("docs/how-to/bring-advisories.md", "tocsin sync kev cve osv csaf"): A_FEED,
    ("docs/how-to/keep-an-inventory.md", "tocsin sync kev cve osv csaf"): A_FEED,
    (
        "docs/how-to/run-an-offline-site.md",
        "pip download --require-hashes --requirement requirements/run.txt --dest stick/wheels",
    ): "loads packages over the network; tests/test_wheel.py builds the wheel, make sets up from the same lock",
    (
        "docs/how-to/run-an-offline-site.md",
        "curl --fail --location --output stick/kev.json https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
    ): "asks CISA over the network; the example catalogue stands for what it would bring",
    (
        "docs/tutorial/two-nodes.md",
        "make nodes",
    ): "serves at fixed ports; the two nodes are made in the folders in which it makes them",
    (
        "docs/how-to/run-an-offline-site.md",
        "python3 -m venv /opt/tocsin",
    ): "installs into /opt; tests/test_wheel.py installs the wheel without an index",
}
"""Blocks by page and first line."""


@dataclass(frozen=True)
class Page:
    """``before`` makes what the page takes as given; ``between`` does what its text says before a block, by the block's
    first line; ``words`` are what stands for something else, in the order in which they are replaced; ``codes`` are exit codes that the page shows on
    purpose."""

    before: Callable[[Terminal], None] = lambda terminal: None
    words: dict[str, str] = field(default_factory=dict)
    between: dict[str, str] = field(default_factory=dict)
    codes: tuple[int, ...] = ()


def node(name: str = "Riverton Water", sector: str = "water") -> Callable[[Terminal], None]:
    return lambda terminal: terminal.type(f'tocsin init --name "{name}" --sector {sector}', "before")


HUB = f"""
export TOCSIN_DATA=$HOME/hub
tocsin init --name "Water ISAC" --sector water
tocsin publish {WARNINGS} --tlp green
tocsin member add Brookwater --sector water
tocsin serve --port PORT
export TOCSIN_DATA=$HOME/node
"""
JOINED = f"""
tocsin init --name Brookwater --sector water
tocsin join URL "$(said INVITATION)"
tocsin sync
tocsin check {LOGS}
"""
FOUND = JOINED.replace("URL", "http://127.0.0.1:PORT/")
SHARED = 'tocsin share "$(said FINDING)" --to "Water ISAC" --yes\n'
SENT_BY_TLS = f"""
(export TOCSIN_DATA=$HOME/member SSL_CERT_FILE=$PWD/cert.pem
{JOINED.replace("URL", "https://127.0.0.1:PORT/")}{SHARED})
"""


def hub(terminal: Terminal) -> None:
    """A hub with warnings, which has invited Brookwater."""
    terminal.type(HUB.replace("PORT", str(terminal.port)), "before")


def joined(terminal: Terminal) -> None:
    """A member of such a hub that has checked its logs."""
    hub(terminal)
    terminal.type(FOUND.replace("PORT", str(terminal.port)), "before")


def hub_and_member(terminal: Terminal) -> None:
    """The two nodes of ``make nodes``, made in the folders in which it makes them."""
    made = HUB.replace("$HOME/hub", "out/nodes/hub") + "export TOCSIN_DATA=out/nodes/member" + FOUND
    terminal.type(made.replace("PORT", str(terminal.port)) + SHARED, "before")


def certificate(terminal: Terminal) -> None:
    """A certificate for this machine, as an authority would give one."""
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=hub.example.org",
            "-addext",
            "subjectAltName=DNS:hub.example.org,IP:127.0.0.1",
            "-keyout",
            "key.pem",
            "-out",
            "cert.pem",
        ],
        cwd=terminal.folder,
        check=True,
        capture_output=True,
    )
    (terminal.folder / "warnings.json").symlink_to(ROOT / WARNINGS)


def advisory(terminal: Terminal) -> None:
    """A node with an inventory, and an advisory of which there is a later version."""
    node()(terminal)
    folder = terminal.folder / "csaf"
    folder.mkdir()
    held = json.loads((ROOT / EXAMPLES / "inventory/advisory-2021.json").read_text(encoding="utf-8"))
    tracking = held["document"]["tracking"]
    tracking["id"] = "ICSA-24-284-01"
    sync = "tocsin sync csaf --mirror csaf"
    for version in ("1", "2"):
        tracking["version"], held["document"]["title"] = version, f"Version {version}"
        (folder / "icsa-24-284-01.json").write_text(json.dumps(held), encoding="utf-8")
        terminal.type(f"tocsin inventory add {EXAMPLES}/inventory/assets.csv --site plant\n{sync}", "before")
    (terminal.folder / "mirror").mkdir()
    (terminal.folder / "mirror/kev.json").symlink_to(ROOT / EXAMPLES / "inventory/kev-2021.json")
    (terminal.folder / "mirror/cve.json").write_text(json.dumps(CVE), encoding="utf-8")


CVE = {
    "dataType": "CVE_RECORD",
    "dataVersion": "5.1",
    "cveMetadata": {"cveId": "CVE-1900-0001", "state": "PUBLISHED", "datePublished": "2026-11-01T00:00:00Z"},
    "containers": {
        "cna": {
            "providerMetadata": {"orgId": "00000000-0000-4000-8000-000000000000", "shortName": "acme"},
            "affected": [
                {"vendor": "Acme", "product": "PLC-9", "versions": [{"version": "1", "status": "affected"}]}
            ],
        }
    },
}


def plant(terminal: Terminal) -> None:
    """An inventory's files: a machine's packages, a plant with one controller, and what its maker says of it."""
    node()(terminal)
    packages = "Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.2.13\nArchitecture: amd64\n"
    (terminal.folder / "status").write_text(packages, encoding="utf-8")
    part = {"type": "device", "bom-ref": "p", "name": "PLC-9", "version": "2.1", "supplier": {"name": "Acme"}}
    bill = {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [part]}
    (terminal.folder / "plant.cdx.json").write_text(json.dumps(bill), encoding="utf-8")
    cve = json.loads(json.dumps(CVE).replace("CVE-1900-0001", "CVE-2024-0001").replace('"1"', '"2.1"'))
    (terminal.folder / "cve.json").write_text(json.dumps(cve), encoding="utf-8")
    assets = "site,vendor,product,version\n" + "".join(
        f"{site},{vendor},{product},1\n"
        for site, vendor, product in (
            ("pump house 3", "Rockwell Automation", "PanelView 800"),
            ("pump house 3", "", "Pump 3 controller"),
            ("office", "", "our shop"),
            ("pump house 3", "", "HMI east"),
        )
    )
    (terminal.folder / "assets.csv").write_text(assets, encoding="utf-8")
    terminal.type("tocsin sync cve --mirror cve.json\ntocsin inventory add assets.csv --site pumps", "before")


def toml_of(page: str, name: str) -> Callable[[Terminal], None]:
    """Writes the first TOML that the page shows, as ``name``."""

    def write(terminal: Terminal) -> None:
        text = (ROOT / page).read_text(encoding="utf-8")
        shown = re.search(r"^ *```toml[^\n]*\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
        text = textwrap.dedent(shown[1])
        (terminal.folder / name).write_text(text, encoding="utf-8")

    return write


def together(*steps: Callable[[Terminal], None]) -> Callable[[Terminal], None]:
    return lambda terminal: [step(terminal) for step in steps] and None


def logs(terminal: Terminal) -> None:
    """Files that a page calls by names of its reader's."""
    for name, text in {
        "pump-firewall.csv": "Time,Host,Source,Destination\n2026-11-02 10:00:00,pump-fw,10.0.0.5,198.51.100.7\n",
        "aliases-of-the-isac.csv": "maker,product,identifier,said,their maker,their product,their identifier,on,by,why\n",
    }.items():
        (terminal.folder / name).write_text(text, encoding="utf-8")
    (terminal.folder / "feed.json").symlink_to(ROOT / WARNINGS)
    (terminal.folder / "warnings").mkdir()
    shutil.copy(ROOT / WARNINGS, terminal.folder / "warnings/feed.json")
    (terminal.folder / "build").mkdir()
    (terminal.folder / "build/logs").symlink_to(ROOT / LOGS)


def journal(terminal: Terminal) -> None:
    """A machine whose journal has one entry."""
    entry = json.dumps(
        {"__REALTIME_TIMESTAMP": "1764151200000000", "_HOSTNAME": "pump-7", "MESSAGE": "started"}
    )
    terminal.program("journalctl", f"echo '{entry}'")


def stick(terminal: Terminal) -> None:
    """A stick with the catalogue on it, and a connected node that has warnings."""
    (terminal.folder / "stick").mkdir()
    (terminal.folder / "stick/kev.json").symlink_to(ROOT / EXAMPLES / "inventory/kev-2021.json")
    terminal.type(
        f"tocsin init --name Brookwater --sector water\ntocsin publish {WARNINGS} --tlp green", "before"
    )


VAR_LOG = {"/var/log": LOGS}
NAMED = {one: f'"$(said {one})"' for one in ("INVITATION", "SIGHTING", "FINDING", "TOKEN_ID")}

PAGES: dict[str, Page] = {
    "docs/how-to/add-a-reporting-rule.md": Page(node()),
    "docs/how-to/bring-advisories.md": Page(advisory, codes=(4,)),
    "docs/how-to/feed-a-siem.md": Page(joined, VAR_LOG),
    "docs/how-to/join-a-hub.md": Page(
        hub, {"https://hub.example.org/": "http://127.0.0.1:PORT/"} | VAR_LOG | NAMED
    ),
    "docs/how-to/judge-a-product.md": Page(),
    "docs/how-to/keep-an-inventory.md": Page(together(logs, plant), {"/var/lib/dpkg/status": "status"}),
    "docs/how-to/note-an-incident.md": Page(node("Valley Gas", "energy")),
    "docs/how-to/put-it-in-ci.md": Page(logs, VAR_LOG | {"/srv/warnings/": "warnings/"}),
    "docs/how-to/read-syslog.md": Page(
        together(logs, toml_of("docs/how-to/read-syslog.md", "journal.toml"), journal)
    ),
    "docs/how-to/read-your-own-csv.md": Page(
        together(logs, toml_of("docs/how-to/read-your-own-csv.md", "pump-firewall.toml"))
    ),
    "docs/how-to/run-a-hub.md": Page(
        certificate,
        {"--host 0.0.0.0 --port 8443": "--port PORT", "https://hub.example.org/": "https://127.0.0.1:PORT/"}
        | NAMED,
        {"tocsin inbox list --state new": SENT_BY_TLS},
    ),
    "docs/how-to/run-an-offline-site.md": Page(
        stick, VAR_LOG, {"sha256sum --check --quiet stick/SHA256SUMS": "export TOCSIN_DATA=$HOME/site\n"}
    ),
    "docs/how-to/use-another-taxii-client.md": Page(
        together(hub, lambda terminal: terminal.at("hub")),
        {"https://HOST/": "http://127.0.0.1:PORT/", "$TOKEN": "$(said TOKEN)"},
    ),
    "docs/how-to/write-an-exercise.md": Page(),
    "docs/tutorial/first-check.md": Page(words=VAR_LOG),
    "docs/tutorial/two-nodes.md": Page(hub_and_member, NAMED),
}
