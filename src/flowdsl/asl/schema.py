"""The JSON Schema of a definition, for editors: made from the table of fields (draft 07, which editors know best)."""

from __future__ import annotations

from typing import Any, Final

from flowdsl.asl.field import Exclusion, Field
from flowdsl.asl.fields import OBJECTS, STATE_TYPES, exclusions_of
from flowdsl.asl.grammar import MAX_STATE_NAME

Schema = dict[str, Any]

_EXPRESSION: Final[Schema] = {"type": "string", "pattern": r"^\{%[\s\S]*%\}$"}
_PLACEHOLDER: Final[Schema] = {"type": "string", "pattern": r"[$#]\{[^{}]*\}"}
_PATH: Final = r"^\$|[$#]\{"


def json_schema() -> Schema:
    """The schema. It knows fields, types, ranges and what excludes what; which query language a field belongs to, and
    everything between states, only `flowdsl check` knows.
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Amazon States Language",
        "allOf": [{"$ref": "#/definitions/StateMachine"}],
        "definitions": {
            "State": _state(),
            **{type: _object(type) for type in OBJECTS},
        },
    }


def _state() -> Schema:
    return {
        "type": "object",
        "required": ["Type"],
        "properties": {"Type": {"enum": list(STATE_TYPES), "description": OBJECTS["Task"]["Type"].doc}},
        "allOf": [
            {
                "if": {"required": ["Type"], "properties": {"Type": {"const": type}}},
                "then": {"$ref": f"#/definitions/{type}"},
            }
            for type in STATE_TYPES
        ],
    }


def _object(type: str) -> Schema:
    fields = OBJECTS[type]
    schema: Schema = {"type": "object", "properties": {name: _member(field) for name, field in fields.items()}}
    if type == "Credentials":
        schema["properties"]["RoleArn.$"] = {"type": "string"}
        schema["anyOf"] = [{"required": ["RoleArn"]}, {"required": ["RoleArn.$"]}]
    else:
        required = [field.name for field in fields.values() if field.required]
        if required:
            schema["required"] = required
    # A key may be a placeholder that is filled in before AWS reads it.
    schema["patternProperties"] = {_PLACEHOLDER["pattern"]: {}}
    schema["additionalProperties"] = False
    rules = [rule for exclusion in exclusions_of(type) for rule in _exclusion(exclusion)]
    if rules:
        schema["allOf"] = rules
    if type == "ResultWriter":
        schema["minProperties"] = 1
    return schema


def _exclusion(exclusion: Exclusion) -> list[Schema]:
    each = [{"required": [name]} for name in exclusion.fields]
    if exclusion.exactly_one:
        return [{"oneOf": each}]
    first, second = exclusion.fields
    return [{"not": {"required": [first, second]}}]


def _member(field: Field) -> Schema:
    schema = _value(field)
    text = field.doc if field.language is None else f"{field.doc} ({field.language} only)"
    described: Schema = {"description": text, **schema}
    if field.deprecated:
        described["deprecationMessage"] = f"Use {field.deprecated}."
    return described


def _value(field: Field) -> Schema:
    """What may stand there: the literal, an expression where one may, a placeholder where the literal is no text."""
    if field.kind == "template":
        return _template(field)
    literal = _literal(field)
    choices = [literal]
    if field.expression or field.kind == "condition":
        choices.append(_EXPRESSION)
    if field.nullable:
        choices.append({"type": "null"})
    if literal.get("type") not in ("object", "array") and field.kind != "text" and "$ref" not in literal:
        choices.append(_PLACEHOLDER)
    return literal if len(choices) == 1 or not literal else {"anyOf": choices}


def _template(field: Field) -> Schema:
    if field.shape is None:
        return {}
    types = ["object"] if field.shape == "object" else ["object", "array"]
    choices = [{"type": types}, _PLACEHOLDER]
    return {"anyOf": choices if field.name == "Assign" else [*choices, _EXPRESSION]}


def _literal(field: Field) -> Schema:
    match field.kind:
        case "enum":
            return {"enum": list(field.values)}
        case "true":
            return {"const": True}
        case "boolean" | "condition":
            return {"type": "boolean"}
        case "integer" | "number":
            schema: Schema = {"type": field.kind}
            if field.minimum is not None:
                schema["minimum"] = field.minimum
            if field.maximum is not None:
                schema["maximum"] = field.maximum
            return schema
        case "timestamp":
            return {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$"}
        case "label":
            return {"type": "string", "minLength": 1, "maxLength": 40}
        case "path" | "reference-path":
            return {"type": "string", "pattern": _PATH}
        case "strings":
            return {"type": "array", "items": {"type": "string"}}
        case "error-names":
            return {"type": "array", "items": {"type": "string"}, "minItems": 1}
        case "object":
            return {"$ref": f"#/definitions/{field.of}"}
        case "list":
            items: Schema = {"type": "array", "items": {"$ref": f"#/definitions/{field.of}"}}
            return {**items, "minItems": 1} if field.non_empty else items
        case "states":
            return {
                "type": "object",
                "minProperties": 1,
                "propertyNames": {"minLength": 1, "maxLength": MAX_STATE_NAME},
                "additionalProperties": {"$ref": "#/definitions/State"},
            }
        case "json":
            return {}
        case _:
            return {"type": "string"}
