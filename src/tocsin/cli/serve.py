"""``tocsin serve``: TAXII, the JSON API, the log and the pages of a node."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from tocsin.cli.command import Verb
from tocsin.cli.node import node_options, opened
from tocsin.errors import UsageError

__all__ = ["serve"]

LOOPBACK = ("127.0.0.1", "::1", "localhost")


@click.command(
    cls=Verb,
    examples=(
        "tocsin serve",
        "tocsin serve --host hub.example.org --port 443 --tls-cert cert.pem --tls-key key.pem",
    ),
)
@click.option("--host", default="127.0.0.1", show_default=True, metavar="H", help="Where to listen.")
@click.option(
    "--port",
    default=8470,
    show_default=True,
    type=click.IntRange(1, 65535),
    metavar="P",
    help="At which port.",
)
@click.option(
    "--tls-cert",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="F",
    help="The certificate (PEM) for TLS 1.3.",
)
@click.option(
    "--tls-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="F",
    help="Its private key (PEM).",
)
@click.option(
    "--client-ca",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="F",
    help="Let in only who shows a certificate of this authority.",
)
@click.option(
    "--name", "names", multiple=True, metavar="HOST", help="Another name under which this node is asked for."
)
@click.option(
    "--plain-http",
    is_flag=True,
    help="Listen without TLS beyond this machine: only behind a proxy that has it.",
)
@node_options
def serve(data: str | None, output_format: str, **options: Any) -> int:
    """Serve this node: TAXII at /taxii2/, JSON at /api/, the log at /log/, pages at /."""
    del output_format
    host, certificate, key = options["host"], options["tls_cert"], options["tls_key"]
    if (certificate is None) != (key is None):
        raise UsageError("--tls-cert and --tls-key belong together")
    if options["client_ca"] is not None and certificate is None:
        raise UsageError("--client-ca needs --tls-cert and --tls-key")
    if certificate is None and host not in LOOPBACK and not options["plain_http"]:
        raise UsageError(
            f"without TLS this node listens on this machine alone, not on {host}",
            hint="Give --tls-cert and --tls-key, or --plain-http behind a proxy that speaks TLS.",
        )

    from tocsin.service.exchange.signing_in import keep_address
    from tocsin.taxii.app import taxii_app
    from tocsin.web.app import application
    from tocsin.web.server import Listening, serve as run

    with opened(data, serving=True) as node:
        at = Listening(host, options["port"], certificate, key, options["client_ca"])
        hosts = {host, f"[{host}]" if ":" in host else host, *LOOPBACK, "[::1]", *options["names"]}
        app = application(node, taxii_app(node), hosts=hosts, secure=certificate is not None)

        # A wildcard is no address to go to; what else was told is what `signin` prints.
        named = options["names"][0] if host in {"0.0.0.0", "::"} and options["names"] else host  # noqa: S104

        def ready() -> None:
            keep_address(node, replace(at, host=named).url)
            sys.stderr.write(f"{node.own.name} is served at {at.url}  (stop with Ctrl-C)\n")
            sys.stderr.flush()

        run(app, at, ready=ready)
    return 0
