"""Read a bill of materials of whatever form."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from tocsin.errors import UsageError
from tocsin.inventory.bom.apk_list import read_apk_installed, read_apk_list
from tocsin.inventory.bom.asset_csv import read_asset_csv
from tocsin.inventory.bom.cyclonedx import read_cyclonedx
from tocsin.inventory.bom.document import utf8_of
from tocsin.inventory.bom.dpkg import read_dpkg_list, read_dpkg_status, read_dpkg_table
from tocsin.inventory.bom.go_lock import read_go_mod, read_go_sum, read_go_version
from tocsin.inventory.bom.lockfile import (
    read_cargo_lock,
    read_composer_lock,
    read_gemfile_lock,
    read_nuget_lock,
)
from tocsin.inventory.bom.npm_lock import read_package_lock, read_pnpm_lock, read_yarn_lock
from tocsin.inventory.bom.pip_lock import read_pipfile_lock, read_python_lock, read_requirements
from tocsin.inventory.bom.recognise import recognise_form
from tocsin.inventory.bom.rpm_list import read_rpm_list
from tocsin.inventory.bom.spdx import read_spdx
from tocsin.inventory.bom.spdx_tags import read_spdx_tags
from tocsin.inventory.component import BillOfMaterials

__all__ = ["FORMS", "read_bom"]

_READERS: Final[dict[str, Callable[[bytes, str], BillOfMaterials]]] = {
    "cyclonedx": read_cyclonedx,
    "spdx": read_spdx,
    "spdx-tags": read_spdx_tags,
    "asset-csv": read_asset_csv,
    "requirements": read_requirements,
    "pipfile-lock": read_pipfile_lock,
    "poetry-lock": partial(read_python_lock, form="poetry-lock"),
    "uv-lock": partial(read_python_lock, form="uv-lock"),
    "pdm-lock": partial(read_python_lock, form="pdm-lock"),
    "pylock": partial(read_python_lock, form="pylock"),
    "package-lock": read_package_lock,
    "yarn-lock": read_yarn_lock,
    "pnpm-lock": read_pnpm_lock,
    "go-mod": read_go_mod,
    "go-sum": read_go_sum,
    "go-version": read_go_version,
    "cargo-lock": read_cargo_lock,
    "gemfile-lock": read_gemfile_lock,
    "composer-lock": read_composer_lock,
    "nuget-lock": read_nuget_lock,
}
_OF_DISTRIBUTIONS: Final[dict[str, Callable[[bytes, str, str], BillOfMaterials]]] = {
    "dpkg-status": read_dpkg_status,
    "dpkg-query": read_dpkg_list,
    "dpkg-l": read_dpkg_table,
    "rpm-qa": read_rpm_list,
    "apk-installed": read_apk_installed,
    "apk-list": read_apk_list,
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
    return _OF_DISTRIBUTIONS[form](text, name, distro)
