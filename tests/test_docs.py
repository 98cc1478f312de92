"""The documentation says what the code does, and its links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from tocsin import errors
from tocsin.cli.main import tocsin

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def reference_pages():
    spec = importlib.util.spec_from_file_location("reference_pages", ROOT / "scripts" / "reference_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.pages()


def anchors(path):
    """Return the anchors of a page's headings, as they are made on the web: lower case, hyphens for spaces."""
    headings = re.findall(r"^#{1,3} (.+)$", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def verbs(command=tocsin, names=("tocsin",)):
    context = click.Context(command, info_name=names[-1])
    yield " ".join(names), command
    for name in command.list_commands(context) if isinstance(command, click.Group) else []:
        yield from verbs(command.get_command(context, name), (*names, name))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_leads_somewhere(path):
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    for target in LINK.findall(text):
        if target.startswith(("https:", "mailto:")):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        assert there.exists(), f"{target} is not there"
        assert not anchor or anchor in anchors(there), f"{target}: no such heading"


@pytest.mark.parametrize(
    ("path", "text"), reference_pages().items(), ids=lambda one: getattr(one, "name", "")
)
def test_a_page_that_comes_from_the_code_is_current(path, text):
    assert path.read_text(encoding="utf-8") == text, "run `make reference`"


@pytest.mark.parametrize(
    ("name", "command"), list(verbs()), ids=lambda one: one if isinstance(one, str) else ""
)
def test_every_verb_and_option_is_documented(name, command):
    page = (DOCS / "reference" / "command-line.md").read_text(encoding="utf-8")
    section = page.partition(f"## {name}\n")[2].partition("\n## ")[0]
    assert section
    for parameter in command.params:
        for option in [*parameter.opts, *parameter.secondary_opts]:
            if option.startswith("-"):
                assert option in section
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help or parameter.name == "output_format", f"{parameter.name} has no help"


def test_every_verb_has_examples_that_begin_with_its_name():
    for name, command in verbs():
        assert command.examples, name
        for example in command.examples:
            assert "tocsin " in example


def test_every_exit_code_and_error_code_is_documented():
    page = (DOCS / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    kinds = [getattr(errors, name) for name in errors.__all__ if name != "Place"]
    for kind in kinds:
        assert f"| {kind.exit_code} |" in page
        assert f"`{kind.code}`" in page
    for code in (0, 1, 7, 130, 141):
        assert f"| {code} |" in page


def test_every_mapping_shown_is_one():
    from tocsin.detect.mapping_file import read_mapping

    page = (DOCS / "how-to" / "read-your-own-csv.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert shown
    for text in shown:
        read_mapping(text, "pump-firewall.toml")


def test_every_settings_file_shown_is_one(tmp_path):
    from tocsin.config import load_config

    shown = [
        text
        for page in (DOCS / "how-to" / "put-it-in-ci.md", DOCS / "reference" / "configuration.md")
        for text in re.findall(
            r"^```toml\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
        )
    ]
    assert len(shown) == 2
    for text in shown:
        tomllib.loads(text)
        (tmp_path / "tocsin.toml").write_text(text)
        load_config(environment={"HOME": str(tmp_path)}, folder=tmp_path)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_check_shown_parses(path):
    """Each ``tocsin`` command in a shell block has options that exist."""
    known = {name.removeprefix("tocsin").strip(): command for name, command in verbs()}
    for block in re.findall(
        r"^```sh\n(.*?)^```$", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    ):
        for line in re.split(r"\n|&&", block.replace("\\\n", " ")):
            words = line.partition("#")[0].split()
            if not words or Path(words[0]).name != "tocsin":
                continue
            named = " ".join(words[1:3]) if " ".join(words[1:3]) in known else words[1]
            assert named in known, line
            options = {
                option
                for parameter in known[named].params
                for option in (*parameter.opts, *parameter.secondary_opts)
            }
            assert {word.partition("=")[0] for word in words if word.startswith("--")} <= options, line


def named_tests():
    text = (DOCS / "explanation/threat-model.md").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"`([\w/]+\.py)::(test_\w+)`", text)))


def test_the_threat_model_names_a_test_for_each_claim():
    text = (DOCS / "explanation/threat-model.md").read_text(encoding="utf-8")
    claims = [line for line in text.splitlines() if line.startswith("| ") and line.count(" | ") == 2]
    heads = [line for line in claims if line.startswith(("| can try to", "| ---"))]
    assert len(claims) - len(heads) >= 30
    assert all("::test_" in line for line in claims if line not in heads)


@pytest.mark.parametrize(("file", "name"), named_tests())
def test_each_test_that_the_threat_model_names_is_there(file, name):
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^ *(async )?def {name}\(", text, re.MULTILINE), f"{file} has no {name}"


def test_the_first_change_that_contributing_walks_through_does_what_it_says():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tests, code = re.findall(r"^```diff\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    known = tests.splitlines()[0].removeprefix(" ")
    assert known in (ROOT / "tests/detect/test_defang.py").read_text(encoding="utf-8").splitlines()

    source = (ROOT / "src/tocsin/detect/defang.py").read_text(encoding="utf-8")
    changed, lines = source, code.splitlines()
    for old, new in zip(lines[::2], lines[1::2], strict=True):
        assert (old[0], new[0]) == ("-", "+")
        assert changed.count(old[1:]) == 1, old
        changed = changed.replace(old[1:], new[1:])
    before, after = {}, {}
    exec(source, before)
    exec(changed, after)
    assert (before["refang"]("evil<.>com"), after["refang"]("evil<.>com")) == ("evil<.>com", "evil.com")


def test_what_proves_a_row_of_conformance_is_there():
    text = (DOCS / "reference/conformance.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/.]+)`", text)
    assert len(named) >= 15
    assert not [one for one in named if not (ROOT / one).exists()]


def test_every_page_is_led_to_from_the_first():
    text = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = {
        str(path.relative_to(DOCS))
        for folder in ("tutorial", "how-to", "reference", "explanation")
        for path in (DOCS / folder).glob("*.md")
    }
    assert not pages - {target.partition("#")[0] for target in LINK.findall(text)}


def test_the_pages_build_without_a_warning_and_load_nothing_from_elsewhere(tmp_path):
    pytest.importorskip("sphinx")
    command = [
        "-W",
        "-n",
        "-q",
        "-b",
        "html",
        "-d",
        str(tmp_path / "trees"),
        str(DOCS),
        str(tmp_path / "site"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", *command], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 8
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r"<(?:script|link|img|iframe)\b[^>]*(?:src|href)=\"(?:https?:)?//[^>]*>", text)
    for sheet in (tmp_path / "site").rglob("*.css"):
        assert not re.search(r"url\([\"']?(https?:)?//", sheet.read_text(encoding="utf-8"))


def test_the_changelog_opens_with_what_is_not_released_yet_or_this_version():
    from tocsin import __version__

    heading = re.search(r"^## (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert heading == "Unreleased" or heading.startswith(__version__)
