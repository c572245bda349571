"""A short text that a regular expression takes: for the `pattern` of a schema."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_CLASSES: Final = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_DEEPEST: Final = 40
_MOST: Final = 1_000
"""Repetitions that are written out."""


class _Unknown(Exception):
    """The pattern has a part that is not known here."""


@lru_cache(maxsize=1024)
def takes(source: str, text: str) -> bool:
    """Whether a pattern takes the whole of a text."""
    try:
        return re.fullmatch(source, text) is not None
    except re.error:
        return False


def text_like(pattern: str) -> str | None:
    """A text that the pattern is found in, as JSON Schema asks; None where none was made."""
    try:
        made, at = _choice(pattern, 0, 0)
        if at < len(pattern):
            return None
        return made if re.search(pattern, made) is not None else None
    except (_Unknown, re.error, IndexError, RecursionError):
        return None


def _choice(text: str, at: int, depth: int) -> tuple[str, int]:
    """The first of `a|b`; the others are passed over."""
    if depth > _DEEPEST:
        raise _Unknown
    made, at = _sequence(text, at, depth)
    while at < len(text) and text[at] == "|":
        _, at = _sequence(text, at + 1, depth)
    return made, at


def _sequence(text: str, at: int, depth: int) -> tuple[str, int]:
    made: list[str] = []
    while at < len(text) and text[at] not in "|)":
        piece, at = _atom(text, at, depth)
        least, at = _least(text, at)
        made.append(piece * least)
    return "".join(made), at


def _atom(text: str, at: int, depth: int) -> tuple[str, int]:
    sign = text[at]
    if sign in "^$":
        return "", at + 1
    if sign == ".":
        return "a", at + 1
    if sign == "[":
        return _set(text, at + 1)
    if sign == "\\":
        return _escaped(text[at + 1]), at + 2
    if sign == "(":
        at += 1
        if text.startswith("?:", at):
            at += 2
        elif text.startswith(("?P<", "?<"), at) and text[at + 2] not in "=!":
            at = text.index(">", at) + 1
        elif text.startswith("?", at):
            raise _Unknown
        made, at = _choice(text, at, depth + 1)
        if text[at] != ")":
            raise _Unknown
        return made, at + 1
    if sign in "*+?{":
        raise _Unknown
    return sign, at + 1


def _escaped(letter: str) -> str:
    if letter in _CLASSES:
        return _CLASSES[letter]
    if letter in "bBAZz":
        return ""
    if letter.isalnum():
        raise _Unknown
    return letter


def _set(text: str, at: int) -> tuple[str, int]:
    """One character of `[...]`: the first that is named, or one that is not."""
    negated = text[at] == "^"
    at += negated
    named: list[str] = []
    first = True
    while text[at] != "]" or first:
        first = False
        letter = text[at]
        if letter == "\\":
            at += 1
            named.append(_CLASSES.get(text[at], text[at]))
        elif text[at + 1] == "-" and text[at + 2] != "]":
            named.append(letter)
            at += 2
        else:
            named.append(letter)
        at += 1
    if not negated:
        return named[0], at + 1
    source = "[^" + text[text.rindex("[^", 0, at) + 2 : at + 1]
    for letter in "a1A_- ":
        if re.fullmatch(source, letter) is not None:
            return letter, at + 1
    raise _Unknown


def _least(text: str, at: int) -> tuple[int, int]:
    """(how often the atom before must stand there, where to go on)"""
    if at >= len(text):
        return 1, at
    sign = text[at]
    found = re.compile(r"\{(\d+)(,\d*)?\}").match(text, at) if sign == "{" else None
    if found is not None:
        least, at = min(int(found[1]), _MOST), found.end()
    elif sign in "*?":
        least, at = 0, at + 1
    elif sign == "+":
        least, at = 1, at + 1
    else:
        return 1, at
    return least, at + 1 if at < len(text) and text[at] in "?+" else at
