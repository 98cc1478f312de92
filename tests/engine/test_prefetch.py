from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from tocsin.engine.prefetch import ahead


def threads() -> list[str]:
    return [one.name for one in threading.enumerate() if one.name == "tocsin-ahead"]


@given(blocks=st.lists(st.binary(max_size=20), max_size=20), depth=st.integers(1, 5))
def test_all_blocks_come_in_order(blocks, depth):
    assert list(ahead(blocks, depth)) == blocks
    assert threads() == []


def test_no_more_than_the_depth_is_made_before_it_is_asked_for():
    made = []

    def blocks() -> Iterator[bytes]:
        for number in range(100):
            made.append(number)
            yield bytes([number])

    running = ahead(blocks(), depth=2)
    assert made == []
    next(running)
    deadline = time.monotonic() + 5
    while len(made) < 4 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.05)
    assert len(made) == 4  # one taken, two waiting, one in hand
    running.close()


def test_an_error_comes_after_the_blocks_before_it():
    def blocks() -> Iterator[bytes]:
        yield b"one"
        yield b"two"
        raise ValueError("broken")

    running = ahead(blocks())
    assert [next(running), next(running)] == [b"one", b"two"]
    with pytest.raises(ValueError, match="broken"):
        next(running)
    assert threads() == []


def test_an_early_close_ends_the_thread_and_closes_the_source_there():
    closed = []

    def blocks() -> Iterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.append(threading.current_thread().name)

    running = ahead(blocks())
    assert next(running) == b"x"
    assert threads() == ["tocsin-ahead"]
    running.close()
    assert threads() == []
    assert closed == ["tocsin-ahead"]


def test_a_consumer_that_fails_leaves_no_thread():
    def consume() -> None:
        for _ in ahead(iter(lambda: b"x", b"")):
            raise KeyError("consumer")

    with pytest.raises(KeyError):
        consume()
    assert threads() == []


def test_one_never_started_starts_no_thread():
    running = ahead(iter(lambda: b"x", b""))
    assert threads() == []
    del running


def test_making_and_taking_overlap():
    def slow() -> Iterator[bytes]:
        for _ in range(5):
            time.sleep(0.1)
            yield b"x"

    begun = time.monotonic()
    for _ in ahead(slow()):
        time.sleep(0.1)
    assert time.monotonic() - begun < 0.9  # one after the other it is 1.0 s
