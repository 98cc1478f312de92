"""``python -m tocsin`` is ``tocsin``, for where a program's folder is in no path."""

from __future__ import annotations

from tocsin.cli.main import run

__all__ = ["run"]

if __name__ == "__main__":
    run()
