"""A browser without a window: it keeps cookies, sends forms as browsers do, and speaks ASGI without a socket."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from taxii.client import AsgiClient
from tocsin.service.exchange.signing_in import make_link


class Browser(AsgiClient):
    """Asks ``app`` under the name ``host``."""

    def __init__(self, app, host="127.0.0.1:8470", token=None) -> None:
        super().__init__(app, token)
        self.host = host
        self.cookies: dict[str, str] = {}
        self.set_cookie = ""

    def request(self, method, path, query="", headers=(), chunks=()):
        given = [(name, value) for name, value in headers if value is not None]
        names = {name.lower() for name, _ in given}
        if "host" not in names:
            given.append(("host", self.host))
        if self.cookies and "cookie" not in names:
            given.append(("cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items())))
        answer = super().request(method, path, query, given, chunks)
        self.set_cookie = answer.headers.get("set-cookie", "")
        for name, held in SimpleCookie(self.set_cookie).items():
            self.cookies[name] = held.value
        return answer

    def form(self, path, origin="", **fields):
        """Send a form from a page of ours; ``origin`` is another page's, or None for none."""
        body = urlencode(fields, doseq=True).encode()
        return self.request(
            "POST",
            path,
            headers=[
                ("content-type", "application/x-www-form-urlencoded"),
                ("content-length", str(len(body))),
                ("origin", f"http://{self.host}" if origin == "" else origin),
            ],
            chunks=[body],
        )

    def signed_in(self, node, person):
        link = make_link(node, person, by=person)
        assert self.form(f"/signin/{link.secret}").status == 303
        return self

    @property
    def csrf(self):
        """The word of this session, as a page's forms hold it."""
        return re.search(r'name="csrf" value="([^"]+)"', self.get("/log").body.decode())[1]
