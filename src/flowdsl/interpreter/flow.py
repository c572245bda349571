"""Pass, Choice, Wait, Succeed and Fail, compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.interpreter import languages
from flowdsl.interpreter.dataflow import Stages, optional
from flowdsl.interpreter.failures import NotSupported, StateFailure
from flowdsl.interpreter.frames import Frame, Steps
from flowdsl.interpreter.nodes import CHOICE, LASTING, Node
from flowdsl.interpreter.sizes import fits
from flowdsl.interpreter.waits import wait_until
from flowdsl.query.base import Env, Evaluate

Follow = Callable[[Any], Node]
"""From a state's name (a Next, a Default) to its node."""
Way = tuple[Callable[[Env], bool], Evaluate | None, Evaluate | None, Node]
"""A rule: its condition, its Assign, its Output, its Next."""


def compile_pass(state: StateNode, node: Node) -> None:
    """Result, else what Parameters give, else the input, is the result; JSONata has Output and Assign alone."""
    stages = node.stages = Stages(state)
    if state.is_jsonata:
        node.step = _jsonata_step(state, stages)
        return
    has_result = "Result" in state.fields
    constant = state.fields.get("Result")
    parameters, place, output_path, assign = stages.parameters, stages.place, stages.output_path, stages.assign
    name = state.name
    if not has_result and place is None and not (stages.input_path or parameters or output_path or assign):
        return
    plain = has_result and place is None and not (stages.input_path or parameters or output_path or assign)
    if plain and fits(constant):
        node.step = lambda frame, value: constant
        return

    def step(frame: Frame, value: Any) -> Any:
        result = stages.effective_input(frame, value)
        if parameters is not None:
            result = parameters(frame)
        if has_result:
            result = constant
        if assign is not None:
            frame.input = result
            frame.assigned = assign(frame)
        if place is not None:
            result = place(value, result)
        if output_path is not None:
            frame.input = result
            result = output_path(frame)
        if result is not value and not frame.run.fits(result):
            raise frame.too_large(name)
        return result

    node.step = step


def _jsonata_step(state: StateNode, stages: Stages) -> Callable[[Frame, Any], Any] | None:
    output, assign, name = stages.output, stages.assign, state.name
    if output is None and assign is None:
        return None

    def step(frame: Frame, value: Any) -> Any:
        frame.input = value
        if assign is not None:
            frame.assigned = assign(frame)
        if output is None:
            return value
        told = output(frame)
        if not frame.run.fits(told):
            raise frame.too_large(name)
        return told

    return step


def compile_succeed(state: StateNode, node: Node) -> None:
    """InputPath and OutputPath, or Output."""
    stages = node.stages = Stages(state)
    if state.is_jsonata:
        node.step = _jsonata_step(state, stages)
    elif stages.input_path is not None or stages.output_path is not None:
        node.step = lambda frame, value: _through(stages, frame, value)


def _through(stages: Stages, frame: Frame, value: Any) -> Any:
    """InputPath, then Assign, then OutputPath: all that a Choice, Wait or Succeed does with JSONPath data."""
    assert frame.node is not None
    whole, value = value, stages.effective_input(frame, value)
    if stages.assign is not None:
        frame.assigned = stages.assign(frame)
    told = value if stages.output_path is None else stages.output_path(frame)
    if told is not whole and not frame.run.fits(told):
        raise frame.too_large(frame.node.name)
    return told


def compile_fail(state: StateNode, node: Node) -> None:
    """Error and Cause: texts, JSONata expressions, or paths and intrinsics. An absent one stays absent (recorded)."""
    node.stages = Stages(state)
    error, cause = (_text(state, field) for field in ("Error", "Cause"))

    def step(frame: Frame, value: Any) -> Any:
        frame.input = value
        failure = StateFailure(
            None if error is None else error(frame), None if cause is None else cause(frame), event=frame.last
        )
        failure.state = node.name
        raise failure

    node.step = step


def _text(state: StateNode, field: str) -> Evaluate | None:
    fields = state.fields
    path_field = f"{field}Path"
    if not state.is_jsonata and path_field in fields:
        inner = languages.path_or_intrinsic(fields[path_field], path_field)
        return lambda env: _as_text(inner(env))
    if field not in fields:
        return None
    value = fields[field]
    if state.is_jsonata and languages.is_expression(value):
        return languages.expression(value, field, "string")
    return lambda env: value


def _as_text(value: Any) -> Any:
    if isinstance(value, str) or value is None:
        return value
    from flowdsl.interpreter.sizes import to_json

    return to_json(value)


def compile_choice(state: StateNode, node: Node, follow: Follow) -> None:
    """The first rule that is true decides; the state's own Assign and Output run only on the way to Default (recorded)."""
    stages = node.stages = Stages(state)
    rules = state.fields.get("Choices")
    if not is_list(rules) or not rules:
        raise NotSupported(state.name, "Choices", "must be a list of at least one rule")
    ways: list[Way] = []
    for index, rule in enumerate(rules):
        if not is_object(rule):
            raise NotSupported(state.name, f"Choices[{index}]", "is no object")
        target = follow(rule.get("Next"))
        if state.is_jsonata:
            field = f"Choices[{index}]"
            condition = _condition(rule.get("Condition"), f"{field}/Condition")
            ways.append((condition, _inside(rule, "Assign", field), _inside(rule, "Output", field), target))
        else:
            ways.append((languages.choice_rule(rule), optional(rule, "Assign", languages.path_template), None, target))
    default = follow(state.fields["Default"]) if "Default" in state.fields else None
    node.flow = CHOICE
    jsonata, name = state.is_jsonata, state.name
    input_path, output_path = stages.input_path, stages.output_path
    all_ways = tuple(enumerate(ways))

    def choose(frame: Frame, value: Any) -> tuple[Any, Node]:
        frame.input = effective = value
        if input_path is not None:
            frame.input = effective = input_path(frame)
        index = -1
        for index, way in all_ways:  # noqa: B007 - the one that is true
            if way[0](frame):
                _, assign, output, target = way
                break
        else:
            if default is None:
                raise frame.runtime("Failed to transition out of the state. The state does not point to a next state.")
            index, assign, output, target = -1, stages.assign, stages.output, default
        frame.run.decisions.append((node, index, frame.entered))
        if assign is not None:
            frame.assigned = assign(frame)
        if jsonata:
            if output is not None:
                told = output(frame)
                if not frame.run.fits(told):
                    raise frame.too_large(name)
                return told, target
        elif output_path is not None:
            effective = output_path(frame)
        if effective is not value and not jsonata and not frame.run.fits(effective):
            raise frame.too_large(name)
        return effective, target

    node.choose = choose


def _condition(value: Any, field: str) -> Callable[[Env], bool]:
    if isinstance(value, bool):
        return lambda env: value
    return languages.expression(value, field, "boolean")


def _inside(rule: dict[str, Any], key: str, field: str) -> Evaluate | None:
    return languages.template(rule[key], f"{field}/{key}") if key in rule else None


def compile_wait(state: StateNode, node: Node) -> None:
    """Seconds or Timestamp, constant or computed; then InputPath and OutputPath, or Output."""
    stages = node.stages = Stages(state)
    until = wait_until(state)
    step = _jsonata_step(state, stages) if state.is_jsonata else None

    def execute(frame: Frame, value: Any) -> Steps:
        if state.is_jsonata:
            frame.input = value
        else:
            stages.effective_input(frame, value)
        at = until(frame)
        if at > frame.run.timeline.now:
            yield at
        if state.is_jsonata:
            return value if step is None else step(frame, value)
        return _through(stages, frame, value)

    node.flow = LASTING
    node.execute = execute
