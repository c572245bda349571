"""What the optimised integrations are described with: OptimizedService, Action, the Call a state makes, Statement of IAM."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, TypeGuard

from flowdsl.integrations.model import Shape
from flowdsl.integrations.names import operation_of
from flowdsl.integrations.resource import Pattern

Place = Literal["Task", "ItemReader", "ResultWriter"]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of an IAM policy: what a state needs, and why a resource could not be narrowed."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    condition: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """(operator, ((key, value), ...)), ..."""
    unknown: str = ""
    """Why `resources` is wider than need be: what only the running execution knows."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Where the machine runs, for the ARNs of a policy. The defaults are CloudFormation's own texts for Fn::Sub."""

    partition: str = "${AWS::Partition}"
    region: str = "${AWS::Region}"
    account: str = "${AWS::AccountId}"

    def arn(self, service: str, resource: str, *, region: bool = True, account: bool = True) -> str:
        """The ARN of a resource of this account and region."""
        where = f"{self.region if region else ''}:{self.account if account else ''}"
        return f"arn:{self.partition}:{service}:{where}:{resource}"


@dataclass(frozen=True)
class Call:
    """What one state asks of an integration, with the parameters as they stand in the definition."""

    action: str
    pattern: Pattern
    parameters: Mapping[str, Any]
    environment: Environment = Environment()

    @property
    def is_sync(self) -> bool:
        return self.pattern in ("sync", "sync:2")

    def text(self, name: str) -> str | None:
        """A parameter's literal text (placeholders included); None where it is computed or absent."""
        value = self.parameters.get(name)
        return value if isinstance(value, str) and not is_expression(value) else None

    def has(self, name: str) -> bool:
        """Whether a parameter is given, literally or computed."""
        return name in self.parameters or f"{name}.$" in self.parameters

    def statement(
        self, actions: str | Iterable[str], name: str, arn: Callable[[str], str | tuple[str, ...]]
    ) -> Statement:
        """The actions on the resource that a parameter names: its literal turned into an ARN, or `*` with the reason."""
        given = (actions,) if isinstance(actions, str) else tuple(actions)
        text = self.text(name)
        if text is None:
            return Statement(given, ("*",), unknown=self.why(name))
        if stands_for_arn(text):
            return Statement(given, (text,))
        made = arn(text)
        return Statement(given, (made,) if isinstance(made, str) else made)

    def why(self, name: str) -> str:
        """Why a parameter's value is not known here."""
        return f"{name} is computed at run time" if self.has(name) else f"{name} is not given"

    def pass_role(self, *paths: str, service: str) -> Statement:
        """iam:PassRole for the role that a parameter (`RoleArn`, or `Overrides/TaskRoleArn`) hands to a service."""
        found: list[str] = []
        for path in paths:
            value: Any = dict(self.parameters)
            for step in path.split("/"):
                value = as_object(value).get(step)
            if isinstance(value, str) and not is_expression(value):
                found.append(value)
        condition = (("StringEquals", (("iam:PassedToService", service),)),)
        unknown = "" if found else f"the role handed to {service} is not in the definition"
        return Statement(("iam:PassRole",), tuple(found) or ("*",), condition, unknown)

    def managed_rule(self, *names: str) -> Statement:
        """What a .sync needs for the EventBridge rule that Step Functions keeps in the account; checked at creation."""
        rules = tuple(self.environment.arn("events", f"rule/{name}") for name in names)
        return Statement(("events:DescribeRule", "events:PutRule", "events:PutTargets"), rules)


def is_expression(text: str) -> bool:
    """Whether a text is a JSONata expression and no literal."""
    return text.startswith("{%") and text.endswith("%}")


def stands_for_arn(text: str) -> bool:
    """Whether a text is an ARN, or a placeholder that by its name stands for one (`${Table.Arn}`, `${TopicArn}`)."""
    return text.startswith("arn:") or re.fullmatch(r"[$#]\{[^{}]*(Arn|ARN|_arn)\}", text) is not None


Permissions = Callable[[Call], Iterator[Statement]]


@dataclass(frozen=True)
class Action:
    """One thing an optimised integration can do."""

    name: str
    """As it stands in the Resource: `putItem`."""
    parameters: tuple[str, ...] | None = None
    """The parameters AWS documents for it; None: the API's own."""
    required: tuple[str, ...] | None = None
    """None: the API's own."""
    sync: bool = False
    sync_2: bool = False
    token: bool = False
    """Whether .waitForTaskToken is offered."""
    api: str | None = ""
    """The API operation; "" for the one of the action's name, None where there is none."""
    result: Shape | None = None
    """What the state gets, where that is not the API's answer."""
    polled: tuple[str, ...] = ()
    """What a .sync gets: an API operation, then the members to go down from its answer (a list gives its items)."""
    errors: tuple[str, ...] = ()
    """Error names beyond the API's modelled ones, whole."""
    json_text: tuple[str, ...] = ()
    """Parameters of type text for which an object may stand: it becomes JSON text."""
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])
    """Least and greatest number of a parameter, where the service documents them and its model does not have them."""
    places: tuple[Place, ...] = ("Task",)

    @property
    def operation(self) -> str | None:
        """The API operation's name; None where there is none."""
        return operation_of(self.name) if self.api == "" else self.api

    @property
    def patterns(self) -> tuple[Pattern, ...]:
        found: list[Pattern] = ["request-response"]
        if self.sync:
            found.append("sync")
        if self.sync_2:
            found.append("sync:2")
        if self.token:
            found.append("wait_for_task_token")
        return tuple(found)


@dataclass(frozen=True)
class OptimizedService:
    """One optimised integration: its actions, the API behind it, its error names and the permissions it needs."""

    token: str
    """As it stands in the Resource: `emr-serverless`."""
    folder: str | None
    """botocore's name of the API; None where there is none."""
    sdk: str | None
    """Token of the same API's SDK integration."""
    actions: tuple[Action, ...]
    permissions: Permissions
    error_prefix: str = ""
    base_error: str = ""
    """What an error that the API does not model is called, without the prefix: `AmazonDynamoDBException`."""
    errors_recorded: bool = False
    """Whether error names in this spelling were recorded; elsewhere they follow the rule of the older Java SDK."""
    metadata: bool = True
    """Whether its answers carry SdkHttpMetadata and SdkResponseMetadata beside the API's members (recorded)."""

    @cached_property
    def by_name(self) -> dict[str, Action]:
        return {action.name: action for action in self.actions}


def as_object(value: Any) -> dict[str, Any]:
    """A JSON value that should be an object; an empty one where it is none."""
    return value if _is_object(value) else {}


def as_list(value: Any) -> list[Any]:
    """A JSON value that should be a list; an empty one where it is none."""
    return value if _is_list(value) else []


def _is_object(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
