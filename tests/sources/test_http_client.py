from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sources.certificates import Authority
from sources.web_server import HERE, Answer, Asked, serving
from tocsin.errors import BadInput, LimitExceeded, NotPermitted, SourceUnavailable
from tocsin.sources import http_client
from tocsin.sources.http_client import Credentials, HttpClient

pytestmark = pytest.mark.allow_hosts(HERE)

TOKEN = Credentials.bearer("token-of-the-hub")


def no_sleep(_: float) -> None:
    pass


_made: list[HttpClient] = []


@pytest.fixture(autouse=True)
def _close() -> Iterator[None]:
    yield
    while _made:
        _made.pop().close()


def client(*urls: str, **options) -> HttpClient:
    options.setdefault("sleep", no_sleep)
    _made.append(HttpClient(allowed_origins=urls, **options))
    return _made[-1]


def redirecting(to: str, status: int = 302):
    return lambda asked: (
        Answer(status, headers={"Location": to}) if asked.target == "/" else Answer(body=b"in")
    )


# -- plain requests ---------------------------------------------------------------------------


def test_an_answer_comes_with_its_status_headers_and_bytes():
    with serving(lambda _: Answer(404, b"no such thing", {"X-Word": "here"})) as server:
        answer = client(server.url()).request("GET", server.url("/a%20b?c=d&e=%2F"))
    assert (answer.status, answer.body, answer.headers["x-word"]) == (404, b"no such thing", "here")
    assert server.targets == ["/a%20b?c=d&e=%2F"]
    assert answer.url == server.url("/a%20b?c=d&e=%2F")


def test_a_connection_is_kept_for_the_next_request_and_a_closed_one_is_replaced():
    ports = []

    def answer(asked: Asked) -> Answer:
        ports.append(asked.headers["x"])
        return Answer(headers={"Connection": "close"} if asked.target == "/last" else {})

    with serving(answer) as server, client(server.url()) as http:
        for target in ("/", "/", "/last", "/"):
            assert http.request("GET", server.url(target), {"X": "1"}).status == 200
    assert len(ports) == 4


def test_a_kept_connection_that_the_server_just_closed_costs_no_attempt(monkeypatch: pytest.MonkeyPatch):
    def write(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    # Whether the end has come through when it is looked for is a matter of luck.
    monkeypatch.setattr(http_client.HTTPConnection, "is_connected", True)
    waits = []
    with serving(lambda _: Answer(write=write)) as server:
        http = client(server.url(), sleep=waits.append)
        for _ in range(3):
            http.request("GET", server.url())
    assert waits == []


def test_a_body_is_sent_as_it_is():
    body = bytes(range(256)) * 2_000
    with serving(lambda asked: Answer(body=asked.body)) as server:
        assert client(server.url()).request("POST", server.url(), body=body).body == body


def test_no_cookie_is_kept():
    with serving(lambda _: Answer(headers={"Set-Cookie": "a=b"})) as server, client(server.url()) as http:
        http.request("GET", server.url())
        http.request("GET", server.url())
    assert all("cookie" not in asked.headers for asked in server.asked)


def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(lambda _: Answer(body=b"direct")) as server:
        assert client(server.url()).request("GET", server.url()).body == b"direct"


def test_a_proxy_that_was_given_is_asked_for_the_configured_name():
    asked = []

    def proxy_once(listener: socket.socket, port: int) -> None:
        client_side, _ = listener.accept()
        head = b""
        while b"\r\n\r\n" not in head:
            head += client_side.recv(4096)
        asked.append(head)
        client_side.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with socket.create_connection(("127.0.0.1", port)) as inner:
            inner.sendall(client_side.recv(65536))
            while not head.endswith(b"through"):
                head = inner.recv(65536)
                client_side.sendall(head)
        client_side.close()

    with (
        serving(lambda _: Answer(body=b"through")) as server,
        socket.create_server(("127.0.0.1", 0)) as listener,
    ):
        thread = threading.Thread(target=proxy_once, args=(listener, server.port), daemon=True)
        thread.start()
        url = server.url(host="hub.example")
        through = client(url, proxy=f"http://me:word@127.0.0.1:{listener.getsockname()[1]}", resolver=None)
        answer = through.request("GET", url)
        thread.join(5)
    assert answer.body == b"through"
    assert asked[0].startswith(f"CONNECT hub.example:{server.port} ".encode())
    assert b"Proxy-Authorization: Basic bWU6d29yZA==" in asked[0]


# -- where it may go --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:{port}/",
        "http://localhost:{port}/",
        "http://2130706433:{port}/",
        "http://0x7f.0.0.1:{port}/",
        "http://0177.0.0.1:{port}/",
        "http://127.1:{port}/",
        "http://[::ffff:127.0.0.1]:{port}/",
        "http://[::1]:{port}/",
        "http://0.0.0.0:{port}/",
        "https://169.254.169.254/latest/meta-data/",
        "https://name.example/",
        "file:///etc/passwd",
        "//127.0.0.1:{port}/",
        "http://hub.example:{other}@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@hub.example/",
        "ftp://127.0.0.1/",
    ],
)
def test_a_redirect_to_this_machine_or_a_private_network_is_not_followed(url: str):
    with serving(lambda _: Answer(body=b"secret")) as inner:
        location = url.format(port=inner.port, other=80)
        with serving(redirecting(location)) as outer:
            asked = client(outer.url(), resolver=lambda *_: ["10.0.0.5", "127.0.0.1", "::1"])
            with pytest.raises(NotPermitted):
                asked.request("GET", outer.url())
    assert inner.asked == []


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["192.168.0.1"],
        ["169.254.169.254"],
        ["100.100.100.200"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        [],
    ],
)
def test_a_public_name_that_leads_inside_is_refused(found: list[str]):
    http = client("https://hub.example/", resolver=lambda *_: found)
    with pytest.raises(NotPermitted):
        http.request("GET", "https://elsewhere.example/")


def test_a_configured_name_may_lead_to_a_private_address_but_to_no_metadata_service():
    with serving(lambda _: Answer(body=b"ours")) as server:
        url = server.url(host="hub.lan")
        assert client(url, resolver=lambda *_: ["127.0.0.1"]).request("GET", url).body == b"ours"
        assert server.asked[0].headers["host"] == f"hub.lan:{server.port}"
        with pytest.raises(NotPermitted):
            client(url, resolver=lambda *_: ["169.254.169.254"]).request("GET", url)


def test_the_configured_origin_is_scheme_host_and_port():
    with serving(lambda _: Answer()) as server, serving(lambda _: Answer()) as other:
        http = client(server.url())
        with pytest.raises(NotPermitted):
            http.request("GET", other.url())
    assert other.asked == []


def test_a_name_that_answers_otherwise_the_second_time_gains_nothing(tmp_path: Path):
    """The name is asked for once, and the connection goes to the address that was checked (DNS rebinding)."""
    answers = iter([["192.0.0.8"], ["127.0.0.1"]])
    asked = []

    def resolver(host: str, port: int) -> list[str]:
        asked.append(host)
        return next(answers)

    with pytest.raises(NotPermitted):
        client("https://hub.example", resolver=resolver).request("GET", "https://rebind.example/")
    assert asked == ["rebind.example"]


def test_the_checked_address_is_connected_to_and_the_name_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
):
    tried = []

    def connect(self: object) -> None:
        tried.append((self.host, self.port, self.server_hostname))
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(http_client.HTTPSConnection, "connect", connect)
    answers = iter([["10.0.0.1", "93.184.216.34"], ["127.0.0.1"]])
    http = client("https://hub.example", resolver=lambda *_: next(answers))
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        http.request("POST", "https://public.example/")
    assert tried == [("93.184.216.34", 443, "public.example")]


def test_http_is_only_for_the_origin_that_was_configured_so():
    http = client("https://hub.example", resolver=lambda *_: ["93.184.216.34"])
    for url in ("http://hub.example/", "http://public.example/"):
        with pytest.raises(NotPermitted, match="not encrypted"):
            http.request("GET", url)


@pytest.mark.parametrize(
    "url",
    ["hub.example", "https://", "https://a b/", "https://hub.example:99999/", "https://me:word@hub.example/"],
)
def test_what_is_no_web_address_is_told(url: str):
    with pytest.raises(BadInput) as raised:
        client("https://hub.example").request("GET", url)
    assert "me:" not in str(raised.value)


def test_other_digits_than_those_of_ascii_spell_no_way_inside():
    with serving(lambda _: Answer()) as server, pytest.raises(NotPermitted):
        client("https://hub.example").request("GET", server.url(host="\uff11\uff12\uff17.0.0.1"))
    assert server.asked == []


# -- redirects --------------------------------------------------------------------------------


def test_a_redirect_within_the_origin_is_followed_with_credentials():
    with serving(redirecting("/inner", 308)) as server:
        answer = client(server.url()).request("GET", server.url(), credentials=TOKEN)
    assert answer.body == b"in"
    assert [one.headers.get("authorization") for one in server.asked] == ["Bearer token-of-the-hub"] * 2


def test_credentials_go_to_no_other_origin_even_a_configured_one_nor_return():
    secrets = {"Cookie": "a=b", "Tocsin-Key": "k", "AUTHORIZATION": "Bearer own", "X-Plain": "p"}
    with serving(lambda _: Answer(302, headers={"Location": first.url("/back")})) as second:
        with serving(redirecting(second.url())) as first:
            answer = client(first.url(), second.url()).request("GET", first.url(), secrets)
            client(first.url(), second.url()).request("GET", first.url(), credentials=TOKEN)
    assert answer.body == b"in"
    for asked in [*second.asked, first.asked[1], first.asked[3]]:
        assert not {"authorization", "cookie", "tocsin-key"} & set(asked.headers)
    assert second.asked[0].headers["x-plain"] == "p"
    assert first.asked[0].headers["tocsin-key"] == "k"


def test_credentials_are_not_sent_to_what_was_not_configured():
    with pytest.raises(NotPermitted, match="credentials"):
        client("https://hub.example").request("GET", "https://other.example/", credentials=TOKEN)


def test_credentials_are_not_shown():
    assert "token-of-the-hub" not in repr(TOKEN)


def test_more_than_five_redirects_are_a_loop():
    with serving(lambda asked: Answer(302, headers={"Location": asked.target + "x"})) as server:
        with pytest.raises(SourceUnavailable, match="redirects more than 5"):
            client(server.url()).request("GET", server.url())
    assert len(server.asked) == 6


@pytest.mark.parametrize("status", [301, 302, 303])
def test_what_is_sent_is_never_dropped_by_a_redirect(status: int):
    with serving(redirecting("/inner", status)) as server, pytest.raises(SourceUnavailable):
        client(server.url()).request("POST", server.url(), body=b"warning")


def test_what_is_sent_follows_within_the_origin_only():
    with serving(lambda _: Answer()) as other:
        with serving(redirecting(other.url(), 307)) as server, pytest.raises(NotPermitted):
            client(server.url(), other.url()).request("POST", server.url(), body=b"warning")
    with serving(redirecting("/inner", 307)) as server:
        client(server.url()).request("POST", server.url(), body=b"warning")
    assert [one.body for one in server.asked] == [b"warning"] * 2
    assert other.asked == []


def test_encryption_is_not_given_up(tmp_path: Path):
    authority = Authority(tmp_path)
    with serving(lambda _: Answer(body=b"plain")) as plain:
        with serving(redirecting(plain.url()), authority.server_context("127.0.0.1")) as server:
            http = client(server.url(), plain.url(), ca_file=authority.file)
            with pytest.raises(NotPermitted, match="not encrypted"):
                http.request("GET", server.url())
    assert plain.asked == []


# -- limits -----------------------------------------------------------------------------------


def test_an_answer_that_says_that_it_is_too_large_is_not_read():
    def write(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        time.sleep(2)

    with serving(lambda _: Answer(write=write)) as server:
        begun = time.monotonic()
        with pytest.raises(LimitExceeded, match="larger than 4999 bytes"):
            client(server.url(), max_bytes=4999).request("GET", server.url())
        assert time.monotonic() - begun < 1


def test_an_answer_is_cut_off_at_the_limit_whatever_it_says():
    sent = []

    def write(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(20_000):
            connection.sendall(b"1000\r\n" + bytes(4096) + b"\r\n")
            sent.append(4096)

    with serving(lambda _: Answer(write=write)) as server, pytest.raises(LimitExceeded, match="larger"):
        client(server.url(), max_bytes=1 << 20).request("GET", server.url())
    assert sum(sent) < 20 << 20


def test_an_answer_of_just_the_limit_is_taken():
    with serving(lambda _: Answer(body=bytes(5000))) as server:
        assert len(client(server.url(), max_bytes=5000).request("GET", server.url()).body) == 5000


def test_the_text_of_an_error_is_cut_and_no_reason_to_fail():
    with serving(lambda _: Answer(400, bytes(1 << 20))) as server:
        answer = client(server.url(), max_bytes=10).request("GET", server.url())
    assert (answer.status, len(answer.body)) == (400, 64 << 10)


def test_a_packed_answer_is_unpacked_member_by_member():
    body = gzip.compress(b"one ") + gzip.compress(b"two")
    with serving(lambda _: Answer(body=body, headers={"Content-Encoding": "gzip"})) as server:
        assert client(server.url()).request("GET", server.url()).body == b"one two"
    assert server.asked[0].headers["accept-encoding"] == "gzip"


def test_a_bomb_is_defused():
    bomb = gzip.compress(bytes(200 << 20), 9)
    assert len(bomb) < 1 << 20
    with serving(lambda _: Answer(body=bomb, headers={"Content-Encoding": "gzip"})) as server:
        with pytest.raises(LimitExceeded, match="times its size"):
            client(server.url(), max_bytes=1 << 30).request("GET", server.url())
        with pytest.raises(LimitExceeded, match="larger than"):
            client(server.url(), max_bytes=1 << 20).request("GET", server.url())


@pytest.mark.parametrize(
    "body",
    [gzip.compress(b"whole" * 99, mtime=0)[:-9], b"", b"no gzip at all", gzip.compress(b"a", mtime=0) + b"?"],
)
def test_damaged_packing_is_no_answer(body: bytes):
    with serving(lambda _: Answer(body=body, headers={"Content-Encoding": "gzip"})) as server:
        with pytest.raises(SourceUnavailable, match="gzip"):
            client(server.url()).request("GET", server.url())


def test_packing_that_was_not_asked_for_is_told():
    with serving(lambda _: Answer(body=b"x", headers={"Content-Encoding": "br"})) as server:
        with pytest.raises(SourceUnavailable, match="'br'"):
            client(server.url()).request("GET", server.url())


def test_an_answer_that_breaks_off_is_none():
    with serving(
        lambda _: Answer(body=b"part", headers={"Content-Length": "50", "Connection": "close"})
    ) as server:
        with pytest.raises(SourceUnavailable, match="breaks off"):
            client(server.url(), timeout_s=2).request("POST", server.url())


def trickle(first: bytes, drop: bytes):
    def write(connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(200):
            connection.sendall(drop)
            time.sleep(0.05)

    return lambda _: Answer(write=write)


@pytest.mark.parametrize(
    ("first", "drop"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"x"),
        (b"HT", b"T"),
    ],
)
def test_a_server_that_sends_a_byte_now_and_then_is_left_in_time(first: bytes, drop: bytes):
    with serving(trickle(first, drop)) as server:
        begun = time.monotonic()
        with pytest.raises((LimitExceeded, SourceUnavailable), match=r"0\.4 s"):
            client(server.url(), timeout_s=0.4).request("POST", server.url())
        assert time.monotonic() - begun < 2


def test_a_server_that_says_nothing_is_left_in_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        begun = time.monotonic()
        with pytest.raises(SourceUnavailable, match=r"0\.3 s"):
            client(url, timeout_s=0.3).request("POST", url)
        assert time.monotonic() - begun < 2


def test_a_slow_handshake_is_left_in_time():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
        begun = time.monotonic()
        with pytest.raises(SourceUnavailable):
            client(url, timeout_s=0.3).request("POST", url)
        assert time.monotonic() - begun < 2


# -- attempts ---------------------------------------------------------------------------------


def test_a_request_that_may_be_repeated_is_repeated():
    waits = []
    answers = iter([Answer(503), Answer(429, headers={"Retry-After": "7"}), Answer(body=b"at last")])
    with serving(lambda _: next(answers)) as server:
        answer = client(server.url(), sleep=waits.append).request("GET", server.url())
    assert (answer.body, waits) == (b"at last", [1, 7])


def test_a_wait_that_is_given_as_a_date_is_taken_from_the_answers_own():
    waits = []
    dates = {"Date": "Tue, 03 Nov 2026 10:00:00 GMT", "Retry-After": "Tue, 03 Nov 2026 10:00:09 GMT"}

    def write(connection: socket.socket) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in dates.items())
        connection.sendall(f"HTTP/1.1 503 Later\r\nContent-Length: 0\r\n{lines}\r\n".encode())

    answers = iter([Answer(write=write), Answer()])
    with serving(lambda _: next(answers)) as server:
        client(server.url(), sleep=waits.append).request("GET", server.url())
    assert waits == [9]


def test_a_request_that_may_not_be_repeated_is_made_once():
    with serving(lambda _: Answer(503)) as server:
        assert client(server.url()).request("POST", server.url(), body=b"x").status == 503
    assert len(server.asked) == 1
    with serving(lambda _: Answer(503)) as server:
        assert client(server.url()).request("POST", server.url(), body=b"x", repeatable=True).status == 503
    assert [one.body for one in server.asked] == [b"x"] * 4


def test_a_wait_that_is_too_long_is_told():
    with serving(lambda _: Answer(429, headers={"Retry-After": "3600"})) as server:
        with pytest.raises(SourceUnavailable, match="wait 3600 s"):
            client(server.url()).request("GET", server.url())


def test_a_server_that_is_away_is_told_after_four_attempts():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    waits = []
    with pytest.raises(SourceUnavailable, match="cannot be reached"):
        client(url, sleep=waits.append).request("GET", url)
    assert waits == [1, 2, 4]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (401, NotPermitted),
        (403, NotPermitted),
        (413, LimitExceeded),
        (404, SourceUnavailable),
        (500, SourceUnavailable),
    ],
)
def test_a_status_becomes_an_error_of_ours(status: int, error: type[Exception]):
    with serving(lambda _: Answer(status)) as server:
        answer = client(server.url()).request("GET", server.url("/?token=word"))
    assert answer.require(status) is answer
    with pytest.raises(error) as raised:
        answer.require(200)
    assert "word" not in str(raised.value)


# -- TLS --------------------------------------------------------------------------------------


def test_the_name_is_verified_though_the_connection_goes_to_an_address(tmp_path: Path):
    authority = Authority(tmp_path)
    with serving(lambda _: Answer(body=b"safe"), authority.server_context("hub.example")) as server:
        resolver = lambda *_: ["127.0.0.1"]  # noqa: E731
        url = server.url(host="hub.example")
        assert client(url, ca_file=authority.file, resolver=resolver).request("GET", url).body == b"safe"
        with pytest.raises(SourceUnavailable, match="does not prove"):
            client(url, resolver=resolver).request("GET", url)
        wrong = server.url(host="other.example")
        with pytest.raises(SourceUnavailable, match=r"does not prove that it is other\.example"):
            client(wrong, ca_file=authority.file, resolver=resolver).request("GET", wrong)


def test_a_client_certificate_is_shown_to_the_configured_origin_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    authority = Authority(tmp_path)
    own = authority.certificate("member.example")
    monkeypatch.setattr(http_client, "is_public", lambda _: True)
    resolver = lambda *_: ["127.0.0.1"]  # noqa: E731
    context = authority.server_context("hub.example", ask_client=True)
    other_context = authority.server_context("other.example", ask_client=True)
    with serving(lambda _: Answer(body=b"in"), other_context) as other:
        with serving(redirecting(other.url(host="other.example")), context) as server:
            url = server.url(host="hub.example")
            http = client(url, ca_file=authority.file, client_certificate=own, resolver=resolver)
            assert http.request("GET", url).body == b"in"
    assert server.asked[0].certificate
    assert not other.asked[0].certificate


def test_a_certificate_file_that_is_none_is_told(tmp_path: Path):
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(BadInput, match="cannot be used"):
        client("https://hub.example", ca_file=tmp_path / "ca.pem")


def test_certificates_are_read_only_where_tls_is_spoken(monkeypatch):
    read = []
    made = http_client.ssl.create_default_context
    monkeypatch.setattr(http_client.ssl, "create_default_context", lambda: read.append(1) or made())
    with serving(lambda _: Answer(200, b"hello")) as server, client(server.url()) as http:
        assert http.request("GET", server.url()).body == b"hello"
    assert read == []


def test_a_certificate_file_that_is_none_is_told_at_once(tmp_path):
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(BadInput, match="cannot be used"):
        HttpClient(allowed_origins=[], ca_file=tmp_path / "ca.pem")
