"""``python -m tocsin`` is ``tocsin``, for where a program's folder is in no path."""

from tocsin.cli.main import run

__all__: list[str] = []

if __name__ == "__main__":
    run()
