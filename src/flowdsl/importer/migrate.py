"""A JSONPath definition becomes JSONata, state by state; what cannot be moved stays, and is named with its reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flowdsl.asl.definition import Definition, StateNode
from flowdsl.asl.source_map import escape
from flowdsl.asl.values import is_list, is_object
from flowdsl.importer.migrate_state import moved_state
from flowdsl.query.base import ExpressionSyntaxError
from flowdsl.query.jsonata.dialect import is_expression, reads, source_of, syntax_errors
from flowdsl.query.migration import NotMovable


@dataclass(frozen=True, slots=True)
class Stayed:
    """A state that is JSONPath still, and why."""

    state: str
    pointer: str
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that a moved state does not do quite as before."""

    state: str
    pointer: str
    text: str


@dataclass(frozen=True)
class Migration:
    """The outcome: the new definition, what stayed, and what the author should know."""

    definition: Definition
    moved: tuple[str, ...]
    """Names of the states that were moved, in document order."""
    stayed: tuple[Stayed, ...]
    notes: tuple[Note, ...] = field(default=())

    @property
    def whole(self) -> bool:
        """Whether no JSONPath is left."""
        return not self.stayed


def migrate(
    definition: Definition, states: frozenset[str] | None = None, kept: Mapping[str, str] | None = None
) -> Migration:
    """The definition in JSONata. Raises nothing: a state that resists stays as it is.

    `states`: only these are moved; `kept`: these are not, each for its reason. When every state is moved, the machine
    itself becomes JSONata; else each moved state says its language.
    """
    taken = _assigned(definition)
    replaced: dict[str, dict[str, Any]] = {}
    stayed: list[Stayed] = []
    notes: list[Note] = []
    moved: list[str] = []
    for node in definition.states():
        if node.is_jsonata:
            continue
        if states is not None and node.name not in states:
            stayed.append(Stayed(node.name, node.pointer, "it was not asked for"))
            continue
        if kept is not None and node.name in kept:
            stayed.append(Stayed(node.name, node.pointer, kept[node.name]))
            continue
        told: list[str] = []
        try:
            fields = moved_state(node, taken, told)
            _checked(fields, taken)
        except NotMovable as why:
            stayed.append(Stayed(node.name, node.pointer, why.reason))
        except ExpressionSyntaxError as error:
            stayed.append(Stayed(node.name, node.pointer, error.message))
        else:
            replaced[node.pointer] = fields
            moved.append(node.name)
            notes.extend(Note(node.name, node.pointer, text) for text in told)
    document = _rebuilt(definition, replaced, whole=not stayed)
    after = Definition(document, bindings=definition.bindings, name=definition.name, type=definition.type)
    return Migration(after, tuple(moved), tuple(stayed), tuple(notes))


def _assigned(definition: Definition) -> frozenset[str]:
    """Every workflow variable that is assigned anywhere."""
    names: set[str] = set()
    for node in definition.states():
        holders: list[Any] = [node.fields]
        for key in ("Choices", "Catch"):
            inner = node.fields.get(key)
            holders.extend(inner if is_list(inner) else ())
        for holder in holders:
            assign = holder.get("Assign") if is_object(holder) else None
            if is_object(assign):
                names.update(name.removesuffix(".$") for name in assign)
    return frozenset(names)


def _checked(fields: dict[str, Any], taken: frozenset[str]) -> None:
    """Raises NotMovable where a variable hides a function that the new state calls, or an expression would be refused."""
    for text in _expressions(fields):
        source = source_of(text)
        problems = syntax_errors(source)
        if problems:
            raise NotMovable(f"its form in JSONata would be refused: {problems[0].message}")
        hidden = taken.intersection(reads(source).functions)
        if hidden:
            name = min(hidden)
            raise NotMovable(f"the variable {name!r} hides the JSONata function ${name}, which its form needs")


_INNER = ("Branches", "ItemProcessor", "Iterator")


def _expressions(fields: dict[str, Any]) -> Iterator[str]:
    stack: list[Any] = [value for key, value in fields.items() if key not in _INNER]
    while stack:
        value = stack.pop()
        if is_object(value):
            stack.extend(value.values())
        elif is_list(value):
            stack.extend(value)
        elif is_expression(value):
            yield value


def _rebuilt(definition: Definition, replaced: dict[str, dict[str, Any]], *, whole: bool) -> dict[str, Any]:
    """The document with states replaced, innermost first, so that an outer state takes its inner ones along."""
    by_pointer: dict[str, dict[str, Any]] = {}
    for node in reversed(list(definition.states())):
        fields = replaced.get(node.pointer)
        new = dict(node.fields if fields is None else fields)
        if whole:
            new.pop("QueryLanguage", None)
        elif fields is not None:
            new = {"Type": new.pop("Type"), "QueryLanguage": "JSONata", **new}
        _put_inner(node, new, by_pointer)
        by_pointer[node.pointer] = new
    document = _scope(definition.document, "", by_pointer)
    if whole:
        rest = {key: value for key, value in document.items() if key not in ("Comment", "QueryLanguage")}
        comment = {"Comment": document["Comment"]} if "Comment" in document else {}
        return {**comment, "QueryLanguage": "JSONata", **rest}
    return document


def _put_inner(node: StateNode, new: dict[str, Any], by_pointer: dict[str, dict[str, Any]]) -> None:
    branches = node.fields.get("Branches")
    if node.type == "Parallel" and is_list(branches):
        new["Branches"] = [
            _scope(branch, f"{node.pointer}/Branches/{i}", by_pointer) if is_object(branch) else branch
            for i, branch in enumerate(branches)
        ]
    if node.type == "Map":
        for key in ("ItemProcessor", "Iterator"):
            processor = node.fields.get(key)
            if is_object(processor):
                target = "ItemProcessor" if key not in new else key
                new[target] = _scope(processor, f"{node.pointer}/{key}", by_pointer)


def _scope(body: dict[str, Any], pointer: str, by_pointer: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """One object that holds States, with its states replaced."""
    states = body.get("States")
    if not is_object(states):
        return body
    return {
        **body,
        "States": {name: by_pointer.get(f"{pointer}/States/{escape(name)}", fields) for name, fields in states.items()},
    }
