"""The style page shows all that the style sheet styles, and the style sheet styles nothing that no page has."""

from __future__ import annotations

import re
from enum import Enum
from importlib.resources import files

import pytest

from tocsin.detect.result import SEVERITIES
from tocsin.inventory.gate.verdict import Verdict as GateVerdict
from tocsin.inventory.rule import Verdict
from tocsin.model.strength import Strength
from tocsin.model.tlp import Tlp
from tocsin.ransom.flow.layers import Kind
from tocsin.ransom.screening.screening import Verdict as Screened
from tocsin.service.exchange.inbox import STATES
from tocsin.service.home.need import TONES

FOLDER = files("tocsin") / "data" / "templates"
WEB = [one for one in (FOLDER / "web").iterdir() if one.name.endswith(".j2")]


def values(enumeration: type[Enum], prefix: str = "") -> set[str]:
    return {f"{prefix}{one.value}" for one in enumeration}


MADE = {
    *SEVERITIES, *STATES, *TONES, *values(Verdict), *values(GateVerdict), *values(GateVerdict, "gate-"),
    *values(Screened, "v-"), *values(Kind), *values(Strength), *(f"tlp-{one.text.partition('+')[0]}" for one in Tlp),
    "not_named", "published", "waiting", "sent", "late", "ends", "day", "copy",
}  # fmt: skip
"""Classes that a value of the program gives, or its script; beside them templates name theirs."""

NO_STYLE = {"box"}
"""Classes that say what something is, and change nothing."""


def defined(name: str) -> set[str]:
    text = re.sub(r"/\*.*?\*/", "", (FOLDER / name).read_text("utf-8"), flags=re.DOTALL)
    return {
        one
        for selectors in re.findall(r"([^{}]+)\{", text)
        for one in re.findall(r"\.([a-zA-Z][\w-]*)", selectors)
    }


def named(template) -> set[str]:
    """The classes that a template names, in whatever branch."""
    text = template.read_text("utf-8")
    found: set[str] = set()
    for value in re.findall(r'class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"{])*)"', text):
        bare = re.sub(r"\S*\{\{.*?\}\}\S*", " ", re.sub(r"\{%.*?%\}", " ", value))
        found |= set(bare.split())
        for expression in re.findall(r"(?<!\S)\{\{(.*?)\}\}", value):
            found |= set(re.findall(r'"([\w-]+)"', expression))
    return found


NAMED = {one.name: named(one) for one in WEB}
ALL = set().union(*NAMED.values()) | MADE


@pytest.mark.parametrize("one", sorted(defined("web/pages.css")))
def test_each_class_that_is_styled_is_one_that_a_page_has(one):
    pages = {name: held for name, held in NAMED.items() if name != "style.html.j2"}
    assert one in set().union(*pages.values()) | MADE


@pytest.mark.parametrize("name", sorted(NAMED))
def test_each_class_of_a_page_is_styled_or_known_to_be_not(name):
    own = defined("web/exercise.css") if name == "exercise.html.j2" else set()
    assert NAMED[name] - MADE - defined("web/pages.css") - defined("report.css") - NO_STYLE - own == set()


def test_what_is_known_to_be_not_styled_is_there_and_is_not():
    assert NO_STYLE <= ALL
    assert NO_STYLE & (defined("web/pages.css") | defined("report.css")) == set()


@pytest.fixture
def shown(ann):
    body = ann.get("/style").body.decode()
    return {one for value in re.findall(r'class="([^"]*)"', body) for one in value.split()}


def test_the_style_page_shows_each_class_that_is_styled(shown):
    assert defined("web/pages.css") - shown - {"copy"} == set()


def test_the_style_page_shows_each_value_that_a_class_is_made_of(shown):
    assert values(Verdict) | values(GateVerdict, "gate-") | values(Screened, "v-") <= shown
    assert values(Strength) | set(SEVERITIES) | set(STATES) | set(TONES) <= shown
    assert {f"tlp-{one.text.partition('+')[0]}" for one in Tlp} <= shown


def test_it_is_linked_from_where_machines_are_told_of_and_not_from_the_navigation(ann):
    body = ann.get("/reference").body.decode()
    assert '<a href="/style">' in body
    assert 'href="/style"' not in body[: body.index("<main")]


def test_odd_texts_stay_texts(ann):
    body = ann.get("/style").body.decode()
    assert "<script>alert" not in body
    assert "<U+202E>" in body.replace("&lt;", "<").replace("&gt;", ">")
