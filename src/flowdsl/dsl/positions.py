"""The source map of a traced workflow: where each state, edge, retrier, catcher and expression was written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from flowdsl.asl.field import keyword_of
from flowdsl.asl.source_map import SourceMap, escape
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import Location
from flowdsl.dsl.places import function_node, location
from flowdsl.dsl.trace import Scope, Trace
from flowdsl.query.expression import Node, Place

if TYPE_CHECKING:
    from flowdsl.dsl.state import State
    from flowdsl.dsl.workflow import Workflow

Entry = tuple[str, Place]
"""(pointer, place)."""


def source_map_of(workflow: Workflow[Any, Any], trace: Trace, document: dict[str, Any]) -> SourceMap:
    """The source map, resolved when it is first asked for."""
    return SourceMap(lambda: _resolved(workflow, trace, document))


def _resolved(workflow: Workflow[Any, Any], trace: Trace, document: dict[str, Any]) -> dict[str, Location]:
    found = {"": workflow.location}
    for pointer, place in _head(workflow, document):
        found[pointer] = location(place)
    for pointer, place in _scope(trace.scopes[0], "", document):
        found.setdefault(pointer, location(place))
    return found


def _head(workflow: Workflow[Any, Any], document: dict[str, Any]) -> Iterator[Entry]:
    for name in ("TimeoutSeconds", "Version"):
        if name in document:
            yield f"/{name}", (*workflow.place, keyword_of(name))


def _scope(scope: Scope, pointer: str, written: Any) -> Iterator[Entry]:
    if pointer:
        yield pointer, scope.place
    if scope.start is not None:
        yield f"{pointer}/StartAt", scope.start[1]
    returned = _returned(scope)
    for state in scope.states:
        yield from _state(state, f"{pointer}/States/{escape(state.name)}", written["States"][state.name], returned)


def _returned(scope: Scope) -> Place:
    """What the scope's function returns, where it returns in one place; else the function."""
    code = getattr(scope.function, "__code__", None)
    node = function_node(code) if code is not None else None
    if code is None or node is None:
        return scope.place
    if isinstance(node, ast.Lambda):
        return (code, -1, node.body)
    returns: list[ast.expr] = []
    stack: list[ast.AST] = list(node.body)
    while stack:
        inner = stack.pop()
        if isinstance(inner, ast.Return) and inner.value is not None:
            returns.append(inner.value)
        elif not isinstance(inner, (ast.FunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(inner))
    return (code, -1, returns[0]) if len(returns) == 1 else scope.place


def _state(state: State, pointer: str, written: dict[str, Any], returned: Place) -> Iterator[Entry]:
    place = state.place
    yield pointer, place
    for name in written:
        if name in _ELSEWHERE or (name == "Arguments" and "Arguments" not in state.fields):
            continue
        yield f"{pointer}/{name}", _field(state, name, place)
        if name in state.fields:
            yield from _inside(state.fields[name], f"{pointer}/{name}", _field(state, name, place))
    call = getattr(state, "call", None)
    if call is not None:
        yield f"{pointer}/Resource", call.place
        yield from _arguments(call, f"{pointer}/Arguments")
    if state.target_place is not None:
        yield f"{pointer}/Next", state.target_place
    yield from _exits(state, pointer, written, returned)
    for i, (_, retry_place) in enumerate(state.retriers or ()):
        yield f"{pointer}/Retry/{i}", retry_place
    for i, port in enumerate(state.catchers or ()):
        yield from _port(port, f"{pointer}/Catch/{i}")
    yield from _choices(state, pointer)
    processor = getattr(state, "processor", None)
    if processor is not None:
        key = "ItemProcessor" if "ItemProcessor" in written else "Iterator"
        yield from _scope(processor, f"{pointer}/{key}", written[key])
    for i, branch in enumerate(getattr(state, "branches", ())):
        yield from _scope(branch, f"{pointer}/Branches/{i}", written["Branches"][i])


_ELSEWHERE = frozenset(
    {
        "Type",
        "Resource",
        "Next",
        "End",
        "Retry",
        "Catch",
        "Choices",
        "Default",
        "Assign",
        "Output",
        "ItemProcessor",
        "Iterator",
        "Branches",
    }
)


def _field(state: State, name: str, place: Place) -> Place:
    keyword = keyword_of(name)
    if name in _POSITIONAL.get(state.type, ()):
        return (*place, _POSITIONAL[state.type][name], keyword)
    return (*place, keyword)


_POSITIONAL: dict[str, dict[str, int]] = {"Map": {"Items": 1}, "Fail": {"Error": 0}, "Wait": {"Seconds": 0}}
"""Fields that may be given by position."""


def _arguments(call: Any, pointer: str) -> Iterator[Entry]:
    yield pointer, call.place
    arguments = call.arguments
    if call.handler is not None:
        pointer, arguments = f"{pointer}/Payload", arguments["Payload"]
        if call.handler.takes_event:
            yield pointer, (*call.place, 0)
            yield from _inside(arguments, pointer, (*call.place, 0))
            return
    elif call.kind == "workflow":
        yield f"{pointer}/Input", (*call.place, 0)
        return
    elif call.kind == "activity":
        yield pointer, (*call.place, 1)
        yield from _inside(arguments, pointer, (*call.place, 1))
        return
    if is_object(arguments):
        for name in arguments:
            place = (*call.place, name)
            yield f"{pointer}/{escape(name)}", place
            yield from _inside(arguments[name], f"{pointer}/{escape(name)}", place)


def _inside(frozen: Any, pointer: str, place: Place) -> Iterator[Entry]:
    """The members of a dict and the items of a list that were written out."""
    if is_object(frozen):
        members = frozen
        for name in members:
            yield f"{pointer}/{escape(name)}", (*place, name)
            yield from _inside(members[name], f"{pointer}/{escape(name)}", (*place, name))
    elif is_list(frozen):
        items: Any = frozen
        for i, item in enumerate(items):
            yield f"{pointer}/{i}", (*place, i)
            yield from _inside(item, f"{pointer}/{i}", (*place, i))
    elif isinstance(frozen, Node) and frozen.place is not None:
        yield pointer, place


def _exits(state: State, pointer: str, written: dict[str, Any], returned: Place) -> Iterator[Entry]:
    places: dict[Any, Place] = state.assign_places or {}
    for variable, place in places.items():
        name = variable if isinstance(variable, str) else variable.source.variable or variable.name
        yield f"{pointer}/Assign/{escape(name)}", place
    if "Output" in written:
        yield f"{pointer}/Output", state.output_place or returned
        yield from _inside(written["Output"], f"{pointer}/Output", state.output_place or returned)


def _port(port: Any, pointer: str) -> Iterator[Entry]:
    yield pointer, port.place
    if port.target_place is not None:
        yield f"{pointer}/Next", port.target_place
    places: dict[Any, Place] = port.assign_places or {}
    for variable, place in places.items():
        name = variable if isinstance(variable, str) else variable.source.variable or variable.name
        yield f"{pointer}/Assign/{escape(name)}", place


def _choices(state: Any, pointer: str) -> Iterator[Entry]:
    rules: list[Any] = getattr(state, "rules", [])
    for i, rule in enumerate(rules):
        yield from _port(rule, f"{pointer}/Choices/{i}")
        yield f"{pointer}/Choices/{i}/Condition", (*rule.place, 0)
    default = getattr(state, "default", None)
    if default is not None and default.target_place is not None:
        yield f"{pointer}/Default", default.target_place
