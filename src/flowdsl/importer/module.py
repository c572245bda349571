"""A definition as a Python file in the language: one @workflow function, inner scopes as nested functions."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from flowdsl.asl.definition import Definition, Scope, StateNode
from flowdsl.asl.fields import fields_of
from flowdsl.dsl.names import pascal
from flowdsl.importer.names import Names, identifier
from flowdsl.importer.source_text import Call, Code, docstring, flat, join, layout
from flowdsl.importer.state_calls import declaration, retrier
from flowdsl.importer.transitions import wire


def python_source(definition: Definition, name: str, origin: str) -> str:
    """The file's text. `name` becomes the function's name; `origin` is what the first line says it came from."""
    return _Writer(definition, name, origin).text()


class _Writer:
    def __init__(self, definition: Definition, name: str, origin: str) -> None:
        self.definition = definition
        self.origin = origin
        self.used: set[str] = {"workflow"}
        self.top = Names()
        self.function = self.top.take(identifier(name))
        # By the scope's pointer. Scopes come outer first, so that every parent is there before its children.
        self.nodes: dict[str, list[StateNode]] = {}
        self.inner: dict[str, list[Scope]] = {}
        self.scopes: list[Scope] = list(definition.scopes())
        for node in definition.states():
            self.nodes.setdefault(node.scope.pointer, []).append(node)
        for scope in self.scopes[1:]:
            assert scope.parent is not None
            self.inner.setdefault(scope.parent.pointer, []).append(scope)
        self.policies: dict[str, str] = {}
        self.policy_lines: list[str] = []
        self.default_retry: str | None = None

    def text(self) -> str:
        self._lift_policies()
        body = self._function(self.scopes[0], self.function, self.top, 0)
        first = docstring(f"Imported from {self.origin}.", 0) or ['"""An imported workflow."""']
        imports = [f"from flowdsl import {join(self.used)}"]
        if len(imports[0]) > 120:
            names = join(self.used).split(", ")
            imports = ["from flowdsl import (", *(f"    {n}," for n in names), ")"]
        lines = [*first, "# pyright: reportUnusedExpression=false", "", *imports, ""]
        if self.policy_lines:
            lines += [*self.policy_lines, ""]
        return "\n".join([*lines, "", *body]) + "\n"

    # Retry policies that stand more than once become one value with a name.

    def _lift_policies(self) -> None:
        counts: Counter[str] = Counter()
        samples: dict[str, dict[str, Any]] = {}
        tasks: list[str] = []
        for node in self.definition.states():
            items = _retriers(node)
            for item in items:
                key = json.dumps(item, sort_keys=False)
                counts[key] += 1
                samples[key] = item
            if node.type == "Task":
                tasks.append(json.dumps(items))
        shared = tasks[0] if len(tasks) > 1 and len(set(tasks)) == 1 else None
        for key, count in counts.items():
            if count < 2:
                continue
            wish = "LAMBDA_RETRY" if any(str(e).startswith("Lambda.") for e in samples[key]["ErrorEquals"]) else "RETRY"
            name = self.top.take(wish)
            self.used.add("Retry")
            self.policies[key] = name
            self.policy_lines += layout(retrier(samples[key]), 0, f"{name} = ")
            if shared == f"[{key}]":
                self.default_retry = name

    def _retry_lines(self, nodes: list[StateNode], variables: dict[str, str], indent: int) -> list[str]:
        lines: list[str] = []
        together: dict[tuple[str, ...], list[str]] = {}
        for node in nodes:
            items = _retriers(node)
            if not items or (self.default_retry and node.type == "Task"):
                continue
            names = tuple(self.policies.get(json.dumps(item), "") for item in items)
            if all(names):
                together.setdefault(names, []).append(variables[node.name])
                continue
            for item, policy in zip(items, names, strict=True):
                variable = variables[node.name]
                if policy:
                    lines.append(f"{' ' * indent}{variable}.retry({policy})")
                else:
                    lines += layout(retrier(item, f"{variable}.retry"), indent)
        for names, owners in together.items():
            head = owners[0]
            if len(owners) > 1:
                self.used.add("group")
                head = ""
            for name in names:
                call = Call("group", [Code(o) for o in owners])
                after = f".retry({name})"
                lines += [f"{' ' * indent}{head}{after}"] if head else layout(call, indent, "", after)
        return lines

    # Functions: the workflow itself and each inner scope.

    def _function(self, scope: Scope, function: str, names: Names, indent: int) -> list[str]:
        own = Names(names)
        nodes = self.nodes.get(scope.pointer, [])
        variables = {node.name: own.take(identifier(node.name)) for node in nodes}
        pad = " " * (indent + 4)
        body: list[str] = []
        for node in nodes:
            functions: list[str] = []
            for i, inner in enumerate(self.inner.get(node.pointer, ()), 1):
                wish = f"{variables[node.name]}_item" if inner.kind == "processor" else f"{variables[node.name]}_{i}"
                functions.append(own.take(wish))
                body += [*self._function(inner, functions[-1], own, indent + 4), ""]
            variable = variables[node.name]
            said = pascal(variable) == node.name
            call = declaration(node, None if said else node.name, functions, self.used)
            body += layout(call, indent + 4, f"{variable} = ")
        wires = wire(nodes, variables, indent + 4, self.used)
        retries = self._retry_lines(nodes, variables, indent + 4)
        start: list[str] = []
        if nodes and scope.start_at != nodes[0].name and scope.start_at in variables:
            self.used.add("start")
            start = [f"{pad}start >> {variables[scope.start_at]}"]
        for part in (start + wires.chains, retries, wires.failures):
            if part:
                body += ["", *part]
        comment = scope.body.get("Comment")
        doc = docstring(comment, indent + 4) if isinstance(comment, str) else None
        head = self._decorator(doc is None) if scope.kind == "machine" else []
        signature = f"{' ' * indent}def {function}({_parameter(scope)}) -> None:"
        if doc is None and scope.kind != "machine" and comment is not None:
            raise_comment = layout(Call("comment", [comment]), indent + 4)
            self.used.add("comment")
            doc = raise_comment
        lines = [*head, signature, *(doc or [])]
        if scope.kind == "machine" and doc:
            lines.append("")
        return [*lines, *body] if body else [*lines, f"{pad}pass"]

    def _decorator(self, with_comment: bool) -> list[str]:
        call = Call("@workflow")
        unknown: dict[str, Any] = {}
        known = fields_of("StateMachine")
        for field, value in self.definition.document.items():
            if field in ("StartAt", "States") or (field == "Comment" and not with_comment):
                continue
            if field in known:
                call.keywords[known[field].keyword] = value
            else:
                unknown[field] = value
        if self.definition.document.get("QueryLanguage") is None:
            call.keywords["query_language"] = "JSONPath"
        if self.definition.type == "EXPRESS":
            call.keywords["type"] = "EXPRESS"
        if self.default_retry:
            call.keywords["retry"] = Code(self.default_retry)
        if unknown:
            call.keywords["extra"] = unknown
        return layout(call) if call.keywords else [flat(call)[:-2]]


def _retriers(node: StateNode) -> list[dict[str, Any]]:
    items = node.fields.get("Retry")
    if node.type not in ("Task", "Map", "Parallel") or not isinstance(items, list):
        return []
    return items if items and all(isinstance(i, dict) and isinstance(i.get("ErrorEquals"), list) for i in items) else []


def _parameter(scope: Scope) -> str:
    """A processor takes its item, which the raw form never reads: the path does."""
    return "_item: Any" if scope.kind == "processor" else ""
