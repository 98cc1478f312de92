"""Read a bill of materials of whatever form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tocsin.errors import BadInput, Place, UsageError
from tocsin.inventory.bom.cyclonedx import read_cyclonedx
from tocsin.inventory.bom.document import utf8_of
from tocsin.inventory.bom.dpkg import read_dpkg_list, read_dpkg_status, read_dpkg_table
from tocsin.inventory.bom.recognise import recognise_form
from tocsin.inventory.component import BillOfMaterials

__all__ = ["FORMS", "read_bom"]

_READERS: Final[dict[str, Callable[[bytes, str], BillOfMaterials]]] = {
    "cyclonedx": read_cyclonedx,
}
_OF_DISTRIBUTIONS: Final[dict[str, Callable[[bytes, str, str], BillOfMaterials]]] = {
    "dpkg-status": read_dpkg_status,
    "dpkg-query": read_dpkg_list,
    "dpkg-l": read_dpkg_table,
}
FORMS: Final = (*_READERS, *_OF_DISTRIBUTIONS)
"""The forms that can be read, by name."""


def read_bom(data: bytes, name: str, *, form: str = "", distro: str = "") -> BillOfMaterials:
    """Read the bill of materials ``data``, all of one file called ``name``.

    ``form`` is one of :data:`FORMS`; "" recognises it by its content, then by its name. ``distro`` says of which
    distribution and release a list of packages is, as a purl's qualifier does (``debian-12``: ``ID`` and
    ``VERSION_ID`` of os-release); where it is "" the list itself is asked.

    Raises:
        UsageError: there is no such form.
        BadInput: it cannot be read as a whole: empty, no text, no such form, of a version that is not known.
        LimitExceeded: it is larger, deeper or longer than a limit allows.
    """
    if form and form not in FORMS:
        raise UsageError(f"there is no form {form!r}", hint=f"the forms are {', '.join(FORMS)}")
    text = utf8_of(data, name)
    form = form or recognise_form(text, name)
    if form in _READERS:
        return _READERS[form](text, name)
    if form in _OF_DISTRIBUTIONS:
        return _OF_DISTRIBUTIONS[form](text, name, distro)
    raise BadInput("is of no form that can be read", where=Place(file=name or None))
