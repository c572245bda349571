"""SourceText: a text with its file's name, which turns offsets into Locations; and Unreadable, the error of a text that is none."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property

from flowdsl.diagnostics import Diagnostic, FlowDslError, Location, Severity


class SourceText:
    """A text and where it stands. Lines end with \\n; columns count characters."""

    def __init__(self, path: str, text: str) -> None:
        self.path = path
        self.text = text

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_and_column(self, offset: int) -> tuple[int, int]:
        """Both counted from 1."""
        line = bisect_right(self._line_starts, offset)
        return line, offset - self._line_starts[line - 1] + 1

    def at(self, start: int, end: int | None = None) -> Location:
        """The Location of text[start:end]."""
        line, column = self.line_and_column(start)
        if end is None:
            return Location(self.path, line, column)
        return Location(self.path, line, column, *self.line_and_column(end))


class EmbeddedText(SourceText):
    """A text that stands inside another: the JSON of a DefinitionString."""

    def __init__(self, outer: SourceText, text: str, offsets: list[int]) -> None:
        """`offsets[i]`: where the text's character i stands in the outer one; with one more entry for the end."""
        super().__init__(outer.path, text)
        self._outer = outer
        self._offsets = offsets

    def line_and_column(self, offset: int) -> tuple[int, int]:
        return self._outer.line_and_column(self._offsets[min(offset, len(self._offsets) - 1)])


class PlacedText(SourceText):
    """A text of which only the place of the whole is known, such as one put together by Fn::Join."""

    def __init__(self, place: Location, text: str) -> None:
        super().__init__(place.path, text)
        self._place = place

    def line_and_column(self, offset: int) -> tuple[int, int]:
        return self._place.line, self._place.column


class Positions(Mapping[str, Location]):
    """Locations by JSON Pointer, each worked out when it is asked for."""

    def __init__(self, source: SourceText, spans: Mapping[str, tuple[int, int]]) -> None:
        """`spans`: where each value begins and ends in the text."""
        self._source = source
        self._spans = spans

    def __getitem__(self, pointer: str) -> Location:
        return self._source.at(*self._spans[pointer])

    def __contains__(self, pointer: object) -> bool:
        return pointer in self._spans

    def __iter__(self) -> Iterator[str]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


class Below(Mapping[str, Location]):
    """The part of other Locations that stands below one pointer, with pointers that begin there."""

    def __init__(self, whole: Mapping[str, Location], pointer: str) -> None:
        self._whole = whole
        self._pointer = pointer

    def __getitem__(self, pointer: str) -> Location:
        return self._whole[self._pointer + pointer]

    def __contains__(self, pointer: object) -> bool:
        return isinstance(pointer, str) and self._pointer + pointer in self._whole

    def __iter__(self) -> Iterator[str]:
        start = len(self._pointer)
        for pointer in self._whole:
            if pointer == self._pointer or pointer.startswith(f"{self._pointer}/"):
                yield pointer[start:]

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Unreadable(FlowDslError):
    """A file that gives no definition. str() is one line that opens with the place."""

    def __init__(
        self,
        message: str,
        location: Location,
        *,
        aws_code: str | None = None,
        aws_location: str | None = None,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """`severity`: INFO where nothing is wrong with what stands elsewhere."""
        super().__init__(f"{location}: {message}")
        self.diagnostic = Diagnostic(
            "ASL100",
            "unreadable-definition",
            severity,
            message,
            location=location,
            aws_code=aws_code,
            aws_location=aws_location,
        )
        """The same as a finding, for those who report several files."""
