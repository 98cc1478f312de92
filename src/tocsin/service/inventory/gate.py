"""``gate``: may this product come in?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256, sha512
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from tocsin import __version__
from tocsin.errors import BadInput, Place, UsageError
from tocsin.inventory.advisory import STATEMENTS_OF_MAKERS, Advisory, Form
from tocsin.inventory.bom.read import read_bom
from tocsin.inventory.component import BillOfMaterials, Component
from tocsin.inventory.covered import covered_by_documents
from tocsin.inventory.exposure import FeedAge, InventoryResult, NotRead
from tocsin.inventory.gate.attestation import (
    Attested,
    Form as AttestationForm,
    bare,
    read_attestations,
    verify_envelope,
)
from tocsin.inventory.gate.evidence import Evidence
from tocsin.inventory.gate.judge import judge
from tocsin.inventory.gate.policy import Policy, read_policy
from tocsin.inventory.gate.questionnaire import Questionnaire, read_questionnaire
from tocsin.inventory.gate.summary import UNSIGNED_VERIFIER, Attestation, summary_of
from tocsin.inventory.gate.trusted_key import trusted_keys
from tocsin.inventory.gate.verdict import GateResult, Input, Subject, overall
from tocsin.inventory.held import HeldBill, HeldRelease
from tocsin.inventory.lifecycle import Lifecycles
from tocsin.inventory.release import releases_of, shown
from tocsin.limits import ATTESTATION_BYTES, BOM_BYTES, GATE_FILE_BYTES
from tocsin.model.timestamp import format_instant
from tocsin.service.inventory.check import KnownAdvisory, age_of, result_of
from tocsin.service.inventory.reading import ReadAdvisories, dated, read_feeds
from tocsin.service.inventory.sigstore_bundle import TrustedRootText, verify_bundle
from tocsin.sources.evidence import find_streams
from tocsin.sources.file_digests import file_digests
from tocsin.sources.origin import shown as shown_path
from tocsin.sources.whole import whole

__all__ = [
    "GateQuestion",
    "Kept",
    "Known",
    "judge_product",
    "shipped_policies",
    "unsigned",
]

STRICT: Final = "strict"


@dataclass(frozen=True, slots=True)
class GateQuestion:
    """What a person names: files, or for ``against`` also folders and globs; ``policy`` is a name or a file."""

    product: str
    attestations: tuple[str, ...] = ()
    artifacts: tuple[str, ...] = ()
    questionnaire: str = ""
    against: tuple[str, ...] = ()
    policy: str = STRICT


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the components, and how old that is.

    ``exploited`` are the catalogues of exploited vulnerabilities among ``feeds``, which are all that it stands on.
    """

    inventory: InventoryResult | None = None
    exploited: tuple[FeedAge, ...] = ()
    lifecycles: Lifecycles | None = None
    lifecycles_age: FeedAge | None = None
    feeds: tuple[FeedAge, ...] = ()
    not_read: tuple[NotRead, ...] = ()


Kept = Callable[[Sequence[HeldRelease], datetime], Known]
"""What a node knows of releases at a moment."""


@cache
def shipped_policies() -> Mapping[str, tuple[Policy, bytes]]:
    """The policies that ship, by name, with their text."""
    found: dict[str, tuple[Policy, bytes]] = {}
    for one in sorted((files("tocsin.data") / "policies").iterdir(), key=lambda one: one.name):
        if one.name.endswith(".toml"):
            data = one.read_bytes()
            found[one.name.removesuffix(".toml")] = (read_policy(data, one.name, {}), data)
    return found


def judge_product(
    asked: GateQuestion,
    now_s: float,
    stdin: BinaryIO | None,
    kept: Kept | None = None,
    as_of: datetime | None = None,
) -> GateResult:
    """Judge a product by a policy. Advisories and ends of life are those named, else those that are ``kept``.

    ``as_of`` is the moment as of which it is judged, where that is not now.

    Raises:
        BadInput: the product, an attestation, the questionnaire or the policy cannot be read.
        SourceUnavailable: one of them cannot be opened.
        UsageError: there is no policy of that name.
    """
    made = datetime.fromtimestamp(now_s, UTC)
    now = as_of or made
    inputs: list[Input] = []
    policy, text, name = _policy(asked.policy, stdin)
    inputs.append(Input("policy", name, sha256(text).hexdigest()))
    bill, sbom = _product(asked.product, stdin)
    artifacts = tuple(Subject(_file_name(one), file_digests(one)) for one in asked.artifacts)
    attestations, notes = _attestations(asked, policy, name, now, (sbom, *artifacts), inputs, stdin)
    answers = _answers(asked.questionnaire, inputs, stdin)
    components = _components(bill)
    data = _data(asked.against, kept, components, bill, now, stdin)
    evidence = Evidence(
        now=now,
        bill=bill,
        sbom=sbom,
        components=components,
        artifacts=artifacts,
        attestations=attestations,
        inventory=data.inventory,
        exploited=data.exploited,
        lifecycles=data.lifecycles,
        lifecycles_age=data.lifecycles_age,
        answers=answers,
    )
    rulings = judge(policy, evidence)
    subject = bill.subject
    return GateResult(
        product=shown(subject) if subject is not None else sbom.name,
        purl=subject.identity.purls[0] if subject is not None and subject.identity.purls else "",
        verdict=overall(rulings),
        rulings=rulings,
        policy=policy.name,
        policy_version=policy.version,
        subjects=(sbom, *artifacts),
        inputs=tuple(inputs),
        feeds=data.feeds,
        not_read=(*data.not_read, *(NotRead(sbom.name, one.place, one.why) for one in bill.unread)),
        notes=(*notes, *(f"The bill of materials {note}." for note in bill.notes)),
        components=len(bill.components),
        data_age_s=_oldest(data.feeds),
        made=_text(made),
        as_of=_text(now),
        tocsin=__version__,
    )


def unsigned(result: GateResult) -> Attestation:
    """The answer as an attestation that nobody signs."""
    why = "It is not signed: there is no node here whose key could."
    if result.as_of != result.made:
        why = "It is not signed: it was judged as of another moment, and a signature is for what holds now."
    return Attestation(summary_of(result, UNSIGNED_VERIFIER), None, why)


def _policy(asked: str, stdin: BinaryIO | None) -> tuple[Policy, bytes, str]:
    """The policy, its text and its name."""
    known = shipped_policies()
    if asked in known:
        policy, text = known[asked]
        return policy, text, asked
    if not Path(asked).exists() and asked != "-" and not asked.endswith(".toml"):
        raise UsageError(
            f"there is no policy {asked[:60]!r}",
            hint=f"Policies that ship: {', '.join(known)}. Or name a file.",
        )
    text = _whole(asked, GATE_FILE_BYTES, "a policy", stdin)
    read = read_policy(text, shown_path(asked), {key: held[0] for key, held in known.items()})
    return read, text, _file_name(asked)


def _product(name: str, stdin: BinaryIO | None) -> tuple[BillOfMaterials, Subject]:
    """The bill of materials, and digests of the very bytes that are judged."""
    data = _whole(name, BOM_BYTES, "a bill of materials", stdin)
    digests = (("sha256", sha256(data).hexdigest()), ("sha512", sha512(data).hexdigest()))
    return read_bom(data, shown_path(name)), Subject(_file_name(name) if name != "-" else "stdin", digests)


def _attestations(
    asked: GateQuestion,
    policy: Policy,
    policy_name: str,
    now: datetime,
    in_hand: Sequence[Subject],
    inputs: list[Input],
    stdin: BinaryIO | None,
) -> tuple[tuple[Attested, ...], tuple[str, ...]]:
    keys = trusted_keys(policy.trust.keys, policy_name)
    root = _own_root(asked, policy, inputs, stdin)
    found: list[Attested] = []
    for name in asked.attestations:
        data = _whole(name, ATTESTATION_BYTES, "attestations", stdin)
        inputs.append(Input("attestation", _file_name(name), sha256(data).hexdigest()))
        for one in read_attestations(data, shown_path(name)):
            if one.form is AttestationForm.SIGSTORE:
                found.append(verify_bundle(one, policy.trust, now, in_hand, root, keys))
            elif one.form is AttestationForm.DSSE:
                found.append(verify_envelope(one, keys, now))
            else:
                found.append(bare(one))
    notes = tuple(dict.fromkeys(note for one in found for note in one.notes))
    return tuple(found), notes


def _own_root(
    asked: GateQuestion, policy: Policy, inputs: list[Input], stdin: BinaryIO | None
) -> TrustedRootText | None:
    """The root of trust that the policy brings, None where it takes the one that ships."""
    if policy.trust.root is None or not policy.trust.root.file:
        return None
    path = Path(asked.policy).parent / policy.trust.root.file
    text = _whole(str(path), GATE_FILE_BYTES, "a root of trust", stdin)
    inputs.append(Input("root", path.name, sha256(text).hexdigest()))
    return TrustedRootText(text)


def _answers(name: str, inputs: list[Input], stdin: BinaryIO | None) -> Questionnaire | None:
    if not name:
        return None
    data = _whole(name, GATE_FILE_BYTES, "a questionnaire", stdin)
    inputs.append(Input("questionnaire", _file_name(name), sha256(data).hexdigest()))
    return read_questionnaire(data, shown_path(name))


def _components(bill: BillOfMaterials) -> tuple[Component, ...]:
    """All that is judged: the product itself, and what it is made of; each thing once."""
    subject = (bill.subject,) if bill.subject is not None else ()
    return tuple(one.release.component for one in releases_of((*subject, *bill.components)))


def _data(
    against: Sequence[str],
    kept: Kept | None,
    components: Sequence[Component],
    bill: BillOfMaterials,
    now: datetime,
    stdin: BinaryIO | None,
) -> Known:
    releases = _held(components, bill, now)
    if against:
        return _of_files(against, releases, now, stdin)
    if kept is not None:
        return kept(releases, now)
    return Known()


def _held(components: Iterable[Component], bill: BillOfMaterials, now: datetime) -> list[HeldRelease]:
    places = {one.release.component: one.place for one in releases_of(bill.components)}
    itself = HeldBill("", False, "", "", bill.subject, now.date())
    return [HeldRelease(one, {itself: places.get(one, "the product itself")}) for one in components]


def _of_files(
    against: Sequence[str], releases: Sequence[HeldRelease], now: datetime, stdin: BinaryIO | None
) -> Known:
    """What the files named know. One argument is one feed for each form of advisory that is in it."""
    known: list[KnownAdvisory] = []
    feeds: list[FeedAge] = []
    exploited: list[FeedAge] = []
    not_read: list[NotRead] = []
    lives: list[tuple[str, Lifecycles]] = []
    for argument in against:
        read = read_feeds([argument], stdin)
        not_read += (one for feed in read for one in feed.not_read)
        lives += ((feed.name, feed.lifecycles) for feed in read if feed.lifecycles is not None)
        forms = _by_form(read)
        for form, advisories in forms.items():
            name = argument if len(forms) == 1 else f"{argument} ({form.value})"
            age = age_of(name, dated(advisories), len(advisories), now.timestamp())
            if form in STATEMENTS_OF_MAKERS:
                age = replace(age, stale=False)
            else:
                feeds.append(age)
            if form is Form.KEV:
                exploited.append(age)
            known += (KnownAdvisory(one, age, now.date()) for one in advisories)
    inventory = None
    if known:
        covered = covered_by_documents(one.advisory for one in known)
        judged = result_of(releases, known, covered, tuple(not_read), now.timestamp(), bills=1)
        inventory = replace(judged, feeds=tuple(feeds))
    lifecycles, held = _lifecycles(lives, now)
    told = (*feeds, held) if held is not None else tuple(feeds)
    return Known(inventory, tuple(exploited), lifecycles, held, told, tuple(not_read))


def _by_form(read: Iterable[ReadAdvisories]) -> dict[Form, list[Advisory]]:
    found: dict[Form, list[Advisory]] = {}
    for feed in read:
        for one in feed.advisories:
            found.setdefault(one.form, []).append(one)
    return found


def _lifecycles(
    lives: Sequence[tuple[str, Lifecycles]], now: datetime
) -> tuple[Lifecycles | None, FeedAge | None]:
    if not lives:
        return None, None
    joined = Lifecycles((one for _, held in lives for one in held.all), max(held.dated for _, held in lives))
    name = ", ".join(name for name, _ in lives)
    return joined, age_of(name, joined.dated, len(joined), now.timestamp())


def _whole(name: str, limit_bytes: int, what: str, stdin: BinaryIO | None) -> bytes:
    """All bytes of the one file ``name``.

    Raises:
        SourceUnavailable: it cannot be opened.
        BadInput: it is damaged, or is several: a folder or an archive.
    """
    # Two are enough to know that there are several.
    found = list(islice(find_streams([name], stdin), 2))
    if len(found) != 1:
        raise BadInput(
            f"is several files where {what} is wanted" if found else f"holds nothing that could be {what}",
            where=Place(file=name),
            hint="Name the file itself.",
        )
    return whole(found[0], limit_bytes, what)


def _oldest(feeds: Sequence[FeedAge]) -> int | None:
    """The age of the oldest; None where there is none, or one does not say how old it is."""
    known = [one.age_s for one in feeds if one.age_s is not None]
    return max(known) if known and len(known) == len(feeds) else None


def _file_name(name: str) -> str:
    return shown_path(Path(name).name or name)


def _text(then: datetime) -> str:
    return format_instant(int(then.timestamp() * 1_000_000) * 1_000)
