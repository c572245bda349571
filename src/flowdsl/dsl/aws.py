"""aws: operations of AWS services as calls, with the API's own names: `aws.dynamodb.put_item(TableName=..., Item=...)`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flowdsl.asl.values import is_list, is_object
from flowdsl.diagnostics import did_you_mean
from flowdsl.dsl.calls import Call
from flowdsl.dsl.kinds import ANY
from flowdsl.dsl.places import CALLEE, Keyword, frame_at
from flowdsl.dsl.trace import report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Node, Place, Read


class AwsError:
    """An error of a service, as it stands in ErrorEquals: `aws.dynamodb.ConditionalCheckFailedException`."""

    __slots__ = ("__name__",)
    is_aws_error = True

    def __init__(self, name: str) -> None:
        self.__name__ = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AwsError) and other.__name__ == self.__name__

    def __hash__(self) -> int:
        return hash(self.__name__)

    def __repr__(self) -> str:
        return f"<error {self.__name__}>"


class AwsOperation:
    """One operation: call it inside a Task."""

    def __init__(self, service: str, name: str, sdk: bool) -> None:
        self.service = service
        self.action = name
        self.sdk = sdk

    def __call__(self, **arguments: Any) -> Any:
        frame = frame_at(1)
        return call_operation(self, arguments, (frame.f_code, frame.f_lasti))

    def __repr__(self) -> str:
        return f"aws.{'sdk.' if self.sdk else ''}{self.service}.{self.action}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AwsOperation) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


class AwsService:
    """One service: its operations in snake_case, its errors in the API's own spelling."""

    def __init__(self, name: str, sdk: bool) -> None:
        self._name = name
        self._sdk = sdk

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name[:1].isupper():
            frame = frame_at(1)
            return AwsError(error_of(self._name, name, self._sdk, (frame.f_code, frame.f_lasti)))
        return AwsOperation(self._name, name, self._sdk)

    def __repr__(self) -> str:
        return f"aws.{'sdk.' if self._sdk else ''}{self._name}"


class Services:
    """Services by their name in a Resource; `lambda_` for lambda."""

    def __init__(self, sdk: bool) -> None:
        self._sdk_only = sdk

    def __getattr__(self, name: str) -> AwsService:
        if name.startswith("__"):
            raise AttributeError(name)
        return AwsService(name.rstrip("_"), self._sdk_only)


class Aws(Services):
    """`aws.<service>.<operation>` is the optimised integration where there is one, `aws.sdk...` always the SDK's."""

    def __init__(self) -> None:
        super().__init__(sdk=False)
        self.sdk = Services(sdk=True)


aws = Aws()


def _operation(service: str, action: str, sdk: bool) -> Any:
    from flowdsl.integrations.catalog import operation, sdk_operation  # loading the index of services costs some

    return sdk_operation(service, action) if sdk else operation(service, action)


def error_of(service: str, name: str, sdk: bool, place: Place) -> str:
    """An error's name with the prefix of the form that is used; an unknown service is reported."""
    from flowdsl.integrations.catalog import UnknownOperation, optimized
    from flowdsl.integrations.sdk import sdk_service_like

    shelf = None if sdk else optimized(service)
    if shelf is not None and shelf.error_prefix:
        return f"{shelf.error_prefix}.{name}"
    found = sdk_service_like(service)
    if found is None:
        try:
            _operation(service, "x", sdk)
        except UnknownOperation as error:
            report("unknown-operation", str(error), place)
        return f"{service}.{name}"
    return f"{found.error_prefix}.{name if name.endswith('Exception') else f'{name}Exception'}"


def call_operation(operation: AwsOperation, arguments: dict[str, Any], place: Place) -> Call:
    """The call that an operation is while a workflow is declared."""
    from flowdsl.integrations.catalog import UnknownOperation

    reads: list[Read] = []
    frozen = {name: freeze(value, reads, (*place, name)) for name, value in arguments.items()}
    call = Call("aws", "arn:aws:states:::?", frozen, reads, place)
    trace = tracing.get()
    if trace is not None:
        trace.calls.append(call)
    try:
        found = _operation(operation.service, operation.action, operation.sdk)
    except UnknownOperation as error:
        report("unknown-operation", _in_python(str(error), operation.action), (*place, CALLEE))
        return call
    call.operation = found
    call.resource = found.resource()
    call.result = ANY
    _check_arguments(found, frozen, place)
    return call


def _in_python(message: str, written: str) -> str:
    """A near name in an unknown operation's message as it would be written here: put_item for putItem, lambda_ for lambda."""
    head, mark, near = message.partition("; did you mean ")
    if written == written.lower():
        near = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", near).lower()
    return head + mark + near.replace("'lambda'", "'lambda_'")


def _check_arguments(found: Any, given: dict[str, Any], place: Place) -> None:
    meant: set[str] = set()
    members: Mapping[str, Any] = {} if found.takes_anything else found.members
    if members:
        for name in given:
            if name.removesuffix(".$") not in members:
                near = did_you_mean(name, members)
                meant.add(near.rpartition(" ")[2].strip("'?"))
                report(
                    "unknown-service-argument", f"{found.name} has no argument {name!r}{near}", (*place, Keyword(name))
                )
    if not meant:
        _check_literals(found, given, place)
    missing = [n for n in found.required if n not in given and f"{n}.$" not in given and n not in meant]
    if missing:
        report("missing-service-argument", f"{found.name} needs {' and '.join(map(repr, missing))}", place)


def _check_literals(found: Any, given: dict[str, Any], place: Place) -> None:
    """Reports literals of another type than the operation takes, and members that it does not have, at any depth."""
    if not any(_has_literal(value) for value in given.values()):
        return
    from flowdsl.integrations.arguments import check_arguments

    for problem in check_arguments(found, _opaque(given)):
        steps = [
            int(s) if s.isdigit() else s.replace("~1", "/").replace("~0", "~") for s in problem.pointer.split("/")[1:]
        ]
        if problem.kind == "type":
            value: Any = given
            for step in steps:
                value = value[step]
            report("unfitting-service-argument", f"{problem.message}, found {_literal(value)}", (*place, *steps))
        elif problem.kind == "unknown" and problem.nested:
            report("unknown-service-argument", problem.message, (*place, *steps))


def _literal(value: Any) -> str:
    return "an object" if isinstance(value, dict) else "a list" if isinstance(value, list) else repr(value)


def _has_literal(value: Any) -> bool:
    return not isinstance(value, (Node, str)) or (isinstance(value, str) and not value.startswith("{%"))


def _opaque(value: Any) -> Any:
    """The arguments as plain JSON, each expression a text that counts as one."""
    if isinstance(value, Node):
        return "{% $ %}"
    if is_object(value):
        return {name: _opaque(item) for name, item in value.items()}
    if is_list(value):
        return [_opaque(item) for item in value]
    return value


def check_pattern(call: Call, pattern: str, place: Place) -> bool:
    """Whether the operation offers a pattern; one that it does not is reported."""
    from flowdsl.integrations.catalog import UnknownOperation

    try:
        call.operation.check_pattern(pattern)
    except UnknownOperation as error:
        report("unsupported-pattern", str(error), place)
        return False
    return True
