"""``tocsin doctor``: what is wrong with this installation, and how to mend it."""

from __future__ import annotations

import os
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from tocsin.cli.command import OneOf, Verb
from tocsin.errors import BadInput, TocsinError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tocsin.config import Config

__all__ = ["Diagnosis", "doctor"]

OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)
FREE_DISK_WARN_BYTES = 2 << 30
MEMORY_SPARE_BYTES = 512 << 20
# A clock before this program was written, or a lifetime after it, is set wrong.
CLOCK_FIRST_S = 1_735_689_600  # 2025-01-01
CLOCK_LAST_S = 4_102_444_800  # 2100-01-01


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at: ``state`` is ok, note, warn or fail; ``remedy`` is empty where nothing is to be done."""

    name: str
    state: str
    what: str
    remedy: str = ""


@click.command(cls=Verb, examples=("tocsin doctor", "tocsin doctor --format json"))
@click.option(
    "--format", "as_format", type=OneOf(["text", "json"]), default="text", show_default=True,
    help="How the diagnoses are written.",
)  # fmt: skip
def doctor(as_format: str) -> int:
    """Say what is wrong with this installation, and how to mend it.

    Exit code: 0 nothing fails, 1 something does. A warning or a note is no failure.
    """
    from tocsin.cli.output import write_output

    found = list(_diagnoses())
    if as_format == "json":
        import json

        text = json.dumps([asdict(diagnosis) for diagnosis in found], indent=2) + "\n"
    else:
        width = max(len(diagnosis.name) for diagnosis in found)
        text = "".join(
            f"{diagnosis.state:<5} {diagnosis.name:<{width}}  {diagnosis.what}\n"
            + (f"      {'':<{width}}  {diagnosis.remedy}\n" if diagnosis.remedy else "")
            for diagnosis in found
        )
    write_output(text)
    return int(any(diagnosis.state == "fail" for diagnosis in found))


def _diagnoses() -> Iterator[Diagnosis]:
    yield _python()
    yield from _libraries()
    try:
        from tocsin.config import load_config

        config = load_config()
    except BadInput as error:
        yield Diagnosis("settings", "fail", str(error), error.hint or "Mend the settings file.")
    else:
        yield Diagnosis("settings", "ok", _origins(config))
        yield _cache(config.cache_dir)
        yield _disk(config.cache_dir)
        yield _memory(config.memory_mb << 20)
        yield from _feeds(config.data)
    yield clock(time.time())
    yield text_encoding(sys.stdout.encoding or "", sys.getfilesystemencoding())


def _feeds(folder: Path) -> Iterator[Diagnosis]:
    """Look how old the advisories are by which the inventory of this user's node is judged."""
    from tocsin.cli.node import surroundings
    from tocsin.service.exchange.node import database_named, open_node
    from tocsin.service.inventory.feeds import feeds_and_ages

    held = database_named(folder)
    if held is None or (not held and not (folder / "tocsin.db").exists()):
        return  # opening it would make one
    try:
        node = open_node(folder, surroundings())
        try:
            found = feeds_and_ages(node)
        finally:
            node.close()
    except Exception as error:  # noqa: BLE001  a database may fail to open in any way, and that is what is told
        remedy = (
            getattr(error, "hint", None) or "Look whether it can be reached, or restore it from a backup."
        )
        yield Diagnosis("node", "fail", f"{folder} cannot be opened: {error}", remedy)
        return
    for feed, age in found:
        days = "of a day that it does not say" if age.age_s is None else f"of {age.dated}"
        what = f"{feed.advisories:,} advisories, {days}"
        if age.stale:
            yield Diagnosis(
                f"feed {feed.name}", "warn", f"{what}: old", f"Read it again: tocsin sync {feed.name}"
            )
        else:
            yield Diagnosis(f"feed {feed.name}", "ok", what)


def _python() -> Diagnosis:
    have = sys.version_info[:2]
    what = f"{sys.version_info.major}.{sys.version_info.minor}.{sys.version_info.micro}"
    wanted = "Use Python 3.11, 3.12 or 3.13."
    if have < OLDEST_PYTHON:
        return Diagnosis("python", "fail", what, wanted)
    if have > NEWEST_PYTHON:
        return Diagnosis("python", "warn", f"{what} is newer than what is tested", wanted)
    return Diagnosis("python", "ok", what)


def _libraries() -> Iterator[Diagnosis]:
    """Import each library that is required: one that is there but does not load is the commonest fault."""
    from importlib import import_module, metadata

    modules: dict[str, list[str]] = {}
    for module, distributions in metadata.packages_distributions().items():
        for distribution in distributions:
            modules.setdefault(_normal(distribution), []).append(module)
    for requirement in metadata.requires("tocsin") or []:
        name, _, marker = requirement.partition(";")
        name = name.strip()
        extra = marker.partition("extra ==")[2].strip(" '\"()")
        for end in "<>=!~ [(":
            name = name.partition(end)[0]
        remedy = f"Install it again: {sys.executable} -m pip install --force-reinstall {name}"
        try:
            version = metadata.version(name)
            there = modules.get(_normal(name), [])
            for module in [name] if name in there else there:
                if not module.startswith("_"):
                    import_module(module)
        except metadata.PackageNotFoundError:
            if extra and not (extra == "postgres" and _is_on_postgresql()):
                install = f"If you want it: {sys.executable} -m pip install 'tocsin[{extra}]'"
                yield Diagnosis(name, "note", f"is not installed; only tocsin[{extra}] needs it", install)
                continue
            yield Diagnosis(name, "fail", "is not installed", remedy)
        except Exception as error:  # noqa: BLE001  a library may fail to load in any way, and that is what is told
            yield Diagnosis(name, "fail", f"does not load: {type(error).__name__}: {error}", remedy)
        else:
            yield Diagnosis(name, "ok", version)


def _is_on_postgresql() -> bool:
    """Whether the database of this user's node, or of the next one made, is PostgreSQL."""
    from tocsin.config import load_config
    from tocsin.service.exchange.node import database_named

    try:
        config = load_config()
        held = database_named(config.data)
        held = config.database if held is None else held
    except TocsinError:
        return False  # what is wrong with the settings is told apart
    return held.startswith("postgres")


def _normal(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")


def _origins(config: Config) -> str:
    set_by = sorted({origin for origin in config.origin.values() if origin != "default"})
    return f"read from {', '.join(set_by)}" if set_by else "all by default"


def _cache(folder: Path) -> Diagnosis:
    from tocsin.config import private_folder

    remedy = "Set cache_dir to a folder of your own, or check with --no-cache."
    try:
        private_folder(folder)
        probe = folder / f".doctor.{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        mode = folder.stat().st_mode
    except (OSError, TocsinError) as error:
        return Diagnosis("cache", "fail", f"{folder}: {error}", remedy)
    what = f"{folder}, {size / (1 << 20):.1f} MiB"
    if os.name == "posix" and mode & 0o077:
        return Diagnosis("cache", "warn", f"{what}, others may look in", f"chmod 700 {folder}")
    return Diagnosis("cache", "ok", what)


def _disk(folder: Path) -> Diagnosis:
    try:
        free = shutil.disk_usage(folder if folder.exists() else folder.anchor).free
    except OSError as error:
        return Diagnosis("disk", "warn", f"free space is not known: {error.strerror}")
    what = f"{free / (1 << 30):.1f} GiB free"
    if free < FREE_DISK_WARN_BYTES:
        return Diagnosis("disk", "warn", what, "Free some space: a large check spills to disk.")
    return Diagnosis("disk", "ok", what)


def _memory(budget: int) -> Diagnosis:
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return Diagnosis(
            "memory", "ok", f"{budget >> 20} MiB for the engine; what the machine has is not known"
        )
    what = f"{there / (1 << 30):.1f} GiB, of which {budget >> 20} MiB for the engine"
    if there < budget + MEMORY_SPARE_BYTES:
        return Diagnosis("memory", "warn", what, "Lower memory_mb in tocsin.toml.")
    return Diagnosis("memory", "ok", what)


def clock(now_s: float) -> Diagnosis:
    """Judge the machine's clock, which dates each check and bounds what counts as new."""
    shown = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now_s))
    if CLOCK_FIRST_S <= now_s < CLOCK_LAST_S:
        return Diagnosis("clock", "ok", shown)
    return Diagnosis("clock", "fail", f"{shown} cannot be right", "Set the clock, and keep it set by NTP.")


def text_encoding(stdout: str, names: str) -> Diagnosis:
    """Judge the encodings of stdout and of file names."""
    what = f"stdout {stdout or 'unknown'}, file names {names}"
    if names.lower().replace("-", "") != "utf8":
        return Diagnosis("text", "warn", what, "Set a UTF-8 locale: export LC_ALL=C.UTF-8")
    if stdout.lower().replace("-", "") != "utf8":
        return Diagnosis(
            "text", "warn", what, "Set a UTF-8 locale, or export PYTHONUTF8=1; results are UTF-8 anyway."
        )
    return Diagnosis("text", "ok", what)
