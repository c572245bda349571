"""check_grammar(): everything that AWS refuses on the level of fields, with AWS's own codes, words and places."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowdsl.asl.definition import Definition, MachineType
from flowdsl.asl.field import Language
from flowdsl.asl.fields import OBJECTS, STATE_TYPES
from flowdsl.asl.grammar_map import (
    check_item_reader,
    check_map,
    check_processor_config,
    check_reader_config,
    check_result_writer,
)
from flowdsl.asl.grammar_report import Findings, Here
from flowdsl.asl.grammar_rules import GRAMMAR_RULES, GrammarRule
from flowdsl.asl.grammar_shapes import rule_mistakes, shape_of
from flowdsl.asl.grammar_values import described, problem
from flowdsl.asl.values import Json, has_placeholder, is_list, is_number, is_object
from flowdsl.diagnostics import Diagnostic

__all__ = ["GRAMMAR_RULES", "GrammarRule", "check_grammar"]

MAX_STATE_NAME: Final = 80
MAX_BYTES: Final = 1_048_576


def check_grammar(definition: Definition, type: MachineType | None = None) -> Iterator[Diagnostic]:
    """Every mistake in the fields of a definition, an outer one before those inside it.

    Each has a pointer, the state, AWS's code and AWS's location; the codes are those of GRAMMAR_RULES. What holds an
    unfilled `${...}` is taken as right. Linear in the size of the definition, without recursion.
    """
    findings = Findings()
    _Grammar(definition, findings).run()
    return iter(findings)


class _Grammar:
    def __init__(self, definition: Definition, findings: Findings) -> None:
        self.document = definition.document
        self.language: Language = definition.query_language
        self.findings = findings
        self.labels: dict[str, str] = {}
        self.stack: list[Here] = []

    def run(self) -> None:
        root = Here(self.document, "StateMachine", self.language)
        if not is_object(self.document):
            self.findings.add(
                "wrong-json-type", Here({}, "StateMachine", self.language), "Definition must be a valid JSON object"
            )
            return
        self.stack.append(root)
        while self.stack:
            self._look_at(self.stack.pop())
        self._check_size()

    def _look_at(self, here: Here) -> None:
        findings = self.findings
        fields = here.fields
        shape = shape_of(here)
        if shape.mistakes:
            shape.report(here, findings)
        for field, accepts in shape.tests:
            value = fields.get(field.name)
            if accepts(value):
                continue
            if value is None and field.name not in fields:
                continue  # RoleArn.$ stands for RoleArn
            wrong = problem(field, value, here)
            if wrong is not None:
                findings.add(wrong[0], here, wrong[1], field.name)
        self._look_between(here)
        # Backwards, so that what is written first is looked at first.
        for field in reversed(shape.inner):
            value = fields[field.name]
            if field.kind == "states":
                if is_object(value):
                    self._states(here, value)
            elif field.kind == "object":
                if is_object(value):
                    self.stack.append(Here(value, field.of, here.language, here, (field.name,), here.state))
            elif is_list(value):
                for i in range(len(value) - 1, -1, -1):
                    if is_object(value[i]):
                        self.stack.append(Here(value[i], field.of, here.language, here, (field.name, i), here.state))
                    elif not has_placeholder(value[i]):
                        message = f"{field.name}[{i}] of {here.subject} must be an object, not {described(value[i])}"
                        findings.add("wrong-json-type", here, message, field.name, i)

    def _states(self, here: Here, states: dict[str, Json]) -> None:
        for name in reversed(states):
            state = states[name]
            if not name or len(name) > MAX_STATE_NAME:
                self._bad_name(here, name)
            if not is_object(state):
                if not has_placeholder(state):
                    message = f"the state {name!r} must be an object, not {described(state)}"
                    self.findings.add("wrong-json-type", here, message, "States", name)
                continue
            type = state.get("Type")
            inner = Here(state, "", self._language(state), here, ("States", name), name)
            if isinstance(type, str) and type in STATE_TYPES:
                inner.type = type
                self.stack.append(inner)
            else:
                self._unknown_type(inner)
            if "QueryLanguage" in state and self.language == "JSONata" and state["QueryLanguage"] == "JSONPath":
                message = (
                    "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine: "
                    f"{name!r} is a JSONPath state; rewrite it in JSONata"
                )
                self.findings.add("jsonpath-in-jsonata-machine", inner, message, "QueryLanguage", aws_at=0)

    def _language(self, state: dict[str, Json]) -> Language:
        own = state.get("QueryLanguage")
        if own is None or has_placeholder(own):
            return self.language
        # Whatever is not exactly JSONPath is taken as JSONata for the other checks (measured).
        return "JSONPath" if own == "JSONPath" else "JSONata"

    def _bad_name(self, here: Here, name: str) -> None:
        if has_placeholder(name):
            return
        shown = repr(name if len(name) <= 40 else f"{name[:40]}...")
        message = f"the state's name {shown} has {len(name)} characters; at most {MAX_STATE_NAME} are allowed"
        inner = Here({}, "", self.language, here, ("States", name), name)
        self.findings.add("invalid-state-name", inner, message if name else "a state's name is empty; give it one")

    def _unknown_type(self, here: Here) -> None:
        if "Type" not in here.fields:
            message = f"These fields are required: [Type] in {here.subject}"
            self.findings.add("missing-field", here, message)
            return
        wrong = problem(OBJECTS["Task"]["Type"], here.fields["Type"], here)
        if wrong is not None:
            self.findings.add(wrong[0], here, wrong[1], "Type")

    def _look_between(self, here: Here) -> None:
        """What must hold between several fields."""
        type, findings = here.type, self.findings
        if type in ("Task", "Parallel", "Map"):
            for name in ("Retry", "Catch"):
                if name in here.fields:
                    _check_states_all(here, name, findings)
            if type == "Task":
                _check_heartbeat(here, findings)
            elif type == "Map":
                check_map(here, findings, self.labels)
        elif type in ("ChoiceRule", "NestedRule"):
            rule_mistakes(here, findings)
        elif type == "ProcessorConfig":
            check_processor_config(here, findings)
        elif type == "ItemReader":
            check_item_reader(here, findings)
        elif type == "ReaderConfig":
            check_reader_config(here, findings)
        elif type == "ResultWriter":
            check_result_writer(here, findings)

    def _check_size(self) -> None:
        import json

        try:
            size = len(json.dumps(self.document, ensure_ascii=False, separators=(",", ":")).encode())
        except (ValueError, TypeError, RecursionError):
            return  # what JSON cannot hold is for whoever writes it to say
        if size > MAX_BYTES:
            message = f"the definition has {size:,} bytes even without blanks; AWS takes {MAX_BYTES:,}"
            self.findings.add("definition-too-large", Here(self.document, "StateMachine", self.language), message)


def _check_states_all(here: Here, list_name: str, findings: Findings) -> None:
    entries = here.fields[list_name]
    for i, entry in enumerate(entries if is_list(entries) else ()):
        errors = entry.get("ErrorEquals") if is_object(entry) else None
        if not is_list(errors) or "States.ALL" not in errors:
            continue
        where = f"{list_name}[{i}] of {here.subject}"
        others = [error for error in errors if error != "States.ALL"]
        if others:
            message = f"States.ALL must stand alone in {where}, without {others[0]!r}; it takes every error"
        elif len(errors) > 1:
            message = f"States.ALL must stand once in {where}"
        elif i < len(entries) - 1:
            message = f"States.ALL must stand in the last {'retrier' if list_name == 'Retry' else 'catcher'}, but is in {where}"
        else:
            continue
        findings.add("states-all-misplaced", here, message, list_name, i, "ErrorEquals", aws_at=2)


def _check_heartbeat(here: Here, findings: Findings) -> None:
    heartbeat, timeout = here.fields.get("HeartbeatSeconds"), here.fields.get("TimeoutSeconds")
    if is_number(heartbeat) and is_number(timeout) and heartbeat >= timeout:
        message = f"HeartbeatSeconds of {here.subject} is {heartbeat}, but must be smaller than TimeoutSeconds, which is {timeout}"
        findings.add("heartbeat-not-smaller", here, message, "HeartbeatSeconds")
