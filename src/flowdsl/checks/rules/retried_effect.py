"""ASL956 retried-effect."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.analysis.errors import OPEN_OUTCOME, handlers
from flowdsl.asl.bindings import Binding, Bindings
from flowdsl.checks.context import CheckContext
from flowdsl.checks.handler_contracts import Contract, contracts
from flowdsl.checks.handler_runner import handler_rules
from flowdsl.checks.rule import Example, Rule
from flowdsl.diagnostics import Diagnostic, Severity
from flowdsl.integrations.catalog import UnknownOperation
from flowdsl.integrations.effects import effect_of
from flowdsl.integrations.handler_permissions import effect

_REPEATS = ("ASL910", "ASL911", "ASL912", "ASL913", "ASL914")

NOTIFY = Binding("Notify", "lambda", "shop.mail:notify", contract={"effects": ["sns:publish"]})
ANNOUNCE = Binding(
    "Notify", "lambda", "shop.mail:notify", contract={"effects": ["sns:publish"], "idempotency": "delegated"}
)
STATES = {
    "Notify": {"Type": "Task", "Resource": "${Notify}", "Retry": [{"ErrorEquals": ["States.TaskFailed"]}], "End": True}
}


class RetriedEffect(Rule):
    """A retry runs a handler again whose source does more the second time.

    After a time-out or an error of Lambda's own, nobody knows whether the function ran. What the handler's source shows, a counter, a random
    key, a message without de-duplication, is then done twice.

    Instead: mend the place that is named, or declare idempotency=once(key=...) on the handler.
    """

    code = "ASL956"
    severity = Severity.WARNING
    bad = Example(
        STATES,
        at="/States/Notify/Retry/0",
        says="this retry may run 'notify' twice, and it declares the effect sns:publish, which each call repeats: declare how "
        "repeats are met, idempotency=once(key=...) or delegated(...)",
        bindings=Bindings(placeholders={"Notify": NOTIFY}),
    )
    good = Example(STATES, bindings=Bindings(placeholders={"Notify": ANNOUNCE}))

    def check(self, context: CheckContext) -> Iterator[Diagnostic]:
        told: set[tuple[str, int]] = set()
        for contract in contracts(context):
            retrier = next(
                (r for r in handlers(contract.state, "Retry") if r.attempts > 0 and OPEN_OUTCOME.intersection(r.names)),
                None,
            )
            if retrier is None or contract.idempotency in ("once", "none", "delegated"):
                continue
            if contract.entry is None:
                effect = _declared_effect(contract)
                if effect:
                    yield self.at(
                        contract.state,
                        f"this retry may run {contract.name!r} twice, and it declares the effect {effect}, which each call repeats: "
                        "declare how repeats are met, idempotency=once(key=...) or delegated(...)",
                        "Retry",
                        retrier.number,
                    )
            for finding in _repeats(contract):
                place = finding.location
                if place is None or (place.path, place.line) in told:
                    continue
                told.add((place.path, place.line))
                yield self.at(
                    contract.state,
                    f"this retry may run {contract.name!r} twice, and {place.path}:{place.line} is no good twice: {finding.message}",
                    "Retry",
                    retrier.number,
                    related=((place, f"{finding.code} {finding.name}"),),
                )


def _repeats(contract: Contract) -> Iterator[Diagnostic]:
    """What the rules on repeats find in the functions that the handler runs."""
    source, entry = contract.source, contract.entry
    if source is None or entry is None:
        return
    spans = [
        (f.node.lineno, f.node.end_lineno or f.node.lineno) for f, running in source.reached.items() if entry in running
    ]
    for rule in handler_rules():
        if rule.code in _REPEATS:
            for finding in rule.check(source):
                if finding.location and any(first <= finding.location.line <= last for first, last in spans):
                    yield finding


def _declared_effect(contract: Contract) -> str:
    """The first declared effect that happens again with each call, whatever its arguments; empty when there is none."""
    if contract.idempotency != "undeclared":
        return ""
    for declared in contract.binding.contract.get("effects") or ():
        try:
            found = effect(declared)
        except UnknownOperation:
            continue
        # What a write to a table does again depends on its arguments.
        if found.service != "dynamodb" and effect_of(found).repeats:
            return found.name
    return ""
