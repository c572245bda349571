"""Chance of a proof: what a handler draws (uuid4, random, secrets) follows from a seed, so that a finding can be seen again."""

from __future__ import annotations

import os
import random
from typing import Any, cast


class Chance:
    """Sets the sources of chance of the process, and puts them back."""

    def __init__(self) -> None:
        self._source = random.Random(0)
        self._state: Any = None
        self._urandom = os.urandom

    def __enter__(self) -> Chance:
        self._state = random.getstate()
        os.urandom = self._draw  # uuid4 and tempfile ask os each time
        cast(Any, random)._urandom = self._draw  # secrets and SystemRandom ask random's own name for it
        return self

    def __exit__(self, *_: object) -> None:
        os.urandom = self._urandom
        cast(Any, random)._urandom = self._urandom
        random.setstate(self._state)

    def seed(self, seed: str) -> None:
        """Starts over: the same seed, the same draws."""
        self._source.seed(seed)
        random.seed(seed)

    def _draw(self, size: int, /) -> bytes:
        return self._source.randbytes(size)
