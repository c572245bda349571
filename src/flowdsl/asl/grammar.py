"""check_grammar(): everything that AWS refuses on the level of fields, with AWS's own codes, words and places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from flowdsl.asl.definition import Definition, MachineType
from flowdsl.asl.fields import OBJECTS
from flowdsl.asl.grammar_map import (
    check_item_reader,
    check_map,
    check_processor_config,
    check_reader_config,
    check_result_writer,
)
from flowdsl.asl.grammar_report import Findings
from flowdsl.asl.grammar_rules import GRAMMAR_RULES, GrammarRule
from flowdsl.asl.grammar_shapes import rule_mistakes, shape_of
from flowdsl.asl.grammar_values import problem
from flowdsl.asl.objects import Here, objects
from flowdsl.asl.values import Json, described, has_placeholder, is_list, is_number, is_object, shown
from flowdsl.diagnostics import Diagnostic

__all__ = ["GRAMMAR_RULES", "GrammarRule", "check_grammar"]

MAX_STATE_NAME: Final = 80
MAX_BYTES: Final = 1_048_576


def check_grammar(
    definition: Definition, type: MachineType | None = None, walked: Iterable[Here] | None = None
) -> Iterator[Diagnostic]:
    """Every mistake in the fields of a definition, an outer one before those inside it.

    Each has a pointer, the state, AWS's code and AWS's location; the codes are those of GRAMMAR_RULES. What holds an
    unfilled `${...}` is taken as right. Linear in the size of the definition, without recursion. `walked` are its
    objects, where somebody has been through them before.
    """
    findings = Findings()
    _Grammar(definition, findings).run(objects(definition) if walked is None else walked)
    return iter(findings)


class _Grammar:
    def __init__(self, definition: Definition, findings: Findings) -> None:
        self.definition = definition
        self.findings = findings
        self.labels: dict[str, str] = {}
        """Each label of a Map met so far, with the state that has it."""

    def run(self, walked: Iterable[Here]) -> None:
        if not is_object(self.definition.document):
            message = "Definition must be a valid JSON object"
            self.findings.add("wrong-json-type", Here({}, "StateMachine", "JSONPath"), message)
            return
        language = self.definition.query_language
        for here in walked:
            if here.type:
                self._look_at(here)
            else:
                self._unknown_type(here)
            if language == "JSONata" and here.fields.get("QueryLanguage") == "JSONPath":
                self._jsonpath_state(here)
        self._check_size()

    def _look_at(self, here: Here) -> None:
        findings, fields = self.findings, here.fields
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
        for field in shape.inner:
            value = fields[field.name]
            if field.kind == "states":
                if is_object(value):
                    self._look_at_states(here, value)
            elif field.kind == "list" and is_list(value):
                for i, item in enumerate(value):
                    if not is_object(item) and not has_placeholder(item):
                        message = f"{field.name}[{i}] of {here.subject} must be an object, not {described(item)}"
                        findings.add("wrong-json-type", here, message, field.name, i)

    def _look_at_states(self, here: Here, states: dict[str, Json]) -> None:
        for name, state in states.items():
            if not name or len(name) > MAX_STATE_NAME:
                self._bad_name(here, name)
            if not is_object(state) and not has_placeholder(state):
                message = f"the state {name!r} must be an object, not {described(state)}"
                self.findings.add("wrong-json-type", here, message, "States", name)

    def _jsonpath_state(self, here: Here) -> None:
        message = (
            "'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine: "
            f"{here.subject} is a JSONPath state; rewrite it in JSONata"
        )
        self.findings.add("jsonpath-in-jsonata-machine", here, message, "QueryLanguage", aws_at=0)

    def _bad_name(self, here: Here, name: str) -> None:
        if has_placeholder(name):
            return
        message = (
            f"the state's name {shown(name, 200)} has {len(name)} characters; at most {MAX_STATE_NAME} are allowed"
        )
        inner = Here({}, "", here.language, here, ("States", name), name)
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
            size = len(json.dumps(self.definition.document, ensure_ascii=False, separators=(",", ":")).encode())
        except (ValueError, TypeError, RecursionError):
            return  # what JSON cannot hold is for whoever writes it to say
        if size > MAX_BYTES:
            message = f"the definition has {size:,} bytes even without blanks; AWS takes {MAX_BYTES:,}"
            self.findings.add("definition-too-large", Here({}, "StateMachine", "JSONPath"), message)


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
