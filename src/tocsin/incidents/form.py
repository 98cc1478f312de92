"""An incident as a text that a person fills in: TOML with a word on each part.

What is not known stays empty. Objects of a foreign bundle, and what a drawn flow says beyond its steps, are not in the
text; they stay as they were.
"""

from __future__ import annotations

import re
import tomllib
import types
import typing
from collections.abc import Iterable, Mapping
from enum import Enum
from typing import Any, Final

import msgspec

from tocsin.errors import BadInput, Place
from tocsin.incidents.flow.flow import Edge, EdgeKind, Flow, Node, NodeKind
from tocsin.incidents.incident import (
    Cause,
    Impact,
    Incident,
    Learned,
    MeasureNote,
    Moments,
    Payment,
    Person,
    Ransom,
    Source,
    System,
    Told,
    Victim,
)
from tocsin.incidents.moment import Moment, moment_text, parse_moment
from tocsin.model.toml_text import toml_of, toml_string

__all__ = ["form_text", "read_form", "read_whole_form", "with_settings"]

_HEAD: Final = """\
# One incident. Only the name has to be there; what is not known yet stays empty.
# whose: empty where it is yours; of others' incidents, which you have not to report, whom it happened to.
# A time names its clock: 2021-05-07 05:30 America/New_York, or 2021-05-07 09:30Z, or a day alone, 2021-05-07.
"""

_PARTS: Final[Mapping[str, tuple[type[Any], str]]] = {
    "victim": (
        Victim,
        "Who was hit. Sectors are those of critical infrastructure: energy, water-and-wastewater, ...",
    ),
    "contact": (Person, "Whom to ask about it."),
    "moments": (
        Moments,
        """When. The clocks of reporting rules start here, each from its own moment.
began: the attacker's first act. detected: somebody here noticed. believed: it could reasonably be believed
to be a covered incident. determined: you determined that it is reportable. material: determined to be
material to investors. aware: aware that it is significant. paid: a ransom was paid. asked: an authority asked
for more. fixed: a flaw in a product of yours can be mended. ended: your work on it ended.""",
    ),
    "ransom": (
        Ransom,
        """What was demanded; amounts are numbers, asset is BTC, XMR, USD, ... note_names: the family or attackers that
the note names. Of a payment transactions may say the output: TXID:N, from 0.""",
    ),
}
_LISTS: Final[Mapping[str, tuple[type[Any], str]]] = {
    "systems": (System, "What was hit. level is it or ot."),
    "impacts": (
        Impact,
        "What it did. category: availability, confidentiality, integrity, economic, external, physical, traceability.",
    ),
    "measures": (
        MeasureNote,
        "Measures when the attack came, by their id in the catalogue. stood: absent, failed or stood.",
    ),
    "causes": (
        Cause,
        """What somebody says the cause was. weight: 3 a court, regulator or the victim under oath; 2 the victim, its
responder or a government; 1 the press or a database; 0 nobody named.""",
    ),
    "told": (Told, "Who has been told. rule is the id of the rule that asked for it (tocsin incident due)."),
    "learned": (
        Learned,
        """What of substance became known after somebody was told: it wants a supplement. rules: those that it
matters to; none is all.""",
    ),
    "sources": (Source, "Where what stands here is said."),
}
_STEPS: Final = (
    "The steps of the attack, in order. technique is an ATT&CK id such as T1078 or T0883.\n"
    "after: the ids of the steps before it; without it, the step above."
)
_ELSEWHERE: Final = frozenset({"id", "flow", "foreign", "rest", "created_us", "changed_us", "answers"})
_ID: Final = re.compile(r"incident--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_BARE: Final = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


class _Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One ``[[steps]]`` of the text."""

    id: str = ""
    kind: NodeKind = NodeKind.ACTION
    name: str = ""
    description: str = ""
    technique: str = ""
    tactic: str = ""
    start: Moment | None = None
    end: Moment | None = None
    confidence: str = ""
    failed: bool = False
    type: str = ""
    after: tuple[str, ...] | None = None


def form_text(incident: Incident) -> str:
    """Write an incident as the text of a form; :func:`read_form` gives it back as it was."""
    told = [_HEAD]
    told += _lines(incident, skip=_ELSEWHERE | set(_PARTS) | set(_LISTS))
    for name, (kind, words) in _PARTS.items():
        held = getattr(incident, name)
        told += ["", *_comment(words)]
        if held is None:
            told += [
                f"# [{name}]",
                *(f"# {line}" for line in _lines(kind(), skip={"payments"}) if line[0] != "#"),
                *_payments(held),
            ]
            continue
        told += [f"[{name}]", *_lines(held, skip={"payments"}), *_payments(held)]
    told += ["", *_comment(_STEPS), *_steps(incident.flow)]
    for name, (kind, words) in _LISTS.items():
        told += ["", *_comment(words), *_listed(name, kind, getattr(incident, name))]
    told += ["", "# Answers to what a rule asks beyond this form, by the id of the question.", "[answers]"]
    told += [f"{_key(key)} = {_value(text)}" for key, text in incident.answers.items()]
    return "\n".join(told) + "\n"


def read_form(text: str, before: Incident) -> Incident:
    """Read the text of a form as the new state of ``before``.

    Raises:
        BadInput: it is no TOML (line and column), or something in it is not what belongs there (its path).
    """
    return _read(toml_of(text), before)


def with_settings(incident: Incident, settings: Iterable[tuple[str, str]]) -> Incident:
    """Set single fields: (path, text), as in (``moments.detected``, ``2021-05-07 05:00 America/New_York``).

    The text is a TOML value (``["ransomware"]``, ``70``) or, where it is none, itself; of a field that holds several
    texts it is the only one.

    Raises:
        BadInput: there is no such field, or it cannot hold that.
    """
    raw = toml_of(form_text(incident))
    for path, text in settings:
        held = raw
        *above, last = path.split(".")
        for name in above:
            held = held.setdefault(name, {})
            if not isinstance(held, dict):
                raise BadInput(f"{name} is a list; edit it in the form", where=Place(path=f"$.{path}"))
        value = _plain(text)
        if isinstance(value, str) and last in _LISTS and held is raw:
            raise BadInput(
                f"{last} are several, each with fields of its own",
                where=Place(path=f"$.{path}"),
                hint=f"Fill them in in the form, or write --set '{last}=[{{{_first_field(last)} = \"...\"}}]'.",
            )
        held[last] = [value] if isinstance(value, str) and isinstance(held.get(last), list) else value
    return _read(raw, incident)


def _first_field(name: str) -> str:
    return msgspec.structs.fields(_LISTS[name][0])[0].name


def read_whole_form(text: str, made: Incident) -> Incident:
    """Read a form that may say of which incident it is (``id = "incident--..."``); else it is of ``made``, a new one.

    Raises:
        BadInput: as :func:`read_form`, or the id is none.
    """
    raw = toml_of(text)
    id = raw.pop("id", made.id)
    if not (isinstance(id, str) and _ID.fullmatch(id)):
        raise BadInput(f"{str(id)[:60]!r} is no id of an incident", where=Place(path="$.id"))
    return _read(raw, msgspec.structs.replace(made, id=id))


def _plain(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _read(raw: dict[str, Any], before: Incident) -> Incident:
    steps = raw.pop("steps", [])
    for name in _ELSEWHERE - {"answers"}:
        if name in raw:
            raise BadInput(f"{name} is not for a form to say", where=Place(path=f"$.{name}"))
    filled = _filled(raw, Incident, "$")
    filled["id"] = before.id
    found: Incident = _converted(filled, Incident, "$")
    return msgspec.structs.replace(
        found,
        flow=_flow(steps, before.flow),
        foreign=before.foreign,
        rest=before.rest,
        created_us=before.created_us,
        changed_us=before.changed_us,
    )


def _payments(held: Any) -> list[str]:
    """The payments of a ransom; one to fill in where there are none."""
    if held is not None and not isinstance(held, Ransom):
        return []
    told: list[str] = []
    for payment in held.payments if held else ():
        told += ["", "[[ransom.payments]]", *_lines(payment)]
    return told or ["# [[ransom.payments]]", *(f"# {line}" for line in _lines(Payment()))]


def _comment(words: str) -> list[str]:
    return [f"# {line}" for line in words.split("\n")]


def _listed(name: str, kind: type[Any], held: Iterable[Any]) -> list[str]:
    told: list[str] = []
    for one in held:
        told += ["", f"[[{name}]]", *_lines(one)] if told else [f"[[{name}]]", *_lines(one)]
    if told:
        return told
    names = [each.name for each in msgspec.structs.fields(kind)]
    return [f"# [[{name}]]", *(f'# {each} = ""' for each in names)]


def _lines(struct: msgspec.Struct, *, skip: Iterable[str] = ()) -> list[str]:
    told = []
    for each in msgspec.structs.fields(struct):
        if each.name in skip:
            continue
        held = getattr(struct, each.name)
        if held is None and not _is_moment(each.type):
            told.append(f"# {each.name} =")
        else:
            told.append(f"{each.name} = {_value(held)}")
    return told


def _is_moment(of: Any) -> bool:
    return Moment in typing.get_args(of)


def _value(held: Any) -> str:
    if held is None:
        return '""'
    if isinstance(held, Moment):
        return toml_string(moment_text(held))
    if isinstance(held, Enum):
        return toml_string(str(held.value))
    if isinstance(held, str):
        return toml_string(held)
    if isinstance(held, bool):
        return "true" if held else "false"
    if isinstance(held, int | float):
        return repr(held)
    if isinstance(held, Mapping):
        return (
            "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in held.items()) + " }"
            if held
            else "{}"
        )
    if isinstance(held, msgspec.Struct):
        return (
            "{ "
            + ", ".join(
                f"{each.name} = {_value(getattr(held, each.name))}"
                for each in msgspec.structs.fields(held)
                if getattr(held, each.name) != each.default
            )
            + " }"
        )
    return "[" + ", ".join(_value(one) for one in held) + "]"


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else toml_string(name)


def _filled(raw: Any, of: Any, path: str) -> Any:
    """What ``raw`` says, times read, what was left empty left out."""
    if isinstance(raw, Mapping) and isinstance(of, type) and issubclass(of, msgspec.Struct):
        kinds = {each.name: each.type for each in msgspec.structs.fields(of)}
        found = {}
        for name, held in raw.items():
            kind = _without_none(kinds.get(name, str))
            if held == "" and kind is not str:
                continue
            found[name] = _filled(held, kind, f"{path}.{name}")
        return found
    if of is Moment and isinstance(raw, str):
        try:
            moment = parse_moment(raw)
        except BadInput as error:
            raise BadInput(error.what, where=Place(path=path), hint=error.hint) from None
        return {"us": moment.us, "fidelity": moment.fidelity.value, "zone": moment.zone}
    if isinstance(raw, list) and typing.get_origin(of) is tuple:
        inner = typing.get_args(of)[0]
        return [_filled(one, inner, f"{path}[{at}]") for at, one in enumerate(raw)]
    return raw


def _without_none(of: Any) -> Any:
    if isinstance(of, types.UnionType):
        return next(each for each in typing.get_args(of) if each is not types.NoneType)
    return of


def _converted(raw: Any, of: Any, path: str) -> Any:
    try:
        return msgspec.convert(raw, of)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `$")
        raise BadInput(what, where=Place(path=path + where.rstrip("`"))) from None


def _steps(flow: Flow) -> list[str]:
    if not flow.nodes:
        return ["# [[steps]]", '# name = ""', '# technique = ""', '# start = ""']
    coming: dict[str, list[str]] = {node.id: [] for node in flow.nodes}
    for edge in flow.edges:
        suffix = "" if edge.kind is EdgeKind.NEXT else f" ({edge.kind.value})"
        coming.setdefault(edge.target, []).append(edge.source + suffix)
    told: list[str] = []
    above = ""
    for node in flow.nodes:
        step = _Step(
            **{each: getattr(node, each) for each in _Step.__struct_fields__ if each != "after"},
            after=None if coming[node.id] == ([above] if above else []) else tuple(coming[node.id]),
        )
        told += ["", "[[steps]]"] if told else ["[[steps]]"]
        told += [
            f"{each.name} = {_value(getattr(step, each.name))}"
            for each in msgspec.structs.fields(step)
            if each.name in {"id", "name", "technique"} or getattr(step, each.name) != each.default
        ]
        above = node.id
    return told


_AFTER: Final = re.compile(r"(.*?)(?: \((true|false|about)\))?", re.DOTALL)


def _flow(raw: Any, before: Flow) -> Flow:
    if not isinstance(raw, list):
        raise BadInput("steps are written as [[steps]]", where=Place(path="$.steps"))
    known = {node.id: node for node in before.nodes}
    steps: dict[str, _Step] = {}
    nodes: list[Node] = []
    for at, one in enumerate(raw):
        path = f"$.steps[{at}]"
        step = _converted(_filled(one, _Step, path), _Step, path)
        name = step.id or f"step-{at + 1}"
        if name in steps:
            raise BadInput(f"two steps are called {name[:60]!r}", where=Place(path=f"{path}.id"))
        steps[name] = step
        rest = known[name].rest if name in known else {}
        said = {each: getattr(step, each) for each in _Step.__struct_fields__ if each not in {"id", "after"}}
        nodes.append(Node(id=name, rest=rest, **said))
    return msgspec.structs.replace(before, nodes=tuple(nodes), edges=tuple(_edges(steps)))


def _edges(steps: Mapping[str, _Step]) -> Iterable[Edge]:
    above = ""
    for at, (name, step) in enumerate(steps.items()):
        if step.after is None:
            if above:
                yield Edge(above, name)
        else:
            for each in step.after:
                source, kind = _after(each, steps)
                if source not in steps:
                    raise BadInput(
                        f"there is no step {each[:60]!r}",
                        where=Place(path=f"$.steps[{at}].after"),
                        hint=f"The steps are: {', '.join(list(steps)[:10])}.",
                    )
                yield Edge(source, name, kind)
        above = name


def _after(text: str, steps: Mapping[str, _Step]) -> tuple[str, EdgeKind]:
    found = _AFTER.fullmatch(text)
    if text in steps or found is None or not found[2]:
        return text, EdgeKind.NEXT
    return found[1], EdgeKind(found[2])
