"""A cursor over a path's or an intrinsic's text."""

from __future__ import annotations

import re
from typing import Final

from flowdsl.query.base import ExpressionSyntaxError

DEEPEST: Final = 100
"""Brackets within brackets; no real path comes near it."""

_INTEGER = re.compile(r"-?[0-9]{1,18}")
_BLANKS = re.compile(r"[ \t\r\n]*")


class Scanner:
    """A text and where we are in it. Positions count characters from 0."""

    __slots__ = ("at", "depth", "end", "text")

    def __init__(self, text: str, at: int = 0, end: int | None = None) -> None:
        self.text = text
        self.at = at
        self.end = len(text) if end is None else end
        self.depth = 0

    @property
    def char(self) -> str:
        """The character here, or "" at the end."""
        return self.text[self.at] if self.at < self.end else ""

    def error(self, message: str, at: int | None = None) -> ExpressionSyntaxError:
        """An error at this place, to be raised."""
        return ExpressionSyntaxError(message, self.at if at is None else at)

    def blanks(self) -> None:
        """Passes over blanks."""
        self.at = min(_BLANKS.match(self.text, self.at, self.end).end(), self.end)  # type: ignore[union-attr]

    def take(self, word: str) -> bool:
        """Passes over `word` if it stands here."""
        if self.text.startswith(word, self.at, self.end):
            self.at += len(word)
            return True
        return False

    def take_after_blanks(self, word: str) -> bool:
        """Passes over blanks, then over `word` if it stands there."""
        self.blanks()
        return self.take(word)

    def need(self, word: str) -> None:
        """Passes over `word`, which must stand here."""
        if not self.take(word):
            found = repr(self.char) if self.char else "the end"
            raise self.error(f"expected {word!r}, found {found}")

    def integer(self) -> int | None:
        """An integer, if one stands here."""
        found = _INTEGER.match(self.text, self.at, self.end)
        if found is None:
            return None
        self.at = found.end()
        return int(found.group())

    def pattern(self, pattern: re.Pattern[str]) -> str | None:
        """What a pattern finds here, or None."""
        found = pattern.match(self.text, self.at, self.end)
        if found is None:
            return None
        self.at = found.end()
        return found.group()

    def quoted(self) -> str:
        """A text in single or double quotes. A backslash takes the quote or another backslash; before anything else it
        stands for itself (recorded: the name `a\\"b` in single quotes keeps its backslash)."""
        start = self.at
        quote = self.char
        if quote not in ("'", '"') or not quote:
            raise self.error("expected a quoted name")
        out: list[str] = []
        self.at += 1
        while self.at < self.end:
            char = self.text[self.at]
            if char == quote:
                self.at += 1
                return "".join(out)
            if char == "\\" and self.text[self.at + 1 : self.at + 2] in (quote, "\\"):
                self.at += 1
                char = self.text[self.at] if self.at < self.end else ""
            out.append(char)
            self.at += 1
        raise self.error(f"the {quote} is never closed", start)

    def nest(self) -> None:
        """One bracket deeper."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.error(f"brackets are nested more than {DEEPEST} deep")
