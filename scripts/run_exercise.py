"""``make run``: the exercise of 2021 at work, with its page, and at the end its report. ``stop`` ends it.

The exercise runs on its own; this shows what it tells until it is done. The hub goes on serving the page then.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
OUT = ROOT / "out"
FOLDER = OUT / "exercise"
REPORT, TOLD, PID = OUT / "exercise.html", OUT / "exercise.log", OUT / "exercise.pid"
MEMBERS, SPEED = "64", "600x"
LOOK_S, ENDS_S = 0.3, 20.0


def main(arguments: list[str]) -> int:
    """Start the exercise and show it to its end, or with ``stop`` end it."""
    if arguments == ["stop"]:
        stop()
        return 0
    if running() is not None:
        print("An exercise runs already, or serves its page: make stop ends it.", file=sys.stderr)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    OUT.mkdir(exist_ok=True)
    REPORT.unlink(missing_ok=True)
    print(
        "The exercise of 2021: four attacks, 64 owners of vital infrastructure, one hub. About five minutes."
    )
    print(
        "It starts a hub on this machine; its page shows the warning spread. Ctrl-C or make stop ends it.\n"
    )
    with TOLD.open("wb") as told:
        process = subprocess.Popen(  # noqa: S603  our own program
            [
                str(Path(sys.executable).parent / "tocsin"), "exercise", "run", "2021", "--members", MEMBERS,
                "--speed", SPEED, "--keep", str(FOLDER), "--stay", "--format", "html", "--output", str(REPORT),
            ],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            start_new_session=True,
        )  # fmt: skip
    PID.write_text(str(process.pid), encoding="utf-8")
    try:
        code = follow(process)
    except KeyboardInterrupt:
        stop()
        return 130
    if isinstance(code, int):
        return code
    done = subprocess.run(  # noqa: S603  our own program
        [str(Path(sys.executable).parent / "tocsin"), "exercise", "report", str(FOLDER)], check=False
    )
    print(f"\nThe report to read and print: {REPORT.relative_to(ROOT)}. The page goes on; make stop ends it.")
    print(f"To look at it, open this once, within 15 minutes: {code}")
    return done.returncode


def follow(process: subprocess.Popen[bytes]) -> int | str:
    """Show what the exercise tells until it only serves on; its link then, or the exit code if it ended before."""
    with TOLD.open("rb") as told:
        links = 0
        while True:
            line = told.readline()
            if line:
                links += b"/signin/" in line
                # The second link is that of the hub which serves on, after the report is written.
                if links > 1:
                    return line.decode(errors="replace").rpartition(" ")[2].strip()
                sys.stdout.write(line.decode(errors="replace"))
                sys.stdout.flush()
            elif (code := process.poll()) is not None:
                PID.unlink(missing_ok=True)
                return code
            else:
                time.sleep(LOOK_S)


def stop() -> None:
    """End the exercise that an earlier run left."""
    pid = running()
    if pid is not None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGTERM)
            wait_for(pid)
        print("The exercise of an earlier run is ended.")
    PID.unlink(missing_ok=True)


def running() -> int | None:
    """The exercise that an earlier run started and that has not ended."""
    try:
        pid = int(PID.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return pid if _is_ours(pid) else None


def wait_for(pid: int) -> None:
    """Wait until the last process of the exercise has ended: one that still writes would fill the folder anew."""
    until = time.monotonic() + ENDS_S
    while time.monotonic() < until:
        # Our own child stays in the group until somebody asks for its exit code.
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)
        os.killpg(pid, 0)
        time.sleep(LOOK_S)
    os.killpg(pid, signal.SIGKILL)


def _is_ours(pid: int) -> bool:
    """Whether the process is still the exercise, and not another that was given its number."""
    try:
        return b"exercise" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return not Path("/proc").exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
