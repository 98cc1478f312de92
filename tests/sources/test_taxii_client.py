from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import pytest

from sources.web_server import HERE, Answer, Asked, Server, serving
from tocsin.errors import LimitExceeded, NotPermitted, SourceUnavailable
from tocsin.sources.http_client import Credentials, HttpClient
from tocsin.sources.taxii_client import MEDIA_TYPE, Collection, TaxiiClient

pytestmark = pytest.mark.allow_hosts(HERE)

ID = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
PATH = f"/api1/collections/{ID}/"


def added(number: int) -> str:
    return f"2026-11-03T10:00:{number // 10:02d}.{number % 10:06d}Z"


def indicator(number: int) -> bytes:
    id = f"indicator--00000000-0000-4000-8000-{number:012d}"
    # Spelled so that nobody who decodes and writes it again gives the same bytes.
    return (
        b'{ "type":"indicator",  "id": "' + id.encode() + b'", "modified":"2026-11-03T10:00:00.000Z",'
        b'"x_number": 1.50e+1, "name": "\\u00e9\\/" }'
    )


@dataclass
class Taxii:
    """A TAXII server, and the ways in which it reads the standard otherwise."""

    stored: list[tuple[str, bytes]] = field(default_factory=list)
    page: int = 3
    no_more: bool = False
    no_next: bool = False
    no_dates: bool = False
    no_manifest: bool = False
    inclusive: bool = False
    constant_next: bool = False
    needs_both: bool = False
    last: Callable[[str], str] = str
    asked: list[dict[str, str]] = field(default_factory=list)
    manifests: int = 0
    session: int = 0

    def __call__(self, asked: Asked) -> Answer:
        parts = urlsplit(asked.target)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if asked.headers["accept"] != MEDIA_TYPE:
            return Answer(406)
        if parts.path == f"{PATH}manifest/":
            self.manifests += 1
            if self.no_manifest:
                return Answer(404)
            entries = [json.loads(raw) | {"date_added": date} for date, raw in self.stored]
            kept = [one | {"version": one["modified"]} for one in entries if one["id"] == query["match[id]"]]
            return said({"objects": kept})
        assert parts.path == f"{PATH}objects/", parts.path
        self.asked.append(query)
        if self.needs_both and "next" in query and "added_after" not in query:
            return Answer(400)
        after, start = self.after(query)
        given = after[start : start + self.size(query)]
        envelope: list[bytes] = []
        left = len(after) > start + len(given)
        if not self.no_more:
            envelope.append(b'"more": true' if left else b'"more": false')
        if left and not self.no_next:
            self.session = start + len(given)
            envelope.append(b'"next": "%d"' % (7 if self.constant_next else self.session))
        if given:
            envelope.append(b'"objects": [' + b" , ".join(raw for _, raw in given) + b"]")
        headers = {"Content-Type": MEDIA_TYPE}
        if given and not self.no_dates:
            headers["X-TAXII-Date-Added-First"] = self.last(given[0][0])
            headers["X-TAXII-Date-Added-Last"] = self.last(given[-1][0])
        return Answer(200, b"{" + b",".join(envelope) + b"}", headers)

    def size(self, query: dict[str, str]) -> int:
        return min(self.page, int(query.get("limit", self.page)))

    def after(self, query: dict[str, str]) -> tuple[list[tuple[str, bytes]], int]:
        since = query.get("added_after", "")
        assert re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)?", since), since
        kept = [one for one in self.stored if one[0] > since or (self.inclusive and one[0] == since)]
        start = int(query.get("next", 0))
        return kept, self.session if self.constant_next and start else start


def said(content: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(content).encode(), {"Content-Type": MEDIA_TYPE})


@pytest.fixture
def http() -> Iterator[Callable[[Server], HttpClient]]:
    made: list[HttpClient] = []

    def make(server: Server) -> HttpClient:
        made.append(HttpClient(allowed_origins=[server.url()], sleep=lambda _: None))
        return made[-1]

    yield make
    for one in made:
        one.close()


def taken(http, taxii: Callable[[Asked], Answer], **options) -> list:
    with serving(taxii) as server:
        return list(TaxiiClient(http(server)).pages(collection(server), **options))


def collection(server: Server) -> Collection:
    return Collection(id=ID, title="warnings", url=server.url(PATH))


def objects(pages: list) -> list[bytes]:
    return [raw for page in pages for raw in page.objects]


def filled(count: int, **dialect) -> Taxii:
    return Taxii([(added(number), indicator(number)) for number in range(count)], **dialect)


# -- paging -----------------------------------------------------------------------------------


DIALECTS = [
    {},
    {"no_more": True},
    {"no_next": True},
    {"no_more": True, "no_next": True},
    {"no_dates": True},
    {"no_dates": True, "no_next": True},
    {"inclusive": True},
    {"inclusive": True, "no_next": True},
    {"inclusive": True, "no_next": True, "no_more": True},
    {"constant_next": True},
    {"last": lambda date: date.replace("Z", "+00:00")},
    {"last": lambda date: date.replace("Z", "999Z"), "no_next": True},
    {"last": lambda date: date.replace("T", " ").removesuffix("Z"), "no_next": True},
    {"last": lambda _: "yesterday", "no_next": True},
    {"last": lambda date: f'"{date.replace("T10", "T12").replace("Z", "+02:00")}"', "no_next": True},
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("count", [0, 1, 3, 4, 11])
def test_every_object_comes_once_in_its_exact_bytes_whatever_the_dialect(http, dialect, count: int):
    pages = taken(http, filled(count, **dialect))
    assert objects(pages) == [indicator(number) for number in range(count)]
    if count:
        assert pages[-1].added_last == added(count - 1)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_run_resumes_after_each_page_without_loss(http, dialect):
    taxii = filled(8, **dialect)
    whole = [indicator(number) for number in range(8)]
    before: list[bytes] = []
    for page in taken(http, taxii):
        before.extend(page.objects)
        if page.added_last:
            rest = objects(taken(http, taxii, added_after=page.added_last))
            assert list(dict.fromkeys(before + rest)) == whole


def test_objects_of_one_date_are_not_lost_when_pages_go_by_date(http):
    taxii = Taxii([(added(number // 5), indicator(number)) for number in range(15)], page=7, no_next=True)
    assert objects(taken(http, taxii, limit=3)) == [indicator(number) for number in range(15)]


def test_added_after_is_sent_with_next_and_with_six_decimals(http):
    taxii = filled(8, needs_both=True)
    pages = taken(http, taxii, added_after="2026-11-03T11:00:00+01:00", limit=2)
    assert objects(pages) == [indicator(number) for number in range(1, 8)]
    assert {one["added_after"] for one in taxii.asked} == {"2026-11-03T10:00:00.000000Z"}
    assert {one["limit"] for one in taxii.asked} == {"2"}


def test_a_filter_goes_with_every_page(http):
    taxii = filled(8)
    taken(http, taxii, match={"match[type]": "indicator"})
    assert all(one["match[type]"] == "indicator" for one in taxii.asked)
    assert len(taxii.asked) == 3


def test_an_honest_server_is_asked_no_more_than_needed(http):
    taxii = filled(7)
    taken(http, taxii)
    assert (len(taxii.asked), taxii.manifests) == (3, 0)


def test_versions_of_one_object_are_all_taken(http):
    newer = indicator(1).replace(b"10:00:00.000Z", b"11:00:00.000Z")
    taxii = Taxii([(added(1), indicator(1)), (added(2), newer), (added(3), indicator(1))])
    pages = taken(http, taxii)
    assert objects(pages) == [indicator(1), newer]
    assert pages[0].again == 1


def test_the_same_pages_in_a_ring_are_noticed_and_told(http):
    def ring(asked: Asked) -> Answer:
        at = int(parse_qs(urlsplit(asked.target).query).get("next", ["0"])[0])
        following = str((at + 1) % 3).encode()
        body = b'{"more": true, "next": "' + following + b'", "objects": [' + indicator(at) + b"]}"
        return Answer(body=body, headers={"X-TAXII-Date-Added-Last": added(at)})

    got: list[bytes] = []
    with serving(ring) as server:
        pages = TaxiiClient(http(server)).pages(collection(server))
        with pytest.raises(SourceUnavailable, match="again and again"):
            got.extend(raw for page in pages for raw in page.objects)
    assert got == [indicator(0), indicator(1), indicator(2)]
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"more": true, "next": "x"}', "nothing new"),
        (b'{"more": true}', "holds nothing"),
        (b'{"more": true, "objects": [%s]}' % indicator(1), "neither a mark nor a date"),
    ],
)
def test_more_that_never_comes_is_told(http, body: bytes, told: str):
    with serving(lambda _: Answer(body=body)) as server, pytest.raises(SourceUnavailable, match=told):
        list(TaxiiClient(http(server)).pages(collection(server)))
    assert len(server.asked) < 110


def test_a_server_that_does_not_heed_dates_is_told(http):
    answer = Answer(body=b'{"more": true, "objects": [%s]}' % indicator(1))
    answer.headers["X-TAXII-Date-Added-Last"] = added(1)
    with serving(lambda _: answer) as server, pytest.raises(SourceUnavailable, match="more than"):
        list(TaxiiClient(http(server)).pages(collection(server)))
    assert len(server.asked) < 30


def test_a_resume_point_never_goes_back(http):
    dates = iter([added(5), added(2)])
    answers = iter([b'{"more": true, "next": "n", "objects": [%s]}', b'{"more": false, "objects": [%s]}'])

    def answer(_: Asked) -> Answer:
        return Answer(body=next(answers) % indicator(1), headers={"X-TAXII-Date-Added-Last": next(dates)})

    assert [page.added_last for page in taken(http, answer)] == [added(5), added(5)]


@pytest.mark.parametrize(
    ("header", "read"),
    [
        ("Tue, 03 Nov 2026 10:00:00 GMT", "2026-11-03T10:00:00.000000Z"),
        ("Tue Nov 03 2026 11:00:00 GMT+0100 (Central European Standard Time)", "2026-11-03T10:00:00.000000Z"),
        ("2026-11-03T10:00:00.1234567Z", "2026-11-03T10:00:00.123456Z"),
        ("2026-11-03T10:00:00Z", "2026-11-03T10:00:00.000000Z"),
        ("2026-11-03T05:30:00.5-0430", "2026-11-03T10:00:00.500000Z"),
        ("2026-13-03T10:00:00Z", ""),
        ("0001-01-01T00:00:00+05:00", ""),
        ("", ""),
    ],
)
def test_dates_of_many_spellings_are_read_and_never_rounded_up(http, header: str, read: str):
    headers = {"X-TAXII-Date-Added-Last": header}
    with serving(
        lambda asked: (
            Answer(404)
            if "manifest" in asked.target
            else Answer(body=b'{"more":false,"objects":[%s]}' % indicator(1), headers=headers)
        )
    ) as server:
        pages = list(TaxiiClient(http(server)).pages(collection(server)))
    assert [page.added_last for page in pages] == [read]


@pytest.mark.parametrize(
    "body", [b"<html>", b"[1]", b'{"objects": 7}', b'{"objects": [' + b"[" * 100_000, b"\xff"]
)
def test_what_is_no_taxii_is_told(http, body: bytes):
    with serving(lambda _: Answer(body=body, headers={"Content-Type": "text/html"})) as server:
        with pytest.raises(SourceUnavailable, match="does not answer as a TAXII"):
            list(TaxiiClient(http(server)).pages(collection(server)))


def test_a_server_of_another_version_is_told(http):
    with (
        serving(lambda _: Answer(406)) as server,
        pytest.raises(SourceUnavailable, match=r"does not speak TAXII 2\.1"),
    ):
        list(TaxiiClient(http(server)).pages(collection(server)))


# -- what is there ----------------------------------------------------------------------------


def offering(asked: Asked) -> Answer:
    return {
        "/taxii2/": said(
            {
                "title": "hub",
                "description": None,
                "api_roots": ["/api1/", "https://elsewhere.example/api2"],
                "default": "/api1",
            }
        ),
        "/api1/": said({"title": "root", "versions": [MEDIA_TYPE], "max_content_length": 1000}),
        "/api1/collections/": said(
            {"collections": [{"id": ID, "title": "w", "can_read": True, "can_write": False}]}
        ),
        PATH: said({"id": ID, "title": "w", "can_read": True, "can_write": False, "alias": None}),
    }.get(asked.target, Answer(404))


@pytest.mark.parametrize(
    "target",
    ["/taxii2/", "/taxii2", "/api1", "/api1/", PATH, PATH.rstrip("/"), f"{PATH}objects/", f"{PATH}objects"],
)
def test_an_address_leads_to_its_collections_whatever_it_names(http, target: str):
    with serving(offering) as server:
        found = TaxiiClient(http(server)).collections_at(server.url(target))
        url = server.url(PATH)
        assert [(one.id, one.title, one.can_read, one.url) for one in found] == [(ID, "w", True, url)]
        assert found[0].root == server.url("/api1/")


def test_a_server_says_what_it_offers(http):
    with serving(offering) as server:
        client = TaxiiClient(http(server), Credentials.bearer("token"))
        found = client.discovery(server.url("/taxii2/"))
        assert found.default == server.url("/api1/")
        assert found.api_roots == (server.url("/api1/"), "https://elsewhere.example/api2/")
        root = client.api_root(found.default)
    assert (root.title, root.max_content_length, root.versions) == ("root", 1000, (MEDIA_TYPE,))
    assert all(one.headers["authorization"] == "Bearer token" for one in server.asked)


def test_api_roots_elsewhere_are_not_asked(http):
    with serving(
        lambda _: said({"title": "hub", "api_roots": ["https://elsewhere.example/api2/"]})
    ) as server:
        with pytest.raises(NotPermitted, match="other servers"):
            TaxiiClient(http(server)).collections_at(server.url("/taxii2/"))


def test_a_collections_id_cannot_lead_elsewhere(http):
    with serving(lambda _: said({"collections": [{"id": "../../../admin"}]})) as server:
        found = TaxiiClient(http(server)).collections(server.url("/api1/"))
    assert found[0].url == server.url("/api1/collections/..%2F..%2F..%2Fadmin/")


# -- giving -----------------------------------------------------------------------------------


def test_objects_are_sent_in_their_exact_bytes_and_followed_until_decided(http):
    pending = {
        "id": "s1",
        "status": "pending",
        "total_count": 2,
        "success_count": 0,
        "failure_count": 0,
        "pending_count": 2,
    }
    complete = pending | {
        "status": "complete",
        "success_count": 1,
        "failure_count": 1,
        "pending_count": 0,
        "failures": [{"id": "indicator--1", "version": "v", "message": "no"}],
    }
    states = iter([said(pending, 202), said(pending), said(complete)])
    waits: list[float] = []
    with serving(lambda _: next(states)) as server:
        client = TaxiiClient(http(server), sleep=waits.append)
        status = client.post(collection(server), [indicator(1), indicator(2)])
    assert (status.status, status.success_count, status.failures[0].message) == ("complete", 1, "no")
    assert server.targets == [f"{PATH}objects/", "/api1/status/s1/", "/api1/status/s1/"]
    assert server.asked[0].body == b'{"objects":[' + indicator(1) + b"," + indicator(2) + b"]}"
    assert server.asked[0].headers["content-type"] == MEDIA_TYPE
    assert len(waits) == 2


def test_a_state_that_stays_pending_is_given_as_such(http):
    with serving(lambda _: said({"id": "s1", "status": "pending"}, 202)) as server:
        state = TaxiiClient(http(server), sleep=lambda _: None)
        with pytest.raises(SourceUnavailable, match="202"):
            state.status(server.url("/api1/"), "s1")
    with serving(
        lambda asked: said({"id": "s1", "status": "pending"}, 202 if asked.method == "POST" else 200)
    ) as server:
        status = TaxiiClient(http(server), sleep=lambda _: None).post(collection(server), [indicator(1)])
    assert status.status == "pending"
    assert len(server.asked) == 31


def test_a_submission_that_is_too_large_is_told(http):
    with serving(lambda _: Answer(413)) as server, pytest.raises(LimitExceeded):
        TaxiiClient(http(server)).post(collection(server), [indicator(1)])


def test_a_submission_is_sent_again_when_the_server_is_away_for_a_moment(http):
    answers = iter([Answer(503), said({"id": "s", "status": "complete"}, 202)])
    with serving(lambda _: next(answers)) as server:
        status = TaxiiClient(http(server)).post(collection(server), [indicator(1)])
    assert status.status == "complete"
    assert len(server.asked) == 2
