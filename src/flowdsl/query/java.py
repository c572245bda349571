"""Arithmetic and random numbers as Java has them: AWS's intrinsics and $random are Java's."""

from __future__ import annotations

import math
from typing import Final

_MULTIPLIER: Final = 0x5DEECE66D
_MASK: Final = (1 << 48) - 1


class JavaRandom:
    """java.util.Random: the same seed gives the same numbers (its published algorithm)."""

    __slots__ = ("_state",)

    def __init__(self, seed: int) -> None:
        self._state = (seed ^ _MULTIPLIER) & _MASK

    def _next(self, bits: int) -> int:
        self._state = (self._state * _MULTIPLIER + 0xB) & _MASK
        return self._state >> (48 - bits)

    def next_double(self) -> float:
        """In [0, 1)."""
        return ((self._next(26) << 27) + self._next(27)) * (1.0 / (1 << 53))

    def next_int(self, bound: int) -> int:
        """In [0, bound), for bound > 0."""
        if bound & (bound - 1) == 0:
            return (bound * self._next(31)) >> 31
        while True:
            bits = self._next(31)
            value = bits % bound
            # Java rejects the last, incomplete stretch of 2^31.
            if bits - value + (bound - 1) < 1 << 31:
                return value


def math_round(value: float) -> int:
    """Math.round: halves go up, -2.5 to -2 (recorded for States.MathAdd)."""
    if isinstance(value, int):
        return value
    if math.isnan(value):
        return 0
    if math.isinf(value):
        return (1 << 63) - 1 if value > 0 else -(1 << 63)
    floor = math.floor(value)
    return floor + 1 if value - floor >= 0.5 else floor
