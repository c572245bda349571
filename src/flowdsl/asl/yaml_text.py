"""YAML text read as the JSON it stands for, with the place of every value. The only door to ruamel.yaml.

Built from the parser's events, without recursion: no tag can build an object, aliases are counted before they are
followed, and what JSON cannot hold is an error with a position. Texts stay texts: only what JSON writes as a number is
one, so an account id with a leading zero keeps it.
"""

# The library's own types are partial.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownVariableType=false

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from flowdsl.asl.json_scan import MAX_DEPTH, number_problem
from flowdsl.asl.json_text import Document
from flowdsl.asl.source_map import escape
from flowdsl.asl.source_text import SourceText, Unreadable
from flowdsl.asl.values import Json, is_list, is_object

MAX_VALUES: Final = 1_000_000
"""Values of a document with all its aliases followed: more is a bomb."""

_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_WORDS: Final = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS_TRUE: Final = ("true", "True", "TRUE")
_WORDS_FALSE: Final = ("false", "False", "FALSE")
_STANDARD: Final = "tag:yaml.org,2002:"
_SHORT_FUNCTIONS: Final = {
    f"!{name}": f"Fn::{name}"
    for name in (
        *("And", "Base64", "Cidr", "Equals", "FindInMap", "GetAZs", "GetAtt", "If", "ImportValue", "Join", "Length"),
        *("Not", "Or", "Select", "Split", "Sub", "ToJsonString", "Transform"),
    )
} | {"!Ref": "Ref", "!Condition": "Condition"}
"""CloudFormation's functions by their tags: `!Sub x` is {"Fn::Sub": x}."""


@dataclass(slots=True)
class _Open:
    """A mapping or sequence whose end has not come."""

    value: Any
    pointer: str
    start: int
    anchor: str | None
    function: str | None
    keys: dict[str, int] = field(default_factory=dict[str, int])
    """Of a mapping: where each key stands."""
    key: str | None = None
    """Of a mapping: the key whose value comes next."""
    merged: list[Json] = field(default_factory=list[Json])
    """What `<<` brings in."""
    size: int = 1
    height: int = 1


def read_yaml(source: SourceText) -> Document:
    """The JSON value of a YAML text. Raises Unreadable.

    CloudFormation's short forms become their long ones: `!Sub x` is {"Fn::Sub": x}, `!Ref x` {"Ref": x}.
    """
    builder = _Builder(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        builder.build()
    return Document(builder.value, source, lambda: builder.spans)


class _Builder:
    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.spans: dict[str, tuple[int, int]] = {}
        self.value: Json = None
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Json, int, int]] = {}
        """value, number of values, height"""
        self._total = 0

    def build(self) -> None:
        documents = 0
        end = 0
        for event in self._events():
            kind = type(event).__name__
            start, end = event.start_mark.index, event.end_mark.index
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    self._refuse(start, "a second YAML document begins here; one file holds one definition")
            elif kind == "ScalarEvent":
                self._scalar(event, start, end)
            elif kind in ("MappingStartEvent", "SequenceStartEvent"):
                self._begin({} if kind == "MappingStartEvent" else [], event, start)
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._end(end)
            elif kind == "AliasEvent":
                self._alias(event.anchor, start, end)
        if not documents:
            raise Unreadable(
                "Definition must be a valid JSON object, but the text is empty",
                self.source.at(end),
                aws_code="SCHEMA_VALIDATION_FAILED",
            )

    def _events(self) -> Iterator[Any]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError
        from ruamel.yaml.reader import ReaderError

        last = 0
        try:
            for event in YAML(typ="safe", pure=True).parse(self.source.text):
                last = event.end_mark.index
                yield event
        except Unreadable:
            raise
        except ReaderError as error:
            code = ord(error.character) if isinstance(error.character, str) else int(error.character)
            if 0xD800 <= code <= 0xDFFF:
                self._refuse(error.position, "half of a surrogate pair stands here; no UTF-8 can hold it")
            self._refuse(error.position, f"the character U+{code:04X} may not stand in YAML")
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            what = " ".join(str(part) for part in (error.problem, error.context) if part)
            self._refuse(mark.index if mark else last, f"this is no YAML: {' '.join(what.split())}")
        except (YAMLError, Exception) as error:
            # The library meets some malformed texts with a defect of its own (IndexError, ValueError, ...): for the
            # user that is the same as malformed YAML.
            self._refuse(last, f"this is no YAML ({type(error).__name__})")

    def _begin(self, value: Json, event: Any, start: int) -> None:
        if len(self._stack) >= MAX_DEPTH:
            self._refuse(start, f"more than {MAX_DEPTH} objects and lists stand inside one another here")
        if self._stack and self._stack[-1].key is None and is_object(self._stack[-1].value):
            self._refuse(start, "a key must be a text, not an object or a list")
        function = self._function(event.ctag if event.tag else None, start)
        pointer = self._pointer()
        self.spans[pointer] = (start, start)
        if function:
            pointer = f"{pointer}/{escape(function)}"
            self.spans[pointer] = (start, start)
        self._stack.append(_Open(value, pointer, start, event.anchor, function))

    def _end(self, end: int) -> None:
        top = self._stack.pop()
        self.spans[top.pointer] = (top.start, end)
        value = top.value
        for more in top.merged:
            for name, member in more.items():
                value.setdefault(name, member)
        if top.function:
            self.spans[top.pointer.rpartition("/")[0]] = (top.start, end)
            value = {top.function: value}
        self._put(value, top.size, top.height + (1 if top.function else 0), top.anchor)

    def _scalar(self, event: Any, start: int, end: int) -> None:
        text: str = event.value
        if not text.isascii() and _HALF.search(text):
            text = self._paired(text, start)
        top = self._stack[-1] if self._stack else None
        if top is not None and top.key is None and is_object(top.value):
            if text == "<<" and event.implicit[0]:
                top.key = text
                return
            if text in top.keys:
                line, column = self.source.line_and_column(top.keys[text])
                self._refuse(
                    start,
                    f"the key {text!r} stands twice in one object, first at {line}:{column}; readers keep only the last; "
                    "rename or remove one",
                )
            top.keys[text] = start
            top.key = text
            return
        function = None
        tag = event.ctag if event.tag else None
        if tag is None:
            value: Json = self._plain(text, start) if event.implicit[0] else text
        elif str(tag).startswith(_STANDARD):
            value = self._tagged(str(tag)[len(_STANDARD) :], text, start)
        else:
            function = self._function(tag, start)
            value = text.split(".", 1) if function == "Fn::GetAtt" and "." in text else text
        self.spans[self._pointer()] = (start, end)
        self._put({function: value} if function else value, 1, 1 if function else 0, event.anchor)

    def _paired(self, text: str, start: int) -> str:
        """A text with its surrogate pairs joined: JSON, which is YAML too, may write one character as two escapes."""
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._refuse(start, "half of a surrogate pair stands in this text; no UTF-8 can hold it")

    def _plain(self, text: str, start: int) -> Json:
        if text in _WORDS:
            return None
        if text in _WORDS_TRUE:
            return True
        if text in _WORDS_FALSE:
            return False
        number = _NUMBER.fullmatch(text)
        if number is not None:
            problem = number_problem(text)
            if problem:
                self._refuse(start, problem)
            return float(text) if number.group(1) or number.group(2) else int(text)
        if text.lower() in (".nan", ".inf", "-.inf", "+.inf"):
            self._refuse(start, f"JSON knows no {text}; write a number, or null")
        return text

    def _tagged(self, tag: str, text: str, start: int) -> Json:
        """A scalar under one of YAML's own tags."""
        if tag == "str":
            return text
        if tag not in ("int", "float", "bool", "null"):
            self._refuse(start, f"the tag !!{tag} stands for a value that JSON cannot hold")
        value = self._plain(text, start)
        if isinstance(value, str):
            self._refuse(start, f"{text[:30]!r} is no {tag}")
        return value

    def _function(self, tag: Any, start: int) -> str | None:
        """The CloudFormation function behind a tag; None for no tag. Any other tag is refused."""
        if tag is None or str(tag) in (f"{_STANDARD}map", f"{_STANDARD}seq"):
            return None
        if str(tag) not in _SHORT_FUNCTIONS:
            shown = str(tag).replace(_STANDARD, "!!")
            self._refuse(start, f"the tag {shown} would build an object; a definition holds plain values only")
        return _SHORT_FUNCTIONS[str(tag)]

    def _alias(self, anchor: str, start: int, end: int) -> None:
        if any(outer.anchor == anchor for outer in self._stack):
            self._refuse(start, f"*{anchor} stands inside the value that it names; that value has no end")
        if anchor not in self._anchors:
            self._refuse(start, f"*{anchor} names nothing above it")
        top = self._stack[-1] if self._stack else None
        if top is not None and top.key is None and is_object(top.value):
            self._refuse(start, f"*{anchor} stands where a key must; write the key")
        value, size, height = self._anchors[anchor]
        if len(self._stack) + height > MAX_DEPTH:
            self._refuse(start, f"more than {MAX_DEPTH} objects and lists stand inside one another here")
        self.spans[self._pointer()] = (start, end)
        self._put(value, size, height, None, start)

    def _pointer(self) -> str:
        """Of the value that comes now."""
        if not self._stack:
            return ""
        top = self._stack[-1]
        return f"{top.pointer}/{escape(top.key) if top.key is not None else len(top.value)}"

    def _put(self, value: Json, size: int, height: int, anchor: str | None, start: int = 0) -> None:
        if anchor is not None:
            self._anchors[anchor] = (value, size, height)
        if not self._stack:
            self.value = value
            return
        top = self._stack[-1]
        top.size += size
        top.height = max(top.height, height + 1)
        if top.size > MAX_VALUES:
            self._refuse(start, f"with its aliases followed, the document has more than {MAX_VALUES:,} values")
        if top.key is None:
            top.value.append(value)
        elif top.key == "<<" and "<<" not in top.keys:
            for more in value if is_list(value) else [value]:
                if not is_object(more):
                    self._refuse(start or top.start, "<< takes an object, or a list of them")
                top.merged.append(more)
            top.key = None
        else:
            top.value[top.key] = value
            top.key = None

    def _refuse(self, offset: int, message: str) -> NoReturn:
        raise Unreadable(message, self.source.at(min(offset, len(self.source.text))))
