"""The compound file that .xls lives in: header, tables and streams, every chain checked for an end."""

import struct
from array import array

from trainee_mgmt.kit.sheets.book import damaged

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAST_SECTOR = 0xFFFFFFFA  # numbers from here on are marks, not sectors
END = 0xFFFFFFFE
FREE = 0xFFFFFFFF
SMALL_SECTOR = 64
SMALL_STREAM = 4096


class CompoundFile:
    """Names and streams of a compound file; BadFile if its tables do not lead to an end."""

    def __init__(self, data: bytes):
        if len(data) < 1536 or data[:8] != MAGIC:
            raise damaged()
        self.data = data
        self.version, shift, small_shift = struct.unpack_from("<H2xHH", data, 26)
        if shift not in (9, 12) or small_shift != 6:
            raise damaged()
        self.size = 1 << shift
        self.count = (len(data) + self.size - 1) // self.size - 1  # the last sector is sometimes cut short
        fat_sectors, directory = struct.unpack_from("<II", data, 44)
        small_start, small_sectors, self.more, more_sectors = struct.unpack_from("<IIII", data, 60)
        if max(fat_sectors, small_sectors, more_sectors) > self.count:
            raise damaged()
        self.fat = self._fat()
        self.entries = self._directory(directory)
        self.small_fat = _numbers(self._join(self._chain(small_start, self.fat)))
        self.small_chain = self._chain(self.root, self.fat)

    def _sector(self, number: int) -> bytes:
        if number >= self.count:
            raise damaged()
        return self.data[(number + 1) * self.size : (number + 2) * self.size]

    def _join(self, chain: list[int]) -> bytes:
        return b"".join(self._sector(number) for number in chain)

    def _fat(self) -> array:
        listed = [number for number in _numbers(self.data[76:512]) if number < LAST_SECTOR]
        following, seen = self.more, set()
        while following < LAST_SECTOR:
            if following in seen:
                raise damaged()
            seen.add(following)
            *numbers, following = _numbers(self._sector(following)) or [FREE]
            listed += [number for number in numbers if number < LAST_SECTOR]
        if len(listed) != len(set(listed)):
            raise damaged()
        return _numbers(b"".join(self._sector(number) for number in listed))

    def _chain(self, first: int, table: array) -> list[int]:
        chain, number = [], first
        while number < LAST_SECTOR:
            if number >= len(table) or len(chain) >= len(table):
                raise damaged()
            chain.append(number)
            number = table[number]
        if number != END and chain:
            raise damaged()
        return chain

    def _directory(self, first: int) -> dict[str, tuple[int, int]]:
        """Name -> (first sector, length); the root is the first entry and leads to the small streams."""
        raw, entries = self._join(self._chain(first, self.fat)), {}
        if len(raw) < 128:
            raise damaged()
        self.root = struct.unpack_from("<I", raw, 116)[0]
        for at in range(0, len(raw) - 127, 128):
            name = raw[at : at + 64].decode("utf-16-le", "replace").split("\0")[0]
            start, length = struct.unpack_from("<IQ", raw, at + 116)
            if self.size == 512:
                length &= 0xFFFFFFFF
            if name:
                entries.setdefault(name, (start, length))
        return entries

    def stream(self, name: str) -> "Stream":
        start, length = self.entries[name]
        if length < SMALL_STREAM:
            chain = self._chain(start, self.small_fat)
            places = [self._small_place(number) for number in chain]
            stream = Stream(self.data, places, SMALL_SECTOR, length)
        else:
            places = [(number + 1) * self.size for number in self._chain(start, self.fat)]
            stream = Stream(self.data, places, self.size, length)
        if len(stream.content) < length:
            raise damaged()
        return stream

    def _small_place(self, number: int) -> int:
        sector, offset = divmod(number * SMALL_SECTOR, self.size)
        if sector >= len(self.small_chain):
            raise damaged()
        return (self.small_chain[sector] + 1) * self.size + offset


class Stream:
    """The bytes of one stream, and where in the file each of them stands."""

    def __init__(self, data: bytes, places: list[int], size: int, length: int):
        self.places, self.size = places, size
        self.content = b"".join(data[place : place + size] for place in places)[:length]

    def place(self, at: int) -> int:
        return self.places[at // self.size] + at % self.size


def _numbers(raw: bytes) -> array:
    numbers = array("I")
    numbers.frombytes(raw[: len(raw) // 4 * 4])
    return numbers
