"""A zip archive judged by its directory; parts are unpacked in pieces, never beyond what it declares."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from trainee_mgmt.kit.sheets.book import bomb, damaged, encrypted

MAX_PARTS = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_TAGS = 4_000_000  # opening tags of all XML parts: each costs the scanner a call
MAX_DIRECTORY = 1024 * 1024
MAX_RATIO = 200  # spreadsheets of identical rows reach about 100; only bombs are denser
SMALL = 8 * 1024 * 1024  # below this size a part may be as dense as it likes
PIECE = 64 * 1024
END_OF_DIRECTORY = b"PK\x05\x06"
LOCAL_HEADER = struct.Struct("<4s5H3I2H")
ENCRYPTED_FLAGS = 0x41  # bit 0 and the strong encryption of bit 6


class Archive:
    """The parts of a zip file whose directory has been found honest."""

    def __init__(self, data: bytes):
        self.data = data
        self.tags: dict[str, int] = {}
        end = _end_of_directory(data)
        if _directory_size(data, end) > MAX_DIRECTORY:
            raise bomb()
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                infos = archive.infolist()
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, struct.error):
            raise damaged() from None
        self.parts = {info.filename: info for info in infos}
        if len(self.parts) != len(infos):
            raise damaged()
        self._judge()

    def _judge(self) -> None:
        parts = sorted(self.parts.values(), key=lambda part: part.header_offset)
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise bomb()
        if not parts or parts[0].header_offset:
            raise damaged()  # something else stands in front of the archive
        for part, following in zip(parts, [*parts[1:], None]):
            if part.flag_bits & ENCRYPTED_FLAGS:
                raise encrypted()
            if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise damaged()
            if part.file_size > SMALL and part.file_size > MAX_RATIO * part.compress_size:
                raise bomb()
            end = self._start(part) + part.compress_size
            if end > len(self.data):
                raise damaged()
            if following is not None and end > following.header_offset:
                raise bomb()  # overlapping parts unpack the same bytes many times

    def _start(self, part: zipfile.ZipInfo) -> int:
        """Where the packed bytes begin; the header in front of them must agree with the directory."""
        header = self.data[part.header_offset : part.header_offset + LOCAL_HEADER.size]
        if len(header) < LOCAL_HEADER.size:
            raise damaged()
        fields = LOCAL_HEADER.unpack(header)
        if fields[0] != b"PK\x03\x04" or fields[3] != part.compress_type or fields[2] & ENCRYPTED_FLAGS:
            raise damaged()
        return part.header_offset + LOCAL_HEADER.size + fields[9] + fields[10]

    def read(self, name: str, limit: int = 1024) -> bytes:
        """The beginning of a small part; empty if there is no such part."""
        if name not in self.parts:
            return b""
        return b"".join(piece for piece, _ in zip(self.unpack(name), range(1 + limit // PIECE)))[:limit]

    def unpack(self, name: str) -> Iterator[bytes]:
        """Yield a part piece by piece and stop at once where it is not what the directory says."""
        part = self.parts[name]
        start = self._start(part)
        packed = memoryview(self.data)[start : start + part.compress_size]
        size = checksum = self.tags[name] = 0
        others = sum(self.tags.values())
        for piece in _stored(packed) if part.compress_type == zipfile.ZIP_STORED else _inflated(packed):
            size += len(piece)
            self.tags[name] += piece.count(b"<") - piece.count(b"</")
            if size > part.file_size or others + self.tags[name] > MAX_TAGS:
                raise bomb()
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if size != part.file_size or checksum != part.CRC:
            raise damaged()


def _end_of_directory(data: bytes) -> int:
    """Where the directory ends. It must be the end of the file, or two programs could see two archives."""
    end = data.rfind(END_OF_DIRECTORY)
    if end < 0 or end + 22 > len(data) or end + 22 + struct.unpack_from("<H", data, end + 20)[0] != len(data):
        raise damaged()
    return end


def _directory_size(data: bytes, end: int) -> int:
    if end >= 76 and data[end - 20 : end - 16] == b"PK\x06\x07":  # the long form, for archives of many parts
        return struct.unpack_from("<Q", data, end - 36)[0]
    return struct.unpack_from("<I", data, end + 12)[0]


def _stored(packed: memoryview) -> Iterator[bytes]:
    for at in range(0, len(packed), PIECE):
        yield bytes(packed[at : at + PIECE])


def _inflated(packed: memoryview) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), PIECE):
        waiting = bytes(packed[at : at + PIECE])
        while waiting:
            if inflate.eof:
                raise damaged()
            try:
                yield inflate.decompress(waiting, PIECE)
            except zlib.error:
                raise damaged() from None
            waiting = inflate.unconsumed_tail
    yield inflate.flush()
    if not inflate.eof or inflate.unused_data:
        raise damaged()
