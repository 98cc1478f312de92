"""Pages from templates. Every string is text in them, with invisible characters spelled out; never markup."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import escape

from tocsin.detect.told.hosts import actor_of, hosts_of, named
from tocsin.detect.told.meaning import NOTE_ADVICE, NOTE_WORDS, meaning
from tocsin.detect.told.period import day, moment, span
from tocsin.detect.told.why import why_words
from tocsin.incidents.moment import moment_text
from tocsin.incidents.rules.told.words import state_words as duty_words
from tocsin.inventory.alias import alias_words
from tocsin.inventory.release import shown
from tocsin.inventory.told.advice import (
    basis,
    binds_words,
    chance_words,
    compensating,
    deed,
    due_words,
    match_words,
    sector_words,
    state_words,
    title_of,
)
from tocsin.inventory.told.gate_page import FILTERS as OF_GATE
from tocsin.inventory.treatment import STATES as TREATMENT_STATES
from tocsin.measures.learned import learned_words
from tocsin.model.timestamp import format_microseconds
from tocsin.model.told.age import age_words
from tocsin.model.told.escape import one_line, shortened, visible
from tocsin.model.told.number import number
from tocsin.model.told.type_words import type_words
from tocsin.ransom.btc import btc
from tocsin.service.exchange.submitted_words import counted_types
from tocsin.web.nav import NAV
from tocsin.web.static import static_names
from tocsin.web.words import (
    ACTS,
    MOMENTS,
    STATES,
    TLP_WORDS,
    WEIGHTS,
    audience_words,
    pap_words,
)

__all__ = ["rendered"]


def rendered(template: str, /, **context: Any) -> str:
    """The page that ``template`` makes of ``context``."""
    held = {
        "session": None,
        "person": "",
        "here": "",
        "node_name": "",
        "extra_nav": (),
        "now": "",
        "tlp": "",
        **context,
    }
    return _environment().get_template(template).render(held)


@cache
def _environment() -> Environment:
    folder = files("tocsin") / "data" / "templates" / "web"
    environment = Environment(
        loader=FunctionLoader(lambda name: (folder / name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": moment, "day": day, "meaning": meaning, "line": one_line, "why": why_words,
        "short": shortened, "hosts": hosts_of, "actor": actor_of, "named": named, "part": _part,
        "shown": shown, "basis": basis, "binds": binds_words, "compensating": compensating, "deed": deed,
        "chance": chance_words, "sector": sector_words,
        "due": due_words, "matched": match_words, "said": alias_words, "state_words": state_words, "title": title_of,
        "learned": learned_words,
        "btc": btc, "web": _web, "clock": moment_text, "duty_words": duty_words, "typed": escape, "at": _at, **OF_GATE,
        "words_of_type": type_words, "words_of_audience": audience_words, "words_of_pap": pap_words,
    }  # fmt: skip
    environment.globals |= {
        "span": span, "number": number, "note_words": NOTE_WORDS, "note_advice": NOTE_ADVICE,
        "age_words": age_words, "counted_types": counted_types,
        "static": static_names(), "url": _url, "tlp_words": TLP_WORDS, "acts": ACTS, "states": STATES,
        "nav": NAV, "treatment_states": TREATMENT_STATES, "moments": MOMENTS, "weights": WEIGHTS,
    }  # fmt: skip
    return environment


def _shown(value: Any) -> Any:
    # Line breaks stay: the style sheet decides whether they show.
    return visible(value, keep="\n") if type(value) is str else value


def _at(us: int) -> str:
    """Microseconds since 1970 as a person reads them, in UTC."""
    return moment(format_microseconds(us))


def _part(text: str) -> str:
    """``text`` as one part of a path."""
    return quote(text, safe="")


def _web(text: str) -> str:
    """``text`` if it is an address on the web that a person may be led to, else nothing."""
    return text if text.lower().startswith(("https://", "http://")) else ""


def _url(path: str, **query: Any) -> str:
    """``path`` with what of ``query`` says something."""
    held = [(key.rstrip("_"), value) for key, value in query.items() if value not in {"", None, ()}]
    return f"{path}?{urlencode(held, doseq=True)}" if held else path
