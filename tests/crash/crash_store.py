"""Kill a writing node twenty times on each database: nothing that was acknowledged may be lost, nothing be half there.

``crash_store.py [ROUNDS]``; ``make crash`` runs it.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from crash.killing import kill_once
from postgres import start
from tocsin.store.database import database_url


def main():
    """Run the rounds; exit 1 at the first fault."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for engine in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
            folder = Path(name)
            url = database_url("", folder)
            if engine == "postgresql":
                made = stack.enter_context(start()).new_database()
                url = database_url(made.render_as_string(hide_password=False), folder)
            for number in range(rounds):
                wrong, count = kill_once(url, folder / "acknowledged", number * 1_000_000, number)
                if wrong:
                    sys.exit(f"{engine}, round {number}: {wrong[:5]}")
            print(
                f"{engine}: {rounds} kills, {2 * count:,} objects acknowledged, none lost, none half written"
            )


if __name__ == "__main__":
    main()
