"""``tocsin completion``: the scripts, and what a shell is answered."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tocsin.cli.main import main


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_asks_tocsin_for_words(capsys, shell):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_TOCSIN_COMPLETE={shell}_complete" in script
    found = shutil.which(shell)
    if found:
        subprocess.run([found, "-n"], input=script, text=True, check=True, timeout=30)


def test_verbs_and_options_are_completed(capsys, monkeypatch):
    monkeypatch.setenv("_TOCSIN_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", "tocsin ch")
    monkeypatch.setenv("COMP_CWORD", "1")
    assert main([]) == 0
    assert capsys.readouterr().out.split() == ["plain,check"]
    monkeypatch.setenv("COMP_WORDS", "tocsin check --fail-on ")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert main([]) == 0
    assert "plain,critical" in capsys.readouterr().out
