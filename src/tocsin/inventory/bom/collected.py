"""What a reader has found so far, so that every entry is either a component or said to be unread."""

from __future__ import annotations

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.inventory.component import BillOfMaterials, Component, Unread
from tocsin.inventory.cpe import parse_cpe
from tocsin.inventory.purl import Purl, parse_purl
from tocsin.limits import BOM_COMPONENTS

__all__ = ["Collected", "literal"]


class Collected:
    """The entries of one document, in its order. ``name`` is the file's, for errors."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.components: list[Component] = []
        self.unread: list[Unread] = []
        self.doubts: list[Unread] = []
        self.notes: list[str] = []
        self.set_aside: dict[str, int] = {}

    def add(self, component: Component) -> None:
        """An entry that could be read."""
        self.components.append(component)
        self._count()

    def lose(self, place: str, why: str) -> None:
        """An entry that could not be read at all."""
        self.unread.append(Unread(place, why))
        self._count()

    def doubt(self, place: str, why: str) -> None:
        """A part of an entry that could not be read; the entry counts nevertheless."""
        self.doubts.append(Unread(place, why))

    def aside(self, kind: str, count: int) -> None:
        """Entries that are no components."""
        if count:
            self.set_aside[kind] = self.set_aside.get(kind, 0) + count

    def purl(self, text: str, place: str) -> Purl | None:
        """The purl ``text``, or None and a doubt about ``place``."""
        try:
            return parse_purl(text)
        except BadInput as error:
            self.doubt(place, error.what)
            return None

    def cpe(self, text: str, place: str) -> bool:
        """Whether ``text`` is a CPE name; if not, there is a doubt about ``place``."""
        try:
            parse_cpe(text)
        except BadInput as error:
            self.doubt(place, error.what)
            return False
        return True

    def bill(
        self,
        format: str,
        version: str = "",
        *,
        serial: str = "",
        made: str = "",
        author: str = "",
        subject: Component | None = None,
        depends: tuple[tuple[str, tuple[str, ...]], ...] = (),
    ) -> BillOfMaterials:
        """The bill of materials that all of it makes."""
        return BillOfMaterials(
            format,
            version,
            tuple(self.components),
            unread=tuple(self.unread),
            doubts=tuple(self.doubts),
            set_aside=tuple(self.set_aside.items()),
            serial=serial,
            made=made,
            author=author,
            subject=subject,
            depends=depends,
            notes=tuple(self.notes),
        )

    def _count(self) -> None:
        if len(self.components) + len(self.unread) > BOM_COMPONENTS:
            raise LimitExceeded(
                f"lists more than {BOM_COMPONENTS:,} components",
                where=Place(file=self.name or None),
                hint="cut it into several bills",
            )


def literal(text: str) -> str:
    r"""``text`` as a model, SKU or serial number that means itself: ``*``, ``?`` and ``\`` are escaped."""
    if "*" in text or "?" in text or "\\" in text:
        return text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
    return text
