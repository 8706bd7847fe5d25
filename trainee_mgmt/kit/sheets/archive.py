"""A zip archive judged by its directory; parts are unpacked in pieces, never beyond what it declares."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from trainee_mgmt.kit.sheets.book import bomb, damaged, encrypted

MAX_PARTS = 2_000
MAX_UNPACKED = 100 * 1024 * 1024
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
        try:
            with zipfile.ZipFile(BytesIO(data)) as archive:
                self.parts = {info.filename: info for info in archive.infolist()}
                count, comment = len(archive.infolist()), len(archive.comment)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, ValueError, OSError, struct.error):
            raise damaged() from None
        # Two directories in one file would let two programs see two different archives.
        if data.rfind(END_OF_DIRECTORY) + 22 + comment != len(data) or len(self.parts) != count:
            raise damaged()
        self._judge()

    def _judge(self) -> None:
        parts = sorted(self.parts.values(), key=lambda part: part.header_offset)
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise bomb()
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
        size = checksum = 0
        for piece in _stored(packed) if part.compress_type == zipfile.ZIP_STORED else _inflated(packed):
            size += len(piece)
            if size > part.file_size:
                raise bomb()
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if size != part.file_size or checksum != part.CRC:
            raise damaged()


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
