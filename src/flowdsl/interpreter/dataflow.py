"""A state's data flow, compiled: InputPath ... OutputPath of JSONPath, Arguments, Output and Assign of JSONata."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowdsl.asl.definition import StateNode
from flowdsl.interpreter import languages
from flowdsl.interpreter.frames import Frame
from flowdsl.query.base import Evaluate

Finish = Callable[[Frame, Any, Any], Any]
"""(frame, raw input, result) -> output. Leaves what the state assigns in `frame.assigned`."""


class Stages:
    """The stages of one state; a stage that does nothing is None."""

    __slots__ = ("assign", "input_path", "jsonata", "output", "output_path", "parameters", "place", "result_selector")

    def __init__(self, state: StateNode, parameters: str = "Parameters") -> None:
        fields = state.fields
        self.jsonata = state.is_jsonata
        self.input_path: Evaluate | None = None
        self.parameters: Evaluate | None = None
        """Parameters, ItemSelector excepted; Arguments in JSONata."""
        self.result_selector: Evaluate | None = None
        self.place: Callable[[Any, Any], Any] | None = None
        """What ResultPath does; None: the result replaces the input."""
        self.output_path: Evaluate | None = None
        self.output: Evaluate | None = None
        self.assign: Evaluate | None = None
        if self.jsonata:
            self.parameters = optional(fields, "Arguments", languages.template)
            self.output = optional(fields, "Output", languages.template)
            self.assign = optional(fields, "Assign", languages.template)
            return
        self.input_path = _data_path(fields, "InputPath")
        self.output_path = _data_path(fields, "OutputPath")
        self.parameters = optional(fields, parameters, languages.path_template)
        self.result_selector = optional(fields, "ResultSelector", languages.path_template)
        self.assign = optional(fields, "Assign", languages.path_template)
        self.place = languages.placer(fields.get("ResultPath", "$"))

    def effective_input(self, frame: Frame, value: Any) -> Any:
        """The input after InputPath; it is what `$` means from then on."""
        frame.input = value
        if self.input_path is not None:
            frame.input = value = self.input_path(frame)
        return value

    def request(self, frame: Frame, value: Any) -> Any:
        """What a Task, a branch or an iteration gets: the input after InputPath and Parameters, or Arguments."""
        value = self.effective_input(frame, value)
        return value if self.parameters is None else self.parameters(frame)


def optional(fields: dict[str, Any], name: str, compile: Callable[[Any, str], Evaluate]) -> Evaluate | None:
    """A field's compiled value, or None when it is absent."""
    return compile(fields[name], name) if name in fields else None


def _data_path(fields: dict[str, Any], name: str) -> Evaluate | None:
    text = fields.get(name, "$")
    if text == "$":
        return None
    if text is None:
        return lambda env: {}
    return languages.path(text, name)


def finisher(state: StateNode, stages: Stages, *, parts: bool = False) -> Finish:
    """How a Task, Parallel or Map turns its result into its output and what it assigns.

    `parts`: the result is a list of outputs, each within the payload limit; the whole is yet to be held to it.
    """
    name = state.name
    assign = stages.assign

    if stages.jsonata:
        output = stages.output

        def finish_jsonata(frame: Frame, raw: Any, result: Any) -> Any:
            frame.input = raw
            frame.result = result
            try:
                if assign is not None:
                    frame.assigned = assign(frame)
                told = result if output is None else output(frame)
            finally:
                frame.result = ...
            fitting = True
            if output is not None:
                fitting = frame.run.fits(told)
            elif parts:
                fitting = frame.run.sizes.fits_together(told)
            if not fitting:
                raise frame.too_large(name)
            return told

        return finish_jsonata

    selector, place, output_path = stages.result_selector, stages.place, stages.output_path
    if selector is None and place is None and output_path is None and assign is None:
        if not parts:
            return lambda frame, raw, result: result

        def finish_parts(frame: Frame, raw: Any, result: Any) -> Any:
            if not frame.run.sizes.fits_together(result):
                raise frame.too_large(name)
            return result

        return finish_parts

    def finish(frame: Frame, raw: Any, result: Any) -> Any:
        sizes = frame.run.sizes
        fits = sizes.fits_carefully if parts and not sizes.fits_together(result) else sizes.fits
        frame.input = result
        if assign is not None:
            frame.assigned = assign(frame)
        if selector is not None:
            result = selector(frame)
        if place is not None:
            result = place(raw, result)
        if output_path is not None:
            frame.input = result
            result = output_path(frame)
        if not fits(result):
            raise frame.too_large(name)
        return result

    return finish
