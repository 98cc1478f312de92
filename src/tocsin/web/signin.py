"""Signing in by a one-use link, and out. Looking at a link does not use it up: mail programs look at links."""

from __future__ import annotations

from starlette.responses import Response

from tocsin.errors import NotPermitted
from tocsin.service.exchange.signing_in import sign_in, sign_out
from tocsin.web.answers import page, see_other
from tocsin.web.door import Asked, Way
from tocsin.web.session import check_origin, clear_cookie, set_cookie

__all__ = ["signin_ways"]


def signin_ways() -> list[Way]:
    """The paths of signing in and out."""
    return [
        Way("/signin", {"GET": _how}, "anybody", "How to sign in."),
        Way("/signin/{secret}", {"GET": _offer, "POST": _use}, "anybody", "Sign in with a one-use link."),
        Way("/signout", {"POST": _leave}, "person", "Sign out."),
    ]


def _how(asked: Asked) -> Response:
    return page(asked, "signin.html.j2", secret="", failed="")


def _offer(asked: Asked) -> Response:
    return page(asked, "signin.html.j2", secret=asked.part("secret"), failed="")


def _use(asked: Asked) -> Response:
    check_origin(asked.request)
    try:
        cookie, _ = sign_in(asked.node, asked.part("secret"))
    except NotPermitted as error:
        return page(asked, "signin.html.j2", secret="", failed=error.what, status=403)
    # What a node has beside the usual pages is what it was started for.
    answer = see_other(f"/{asked.extra_nav[0][0]}" if asked.extra_nav else "/")
    set_cookie(asked.request, answer, cookie)
    return answer


def _leave(asked: Asked) -> Response:
    sign_out(asked.node, asked.cookie)
    answer = see_other("/signin")
    clear_cookie(asked.request, answer)
    return answer
