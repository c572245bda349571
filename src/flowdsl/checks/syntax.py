"""Paths, payload templates and expressions that AWS refuses when a machine is created: one pass, read by several rules."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, Literal

from flowdsl.analysis.jsonata_trees import depth_beyond
from flowdsl.asl.field import Field, Language
from flowdsl.asl.fields import OBJECTS
from flowdsl.asl.objects import Here, aws_location_of, dotted, pointer_of
from flowdsl.asl.values import PLACEHOLDER, Json, has_placeholder, is_list, is_object, shown
from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.jsonata.references import EVERYWHERE, INVALID, Problem, syntax_errors
from flowdsl.query.jsonata.syntax import DEEPEST, parse
from flowdsl.query.jsonata.tokens import SyntaxFault
from flowdsl.query.jsonpath.intrinsics import parse_intrinsic
from flowdsl.query.jsonpath.syntax import parse_path

Kind = Literal[
    "path", "reference-path", "template-value", "template-text", "template-key", "syntax", "half-open", "reference"
]

_SIMPLE_PATH: Final = re.compile(r"\${1,2}(?:\.[A-Za-z_]\w*)*|\$[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
"""Most paths; they need no parser."""
_SIMPLE_EXPRESSION: Final = re.compile(r"\s*\$(?!states\b)[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\s*", re.ASCII)
_SIMPLE_READ: Final = re.compile(r"\s*\$states\.(?:input|context)(?:\.[A-Za-z_]\w*)*\s*", re.ASCII)
"""Most expressions: a variable, the input, the context."""
_WORDS: Final = re.compile(r"\.(?:and|or|in)\b")

_ERROR_INTRINSICS: Final = frozenset(
    f"States.{name}"
    for name in ("Format", "JsonToString", "ArrayGetItem", "Base64Encode", "Base64Decode", "Hash", "UUID")
)
"""What may stand in ErrorPath and CausePath (documentation)."""


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """One text that AWS refuses."""

    kind: Kind
    pointer: str
    message: str
    state: str | None
    aws_location: str


def syntax_problems(objects: Iterable[Here]) -> Iterator[SyntaxProblem]:
    """Every path, template and expression that AWS refuses in the objects of a definition, in their order. What holds
    `${...}` is passed over.
    """
    for here in objects:
        if not here.type:
            continue
        fields = _looked_at(here.type, here.language)
        for name, value in here.fields.items() if fields else ():
            field = fields.get(name)
            if field is None:
                continue
            if here.is_jsonata:
                yield from _expressions(here, field, value)
            elif field.kind == "template":
                yield from _template(here, field, value)
            elif (isinstance(value, str) and not _SIMPLE_PATH.fullmatch(value) and not has_placeholder(value)) or (
                field.name == "ResultPath" and isinstance(value, str) and not has_placeholder(value)
            ):
                yield from _path(here, field, value)
        if here.type == "Credentials" and not here.is_jsonata:
            yield from _template_object(here, (), here.fields)


@cache
def _looked_at(type: str, language: Language) -> dict[str, Field]:
    """The fields of a type of object that hold paths, templates or expressions, by name."""
    is_jsonata = language == "JSONata"
    kinds = ("template", "condition") if is_jsonata else ("template", "path", "reference-path", "error-path")
    return {
        name: field
        for name, field in OBJECTS[type].items()
        if field.language in (None, language) and (field.kind in kinds or (is_jsonata and field.expression))
    }


def _problem(
    kind: Kind, here: Here, tokens: tuple[str | int, ...], message: str, aws_at: int | None = None
) -> SyntaxProblem:
    path = here.path
    return SyntaxProblem(
        kind, pointer_of([*path, *tokens]), message, here.state, aws_location_of([*path, *tokens[:aws_at]])
    )


def _where(here: Here, tokens: tuple[str | int, ...]) -> str:
    """How a message calls a part of an object."""
    return f"{dotted(tokens)} of {here.subject}" if tokens else here.subject


def _path(here: Here, field: Field, text: str) -> Iterator[SyntaxProblem]:
    subject = f"{field.name} of {here.subject}"
    if field.kind == "error-path" and text.lstrip().startswith("States."):
        try:
            call = parse_intrinsic(text)
        except ExpressionSyntaxError as error:
            yield _problem("path", here, (field.name,), f"{subject} is no path and no intrinsic: {error.message}")
            return
        if call.name not in _ERROR_INTRINSICS:
            yield _problem("path", here, (field.name,), f"{subject} calls {call.name}, which gives no text there")
        return
    try:
        path = parse_path(text)
    except ExpressionSyntaxError as error:
        yield _problem("path", here, (field.name,), f"{subject} is no JSONPath: {shown(text)}: {error.message}")
        return
    if field.kind == "path":
        return
    if field.name == "ResultPath" and path.root != "input":
        what = "the context object" if path.root == "context" else "a variable"
        message = f"Value is not a Reference Path: {subject} leads into {what} ({shown(text)}); the result goes into the input"
        yield _problem("reference-path", here, (field.name,), message)
    elif not path.is_reference:
        message = (
            f"Value is not a Reference Path: {subject} is {shown(text)}, which may lead to several places or to none"
        )
        yield _problem("reference-path", here, (field.name,), message)


def _template(here: Here, field: Field, value: Json) -> Iterator[SyntaxProblem]:
    """A payload template: objects whose keys ending in `.$` are evaluated, at any depth."""
    stack: list[tuple[tuple[str | int, ...], Json]] = [((field.name,), value)]
    while stack:
        tokens, node = stack.pop()
        if is_object(node):
            yield from _template_object(here, tokens, node)
            stack.extend(((*tokens, key), node[key]) for key in reversed(node) if not key.endswith(".$"))
        elif is_list(node):
            stack.extend(((*tokens, i), node[i]) for i in range(len(node) - 1, -1, -1))


def _template_object(here: Here, tokens: tuple[str | int, ...], node: dict[str, Json]) -> Iterator[SyntaxProblem]:
    for key, value in node.items():
        if not key.endswith(".$"):
            continue
        if key[:-2] in node:
            where = _where(here, tokens)
            message = f"{where} has both {key[:-2]!r} and {key!r}, which are one key; remove one"
            yield _problem("template-key", here, (*tokens, key[:-2]), message, aws_at=len(tokens))
        if has_placeholder(value) or (isinstance(value, str) and _SIMPLE_PATH.fullmatch(value)):
            continue
        if not isinstance(value, str):
            where = _where(here, tokens)
            message = (
                f"The value for the field {key!r} in {where} must be a text, not {shown(value)}; write {key[:-2]!r}"
            )
            yield _problem("template-text", here, (*tokens, key), message, aws_at=len(tokens))
            continue
        reason = _why_not_evaluable(value)
        if reason is not None:
            message = (
                f"The value for the field '{key}' must be a valid JSONPath or a valid intrinsic function call, but "
                f"{shown(value)} in {_where(here, tokens)} is neither: {reason}"
            )
            yield _problem("template-value", here, (*tokens, key), message, aws_at=len(tokens))


@lru_cache(maxsize=4096)
def _why_not_evaluable(text: str) -> str | None:
    try:
        parse_path(text) if text.startswith("$") else parse_intrinsic(text)
    except ExpressionSyntaxError as error:
        return error.message
    return None


def _expressions(here: Here, field: Field, value: Json) -> Iterator[SyntaxProblem]:
    """Every text of a JSONata field that opens with `{%`."""
    stack: list[tuple[tuple[str | int, ...], Json]] = [((field.name,), value)]
    while stack:
        tokens, node = stack.pop()
        if isinstance(node, str):
            if node.startswith("{%"):
                yield from _expression(here, field, tokens, node)
        elif is_object(node):
            stack.extend(((*tokens, key), node[key]) for key in reversed(node))
        elif is_list(node):
            stack.extend(((*tokens, i), node[i]) for i in range(len(node) - 1, -1, -1))


def _expression(here: Here, field: Field, tokens: tuple[str | int, ...], text: str) -> Iterator[SyntaxProblem]:
    if not text.endswith("%}") or len(text) < 4:
        message = f"{_where(here, tokens)} opens an expression with {{% but does not close it with %}}: {shown(text)}"
        yield _problem("half-open", here, tokens, message)
        return
    inner = text[2:-2]
    if (_SIMPLE_EXPRESSION.fullmatch(inner) or _SIMPLE_READ.fullmatch(inner)) and not _WORDS.search(inner):
        return
    templated = has_placeholder(inner)
    if templated:
        inner = PLACEHOLDER.sub("1", inner)
    members = _members(here, field)
    if "/" not in inner:
        plain = _LITERALS.sub(_any_literal, inner)
        if not _errors(plain, members) and _too_deep(plain) is None:
            return
    where = _where(here, tokens)
    deep = _too_deep(inner)
    if deep is not None:
        message = (
            f"{where} chains {deep} operators or steps, and AWS's engine overflows its stack on more than some {DEEPEST} "
            "(Stack overflow error); use $join or $sum on a list, or brackets of equal halves"
        )
        yield _problem("syntax", here, tokens, message)
    for found in _errors(inner, members):
        if found.aws_code == INVALID:
            if not templated:
                message = (
                    f"{where} is no JSONata: {found.message}{_excerpt(inner, found.position)}{_spelling(inner, found)}"
                )
                yield _problem("syntax", here, tokens, message)
        else:
            yield _problem(
                "reference", here, tokens, f"{found.message.rstrip('.')} in {where}{_instead(found.message)}"
            )


_LITERALS: Final = re.compile(r"""'[^'\\]*'|"[^"\\]*"|\b[0-9]{1,9}\b(?![.eE])""")
"""Literals that cannot be wrong. Expressions that differ in these alone are parsed once. Where a / stands, quotes may be
part of a regular expression."""


def _any_literal(match: re.Match[str]) -> str:
    return "1" if match[0][0].isdigit() else '""'


@lru_cache(maxsize=4096)
def _errors(text: str, members: frozenset[str]) -> tuple[Problem, ...]:
    return tuple(syntax_errors(text, members))


@lru_cache(maxsize=4096)
def _too_deep(text: str) -> int | None:
    try:
        return depth_beyond(text, parse(text)) if len(text) > DEEPEST else None
    except SyntaxFault:
        return None


_WITH_RESULT: Final = EVERYWHERE | {"result"}
_WITH_ERROR: Final = EVERYWHERE | {"errorOutput"}


def _members(here: Here, field: Field) -> frozenset[str]:
    """What of `$states` may be read in a field."""
    if field.name in ("Output", "Assign"):
        if here.type in ("Task", "Parallel", "Map"):
            return _WITH_RESULT
        if here.type == "Catcher":
            return _WITH_ERROR
    return EVERYWHERE


def _excerpt(text: str, position: int | None) -> str:
    """Where in an expression a fault stands."""
    if position is None or len(text.strip()) <= 40:
        return f" in {shown(' '.join(text.split()))}"
    start = max(0, position - 20)
    around = " ".join(text[start : position + 20].split())
    return f" near {shown(around)}"


_SPELLINGS: Final = {"&&": "and", "||": "or", "===": "=", "==": "=", "!==": "!=", "<>": "!=", "!": "$not(...)"}
"""Operators of other languages, by what JSONata calls them."""
_FOREIGN: Final = re.compile(r"&&|\|\||===?|!==|<>|!(?!=)")


def _spelling(text: str, problem: Problem) -> str:
    """What an operator of another language is in JSONata, where one stands at the fault."""
    at = problem.position
    if at is None:
        return ""
    for match in _FOREIGN.finditer(text):
        if match.start() <= at <= match.end():
            return f"; JSONata writes {_SPELLINGS[match[0]]} for {match[0]}"
    return ""


def _instead(message: str) -> str:
    if "'$states.result'" in message:
        return "; only Output and Assign of Task, Parallel and Map have it"
    if "'$states.errorOutput'" in message:
        return "; only Output and Assign of a catcher have it"
    if "'$$'" in message or "'$'" in message:
        return "; write $states.input"
    name = re.search(r"Reference to '([^']*)' at the top level", message)
    return f"; write $states.input.{name[1]}, or ${name[1]} for a variable" if name else ""
