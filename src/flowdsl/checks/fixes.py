"""Making the corrections that findings carry in a JSON text: what is not corrected stays as it was written, blanks and all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from flowdsl.asl.json_text import Document, read_json
from flowdsl.asl.source_map import split
from flowdsl.asl.source_text import SourceText
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import Diagnostic, Edit, Fix

_BLANKS = " \t\r\n"


def fixes_of(findings: Iterable[Diagnostic], *, unsafe: bool) -> list[Fix]:
    """The corrections that may be made, each once; `unsafe` ones may change what a definition computes."""
    found: list[Fix] = []
    for finding in findings:
        fix = finding.fix
        if fix is not None and fix.edits and (fix.safe or unsafe) and fix not in found:
            found.append(fix)
    return found


def apply(text: str, fixes: Iterable[Fix]) -> tuple[str, int]:
    """(the text with the corrections made, how many of them). One that meets another's place is left for the next run."""
    made = 0
    touched: list[str] = []
    for fix in fixes:
        places = [_place(edit) for edit in fix.edits]
        if any(_overlaps(place, other) for place in places for other in touched):
            continue
        after = _with(text, fix.edits)
        if after is not None and after != text:
            text = after
            made += 1
            touched += places
    return text, made


def _place(edit: Edit) -> str:
    """What an edit touches: a value, or the object that a member comes into or goes from."""
    return edit.pointer.rpartition("/")[0] if edit.remove else edit.pointer


def _overlaps(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _with(text: str, edits: tuple[Edit, ...]) -> str | None:
    """The text with one correction made; None when it does not fit any more."""
    left = list(edits)
    while left:
        edit = left.pop(0)
        document = read_json(SourceText("fix", text))
        after = left[0] if left else None
        if edit.remove and after is not None and not after.remove and _parent(edit.pointer) == _parent(after.pointer):
            # One member goes and another comes: it takes its place.
            left.pop(0)
            found = _renamed(document, edit.pointer, after)
        elif edit.remove:
            found = _removed(document, edit.pointer)
        else:
            found = _put(document, edit)
        if found is None:
            return None
        text = found
    return text


def _parent(pointer: str) -> str:
    return pointer.rpartition("/")[0]


def _span(document: Document, pointer: str) -> tuple[int, int] | None:
    spans = document.spans()
    try:
        return spans[pointer]
    except (KeyError, TypeError, ValueError, IndexError):
        return None


def _key_start(text: str, value_start: int) -> int | None:
    """Where the key of a member begins, whose value begins here; None for an item of a list."""
    at = value_start - 1
    while at >= 0 and text[at] in _BLANKS:
        at -= 1
    if at < 0 or text[at] != ":":
        return None
    at -= 1
    while at >= 0 and text[at] in _BLANKS:
        at -= 1
    start = at - 1
    while start >= 0:
        start = text.rfind('"', 0, start + 1)
        escapes = len(text[:start]) - len(text[:start].rstrip("\\"))
        if escapes % 2 == 0:
            return start
        start -= 1
    return None


def _renamed(document: Document, pointer: str, new: Edit) -> str | None:
    text = document.source.text
    span = _span(document, pointer)
    key_start = _key_start(text, span[0]) if span is not None else None
    if span is None or key_start is None:
        return None
    name = split(new.pointer)[-1]
    old: Any = _value(document.value, pointer)
    value = text[span[0] : span[1]] if new.value == old else _written(new.value, text, key_start)
    return f"{text[:key_start]}{json.dumps(name, ensure_ascii=False)}: {value}{text[span[1] :]}"


def _removed(document: Document, pointer: str) -> str | None:
    text = document.source.text
    span = _span(document, pointer)
    start = _key_start(text, span[0]) if span is not None else None
    if span is None or start is None:
        return None
    end = span[1]
    comma = re.compile(r"[ \t\r\n]*,").match(text, end)
    if comma is not None:
        # With the comma that follows, up to the next member.
        end = comma.end()
        while end < len(text) and text[end] in _BLANKS:
            end += 1
        return text[:start] + text[end:]
    # The last member: the comma before it goes too.
    before = start
    while before > 0 and text[before - 1] in _BLANKS:
        before -= 1
    if before > 0 and text[before - 1] == ",":
        before -= 1
    return text[:before] + text[end:] if before < start else text[:start] + text[end:]


def _put(document: Document, edit: Edit) -> str | None:
    text = document.source.text
    span = _span(document, edit.pointer)
    if span is not None:
        return text[: span[0]] + _written(edit.value, text, span[0]) + text[span[1] :]
    outer = _span(document, _parent(edit.pointer))
    holder = _value(document.value, _parent(edit.pointer))
    if outer is None or not is_object(holder):
        return None
    name = json.dumps(split(edit.pointer)[-1], ensure_ascii=False)
    end = outer[1] - 1
    last = end
    while text[last - 1] in _BLANKS:
        last -= 1
    if not holder:
        return f"{text[:last]}{name}: {_written(edit.value, text, last)}{text[end:]}"
    # A member like the last one: on a line of its own where that has one.
    *_, previous = holder
    inner = _span(document, f"{_parent(edit.pointer)}/{previous.replace('~', '~0').replace('/', '~1')}")
    start = _key_start(text, inner[0]) if inner is not None else None
    if start is None:
        return None
    line = text.rfind("\n", 0, start)
    alone = not text[line + 1 : start].strip() and line >= 0
    blank = f"\n{text[line + 1 : start]}" if alone else " "
    return f"{text[:last]},{blank}{name}: {_written(edit.value, text, start)}{text[last:]}"


def _written(value: object, text: str, at: int) -> str:
    """A value as JSON text, indented like the line it goes into."""
    line = text.rfind("\n", 0, at)
    indent = re.match(r"[ \t]*", text[line + 1 : at])
    prefix = indent.group() if indent is not None else ""
    if line < 0 or not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, ensure_ascii=False)
    return json.dumps(value, ensure_ascii=False, indent=2).replace("\n", f"\n{prefix}")


def _value(document: Any, pointer: str) -> Any:
    for token in split(pointer):
        if is_object(document):
            document = document.get(token)
        elif is_list(document) and token.isdigit() and int(token) < len(document):
            document = document[int(token)]
        else:
            return None
    return document
