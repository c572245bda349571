"""A definition as a Python file in the language: one @workflow function, inner scopes as nested functions."""

from __future__ import annotations

from typing import Any

from flowdsl.asl.definition import Definition, Scope, StateNode
from flowdsl.asl.fields import STATE_TYPES, fields_of
from flowdsl.asl.values import is_object
from flowdsl.diagnostics import FlowDslError
from flowdsl.dsl.names import pascal
from flowdsl.importer.names import Names, identifier
from flowdsl.importer.policies import Policies
from flowdsl.importer.source_text import WIDTH, Call, Code, docstring, flat, join, layout, string
from flowdsl.importer.state_calls import declaration, has_keyword, leads
from flowdsl.importer.transitions import wire


def python_source(definition: Definition, name: str, origin: str) -> str:
    """The file's text. `name` becomes the function's name; `origin` is what the first line says it came from."""
    return _Writer(definition, name, origin).text()


class _Writer:
    def __init__(self, definition: Definition, name: str, origin: str) -> None:
        self.definition = definition
        self.origin = origin
        self.used: set[str] = {"workflow"}
        self.errors: set[str] = set()
        self.needs_any = False
        self.top = Names()
        self.function = self.top.take(identifier(name))
        # By the scope's pointer. Scopes come outer first, so that every parent is there before its children.
        self.nodes: dict[str, list[StateNode]] = {}
        self.inner: dict[str, list[Scope]] = {}
        self.scopes: list[Scope] = list(definition.scopes())
        for node in definition.states():
            if node.type not in STATE_TYPES:
                raise FlowDslError(f"{node.pointer}: a state of no Type that ASL has cannot be said in Python")
            self.nodes.setdefault(node.scope.pointer, []).append(node)
        for scope in self.scopes[1:]:
            assert scope.parent is not None
            self.inner.setdefault(scope.parent.pointer, []).append(scope)
        self.policies = Policies(definition, self.top, self.used, self.errors)

    def text(self) -> str:
        body = self._function(self.scopes[0], self.function, self.top, 0)
        imports = [f"from flowdsl import {join(self.used)}"]
        if len(imports[0]) > 88:  # where the narrowest formatter breaks it; the wider ones leave it then
            names = join(self.used).split(", ")
            imports = ["from flowdsl import (", *(f"    {n}," for n in names), ")"]
        if self.errors:
            imports.append(f"from flowdsl.errors import {join(self.errors)}")
        typing = ["from typing import Any", ""] if self.needs_any else []
        lines = ["# pyright: reportUnusedExpression=false", *typing, *imports, ""]
        if self.policies.lines:
            lines += [*self.policies.lines, ""]
        return "\n".join([*lines, "", *body]) + "\n"

    # Functions: the workflow itself and each inner scope.

    def _function(self, scope: Scope, function: str, names: Names, indent: int) -> list[str]:
        own = Names(names)
        nodes = self.nodes.get(scope.pointer, [])
        variables = {node.name: own.take(identifier(node.name)) for node in nodes}
        pad = " " * (indent + 4)
        start: list[str] = []
        if nodes and scope.start_at != nodes[0].name and variables.get(str(scope.start_at)):
            self.used.add("start")
            start = [f"{pad}start >> {variables[str(scope.start_at)]}"]
        wires = wire(nodes, variables, indent + 4, self.used, self.errors)
        retries = self.policies.edges(nodes, variables, indent + 4)
        edges = [part for part in (start + wires.chains, retries + wires.failures) if part]
        if not edges and any(_has_unknown(node) for node in nodes):
            # What a type checker cannot tell by itself needs a variable with a type, and a variable needs a use.
            self.used.add("start")
            edges = [[f"{pad}start >> {variables[nodes[0].name]}"]]
        body = self._declarations(nodes, variables, own, indent + 4, named=bool(edges))
        for part in edges:
            body += ["", *part] if len(nodes) > 3 else part
        head = self._decorator() if scope.kind == "machine" else []
        doc = docstring(comment, indent + 4) if isinstance(comment := scope.body.get("Comment"), str) else None
        if scope.kind != "machine":
            doc = [*(doc or []), *self._odd_fields(scope, indent + 4, said=doc is not None)]
        lines = [*head, f"{' ' * indent}def {function}() -> None:", *(doc or [])]
        if doc and body and body[0].startswith(f"{pad}def "):
            lines.append("")
        return [*lines, *body] if body else [*lines, f"{pad}pass"]

    def _odd_fields(self, scope: Scope, indent: int, *, said: bool) -> list[str]:
        """`extra({...})`: what a branch or processor holds that nothing else says. `said`: whether a docstring is its Comment."""
        odd = {
            field: value
            for field, value in scope.body.items()
            if not (field == "States" or (field == "StartAt" and leads(value, scope.states)))
            and not (field == "Comment" and said)
            and not (field == "ProcessorConfig" and scope.kind == "processor" and is_object(value))
        }
        if not odd:
            return []
        self.used.add("extra")
        return layout(Call("extra", [odd]), indent)

    def _declarations(
        self, nodes: list[StateNode], variables: dict[str, str], own: Names, indent: int, *, named: bool
    ) -> list[str]:
        """The calls that declare a scope's states, each behind the functions of its inner scopes.

        `named`: whether an edge speaks of them; a lone state that nothing speaks of needs no variable.
        """
        body: list[str] = []
        for node in nodes:
            functions: list[str] = []
            for i, inner in enumerate(self.inner.get(node.pointer, ()), 1):
                wish = f"{variables[node.name]}_item" if inner.kind == "processor" else f"{variables[node.name]}_{i}"
                functions.append(own.take(wish))
                gap = [""] if body and body[-1] else []
                body += [*gap, *self._function(inner, functions[-1], own, indent), ""]
            variable = variables[node.name]
            name = None if named and pascal(variable) == node.name else node.name
            before = f"{variable} = " if named else ""
            if named and _has_unknown(node):
                self.needs_any = True
                before = f"{variable}: {node.type}[Any] = "
            body += layout(declaration(node, name, functions, self.used), indent, before)
        return body

    def _decorator(self) -> list[str]:
        call = Call("@workflow")
        unknown: dict[str, Any] = {}
        known = fields_of("StateMachine")
        for field, value in self.definition.document.items():
            if field == "QueryLanguage" and value == "JSONPath":
                # Nothing says JSONPath as well as a field does, and is what flowdsl writes.
                call.keywords["query_language"] = value
                unknown[field] = value
                continue
            if field == "StartAt" and not leads(value, self.scopes[0].states):
                unknown[field] = value
            elif field in ("StartAt", "States") or (
                field == "Comment" and isinstance(value, str) and docstring(value, 4)
            ):
                pass
            elif field in known and has_keyword(known[field], value, "", strict=True):
                call.keywords[known[field].keyword] = value
            else:
                unknown[field] = value
        if self.definition.document.get("QueryLanguage") is None:
            call.keywords["query_language"] = "JSONPath"
        if self.definition.type == "EXPRESS":
            call.keywords["type"] = "EXPRESS"
        if self.policies.default:
            call.keywords["retry"] = Code(self.policies.default)
        if unknown:
            call.keywords["extra"] = unknown
        lines = layout(call) if call.keywords else [flat(call)[:-2]]
        # Shown as a literal: a file's name is text from outside, and a comment ends where a line does.
        remark = f"  # imported from {string(self.origin)}"
        if len(lines[-1]) + len(remark) <= WIDTH:
            lines[-1] += remark
        return lines


def _has_unknown(node: StateNode) -> bool:
    """Whether a state's type is that of an Output with an empty literal in it, which has none of its own."""
    return node.type in ("Pass", "Succeed") and _has_empty(node.fields.get("Output"))


def _has_empty(value: Any) -> bool:
    """Whether an empty list or object stands anywhere in a value."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict | list):
            if not item:
                return True
            stack += item.values() if is_object(item) else item
    return False
