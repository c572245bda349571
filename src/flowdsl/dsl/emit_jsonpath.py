"""Writing a state in JSONPath: paths and intrinsics in templates, operators in Choice rules, results through variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.dsl.choice import Choice
from flowdsl.dsl.distributed import DistributedMap
from flowdsl.dsl.fan_out import Map, Parallel
from flowdsl.dsl.items import child_input, item_name
from flowdsl.dsl.ports import Port
from flowdsl.dsl.references import (
    BranchSource,
    ContextSource,
    ErrorSource,
    IndexSource,
    InputSource,
    ItemSource,
    OuterSource,
    ResultSource,
)
from flowdsl.dsl.spell_choice import rule
from flowdsl.dsl.spell_jsonpath import MAX_NESTED, CannotBeSaid, path, spell
from flowdsl.dsl.state import State
from flowdsl.dsl.states import Pass, Task, Working
from flowdsl.dsl.substitute import gives_return, returned
from flowdsl.dsl.trace import Scope
from flowdsl.query.expression import Node, Placeholder, Raw

if TYPE_CHECKING:
    from flowdsl.dsl.emit import Emitter

Json = Any
_SCALARS = frozenset({str, int, bool, float, type(None)})
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


class JsonpathWriter:
    """Writes the JSONPath states of one trace."""

    def __init__(self, emitter: Emitter) -> None:
        self.emitter = emitter
        self.items = emitter.items
        self.state: State | None = None
        self.exit: Any = None
        self.input_path: str | None = None
        """The InputPath that the state being written has been given, so that a reference path can read from it."""

    # values

    def name(self, source: Any) -> str:
        """What a source is called in the field being written."""
        kind = type(source)
        if kind is InputSource:
            return "$$.Execution.Input"
        if kind is ContextSource:
            return "$$"
        if kind is ResultSource and self.exit is source.state:
            if isinstance(source.state, Pass):
                return "$"
            return "$" + "".join(f".{step}" for step in source.state.envelope)
        if kind is ErrorSource and self.exit is source.port:
            return "$"
        if kind is ItemSource or kind is IndexSource:
            return self.items.spelled(source, self.state, "JSONPath")
        if kind is BranchSource:
            return self._branch(source)
        if kind is OuterSource:
            return child_input(source.scope, source.name, "JSONPath")
        return f"${source.variable}"

    def _branch(self, source: BranchSource) -> str:
        parallel: Any = source.whole.state
        if self.exit is parallel:
            return f"$[{source.index}]"
        names = parallel.named
        return f"${source.whole.variable}" + (f"[{source.index}]" if names is None else f".{list(names)[source.index]}")

    def text(self, node: Node) -> str:
        """A path or an intrinsic; what cannot be said is reported, and becomes `$`."""
        try:
            found = spell(node, self.name)
        except CannotBeSaid as problem:
            self.refuse(problem.message, problem.node)
            return "$"
        if found.count("States.") > MAX_NESTED:
            self.refuse(
                f"a field of JSONPath holds at most {MAX_NESTED} intrinsic functions; compute a part in a Pass before",
                node,
            )
        return found

    def refuse(self, message: str, node: Node | None = None) -> None:
        """Reports what JSONPath cannot say."""
        place = node.place if node is not None and node.place is not None else None
        state = self.state
        self.emitter.trace.report("cannot-be-said", message, place or (state.place if state else None), state=state)

    def template(self, frozen: Any) -> Json:
        """A payload template: an expression as a member's value goes under `name.$`."""
        kind = type(frozen)
        if kind in _SCALARS:
            return frozen
        if kind is dict:
            found: dict[str, Json] = {}
            for key, item in frozen.items():
                self._member(found, key, item)
            return found
        if kind is list:
            return [self._item(item) for item in frozen]
        if isinstance(frozen, Placeholder):
            return f"${{{frozen.name}}}"
        return self.text(frozen)

    def _member(self, found: dict[str, Json], key: str, item: Any) -> None:
        if isinstance(item, Node) and not isinstance(item, Placeholder):
            found[key if key.endswith(".$") else f"{key}.$"] = self.text(item)
        elif isinstance(item, list) and any(isinstance(one, Node) and not isinstance(one, Placeholder) for one in item):
            from flowdsl.dsl.substitute import as_node

            found[f"{key}.$"] = self.text(as_node(item))
        else:
            found[key] = self.template(item)

    def _item(self, item: Any) -> Json:
        if isinstance(item, Node) and not isinstance(item, Placeholder):
            self.refuse("a list in JSONPath holds what is read only under a name of its own; give it a member", item)
            return None
        return self.template(item)

    # states

    def one(self, state: State, scope: Scope) -> dict[str, Json]:
        """One state."""
        self.state, self.exit, self.input_path = state, None, None
        out: dict[str, Json] = {"Type": state.type}
        fields = state.fields
        for name in ("Comment", "QueryLanguage"):
            if name in fields:
                out[name] = fields[name]
        if type(state) is Task and state.call is not None:
            out["Resource"] = state.call.resource + state.call.pattern
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
            if isinstance(frozen, dict) and name in ("ItemReader", "ItemBatcher", "ResultWriter"):
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
            elif isinstance(value, dict) and name in ("ReaderConfig", "WriterConfig"):
                found[name] = self._object(value, out)
            else:
                self._member(found, name, value)
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
        if isinstance(state, Task):
            call = state.call
            if call is not None and call.arguments is not ...:
                if isinstance(call.arguments, Node):
                    out["InputPath"] = self._read(call.arguments, "the input")
                else:
                    out["Parameters"] = self.template(call.arguments)
        elif isinstance(state, Choice):
            self._choice(state, out)
        elif isinstance(state, Parallel):
            out["Branches"] = [emitter.inner(branch, {}) for branch in state.branches]
        elif isinstance(state, Map):
            self._map(state, out)
        self.state, self.exit = state, None

    def _map(self, state: Map[Any], out: dict[str, Json]) -> None:
        if state.selector is not None:
            out["ItemSelector"] = self.template(state.selector)
        if isinstance(state, DistributedMap) and state.imports:
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
        choices = []
        for one in state.rules:
            condition = one.condition
            entry: dict[str, Json] = {} if one.comment is None else {"Comment": one.comment}
            if isinstance(condition, Node):
                try:
                    entry.update(rule(condition, self.name))
                except CannotBeSaid as problem:
                    self.refuse(problem.message, problem.node)
            elif isinstance(condition, dict):
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
            if isinstance(port.output_value, (str, dict)) or port.output_value is None:
                entry["Output"] = port.output_value
            self.refuse("an Output is JSONata's: in JSONPath, a Pass after this way gives it")
        if port.target is not None:
            entry["Next"] = port.target.name
        if port.extra:
            entry.update(port.extra)

    def _assigned(self, assigned: dict[Any, Any]) -> dict[str, Json]:
        found: dict[str, Json] = {}
        for variable, value in assigned.items():
            self._member(
                found, variable if isinstance(variable, str) else variable.source.variable or variable.name, value
            )
        return found

    # ways out

    def _exit(self, state: State, scope: Scope, out: dict[str, Json]) -> None:
        self.exit = state
        if isinstance(state, Pass):
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
        elif "Output" in state.fields and not isinstance(state, Pass):
            self._returned(state, state.fields["Output"], out)
        self.emitter.follow(state, out)

    def _pass_output(self, state: Pass[Any], out: dict[str, Json]) -> None:
        """What a Pass computes: Parameters for an object, Result for a literal, InputPath for what is read."""
        if "Output" not in state.fields:
            return
        frozen = state.fields["Output"]
        self.exit = None
        if isinstance(frozen, dict):
            out["Parameters"] = self.template(frozen)
        elif isinstance(frozen, Node) and not isinstance(frozen, Placeholder):
            found = path(frozen, self.name)
            if found is not None:
                out["InputPath"] = found
            else:
                out["Parameters"], out["OutputPath"] = {"value.$": self.text(frozen)}, "$.value"
        elif isinstance(frozen, list) and any(isinstance(item, Node) for item in frozen):
            found_in: dict[str, Json] = {}
            self._member(found_in, "value", frozen)
            out["Parameters"], out["OutputPath"] = found_in, "$.value"
        else:
            out["Result"] = self.template(frozen)
        self.exit = state

    def _kept(self, state: State, source: ResultSource, assigned: dict[str, Json]) -> None:
        variable = source.variable or ""
        if isinstance(state, Parallel) and state.named is not None:
            assigned[variable] = {f"{name}.$": f"$[{i}]" for name, i in state.named.items()}
        elif isinstance(state, Pass) and "Output" in state.fields and self._is_wrapped(state.fields["Output"]):
            assigned[f"{variable}.$"] = "$.value"
        else:
            assigned[f"{variable}.$"] = self.name(source)

    def _is_wrapped(self, frozen: Any) -> bool:
        if isinstance(frozen, list):
            return any(isinstance(item, Node) for item in frozen)
        return isinstance(frozen, Node) and not isinstance(frozen, Placeholder) and path(frozen, self.name) is None

    def _returned(self, state: State, frozen: Any, out: dict[str, Json]) -> None:
        """What an end gives, by the fields that it has: ResultSelector, Parameters, or OutputPath for what is read."""
        found = path(frozen, self.name) if isinstance(frozen, Node) else None
        if isinstance(state, Pass):
            for name in ("Result", "Parameters", "InputPath", "OutputPath"):
                out.pop(name, None)
            self._pass_output_of(frozen, out)
        elif found is not None:
            if found != "$":
                out["OutputPath"] = found
        elif isinstance(state, Working):
            if isinstance(frozen, dict):
                out["ResultSelector"] = self.template(frozen)
            else:
                value: dict[str, Json] = {}
                self._member(value, "value", frozen)
                out["ResultSelector"], out["OutputPath"] = value, "$.value"
        else:
            self.refuse(
                f"a {state.type} computes nothing in JSONPath; end with a Pass that gives this, Pass(output=...)",
                frozen if isinstance(frozen, Node) else None,
            )

    def _pass_output_of(self, frozen: Any, out: dict[str, Json]) -> None:
        if isinstance(frozen, dict):
            out["Parameters"] = self.template(frozen)
            return
        found = path(frozen, self.name) if isinstance(frozen, Node) else None
        if found is not None:
            out["InputPath"] = found
        elif isinstance(frozen, (Node, list)):
            value: dict[str, Json] = {}
            self._member(value, "value", frozen)
            out["Parameters"], out["OutputPath"] = value, "$.value"
        else:
            out["Result"] = frozen
