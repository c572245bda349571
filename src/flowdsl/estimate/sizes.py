"""How many bytes a template or an expression can make, from the sizes of what it reads. A bound of thumb, never a proof:
what a function of JSONata makes of a list is taken for no more than its parts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flowdsl.analysis import jsonpath_syntax as jsonpath
from flowdsl.analysis.jsonata_trees import access_of, called, expression_of, field_tree, tree_of
from flowdsl.estimate.amount import ZERO, Amount, Number
from flowdsl.estimate.documents import Document, flat, joined
from flowdsl.integrations.base import as_list, as_object
from flowdsl.query.jsonata import nodes as n

NUMBER_BYTES = 24
BOOLEAN_BYTES = 5
_SCALARS = {
    **dict.fromkeys(
        [
            "abs",
            "average",
            "boolean",
            "ceil",
            "contains",
            "count",
            "exists",
            "floor",
            "formatInteger",
            "formatNumber",
            "length",
            "lookup_",
            "max",
            "millis",
            "min",
            "not",
            "number",
            "now",
            "power",
            "random",
            "round",
            "sqrt",
            "sum",
            "toMillis",
            "type",
        ],
        NUMBER_BYTES,
    ),
    **dict.fromkeys(("uuid", "fromMillis"), 38),
    "hash": 130,
}
_INTRINSIC_SCALARS = {
    "ArrayContains": BOOLEAN_BYTES,
    "ArrayLength": NUMBER_BYTES,
    "MathAdd": NUMBER_BYTES,
    "MathRandom": NUMBER_BYTES,
    "UUID": 38,
    "Hash": 130,
}
_ARITHMETIC = frozenset("+-*/%") | {"**"}


@dataclass
class Readable:
    """What an expression may read, by size."""

    input: Document
    variables: Mapping[str, Amount]
    result: Document = field(default_factory=Document)
    error: Amount = ZERO
    item: Amount = ZERO
    execution_input: Amount = ZERO
    effective: Document | None = None
    """What `$` is in a JSONPath template; None: the input."""
    parts: set[object] = field(default_factory=set[object])
    """Of what has a part been read: the parts of one thing are together no more than it, and count it once a template."""

    def read(self, document: Document, steps: tuple[str, ...]) -> Amount:
        """What stands at a path of a document."""
        if steps and not document.knows(steps):
            return self.part(id(document), document.base)
        return document.at(steps)

    def part(self, of: object, size: Amount) -> Amount:
        """A part of something of this size."""
        if of in self.parts:
            return ZERO
        self.parts.add(of)
        return size


def literal_size(value: Any) -> int:
    """Bytes of a value as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass"))


def template_size(value: Any, readable: Readable, *, is_jsonata: bool) -> Amount:
    """The size of a payload template or JSONata object once filled in."""
    readable.parts.clear()
    return _filled("", value, readable, is_jsonata)


def template_document(value: Any, readable: Readable, *, is_jsonata: bool) -> Document:
    """The same as a document, with the fields that can be told apart: an object's keys, what `$merge` puts over another."""
    readable.parts.clear()
    if isinstance(value, dict):
        fields: dict[str, Amount] = {}
        for key, item in as_object(value).items():
            name = key.removesuffix(".$")
            tree = field_tree(item) if is_jsonata else None
            found = _document(tree, readable) if isinstance(tree, (n.Call, n.Apply)) else None
            if found is None:
                fields[name] = _filled(key, item, readable, is_jsonata)
            else:
                fields[name] = found.base
                fields.update({f"{name}.{below}": size for below, size in found.fields.items()})
        return Document(Amount.of(2), fields)
    tree = field_tree(value) if is_jsonata else None
    if tree is not None:
        found = _document(tree, readable)
        if found is not None:
            return found
    return Document(_filled("", value, readable, is_jsonata))


def _document(tree: n.Node, readable: Readable) -> Document | None:
    """A whole `$states.input` or `$states.result`, an object, or a `$merge` of such; None for anything else."""
    if isinstance(tree, n.Path):
        steps = access_of(tree)
        if steps is None or steps[0] != "states":
            return None
        found = {"input": readable.input, "result": readable.result}.get(steps[1])
        return found.under(steps[2:]) if found is not None else None
    if isinstance(tree, n.Object):
        sizer = _Sizer(readable)
        fields: dict[str, Amount] = {}
        for key, value in tree.pairs:
            if not isinstance(key, n.Literal) or not isinstance(key.value, str):
                return None
            fields[key.value] = sizer.of(value)
        return Document(Amount.of(2), fields)
    merged: tuple[n.Node, ...] | None = None
    if isinstance(tree, n.Call) and called(tree) == "merge" and len(tree.arguments) == 1:
        merged = tree.arguments[0].items if isinstance(tree.arguments[0], n.Array) else None
    elif isinstance(tree, n.Apply) and isinstance(tree.left, n.Array) and isinstance(tree.right, n.Variable):
        merged = tree.left.items if tree.right.name == "merge" else None
    if merged is None:
        return None
    over = Document()
    for part in merged:
        found = _document(part, readable)
        if found is None:
            found = Document(_Sizer(readable).of(part))
        # A field that is merged over another takes its place; what is not told apart adds up.
        base = over.base if isinstance(part, n.Object) else flat(over.base + found.base)
        over = Document(base, {**over.fields, **found.fields})
    return over


def _filled(key: str, value: Any, readable: Readable, is_jsonata: bool) -> Amount:
    size: Number = 0
    computed = ZERO
    # A stack: a template may nest as deep as its author likes.
    stack: list[tuple[str, Any]] = [(key, value)]
    while stack:
        key, item = stack.pop()
        if isinstance(item, dict):
            size += 2
            for name, inner in as_object(item).items():
                size += len(json.dumps(name)) + 2
                stack.append((name, inner))
        elif isinstance(item, list):
            listed = as_list(item)
            size += 2 + len(listed)
            stack.extend(("", inner) for inner in listed)
        elif is_jsonata and (text := expression_of(item)) is not None:
            computed = computed + jsonata_size(text, readable)
        elif not is_jsonata and key.endswith(".$") and isinstance(item, str):
            computed = computed + jsonpath_size(item, readable)
        else:
            size += literal_size(item)
    return flat(computed + Amount.of(size))


def jsonpath_size(text: str, readable: Readable) -> Amount:
    """The size of a path's or an intrinsic call's value."""
    return _value_size(jsonpath.parse_value(text), readable)


def _value_size(value: Any, readable: Readable) -> Amount:
    if isinstance(value, jsonpath.Path):
        steps = tuple(s for s in value.steps if isinstance(s, str))
        if value.root == "variable":
            size = readable.variables.get(value.variable, ZERO)
            return readable.part(f"${value.variable}", size) if steps else size
        if value.root == "context":
            return _context_size(steps, readable)
        return readable.read(readable.effective or readable.input, steps)
    if isinstance(value, jsonpath.Call):
        known = _INTRINSIC_SCALARS.get(value.name)
        if known is not None:
            return Amount.of(known)
        size = Amount.of(2 + len(value.arguments))
        for argument in value.arguments:
            size = size + _value_size(argument, readable)
        return flat(size)
    if isinstance(value, jsonpath.Literal_):
        return Amount.of(literal_size(value.value))
    return readable.input.whole


def _context_size(steps: tuple[str, ...], readable: Readable) -> Amount:
    if steps[:2] == ("Execution", "Input"):
        return readable.part("$$input", readable.execution_input) if len(steps) > 2 else readable.execution_input
    if steps[:3] == ("Map", "Item", "Value"):
        return readable.part("$$item", readable.item) if len(steps) > 3 else readable.item
    return Amount.of(120)


def jsonata_size(text: str, readable: Readable) -> Amount:
    """The size of an expression's value."""
    tree = tree_of(text)
    return readable.input.whole if tree is None else flat(_Sizer(readable).of(tree))


class _Sizer:
    """One expression. Its depth is the parser's, which gives up before Python does."""

    def __init__(self, readable: Readable) -> None:
        self.readable = readable
        self.local: dict[str, Amount] = {}

    def of(self, node: n.Node) -> Amount:
        match node:
            case n.Literal():
                return Amount.of(literal_size(node.value))
            case n.Variable() | n.Path() | n.Name() | n.Wildcard():
                return self._read(node)
            case n.Filter() | n.KeepArray() | n.Sort() | n.Focus():
                return self.of(node.base)
            case n.Binary():
                if node.operator == "&":
                    return self._sum((node.left, node.right))
                if node.operator == "..":
                    return self._range(node)
                return Amount.of(NUMBER_BYTES if node.operator in _ARITHMETIC else BOOLEAN_BYTES)
            case n.Negate():
                return Amount.of(NUMBER_BYTES)
            case n.Condition():
                ways = [node.then] if node.otherwise is None else [node.then, node.otherwise]
                return joined(*(self.of(way) for way in ways))
            case n.Block():
                sizes = [self.of(part) for part in node.expressions]
                return sizes[-1] if sizes else ZERO
            case n.Bind():
                return self._bind(node)
            case n.Call():
                return self._call(node)
            case n.Lambda():
                return self.of(node.body)
            case n.Regex():
                return ZERO
            case _:
                parts = tuple(n.children(node))
                return self._sum(parts) + Amount.of(2 + 2 * len(parts))

    def _sum(self, parts: tuple[n.Node, ...]) -> Amount:
        size = ZERO
        for part in parts:
            size = size + self.of(part)
        return flat(size)

    def _bind(self, node: n.Bind) -> Amount:
        size = self.of(node.value)
        self.local[node.name] = size
        return size

    def _call(self, node: n.Call) -> Amount:
        known = _SCALARS.get(str(called(node)))
        arguments = tuple(argument for argument in node.arguments if argument is not None)
        return Amount.of(known) if known is not None else self._sum(arguments) + Amount.of(2 + len(arguments))

    def _range(self, node: n.Binary) -> Amount:
        ends = [part.value for part in (node.left, node.right) if isinstance(part, n.Literal)]
        if len(ends) == 2 and all(isinstance(e, int | float) for e in ends):
            return Amount.of(max(0, int(ends[1] - ends[0] + 1)) * (len(str(ends[1])) + 1))
        return Amount.of(NUMBER_BYTES)

    def _read(self, node: n.Node) -> Amount:
        path = node.steps if isinstance(node, n.Path) else (node,)
        steps: list[str] = []
        further = ZERO
        for step in path[1:]:
            if isinstance(step, n.Name):
                steps.append(step.name)
            elif not isinstance(step, n.Wildcard):
                further = further + self.of(step)
        first = path[0]
        if isinstance(first, n.Variable):
            return flat(self._root(first.name, tuple(steps)) + further)
        if isinstance(first, (n.Name, n.Wildcard)):
            return further
        return flat(self.of(first) + further)

    def _root(self, name: str, steps: tuple[str, ...]) -> Amount:
        readable = self.readable
        if name == "states" and steps:
            match steps[0]:
                case "input":
                    return readable.read(readable.input, steps[1:])
                case "result":
                    return readable.read(readable.result, steps[1:])
                case "errorOutput":
                    return readable.part("errorOutput", readable.error)
                case _:
                    return _context_size(steps[1:], readable)
        size = self.local.get(name, readable.variables.get(name, ZERO))
        return readable.part(f"${name}", size) if steps else size
