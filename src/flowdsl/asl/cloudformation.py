"""State machines inside SAM and CloudFormation templates: where their definition stands, their type, their substitutions."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.asl.definition import Definition, MachineType
from flowdsl.asl.embedded_text import embedded
from flowdsl.asl.functions import function_of, text_of, without_functions
from flowdsl.asl.json_text import Document, read_json
from flowdsl.asl.source_map import SourceMap, escape
from flowdsl.asl.source_text import Below, PlacedText, Positions, SourceText, Unreadable
from flowdsl.asl.values import BarePlaceholder, Json, is_list, is_object
from flowdsl.diagnostics import Location, Severity, did_you_mean

_SAM: Final = "AWS::Serverless::StateMachine"
_PLAIN: Final = "AWS::StepFunctions::StateMachine"

_KINDS: Final = {
    "AWS::Serverless::Function": "lambda",
    "AWS::Lambda::Function": "lambda",
    "AWS::Lambda::Alias": "lambda",
    "AWS::Lambda::Version": "lambda",
    "AWS::DynamoDB::Table": "table",
    "AWS::DynamoDB::GlobalTable": "table",
    "AWS::Serverless::SimpleTable": "table",
    "AWS::SQS::Queue": "queue",
    "AWS::SNS::Topic": "topic",
    "AWS::StepFunctions::Activity": "activity",
    _SAM: "state-machine",
    _PLAIN: "state-machine",
}
"""What a placeholder stands for, by the type of the resource it is filled in from."""

ReadFile = Callable[[str, Location], Document]
"""Reads a definition's file, given as the template names it; the Location is that of the name."""


def is_template(value: Json) -> bool:
    """Whether a document is a template, and no definition."""
    return (
        is_object(value)
        and "States" not in value
        and ("AWSTemplateFormatVersion" in value or "Transform" in value or is_object(value.get("Resources")))
    )


def machines_of(
    template: Document, resource: str | None, read: ReadFile, aside: list[Unreadable] | None = None
) -> list[Definition]:
    """The state machines of a template, or the one that `resource` names. Raises Unreadable where there is none.

    What keeps one of them from being read is put `aside`, where a list is given for it, and the others are returned.
    """
    resources = template.value.get("Resources")
    found = {
        name: declared
        for name, declared in (resources.items() if is_object(resources) else ())
        if is_object(declared) and declared.get("Type") in (_SAM, _PLAIN)
    }
    if resource is not None and resource not in found:
        have = f"it has {', '.join(found)}" if found else "it has none"
        raise Unreadable(
            f"the template has no state machine {resource!r}{did_you_mean(resource, found)}; {have}",
            template.at("/Resources"),
        )
    if not found:
        raise Unreadable(
            f"the template has no state machine (a resource of type {_SAM} or {_PLAIN})", template.at("/Resources")
        )
    if resource is not None:
        return [_machine(template, resource, found[resource], read)]
    machines: list[Definition] = []
    for name, declared in found.items():
        try:
            machines.append(_machine(template, name, declared, read))
        except Unreadable as error:
            if aside is None:
                raise
            aside.append(error)
    return machines


def _machine(template: Document, name: str, declared: dict[str, Json], read: ReadFile) -> Definition:
    pointer = f"/Resources/{escape(name)}"
    properties = declared.get("Properties")
    if not is_object(properties):
        raise Unreadable(f"the state machine {name!r} has no Properties", template.at(pointer))
    pointer += "/Properties"
    document, positions = _definition(template, name, properties, pointer, read)
    if not is_object(document):
        raise Unreadable(f"the definition of {name!r} is no object with StartAt and States", template.at(pointer))
    substitutions = properties.get("DefinitionSubstitutions")
    named = placeholders(document, substitutions, template.value.get("Resources"))
    told = is_object(substitutions) and bool(substitutions) and not function_of(substitutions)
    filled = tuple(substitutions) if told and is_object(substitutions) else ()
    return Definition(
        document,
        SourceMap(positions),
        Bindings(
            placeholders=named,
            substitutions=filled,
            unfilled=tuple(n for n in named if n not in filled and not _is_of_template(n, template.value))
            if told
            else (),
        ),
        name,
        _type(properties),
    )


def _is_of_template(name: str, template: dict[str, Json]) -> bool:
    """Whether Fn::Sub fills a placeholder in: a parameter, a resource, a pseudo parameter."""
    declared = [template.get(part) for part in ("Resources", "Parameters")]
    return "::" in name or name.startswith("!") or any(is_object(d) and name.split(".")[0] in d for d in declared)


def _type(properties: dict[str, Json]) -> MachineType | None:
    given = properties.get("Type", properties.get("StateMachineType", "STANDARD"))
    return given if given in ("STANDARD", "EXPRESS") else None


def _definition(
    template: Document, name: str, properties: dict[str, Json], pointer: str, read: ReadFile
) -> tuple[Json, Callable[[], Positions | Below]]:
    if is_object(properties.get("Definition")) and not function_of(properties["Definition"]):
        base = f"{pointer}/Definition"
        return without_functions(properties["Definition"]), lambda: Below(template.positions(), base)
    if "DefinitionString" in properties:
        inner = read_json(_string(template, properties["DefinitionString"], f"{pointer}/DefinitionString"))
        return inner.value, inner.positions
    for key in ("DefinitionUri", "DefinitionS3Location"):
        if key in properties:
            where = template.at(f"{pointer}/{key}")
            path = properties[key]
            if not isinstance(path, str) or path.startswith("s3://") or "${" in path:
                raise Unreadable(
                    f"the definition of {name!r} stands in S3, not in a file that can be read here",
                    where,
                    severity=Severity.INFO,
                )
            outer = read(path, where)
            return outer.value, outer.positions
    raise Unreadable(
        f"the state machine {name!r} has no Definition, DefinitionString or DefinitionUri", template.at(pointer)
    )


def _string(template: Document, value: Json, pointer: str) -> SourceText:
    """The text of a DefinitionString, with its places in the file where they can be told."""
    text = text_of(value)
    scalar, at = value, pointer
    spans = template.spans()
    if function_of(value) == "Fn::Sub":
        scalar, at = value["Fn::Sub"], f"{pointer}/Fn::Sub"
        if is_list(scalar) and scalar:
            scalar, at = scalar[0], f"{at}/0"
    span = spans.get(at) or spans.get(pointer)
    if isinstance(scalar, str) and scalar == text and span is not None:
        return embedded(template.source, span, text)
    return PlacedText(template.at(pointer), text)


_NAME: Final = re.compile(r"\$\{([^{}]*)\}")


def placeholders(document: Json, substitutions: Json = None, resources: Json = None) -> dict[str, Binding]:
    """What each `${Name}` of a definition stands for, as far as the template tells, in the order of first use.

    Without a template only those are listed that stand without quotes: a number must be filled in there.
    """
    given = substitutions if is_object(substitutions) else {}
    declared = resources if is_object(resources) else {}
    found: dict[str, Binding] = {}
    numbers: set[str] = set()
    stack: list[Json] = [document]
    while stack:
        value = stack.pop()
        if is_object(value):
            # Backwards, so that what comes first is popped first.
            stack.extend(part for name in reversed(value) for part in (value[name], name))
        elif is_list(value):
            stack.extend(reversed(value))
        elif isinstance(value, str) and "${" in value:
            bare = isinstance(value, BarePlaceholder)
            for name in _NAME.findall(value):
                if bare:
                    numbers.add(name)
                if bare or resources is not None:
                    found.setdefault(name, Binding(name, _kind(given.get(name, {"Ref": name}), declared)))
    for name in numbers:
        found[name] = Binding(name, found[name].kind, type="number")
    return found


def _kind(value: Json, resources: dict[str, Json]) -> str:
    """What a substitution's value is, by the resource it comes from."""
    text = text_of(value) if function_of(value) else ""
    match = _NAME.fullmatch(text)
    resource = resources.get(match.group(1).split(".")[0]) if match else None
    return _KINDS.get(resource.get("Type", ""), "value") if is_object(resource) else "value"
