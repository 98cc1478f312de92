"""``wallet dossier``: everything that this node can show of an address or of an incident's payments, in one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from tocsin.errors import BadInput, NothingToCheck, TocsinError
from tocsin.incidents.incident import Incident, Payment, Ransom, Source
from tocsin.incidents.moment import Moment, moment_text
from tocsin.limits import DOSSIER_TRANSACTIONS
from tocsin.model.tlp import Tlp, parse_tlp
from tocsin.model.told.number import number
from tocsin.ransom.address.address import Address, parse_address
from tocsin.ransom.attribution.statement import SubjectKind
from tocsin.ransom.clusters.cluster import Clusters
from tocsin.ransom.dossier.clustered import MEMBERS_PROVEN
from tocsin.ransom.dossier.dossier import Dossier, dossier_of
from tocsin.ransom.dossier.parts import (
    ClusterPart,
    Flow,
    Given,
    Head,
    LinkPart,
    ListPart,
    Paid,
    Said,
    ScreeningPart,
    TargetKind,
    TracePart,
)  # fmt: skip
from tocsin.ransom.ledger.ledger import Ledger
from tocsin.ransom.taint.trace import METHODS
from tocsin.service.exchange.node import Node
from tocsin.service.incidents.kept import chosen_of, kept_incidents
from tocsin.service.ransom.cases import case_of
from tocsin.service.ransom.labels import known_services
from tocsin.service.ransom.links import linked
from tocsin.service.ransom.screen import Screening, screen
from tocsin.service.ransom.statements import kept_statements
from tocsin.service.ransom.trace import kept_ledger, known_address, trace_of

__all__ = ["dossier"]


def dossier(
    node: Node,
    asked: str,
    *,
    seeds: Sequence[str] = (),
    as_of: date | None = None,
    tlp: str = "",
    ledger: Ledger | None = None,
) -> Dossier:
    """Make the dossier of an address, or of the incident that ``asked`` names. It stays here.

    ``seeds`` are outputs (``TXID:N``) to follow instead of all that was paid to it, ``tlp`` the label that it bears
    (that of the incident; of an address, red). ``ledger`` is all that was loaded, if it was read already.

    Raises:
        NothingToCheck: it is neither; or nothing that is loaded knows one of ``seeds``.
        BadInput: the address holds a typing error, or several incidents are called so.
    """
    if ledger is None:
        ledger = kept_ledger(node)
    with node.reading() as connection:
        incidents = kept_incidents(connection)
        said = kept_statements(connection)
    incident, addresses = _target(ledger, incidents, asked)
    label = parse_tlp(tlp or (incident.tlp if incident else "")) or Tlp.RED
    head = Head(
        kind=TargetKind.INCIDENT if incident else TargetKind.ADDRESS,
        name=incident.name if incident else addresses[0],
        id=incident.id if incident else "",
        addresses=addresses,
        made=node.now_text,
        by=node.own.name,
        by_id=node.own.id,
        tlp=label,
    )
    clusters = _clusters(ledger, addresses)
    traces, not_followed = _traces(ledger, addresses, incident, seeds)
    paid = tuple(_noted(incident)) if incident else ()
    flows, left_out = _flows(ledger, traces, clusters, paid)
    unknown = list(not_followed)
    if incident and not addresses:
        unknown.append("To which address it was to be paid: the incident names none.")
    return dossier_of(
        Given(
            head=head,
            transactions=len(ledger),
            paid=paid,
            screening=_screened(node, ledger, addresses, incident, as_of),
            clusters=tuple(clusters),
            traces=tuple(traces),
            links=_links(node, ledger, incidents, incident) if incident else None,
            said=tuple(_about(said, head, clusters, incidents)),
            flows=tuple(flows),
            flows_left_out=left_out,
            unknown=tuple(unknown),
            sources=tuple(map(_source_words, incident.sources)) if incident else (),
        )
    )


def _target(
    ledger: Ledger, incidents: Sequence[Incident], asked: str
) -> tuple[Incident | None, tuple[str, ...]]:
    address, why = _address(ledger, asked)
    if address:
        return None, (address,)
    try:
        incident = chosen_of(incidents, asked)
    except NothingToCheck:
        if why is not None:
            raise why from None
        raise NothingToCheck(
            f"{asked[:100]} is no address that is known here, and no incident here is called so",
            hint="See the incidents: tocsin incident list",
        ) from None
    ransom = incident.ransom
    named = [*ransom.wallets, *(one for each in ransom.payments for one in each.wallets)] if ransom else []
    return incident, tuple(dict.fromkeys(_address(ledger, one)[0] or one.strip() for one in named))


def _address(ledger: Ledger, text: str) -> tuple[str, BadInput | None]:
    """The address in its one spelling, "" if it is none that is known; and what is wrong with one that has an error."""
    try:
        return known_address(ledger, text), None
    except NothingToCheck:
        pass
    try:
        read = parse_address(text)
    except BadInput as error:
        return "", error
    return (read.text if isinstance(read, Address) else ""), None


def _noted(incident: Incident) -> Iterator[Paid]:
    ransom = incident.ransom or Ransom()
    if ransom.amount or ransom.wallets:
        to = f", to {', '.join(ransom.wallets)}" if ransom.wallets else ""
        yield Paid(f"{_amount(ransom)} demanded{_when(ransom.at)}{to}.", ransom.wallets, ())
    for one in ransom.payments:
        to = f" to {', '.join(one.wallets)}" if one.wallets else ""
        outcome = f" {one.outcome}" if one.outcome else ""
        words = f"{_amount(one)} paid by {one.payer or 'a payer not named'}{_when(one.at)}{to}.{outcome}"
        yield Paid(words, one.wallets, one.transactions)


def _source_words(one: Source) -> str:
    return ", ".join(filter(None, (one.title, one.publisher, one.day, one.url)))


def _amount(one: Ransom | Payment) -> str:
    return (
        f"{one.amount} {one.asset}".strip()
        if one.amount
        else f"An amount of {one.asset or 'money'} not noted"
    )


def _when(at: Moment | None) -> str:
    return f" on {moment_text(at)}" if at else ""


def _screened(
    node: Node, ledger: Ledger, addresses: Sequence[str], incident: Incident | None, as_of: date | None
) -> ScreeningPart | None:
    names = incident.ransom.note_names if incident and incident.ransom else ()
    if not addresses and not names:
        return None
    # A dossier leaves: what others told of their incidents is not for it, and the incident would be tied to itself.
    found = screen(node, addresses, as_of=as_of, families=names, actors=names, ledger=ledger, alone=True)
    part = _screening(found)
    # A note names a tool or a gang and does not say which: what leads somewhere counts, else the first.
    by_name = sorted(found.names, key=lambda one: not one.matches)
    first = {one.given: one for one in reversed(by_name)}
    return replace(part, names=tuple(first[name] for name in dict.fromkeys(names)))


def _screening(found: Screening) -> ScreeningPart:
    compared = tuple(
        ListPart(
            name=one.head.list,
            issued=one.head.issued,
            sha256=one.head.sha256,
            parties=one.head.parties,
            addresses=one.head.addresses,
            age_days=one.age_days,
            is_current=one.is_current,
        )
        for one in found.lists
    )
    unread = tuple(one.what for one in found.problems)
    return ScreeningPart(found.as_of.isoformat(), compared, found.screened, unread)


def _clusters(ledger: Ledger, addresses: Sequence[str]) -> list[ClusterPart]:
    clusters = Clusters(ledger)
    found = []
    for address in addresses:
        if address not in clusters:
            continue
        members = clusters.cluster_of(address)
        shown = [one for one in members if one != address][:MEMBERS_PROVEN]
        found.append(
            ClusterPart(
                address=address,
                addresses=members,
                joined_by=clusters.joined_by(address),
                proofs={other: clusters.proof(address, other) for other in shown},
                coinjoins_here=clusters.coinjoins_from(address),
                is_large=clusters.is_alarming(address),
            )
        )
    return found


def _traces(
    ledger: Ledger, addresses: Sequence[str], incident: Incident | None, seeds: Sequence[str]
) -> tuple[list[TracePart], list[str]]:
    if seeds:
        return [
            TracePart(one, "the output that was asked for", trace_of(ledger, one, METHODS)) for one in seeds
        ], []
    wanted = _payments(ledger, incident) if incident else {}
    covered = {address for address, _ in wanted.values()}
    for address in addresses:
        if address not in covered:
            points = ledger.paid_to(address)
            wanted[address] = (
                address,
                f"{number(len(points), 'output')} that {'pays' if len(points) == 1 else 'pay'} to it",
            )
    traces, unknown = [], []
    for asked, (_, why) in wanted.items():
        try:
            traces.append(TracePart(asked, why, trace_of(ledger, asked, METHODS)))
        except (NothingToCheck, BadInput) as error:
            unknown.append(_not_followed(asked, error))
    return traces, unknown


def _payments(ledger: Ledger, incident: Incident) -> dict[str, tuple[str, str]]:
    """The outputs of the payments that were noted: to which address, and why it is followed."""
    case = case_of(incident, ledger)
    named = {point: ledger.address_at(point) for point in case.points} if case else {}
    return {
        str(point): (address, f"the output of the payment that was noted, to {address or 'no address'}")
        for point, address in named.items()
    }


def _links(node: Node, ledger: Ledger, incidents: Sequence[Incident], incident: Incident) -> LinkPart | None:
    """The links of an incident to others of this organisation: those of other owners are not for a file that leaves."""
    names = {one.id: one.name for one in incidents if one.is_own}
    cases = [case for one in incidents if one.is_own and (case := case_of(one, ledger)) is not None]
    if incident.id not in {one.id for one in cases} or len(cases) < 2:
        return None
    found = linked(ledger, cases, known_services(node, ledger)).links
    others = [
        (names[other], one)
        for one in found
        if incident.id in (one.first, one.second)
        for other in (one.first, one.second)
        if other != incident.id
    ]
    return LinkPart(tuple(others)) if others else None


def _not_followed(asked: str, error: TocsinError) -> str:
    return f"Where the money of {asked} went: {error.what}. {error.hint or ''}".strip()


def _flows(
    ledger: Ledger, traces: Sequence[TracePart], clusters: Sequence[ClusterPart], paid: Sequence[Paid]
) -> tuple[list[Flow], int]:
    """The transactions that the claims name, and how many are left out."""
    named = [txid.lower() for one in paid for txid in one.transactions]
    for part in traces:
        named += [point.txid for point in part.trace.seeds]
        named += [
            txid for one in part.trace.reached for txid in (one.point.txid, one.spent_by) if txid is not None
        ]
    named += [txid for one in clusters for txid in one.joined_by]
    # A trace may reach all of a large ledger: no more are looked up than are told.
    txids = list(dict.fromkeys(named))
    flows: list[Flow] = []
    for place, txid in enumerate(txids):
        if len(flows) == DOSSIER_TRANSACTIONS:
            return flows, len(txids) - place
        held = ledger.number(txid)
        if held is None:
            continue
        one = ledger.transaction_at(held)
        spent = tuple((each.amount, each.address) for each in one.inputs)
        flows.append(Flow(one, spent, tuple(map(ledger.address, ledger.points_paid(held)))))
    return flows, 0


def _about(
    said: Sequence[Said], head: Head, clusters: Sequence[ClusterPart], incidents: Sequence[Incident]
) -> Iterator[Said]:
    """The statements that bear on it, each with why it may be about something else."""
    holder: dict[str, str] = {}
    for part in clusters:
        holder |= dict.fromkeys(part.addresses, min(part.addresses))
    naming = {one.id for one in incidents if one.ransom and _names(one.ransom, head.addresses)}
    for one in said:
        kind, value = one.statement.subject.kind, one.statement.subject.value
        apart = ""
        if kind is SubjectKind.INCIDENT:
            if value not in {head.id, *naming}:
                continue
            if value != head.id:
                apart = "It is about an incident that names the address, not about the address."
        elif value in head.addresses:
            if kind is SubjectKind.CLUSTER:
                apart = "It is about a cluster, and that these addresses have one holder is a heuristic."
        elif value in holder:
            apart = f"It names {value}, which is only taken to have one holder with what this is about."
        else:
            continue
        yield replace(one, apart=apart, holder=holder.get(value, value))


def _names(ransom: Ransom, addresses: Sequence[str]) -> bool:
    named = {*ransom.wallets, *(one for each in ransom.payments for one in each.wallets)}
    return not named.isdisjoint(addresses)
