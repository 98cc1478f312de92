from __future__ import annotations

import re

import pytest

from tocsin.limits import BODY_BYTES, REQUESTS_A_MINUTE
from web.browser import Browser

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW")
PATHS = ("/", "/signin", "/warnings", "/findings", "/inbox/decide", "/log", "/api/join", "/api/openings", "/nothing",
         "/static/none.css", "/%00", "/%ff", "/warnings/%00", "/warnings/..%2f..", "/log/%2e%2e/x", "/a" * 500)  # fmt: skip


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("path", PATHS)
def test_no_path_and_no_method_makes_the_node_fail(ann, path, method):
    answer = ann.request(method, path)
    assert answer.status < 500
    if answer.status == 405:
        assert method not in answer.headers["allow"].split(", ")
    if method == "HEAD":
        assert answer.body == b""


def test_the_policy_lets_nothing_run_that_is_not_a_file_of_ours(ann):
    for path in ("/warnings", "/nothing", "/openapi.json"):
        policy = ann.get(path).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "form-action 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy


def test_pages_are_not_kept_and_static_files_for_ever(ann):
    page = ann.get("/warnings")
    assert page.headers["cache-control"] == "no-store"
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page.body.decode()):
        answer = ann.get(path)
        assert answer.status == 200
        assert "immutable" in answer.headers["cache-control"]


def test_pages_hold_no_script_and_no_style_of_their_own_and_name_no_other_host(ann):
    for path in ("/warnings", "/findings", "/inbox", "/inbox/sent", "/log", "/log?entry=0", "/reference"):
        body = ann.get(*path.split("?")).body.decode()
        assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|style=|https?://", body)


def test_an_unknown_host_is_refused(stranger):
    assert stranger.request("GET", "/signin", headers=[("host", "evil.example")]).status == 421
    assert stranger.request("GET", "/signin", headers=[("host", "")]).status == 421


def test_a_body_is_cut_at_the_limit_also_where_its_length_is_not_told(ann):
    chunk = b"x" * (1 << 20)
    chunks = [chunk] * 40
    answer = ann.request("POST", "/api/join", chunks=chunks)
    assert answer.status == 413
    assert ann.chunks_read == BODY_BYTES // len(chunk) + 1
    said = [("content-length", str(BODY_BYTES + 1))]
    assert ann.request("POST", "/api/join", headers=said, chunks=chunks).status == 413
    assert ann.chunks_read == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([("content-length", "x")], 400),
        ([("content-length", "-1")], 400),
        ([("content-length", "1"), ("transfer-encoding", "chunked")], 400),
        ([("host", "127.0.0.1"), ("host", "127.0.0.1")], 400),
        ([("authorization", "Bearer a"), ("authorization", "Bearer b")], 400),
        ([("x", "y" * 40_000)], 431),
        ([(f"x-{number}", "y") for number in range(120)], 431),
    ],
)
def test_a_head_without_sense_is_refused(stranger, headers, status):
    assert stranger.request("GET", "/signin", headers=headers).status == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "DELETE", "BREW"])
def test_requests_are_limited_whatever_the_method(app, hub, method):
    browser = Browser(app)
    answers = [browser.request(method, "/signin").status for _ in range(REQUESTS_A_MINUTE + 1)]
    assert 429 not in answers[:-1]
    assert answers[-1] == 429
    hub.now_us += 60_000_000
    assert browser.request(method, "/signin").status != 429


def test_a_stranger_takes_nothing_from_who_is_in(app, ann):
    ann.get("/warnings")
    stranger = Browser(app)
    while stranger.get("/signin").status != 429:
        pass
    assert ann.get("/warnings").status == 200


def test_problems_are_json_for_machines_and_a_page_for_people(ann, stranger):
    answer = ann.get("/api/nothing")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["status"] == answer.status == 404
    assert ann.get("/nothing").headers["content-type"].startswith("text/html")
    assert stranger.get("/api/warnings").headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"invitation":1}',
        b"\xff",
        b"[" * 5000,
        b'{"invitation":"\\ud800","public_key":""}',
    ],
)
def test_no_body_makes_the_node_fail(ann, hub, app, body):
    assert ann.request("POST", "/api/join", chunks=[body]).status in {400, 403}
    assert Browser(app, token=hub.own).request("POST", "/api/openings", chunks=[body]).status == 400


def test_a_form_of_another_kind_is_refused(ann):
    answer = ann.request(
        "POST",
        "/inbox/decide",
        headers=[("content-type", "text/plain"), ("origin", "http://127.0.0.1:8470")],
        chunks=[b"csrf=x"],
    )
    assert answer.status == 415
