"""Moments, incidents and profiles for the tests of reporting rules, written short."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from tocsin.incidents.incident import Determination, Incident, Moments, Person, Victim
from tocsin.incidents.moment import Fidelity, Moment
from tocsin.incidents.rules.profile import Answer, Profile
from tocsin.incidents.rules.rule import Clock
from tocsin.service.incidents.rulebook import shipped_rulebook

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def us_of(text, zone="UTC", fold=0):
    """``2026-11-27 16:00`` on the clock of ``zone`` as microseconds."""
    wall = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return (wall.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def at(text, zone="UTC", fidelity=Fidelity.MINUTE, fold=0):
    return Moment(us_of(text, zone, fold), fidelity, "" if zone == "UTC" else zone)


def wall(us, zone):
    """``us`` on the clock of ``zone``, to the second."""
    seconds, rest = divmod(us, 1_000_000)
    shown = datetime.fromtimestamp(seconds, ZoneInfo(zone))
    return f"{shown:%Y-%m-%d %H:%M:%S}" + (f".{rest:06d}" if rest else "")


def incident(**parts):
    moments = Moments(**{key: parts.pop(key) for key in Moments.__struct_fields__ if key in parts})
    parts = {"determination": Determination.CONFIRMED} | parts
    return Incident(id="incident--1", name="Ransomware at Brookwater", moments=moments, **parts)


def profile(*yes, no=(), country="", zone=""):
    facts = dict.fromkeys(yes, Answer.YES) | dict.fromkeys(no, Answer.NO)
    return Profile(facts=facts, country=country, zone=zone)


def clock(**length):
    return Clock(**{"starts": "detected", "words": "w", "source": "s"} | length)


def book():
    return shipped_rulebook()


def rule(id):
    (found,) = [each for each in book().rules if each.id == id]
    return found


NAMED = {"victim": Victim(name="Brookwater"), "contact": Person(name="Ann", phone="1")}

OWN = """family = "ours"
version = "1"
as_of = 2026-11-27

[[source]]
id = "law"
title = "A law"
url = "https://example.org/law"
day = 2026-01-01
confirmed = true

[[fact]]
id = "ours"
question = "Is it ours?"
source = "law"

[[rule]]
id = "own"
name = "Our rule"
recipient = "us"
who = "Us."
status = "in-force"
since = 2026-01-01
source = ["law"]

[[rule.applies]]
fact = "ours"
yes = "It is ours."
no = "It is not ours."

[rule.clock]
starts = "detected"
hours = 5
words = "five hours"
source = "law"

[[rule.ask]]
id = "name"
words = "Who?"
fields = ["victim.name"]
source = "law"
"""
