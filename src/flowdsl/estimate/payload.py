"""How large payloads grow: what each state takes in, hands over and passes on, in bytes, and where 256 KiB is reached.

By default an execution's input, a Task's result and an item of a Map are 1 KiB each: the numbers are no proof, but what
grows with the items or with every round shows, and where.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flowdsl.analysis.graph import Graph, ScopeGraph, transitions_of
from flowdsl.asl.definition import StateNode, is_distributed
from flowdsl.estimate.amount import ZERO, Amount
from flowdsl.estimate.documents import Document, beyond, flat, joined
from flowdsl.estimate.items import batch_size
from flowdsl.estimate.model import PAYLOAD_QUOTA, Assumptions
from flowdsl.estimate.sizes import Readable, literal_size, template_document, template_size
from flowdsl.estimate.symbols import Symbols
from flowdsl.integrations.base import as_list, as_object

METADATA_BYTES = 800
"""SdkHttpMetadata, SdkResponseMetadata and the rest of the envelope round an optimised integration's answer (recorded)."""
ERROR_BYTES = 1_024
MAP_RUN_BYTES = 400
DEEPEST = 60
"""Scopes inside scopes beyond which payloads are not followed; AWS refuses fewer."""


@dataclass(frozen=True, slots=True)
class StatePayload:
    """The largest texts of one state."""

    node: StateNode
    taken: Amount
    """Its input."""
    sent: Amount
    """Arguments or Parameters; 0 where it has none."""
    result: Amount
    passed: Amount
    """Its output."""

    @property
    def largest(self) -> Amount:
        """The largest of them: each may have 256 KiB."""
        return joined(self.taken, self.sent, self.result, self.passed)


class Payloads:
    """The payloads of every state of a definition."""

    def __init__(self, graph: Graph, symbols: Symbols, assumptions: Assumptions) -> None:
        self.graph = graph
        self.symbols = symbols
        self.assumptions = assumptions
        self.states: dict[str, StatePayload] = {}
        """By pointer."""
        self.variables: dict[str, Amount] = {}
        """By name, wherever they are assigned."""
        self.followed = all(scope.scope.depth <= DEEPEST for scope in graph.scopes)
        """False where the definition nests deeper than payloads are followed."""
        self.input = Amount.of(assumptions.input_bytes)
        if self.followed and graph.scopes:
            self._scope(graph.scopes[0], Document(self.input), ZERO)

    def _scope(self, scope: ScopeGraph, document: Document, item: Amount) -> Amount:
        """The largest output of a scope, for an input. Loops are gone through three times; what grows grows each round."""
        if scope.start is None:
            return ZERO
        loops = self.symbols.loops(scope)
        passes = 3 if loops and scope.scope.depth <= 6 else 1
        taken: list[dict[int, Document]] = []
        variables: list[dict[str, Amount]] = []
        back: dict[int, Document] = {}
        ends: list[Amount] = []
        for _ in range(passes):
            entered, back, ends = self._pass(scope, document, item, back)
            taken.append(entered)
            variables.append(dict(self.variables))
        if passes == 3:
            rounds = joined(*(rounds for _, rounds in loops))
            grown = {
                row: _grown(before, after, rounds)
                for row, after in taken[2].items()
                if (before := taken[1].get(row)) is not None
            }
            for name, size in variables[2].items():
                more = beyond(size, variables[1].get(name, ZERO))
                self.variables[name] = flat(size + more * rounds)
            _, _, ends = self._pass(scope, document, item, back, fixed=grown)
        return joined(*ends) if ends else ZERO

    def _pass(
        self,
        scope: ScopeGraph,
        document: Document,
        item: Amount,
        back: dict[int, Document],
        fixed: Mapping[int, Document] | None = None,
    ) -> tuple[dict[int, Document], dict[int, Document], list[Amount]]:
        """Once over the states in their order: what each takes in, what goes back, and what the scope gives."""
        assert scope.start is not None
        position = {row: i for i, row in enumerate(scope.order)}
        entered: dict[int, Document] = {scope.start: document}
        for row, more in back.items():
            entered[row] = entered[row].or_(more) if row in entered else more
        going_back: dict[int, Document] = dict(back)
        ends: list[Amount] = []
        for row in scope.order:
            taken = (fixed or {}).get(row) or entered.get(row)
            if taken is None:
                continue
            node = scope.nodes[row]
            for target_name, output in self._state(scope, node, taken, item):
                target = scope.row.get(target_name) if target_name is not None else None
                if target is None:
                    ends.append(output.whole)
                elif position.get(target, -1) <= position[row]:
                    going_back[target] = going_back[target].or_(output) if target in going_back else output
                else:
                    entered[target] = entered[target].or_(output) if target in entered else output
        return entered, going_back, ends

    def _state(
        self, scope: ScopeGraph, node: StateNode, taken: Document, item: Amount
    ) -> list[tuple[str | None, Document]]:
        """What a state passes on along each transition; None: the end of its scope."""
        fields = node.fields
        effective = taken if node.is_jsonata else _picked(taken, fields.get("InputPath", "$"))
        readable = Readable(taken, self.variables, item=item, execution_input=self.input, effective=effective)
        given = fields.get("Arguments" if node.is_jsonata else "Parameters")
        made = Document()
        if given is not None and node.type != "Map":
            made = template_document(given, readable, is_jsonata=node.is_jsonata)
        sent = made.whole
        result = self._result(node, effective, made, readable, item)
        if node.type == "Pass" and "Result" in fields:
            result = Document(Amount.of(literal_size(fields["Result"])))
        readable.result = result
        readable.error = Amount.of(ERROR_BYTES)
        output = self._output(node, taken, result, readable)
        self._assign(fields.get("Assign"), readable, node)
        ways: list[tuple[str | None, Document]] = []
        for transition in transitions_of(node):
            onward = output
            if transition.via == "Catch":
                onward = self._caught(node, as_list(fields.get("Catch"))[transition.number], taken, readable)
            elif transition.via == "Choices":
                rule = as_object(as_list(fields.get("Choices"))[transition.number])
                self._assign(rule.get("Assign"), readable, node)
                if "Output" in rule:
                    onward = template_document(rule["Output"], readable, is_jsonata=node.is_jsonata)
            ways.append((transition.target, onward))
        if node.type not in ("Choice", "Fail") and (node.type == "Succeed" or not isinstance(fields.get("Next"), str)):
            ways.append((None, output))
        passed = joined(*(o.whole for _, o in ways)) if ways else ZERO
        found = StatePayload(node, taken.whole, sent, result.whole, passed)
        known = self.states.get(node.pointer)
        self.states[node.pointer] = found if known is None else _either(known, found)
        return ways

    def _result(
        self, node: StateNode, effective: Document, made: Document, readable: Readable, item: Amount
    ) -> Document:
        match node.type:
            case "Task":
                own = Amount.of(self.assumptions.result_bytes)
                call = self.symbols.calls[node.pointer]
                if call.resource is not None and call.resource.kind == "optimized" and not call.waits:
                    payload = {"Payload": own} if call.is_lambda else {}
                    return Document(Amount.of(METADATA_BYTES) + (ZERO if payload else own), payload)
                return Document(own)
            case "Parallel":
                document = made if "Arguments" in node.fields or "Parameters" in node.fields else effective
                branches = [self._scope(s, document, item) for s in self.graph.inner(node)]
                size = Amount.of(2 + len(branches))
                for branch in branches:
                    size = size + branch
                return Document(flat(size))
            case "Map":
                return self._map(node, readable)
            case "Pass" if "Parameters" in node.fields:
                return made
            case _:
                return effective

    def _map(self, node: StateNode, readable: Readable) -> Document:
        one = Amount.of(self.assumptions.item_bytes)
        readable.item = one
        selector = node.fields.get("ItemSelector", node.fields.get("Parameters"))
        given = one if selector is None else template_size(selector, readable, is_jsonata=node.is_jsonata)
        batch = batch_size(node)
        document = Document(given)
        if "ItemBatcher" in node.fields:
            batch_input = as_object(node.fields["ItemBatcher"]).get("BatchInput", {})
            common = template_size(batch_input, readable, is_jsonata=node.is_jsonata)
            document = Document(Amount.of(30), {"Items": flat(given * (batch or 1)), "BatchInput": common})
        inner = self.graph.inner(node)
        output = self._scope(inner[0], document, one) if inner else ZERO
        if is_distributed(node.fields) and "ResultWriter" in node.fields:
            return Document(Amount.of(MAP_RUN_BYTES))
        items = flat(self.symbols.items(node))
        count = items if batch is None else flat(items * (1 / batch) + Amount.of(1))
        return Document(flat(count * (output + Amount.of(1)) + Amount.of(2)))

    def _output(self, node: StateNode, taken: Document, result: Document, readable: Readable) -> Document:
        fields = node.fields
        if node.is_jsonata:
            if "Output" in fields:
                return template_document(fields["Output"], readable, is_jsonata=True)
            return result
        if node.type in ("Choice", "Wait", "Succeed", "Fail"):
            return _picked(readable.effective or taken, fields.get("OutputPath", "$"))
        if "ResultSelector" in fields:
            selecting = replace(readable, effective=result, parts=set())
            result = template_document(fields["ResultSelector"], selecting, is_jsonata=False)
        return _picked(_placed(taken, result, fields.get("ResultPath", "$")), fields.get("OutputPath", "$"))

    def _caught(self, node: StateNode, catcher: Any, taken: Document, readable: Readable) -> Document:
        fields = as_object(catcher)
        self._assign(fields.get("Assign"), readable, node)
        if node.is_jsonata:
            if "Output" in fields:
                return template_document(fields["Output"], readable, is_jsonata=True)
            return Document(Amount.of(ERROR_BYTES))
        return _placed(taken, Document(Amount.of(ERROR_BYTES)), fields.get("ResultPath", "$"))

    def _assign(self, assigned: Any, readable: Readable, node: StateNode) -> None:
        for name, value in as_object(assigned).items():
            size = template_size({name: value}, readable, is_jsonata=node.is_jsonata)
            plain = name.removesuffix(".$")
            self.variables[plain] = joined(self.variables.get(plain, ZERO), size)


def _grown(before: Document, after: Document, rounds: Amount) -> Document:
    """What a document has become when each round added what the last one did."""
    base = flat(after.base + beyond(after.base, before.base) * rounds)
    fields = {
        name: flat(size + beyond(size, before.fields.get(name, ZERO)) * rounds) for name, size in after.fields.items()
    }
    return Document(base, fields)


def _placed(taken: Document, result: Document, path: Any) -> Document:
    """ResultPath: the result replaces the input, is put into it, or is thrown away."""
    if path is None:
        return taken
    if not isinstance(path, str) or path == "$":
        return result
    return taken.put(tuple(path.removeprefix("$.").split(".")), result.whole)


def _picked(document: Document, path: Any) -> Document:
    """InputPath or OutputPath."""
    if path is None:
        return Document(Amount.of(2))
    if not isinstance(path, str) or path == "$" or not path.startswith("$."):
        return document
    return document.under(tuple(path.removeprefix("$.").split(".")))


def _either(a: StatePayload, b: StatePayload) -> StatePayload:
    return StatePayload(
        b.node, joined(a.taken, b.taken), joined(a.sent, b.sent), joined(a.result, b.result), joined(a.passed, b.passed)
    )


__all__ = ["PAYLOAD_QUOTA", "Payloads", "StatePayload"]
