"""Writing a checked trace as an ASL document: plain dicts and lists, keys in canonical order."""

from __future__ import annotations

from typing import Any

from flowdsl.dsl.fan_out import Map, Parallel
from flowdsl.dsl.items import Items
from flowdsl.dsl.ports import CatchPort, Port
from flowdsl.dsl.references import ContextSource, ErrorSource, InputSource, ItemSource, ResultSource, Source
from flowdsl.dsl.retry import Retry, error_name
from flowdsl.dsl.spell_jsonata import member, spell
from flowdsl.dsl.state import State
from flowdsl.dsl.states import Task, Working
from flowdsl.dsl.trace import Scope, Trace
from flowdsl.dsl.wiring import Wiring
from flowdsl.query.expression import Field, Index, Node, Placeholder, Raw, Read

Json = Any
_SCALARS = frozenset({str, int, bool, float, type(None)})


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
        self.retriers: dict[tuple[int, Any], dict[str, Json]] = {}

    # values

    def name(self, source: Source) -> str:
        """What a source is called in the field being written."""
        variable = source.variable
        kind = type(source)
        if kind is InputSource:
            return "$states.context.Execution.Input"
        if kind is ResultSource:
            if self.exit is source.state:
                return f"$states.result{''.join([member(step) for step in source.state.envelope])}"
        elif kind is ContextSource:
            return "$states.context"
        elif kind is ErrorSource:
            if self.exit is source.port:
                return "$states.errorOutput"
        elif kind is ItemSource:
            return self.items.spelled(source, self.state)
        return f"${variable}"

    def value(self, frozen: Any) -> Json:
        """A frozen value as JSON: each expression a `{% %}` text."""
        kind = type(frozen)
        if kind in _SCALARS:
            return frozen
        if kind is dict:
            return {k: v if type(v) in _SCALARS else self.value(v) for k, v in frozen.items()}
        if kind is list:
            return [v if type(v) in _SCALARS else self.value(v) for v in frozen]
        if kind is Placeholder:
            return f"${{{frozen.name}}}"
        return f"{{% {spell(frozen, self.name)} %}}"

    # states

    def scope(self, scope: Scope) -> dict[str, Json]:
        """StartAt and States."""
        wiring = self.wirings[scope]
        states = {}
        binder = self.items.binder(scope)
        entry = wiring.states[wiring.entry].name
        start = entry
        if binder is not None:
            start, states[binder[0]] = binder[0], {"Type": "Pass", "Assign": binder[1], "Next": entry}
        for state in wiring.states:
            states[state.name] = self.one(state, scope)
        return {"StartAt": start, "States": states}

    def one(self, state: State, scope: Scope) -> dict[str, Json]:
        """One state."""
        self.state = state
        self.exit = None
        kind = state.type
        out: dict[str, Json] = {"Type": kind}
        fields = state.fields
        if "Comment" in fields:
            out["Comment"] = fields["Comment"]
        if "QueryLanguage" in fields:
            out["QueryLanguage"] = fields["QueryLanguage"]
        if kind == "Task":
            self._task(state, out)
        for name, frozen in fields.items():
            if name not in out and name != "Output":
                out[name] = frozen if type(frozen) in _SCALARS else self.value(frozen)
        if kind == "Task":
            self._arguments(state, out)
        elif kind == "Choice":
            self._choice(state, out)
        elif kind == "Parallel":
            self._parallel(state, out)
        elif kind == "Map":
            self._map(state, out)
        if isinstance(state, Working):
            self._errors(state, out)
        self._exit(state, scope, out)
        return out

    def _task(self, state: Any, out: dict[str, Json]) -> None:
        call = state.call
        if call is not None:
            out["Resource"] = f"{call.resource}{call.pattern}"
        else:
            out["Resource"] = state.fields.get("Resource")

    def _arguments(self, state: Any, out: dict[str, Json]) -> None:
        call = state.call
        if call is not None and call.arguments is not ...:
            out["Arguments"] = self.value(call.arguments)

    def _choice(self, state: Any, out: dict[str, Json]) -> None:
        choices = []
        for rule in state.rules:
            condition = rule.condition
            if type(condition) is dict:
                entry: dict[str, Json] = dict(condition)
            elif isinstance(condition, Node):
                entry = {"Condition": f"{{% {spell(condition, self.name)} %}}"}
            else:
                entry = {"Condition": condition}
            self._port(rule, entry)
            choices.append(entry)
        out["Choices"] = choices
        if state.default is not None:
            out["Default"] = state.default.target.name

    def _port(self, port: Port, entry: dict[str, Json]) -> None:
        """Assign, Output, Next and Comment of a rule or catcher."""
        if port.comment is not None:
            entry["Comment"] = port.comment
        assigned = self._assigned(port.assigned)
        extra = self.items.assigned(port.state, port)
        if extra:
            assigned.update(extra)
        if assigned:
            entry["Assign"] = assigned
        if port.output_value is not ...:
            entry["Output"] = self.value(port.output_value)
        assert port.target is not None
        entry["Next"] = port.target.name

    def _assigned(self, assigned: dict[Any, Any] | None) -> dict[str, Json]:
        if not assigned:
            return {}
        return {(k if isinstance(k, str) else k.source.variable or k.name): self.value(v) for k, v in assigned.items()}

    def _errors(self, state: Working, out: dict[str, Json]) -> None:
        retriers = state.retriers
        if retriers is None and state.type == "Task":
            retriers = self.default_retry
        if retriers is not None and (retriers or state.retriers is not None):
            out["Retry"] = [self._retrier(policy, state) for policy, _ in retriers]
        if state.catchers is not None:
            catchers = []
            for port in state.catchers:
                entry: dict[str, Json] = {"ErrorEquals": self._names(port.errors, state)}
                if port.result_path is not ...:
                    entry["ResultPath"] = port.result_path
                self.exit = port
                self._catcher(port, entry)
                catchers.append(entry)
            self.exit = None
            out["Catch"] = catchers

    def _catcher(self, port: CatchPort, entry: dict[str, Json]) -> None:
        assigned = self._assigned(port.assigned)
        if port.source is not None and port.source.variable:
            assigned[port.source.variable] = "{% $states.errorOutput %}"
        extra = self.items.assigned(self.state, port)
        if extra:
            assigned.update(extra)
        if port.comment is not None:
            entry["Comment"] = port.comment
        if assigned:
            entry["Assign"] = assigned
        if port.output_value is not ...:
            entry["Output"] = self.value(port.output_value)
        assert port.target is not None
        entry["Next"] = port.target.name

    def _retrier(self, policy: Retry, state: Working) -> dict[str, Json]:
        names = self._names(policy.errors, state)
        key = (id(policy), tuple(names))
        known = self.retriers.get(key)
        if known is None:
            known = self.retriers[key] = {
                "ErrorEquals": names,
                **{k: self._number(v) for k, v in policy.fields.items()},
            }
        return known

    @staticmethod
    def _number(value: Any) -> Json:
        node = getattr(value, "__node__", None)
        return f"${{{node.name}}}" if isinstance(node, Placeholder) else value

    def _names(self, errors: tuple[Any, ...], state: Working) -> list[str]:
        return [error_name(error) for error in errors]

    def _exit(self, state: State, scope: Scope, out: dict[str, Json]) -> None:
        """Assign, Output, Next or End."""
        self.exit = state
        kind = state.type
        assigned = self._assigned(state.assigned)
        if kind == "Choice" and state.default is not None:  # type: ignore[attr-defined] # a Choice
            default: Port = state.default  # type: ignore[attr-defined]
            assigned.update(self._assigned(default.assigned))
            if default.output_value is not ...:
                out["Output"] = self.value(default.output_value)
        source = state.result_source
        if source is not None and source.variable:
            assigned[source.variable] = self._kept(state, source)
        extra = self.items.assigned(state, state)
        if extra:
            assigned.update(extra)
        if assigned:
            out["Assign"] = assigned
        fields = state.fields
        if "Output" in fields:
            out["Output"] = self.value(fields["Output"])
        elif state.target is None and scope.has_result and kind != "Fail" and kind != "Choice":
            out["Output"] = self._returned(state, scope)
        if state.target is not None:
            out["Next"] = state.target.name
        elif kind not in ("Choice", "Succeed", "Fail"):
            out["End"] = True
        if state.extra:
            out.update(self.value(state.extra))

    def _kept(self, state: State, source: ResultSource) -> Json:
        if state.type == "Pass":
            return self.value(state.fields["Output"]) if "Output" in state.fields else "{% $states.input %}"
        if isinstance(state, Parallel) and state.named is not None:
            return {name: f"{{% $states.result[{i}] %}}" for name, i in state.named.items()}
        return f"{{% {self.name(source)} %}}"

    def _returned(self, state: State, scope: Scope) -> Json:
        assigned = state.assigned
        if not assigned:
            return self.value(scope.result)
        news = {variable.source: value for variable, value in assigned.items() if not isinstance(variable, str)}
        return self.value(replaced(scope.result, news))

    def _parallel(self, state: Any, out: dict[str, Json]) -> None:
        out["Branches"] = [self._inner(branch, {}) for branch in state.branches]
        self.state, self.exit = state, None

    def _map(self, state: Any, out: dict[str, Json]) -> None:
        if state.selector is not None:
            out["ItemSelector"] = self.value(state.selector)
        config = out.pop("ProcessorConfig", None)
        out["ItemProcessor"] = self._inner(state.processor, {"ProcessorConfig": config} if config is not None else {})
        self.state, self.exit = state, None

    def _inner(self, scope: Scope, head: dict[str, Json]) -> dict[str, Json]:
        comment = {"Comment": scope.comment} if scope.comment else {}
        return {**comment, **head, **self.scope(scope)}


def replaced(frozen: Any, news: dict[Any, Any]) -> Any:
    """A frozen value with what some sources will be set to in their place."""
    if isinstance(frozen, dict):
        return {k: replaced(v, news) for k, v in frozen.items()}
    if isinstance(frozen, list):
        return [replaced(v, news) for v in frozen]
    if not isinstance(frozen, Node):
        return frozen
    if type(frozen) is Read:
        return news.get(frozen.source, frozen)
    if type(frozen) is Field:
        base = replaced(frozen.base, news)
        if isinstance(base, dict) and frozen.name in base:
            return base[frozen.name]
        return Field(base, frozen.name, frozen.place)
    return frozen


__all__ = ["Emitter", "Index", "Map", "Raw", "Task"]
