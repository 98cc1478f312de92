"""The STIX cyber-observable object types and the properties that each has, by which a mapping is checked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

__all__ = ["OBSERVABLE_PROPERTIES"]

# STIX 2.1 section 6, and what only STIX 2.0 part 4 has (process:name, binary_ref), since feeds use it.
_PROPERTIES = {
    "artifact": "mime_type payload_bin url hashes encryption_algorithm decryption_key",
    "autonomous-system": "number name rir",
    "directory": "path path_enc ctime mtime atime created modified accessed contains_refs",
    "domain-name": "value resolves_to_refs",
    "email-addr": "value display_name belongs_to_ref",
    "email-message": "is_multipart date content_type from_ref sender_ref to_refs cc_refs bcc_refs message_id "
    "subject received_lines additional_header_fields body body_multipart raw_email_ref",
    "file": "hashes size name name_enc magic_number_hex mime_type ctime mtime atime created modified "
    "accessed parent_directory_ref contains_refs content_ref is_encrypted encryption_algorithm "
    "decryption_key",
    "ipv4-addr": "value resolves_to_refs belongs_to_refs",
    "ipv6-addr": "value resolves_to_refs belongs_to_refs",
    "mac-addr": "value",
    "mutex": "name",
    "network-traffic": "start end is_active src_ref dst_ref src_port dst_port protocols src_byte_count "
    "dst_byte_count src_packets dst_packets ipfix src_payload_ref dst_payload_ref encapsulates_refs "
    "encapsulated_by_ref",
    "process": "is_hidden pid created_time created cwd command_line environment_variables "
    "opened_connection_refs creator_user_ref image_ref parent_ref child_refs name arguments binary_ref",
    "software": "name cpe swid languages vendor version",
    "url": "value",
    "user-account": "user_id credential account_login account_type display_name is_service_account "
    "is_privileged can_escalate_privs is_disabled account_created account_expires credential_last_changed "
    "account_first_login account_last_login password_last_changed",
    "windows-registry-key": "key values modified_time modified creator_user_ref number_of_subkeys",
    "x509-certificate": "is_self_signed hashes version serial_number signature_algorithm issuer "
    "validity_not_before validity_not_after subject subject_public_key_algorithm subject_public_key_modulus "
    "subject_public_key_exponent x509_v3_extensions",
}

OBSERVABLE_PROPERTIES: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{name: frozenset(properties.split()) | {"extensions"} for name, properties in _PROPERTIES.items()},
        "ip-addr": frozenset({"value", "resolves_to_refs", "belongs_to_refs"}),
    }
)
"""Properties by object type. ``ip-addr`` stands for ``ipv4-addr`` or ``ipv6-addr``, as the value says."""
