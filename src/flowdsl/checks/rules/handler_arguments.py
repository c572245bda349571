"""ASL950 handler-arguments."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from flowdsl.analysis import shape as s
from flowdsl.analysis.shape import Shape, describe
from flowdsl.analysis.task_results import target
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_contracts import Contract, contracts
from flowdsl.checks.rule import Example, Rule
from flowdsl.checks.words import listed
from flowdsl.diagnostics import Diagnostic, Severity, did_you_mean

_KEY_FIELD = "flowdsl_key"
"""What a workflow adds for a handler that wants an idempotency key."""
_DEEPEST = 4

CHARGE = {
    "type": "object",
    "properties": {"payment_id": {"type": "string"}, "amount": {"type": "integer"}, "note": {"type": "string"}},
    "required": ["payment_id", "amount"],
    "additionalProperties": False,
}
BINDINGS = Bindings(
    placeholders={"ChargeCard": Binding("ChargeCard", "lambda", "shop.payments:charge_card", parameters=CHARGE)}
)


class HandlerArguments(Rule):
    """A Task sends its handler what it does not take.

    The handler fails with InvalidEvent (or a TypeError), each time, whatever the retries.

    Instead: the handler's own parameters, by their names and types.
    """

    code = "ASL950"
    severity = Severity.ERROR
    bad = (
        Example(
            {
                "Charge": {
                    "Type": "Task",
                    "Resource": "${ChargeCard}",
                    "Arguments": {"payment_id": "p-1", "amuont": 3},
                    "End": True,
                }
            },
            at="/States/Charge/Arguments/amuont",
            says="'charge_card' has no parameter 'amuont'; did you mean 'amount'?",
            jsonata=True,
            bindings=BINDINGS,
        ),
        Example(
            {
                "Charge": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Arguments": {"FunctionName": "${ChargeCard}", "Payload": {"payment_id": 17, "amount": 3}},
                    "End": True,
                }
            },
            at="/States/Charge/Arguments/Payload/payment_id",
            says="'charge_card' takes a string as 'payment_id', and gets a number",
            jsonata=True,
            bindings=BINDINGS,
        ),
        Example(
            {"Charge": {"Type": "Task", "Resource": "${ChargeCard}", "Arguments": {"payment_id": "p-1"}, "End": True}},
            at="/States/Charge/Arguments",
            says="'charge_card' needs 'amount', and does not get it",
            jsonata=True,
            bindings=BINDINGS,
        ),
    )
    good = Example(
        {
            "Charge": {
                "Type": "Task",
                "Resource": "${ChargeCard}",
                "Arguments": {"payment_id": "p-1", "amount": "{% $states.input.amount %}"},
                "End": True,
            }
        },
        jsonata=True,
        bindings=BINDINGS,
    )

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        for contract in contracts(context):
            wanted = contract.parameters
            given = contract.payload(context) if wanted is not None else None
            if wanted is None or given is None or not wanted.kinds & s.OBJECT:
                continue
            for path, message, certain in _misfits(contract.name, wanted, given, (), 0):
                yield self.at(
                    contract.state,
                    message,
                    *_place(contract, path),
                    severity=None if certain else Severity.WARNING,
                )


def _place(contract: Contract, path: tuple[str, ...]) -> tuple[str, ...]:
    """The field of the Task that a payload's field is written in, as far as it is written there."""
    field = "Arguments" if contract.state.is_jsonata else "Parameters"
    at: list[str] = [field]
    value: Any = contract.state.fields.get(field)
    steps = ("Payload", *path) if target(contract.state).name == "lambda:invoke" else path
    for step in steps:
        inside = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        key = next((k for k in (step, f"{step}.$") if k in inside), None)
        if key is None:
            break
        at.append(key)
        value = inside[key]
    return tuple(at)


def _misfits(
    name: str, wanted: Shape, given: Shape, path: tuple[str, ...], depth: int
) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """(path, message, whether it is certain) of each place where what is given cannot be what is wanted."""
    if given.vague or not given.kinds:
        return
    where = f" as {'.'.join(path)!r}" if path else ""
    if not _fits(wanted, given):
        yield path, f"{name!r} takes {describe(wanted)}{where}, and gets {describe(given)}", True
        return
    if not (wanted.kinds & s.OBJECT and given.kinds == s.OBJECT) or depth > _DEEPEST:
        return
    if wanted.rest == s.NEVER:
        for field, shape in given.fields.items():
            if field not in wanted.fields and shape.presence != s.NEVER and not (not path and field == _KEY_FIELD):
                inside = f" in {'.'.join(path)!r}" if path else ""
                what = "parameter" if not path else "field"
                yield (
                    (*path, field),
                    f"{name!r} has no {what} {field!r}{inside}{did_you_mean(field, wanted.fields)}",
                    not path,
                )
    missing = [
        field
        for field, shape in wanted.fields.items()
        if shape.presence == s.ALWAYS
        and (given.fields[field].presence if field in given.fields else given.rest) == s.NEVER
    ]
    if missing:
        it = "it" if len(missing) == 1 else "them"
        inside = f" in {'.'.join(path)!r}" if path else ""
        yield path, f"{name!r} needs {listed(missing)}{inside}, and does not get {it}", True
    for field, shape in given.fields.items():
        if field in wanted.fields and shape.presence != s.NEVER:
            yield from _misfits(name, wanted.fields[field], shape, (*path, field), depth + 1)


def _fits(wanted: Shape, given: Shape) -> bool:
    """Whether some value of what is given may be taken. Texts are read as numbers, dates and booleans where they can be."""
    if given.kinds & s.FUNCTION or wanted.kinds & given.kinds:
        return True
    text = bool(given.kinds & s.TEXT) and bool(wanted.kinds & (s.NUMBER | s.BOOLEAN))
    if text and given.values is not None and wanted.kinds & s.NUMBER:
        return any(_is_number(value) for _, value in given.values)
    return text or bool(given.kinds & s.NUMBER and wanted.kinds & s.BOOLEAN)


def _is_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True
