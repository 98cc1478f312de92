from __future__ import annotations

import pytest

from tocsin.limits import FAILED_SIGNINS_A_MINUTE, SESSION_S, SIGNIN_S
from tocsin.service.exchange.signing_in import make_link
from web.browser import Browser

PAGES = (
    "/",
    "/style",
    "/warnings",
    "/findings",
    "/inbox",
    "/inbox/sent",
    "/log",
    "/reference",
    "/findings/share",
)
FILES = (
    "/home.json",
    "/home.csv",
    "/api/home",
    "/warnings.json",
    "/warnings.csv",
    "/findings.json",
    "/inbox.csv",
    "/log.json",
    "/openapi.json",
    "/api/warnings",
)


@pytest.mark.parametrize("path", PAGES + FILES)
def test_every_page_and_file_needs_a_session_or_a_token(stranger, path):
    answer = stranger.get(path)
    assert answer.status == 401
    assert answer.headers["content-type"].startswith(
        "text/html" if path in PAGES else "application/problem+json"
    )


def test_a_link_that_is_only_looked_at_is_still_good(stranger, hub):
    link = make_link(hub.node, "Ann", by="ann")
    for method in ("GET", "HEAD", "GET"):
        assert stranger.request(method, f"/signin/{link.secret}").status == 200
    assert stranger.form(f"/signin/{link.secret}").status == 303
    assert stranger.get("/warnings").status == 200


def test_a_link_is_good_once(app, hub):
    link = make_link(hub.node, "Ann", by="ann")
    assert Browser(app).form(f"/signin/{link.secret}").status == 303
    second = Browser(app)
    assert second.form(f"/signin/{link.secret}").status == 403
    assert not second.cookies


def test_a_link_is_good_for_fifteen_minutes(stranger, hub):
    link = make_link(hub.node, "Ann", by="ann")
    hub.now_us += SIGNIN_S * 1_000_000
    assert stranger.form(f"/signin/{link.secret}").status == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None, "http://127.0.0.1:9999"])
def test_signing_in_from_another_page_is_refused_and_leaves_the_link_good(stranger, hub, origin):
    link = make_link(hub.node, "Ann", by="ann")
    assert stranger.form(f"/signin/{link.secret}", origin=origin).status == 403
    assert stranger.form(f"/signin/{link.secret}").status == 303


def test_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(app, hub):
    browser = Browser(app, host="hub.example.org")
    browser.signed_in(hub.node, "Ann")
    assert browser.set_cookie.startswith("__Host-tocsin=")
    flags = {part.strip().lower() for part in browser.set_cookie.split(";")[1:]}
    assert {"secure", "httponly", "samesite=strict", "path=/", f"max-age={SESSION_S}"} == flags


def test_on_this_machine_without_tls_the_cookie_has_a_name_of_its_own_for_each_port(ann):
    assert list(ann.cookies) == ["tocsin-8470"]


def test_a_session_ends_after_a_working_day(ann, hub):
    hub.now_us += SESSION_S * 1_000_000 - 1
    assert ann.get("/warnings").status == 200
    hub.now_us += 1
    assert ann.get("/warnings").status == 401


def test_who_signed_out_is_out_also_with_the_old_cookie(ann):
    before = dict(ann.cookies)
    assert ann.form("/signout", csrf=ann.csrf).status == 303
    ann.cookies = before
    assert ann.get("/warnings").status == 401


def test_signing_out_needs_the_word_of_the_session(ann):
    assert ann.form("/signout").status == 403
    assert ann.form("/signout", csrf=ann.csrf[:-1] + "?").status == 403
    assert ann.form("/signout", csrf=ann.csrf, origin="https://evil.example").status == 403
    assert ann.get("/warnings").status == 200


def test_guessing_is_stopped_for_an_address_and_not_for_who_is_in(ann, stranger, hub):
    ann.get("/warnings")
    for number in range(FAILED_SIGNINS_A_MINUTE):
        assert stranger.form(f"/signin/guess{number}").status == 403
    link = make_link(hub.node, "Bob", by="bob")
    answer = stranger.form(f"/signin/{link.secret}")
    assert answer.status == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert ann.get("/warnings").status == 200
    hub.now_us += 4_000_000
    assert stranger.form(f"/signin/{link.secret}").status == 303


def test_a_token_opens_no_page_and_a_session_no_openings(ann, app, hub):
    assert Browser(app, token=hub.own).get("/warnings").status == 401
    assert ann.request("POST", "/api/openings", chunks=[b'{"objects":[]}']).status == 401
