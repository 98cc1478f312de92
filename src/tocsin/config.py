"""Settings: where each comes from, and what it is.

A setting is taken from the first of these that names it: a flag of the command, the environment
(``TOCSIN_THREADS``), ``./tocsin.toml``, ``tocsin.toml`` in the person's configuration folder, the
default.
Nothing else in the program reads the environment or a settings file.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tocsin.errors import BadInput, Place
from tocsin.limits import ENGINE_MEMORY_BYTES

__all__ = [
    "SETTINGS",
    "Config",
    "Setting",
    "cache_folder",
    "data_folder",
    "load_config",
    "private_folder",
    "settings_folder",
    "without_password",
]

FILE_NAME = "tocsin.toml"
PREFIX = "TOCSIN_"
_FEEDS = (
    "kev",
    "cve",
    "osv",
    "csaf",
    "vex",
    "eol",
    "epss",
    "ofac",
    "uk-sanctions",
    "eu-sanctions",
    "tagpacks",
)


def _text_to_int(text: str) -> object:
    try:
        return int(text)
    except ValueError:
        return text


def _text_to_bool(text: str) -> object:
    return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}.get(
        text.lower(), text
    )


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _text_to_list(text: str) -> object:
    return _split(text)


def _text_to_feeds(text: str) -> object:
    pairs = [part.partition("=") for part in _split(text)]
    return {name.strip(): address.strip() for name, _, address in pairs}


def _same(text: str) -> object:
    return text


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting: its key, what it must be (in words and as a test), and how environment text becomes it."""

    key: str
    what: str
    must_be: str
    holds: Callable[[object], bool]
    from_text: Callable[[str], object] = _same

    @property
    def variable(self) -> str:
        """The environment variable's name."""
        return PREFIX + self.key.upper()


def _is_count(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _are_feeds(value: object) -> bool:
    return isinstance(value, dict) and all(
        name in _FEEDS
        and held
        and all(_is_address(one) for one in (held if isinstance(held, list) else [held]))
        for name, held in value.items()
    )


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _one_of(*words: str) -> Callable[[object], bool]:
    return lambda value: value in words


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "cache_dir",
        "Folder for compiled warnings. Safe to delete.",
        "a path",
        lambda value: isinstance(value, str) and bool(value) and "\0" not in value,
    ),
    Setting(
        "data",
        "Folder of this node: its database and its keys.",
        "a path",
        lambda value: isinstance(value, str) and bool(value) and "\0" not in value,
    ),
    Setting(
        "database",
        "Where `init` and `restore` put a node's database. A password belongs here: others see that of `--database`.",
        "a URL (postgresql://...), or nothing",
        lambda value: isinstance(value, str) and "\0" not in value,
    ),
    Setting(
        "threads",
        "Processor threads that a check may use.",
        "a whole number from 1 to 1024",
        lambda value: _is_count(value, 1, 1024),
        _text_to_int,
    ),
    Setting(
        "memory_mb",
        "Memory, in MiB, that the database engine may hold before it spills to disk.",
        "a whole number from 64 to 16777216",
        lambda value: _is_count(value, 64, 1 << 24),
        _text_to_int,
    ),
    Setting(
        "fail_on",
        "Least severity of a finding that makes `check` exit 1.",
        "low, medium, high, critical or never",
        _one_of("low", "medium", "high", "critical", "never"),
    ),
    Setting(
        "color",
        "When to colour what a person reads. NO_COLOR turns `auto` into `never`.",
        "auto, always or never",
        _one_of("auto", "always", "never"),
    ),
    Setting(
        "known_good",
        "Put a note on findings whose value is widely known to be harmless.",
        "true or false",
        lambda value: isinstance(value, bool),
        _text_to_bool,
    ),
    Setting(
        "hosts",
        "Hosts whose logs should be there. One that is missing makes an answer *cannot tell*. "
        "Not where the log of a network covers it all: such a log speaks for all hosts.",
        "a list of host names",
        lambda value: isinstance(value, list) and all(isinstance(host, str) and host for host in value),
        _text_to_list,
    ),
    Setting(
        "feeds",
        "Where `sync` reads feeds of advisories in place of their official addresses: a table, by the feed's "
        "name, of an address or a list of them. In the environment: `kev=https://...,csaf=https://...`.",
        'a table of web addresses by feed, like kev = "https://..."',
        _are_feeds,
        _text_to_feeds,
    ),
)
_BY_KEY = {setting.key: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. ``origin`` maps each key to where its value was found, as a person would look it up."""

    cache_dir: Path
    data: Path
    database: str
    threads: int
    memory_mb: int
    fail_on: str
    color: str
    known_good: bool
    hosts: tuple[str, ...]
    feeds: Mapping[str, tuple[str, ...]]
    origin: Mapping[str, str]


def load_config(
    flags: Mapping[str, object] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> Config:
    """Return the settings in force.

    ``flags`` holds what was said on the command line (None: not said); ``environment`` and ``folder``
    default to the process's own.

    Raises:
        BadInput: a settings file cannot be read, or a key or value is not one of :data:`SETTINGS`.
    """
    known = os.environ if environment is None else environment
    here = Path.cwd() if folder is None else folder
    found: dict[str, tuple[object, str]] = {
        key: (value, "default") for key, value in _defaults(known).items()
    }
    for path in (settings_folder(known) / FILE_NAME, here / FILE_NAME):
        found.update(_from_file(path))
    found.update(_from_environment(known))
    for key, value in (flags or {}).items():
        if value is not None:
            found[key] = (_checked(key, value, Place(path=f"--{key.replace('_', '-')}")), "flag")
    values: dict[str, Any] = {key: value for key, (value, _) in found.items()}
    for key in ("cache_dir", "data"):
        values[key] = _folder(key, values[key], found[key][1])
    values["hosts"] = tuple(values["hosts"])
    values["feeds"] = {
        name: tuple(held) if isinstance(held, list) else (held,) for name, held in values["feeds"].items()
    }
    return Config(**values, origin={key: origin for key, (_, origin) in found.items()})


def _folder(key: str, text: str, origin: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        word, _, variable = origin.partition(" ")
        where = Place(file=origin, path=key)
        if word == "environment":
            where = Place(file=word, path=variable)
        elif word == "flag":
            where = Place(path=f"--{key.replace('_', '-')}")
        raise BadInput(
            f"{text[:60]!r} begins with the home of a user who is not known here",
            where=where,
            hint="Write the whole path.",
        ) from None


def _defaults(environment: Mapping[str, str]) -> dict[str, object]:
    return {
        "cache_dir": str(cache_folder(environment)),
        "data": str(data_folder(environment)),
        "database": "",
        "threads": _usable_cores(),
        "memory_mb": ENGINE_MEMORY_BYTES >> 20,
        "fail_on": "low",
        "color": "auto",
        "known_good": True,
        "hosts": [],
        "feeds": {},
    }


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _from_file(path: Path) -> dict[str, tuple[object, str]]:
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise BadInput(
            f"the settings file cannot be read: {error.strerror}", where=Place(file=str(path))
        ) from error
    import tomllib

    try:
        document = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"the settings file is not TOML: {error}", where=Place(file=str(path))) from error
    return {
        key: (_checked(key, value, Place(file=str(path), path=key)), str(path))
        for key, value in document.items()
    }


def _from_environment(environment: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    found: dict[str, tuple[object, str]] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX):
            continue
        key = variable.removeprefix(PREFIX).lower()
        place = Place(file="environment", path=variable)
        setting = _BY_KEY.get(key)
        value = setting.from_text(text) if setting else text
        found[key] = (_checked(key, value, place), f"environment {variable}")
    return found


def _checked(key: str, value: object, place: Place) -> object:
    setting = _BY_KEY.get(key)
    if setting is None:
        raise BadInput(
            f"{key!r} is no setting",
            where=place,
            hint=f"The settings are {', '.join(_BY_KEY)}; mend or remove it.",
        )
    if not setting.holds(value):
        raise BadInput(
            f"{key} is {value!r}, and must be {setting.must_be}",
            where=place,
            hint="Mend the value or remove it.",
        )
    return value


def without_password(url: str) -> str:
    """The URL of a database as it may be shown."""
    return re.sub(r"([?&]password=)[^&#]*", r"\1***", re.sub(r"(://[^:/@]*:)[^@]*@", r"\1***@", url))


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Return the person's cache folder for Tocsin (XDG Base Directory 0.8, or the platform's own)."""
    if sys.platform == "win32":
        return _base(environment, "LOCALAPPDATA", "AppData/Local") / "tocsin" / "Cache"
    if sys.platform == "darwin":
        return _home(environment) / "Library" / "Caches" / "tocsin"
    return _base(environment, "XDG_CACHE_HOME", ".cache") / "tocsin"


def data_folder(environment: Mapping[str, str]) -> Path:
    """Return the person's data folder for Tocsin (XDG Base Directory 0.8, or the platform's own)."""
    if sys.platform == "win32":
        return _base(environment, "LOCALAPPDATA", "AppData/Local") / "tocsin" / "Data"
    if sys.platform == "darwin":
        return _home(environment) / "Library" / "Application Support" / "tocsin" / "data"
    return _base(environment, "XDG_DATA_HOME", ".local/share") / "tocsin"


def settings_folder(environment: Mapping[str, str]) -> Path:
    """Return the person's configuration folder for Tocsin (XDG Base Directory 0.8, or the platform's own)."""
    if sys.platform == "win32":
        return _base(environment, "APPDATA", "AppData/Roaming") / "tocsin"
    if sys.platform == "darwin":
        return _home(environment) / "Library" / "Application Support" / "tocsin"
    return _base(environment, "XDG_CONFIG_HOME", ".config") / "tocsin"


def _base(environment: Mapping[str, str], variable: str, below_home: str) -> Path:
    named = Path(environment.get(variable, ""))
    # The XDG specification: a relative path is invalid and is to be ignored.
    return named if named.is_absolute() else _home(environment) / below_home


def _home(environment: Mapping[str, str]) -> Path:
    named = environment.get("HOME") or environment.get("USERPROFILE")
    return Path(named) if named else Path.home()


def private_folder(path: Path) -> Path:
    """Create ``path`` so that only its owner can look in, and return it.

    Raises:
        BadInput: it cannot be created, or is no folder.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"the folder cannot be created: {error.strerror}",
            where=Place(file=str(path)),
            hint="Set cache_dir to a folder of your own, or use --no-cache.",
        ) from error
    return path
