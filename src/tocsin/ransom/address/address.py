"""What an address pays to, so that one payee is found in whichever spelling it is written.

Sources: BIP 13 and 16 (base58check), BIP 173 and 350 (bech32, bech32m), EIP-55, the chain parameters in the source of
Bitcoin Core, Litecoin Core, Dash Core, Zcash, Bitcoin Gold, Verge and Dogecoin, cashaddr.md of Bitcoin Cash, XRPL's
address encodings, TRON's account model, Monero's address standard.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tocsin.errors import BadInput, Place
from tocsin.limits import ADDRESS_CHARACTERS
from tocsin.ransom.address import base58, bech32
from tocsin.ransom.address.keccak import keccak_256
from tocsin.ransom.address.ripemd160 import hash160

__all__ = ["Address", "NotScreenable", "Payee", "parse_address"]


class Payee(StrEnum):
    """What the bytes of an address are: who holds it can spend, whichever chain or spelling names it."""

    KEY = "key"
    SCRIPT = "script"
    WITNESS_SCRIPT = "witness-script"
    TAPROOT = "taproot"
    WITNESS = "witness"
    ACCOUNT = "account"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it was understood.

    ``text`` is its one spelling, ``form`` what it is called, ``chains`` where it may be used, ``payee`` and ``payload``
    (lower hexadecimal; the text itself where it is only compared as text) what it pays to.
    """

    text: str
    form: str
    chains: tuple[str, ...]
    payee: Payee
    payload: str

    @property
    def holder(self) -> str:
        """The same for two addresses that one key or one script can spend from, on any chain and in any spelling."""
        return f"{self.payee.value}:{self.payload}"

    @property
    def holders(self) -> tuple[str, ...]:
        """:attr:`holder`, and of a key also the script that hides it in a P2SH address (BIP 141: P2SH of P2WPKH)."""
        if self.payee is not Payee.KEY:
            return (self.holder,)
        nested = hash160(_NESTED + bytes.fromhex(self.payload))
        return (self.holder, f"{Payee.SCRIPT.value}:{nested.hex()}")

    def is_same(self, other: Address) -> bool:
        """Whether both are one address: the same output on a chain where both may be used."""
        if self.text == other.text:
            return True
        same_output = self.holder == other.holder and self._is_witness == other._is_witness
        return same_output and bool(set(self.chains) & set(other.chains))

    @property
    def _is_witness(self) -> bool:
        return self.form.startswith("P2W")


@dataclass(frozen=True, slots=True)
class NotScreenable:
    """A text that is an address of no kind that is known here, or of one that no list can name; and why."""

    text: str
    why: str


_NESTED: Final = b"\x00\x14"
"""Witness version 0 and the length of what follows: the script of P2WPKH without its key hash."""
_OLD: Final = ("BTC", "BCH", "BSV")
_TEST: Final = ("test network",)
# Version bytes -> form, chains, payee. One byte may be of several chains, which then share their addresses.
_VERSIONS: Final = {
    b"\x00": ("P2PKH", _OLD, Payee.KEY),
    b"\x05": ("P2SH", (*_OLD, "LTC"), Payee.SCRIPT),
    b"\x30": ("P2PKH", ("LTC",), Payee.KEY),
    b"\x32": ("P2SH", ("LTC",), Payee.SCRIPT),
    b"\x4c": ("P2PKH", ("DASH",), Payee.KEY),
    b"\x10": ("P2SH", ("DASH",), Payee.SCRIPT),
    b"\x26": ("P2PKH", ("BTG",), Payee.KEY),
    b"\x17": ("P2SH", ("BTG",), Payee.SCRIPT),
    b"\x1e": ("P2PKH", ("DOGE", "XVG"), Payee.KEY),
    b"\x16": ("P2SH", ("DOGE",), Payee.SCRIPT),
    b"\x21": ("P2SH", ("XVG",), Payee.SCRIPT),
    b"\x1c\xb8": ("P2PKH", ("ZEC",), Payee.KEY),
    b"\x1c\xbd": ("P2SH", ("ZEC",), Payee.SCRIPT),
    b"\x41": ("account", ("TRON",), Payee.ACCOUNT),
    b"\x6f": ("P2PKH", _TEST, Payee.KEY),
    b"\xc4": ("P2SH", _TEST, Payee.SCRIPT),
}
_SEGWIT: Final = {"bc": ("BTC",), "ltc": ("LTC",), "tb": _TEST, "bcrt": _TEST, "tltc": _TEST}
_PLAIN: Final = {"bnb": ("BNB",)}
_CASHADDR: Final = {"bitcoincash": ("BCH",), "bchtest": _TEST}
_CASHADDR_CHARACTERS: Final = 42
_CASHADDR_LEADS: Final = frozenset("qpQP")
_LINKS: Final = frozenset({"bitcoin", "litecoin", "ethereum", "dash", "monero"})
_HEX: Final = frozenset("0123456789abcdef")
_HASH_BYTES: Final = 20
_MONERO: Final = {95: (18, 42), 106: (19,)}
_LEADS: Final = frozenset("123LMXt7GADT9n")
"""What addresses of 25 and 26 bytes begin with; a text of their length that begins so is held to be one."""
_CHECKED: Final = range(26, 36)
_ED25519_KEY: Final = range(32, 45)


def parse_address(text: str) -> Address | NotScreenable:
    """Understand an address.

    Raises:
        BadInput: it is of a kind that is known, and holds a typing error; with its column where that can be told.
    """
    text = text.strip()
    if len(text) > ADDRESS_CHARACTERS:
        return NotScreenable(text[:ADDRESS_CHARACTERS], "it is longer than any address that is known here")
    scheme, colon, rest = text.partition(":")
    if colon and scheme.lower() in _CASHADDR:
        return _of_cashaddr(scheme.lower(), rest, len(scheme) + 1)
    if colon and scheme.lower() in _LINKS:
        return _of_link(rest.partition("?")[0].partition("@")[0], len(scheme) + 1)
    if text[:2].lower() == "0x":
        return _of_hexadecimal(text)
    prefix, one, _ = text.partition("1")
    prefix = prefix.lower()
    if one and prefix in _SEGWIT:
        return _of_segwit(text)
    if one and prefix in _PLAIN:
        _, data = bech32.plain(text)
        return _tested(Address(text.lower(), "bech32", _PLAIN[prefix], Payee.KEY, data.hex()))
    if (
        len(text) == _CASHADDR_CHARACTERS
        and text[:1] in _CASHADDR_LEADS
        and text in {text.lower(), text.upper()}
    ):
        return _of_cashaddr("bitcoincash", text, 0)
    if len(text) in _MONERO and text[0] in "48":
        return _of_monero(text)
    if text.startswith("r") and len(text) in _CHECKED:
        return _of_ripple(text)
    return _of_base58(text)


def _of_link(text: str, before: int) -> Address | NotScreenable:
    """The address of a link; a place in it is told as one in the whole, with what stood ``before``."""
    try:
        return parse_address(text)
    except BadInput as error:
        if error.where is not None and error.where.column is not None:
            error.where = Place(column=error.where.column + before)
        raise


def _tested(found: Address) -> Address | NotScreenable:
    return NotScreenable(found.text, "it is of a test network") if found.chains == _TEST else found


def _wrong(what: str, column: int | None = None) -> BadInput:
    return BadInput(
        what,
        where=None if column is None else Place(column=column),
        hint="Copy it anew from where it was given; do not guess the character.",
    )


def _of_hexadecimal(text: str) -> Address:
    digits = text[2:]
    for column, one in enumerate(digits, 3):
        if one.lower() not in _HEX:
            raise _wrong(f"{one!r} is no hexadecimal digit", column)
    if len(digits) != 2 * _HASH_BYTES:
        raise _wrong(f"an account has 40 hexadecimal digits, and this {len(digits)}", len(text))
    if digits not in {digits.lower(), digits.upper()}:
        off = [
            at for at, (one, due) in enumerate(zip(digits, _checksummed(digits), strict=True)) if one != due
        ]
        if off:
            raise _wrong(
                "the address holds a typing error: its upper and lower case (EIP-55) do not fit",
                off[0] + 3 if len(off) == 1 else None,
            )
    return Address(f"0x{digits.lower()}", "account", ("EVM",), Payee.ACCOUNT, digits.lower())


def _checksummed(digits: str) -> str:
    """The digits in the case that EIP-55 gives them."""
    lower = digits.lower()
    case = keccak_256(lower.encode()).hex()
    return "".join(one.upper() if int(case[at], 16) >= 8 else one for at, one in enumerate(lower))


def _of_segwit(text: str) -> Address | NotScreenable:
    prefix, version, program = bech32.segwit(text)
    form, payee = "P2W", Payee.WITNESS
    if version == 0:
        form, payee = (
            ("P2WPKH", Payee.KEY) if len(program) == _HASH_BYTES else ("P2WSH", Payee.WITNESS_SCRIPT)
        )
    elif version == 1 and len(program) == 32:
        form, payee = "P2TR", Payee.TAPROOT
    payload = program.hex() if payee is not Payee.WITNESS else f"{version}-{program.hex()}"
    return _tested(Address(text.lower(), form, _SEGWIT[prefix], payee, payload))


def _of_cashaddr(prefix: str, text: str, column: int) -> Address | NotScreenable:
    kind, data = bech32.cashaddr(prefix, text, column)
    if kind > 1 or len(data) != _HASH_BYTES:
        return NotScreenable(
            text, f"addresses of Bitcoin Cash of type {kind} with {len(data)} bytes are not known"
        )
    form, payee = (("P2PKH", Payee.KEY), ("P2SH", Payee.SCRIPT))[kind]
    return _tested(Address(text.lower(), form, _CASHADDR[prefix], payee, data.hex()))


def _of_monero(text: str) -> Address | NotScreenable:
    foreign = base58.first_foreign(text)
    if foreign is not None:
        raise _wrong(f"{text[foreign]!r} does not occur in an address of Monero", foreign + 1)
    data = base58.decode_monero(text)
    if data is None:
        raise _wrong("the address holds a typing error: its checksum does not hold")
    if data[0] not in _MONERO[len(text)]:
        return NotScreenable(text, "it is no address of Monero's main network")
    return Address(text, "Monero", ("XMR",), Payee.TEXT, text)


def _of_ripple(text: str) -> Address | NotScreenable:
    foreign = base58.first_foreign(text, base58.RIPPLE)
    if foreign is not None:
        raise _wrong(f"{text[foreign]!r} does not occur in an address of XRP", foreign + 1)
    body = base58.payload_of(text, base58.RIPPLE)
    if body is None:
        raise _wrong("the address holds a typing error: its checksum does not hold")
    if len(body) != 1 + _HASH_BYTES or body[0]:
        return NotScreenable(text, "it is no account of XRP")
    return Address(text, "account", ("XRP",), Payee.KEY, body[1:].hex())


def _of_base58(text: str) -> Address | NotScreenable:
    foreign = base58.first_foreign(text)
    is_checked = len(text) in _CHECKED and text[:1] in _LEADS
    if foreign is not None:
        # One look-alike among characters that else fit is a slip of the pen; anything more is another kind of text.
        if is_checked and text[foreign] in "0OIl" and text.isalnum():
            raise _wrong(f"{text[foreign]!r} does not occur in an address of this form", foreign + 1)
        return NotScreenable(text, "it is an address of no kind that is known here")
    body = base58.payload_of(text) if text else None
    if body is not None:
        version = body[:-_HASH_BYTES]
        known = _VERSIONS.get(version) if len(body) > _HASH_BYTES else None
        if known is None:
            return NotScreenable(
                text, f"it begins with the version {version.hex() or 'none'}, which is not known here"
            )
        form, chains, payee = known
        return _tested(Address(text, form, chains, payee, body[-_HASH_BYTES:].hex()))
    if len(text) in _ED25519_KEY and len(base58.decoded(text)) == 32:
        return Address(text, "Solana", ("SOL",), Payee.TEXT, text)
    if is_checked:
        raise _wrong("the address holds a typing error: its checksum does not hold")
    return NotScreenable(text, "it is an address of no kind that is known here")
