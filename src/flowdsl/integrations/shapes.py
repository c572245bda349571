"""What a Task gets back: the shape of an operation's result as Step Functions shows it, and mocks checked against it."""

from __future__ import annotations

from typing import Any, Literal

from flowdsl.integrations.catalog import Operation
from flowdsl.integrations.model import ANY, EMPTY, METADATA, Shape, model, structure
from flowdsl.integrations.resource import Pattern

Mode = Literal["STRICT", "PRESENT", "NONE"]


def output_shape(operation: Operation, pattern: Pattern = "request-response") -> Shape:
    """The shape of the result of one call.

    A function's, an activity's and a callback's result is anything. A .sync gives the answer of the call that the
    service is asked with until the job ends; .sync:2 the same with Input and Output parsed. Keys are Pascal case,
    timestamps ISO texts, blobs text (recorded).
    """
    if pattern == "wait_for_task_token" or operation.kind in ("lambda", "activity"):
        return ANY
    action = operation.definition
    if pattern in ("sync", "sync:2") and action is not None:
        shape = polled_shape(operation)
        for step in action.polled[1:]:
            shape = shape.item if step == "*" else shape.members.get(step, ANY)
        if pattern == "sync:2":
            parsed = {"Input": ANY, "Output": ANY}
            return structure(shape.required, **{**shape.members, **parsed})
        return shape
    if action is not None and action.result is not None:
        return action.result
    answer = operation.answer
    if operation.optimized is not None and operation.optimized.metadata and answer.type == "structure":
        return Shape("structure", answer.name, members={**answer.members, **METADATA}, required=answer.required)
    return answer


def mock_shape(operation: Operation, pattern: Pattern = "request-response") -> Shape:
    """The shape that TestState holds a mocked result against: none for HTTP, API Gateway and EKS (documented)."""
    return ANY if operation.api is None else output_shape(operation, pattern)


def polled_shape(operation: Operation) -> Shape:
    """The whole answer of the API that a .sync asks until the job ends; ANY where it is not known."""
    action = operation.definition
    service = model(operation.folder, optimized=True) if operation.folder else None
    if action is None or not action.polled or service is None or action.polled[0] not in service.operations:
        return ANY
    return service.output(action.polled[0])


def json_schema(shape: Shape) -> dict[str, Any]:
    """A shape as JSON Schema (draft 2020-12): `$defs` for the structures that hold themselves.

    Members that AWS may leave out are not required; further ones are allowed, since the API may grow.
    """
    definitions: dict[str, Any] = {}
    recursive = _recursive(shape)

    def write(current: Shape) -> dict[str, Any]:
        if id(current) in recursive:
            name = current.name or f"Shape{len(definitions)}"
            if name not in definitions:
                definitions[name] = {}
                definitions[name].update(plain(current))
            return {"$ref": f"#/$defs/{name}"}
        return plain(current)

    def plain(current: Shape) -> dict[str, Any]:
        match current.type:
            case "structure":
                members = {name: write(member) for name, member in current.members.items()}
                written: dict[str, Any] = {"type": "object", "properties": members}
                if current.required:
                    written["required"] = [name for name in current.required if name in members]
                return written
            case "list":
                return {"type": "array", "items": write(current.item), **bounds(current, "Items")}
            case "map":
                return {"type": "object", "additionalProperties": write(current.item), **bounds(current, "Properties")}
            case "string":
                named = {"enum": list(current.enum)} if current.enum else bounds(current, "Length")
                return {"type": "string", **named}
            case "timestamp":
                return {"type": "string", "format": "date-time"}
            case "blob":
                return {"type": "string", **bounds(current, "Length")}
            case "integer" | "number":
                return {"type": current.type, **bounds(current, "imum")}
            case "boolean":
                return {"type": "boolean"}
            case "document":
                return {}

    def bounds(current: Shape, what: str) -> dict[str, Any]:
        ends = (("min", current.minimum), ("max", current.maximum))
        return {f"{end}{what}": bound for end, bound in ends if bound is not None}

    written = write(shape)
    return {**written, "$defs": definitions} if definitions else written


def _recursive(shape: Shape) -> set[int]:
    """Ids of the shapes that can be reached from themselves."""
    # Depth is the API model's, some twenty at most.
    found: set[int] = set()
    finished: set[int] = set()

    def visit(current: Shape, above: tuple[int, ...]) -> None:
        if id(current) in above:
            found.add(id(current))
            return
        if id(current) in finished:
            return
        inner = (*current.members.values(),) if current.type == "structure" else (current.item,)
        if current.type in ("structure", "list", "map"):
            for member in inner:
                visit(member, (*above, id(current)))
        finished.add(id(current))

    visit(shape, ())
    return found


_SAYS = {
    "string": "must be a string",
    "timestamp": "must be a string",
    "blob": "must be a string",
    "integer": "must be a number",
    "number": "must be a number",
    "boolean": "must be a boolean",
    "list": "must be an array",
    "map": "must be an object",
    "structure": "must be an object",
}


def check_value(shape: Shape, value: Any, mode: Mode = "STRICT") -> list[str]:
    """What TestState would say of a mocked result, worst first; nothing when it fits.

    STRICT asks for required members too, PRESENT looks at those that are there, NONE at nothing. A member that the API
    does not have is no error in any mode (recorded).
    """
    problems: list[str] = []
    if mode == "NONE":
        return problems
    # A stack, not recursion: a DynamoDB item nests as deep as its author likes.
    stack: list[tuple[Shape, Any, str]] = [(shape, value, "")]
    while stack:
        current, found, name = stack.pop()
        problem = _problem(current, found)
        if problem:
            problems.append(f"Mock result schema validation error: Field '{name}' {problem}")
            continue
        inner: list[tuple[Shape, Any, str]] = []
        if current.type == "structure":
            if mode == "STRICT":
                problems.extend(
                    f"Mock result schema validation error: Required field '{required}' is missing"
                    for required in current.required
                    if required not in found
                )
            members = current.members
            inner = [(members[key], item, key) for key, item in found.items() if key in members]
        elif current.type == "list":
            inner = [(current.item, item, name) for item in found]
        elif current.type == "map":
            inner = [(current.item, item, key) for key, item in found.items()]
        stack.extend(reversed(inner))
    return problems


def _problem(shape: Shape, value: Any) -> str | None:
    if shape.type == "document":
        return None
    fits: bool
    match shape.type:
        case "structure" | "map":
            fits = isinstance(value, dict)
        case "list":
            fits = isinstance(value, list)
        case "boolean":
            fits = isinstance(value, bool)
        case "integer" | "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case _:
            fits = isinstance(value, str)
    if not fits:
        return _SAYS[shape.type]
    if isinstance(value, str):
        if shape.enum and value not in shape.enum:
            return "is not an expected value"
        if shape.minimum is not None and shape.type in ("string", "blob") and len(value) < shape.minimum:
            return "is smaller than the minimum length"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if shape.minimum is not None and value < shape.minimum:
            return "is less than the minimum value"
        if shape.maximum is not None and value > shape.maximum:
            return "exceeds the maximum value"
    return None


__all__ = ["ANY", "EMPTY", "Mode", "check_value", "json_schema", "mock_shape", "output_shape", "polled_shape"]
