"""A list of sanctioned parties as XML, read as it streams by; what the readers of all such lists share.

None of the lists has a document type, so one that brings any is refused: by it a small file unfolds to a huge one.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol
from xml.parsers import expat

from tocsin.errors import BadInput, LimitExceeded, Place
from tocsin.limits import SANCTIONS_BYTES, SANCTIONS_NESTING, SANCTIONS_TEXT_CHARACTERS
from tocsin.ransom.sanctions.party import ListVersion, Party

__all__ = ["PartyReader", "XmlReader", "read_chunks", "starts_with"]


class _Reader(Protocol):
    name: str

    def feed(self, chunk: bytes) -> None: ...

    def end(self, digest: str) -> ListVersion: ...


def read_chunks(chunks: Iterable[bytes], reader: _Reader) -> ListVersion:
    """Give all of a file to its reader, which ends it with its SHA-256.

    Raises:
        BadInput: as the reader says.
        LimitExceeded: it is larger than a list can be.
    """
    digest, size = sha256(), 0
    for chunk in chunks:
        digest.update(chunk)
        size += len(chunk)
        if size > SANCTIONS_BYTES:
            raise LimitExceeded(
                f"is larger than the {SANCTIONS_BYTES >> 20} MiB of a list", where=Place(reader.name or None)
            )
        reader.feed(chunk)
    return reader.end(digest.hexdigest())


def starts_with(head: bytes, element: bytes) -> bool:
    """Whether what begins so may be XML with that element at its root."""
    return b"<" + element in head and head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


class XmlReader:
    """The parser, its place and its bounds; a reader of a list hangs its own events in.

    Attributes:
        what: what the list is, for errors.
        path: the elements that are open, the root first.
        text: what is read of the text that is wanted; None where none is.
    """

    what = "list of sanctioned parties"

    def __init__(self, name: str) -> None:
        self.name = name
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.CharacterDataHandler = self._characters
        self.path: list[str] = []
        self.text: list[str] | None = None
        self.characters = 0

    def feed(self, chunk: bytes) -> None:
        """Read on.

        Raises:
            BadInput: it is not well-formed, or no such list; with its line and column.
            LimitExceeded: it is deeper, or a text longer, than in such a list.
        """
        self._parse(chunk, last=False)

    def finish(self) -> None:
        """Read to the end.

        Raises:
            BadInput: it is cut off.
        """
        self._parse(b"", last=True)

    def here(self) -> Place:
        """Where the parser is."""
        return Place(self.name or None, self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1)

    def want(self) -> None:
        """Read the text that comes."""
        self.text, self.characters = [], 0

    def taken(self) -> str:
        """The text that was wanted; "" if none was."""
        text = "".join(self.text).strip() if self.text is not None else ""
        self.text = None
        return text

    def hold_depth(self) -> None:
        """Hold the path to what such a list can have.

        Raises:
            LimitExceeded: it is deeper.
        """
        if len(self.path) > SANCTIONS_NESTING:
            raise LimitExceeded(f"is nested deeper than {SANCTIONS_NESTING} elements", where=self.here())

    def _parse(self, chunk: bytes, *, last: bool) -> None:
        try:
            self.parser.Parse(chunk, last)
        except expat.ExpatError as error:
            raise self._fault(error) from None
        except (LookupError, ValueError) as error:
            # An encoding that nobody knows, or one of several bytes a character that the parser does not take.
            raise BadInput(f"is no well-formed XML: {error}", where=self.here()) from None

    def _fault(self, error: expat.ExpatError) -> BadInput:
        cut = error.code in {
            expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
            expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
        }
        what = "the list is cut off" if cut else f"is no well-formed XML: {expat.ErrorString(error.code)}"
        return BadInput(
            what,
            where=Place(self.name or None, error.lineno, error.offset + 1),
            hint="Fetch it again; what was kept before stays.",
        )

    def _doctype(self, *_: object) -> None:
        raise BadInput(
            f"brings a document type, which no {self.what} has and by which a small file unfolds to a huge one",
            where=self.here(),
            hint="Do not trust where it came from.",
        )

    def _characters(self, data: str) -> None:
        if self.text is not None:
            self.characters += len(data)
            if self.characters > SANCTIONS_TEXT_CHARACTERS:
                raise LimitExceeded(
                    f"holds a text of more than {SANCTIONS_TEXT_CHARACTERS:,} characters", where=self.here()
                )
            self.text.append(data)


class PartyReader(XmlReader):
    """A reader of a list that says on which day it was made, and gives its parties one after the other.

    Attributes:
        list_name, form: what the version is of, and in which form it came.
    """

    list_name = ""
    form = ""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.issued = ""
        self.parties: list[Party] = []

    def end(self, digest: str) -> ListVersion:
        """The version that was read.

        Raises:
            BadInput: it is cut off, has no day, or names nobody.
        """
        self.finish()
        if not self.issued:
            raise BadInput("the list does not say on which day it was made", where=Place(self.name or None))
        if not self.parties:
            raise BadInput("the list names no party", where=Place(self.name or None))
        return ListVersion(self.list_name, self.issued, digest, self.form, tuple(self.parties))
