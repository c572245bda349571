"""The scanner of JSON text: where every value stands, and the first thing that is wrong, in words a person can use."""

from __future__ import annotations

import json
import re
from typing import Final, NoReturn

from flowdsl.asl.source_map import escape
from flowdsl.asl.source_text import SourceText, Unreadable

MAX_DEPTH: Final = 500
"""Objects and lists inside one another. The deepest definition seen in the wild has about thirty."""

INVALID_JSON: Final = "INVALID_JSON_DESCRIPTION"
"""AWS's code for a text that is no JSON."""

_TOKEN: Final = re.compile(
    r"""[ \t\n\r]*(?:
        (?P<text>"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")
      | (?P<mark>[{}\[\],:])
      | (?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![\w.+-])
      | (?P<word>true|false|null)(?!\w)
      | (?P<bare>\$\{[^{}"\n]*\})
      | (?P<end>\Z)
    )""",
    re.VERBOSE,
)
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_ESCAPED_HALF: Final = re.compile(
    r"\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.", re.S
)


class Scan:
    """One pass over a JSON text: the span of every value by pointer. Raises Unreadable at the first thing wrong."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.spans: dict[str, tuple[int, int]] = {}
        self.bare: list[tuple[str, int, int]] = []
        """(pointer, start, end) of each `${Name}` without quotes."""
        self._run()

    def _run(self) -> None:
        text, match = self.source.text, _TOKEN.match
        spans = self.spans
        # Of each open object or list: its pointer, where it opened, and (object) its keys with their offsets or (list)
        # the number of members so far.
        stack: list[tuple[str, int, dict[str, int] | int]] = []
        pointer, opened = "", -1
        inside: dict[str, int] | int | None = None
        value_at = ""
        due = "value"  # value, first-key, key, colon, comma, first-value, end
        offset = 0
        while True:
            found = match(text, offset)
            if found is None:
                self._refuse_token(offset)
            kind = found.lastgroup
            assert kind is not None
            start, offset = found.span(kind)
            token = text[start] if kind == "mark" else ""
            if kind == "end":
                if due == "end":
                    return
                self._refuse_end(start, opened, inside)
            if due == "end":
                self._refuse(start, "the JSON value has ended, but more text follows; one definition is one value")
            if due in ("first-key", "key"):
                if token == "}" and due == "first-key":
                    pass
                elif kind == "text":
                    assert isinstance(inside, dict)
                    name = self._name(start, offset)
                    if name in inside:
                        line, column = self.source.line_and_column(inside[name])
                        self._refuse(
                            start,
                            f"the key {name!r} stands twice in one object, first at {line}:{column}; JSON readers keep "
                            "only the last; rename or remove one",
                        )
                    inside[name] = start
                    value_at = f"{pointer}/{escape(name)}"
                    due = "colon"
                    continue
                elif token == "}":
                    self._refuse(start, "a comma stands before this }, but no member follows; remove the comma")
                else:
                    self._refuse(start, f"a key in double quotes is due here, not {text[start:offset][:20]!r}")
            elif due == "colon":
                if token != ":":
                    self._refuse(start, f"a colon is due behind the key, not {text[start:offset][:20]!r}")
                due = "value"
                continue
            elif due == "comma":
                if token == ",":
                    if isinstance(inside, int):
                        value_at = f"{pointer}/{inside}"
                        due = "value"
                    else:
                        due = "key"
                    continue
                if token != ("}" if isinstance(inside, dict) else "]"):
                    closing = "}" if isinstance(inside, dict) else "]"
                    self._refuse(start, f"a comma or {closing} is due here, not {text[start:offset][:20]!r}")
            elif token in ("}", ":", ",") or (token == "]" and due != "first-value"):
                if token == "]" and isinstance(inside, int):
                    self._refuse(start, "a comma stands before this ], but no value follows; remove the comma")
                self._refuse(start, f"a value is due here, not {token!r}")
            # A value begins, or the open object or list ends.
            if token in ("}", "]"):
                spans[pointer] = (opened, offset)
                pointer, opened, inside = stack.pop() if stack else ("", -1, None)
            elif token:
                if len(stack) >= MAX_DEPTH:
                    self._refuse(start, f"more than {MAX_DEPTH} objects and lists stand inside one another here")
                if inside is not None:
                    stack.append((pointer, opened, inside + 1 if isinstance(inside, int) else inside))
                else:
                    stack.append(("", -1, {}))
                pointer, opened = value_at, start
                spans[pointer] = (start, start + 1)  # keeps its place in front of its members
                if token == "{":
                    inside, due = {}, "first-key"
                else:
                    inside, due, value_at = 0, "first-value", f"{pointer}/0"
                continue
            else:
                spans[value_at] = (start, offset)
                if kind == "text":
                    self._check_text(start, offset)
                elif kind == "number":
                    self._check_number(start, offset)
                elif kind == "bare":
                    self.bare.append((value_at, start, offset))
                if isinstance(inside, int):
                    inside += 1
            due = "comma" if opened >= 0 else "end"

    def _name(self, start: int, end: int) -> str:
        self._check_text(start, end)
        raw = self.source.text[start:end]
        return json.loads(raw) if "\\" in raw else raw[1:-1]

    def _check_text(self, start: int, end: int) -> None:
        raw = self.source.text[start:end]
        half = None if raw.isascii() else _HALF.search(raw)
        if half is None and "\\u" in raw:
            half = next((m for m in _ESCAPED_HALF.finditer(raw) if m.group(1)), None)
        if half is not None:
            self._refuse(start + half.start(), "half of a surrogate pair stands in this text; no UTF-8 can hold it")

    def _check_number(self, start: int, end: int) -> None:
        raw = self.source.text[start:end]
        message = number_problem(raw)
        if message:
            self._refuse(start, message)

    def _refuse(self, offset: int, message: str) -> NoReturn:
        raise Unreadable(
            message, self.source.at(offset), aws_code=INVALID_JSON, aws_location=self._aws_location(offset + 1)
        )

    def _refuse_end(self, offset: int, opened: int, inside: object) -> NoReturn:
        if opened < 0:
            raise Unreadable(
                "Definition must be a valid JSON object, but the text is empty",
                self.source.at(offset),
                aws_code="SCHEMA_VALIDATION_FAILED",
            )
        line, column = self.source.line_and_column(opened)
        what = "object" if isinstance(inside, dict) else "list"
        self._refuse(offset, f"the text ends inside the {what} that opens at {line}:{column}; it is cut off")

    def _refuse_token(self, offset: int) -> NoReturn:
        """What stands at an offset (after blanks) is no token of JSON."""
        text = self.source.text
        offset += len(text[offset:]) - len(text[offset:].lstrip(" \t\n\r"))
        here = text[offset]
        word = re.compile(r"[\w$.+-]+").match(text, offset)
        if here == '"':
            self._refuse_text(offset)
        if here == "'":
            self._refuse(offset, "texts stand in double quotes in JSON, not in single ones")
        if here == "\ufeff":
            self._refuse(offset, "a byte-order mark stands here, which AWS refuses; save the file as UTF-8 without one")
        if text.startswith(("//", "/*", "#"), offset):
            self._refuse(offset, "JSON has no comments; write a Comment field")
        if word is None:
            self._refuse(offset, f"{here!r} is nothing that JSON knows")
        found = word.group()
        message = f"{found[:30]!r} is no JSON value; a text stands in double quotes"
        if found in ("NaN", "Infinity", "-Infinity"):
            message = f"JSON knows no {found}; write a number, or null"
        elif found.lower() in ("true", "false", "null", "none"):
            message = f"JSON writes {'null' if found.lower() == 'none' else found.lower()}, not {found}"
        elif found[0].isdigit() or found[0] in "+-.":
            message = f"{found[:30]!r} is no number of JSON"
        raise Unreadable(
            message,
            self.source.at(offset, offset + len(found)),
            aws_code=INVALID_JSON,
            aws_location=self._aws_location(offset + len(found)),
        )

    def _refuse_text(self, offset: int) -> NoReturn:
        """A text opens here that does not close, or holds what may not stand in one."""
        text = self.source.text
        at = offset + 1
        good = re.compile(r'(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*').match(text, at)
        assert good is not None
        at = good.end()
        if at >= len(text):
            self._refuse(offset, "this text is never closed with a double quote; the file is cut off")
        if text[at] == "\n":
            self._refuse(offset, "this text runs over the end of the line; close it, or write \\n")
        if text[at] == "\\":
            self._refuse(at, f"{text[at : at + 2]!r} is no escape of JSON; a backslash is written \\\\")
        self._refuse(at, f"the control character U+{ord(text[at]):04X} stands in a text; write \\u{ord(text[at]):04x}")

    def _aws_location(self, offset: int) -> str:
        """As AWS's parser writes it (recorded): the text, and the line and column behind what it read."""
        text = self.source.text
        line = text.count("\n", 0, offset) + 1
        column = offset - (text.rfind("\n", 0, offset) + 1) + 1
        shown = text[:500].encode("utf-8", "replace").decode()
        more = "" if len(text) <= 500 else f"[truncated {len(text) - 500} chars]"
        return f'[Source: (String)"{shown}"{more}; line: {line}, column: {column}]'


def number_problem(raw: str) -> str | None:
    """Why a number cannot be kept as it stands; None when it can."""
    if raw.lstrip("-").isdigit():
        if len(raw) > 18 and not (len(raw) < 21 and -(2**63) <= int(raw) < 2**63):
            return f"the number {raw[:24]}{'...' if len(raw) > 24 else ''} does not fit 64 bits; write it as a text"
    elif abs(float(raw)) == float("inf"):
        return f"the number {raw[:24]} is too large for a double; write it as a text"
    return None
