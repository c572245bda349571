"""Where each part of a definition was written: JSON Pointer (RFC 6901) to Location."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flowdsl.diagnostics import Location


def escape(token: str) -> str:
    """One step of a JSON Pointer."""
    if "~" in token or "/" in token:
        return token.replace("~", "~0").replace("/", "~1")
    return token


def unescape(token: str) -> str:
    """The member name that one step of a JSON Pointer stands for."""
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def split(pointer: str) -> list[str]:
    """The member names and indices along a pointer; `` gives none."""
    return [unescape(t) for t in pointer.split("/")[1:]]


class SourceMap:
    """Locations by pointer. A pointer without one of its own is answered by its nearest ancestor.

    `entries` may be given as a function, called on first use: positions are rarely asked for, and then all at once.
    """

    __slots__ = ("_entries", "_resolve")

    def __init__(self, entries: Mapping[str, Location] | Callable[[], Mapping[str, Location]] = {}) -> None:  # noqa: B006 - never written
        self._resolve = entries if callable(entries) else None
        self._entries: Mapping[str, Location] | None = None if callable(entries) else entries

    @property
    def entries(self) -> Mapping[str, Location]:
        if self._entries is None:
            assert self._resolve is not None
            self._entries = self._resolve()
        return self._entries

    def locate(self, pointer: str) -> Location | None:
        """The Location of a pointer or of its nearest ancestor that has one."""
        entries = self.entries
        while (found := entries.get(pointer)) is None and pointer:
            pointer = pointer.rpartition("/")[0]
        return found

    def __iter__(self) -> Iterator[tuple[str, Location]]:
        return iter(self.entries.items())

    def __len__(self) -> int:
        return len(self.entries)
