"""What a reader has found so far, so that every entry is either a component or said to be unread."""

from __future__ import annotations

from collections.abc import Iterable

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.inventory.component import BillOfMaterials, Component, Kind, Unread
from tocsin.inventory.cpe import parse_cpe
from tocsin.inventory.identity import Identity
from tocsin.inventory.purl import Purl, make_purl, parse_purl
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
        if len(self.components) > BOM_COMPONENTS:
            raise self._too_many()

    def lose(self, place: str, why: str) -> None:
        """An entry that could not be read at all."""
        self.unread.append(Unread(place, why))
        if len(self.unread) > BOM_COMPONENTS:
            raise self._too_many()

    def doubt(self, place: str, why: str) -> None:
        """A part of an entry that could not be read; the entry counts nevertheless."""
        self.doubts.append(Unread(place, why))

    def aside(self, kind: str, count: int) -> None:
        """Entries that are no components."""
        if count:
            self.set_aside[kind] = self.set_aside.get(kind, 0) + count

    def purl(self, text: str, place: str, member: str = "") -> Purl | None:
        """The purl ``text``, or None and a doubt about ``place`` and the ``member`` there."""
        try:
            return parse_purl(text)
        except BadInput as error:
            self.doubt(place + member, error.what)
            return None

    def cpe(self, text: str, place: str, member: str = "") -> bool:
        """Whether ``text`` is a CPE name; if not, there is a doubt about ``place`` and the ``member`` there."""
        try:
            parse_cpe(text)
        except BadInput as error:
            self.doubt(place + member, error.what)
            return False
        return True

    def package(
        self,
        type: str,
        name: str,
        version: str,
        place: str,
        *,
        namespace: str = "",
        qualifiers: Iterable[tuple[str, str]] = (),
        kind: Kind = Kind.LIBRARY,
        hashes: tuple[str, ...] = (),
        licences: tuple[str, ...] = (),
        source: str = "",
        source_version: str = "",
        written: str = "",
        shown: str = "",
    ) -> Component:
        """Add a package of a package manager, with its purl; ``type`` and what follows are purl's.

        ``written`` is its version with what a purl keeps elsewhere (an RPM's epoch), ``shown`` its name with the
        namespace as its users write it (``@babel/core``); "" for the version and the name themselves.
        """
        purls: tuple[str, ...] = ()
        try:
            made = make_purl(type, name, namespace=namespace, version=version, qualifiers=qualifiers)
            purls = (str(made),)
        except BadInput as error:
            self.doubt(place, error.what)
        same = (source or name, source_version or version) == (name, version)
        component = Component(
            Identity(name=shown or name, purls=purls, hashes=hashes),
            written or version,
            kind,
            place,
            licences=licences,
            source="" if same else source or name,
            source_version="" if same else source_version or version,
        )
        self.add(component)
        return component

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

    def _too_many(self) -> LimitExceeded:
        return LimitExceeded(
            f"lists more than {BOM_COMPONENTS:,} components",
            where=Place(file=self.name or None),
            hint="cut it into several bills",
        )


def literal(text: str) -> str:
    r"""``text`` as a model, SKU or serial number that means itself: ``*``, ``?`` and ``\`` are escaped."""
    if "*" in text or "?" in text or "\\" in text:
        return text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
    return text
