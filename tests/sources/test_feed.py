from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sources.test_taxii_client import PATH, added, filled, said
from sources.web_server import HERE, Answer, Asked, serving
from tocsin.detect.exports.csv import write_csv
from tocsin.detect.warning import WarningTally
from tocsin.errors import BadInput, NotPermitted, SourceUnavailable
from tocsin.model.stix import read_objects
from tocsin.sources.feed import Batch, End, Source, SourceKind, SourceState, read_source
from tocsin.sources.http_client import HttpClient

pytestmark = pytest.mark.allow_hosts(HERE)

NOW = "2026-11-03T10:00:00.000Z"
LATER = "2026-11-04T10:00:00.000Z"
EVENT_1 = "57c4445b-c548-4654-af0b-000000000001"
EVENT_2 = "57c4445b-c548-4654-af0b-000000000002"

STIX_1 = (
    b'{"type":"indicator", "id":"indicator--00000000-0000-4000-8000-000000000001",  "pattern":"[a:b = 1]"}'
)
STIX_2 = b'{"type":"malware", "id":"malware--00000000-0000-4000-8000-000000000002" }'
BUNDLE = b'{"type": "bundle", "id": "bundle--1", "objects": [' + STIX_1 + b", " + STIX_2 + b"]}"
LIST = b"# bad names\nevil.example\nother.example\n"


def misp_event(uuid: str, *names: str) -> bytes:
    attributes = [
        {"type": "domain", "value": name, "to_ids": True, "timestamp": "1700000000"} for name in names
    ]
    return json.dumps({"Event": {"uuid": uuid, "info": "e", "Attribute": attributes}}).encode()


def manifest(**timestamps: int) -> bytes:
    known = {"one": EVENT_1, "two": EVENT_2}
    return json.dumps({known[key]: {"timestamp": str(at)} for key, at in timestamps.items()}).encode()


@pytest.fixture
def take() -> Iterator[Callable[..., list[Batch]]]:
    made: list[HttpClient] = []

    def taking(place: str, tally: WarningTally | None = None, kind: str = "", **more: Any) -> list[Batch]:
        source = Source(place, SourceKind(kind) if kind else None)
        http = None
        if source.is_url:
            http = HttpClient(allowed_origins=[source.place], sleep=lambda _: None)
            made.append(http)
        tally = WarningTally() if tally is None else tally
        got = list(read_source(source, tally, more.pop("now", NOW), http=http, **more))
        counted = sum(count for count, _ in [*tally.skipped.values(), *tally.not_checked.values()])
        assert tally.seen == tally.read + counted
        return got

    yield taking
    for one in made:
        one.close()


def objects(batches: list[Batch]) -> list[bytes]:
    return [raw for batch in batches for raw in batch.objects]


def patterns(batches: list[Batch]) -> list[str]:
    return [json.loads(raw)["pattern"] for raw in objects(batches)]


EVIL = ["[domain-name:value = 'evil.example']", "[domain-name:value = 'other.example']"]


# -- files and folders ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (BUNDLE, [STIX_1, STIX_2]),
        (STIX_1 + b"\n" + STIX_2 + b"\n", [STIX_1, STIX_2]),
        (b'{"more": false, "objects": [' + STIX_1 + b"]}", [STIX_1]),
    ],
)
def test_a_file_of_stix_is_given_in_its_exact_bytes(take, tmp_path: Path, content: bytes, found: list[bytes]):
    (tmp_path / "x").write_bytes(content)
    assert objects(take(str(tmp_path / "x"))) == found
    (tmp_path / "x.gz").write_bytes(gzip.compress(content))
    assert objects(take(str(tmp_path / "x.gz"))) == found


def test_a_list_is_the_same_objects_in_each_run(take, tmp_path: Path):
    (tmp_path / "x.txt").write_bytes(LIST)
    first = take(str(tmp_path / "x.txt"))
    assert patterns(first) == EVIL
    again = take(str(tmp_path / "x.txt"), now=LATER, state=first[-1].state)
    assert objects(again) == objects(first)
    made = json.loads(objects(first)[0])
    assert (made["created"], made["modified"], made["spec_version"]) == (NOW, NOW, "2.1")


def test_a_list_keeps_its_labels(take, tmp_path: Path):
    raw = STIX_1.replace(b"[a:b = 1]", b"[domain-name:value = 'evil.example']").replace(
        b'"type"',
        b'"object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"],"type"',
    )
    exported = write_csv(read_objects(raw).objects, WarningTally())
    (tmp_path / "x.csv").write_bytes(exported)
    made = json.loads(objects(take(str(tmp_path / "x.csv")))[0])
    assert made["object_marking_refs"] == ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]
    (tmp_path / "x.csv").write_bytes(exported.replace(b",red,", b",purple,"))
    assert json.loads(objects(take(str(tmp_path / "x.csv")))[0]) == made


def test_a_misp_event_is_recognised(take, tmp_path: Path):
    (tmp_path / "x.json").write_bytes(misp_event(EVENT_1, "evil.example"))
    assert patterns(take(str(tmp_path / "x.json"))) == EVIL[:1]


def test_a_kind_that_is_said_counts(take, tmp_path: Path):
    (tmp_path / "x").write_bytes(BUNDLE)
    with pytest.raises(BadInput):
        take(str(tmp_path / "x"), kind="misp")


def test_a_folder_gives_each_file_and_counts_what_is_damaged(take, tmp_path: Path):
    (tmp_path / "a.json").write_bytes(BUNDLE)
    (tmp_path / "b.txt").write_bytes(LIST)
    (tmp_path / "c.json").write_bytes(b'{"Event": ')
    (tmp_path / "d").write_bytes(b"")
    tally = WarningTally()
    got = take(str(tmp_path), tally)
    assert [(len(batch.objects), batch.end) for batch in got] == [(2, None), (2, None), (0, End.PART)]
    assert len(tally.not_checked) == 2


def test_a_single_file_that_cannot_be_read_is_told(take, tmp_path: Path):
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(BadInput):
        take(str(tmp_path / "x"))
    with pytest.raises(SourceUnavailable):
        take(str(tmp_path / "none"))


def test_a_mirror_of_a_misp_feed_is_read_by_its_manifest(take, tmp_path: Path):
    (tmp_path / "manifest.json").write_bytes(manifest(one=5, two=6))
    (tmp_path / f"{EVENT_1}.json").write_bytes(misp_event(EVENT_1, "evil.example"))
    (tmp_path / "hashes.csv").write_bytes(b"d41d8cd98f00b204e9800998ecf8427e," + EVENT_1.encode())
    tally = WarningTally()
    got = take(str(tmp_path), tally)
    assert patterns(got) == EVIL[:1]
    assert sum(count for count, _ in tally.not_checked.values()) == 1
    (tmp_path / f"{EVENT_2}.json").write_bytes(misp_event(EVENT_2, "other.example"))
    again = take(str(tmp_path), state=got[-1].state)
    assert patterns(again) == EVIL[1:]
    [last] = take(str(tmp_path), state=again[-1].state)
    assert (last.objects, last.end, last.parts) == ((), End.WHOLE, {EVENT_1, EVENT_2})


def test_each_event_of_a_misp_feed_is_a_part_and_the_end_names_those_of_the_manifest(take, tmp_path: Path):
    (tmp_path / "manifest.json").write_bytes(manifest(one=5, two=6))
    (tmp_path / f"{EVENT_1}.json").write_bytes(misp_event(EVENT_1, "evil.example"))
    got = take(str(tmp_path))
    assert [(one.part, one.end) for one in got] == [(EVENT_1, None), ("", End.PART)]
    (tmp_path / f"{EVENT_2}.json").write_bytes(misp_event(EVENT_2, "other.example"))
    got = take(str(tmp_path), state=got[-1].state)
    assert [(one.part, one.end, one.parts) for one in got] == [
        (EVENT_2, None, None),
        ("", End.WHOLE, {EVENT_1, EVENT_2}),
    ]
    # What left the manifest is read again when it comes back.
    (tmp_path / "manifest.json").write_bytes(manifest(two=6))
    [last] = take(str(tmp_path), state=got[-1].state)
    assert (last.parts, last.state.parts) == ({EVENT_2}, {EVENT_2: 6})
    (tmp_path / "manifest.json").write_bytes(manifest(one=5, two=6))
    assert [one.part for one in take(str(tmp_path), state=last.state)] == [EVENT_1, ""]


def test_what_was_taken_of_the_events_of_a_feed_is_forgotten_where_it_is_read_whole(take, tmp_path: Path):
    (tmp_path / "manifest.json").write_bytes(manifest(one=5))
    (tmp_path / f"{EVENT_1}.json").write_bytes(misp_event(EVENT_1, "evil.example"))
    got = take(str(tmp_path))
    (tmp_path / "manifest.json").unlink()
    assert take(str(tmp_path), state=got[-1].state)[-1].state.parts == {}


@pytest.mark.parametrize(
    ("content", "end"),
    [
        (BUNDLE, End.WHOLE),
        (LIST, End.WHOLE),
        (LIST + b"no indicator at all\n", End.WHOLE),
        (misp_event(EVENT_1, "evil.example"), End.WHOLE),
        (BUNDLE[:-30], End.PART),
        (BUNDLE.replace(b'"type":"malware"', b'"kind":"malware"'), End.PART),
    ],
)
def test_the_last_batch_tells_whether_all_was_read(take, tmp_path: Path, content: bytes, end: End):
    (tmp_path / "x").write_bytes(content)
    got = take(str(tmp_path / "x"))
    assert [batch.end for batch in got] == [None, end]
    assert got[-1].objects == ()


def test_an_empty_folder_is_read_whole(take, tmp_path: Path):
    assert [batch.end for batch in take(str(tmp_path))] == [End.WHOLE]


@pytest.mark.parametrize("kind", ["", "csv"])
def test_a_web_page_is_no_list(take, tmp_path: Path, kind: str):
    (tmp_path / "x").write_bytes(b"\n<!DOCTYPE html>\n<p>\nevil.example\n")
    with pytest.raises(BadInput, match="is a web page"):
        take(str(tmp_path / "x"), kind=kind)


# -- web addresses ----------------------------------------------------------------------------


class Files:
    """Files at web addresses, with an ETag each."""

    def __init__(self, **files: bytes) -> None:
        self.files = files
        self.headers: dict[str, str] = {}

    def __call__(self, asked: Asked) -> Answer:
        content = self.files.get(asked.target.lstrip("/").replace(".", "_").replace("-", "_"))
        if content is None:
            return Answer(404)
        etag = f'"{hash(content)}"'
        if asked.headers.get("if-none-match") == etag:
            return Answer(304)
        return Answer(200, content, {"ETag": etag, **self.headers})


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_on_the_web_is_taken_again_only_if_it_changed(take, pack):
    files = Files(list_txt=pack(LIST))
    with serving(files) as server:
        first = take(server.url("/list.txt"))
        assert patterns(first) == EVIL
        assert take(server.url("/list.txt"), state=first[-1].state) == []
        files.files["list_txt"] = pack(b"new.example\n")
        second = take(server.url("/list.txt"), state=first[-1].state)
        assert patterns(second) == ["[domain-name:value = 'new.example']"]
        assert second[-1].state.since == NOW


def test_a_file_on_the_web_counts_as_taken_only_at_its_end(take):
    with serving(Files(list_txt=LIST)) as server:
        first = take(server.url("/list.txt"))
        assert [batch.end for batch in first] == [None, End.WHOLE]
        # A run that was cut off between the two reads it again.
        assert patterns(take(server.url("/list.txt"), state=first[0].state)) == EVIL


def test_a_file_on_the_web_that_was_not_read_whole_is_asked_for_again(take):
    with serving(Files(list_txt=BUNDLE[:-30])) as server:
        got = take(server.url("/list.txt"))
        assert got[-1].end is End.PART
        assert take(server.url("/list.txt"), state=got[-1].state)[-1].end is End.PART


def test_a_date_tells_as_well_whether_it_changed(take):
    def answer(asked: Asked) -> Answer:
        date = "Tue, 03 Nov 2026 10:00:00 GMT"
        return (
            Answer(304)
            if asked.headers.get("if-modified-since") == date
            else Answer(200, BUNDLE, {"Last-Modified": date})
        )

    with serving(answer) as server:
        first = take(server.url("/x"))
        assert objects(first) == [STIX_1, STIX_2]
        assert take(server.url("/x"), state=first[-1].state) == []


def test_an_archive_on_the_web_gives_each_member(take):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("a.json", BUNDLE)
        archive.writestr("b.txt", LIST)
    with serving(Files(x_zip=held.getvalue())) as server:
        assert len(objects(take(server.url("/x.zip")))) == 4


def test_a_misp_feed_is_taken_event_by_event_and_only_what_is_new(take):
    files = Files(manifest_json=manifest(one=5, two=6))
    files.files[f"{EVENT_1}.json".replace("-", "_").replace(".", "_")] = misp_event(EVENT_1, "evil.example")
    with serving(files) as server:
        for place, kind in ((server.url("/"), "misp"), (server.url("/manifest.json"), "")):
            tally = WarningTally()
            got = take(place, tally, kind)
            assert patterns(got) == EVIL[:1]
            assert sum(count for count, _ in tally.not_checked.values()) == 1
        # What was missed is asked for again, though the manifest is the same.
        files.files[f"{EVENT_2}.json".replace("-", "_").replace(".", "_")] = misp_event(
            EVENT_2, "other.example"
        )
        again = take(place, state=got[-1].state)
        assert patterns(again) == EVIL[1:]
        server.asked.clear()
        assert take(place, state=again[-1].state) == []
        assert server.targets == ["/manifest.json"]
        assert [got[-1].end, again[-1].end] == [End.PART, End.WHOLE]
        files.files["manifest_json"] = manifest(two=6)
        [last] = take(place, state=again[-1].state)
        assert (last.end, last.parts) == (End.WHOLE, {EVENT_2})


def test_a_taxii_collection_is_resumed_where_it_was_left(take):
    taxii = filled(7)

    def answer(asked: Asked) -> Answer:
        if asked.target == PATH:
            return said({"id": PATH.split("/")[-2], "title": "w", "can_read": True, "can_write": False})
        return taxii(asked)

    with serving(answer) as server:
        first = take(server.url(PATH))
        assert len(objects(first)) == 7
        assert first[-1].state.added_after == {server.url(PATH): added(6)}
        assert objects(take(server.url(PATH), state=first[0].state)) == objects(first)[3:]
        assert objects(take(server.url(PATH), state=first[-1].state)) == []


def taxii_at(path: str, *, readable: bool = True) -> Callable[[Asked], Answer]:
    taxii = filled(2)
    own = {"id": PATH.split("/")[-2], "title": "w", "can_read": readable, "can_write": True}

    def answer(asked: Asked) -> Answer:
        if not asked.headers["accept"].startswith("application/taxii"):
            return Answer(406)
        if asked.target == path:
            return said({"title": "hub", "api_roots": ["/api1/"]})
        if asked.target == "/api1/collections/":
            return said({"collections": [own]})
        return taxii(asked) if asked.target.startswith(PATH) else Answer(404)

    return answer


@pytest.mark.parametrize("path", ["/taxii2/", "/", "/other/"])
def test_a_taxii_server_is_recognised(take, path: str):
    with serving(taxii_at(path)) as server:
        assert len(objects(take(server.url(path)))) == 2
        assert len(objects(take(server.url(path), kind="taxii"))) == 2


def test_a_server_without_a_readable_collection_is_told(take):
    with (
        serving(taxii_at("/taxii2/", readable=False)) as server,
        pytest.raises(NotPermitted, match="no collection"),
    ):
        take(server.url("/taxii2/"))


def test_a_web_address_is_not_asked_offline():
    with pytest.raises(SourceUnavailable, match="offline"):
        list(read_source(Source("https://hub.example/x"), WarningTally(), NOW))


@pytest.mark.parametrize(("status", "error"), [(404, SourceUnavailable), (403, NotPermitted)])
def test_a_refusal_is_told(take, status: int, error: type[Exception]):
    with serving(lambda _: Answer(status)) as server, pytest.raises(error):
        take(server.url("/x.json"))


def test_a_state_survives_being_written_down(take):
    import msgspec

    with serving(Files(list_txt=LIST)) as server:
        state = take(server.url("/list.txt"))[-1].state
    assert msgspec.json.decode(msgspec.json.encode(state), type=SourceState) == state
