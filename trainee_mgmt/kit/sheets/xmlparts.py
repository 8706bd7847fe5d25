"""XML parts read by a strict parser that knows no document types, entities or endless tokens."""

from collections.abc import Iterable
from xml.parsers import expat

from trainee_mgmt.kit.sheets.book import bomb, damaged, unsafe

MAX_TOKEN = 4 * 1024 * 1024  # the parser keeps an unfinished tag in memory; an honest one is far shorter
MAX_NAMES = 4_096  # of tags and attributes; the parser keeps each of them for good
ENCODINGS = {"utf-8", "us-ascii", "ascii", "utf8"}


class Scanner:
    """Base of the scanners: ``start`` gets each opening tag with its attributes."""

    def __init__(self, *, any_encoding: bool = False):
        self.parser, self.any_encoding = expat.ParserCreate(), any_encoding
        self.parser.StartElementHandler = self.start
        self.parser.StartDoctypeDeclHandler = self._no_document_type
        self.parser.XmlDeclHandler = self._only_utf8

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Called for each opening tag. The base judges only the form."""

    def feed(self, pieces: Iterable[bytes]) -> None:
        """Parse one whole part; stop at the first thing that is not right."""
        fed = 0
        try:
            for piece in pieces:
                if not fed and not self.any_encoding and piece[:2] in (b"\xff\xfe", b"\xfe\xff"):
                    raise damaged()
                fed += len(piece)
                self.parser.Parse(piece, False)
                if fed - self.parser.CurrentByteIndex > MAX_TOKEN or len(self.parser.intern) > MAX_NAMES:
                    raise bomb()
            self.parser.Parse(b"", True)
        except expat.ExpatError:
            raise damaged() from None

    def _no_document_type(self, *_declaration):
        raise unsafe()

    def _only_utf8(self, _version, encoding, _standalone):
        # The reader behind this scanner would decode another encoding for itself, and perhaps see other text.
        if encoding and not self.any_encoding and encoding.lower() not in ENCODINGS:
            raise damaged()


def local(name: str) -> str:
    """The name of a tag without its prefix."""
    return name.rpartition(":")[2] if ":" in name else name
