"""Keywords: every ASL field is one, in snake_case, on the state that has it. What is given is in the output, or an error."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from flowdsl.asl.field import Field
from flowdsl.asl.fields import by_keyword, fields_of
from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.expressions import Expr, is_broken
from flowdsl.dsl.places import Keyword
from flowdsl.dsl.trace import MARK, report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Place

if TYPE_CHECKING:
    from flowdsl.dsl.state import State

_WRITTEN_OTHERWISE = {
    "next": "a transition is written state >> other",
    "end": "a state that goes nowhere ends its scope",
    "type": "the class says the Type",
    "catch": "a catcher is written state.catch(Error) >> other",
    "choices": "a rule is written choice.when(condition) >> state",
    "default": "the Default is written choice.otherwise >> state",
    "branches": "branches are functions: Parallel(first, second)",
    "item_processor": "the processor is a function: Map(function, items)",
    "iterator": "the processor is a function: Map(function, items), or in the older form Map(iterator=function)",
    "start_at": "a scope begins where `start >> state` says",
    "states": "states are declared in the function",
    "error_equals": "the errors are written as arguments: retry(Timeout, max_attempts=3)",
}


def take(state: State, keyword: str, value: Any, place: Place) -> None:
    """Puts a keyword's value among the state's fields, or reports what is wrong with it."""
    found = _table(state.type, state.keywords).get(keyword)
    if found is None:
        _unknown(state, keyword, place)
        return
    if not isinstance(found, Field):
        found(state, value, (*place, keyword))
        return
    if value is ...:
        return
    if found.language is not None and found.language != state.scope.trace.query_language:
        state.language_fields = [*state.language_fields, (found, place)]
    kind = found.kind
    if kind == "template" or kind == "json":
        state.fields[found.name] = freeze(value, state.reads, (*place, keyword))
    elif type(value) is int and kind == "integer":
        state.fields[found.name] = in_range(found, value, (*place, keyword))
    else:
        state.fields[found.name] = _checked(found, value, state.reads, (*place, keyword))


@cache
def _table(type: str, special: frozenset[str]) -> dict[str, Field | Callable[[Any, Any, Place], None]]:
    """What each keyword of a state is: a field of its Type, or one that is handled by hand."""
    fields = {k: field for k, field in by_keyword(type).items() if k not in _WRITTEN_OTHERWISE}
    return {**fields, **{k: _SPECIAL[k] for k in special if k in _SPECIAL}}


def in_range(field: Field, value: float, place: Place) -> float:
    """A number, reported where it is out of its field's range."""
    low, high = field.minimum, field.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        allowed = f"at least {low:,}" if high is None else f"from {low or 0:,} to {high:,}"
        report("bad-value", f"{field.keyword} must be {allowed}, found {value:,}", place)
    return value


def _checked(field: Field, value: Any, reads: list[Any], place: Place) -> Any:
    """The value of a field that is no template; a wrong one is reported and kept out of the way."""
    if isinstance(value, Expr):
        if is_broken(value):
            return None
        node = value.__node__
        if not field.expression and type(node).__name__ not in ("Placeholder", "Raw"):
            report("bad-value", f"{field.keyword} cannot be computed: it is fixed when the workflow is deployed", place)
        return freeze(value, reads, place)
    if isinstance(value, str) and MARK in value:
        if not field.expression:
            report("bad-value", f"{field.keyword} cannot be computed: it is fixed when the workflow is deployed", place)
        return freeze(value, reads, place)
    if value is None:
        if not field.nullable:
            report("bad-value", f"{field.keyword} cannot be null; leave it out", place)
        return None
    if isinstance(value, str) and (
        _PLACEHOLDER.fullmatch(value) or (field.expression and value.startswith("{%") and value.endswith("%}"))
    ):
        return freeze(value, reads, place)
    wanted = _WANTED.get(field.kind)
    if wanted is not None:
        types, described = wanted
        if not isinstance(value, types) or (isinstance(value, bool) and field.kind in ("integer", "number")):
            report("bad-value", f"{field.keyword} must be {described}, found {value!r}", place)
            return value if isinstance(value, (str, int, float)) else None
    if field.kind in ("integer", "number"):
        return in_range(field, freeze(value, reads, place), place)
    if field.kind == "timestamp":
        from flowdsl.asl.grammar_values import is_timestamp  # only a literal one pays for it

        if not is_timestamp(value):
            report(
                "bad-value",
                f"{field.keyword} must be a time such as '2030-12-05T21:29:29Z', found {value!r}; write datetime(..., tzinfo=UTC), "
                "or an expression",
                place,
            )
    if field.kind == "enum" and value not in field.values:
        near = did_you_mean(str(value), field.values)
        report(
            "bad-value", f"{field.keyword} must be {' or '.join(map(repr, field.values))}, found {value!r}{near}", place
        )
    return freeze(value, reads, place)


_PLACEHOLDER = re.compile(r"[^{}]*[$#]\{[^{}]*\}.*", re.DOTALL)
_TEXT = ((str,), "a text")
_WANTED: dict[str, tuple[tuple[type, ...], str]] = {
    "text": _TEXT,
    "enum": _TEXT,
    "timestamp": _TEXT,
    "resource": _TEXT,
    "label": _TEXT,
    "path": _TEXT,
    "reference-path": _TEXT,
    "error-path": _TEXT,
    "integer": ((int,), "a whole number"),
    "number": ((int, float), "a number"),
    "boolean": ((bool,), "True or False"),
    "object": ((dict,), "a dict"),
}


def _unknown(state: State, keyword: str, place: Place) -> None:
    spelled = _WRITTEN_OTHERWISE.get(keyword)
    if spelled:
        report("misplaced-keyword", f"{state.type} takes no {keyword}=: {spelled}", (*place, Keyword(keyword)))
        return
    known = [k for k in by_keyword(state.type) if k not in _WRITTEN_OTHERWISE] + sorted(state.keywords)
    report(
        "unknown-keyword",
        lambda: f"{state.type} has no {keyword}={did_you_mean(keyword, known)}",
        (*place, Keyword(keyword)),
    )


def _name(state: State, value: Any, place: Place) -> None:
    if isinstance(value, str) and MARK not in value:
        state.given_name = value
    elif not is_broken(value):
        report(
            "bad-state-name",
            f"a state's name is a text that is known when the workflow is built, found {value!r}",
            place,
        )


def _retry(state: State, value: Any, place: Place) -> None:
    policies: list[Any] = list(cast("Any", value)) if isinstance(value, (list, tuple)) else [value]
    from flowdsl.dsl.retry import Retry  # which knows of a trace, and the trace of keywords

    for policy in policies:
        if is_broken(policy):
            continue
        if not isinstance(policy, Retry):
            report("bad-value", f"retry is a Retry or several, found {policy!r}", place)
            continue
        state.retry(policy)  # type: ignore[attr-defined] # only states with a Retry have the keyword
    if not value:
        state.retriers = state.retriers or []


def _assign(state: State, value: Any, place: Place) -> None:
    from flowdsl.dsl.variables import keep

    for variable, item in value.items():
        keep(state, variable, item, state.exit_reads, place)


def _extra(state: State, value: Any, place: Place) -> None:
    state.extra = freeze(value, state.reads, place)
    note_extra(value, place, fields_of(state.type))


def note_extra(value: Any, place: Place, known: Mapping[str, Field]) -> None:
    """Notes fields that flowdsl does not know, and writes as they are given. A known one is meant so, and no news."""
    for name in value:
        if name in known:
            continue
        report("extra-field", f"{name!r} is a field that flowdsl does not know; it is written as given", (*place, name))


def _kept(name: str) -> Callable[[Any, Any, Place], None]:
    def keep(state: State, value: Any, place: Place) -> None:
        state.fields[name] = freeze(value, state.reads, place)

    return keep


def _output(state: State, value: Any, place: Place) -> None:
    if value is not ...:
        state.fields["Output"] = freeze(value, state.exit_reads, place)
        state.output_place = place


_SPECIAL: dict[str, Callable[[Any, Any, Place], None]] = {
    "name": _name,
    "retry": _retry,
    "assign": _assign,
    "output": _output,
    "extra": _extra,
    "processor_config": _kept("ProcessorConfig"),
}


def check_language(state: State) -> None:
    """Reports fields that the state's query language does not have."""
    trace = tracing.get()
    language = state.fields.get("QueryLanguage") or (trace.query_language if trace else "JSONata")
    for field, place in state.language_fields:
        if field.language != language:
            report(
                "misplaced-keyword",
                f"{field.keyword}= is a field of {field.language}, and this is {language}{_INSTEAD.get(field.keyword, '')}",
                (*place, Keyword(field.keyword)),
            )


_INSTEAD = {
    "result_path": "; read the state's .result where it is needed",
    "result_selector": "; read the fields of .result where they are needed",
    "parameters": "; write arguments=",
    "input_path": "; read what is needed where it is needed",
    "output_path": "; write output=",
    "items_path": "; give the items as the second argument",
    "result": "; write output=",
    "timeout_seconds_path": "; give timeout_seconds= an expression",
    "heartbeat_seconds_path": "; give heartbeat_seconds= an expression",
}
