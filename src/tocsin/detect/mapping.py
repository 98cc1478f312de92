"""What a log's fields mean: the mapping from a log's columns to STIX objects.

A mapping is data (TOML, in ``tocsin/data/mappings`` or given by a person). It declares

- *columns*: which fields of the log are read, under what name, and how each is normalised (its *cast*);
- *objects*: which STIX objects one row describes, and which column feeds which object path;
- time, host, sensor, actor and kind of a row, and how a missing log of this kind is got.

Only declared columns are ever read. One row is one observation; one object map is one object of it,
so *same object* is a row and an object map's name.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["Binding", "Cast", "Column", "Mapping", "ObjectMap", "Scope", "When"]


class Cast(StrEnum):
    """How a column's text is normalised. Each has one SQL form in ``engine`` and one Python form in tests.

    An empty string, ``-``, ``(empty)`` and ``null`` are no value, whatever the cast.
    """

    TEXT = "text"  # as it is, NFC
    LOWER = "lower"  # text in lower case
    PLUS = "plus"  # text in which "+" stands for a blank (IIS)
    INT = "int"  # decimal or 0x-hexadecimal integer, 64 bits; what has decimals (but zeros) is none
    FLOAT = "float"
    BOOL = "bool"  # true/false, T/F, 1/0
    # IPv4 or IPv6 text, refanged, canonical (RFC 5952), and nothing else; ::ffff:a.b.c.d becomes a.b.c.d; blanks,
    # brackets, a zone, a port and /32 or /128 are cut off; one of 2**24 to 2**32 - 1 is the IPv4 address of that number
    IP = "ip"
    DOMAIN = "domain"  # lower case, refanged, without the final dot
    URL = "url"  # refanged, NFC, its scheme and host in lower case
    URL_HOST = "url-host"  # the host of a URL, as a domain name (without the final dot) or address (without brackets)
    URL_PATH = "url-path"  # a URL or request target, cut before the first "?" or "#"
    EMAIL = "email"  # lower case, refanged
    HASH = "hash"  # lower case hexadecimal
    SYSMON_MD5 = "sysmon-md5"  # one hash of Sysmon's "MD5=..,SHA256=..,IMPHASH=.." text
    SYSMON_SHA1 = "sysmon-sha1"
    SYSMON_SHA256 = "sysmon-sha256"
    SYSMON_IMPHASH = "sysmon-imphash"
    BASENAME = "basename"  # last component of a Windows or POSIX path
    DIRNAME = "dirname"  # all but the last component, without the final separator
    # HKLM, HKLM:, HKU, \\REGISTRY\\MACHINE .. written out as HKEY_LOCAL_MACHINE ..; NFC, without the final backslash
    REGISTRY_KEY = "registry-key"
    PROTOCOL = "protocol"  # lower case; the IANA numbers 1, 6, 17, 58 become icmp, tcp, udp, ipv6-icmp
    TIME = "time"  # RFC 3339 or ISO 8601 text; no offset means UTC; the 60th second is the first of the next minute
    TIME_EPOCH_S = "time-epoch-s"  # seconds since 1970, with decimals
    TIME_EPOCH_MS = "time-epoch-ms"
    TIME_ANY = "time-any"  # as TIME; or a number of s (below 1e11), ms (1e14), us (1e17) or ns since 1970
    TIME_CLF = "time-clf"  # 10/Oct/2000:13:55:36 -0700 (Apache, nginx)


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read: the first of ``fields`` that has a value, normalised by ``cast``.

    For JSON a field is a dotted path (``winlog.event_data.Image``); a key that holds a dot itself is
    tried too, as a whole (``id.orig_h``), so both ways of writing ECS are read.

    ``join`` is for what a log holds in pieces: where no field has a value, the first of its alternatives
    that has one is taken, then cast. An alternative is constants and columns written one after another;
    it has no value if one of its columns has none. A column so named has no ``join`` that leads back here.
    """

    name: str
    fields: tuple[str, ...]
    cast: Cast = Cast.TEXT
    join: tuple[tuple[Binding, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Binding:
    """What one object path of an object map is: a column, another object map, or a constant. Exactly one is set."""

    column: str | None = None
    reference: str | None = None
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class When:
    """An object map holds only for rows whose ``column`` is one of ``values``."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ObjectMap:
    """One object that a row may describe. It is there when any of its columns has a value.

    ``type`` is a STIX object type, or ``ip-addr``: then the object is an ``ipv4-addr`` or an
    ``ipv6-addr``, as its ``value`` says. ``paths`` maps an object path without the type
    (``value``, ``hashes.'SHA-256'``, ``dst_ref``) to what it is.

    ``partial`` says that the log names only some of these (the clients of a web server are not all
    addresses that the host spoke with): a hit counts, but no hit is no ground for *not seen*. ``whole`` and
    ``partial_with`` say so of some rows: of those that ``whole`` does not admit (of Zeek's logs only that of
    connections has all addresses), and of those in which one of the columns ``partial_with`` has a value (a query,
    a request).
    """

    name: str
    type: str
    paths: tuple[tuple[str, Binding], ...]
    when: When | None = None
    partial: bool = False
    whole: When | None = None
    partial_with: tuple[str, ...] = ()


class Scope(StrEnum):
    """Whose doings a log shows: one host's own, or those of a network that passes a sensor."""

    HOST = "host"
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Mapping:
    """A log's meaning. ``name`` is its short name (``zeek-conn``), ``title`` what a person calls it.

    ``time``, ``host``, ``sensor``, ``actor`` and ``kind`` name columns. ``host`` is whose doings a row shows,
    ``sensor`` who saw them: a witness, never the machine that is hit. ``originator`` and ``responder`` name the
    addresses between which a row passed the sensor. ``kind`` tells several logs in one file apart
    (a Windows channel, a Zeek stream); without it the mapping's name is the kind. ``remedy`` says how
    a log of this kind is got where it is missing. ``status`` is ``supported`` or ``experimental``. ``whole`` says that
    it holds every connection of those whose doings it shows; that a log of logons or alerts does not, its columns do
    not tell, so it must be said, here or by an object map, before its addresses and ports are ground for *not seen*.
    """

    name: str
    title: str
    scope: Scope
    columns: tuple[Column, ...]
    objects: tuple[ObjectMap, ...]
    time: str | None = None
    host: str | None = None
    actor: str | None = None
    kind: str | None = None
    remedy: str = ""
    status: str = "experimental"
    origin: str = field(default="", compare=False)
    sensor: str | None = None
    originator: str | None = None
    responder: str | None = None
    whole: bool = False

    @property
    def ends(self) -> tuple[str | None, str | None]:
        """The columns of originator and responder; an actor that is cast to an address is the originator."""
        address = any(column.name == self.actor and column.cast is Cast.IP for column in self.columns)
        return self.originator or (self.actor if address else None), self.responder
