"""JSONata 2.0.6 taken apart into tokens. AWS speaks 2.0.6: `??` and `?:` are no operators there."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final, NamedTuple

from flowdsl.query.base import ExpressionSyntaxError

BLANK: Final = " \t\n\r\v"
_PASSED_OVER: Final = re.compile(r"(?:[ \t\n\r\v]|/\*.*?\*/)*", re.DOTALL)
"""Blanks and comments."""
_DOUBLES: Final = frozenset({"..", ":=", "!=", ">=", "<=", "**", "~>"})
SINGLES: Final = ".[]{}(),@#;:?+-*/%|=<>^&!~"
_NAME = re.compile(r"[^ \t\n\r\v.\[\]{}(),@#;:?+\-*/%|=<>^&!~]*")
_NUMBER = re.compile(r"(0|[1-9][0-9]*)(\.[0-9]+)?([Ee][-+]?[0-9]+)?")
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}


class SyntaxFault(ExpressionSyntaxError):
    """A JSONata syntax error with the reference's code (S0201 ...) and message."""

    def __init__(self, code: str, message: str, position: int) -> None:
        super().__init__(message, position)
        self.code = code


class Token(NamedTuple):
    """`kind`: operator, name, variable, string, number, value, regex or end. Positions count characters from 0."""

    kind: str
    value: Any
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The token as the reference prints it in messages."""
        return shown(self.value)


def shown(value: Any) -> str:
    """A token's value as the reference prints it: a text in double quotes, a number as JavaScript prints it."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        value = int(value)
    return json.dumps(value, ensure_ascii=False)


class Lexer:
    """Gives one token after the other; whether a `/` opens a regex is the parser's to say."""

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def next(self, infix: bool) -> Token:
        """The next token; `infix`: an operator is due here, so that `/` divides."""
        text = self.text
        self.at = start = _PASSED_OVER.match(text, self.at).end()  # type: ignore[union-attr]
        if start >= len(text):
            return Token("end", "(end)", len(text), len(text))
        char = text[start]
        if char.isalpha() or char == "$" or char == "_":
            return self._name(start)
        if char == "/":
            if text.startswith("/*", start):
                raise SyntaxFault("S0106", "Comment has no closing tag", start)
            if not infix:
                return self._regex(start)
        if text[start : start + 2] in _DOUBLES:
            self.at += 2
            return Token("operator", text[start : start + 2], start, self.at)
        if char in SINGLES:
            if char in "!~":
                raise SyntaxFault("S0204", f"Unknown operator: {shown(char)}", start)
            self.at += 1
            return Token("operator", char, start, self.at)
        if char in "\"'":
            return self._string(char, start)
        number = _NUMBER.match(text, start)
        if number is not None:
            return self._number(number.group(), start)
        if char == "`":
            end = text.find("`", start + 1)
            if end < 0:
                raise SyntaxFault("S0105", "Quoted property name must be terminated with a backquote (`)", start)
            self.at = end + 1
            return Token("name", text[start + 1 : end], start, self.at)
        return self._name(start)

    def _name(self, start: int) -> Token:
        name = _NAME.match(self.text, start).group()  # type: ignore[union-attr]
        self.at = start + len(name)
        if name.startswith("$"):
            return Token("variable", name[1:], start, self.at)
        if name in ("and", "or", "in"):
            return Token("operator", name, start, self.at)
        if name in _WORDS:
            return Token("value", _WORDS[name], start, self.at)
        return Token("name", name, start, self.at)

    def _number(self, text: str, start: int) -> Token:
        value = float(text)
        if math.isinf(value):
            raise SyntaxFault("S0102", f"Number out of range: {shown(text)}", start)
        self.at = start + len(text)
        return Token("number", int(text) if text.isdigit() and value < 2**53 else value, start, self.at)

    def _string(self, quote: str, start: int) -> Token:
        text = self.text
        out: list[str] = []
        at = start + 1
        while at < len(text):
            char = text[at]
            if char == quote:
                self.at = at + 1
                return Token("string", "".join(out), start, self.at)
            if char == "\\":
                at += 1
                escape = text[at : at + 1]
                if escape == "u":
                    digits = text[at + 1 : at + 5]
                    if not re.fullmatch("[0-9a-fA-F]+", digits):
                        raise SyntaxFault("S0104", "The escape sequence \\u must be followed by 4 hex digits", at)
                    char = chr(int(digits, 16))
                    at += 4
                elif escape in _ESCAPES:
                    char = _ESCAPES[escape]
                else:
                    raise SyntaxFault("S0103", f"Unsupported escape sequence: \\{shown(escape)}", at)
            out.append(char)
            at += 1
        raise SyntaxFault("S0101", "String literal must be terminated by a matching quote", start)

    def _regex(self, start: int) -> Token:
        """A regex ends at the `/` that is neither escaped nor in brackets."""
        text = self.text
        depth = 0
        at = start + 1
        while at < len(text):
            char = text[at]
            escaped = text[at - 1] == "\\"
            if char == "/" and depth == 0 and (len(text[start:at]) - len(text[start:at].rstrip("\\"))) % 2 == 0:
                source = text[start + 1 : at]
                if not source:
                    raise SyntaxFault("S0301", "Empty regular expressions are not allowed", at)
                at += 1
                flags = at
                while at < len(text) and text[at] in "im":
                    at += 1
                self.at = at
                return Token("regex", (source, text[flags:at]), start, at)
            if char in "([{" and not escaped:
                depth += 1
            elif char in ")]}" and not escaped:
                depth -= 1
            at += 1
        raise SyntaxFault("S0302", "No terminating / in regular expression", start)
