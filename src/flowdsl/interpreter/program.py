"""Program: a Definition compiled once, to be run any number of times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

from flowdsl.asl.definition import Definition, Scope, StateNode, is_distributed
from flowdsl.asl.grammar import check_grammar
from flowdsl.asl.source_map import escape
from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import FlowDslError, Severity, did_you_mean
from flowdsl.interpreter import fan_out, flow, languages, task
from flowdsl.interpreter import history as h
from flowdsl.interpreter.dataflow import optional
from flowdsl.interpreter.express import not_in_express
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.nodes import LASTING, Machine, Node
from flowdsl.interpreter.retries import Catcher, Retrier
from flowdsl.interpreter.states_reads import refuse_misplaced_reads
from flowdsl.interpreter.substitutions import filled, refuse_unfilled
from flowdsl.interpreter.variable_scopes import refuse_names, refuse_shadowing
from flowdsl.interpreter.walking import guarded
from flowdsl.query.base import ExpressionSyntaxError

DEEPEST = 200
"""Maps and Parallels, one in the other."""
TYPES = ("Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map")


class Program:
    """A compiled state machine."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.name = definition.name or "StateMachine"
        self.machines: dict[str, Machine] = {}
        """Every compiled scope by its pointer."""
        _shallow(definition.document)
        self.oversize: str | None = None
        """What AWS says of a definition over its limit; whoever runs it decides whether that counts."""
        self._refuse(definition)
        self.timeout_seconds = _timeout(definition.document)
        scopes = list(definition.scopes())
        by_scope: dict[str, list[StateNode]] = {scope.pointer: [] for scope in scopes}
        for state in definition.states():
            by_scope[state.scope.pointer].append(state)
        for scope in scopes:
            self.machines[scope.pointer] = _nodes(scope, by_scope[scope.pointer])
        for scope in scopes:
            for state in by_scope[scope.pointer]:
                self._compile(state, self.machines[scope.pointer])
            _start(scope, self.machines[scope.pointer])
        start = self.machines[""].start
        assert start is not None
        self.start: Node = start

    @cached_property
    def not_in_express(self) -> NotSupported | None:
        """Why the machine cannot be of type EXPRESS; None when it can."""
        return next(not_in_express(self.definition), None)

    @property
    def nodes(self) -> dict[str, Node]:
        """Every state by its name; names are unique in a machine."""
        return {name: node for machine in self.machines.values() for name, node in machine.nodes.items()}

    def _refuse(self, definition: Definition) -> None:
        """Refuses what AWS would not create."""
        for finding in check_grammar(definition, definition.type):
            if finding.name == "definition-too-large":
                self.oversize = finding.message
            elif finding.severity is Severity.ERROR:
                state, pointer = finding.state, finding.pointer or ""
                inner = f"{pointer}/".rpartition(f"/States/{escape(state)}/")[2] if state else pointer.lstrip("/")
                raise NotSupported(state, inner.rstrip("/") or None, finding.message)
        refuse_unfilled(definition)
        refuse_names(definition)
        refuse_shadowing(definition)
        refuse_misplaced_reads(definition)
        for refused in not_in_express(definition, children=True):
            raise refused

    def _compile(self, state: StateNode, machine: Machine) -> None:
        node = machine.nodes[state.name]

        def follow(target: Any, field: str = "Next") -> Node:
            found = machine.nodes.get(target) if isinstance(target, str) else None
            if found is None:
                near = did_you_mean(target, machine.nodes) if isinstance(target, str) else ""
                raise NotSupported(state.name, field, f"goes to {target!r}, which is no state here{near}")
            return found

        try:
            self._compile_type(state, node, follow)
        except ExpressionSyntaxError as error:
            raise NotSupported(state.name, error.field, error.message) from None
        if state.type in ("Choice", "Succeed", "Fail"):
            return
        if "Next" in state.fields:
            node.next = follow(state.fields["Next"])

    def _compile_type(self, state: StateNode, node: Node, follow: Callable[[Any], Node]) -> None:
        kind = state.type
        if kind == "Pass":
            flow.compile_pass(state, node)
        elif kind == "Choice":
            flow.compile_choice(state, node, follow)
        elif kind == "Wait":
            flow.compile_wait(state, node)
        elif kind == "Succeed":
            flow.compile_succeed(state, node)
        elif kind == "Fail":
            flow.compile_fail(state, node)
        else:
            node.retriers = tuple(Retrier.of(r) for r in state.fields.get("Retry", ()))
            node.catchers = tuple(
                _catcher(state, index, c, follow) for index, c in enumerate(state.fields.get("Catch", ()))
            )
            node.flow = LASTING
            if kind == "Task":
                assert isinstance(node, task.TaskNode)
                task.compile_task(state, node)
                node.execute = guarded(node, node.attempt)
            elif kind == "Parallel":
                node.execute = guarded(node, fan_out.compile_parallel(state, node, self.machines), h.PARALLEL_FAILED)
            elif is_distributed(state.fields):
                from flowdsl.interpreter.distributed import compile_distributed_map

                attempt = compile_distributed_map(state, node, self.machines)
                node.execute = guarded(node, attempt, h.MAP_FAILED)
            else:
                node.execute = guarded(node, fan_out.compile_map(state, node, self.machines), h.MAP_FAILED)


_COMPILED: dict[tuple[int, str], tuple[Definition, Program]] = {}


def program_of(workflow: Any, substitutions: Mapping[str, Any] | None = None) -> Program:
    """The compiled form of a workflow (anything with a `definition`), a Definition or a plain ASL object; compiled once,
    or once for each set of substitutions."""
    if isinstance(workflow, Program):
        if substitutions:
            raise FlowDslError("substitutions are for a definition, not for a compiled program")
        return workflow
    definition = workflow if isinstance(workflow, Definition) else getattr(workflow, "definition", workflow)
    if callable(definition) and not isinstance(definition, Definition):
        definition = definition()
    if is_object(definition):
        definition = Definition(definition)
    if not isinstance(definition, Definition):
        raise FlowDslError(f"a workflow or a definition is needed, found {type(workflow).__name__}")
    key = (id(definition), repr(sorted(substitutions.items())) if substitutions else "")
    known = _COMPILED.get(key)
    if known is not None and known[0] is definition:
        return known[1]
    program = compile(filled(definition, substitutions) if substitutions else definition)
    if len(_COMPILED) >= 256:
        _COMPILED.clear()
    _COMPILED[key] = (definition, program)
    return program


def compile(definition: Definition) -> Program:
    """The Program of a Definition. NotSupported, naming the state and the field, for what cannot be run."""
    return Program(definition)


def _nodes(scope: Scope, states: list[StateNode]) -> Machine:
    machine = Machine(scope.pointer)
    if not scope.states:
        holder = scope.parent.name if scope.parent else None
        raise NotSupported(holder, "States", "there must be at least one state")
    for name, fields in scope.states.items():
        if not is_object(fields):
            raise NotSupported(name, None, "a state must be an object")
    for state in states:
        if state.type not in TYPES:
            raise NotSupported(state.name, "Type", f"{state.fields.get('Type')!r} is none of {', '.join(TYPES)}")
        if state.scope.kind != "machine" and state.query_language == "JSONPath" and _machine_is_jsonata(state):
            raise NotSupported(state.name, "QueryLanguage", "a JSONata machine has no JSONPath states")
        make = task.TaskNode if state.type == "Task" else Node
        machine.nodes[state.name] = make(state.name, state.type, state.fields, state.pointer, state.is_jsonata)
    return machine


def _shallow(document: dict[str, Any]) -> None:
    """Refuses what is nested too deeply, before the pointers of its states, each as long as it is deep, are written out."""
    level = [("", document)]
    for _ in range(DEEPEST + 1):
        level = [(name, inner) for _, body in level for name, inner in _within(body)]
        if not level:
            return
    raise NotSupported(level[0][0], None, f"Maps and Parallels are nested more than {DEEPEST} deep")


def _within(body: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    states = body.get("States")
    for name, fields in states.items() if is_object(states) else ():
        if is_object(fields) and fields.get("Type") in ("Map", "Parallel"):
            branches = fields.get("Branches")
            inner = [*branches] if is_list(branches) else [fields.get("ItemProcessor", fields.get("Iterator"))]
            yield from ((name, body) for body in inner if is_object(body))


def _machine_is_jsonata(state: StateNode) -> bool:
    scope = state.scope
    while scope.parent is not None:
        scope = scope.parent.scope
    return bool(scope.body.get("QueryLanguage", "JSONPath") != "JSONPath")


def _start(scope: Scope, machine: Machine) -> None:
    start = machine.nodes.get(scope.start_at) if isinstance(scope.start_at, str) else None
    if start is None:
        holder = scope.parent.name if scope.parent else None
        near = did_you_mean(scope.start_at, machine.nodes) if isinstance(scope.start_at, str) else ""
        raise NotSupported(holder, "StartAt", f"names {scope.start_at!r}, which is no state here{near}")
    machine.start = start


def _timeout(document: dict[str, Any]) -> int | None:
    seconds = document.get("TimeoutSeconds")
    return None if seconds is None else int(seconds)


def _catcher(state: StateNode, index: int, fields: dict[str, Any], follow: Callable[[Any], Node]) -> Catcher:
    target = follow(fields.get("Next"))
    names = tuple(fields.get("ErrorEquals", ()))
    if state.is_jsonata:
        at = f"Catch[{index}]"
        assign = languages.template(fields["Assign"], f"{at}/Assign") if "Assign" in fields else None
        output = languages.template(fields["Output"], f"{at}/Output") if "Output" in fields else None
        return Catcher(names, target, assign, output)
    assign = optional(fields, "Assign", languages.path_template)
    return Catcher(names, target, assign, None, languages.placer(fields.get("ResultPath", "$")))
