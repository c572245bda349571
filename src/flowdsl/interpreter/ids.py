"""Ids that AWS makes up: here from the seed, so that the same run twice has the same ones."""

from __future__ import annotations

from random import Random


def uuid4(random: Random) -> str:
    """A random UUID; `uuid.UUID` takes three times as long, and a Map Run needs millions."""
    bits = random.getrandbits(128) & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x4000 << 64 | 0x8000 << 48
    text = f"{bits:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def task_token(random: Random) -> str:
    """A task token, as long as AWS's shortest."""
    return f"AQCEAAAAKgAAAAMAAAAAAAAAA{random.getrandbits(512):0128x}"
