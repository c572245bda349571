"""How the rules on data flow say that something is not there: what is there instead, since when, and what was meant."""

from __future__ import annotations

from flowdsl.analysis import shape as s
from flowdsl.analysis.flow_state import Problem
from flowdsl.analysis.shape import Origin, Shape, describe
from flowdsl.checks.words import listed
from flowdsl.diagnostics import did_you_mean

WRITTEN = frozenset({"template", "literal", "input", "error", "selector", "batch", "object", "item", "made", "handler"})
"""Origins that the definition itself shows (or its types), by which an absence is proved. What AWS makes of a result is known
from its models and recordings, which may lag behind."""
CONTEXT = frozenset({"Execution", "Map", "State", "StateMachine", "Task"})
"""Members of the context object, which one dollar too few looks for in the input."""


def origins_of(problem: Problem) -> tuple[Origin, ...]:
    """Why the object has no such member; the state that replaced the input left out."""
    return tuple(origin for origin in problem.shape.origins if origin.kind not in ("replaced", "states"))


def is_proved(problem: Problem, *, typed: bool = False) -> bool:
    """Whether the definition itself shows that the member is not there. Where its input is typed, AWS's models are taken at
    their word, too.
    """
    if typed and problem.shape.is_closed:
        return True
    kinds = {origin.kind for origin in origins_of(problem)}
    if not problem.shape.kinds & s.OBJECT:
        # A scalar is what a literal or a typed input says it is; an array is most often a Parallel's or a Map's result.
        return not problem.shape.kinds & s.ARRAY and not kinds - WRITTEN and not problem.shape.vague
    return bool(kinds) and kinds <= WRITTEN


def has_origin(problem: Problem, kind: str) -> bool:
    """Whether one of the reasons is of this kind."""
    return any(origin.kind == kind for origin in problem.shape.origins)


def is_place(problem: Problem) -> bool:
    """Whether what is missing is an item of a list."""
    return problem.shape.kinds & s.ALL == s.ARRAY and problem.name.strip("[]").lstrip("-").isdigit()


def replacer(problem: Problem) -> str | None:
    """The state whose result replaced the input, where one did."""
    return next((origin.state for origin in problem.shape.origins if origin.kind == "replaced"), None)


def there(shape: Shape) -> str:
    """What is there: `'a' and 'b'`, or what kind of value it is."""
    if not shape.kinds & s.OBJECT:
        return describe(shape)
    names = [name for name, member in shape.fields.items() if member.presence != s.NEVER]
    return listed(names) if names else "nothing"


def hint(problem: Problem) -> str:
    """A near name, or the member one level down that was meant: `; did you mean '$.Payload.ok'?`."""
    shape, name = problem.shape, problem.name
    if not shape.kinds & s.OBJECT:
        return ""
    below = problem.below or "$"
    if below == "$" and name in CONTEXT and problem.text.startswith(f"$.{name}."):
        return f"; did you mean {'$' + problem.text!r}, of the context object?"
    names = [n for n, member in shape.fields.items() if member.presence != s.NEVER]
    for outer in names:
        member = shape.fields[outer]
        if member.kinds & s.OBJECT and name in member.fields and member.fields[name].presence != s.NEVER:
            return f"; did you mean {f'{below}.{outer}.{name}'!r}?"
    if "Payload" in names and "ExecutedVersion" in names:
        return f"; what the function returned is in {f'{below}.Payload'!r}"
    return did_you_mean(name, names)


def since(problem: Problem) -> str:
    """Since when: `'Charge' has no ResultPath, so its result replaced the input`; empty where nothing replaced it."""
    state = replacer(problem)
    if state is None:
        return ""
    if problem.state.is_jsonata:
        return f"the result of {state!r} replaced the input (it has no Output)"
    return f"{state!r} has no ResultPath, so its result replaced the input"
