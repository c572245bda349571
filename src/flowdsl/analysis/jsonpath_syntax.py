"""JSONPath texts and intrinsic calls taken apart, for looking at: where a path leads, what a call is given.

Whether AWS takes a text is for the query room to say. A form that is not known here gives None, and analyses then know
nothing about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

MANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Many:
    """A step that leads to any number of places: a wildcard, a slice, a filter, a union, a descent."""

    text: str


Step = str | int | Many
"""A member's name, an array's index, or Many."""


@dataclass(frozen=True, slots=True)
class Path:
    """A path. A variable's name is its root's; `$$` is the context object."""

    text: str
    root: Literal["input", "context", "variable"]
    variable: str
    steps: tuple[Step, ...]

    @property
    def is_definite(self) -> bool:
        """Whether it leads to one place at most."""
        return not any(isinstance(step, Many) for step in self.steps)

    @property
    def is_whole(self) -> bool:
        """Whether it is the root itself."""
        return not self.steps


@dataclass(frozen=True, slots=True)
class Call:
    """An intrinsic call: `States.Format('{}', $.a)`."""

    text: str
    name: str
    """Without `States.`."""
    arguments: tuple[Path | Call | Literal_, ...]


@dataclass(frozen=True, slots=True)
class Literal_:
    """A literal argument: text, number, boolean or null."""

    value: object


Value = Path | Call
"""What may stand under a key that ends in `.$`."""

_NAME = r"[^\W\d][\w]*"
_STEP = re.compile(
    r"""
    \.?\[\s*(?:
        '(?P<single>(?:[^'\\]|\\.)*)'
      | "(?P<double>(?:[^"\\]|\\.)*)"
      | (?P<index>-?[0-9]+)
    )\s*\]
  | (?P<descent>\.\.)
  | \.(?P<star>\*)
  | \.(?P<function>(?:length|min|max|avg|sum|stddev|concat|keys|size|first|last|append|index)\(\s*[^()]*\))
  | \.(?P<name>[^\s.\[\]()*?@,:'"$=<>!&|{}]+)
  | (?P<bracket>\.?\[)
    """,
    re.VERBOSE,
)
_ROOT = re.compile(rf"\$(?:(?P<context>\$)|(?P<variable>{_NAME}))?")
_CALL = re.compile(r"\s*States\.([A-Za-z0-9]+)\s*\(")
_ARGUMENT = re.compile(
    r"\s*(?:'(?P<text>(?:[^'\\]|\\.)*)'|(?P<number>-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)|(?P<word>true|false|null)\b)\s*",
    re.DOTALL,
)


@lru_cache(maxsize=16384)
def parse_path(text: str) -> Path | None:
    """A path taken apart; None when it is none, or of a form that is not known here."""
    text = text.rstrip()
    root = _ROOT.match(text)
    if root is None:
        return None
    steps: list[Step] = []
    at = root.end()
    if at < len(text) and text[at] not in ".[":
        return None
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None:
            # `$.['a']` and `$.` alone are out there; a lone dot at the end is not.
            return None
        kind = match.lastgroup
        at = match.end()
        if kind == "single" or kind == "double":
            steps.append(re.sub(r"\\(.)", r"\1", match[kind]))
        elif kind == "index":
            steps.append(int(match[kind]))
        elif kind == "name":
            steps.append(match[kind])
        elif kind == "star":
            steps.append(Many(MANY))
        elif kind == "descent":
            steps.append(Many(".."))
            # The name after a descent stands without a dot.
            if at < len(text) and text[at] not in "[*":
                word = re.compile(r"[^\s.\[\]()*?@,:]+").match(text, at)
                if word is None:
                    return None
                steps.append(word.group())
                at = word.end()
            elif at < len(text) and text[at] == "*":
                at += 1
        elif kind == "function":
            steps.append(Many(match[kind]))
        else:
            end = _closing(text, at)
            if end is None:
                return None
            steps.append(Many(text[match.start() : end]))
            at = end
    where: Literal["input", "context", "variable"] = (
        "context" if root["context"] else "variable" if root["variable"] else "input"
    )
    return Path(text, where, root["variable"] or "", tuple(steps))


@lru_cache(maxsize=8192)
def parse_value(text: str) -> Value | None:
    """What a key that ends in `.$` holds: a path or an intrinsic call."""
    if text.startswith("$"):
        return parse_path(text)
    try:
        found = _call(text, 0)
    except RecursionError:
        return None
    if found is None or text[found[1] :].strip():
        return None
    return found[0]


def paths_in(value: Value | None) -> Iterator[Path]:
    """Every path of a value, a call's arguments at any depth."""
    stack: list[object] = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Path):
            yield item
        elif isinstance(item, Call):
            stack.extend(reversed(item.arguments))


def _call(text: str, at: int) -> tuple[Call, int] | None:
    match = _CALL.match(text, at)
    if match is None:
        return None
    start = match.end()
    arguments: list[Path | Call | Literal_] = []
    at = start
    if text[at:].lstrip().startswith(")"):
        at = text.index(")", at) + 1
        return Call(text[match.start() : at].strip(), match[1], ()), at
    while True:
        found = _argument(text, at)
        if found is None:
            return None
        argument, at = found
        arguments.append(argument)
        rest = text[at : at + 1]
        at += 1
        if rest == ")":
            return Call(text[match.start() : at].strip(), match[1], tuple(arguments)), at
        if rest != ",":
            return None


def _argument(text: str, at: int) -> tuple[Path | Call | Literal_, int] | None:
    while text[at : at + 1].isspace():
        at += 1
    if text.startswith("$", at):
        end = _path_end(text, at)
        path = parse_path(text[at:end].rstrip())
        return None if path is None else (path, end)
    call = _call(text, at)
    if call is not None:
        end = call[1]
        while text[end : end + 1].isspace():
            end += 1
        return call[0], end
    match = _ARGUMENT.match(text, at)
    if match is None:
        return None
    if match["text"] is not None:
        value: object = re.sub(r"\\(['{}\\])", r"\1", match["text"])
    elif match["number"] is not None:
        number = float(match["number"])
        value = int(number) if number.is_integer() else number
    else:
        value = {"true": True, "false": False, "null": None}[match["word"]]
    return Literal_(value), match.end()


def _path_end(text: str, at: int) -> int:
    """Where a path that is an argument ends: at a comma or parenthesis that is its call's."""
    depth = 0
    quote = ""
    while at < len(text):
        here = text[at]
        if quote:
            if here == "\\":
                at += 1
            elif here == quote:
                quote = ""
        elif here in "'\"" and depth:
            quote = here
        elif here in "[(":
            depth += 1
        elif here == "]" or (here == ")" and depth):
            depth -= 1
        elif here in ",)" and depth == 0:
            break
        at += 1
    return at


def _closing(text: str, at: int) -> int | None:
    """Just past the bracket that closes what stands before `at`; None when none does."""
    depth, quote = 1, ""
    while at < len(text):
        here = text[at]
        if quote:
            if here == "\\":
                at += 1
            elif here == quote:
                quote = ""
        elif here in "'\"":
            quote = here
        elif here == "[":
            depth += 1
        elif here == "]":
            depth -= 1
            if depth == 0:
                return at + 1
        at += 1
    return None
