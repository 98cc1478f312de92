"""The collector of cycles is off for a while, and never stays so."""

from __future__ import annotations

import gc

import pytest

from tocsin.service.collector import collector_paused


def test_it_is_off_within_and_on_after():
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_fails_within_leaves_it_on():
    with pytest.raises(ZeroDivisionError), collector_paused():
        raise ZeroDivisionError
    assert gc.isenabled()


@pytest.mark.parametrize("first_ends_first", [True, False])
def test_of_two_that_overlap_the_last_leaves_it_on(first_ends_first):
    one, other = collector_paused(), collector_paused()
    one.__enter__()
    other.__enter__()
    for each in (one, other) if first_ends_first else (other, one):
        each.__exit__(None, None, None)
    assert gc.isenabled()


def test_who_had_it_off_finds_it_off():
    gc.disable()
    try:
        with collector_paused():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
