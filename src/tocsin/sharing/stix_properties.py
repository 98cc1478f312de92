"""Which properties a brokered object keeps: those of STIX 2.1 (sections 3 to 7) that do not tell who wrote it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

__all__ = ["FREE_TEXT", "KEPT_PROPERTIES", "KEPT_TYPES", "NEEDED_REFS", "PUBLIC_SOURCES", "UNTOUCHED_TIMES"]

_COMMON = "type spec_version id created modified revoked labels confidence lang object_marking_refs defanged"
_BY_TYPE: Final[Mapping[str, str]] = {
    "attack-pattern": "name description aliases kill_chain_phases",
    "campaign": "name description aliases first_seen last_seen objective",
    "course-of-action": "name description",
    "grouping": "name description context object_refs",
    "identity": "name description roles identity_class sectors",
    "incident": "name description",
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

NEEDED_REFS: Final[Mapping[str, tuple[str, ...]]] = {
    "relationship": ("source_ref", "target_ref"),
    "sighting": ("sighting_of_ref",),
    **dict.fromkeys(("grouping", "note", "observed-data", "opinion", "report"), ("object_refs",)),
}
"""References without which an object says nothing, and is no STIX."""

FREE_TEXT: Final = frozenset(
    {
        "abstract", "aliases", "content", "description", "explanation", "goals", "labels", "name", "objective",
        "product", "result_name", "roles", "summary",
    }
)  # fmt: skip
"""Properties of domain objects that people write; without them the object still says what it says."""

PUBLIC_SOURCES: Final = frozenset(
    {"capec", "cve", "cwe", "ghsa", "mitre-attack", "mitre-ics-attack", "mitre-mobile-attack"}
)
"""Sources of external references that everybody numbers alike."""

UNTOUCHED_TIMES: Final = frozenset({"validity_not_before", "validity_not_after", "x509_v3_extensions"})
"""Times that are facts of a public certificate and not of what the author saw."""
