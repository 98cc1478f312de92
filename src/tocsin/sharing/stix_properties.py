"""Which properties a brokered object keeps: those of STIX 2.1 (sections 3 to 7) that do not tell who wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = [
    "FREE_TEXT",
    "KEPT_EXTENSIONS",
    "KEPT_PROPERTIES",
    "KEPT_TYPES",
    "NEEDED_REFS",
    "PUBLIC_SOURCES",
    "UNTOUCHED_TIMES",
    "Shape",
]

Shape = Mapping[str, "Shape | None"]
"""What of an object stays, by name: whole, or what of it; of a list each."""

_COMMON = "type spec_version id created modified revoked labels confidence lang object_marking_refs defanged"
_BY_TYPE: Final[Mapping[str, str]] = {
    "attack-pattern": "name description aliases kill_chain_phases",
    "campaign": "name description aliases first_seen last_seen objective",
    "course-of-action": "name description",
    "event": "name description status start_time start_time_fidelity end_time end_time_fidelity next_event_refs "
    "extensions",
    "grouping": "name description context object_refs",
    "identity": "name description roles identity_class sectors",
    "impact": "description impact_category start_time start_time_fidelity end_time end_time_fidelity extensions",
    "incident": "name description extensions",
    "indicator": "name description indicator_types pattern pattern_type pattern_version valid_from valid_until "
    "kill_chain_phases",
    "infrastructure": "name description infrastructure_types aliases kill_chain_phases first_seen last_seen",
    "intrusion-set": "name description aliases first_seen last_seen goals resource_level primary_motivation "
    "secondary_motivations",
    "location": "region country",
    "malware": "name description malware_types is_family aliases kill_chain_phases first_seen last_seen "
    "operating_system_refs architecture_execution_envs implementation_languages capabilities sample_refs",
    "malware-analysis": "product version operating_system_ref installed_software_refs configuration_version modules "
    "analysis_engine_version analysis_definition_version submitted analysis_started analysis_ended result_name "
    "result analysis_sco_refs sample_ref",
    "note": "abstract content object_refs",
    "observed-data": "first_observed last_observed number_observed object_refs",
    "opinion": "explanation opinion object_refs",
    "report": "name description report_types published object_refs",
    "task": "name description outcome task_types start_time start_time_fidelity end_time end_time_fidelity extensions",
    "threat-actor": "name description threat_actor_types aliases first_seen last_seen roles goals sophistication "
    "resource_level primary_motivation secondary_motivations personal_motivations",
    "tool": "name description tool_types aliases kill_chain_phases tool_version",
    "vulnerability": "name description",
    "relationship": "relationship_type description source_ref target_ref start_time stop_time",
    "sighting": "description first_seen last_seen count sighting_of_ref observed_data_refs summary",
    "artifact": "mime_type url hashes encryption_algorithm decryption_key",
    "autonomous-system": "number name rir",
    "directory": "path path_enc ctime mtime atime contains_refs",
    "domain-name": "value resolves_to_refs",
    "email-addr": "value",
    "email-message": "is_multipart date content_type from_ref sender_ref message_id subject body",
    "file": "hashes size name name_enc magic_number_hex mime_type ctime mtime atime parent_directory_ref "
    "contains_refs content_ref",
    "ipv4-addr": "value resolves_to_refs belongs_to_refs",
    "ipv6-addr": "value resolves_to_refs belongs_to_refs",
    "mac-addr": "value",
    "mutex": "name",
    "network-traffic": "start end is_active src_ref dst_ref src_port dst_port protocols src_byte_count dst_byte_count "
    "src_packets dst_packets src_payload_ref dst_payload_ref encapsulates_refs encapsulated_by_ref",
    "process": "is_hidden pid created_time cwd command_line opened_connection_refs image_ref parent_ref child_refs",
    "software": "name cpe swid languages vendor version",
    "url": "value",
    "windows-registry-key": "key values modified_time number_of_subkeys",
    "x509-certificate": "is_self_signed hashes version serial_number signature_algorithm issuer validity_not_before "
    "validity_not_after subject subject_public_key_algorithm subject_public_key_modulus "
    "subject_public_key_exponent x509_v3_extensions",
}

KEPT_PROPERTIES: Final = {type: frozenset(f"{_COMMON} {held}".split()) for type, held in _BY_TYPE.items()}
"""Of each type the properties that stay. Left out on purpose: authors and contacts, addresses below a country, who
received a message and by which servers, payloads, environments, accounts; and whatever STIX does not define."""

KEPT_TYPES: Final = frozenset(_BY_TYPE)
"""The types that stay; accounts, translations, extensions and types of one's own do not."""


def _whole(names: str) -> dict[str, Shape | None]:
    return dict.fromkeys(names.split())


_SPAN: Final[Shape] = {"us": None, "fidelity": None}
_NEW: Final[Shape] = {"extension_type": None}
_CATEGORY: Final[Shape] = _whole(
    "availability_impact loss_type alteration variety impact_type asset_type information_type "
    "traceability_impact currency min_amount max_amount"
)
_FORM: Final[Shape] = {
    **_whole("id name summary kinds determination vulnerabilities indicators"),
    **_whole("actors software actions_taken tlp"),
    "victim": {"sectors": None},
    "moments": {"began": _SPAN, "detected": _SPAN, "contained": _SPAN, "recovered": _SPAN},
    "impacts": _whole("category description information loss kind amount currency"),
    "flow": {
        "nodes": {
            **_whole("id kind name description technique tactic failed"),
            "start": _SPAN,
            "end": _SPAN,
        },
        "edges": _whole("source target kind"),
    },
    "ransom": {
        **_whole("amount asset wallets"),
        "payments": {**_whole("amount asset wallets transactions"), "at": _SPAN},
    },
    "measures": _whole("measure stood step evidence"),
    "causes": _whole("text technique measure step weight"),
}

KEPT_EXTENSIONS: Final[Mapping[str, Shape]] = {
    "extension-definition--ef765651-680c-498d-9894-99799f2fa126": _whole(
        "extension_type determination investigation_status incident_types detection_methods "
        "event_refs impact_refs task_refs"
    ),
    "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e": _NEW,
    "extension-definition--7cc33dd6-f6a1-489b-98ea-522d351d71b9": _NEW,
    "extension-definition--2074a052-8be4-4932-849e-f5e7798e0030": _NEW,
    "extension-definition--0f2f6a52-5c0e-4b38-9d0b-6a3c1a0f9e4d": {"extension_type": None, "form": _FORM},
    "availability-ext": _CATEGORY,
    "confidentiality-ext": _CATEGORY,
    "integrity-ext": _CATEGORY,
    "economic-ext": _CATEGORY,
    "external-ext": _CATEGORY,
    "physical-ext": _CATEGORY,
    "traceability-ext": _CATEGORY,
}
"""The extensions of incidents that stay (OASIS ``incident-ef7`` and our form), and of each what stays of it."""

NEEDED_REFS: Final[Mapping[str, tuple[str, ...]]] = {
    "relationship": ("source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    **dict.fromkeys(("grouping", "note", "observed-data", "opinion", "report"), ("object_refs",)),
}
"""References without which an object says nothing, and is no STIX."""

FREE_TEXT: Final = frozenset(
    {
        "abstract", "aliases", "content", "description", "explanation", "goals", "labels", "evidence", "name",
        "objective", "product", "result_name", "roles", "summary", "text",
    }
)  # fmt: skip
"""Properties of domain objects that people write; without them the object still says what it says."""

PUBLIC_SOURCES: Final = frozenset(
    {"capec", "cve", "cwe", "ghsa", "mitre-attack", "mitre-ics-attack", "mitre-mobile-attack"}
)
"""Sources of external references that everybody numbers alike."""

UNTOUCHED_TIMES: Final = frozenset({"validity_not_before", "validity_not_after", "x509_v3_extensions"})
"""Times that are facts of a public certificate and not of what the author saw."""
