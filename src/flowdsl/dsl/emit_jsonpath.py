"""Writing a state in JSONPath: paths and intrinsics in templates, operators in Choice rules, results through variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.dsl.choice import Choice
from flowdsl.dsl.distributed import DistributedMap, is_distributed_map
from flowdsl.dsl.fan_out import Map, is_map, is_parallel
from flowdsl.dsl.items import item_name
from flowdsl.dsl.ports import Port
from flowdsl.dsl.references import (
    ResultSource,
)
from flowdsl.dsl.spell_choice import rule
from flowdsl.dsl.spell_jsonpath import CannotBeSaid, path
from flowdsl.dsl.state import State
from flowdsl.dsl.states import Pass, Working, is_pass
from flowdsl.dsl.substitute import gives_return, returned
from flowdsl.dsl.template_jsonpath import Templates
from flowdsl.dsl.trace import Scope
from flowdsl.query.expression import Node, Placeholder, Raw

if TYPE_CHECKING:
    pass

Json = Any
_WITH_PATH = frozenset(
    [
        "TimeoutSeconds",
        "HeartbeatSeconds",
        "Seconds",
        "Timestamp",
        "MaxConcurrency",
        "ToleratedFailurePercentage",
        "ToleratedFailureCount",
        "Error",
        "Cause",
        "MaxItems",
        "MaxItemsPerBatch",
        "MaxInputBytesPerBatch",
    ]
)
"""Fields beside which there is another, ...Path, for a value that is read."""


class JsonpathWriter(Templates):
    """Writes the JSONPath states of one trace."""

    def one(self, state: State, scope: Scope) -> dict[str, Json]:
        """One state."""
        self.state, self.exit, self.input_path = state, None, None
        out: dict[str, Json] = {"Type": state.type}
        fields = state.fields
        for name in ("Comment", "QueryLanguage"):
            if name in fields:
                out[name] = fields[name]
        call = state.call if isinstance(state, Working) else None
        if call is not None:
            out["Resource"] = call.resource + call.pattern
        for name, frozen in fields.items():
            if name not in out and name != "Output":
                self._field(out, name, frozen)
        self._inside(state, out)
        if isinstance(state, Working):
            self.emitter.retries(state, out)
            if state.catchers is not None:
                out["Catch"] = [self._catcher(port, state) for port in state.catchers]
                self.exit = None
        self._exit(state, scope, out)
        if state.extra:
            out.update(self.template(state.extra))
        return out

    def _field(self, out: dict[str, Json], name: str, frozen: Any) -> None:
        if not isinstance(frozen, Node) or isinstance(frozen, Placeholder):
            if is_object(frozen) and name in ("ItemReader", "ItemBatcher", "ResultWriter"):
                out[name] = self._object(frozen, out)
            else:
                out[name] = self.template(frozen)
            return
        if name == "Items":
            out["ItemsPath"] = self._read(frozen, name)
        elif name in _WITH_PATH:
            out[f"{name}Path"] = (
                self._reference(frozen, name, out) if name not in ("Error", "Cause") else self.text(frozen)
            )
        elif isinstance(frozen, Raw):
            out[name] = self.text(frozen)
        else:
            out["InputPath"] = self._read(frozen, name)

    def _object(self, frozen: dict[str, Any], out: dict[str, Json]) -> dict[str, Json]:
        """An object of ASL's own: a number that is read goes into the ...Path field beside it."""
        found: dict[str, Json] = {}
        for name, value in frozen.items():
            if isinstance(value, Node) and name in _WITH_PATH:
                found[f"{name}Path"] = self._reference(value, name, out)
            elif is_object(value) and name in ("ReaderConfig", "WriterConfig"):
                found[name] = self._object(value, out)
            else:
                self.member(found, name, value)
        return found

    def _read(self, node: Node, name: str) -> str:
        found = path(node, self.name)
        if found is None:
            self.refuse(f"{name} of JSONPath is a path, and this is computed; compute it in a Pass before", node)
            return "$"
        return found

    def _reference(self, node: Node, name: str, out: dict[str, Json]) -> str:
        """A path that may not lead into the context object: the state's input is then taken from there."""
        found = self._read(node, name)
        if found.startswith("$$"):
            whole = "$$.Execution.Input" if found.startswith("$$.Execution.Input") else "$$"
            if out.get("InputPath", whole) != whole:
                self.refuse(
                    f"{name} reads from the context object, and another field of this state from its input; keep one in a Var",
                    node,
                )
            out["InputPath"] = whole
            return "$" + found.removeprefix(whole)
        return found

    def _inside(self, state: State, out: dict[str, Json]) -> None:
        emitter = self.emitter
        if isinstance(state, Choice):
            self._choice(state, out)
        elif is_parallel(state):
            out["Branches"] = [emitter.inner(branch, {}) for branch in state.branches]
        elif is_map(state):
            self._map(state, out)
        elif isinstance(state, Working) and state.call is not None and state.call.arguments is not ...:
            arguments = state.call.arguments
            if isinstance(arguments, Node):
                out["InputPath"] = self._read(arguments, "the input")
            else:
                out["Parameters"] = self.template(arguments)
        self.state, self.exit = state, None

    def _map(self, state: Map[Any], out: dict[str, Json]) -> None:
        if state.selector is not None:
            out["ItemSelector"] = self.template(state.selector)
        if is_distributed_map(state) and state.imports:
            self._imports(state, out)
        if state.processor.index is not None:
            item = {"item.$": "$$.Map.Item.Value"} if state.selector is None else {"item": out["ItemSelector"]}
            out["ItemSelector"] = {**item, "index.$": "$$.Map.Item.Index"}
        config = out.pop("ProcessorConfig", None)
        key = "Iterator" if state.is_iterator else "ItemProcessor"
        out[key] = self.emitter.inner(state.processor, {} if config is None else {"ProcessorConfig": config})

    def _imports(self, state: DistributedMap[Any], out: dict[str, Json]) -> None:
        given = self.template(state.imports)
        if state.batched:
            out["ItemBatcher"] = {**out["ItemBatcher"], "BatchInput": given}
            return
        name = item_name(state.processor)
        item = {f"{name}.$": "$$.Map.Item.Value"} if state.selector is None else {name: out["ItemSelector"]}
        out["ItemSelector"] = {**item, **given}

    def _choice(self, state: Choice, out: dict[str, Json]) -> None:
        choices: list[Json] = []
        for one in state.rules:
            condition = one.condition
            entry: dict[str, Json] = {} if one.comment is None else {"Comment": one.comment}
            if isinstance(condition, Node):
                try:
                    entry.update(rule(condition, self.name))
                except CannotBeSaid as problem:
                    self.refuse(problem.message, problem.node)
            elif is_object(condition):
                entry.update(condition)
            else:
                entry["Condition"] = condition
            self._way(one, entry, {})
            choices.append(entry)
        out["Choices"] = choices
        if state.default is not None and state.default.target is not None:
            out["Default"] = state.default.target.name

    def _catcher(self, port: Any, state: Working) -> dict[str, Json]:
        self.exit = port
        entry = self.emitter.catcher_head(port, state)
        kept = port.source is not None and port.source.variable
        self._way(port, entry, {f"{kept}.$": "$"} if kept else {})
        return entry

    def _way(self, port: Port, entry: dict[str, Json], assigned: dict[str, Json]) -> None:
        if port.assigned:
            assigned.update(self._assigned(port.assigned))
        if assigned:
            entry["Assign"] = assigned
        if port.output_value is not ...:
            self.refuse("an Output is JSONata's: in JSONPath, a Pass after this way gives it")
        if port.target is not None:
            entry["Next"] = port.target.name
        if port.extra:
            entry.update(port.extra)

    def _assigned(self, assigned: dict[Any, Any]) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for variable, value in assigned.items():
            self.member(
                found, variable if isinstance(variable, str) else variable.source.variable or variable.name, value
            )
        return found

    # ways out

    def _exit(self, state: State, scope: Scope, out: dict[str, Json]) -> None:
        self.exit = state
        if is_pass(state):
            self._pass_output(state, out)
        assigned = self._assigned(state.assigned) if state.assigned else {}
        if isinstance(state, Choice):
            if state.default is not None and state.default.assigned:
                assigned.update(self._assigned(state.default.assigned))
            if assigned:
                out["Assign"] = assigned
            return
        source = state.result_source
        if source is not None and source.variable:
            self._kept(state, source, assigned)
        if assigned:
            out["Assign"] = assigned
        if state.target is None and state.type != "Fail" and gives_return(state, scope):
            self._returned(state, returned(state, scope), out)
        elif "Output" in state.fields and not is_pass(state):
            self._returned(state, state.fields["Output"], out)
        self.emitter.follow(state, out)

    def _pass_output(self, state: Pass[Any], out: dict[str, Json]) -> None:
        """What a Pass computes: Parameters for an object, Result for a literal, InputPath for what is read."""
        if "Output" not in state.fields:
            return
        frozen = state.fields["Output"]
        self.exit = None
        if is_object(frozen):
            out["Parameters"] = self.template(frozen)
        elif isinstance(frozen, Node) and not isinstance(frozen, Placeholder):
            found = path(frozen, self.name)
            if found is not None:
                out["InputPath"] = found
            else:
                out["Parameters"], out["OutputPath"] = {"value.$": self.text(frozen)}, "$.value"
        elif is_list(frozen) and any(isinstance(item, Node) for item in frozen):
            found_in: dict[str, Json] = {}
            self.member(found_in, "value", frozen)
            out["Parameters"], out["OutputPath"] = found_in, "$.value"
        else:
            out["Result"] = self.template(frozen)
        self.exit = state

    def _kept(self, state: State, source: ResultSource, assigned: dict[str, Json]) -> None:
        variable = source.variable or ""
        if is_parallel(state) and state.named is not None:
            assigned[variable] = {f"{name}.$": f"$[{i}]" for name, i in state.named.items()}
        elif is_pass(state) and "Output" in state.fields and self._is_wrapped(state.fields["Output"]):
            assigned[f"{variable}.$"] = "$.value"
        else:
            assigned[f"{variable}.$"] = self.name(source)

    def _is_wrapped(self, frozen: Any) -> bool:
        if is_list(frozen):
            return any(isinstance(item, Node) for item in frozen)
        return isinstance(frozen, Node) and not isinstance(frozen, Placeholder) and path(frozen, self.name) is None

    def _returned(self, state: State, frozen: Any, out: dict[str, Json]) -> None:
        """What an end gives, by the fields that it has: ResultSelector, Parameters, or OutputPath for what is read."""
        found = path(frozen, self.name) if isinstance(frozen, Node) else None
        if is_pass(state):
            for name in ("Result", "Parameters", "InputPath", "OutputPath"):
                out.pop(name, None)
            self._pass_output_of(frozen, out)
        elif found is not None:
            if found != "$":
                out["OutputPath"] = found
        elif isinstance(state, Working):
            if is_object(frozen):
                out["ResultSelector"] = self.template(frozen)
            else:
                value: dict[str, Json] = {}
                self.member(value, "value", frozen)
                out["ResultSelector"], out["OutputPath"] = value, "$.value"
        else:
            self.refuse(
                f"a {state.type} computes nothing in JSONPath; end with a Pass that gives this, Pass(output=...)",
                frozen if isinstance(frozen, Node) else None,
            )

    def _pass_output_of(self, frozen: Any, out: dict[str, Json]) -> None:
        if is_object(frozen):
            out["Parameters"] = self.template(frozen)
            return
        found = path(frozen, self.name) if isinstance(frozen, Node) else None
        if found is not None:
            out["InputPath"] = found
        elif isinstance(frozen, (Node, list)):
            value: dict[str, Json] = {}
            self.member(value, "value", frozen)
            out["Parameters"], out["OutputPath"] = value, "$.value"
        else:
            out["Result"] = frozen
