"""How each cast of a mapping is said in SQL. The Python twin that tests hold this to is in tests/reference."""

from __future__ import annotations

from tocsin.detect.mapping import Cast

__all__ = ["MACROS", "cast_sql", "column_type", "lookup_sql"]

# Refanging is rare and dear, so it is tried only where a bracket, a backslash or "hxx" stands.
# Evidence is hardly ever defanged, and then with brackets; lists of warnings know more ways (detect.defang).
_REFANGED = (
    "regexp_replace(regexp_replace(regexp_replace(x, "
    r"'\s*[\[({]\s*(\.|dot)\s*[\])}]\s*|\\\.', '.', 'gi'), '\[(:|://|@|at)\]', '\1', 'gi'), '^h(xx|\*\*|XX)p', 'http', 'i')"
)
_DEFANGED = "(contains(x, '[') OR starts_with(x, 'hxx') OR starts_with(x, 'hXX') OR starts_with(x, 'HXX'))"

MACROS = (
    "CREATE TEMP MACRO present(x) AS CASE WHEN x IN ('', '-', '(empty)', 'null') THEN NULL ELSE x END",
    f"CREATE TEMP MACRO refanged(x) AS CASE WHEN {_DEFANGED} THEN {_REFANGED} ELSE x END",
    # The common case, dotted IPv4, passes untouched; IPv6, bracketed or with a port, goes the long way.
    "CREATE TEMP MACRO address(x) AS CASE "
    "WHEN NOT contains(x, ':') THEN CASE "
    # No name ends in a digit, so this tells an address from a host name where a field holds either.
    "WHEN right(x, 1) BETWEEN '0' AND '9' THEN CASE WHEN contains(x, '[') THEN refanged(x) ELSE x END END "
    r"WHEN regexp_full_match(x, '\[?[0-9.]+\]?:[0-9]+') THEN trim(regexp_replace(x, ':[0-9]+$', ''), '[]') "
    r"ELSE canonical_address(regexp_replace(regexp_replace(x, '\]:[0-9]+$', ']'), '[\[\]]|%.*$', '', 'g')) END",
    "CREATE TEMP MACRO domain(x) AS CASE WHEN contains(x, '[') OR ends_with(x, '.') THEN rtrim(lower(refanged(x)), '.') "
    "ELSE lower(x) END",
    r"CREATE TEMP MACRO url_host(x) AS nullif(lower(regexp_extract(refanged(x), "
    r"'^(?:[A-Za-z][A-Za-z0-9+.-]*:)?//(?:[^/@?#]*@)?(\[[^\]]*\]|[^/:?#]+)', 1)), '')",
    r"CREATE TEMP MACRO url_path(x) AS nullif(regexp_extract(refanged(x), '^[^?#]*'), '')",
    "CREATE TEMP MACRO protocol(x) AS CASE x WHEN '1' THEN 'icmp' WHEN '6' THEN 'tcp' WHEN '17' THEN 'udp' "
    "WHEN '58' THEN 'ipv6-icmp' ELSE lower(x) END",
    "CREATE TEMP MACRO whole(x) AS try_cast(x AS BIGINT)",
    # The calendar of STIX: a time outside of it is no time.
    "CREATE TEMP MACRO calendar(t) AS CASE WHEN t BETWEEN -62135596800000000 AND 253402300799999999 THEN t END",
    "CREATE TEMP MACRO truth(x) AS CASE lower(x) WHEN 'true' THEN true WHEN 't' THEN true WHEN '1' THEN true "
    "WHEN 'false' THEN false WHEN 'f' THEN false WHEN '0' THEN false END",
    r"CREATE TEMP MACRO sysmon_hash(x, name) AS nullif(lower(regexp_extract(x, '(?i)(?:^|,)' || name || '=([0-9A-F]+)', 1)), '')",
    r"CREATE TEMP MACRO base_name(x) AS nullif(regexp_extract(x, '([^\\/]+)[\\/]*$', 1), '')",
    r"CREATE TEMP MACRO dir_name(x) AS nullif(regexp_extract(x, '^(.*[^\\/])[\\/]+[^\\/]+[\\/]*$', 1), '')",
    "CREATE TEMP MACRO registry_key(x) AS CASE "
    + " ".join(
        rf"WHEN starts_with(upper(x), '{short}\') THEN '{long}' || x[{len(short) + 1}:]"
        for short, long in (
            ("HKLM", "HKEY_LOCAL_MACHINE"),
            ("HKCU", "HKEY_CURRENT_USER"),
            ("HKU", "HKEY_USERS"),
            ("HKCR", "HKEY_CLASSES_ROOT"),
            ("HKCC", "HKEY_CURRENT_CONFIG"),
            (r"\REGISTRY\MACHINE", "HKEY_LOCAL_MACHINE"),
            (r"\REGISTRY\USER", "HKEY_USERS"),
        )
    )
    + " ELSE x END",
    # A time without an offset is UTC; with one it is converted (a plain TIMESTAMP cast would drop the offset).
    "CREATE TEMP MACRO instant(x) AS epoch_us(try_cast(x AS TIMESTAMPTZ))",
    "CREATE TEMP MACRO epoch_s(x) AS try_cast(round(try_cast(x AS DECIMAL(28, 9)) * 1000000) AS BIGINT)",
    "CREATE TEMP MACRO epoch_ms(x) AS try_cast(round(try_cast(x AS DECIMAL(28, 9)) * 1000) AS BIGINT)",
    "CREATE TEMP MACRO epoch_any(x) AS CASE WHEN try_cast(x AS DOUBLE) IS NULL THEN instant(x) "
    "WHEN abs(try_cast(x AS DOUBLE)) < 1e11 THEN epoch_s(x) WHEN abs(try_cast(x AS DOUBLE)) < 1e14 THEN epoch_ms(x) "
    "WHEN abs(try_cast(x AS DOUBLE)) < 1e17 THEN try_cast(x AS BIGINT) ELSE try_cast(x AS BIGINT) // 1000 END",
    "CREATE TEMP MACRO clf(x) AS epoch_us(try_strptime(x, '%d/%b/%Y:%H:%M:%S %z'))",
)
"""Made on every connection. Each takes text (``x``) and gives NULL where there is no such value."""

_SQL = {
    Cast.TEXT: "nfc_normalize({})",
    Cast.LOWER: "lower(nfc_normalize({}))",
    Cast.PLUS: "replace(nfc_normalize({}), '+', ' ')",
    Cast.URL_PATH: "url_path({})",
    Cast.PROTOCOL: "protocol({})",
    Cast.TIME_ANY: "calendar(epoch_any({}))",
    Cast.INT: "whole({})",
    Cast.FLOAT: "try_cast({} AS DOUBLE)",
    Cast.BOOL: "truth({})",
    Cast.IP: "address({})",
    Cast.DOMAIN: "domain({})",
    Cast.URL: "refanged({})",
    Cast.URL_HOST: "url_host({})",
    Cast.EMAIL: "lower(refanged({}))",
    Cast.HASH: "lower({})",
    Cast.SYSMON_MD5: "sysmon_hash({}, 'MD5')",
    Cast.SYSMON_SHA1: "sysmon_hash({}, 'SHA1')",
    Cast.SYSMON_SHA256: "sysmon_hash({}, 'SHA256')",
    Cast.SYSMON_IMPHASH: "sysmon_hash({}, 'IMPHASH')",
    Cast.BASENAME: "base_name({})",
    Cast.DIRNAME: "dir_name({})",
    Cast.REGISTRY_KEY: "registry_key({})",
    Cast.TIME: "calendar(instant({}))",
    Cast.TIME_EPOCH_S: "calendar(epoch_s({}))",
    Cast.TIME_EPOCH_MS: "calendar(epoch_ms({}))",
    Cast.TIME_CLF: "calendar(clf({}))",
}


def cast_sql(cast: Cast, text: str) -> str:
    """Return the SQL that casts the text expression ``text``; times come as microseconds since 1970 (BIGINT)."""
    return _SQL[cast].format(text)


def lookup_sql(cast: Cast, text: str) -> str:
    """Return SQL that equals a literal in normal form exactly where ``cast_sql`` of ``text`` does, and is cheaper.

    Text that stands for no value, or for no address, stays as it is: no literal equals it.
    """
    if cast is Cast.IP:
        return f"CASE WHEN contains({text}, ':') OR contains({text}, '[') THEN address({text}) ELSE {text} END"
    return cast_sql(cast, text)


def column_type(cast: Cast) -> str:
    """Return what the cast gives: text, number, bool or time."""
    if cast in (Cast.INT, Cast.FLOAT):
        return "number"
    if cast is Cast.BOOL:
        return "bool"
    return "time" if cast.value.startswith("time") else "text"
