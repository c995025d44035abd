"""How large the coded pictures of a HEIC are, as the code itself says it (ISO/IEC 14496-15 and 23008-2).

A decoder goes by this and not by what the file says of itself. So it must be known before anybody decodes.
"""

from collections.abc import Iterator
from mmap import mmap

from app.field.images.walks import ImageRefused, Part, Steps, number

PARAMETERS = 33
"""The NAL unit that names the size: a sequence parameter set."""
BLOCK_MAX = 64
"""A coded picture is a whole number of blocks, so it may be so much larger than what is shown of it."""
GOLOMB_MAX = 32


class _Bits:
    """Reads a parameter set bit by bit."""

    def __init__(self, content: bytes) -> None:
        plain = content.replace(b"\x00\x00\x03", b"\x00\x00")  # the third byte only keeps start codes apart
        self._left = len(plain) * 8
        self._value = int.from_bytes(plain, "big")

    def take(self, count: int) -> int:
        """
        Raises:
            IndexError: there are not so many.
        """
        self._left -= count
        if self._left < 0:
            raise IndexError
        return self._value >> self._left & ((1 << count) - 1)

    def golomb(self) -> int:
        """A number that is written with as many zeros before it as it has further bits."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > GOLOMB_MAX:
                raise ImageRefused("not_an_image")
        return (1 << zeros) - 1 + self.take(zeros)


def coded_sizes(data: mmap, box: Part, steps: Steps) -> Iterator[tuple[int, int]]:
    """Widths and heights in the parameter sets of an `hvcC` box."""
    at = box.content + 22
    arrays, at = data[at], at + 1
    for _ in range(arrays):
        kind, units, at = data[at] & 63, number(data, at + 1, 2, "big"), at + 3
        for _ in range(units):
            steps.take()
            length, at = number(data, at, 2, "big"), at + 2
            if at + length > box.end:
                raise ImageRefused("not_an_image")
            if kind == PARAMETERS:
                yield _size_in(_Bits(data[at + 2 : at + length]))
            at += length


def _size_in(bits: _Bits) -> tuple[int, int]:
    bits.take(4)
    layers = bits.take(3)
    bits.take(1 + 96)  # profile, tier and level of the whole
    has_profile_and_level = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    bits.take(2 * (8 - layers) if layers else 0)
    for has_profile, has_level in has_profile_and_level:
        bits.take(88 * has_profile + 8 * has_level)
    bits.golomb()  # its number
    if bits.golomb() == 3:  # 4:4:4
        bits.take(1)
    return bits.golomb(), bits.golomb()


def is_shown_of(shown: tuple[int, int], coded: tuple[int, int]) -> bool:
    """Whether a picture of the size `shown` can be cut out of a coded one."""
    return all(0 <= whole - part < BLOCK_MAX for part, whole in zip(shown, coded, strict=True))
