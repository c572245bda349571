"""A mark that is written apart from the effect it stands for: before it, so that the effect gets lost, or after it, so that it is done twice."""

from __future__ import annotations

from flowdsl.checks.handler_calls import AwsCall
from flowdsl.checks.handler_source import HandlerSource
from flowdsl.checks.handler_writes import guards, is_write


def apart_from_its_mark(source: HandlerSource, call: AwsCall) -> str:
    """What becomes of an effect whose guard is a write or a look of its own, in words; empty where no such guard stands.

    Only where the function writes nothing else: a mark that is taken back, or told to be done later, is another protocol.
    """
    here = [c for c in source.calls.all if c.function is call.function and c.service == "dynamodb"]
    others = [c for c in here if c is not call and is_write(c)]
    if len(others) != 1 or others[0].method != "put_item" or not call.lacks("ConditionExpression", "Expected"):
        return ""
    mark = others[0]
    condition = source.values.text(mark.arguments.get("ConditionExpression"), mark.function) or ""
    if mark.line < call.line and "attribute_not_exists" in condition:
        return (
            "after its mark is written: killed between the two it is never done, for the next delivery finds the mark; write both in "
            "one transact_write_items, or declare idempotency=once(...)"
        )
    looks = [c for c in here if c.method in ("get_item", "query") and c.line < call.line]
    if looks and mark.line > call.line and mark.lacks("ConditionExpression", "Expected") and guards(source, call):
        return (
            "before its mark is written: killed between the two it is done again, for the next delivery finds no mark; write both in "
            "one transact_write_items, or declare idempotency=once(...)"
        )
    return ""
