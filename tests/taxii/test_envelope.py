from __future__ import annotations

import asyncio
import json

import pytest
from hypothesis import given, strategies as st

from taxii.hub import envelope, indicator
from tocsin.limits import BODY_BYTES
from tocsin.taxii.envelope import read_body, read_envelope, read_signature
from tocsin.taxii.errors import Problem


def status_of(body):
    """The status of the problem that ``body`` is; 0 where it is none."""
    try:
        read_envelope(body)
    except Problem as problem:
        return problem.status
    return 0


def refused(body):
    with pytest.raises(Problem) as raised:
        read_envelope(body)
    return raised.value


def test_each_object_keeps_its_exact_bytes():
    raw = b'{ "type":"indicator",\n "id": "indicator--1", "x":1.0e2,"x":2 }'
    read = read_envelope(b' {"more":false , "objects" : [ ' + raw + b" ]}\n")
    assert [one.raw for one in read.objects] == [raw]
    assert not read.unreadable


def test_a_bundle_is_named_as_what_it_is():
    problem = refused(json.dumps({"type": "bundle", "id": "bundle--1", "objects": [indicator(1)]}).encode())
    assert problem.status == 422
    assert "bundle" in problem.description


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"\xff\xfe{\x00}\x00", 400),
        (b"{", 400),
        (b'{"objects": [}', 400),
        (b'{"objects": [{"a": "\xff"}]}', 400),
        (b"hello", 400),
        (b"null", 422),
        (b"[]", 422),
        (b'"objects"', 422),
        (b"{}", 422),
        (b'{"objects": []}', 422),
        (b'{"objects": {}}', 422),
        (b'{"objects": null}', 422),
        (json.dumps(indicator(1)).encode(), 422),
        (b'{"objects": [1]} {"objects": [2]}', 400),
        (b"[" * 100_000, 400),
        (b'{"objects": ' + b"[" * 100_000, 422),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 422),
    ],
)
def test_what_is_no_envelope_is_refused_as_a_whole(body, status):
    assert refused(body).status == status


@pytest.mark.parametrize(
    "bad",
    [
        b"1",
        b"null",
        b'"x"',
        b"[]",
        b"{}",
        b'{"type": 1}',
        b'{"type": "bundle", "id": "bundle--1", "objects": [{"type": "indicator", "id": "indicator--1"}]}',
        b'{"objects": [{"type": "indicator", "id": "indicator--1"}]}',
        b'[{"type": "indicator", "id": "indicator--1"}]',
        b'{"type":"indicator","x":' + b"[" * 70 + b"]" * 70 + b"}",
        b'{"type":"indicator","x":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"type":"indicator","id":"indicator--7","modified":"2025-01-01T00:00:00Z","x":"\\ud800"}',
    ],
)
def test_one_that_is_no_object_is_a_failure_of_that_one_alone(bad):
    good = json.dumps(indicator(1)).encode()
    read = read_envelope(b'{"objects":[' + good + b"," + bad + b"," + good + b"]}")
    assert [one.raw for one in read.objects] == [good, good]
    assert [one.why.partition(" ")[0] for one in read.unreadable] == ["$.objects[1]"]


def test_a_body_is_not_read_further_than_its_limit():
    read = 0

    async def chunks():
        nonlocal read
        for _ in range(100):
            read += 1
            yield bytes(BODY_BYTES // 4)

    with pytest.raises(Problem) as raised:
        asyncio.run(read_body(chunks()))
    assert raised.value.status == 413
    assert read == 5


@pytest.mark.parametrize("header", ["", "x", "AAAA", "é" * 88, "A" * 86 + "!="])
def test_a_signature_that_is_none_is_refused(header):
    with pytest.raises(Problem) as raised:
        read_signature(header)
    assert raised.value.status == 400


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["type", "objects", "id"]), inner)
        ),
        max_leaves=20,
    )
)
def test_no_body_is_a_fault(value):
    body = json.dumps(value).encode()
    for one in (body, b'{"objects":[' + body + b"]}", body[: len(body) // 2]):
        assert status_of(one) in {0, 400, 422}


@given(st.binary(max_size=60))
def test_no_bytes_are_a_fault(body):
    assert status_of(body) in {0, 400, 422}


def test_an_envelope_of_ours_is_read_whole():
    assert len(read_envelope(envelope(*(indicator(n) for n in range(50)))).objects) == 50
