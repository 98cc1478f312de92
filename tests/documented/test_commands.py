"""Every command of the tutorials and how-to pages can be typed as it stands, or it is said why not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from documented.pages import NOT_TYPED, PAGES
from documented.terminal import HERE, ROOT, Terminal, blocks

FOUND = {
    str(path.relative_to(ROOT)): held
    for folder in ("how-to", "tutorial")
    for path in sorted((ROOT / "docs" / folder).glob("*.md"))
    if (held := blocks(path))
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """The process that is copied for each command."""
    socket = str(tmp_path_factory.mktemp("s") / "s")
    command = [sys.executable, str(HERE / "tocsin_server.py"), socket]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as started:
        assert started.stdout.readline() == b"ready\n"
        yield socket
        started.kill()


@pytest.fixture
def terminal(server, tmp_path):
    made = Terminal(tmp_path, server)
    yield made
    made.close()


def test_each_page_with_commands_is_typed_and_no_other_is_named():
    assert set(PAGES) == set(FOUND)


def test_what_is_not_typed_is_there_and_has_a_reason():
    there = {(block.page, block.first) for held in FOUND.values() for block in held}
    assert set(NOT_TYPED) <= there
    assert all(len(reason) > 20 for reason in NOT_TYPED.values())


@pytest.mark.parametrize("page", list(FOUND))
def test_the_commands_of_a_page_do_what_commands_of_a_page_do(page, terminal):
    held = PAGES[page]
    held.before(terminal)
    for block in FOUND[page]:
        if (page, block.first) in NOT_TYPED:
            continue
        text = block.text
        for word, stands_for in held.words.items():
            text = text.replace(word, stands_for)
        text = held.between.get(block.first, "") + text
        terminal.type(text.replace("PORT", str(terminal.port)), f"{page}:{block.line}", held.codes)
