"""Writing a checked trace as an ASL document: plain dicts and lists, keys in canonical order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowdsl.asl.values import is_object
from flowdsl.dsl.choice import Choice
from flowdsl.dsl.errors import error_names
from flowdsl.dsl.fan_out import Map, is_parallel
from flowdsl.dsl.items import Items, child_input, item_name
from flowdsl.dsl.ports import CatchPort, Port
from flowdsl.dsl.references import (
    BranchSource,
    ContextSource,
    ErrorSource,
    IndexSource,
    InputSource,
    ItemSource,
    OuterSource,
    ResultSource,
    Source,
)
from flowdsl.dsl.retry import Retry
from flowdsl.dsl.spell_jsonata import member, spell, spell_value
from flowdsl.dsl.state import State
from flowdsl.dsl.states import Working, is_pass
from flowdsl.dsl.substitute import gives_return, impure_in, returned
from flowdsl.dsl.trace import Scope, Trace
from flowdsl.dsl.wiring import Wiring
from flowdsl.query.expression import Node, Placeholder

if TYPE_CHECKING:
    from flowdsl.dsl.emit_jsonpath import JsonpathWriter

Json = Any
_WORKING = frozenset({"Task", "Map", "Parallel"})
_SCALARS = frozenset({str, int, bool, float, type(None)})
_INPUT = "$states.context.Execution.Input"


class Emitter:
    """Writes the states of one trace."""

    def __init__(
        self, trace: Trace, wirings: dict[Scope, Wiring], items: Items, default_retry: list[tuple[Retry, Any]]
    ) -> None:
        self.trace = trace
        self.wirings = wirings
        self.items = items
        self.default_retry = default_retry
        self.state: State | None = None
        """Whose fields are being written."""
        self.exit: Any = None
        """The state or port whose Assign or Output is being written."""
        self.retriers: dict[tuple[Any, ...], dict[str, Json]] = {}
        self._jsonpath: JsonpathWriter | None = None

    def jsonpath(self) -> JsonpathWriter:
        """What writes the states in JSONPath."""
        if self._jsonpath is None:
            from flowdsl.dsl.emit_jsonpath import JsonpathWriter  # most workflows have none, and start the sooner

            self._jsonpath = JsonpathWriter(self)
        return self._jsonpath

    # values

    def name(self, source: Any) -> str:
        """What a source is called in the field being written."""
        kind = type(source)  # pyright: ignore[reportUnknownVariableType]
        if kind is InputSource:
            return _INPUT
        if kind is ResultSource:
            if self.exit is source.state:
                if source.state.type == "Pass":
                    # A Pass without an output gives its input.
                    return "$states.input"
                return f"$states.result{''.join([member(step) for step in source.state.envelope])}"
        elif kind is ContextSource:
            return "$states.context"
        elif kind is ErrorSource:
            if self.exit is source.port:
                return "$states.errorOutput"
        elif kind is ItemSource or kind is IndexSource:
            return self.items.spelled(source, self.state)
        elif kind is BranchSource:
            return self._branch(source)
        elif kind is OuterSource:
            return child_input(source.scope, source.name, "JSONata")
        return f"${source.variable}"

    def _branch(self, source: BranchSource) -> str:
        parallel: Any = source.whole.state
        if self.exit is parallel:
            return f"$states.result[{source.index}]"
        names = parallel.named
        if names is None:
            return f"${source.whole.variable}[{source.index}]"
        return f"${source.whole.variable}{member(list(names)[source.index])}"

    def value(self, frozen: Any) -> Json:
        """A frozen value as JSON: each expression a `{% %}` text."""
        kind = type(frozen)  # pyright: ignore[reportUnknownVariableType]
        if kind in _SCALARS:
            return frozen
        if kind is dict:
            return {k: v if type(v) in _SCALARS else self.value(v) for k, v in frozen.items()}
        if kind is list:
            return [v if type(v) in _SCALARS else self.value(v) for v in frozen]
        if kind is Placeholder:
            return f"${{{frozen.name}}}"
        return f"{{% {spell_value(frozen, self.name)} %}}"

    # scopes and states

    def scope(self, scope: Scope) -> dict[str, Json]:
        """StartAt and States."""
        wiring = self.wirings[scope]
        states = {}
        binder = self.items.binder(scope)
        start = entry = wiring.states[wiring.entry].name
        if binder is not None:
            start, assigned = binder
            states[start] = {"Type": "Pass", "Assign": assigned, "Next": entry}
        language = self.trace.query_language
        for state in wiring.states:
            if state.fields.get("QueryLanguage", language) == "JSONata":
                states[state.name] = self.one(state, scope)
            else:
                states[state.name] = self.jsonpath().one(state, scope)
        return {"StartAt": start, "States": states}

    def one(self, state: Any, scope: Scope) -> dict[str, Json]:
        """One state."""
        self.state = state
        self.exit = None
        kind: str = state.type
        fields: dict[str, Any] = state.fields
        out: dict[str, Json] = {"Type": kind}
        if "Comment" in fields:
            out["Comment"] = fields["Comment"]
        if "QueryLanguage" in fields:
            out["QueryLanguage"] = fields["QueryLanguage"]
        works = kind in _WORKING
        call = state.call if works else None
        if call is not None:
            out["Resource"] = call.resource + call.pattern
        for name, frozen in fields.items():
            if name != "Output" and name not in out:
                out[name] = frozen if type(frozen) in _SCALARS else self.value(frozen)
        if call is not None:
            if call.arguments is not ...:
                out["Arguments"] = self.value(call.arguments)
        elif kind == "Choice":
            self._choice(state, out)
        elif kind == "Parallel":
            out["Branches"] = [self.inner(branch, {}) for branch in state.branches]
            self.state, self.exit = state, None
        elif kind == "Map":
            self._map(state, out)
            self.state, self.exit = state, None
        if works:
            self.retries(state, out)
            if state.catchers is not None:
                out["Catch"] = [self._catcher(port, state) for port in state.catchers]
        self.exit = state
        if kind == "Choice":
            self._choice_exit(state, out)
        else:
            self._exit(state, scope, out)
        if state.extra:
            out.update(self.value(state.extra))
        return out

    def _map(self, state: Map[Any], out: dict[str, Json]) -> None:
        selector = self.value(state.selector) if state.selector is not None else None
        if state.processor.index is not None:
            item = "{% $states.context.Map.Item.Value %}" if selector is None else selector
            selector = {"item": item, "index": "{% $states.context.Map.Item.Index %}"}
        imports: dict[str, Any] | None = getattr(state, "imports", None)
        if imports:
            given = {name: self.value(value) for name, value in imports.items()}
            if getattr(state, "batched", False):
                out["ItemBatcher"] = {
                    **out["ItemBatcher"],
                    "BatchInput": {**given, **out["ItemBatcher"].get("BatchInput", {})},
                }
            else:
                item = "{% $states.context.Map.Item.Value %}" if selector is None else selector
                selector = {item_name(state.processor): item, **given}
        if selector is not None:
            out["ItemSelector"] = selector
        config = out.pop("ProcessorConfig", None)
        out["Iterator" if state.is_iterator else "ItemProcessor"] = self.inner(
            state.processor, {} if config is None else {"ProcessorConfig": config}
        )

    def inner(self, scope: Scope, head: dict[str, Json]) -> dict[str, Json]:
        """A branch or processor."""
        comment = {"Comment": scope.comment} if scope.comment else {}
        return {**comment, **head, **self.scope(scope), **scope.extra}

    def _choice(self, state: Choice, out: dict[str, Json]) -> None:
        choices: list[Json] = []
        for rule in state.rules:
            condition = rule.condition
            entry: dict[str, Json] = {} if rule.comment is None else {"Comment": rule.comment}
            if isinstance(condition, Node):
                entry["Condition"] = f"{{% {spell(condition, self.name)} %}}"
            elif is_object(condition):
                entry.update(condition)
            else:
                entry["Condition"] = condition
            self._way(rule, entry, {})
            choices.append(entry)
        out["Choices"] = choices
        if state.default is not None and state.default.target is not None:
            out["Default"] = state.default.target.name

    def _way(self, port: Port, entry: dict[str, Json], assigned: dict[str, Json]) -> None:
        """Assign, Output and Next of a rule or catcher."""
        if port.assigned:
            assigned.update(self._assigned(port.assigned))
        if self.items.entries and self.state is not None:
            assigned.update(self.items.assigned(self.state))
        if assigned:
            entry["Assign"] = assigned
        if port.output_value is not ...:
            entry["Output"] = self.value(port.output_value)
        if port.target is not None:
            entry["Next"] = port.target.name
        if port.extra:
            entry.update(self.value(port.extra))

    def _assigned(self, assigned: dict[Any, Any]) -> dict[str, Json]:
        return {(k if isinstance(k, str) else k.source.variable or k.name): self.value(v) for k, v in assigned.items()}

    # errors

    def retries(self, state: Working, out: dict[str, Json]) -> None:
        """Retry: a state's own, or the workflow's for a Task without."""
        retriers = state.retriers
        if retriers is None and state.type == "Task":
            retriers = self.default_retry or None
        if retriers is not None:
            out["Retry"] = [self._retrier(policy, state) for policy, _ in retriers]

    def catcher_head(self, port: CatchPort, state: Working) -> dict[str, Json]:
        """What a catcher says in either query language."""
        entry: dict[str, Json] = {} if port.comment is None else {"Comment": port.comment}
        entry["ErrorEquals"] = error_names(port.errors, state)
        if port.result_path is not ...:
            entry["ResultPath"] = port.result_path
        return entry

    def _catcher(self, port: CatchPort, state: Working) -> dict[str, Json]:
        self.exit = port
        entry = self.catcher_head(port, state)
        kept = port.source is not None and port.source.variable
        self._way(port, entry, {str(kept): "{% $states.errorOutput %}"} if kept else {})
        return entry

    def _retrier(self, policy: Retry, state: Working) -> dict[str, Json]:
        names = error_names(policy.errors, state)
        # Written once for all states that share it: nothing writes into a document.
        key = (id(policy), *names)
        known = self.retriers.get(key)
        if known is None:
            known = self.retriers[key] = {"ErrorEquals": names, **{k: _number(v) for k, v in policy.fields.items()}}
        return known

    # ways out

    def _choice_exit(self, state: Choice, out: dict[str, Json]) -> None:
        """A Choice's own Assign and Output, which run for its Default only."""
        assigned = self._assigned(state.assigned) if state.assigned else {}
        default = state.default
        if default is not None:
            if default.assigned:
                assigned.update(self._assigned(default.assigned))
            if default.output_value is not ...:
                out["Output"] = self.value(default.output_value)
        if self.items.entries:
            assigned.update(self.items.assigned(state))
        if assigned:
            out["Assign"] = assigned
        if "Output" in state.fields:
            out["Output"] = self.value(state.fields["Output"])

    def _exit(self, state: State, scope: Scope, out: dict[str, Json]) -> None:
        """Assign, Output, Next or End."""
        assigned = self._assigned(state.assigned) if state.assigned else {}
        source = state.result_source
        if source is not None and source.variable:
            assigned[source.variable] = self._kept(state, source)
        if self.items.entries:
            assigned.update(self.items.assigned(state))
        if assigned:
            out["Assign"] = assigned
        target, fields = state.target, state.fields
        if target is None and state.type != "Fail" and gives_return(state, scope):
            given = self.value(returned(state, scope))
            # What a state gives anyway is not written.
            if given != "{% $states.result %}":
                out["Output"] = given
        elif "Output" in fields and not (assigned and source is not None and impure_in(fields["Output"])):
            out["Output"] = self.value(fields["Output"])
        if target is not None:
            out["Next"] = target.name
        else:
            self.follow(state, out)

    @staticmethod
    def follow(state: State, out: dict[str, Json]) -> None:
        """Next or End."""
        if state.target is not None:
            out["Next"] = state.target.name
        elif state.type not in ("Succeed", "Fail") and not (
            state.extra and ("Next" in state.extra or "End" in state.extra)
        ):
            out["End"] = True

    def _kept(self, state: State, source: ResultSource) -> Json:
        """What the variable of a state's result is set to."""
        if is_pass(state):
            return self.value(state.fields["Output"]) if "Output" in state.fields else "{% $states.input %}"
        if is_parallel(state) and state.named is not None:
            return {name: f"{{% $states.result[{i}] %}}" for name, i in state.named.items()}
        return f"{{% {self.name(source)} %}}"


def _number(value: Any) -> Json:
    node = getattr(value, "__node__", None)
    return f"${{{node.name}}}" if isinstance(node, Placeholder) else value


__all__ = ["Emitter", "Source"]
