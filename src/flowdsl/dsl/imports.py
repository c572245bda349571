"""What the children of a Distributed Map need from outside: passed in for them, since they cannot read outer variables.

A child has an Execution of its own, whose Input is what ItemSelector (or ItemBatcher) made. Every outer read inside, at any
depth, becomes a read of that input; what it stood for is evaluated by the Map. Fields are passed, not whole objects.
"""

from __future__ import annotations

from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.dsl.distributed import DistributedMap, is_distributed_map
from flowdsl.dsl.fan_out import is_map
from flowdsl.dsl.names import snake
from flowdsl.dsl.references import (
    BranchSource,
    ErrorSource,
    InputSource,
    ItemSource,
    OuterSource,
    ResultSource,
    VarSource,
)
from flowdsl.dsl.substitute import rebuilt
from flowdsl.dsl.trace import Scope, Trace
from flowdsl.query.expression import Default, Exists, Field, Index, Literal, Node, Read, Some, leaves


def import_outer_reads(trace: Trace) -> None:
    """Rewrites the reads of every Distributed Map's children, inner Maps first."""
    for scope in reversed(trace.scopes):
        if scope.distributed and is_distributed_map(scope.owner):
            _Importer(scope, scope.owner).run([s for s in trace.scopes if s.within(scope)])


def home_of(source: Any) -> Scope | None:
    """The scope that a source belongs to; None for what every scope can read."""
    if isinstance(source, BranchSource):
        source = source.whole
    if isinstance(source, ResultSource):
        return source.state.scope
    if isinstance(source, VarSource):
        return source.var.scope
    if isinstance(source, ErrorSource):
        return source.port.scope
    if isinstance(source, (ItemSource, OuterSource)):
        return source.scope
    return None


class _Importer:
    def __init__(self, scope: Scope, owner: DistributedMap[Any]) -> None:
        self.scope = scope
        self.owner = owner
        self.known: dict[tuple[Any, ...], OuterSource] = {}

    def run(self, scopes: list[Scope]) -> None:
        for scope in scopes:
            for state in scope.states:
                self._state(state)
            if scope.has_result:
                scope.result = rebuilt(scope.result, self.replace)
                scope.reads = _reads(scope.result)

    def _state(self, state: Any) -> None:
        state.fields = {name: rebuilt(value, self.replace) for name, value in state.fields.items()}
        inside = [value for name, value in state.fields.items() if name != "Output"]
        call = getattr(state, "call", None)
        if call is not None and call.arguments is not ...:
            call.arguments = rebuilt(call.arguments, self.replace)
            inside.append(call.arguments)
        if is_map(state):
            state.selector = rebuilt(state.selector, self.replace)
            inside.append(state.selector)
        if is_distributed_map(state):
            state.imports = {name: rebuilt(value, self.replace) for name, value in state.imports.items()}
            inside.append(state.imports)
        state.reads = _reads(inside)
        if state.assigned:
            state.assigned = {k: rebuilt(v, self.replace) for k, v in state.assigned.items()}
        state.exit_reads = _reads([state.fields.get("Output"), list((state.assigned or {}).values())])
        for port in (*(state.catchers or ()), *getattr(state, "rules", ()), getattr(state, "default", None)):
            if port is not None:
                self._port(port)

    def _port(self, port: Any) -> None:
        condition = getattr(port, "condition", None)
        if isinstance(condition, Node):
            port.condition = condition = rebuilt(condition, self.replace)
        if port.assigned:
            port.assigned = {k: rebuilt(v, self.replace) for k, v in port.assigned.items()}
        if port.output_value is not ...:
            port.output_value = rebuilt(port.output_value, self.replace)
        port.reads = _reads([condition, list((port.assigned or {}).values()), port.output_value])

    def replace(self, node: Node) -> Node | None:
        """What stands in the child for something that is read outside; None for anything else."""
        if isinstance(node, (Default, Some, Exists)):
            key = self._outer_path(node.base)
            if key is None:
                return None
            # What may be missing is passed in as null.
            given = node if isinstance(node, Default) else Default(node.base, Literal(None), node.place)
            found = Read(self._source(key, given), node.place)
            return Exists(found, True, node.place) if isinstance(node, Exists) else found
        key = self._outer_path(node)
        return None if key is None else Read(self._source(key, node), node.place)

    def _outer_path(self, node: Node) -> tuple[Any, ...] | None:
        steps: list[Any] = []
        while isinstance(node, (Field, Index)):
            if isinstance(node, Index) and isinstance(node.index, Node):
                return None
            steps.append(node.name if isinstance(node, Field) else node.index)
            node = node.base
        if not isinstance(node, Read) or not self._is_outer(node.source):
            return None
        return (node.source, *reversed(steps))

    def _is_outer(self, source: Any) -> bool:
        if isinstance(source, InputSource):
            return True
        home = home_of(source)
        return home is not None and not home.within(self.scope)

    def _source(self, key: tuple[Any, ...], given: Node) -> OuterSource:
        known = self.known.get(key)
        if known is None:
            name = self._free(_wanted(key))
            known = self.known[key] = OuterSource(self.scope, name)
            self.owner.imports[name] = given
            self.owner.reads.extend(_reads(given))
        return known

    def _free(self, wanted: str) -> str:
        taken = {*self.owner.imports, self.scope.parameter.name if self.scope.parameter is not None else "item"}
        name, number = wanted, 1
        while name in taken:
            number += 1
            name = f"{wanted}_{number}"
        return name


def _wanted(key: tuple[Any, ...]) -> str:
    """The name under which something is passed in: its last field's, or its source's."""
    for step in reversed(key[1:]):
        if isinstance(step, str):
            return snake(step)
    source = key[0].whole if isinstance(key[0], BranchSource) else key[0]
    if isinstance(source, ResultSource):
        return source.state.bound or snake(source.state.name)
    if isinstance(source, VarSource):
        return source.var.name
    if isinstance(source, (ItemSource, OuterSource)):
        return source.name
    return "error" if isinstance(source, ErrorSource) else "input"


def _reads(frozen: Any) -> list[Any]:
    found: list[Any] = []
    stack = [frozen]
    while stack:
        inner = stack.pop()
        if is_object(inner):
            members = inner
            stack.extend(reversed(list(members.values())))
        elif is_list(inner):
            items: Any = inner
            stack.extend(reversed(items))
        elif isinstance(inner, Node):
            found.extend(leaf for leaf in leaves(inner) if isinstance(leaf, (Read, Some)))
    return found
