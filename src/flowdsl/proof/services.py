"""What AWS does and moto does not: drop repeats by token, take one answer per task token, run SQL; and a ledger of the rest."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from flowdsl.proof.clock import Clock
from flowdsl.proof.entry import Entry, flat, text_facts
from flowdsl.proof.partial import entries_of
from flowdsl.proof.responses import error, success
from flowdsl.proof.sql import Database

TOKEN_SECONDS = 600
"""How long DynamoDB knows a ClientRequestToken (documented: 10 minutes); the other services are taken to do the same."""
DEDUPLICATION_SECONDS = 300
"""How long a FIFO queue or topic knows a MessageDeduplicationId (documented: 5 minutes)."""

OBSERVED = {"dynamodb", "s3", "sqs", "sns", "kinesis", "firehose", "ssm", "secretsmanager", "stepfunctions", "rds-data"}
"""Services whose durable state is looked at; of the others, the calls that change something are written down."""
_HARMLESS = {
    "sts",
    "kms",
    "cloudwatch",
    "logs",
    "xray",
    "comprehend",
    "translate",
    "bedrock-runtime",
    "textract",
    "rekognition",
}
_READS = re.compile(
    r"(Batch)?(Get|List|Describe|Head|Query|Scan|Search|Lookup|Check|Validate|Test|Select|Filter|Estimate)"
)
_TASK_ANSWERS = {"SendTaskSuccess", "SendTaskFailure"}


class Services:
    """The parts of AWS that matter to a repeated delivery and that moto leaves out."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[tuple[str, str, str], tuple[float, Any, Any]] = {}
        self._answers: dict[str, tuple[str, Any]] = {}
        self._ledger: list[tuple[str, Any]] = []
        self._ledger_tokens: set[tuple[str, str]] = set()
        self.database = Database()
        self._originals: list[tuple[Any, str, Any]] = []

    def reset(self) -> None:
        """Nothing has happened yet."""
        self._tokens.clear()
        self._answers.clear()
        self._ledger.clear()
        self._ledger_tokens.clear()
        self.database.reset()

    def kept(self) -> Any:
        """What a setup has done to these parts."""
        return dict(self._tokens), dict(self._answers), self.database.kept()

    def restore(self, kept: Any) -> None:
        """Makes it so again."""
        tokens, answers, database = kept
        self._tokens, self._answers = dict(tokens), dict(answers)
        self.database.restore(database)

    def install(self) -> None:
        """Teaches moto's SNS and SQS what they do not know of repeats; only where moto has loaded them."""
        from moto.sns.models import Topic
        from moto.sqs.models import SQSBackend

        self._replace(Topic, "publish", self._publish)
        self._replace(SQSBackend, "send_message", self._send_message)

    def uninstall(self) -> None:
        """Puts moto back."""
        self.database.reset()
        for owner, name, original in reversed(self._originals):
            setattr(owner, name, original)
        self._originals.clear()

    def _replace(self, owner: Any, name: str, wrapper: Callable[..., Any]) -> None:
        original = getattr(owner, name)
        self._originals.append((owner, name, original))

        def replaced(instance: Any, *args: Any, **kwargs: Any) -> Any:
            return wrapper(original, instance, *args, **kwargs)

        setattr(owner, name, replaced)

    def _publish(self, original: Any, topic: Any, *args: Any, **kwargs: Any) -> Any:
        """A FIFO topic takes a message with a known de-duplication id, and delivers it no second time."""
        if not topic.fifo_topic:
            return original(topic, *args, **kwargs)
        message = args[0] if args else kwargs["message"]
        identity = kwargs.get("deduplication_id") or f"content {message}"
        seen = topic.__dict__.setdefault("_flowdsl_seen", {})
        at, message_id = seen.get(identity, (None, None))
        if at is None or self._clock.now - at >= DEDUPLICATION_SECONDS:
            message_id = original(topic, *args, **kwargs)
            seen[identity] = self._clock.now, message_id
        return message_id

    def _send_message(self, original: Any, backend: Any, *args: Any, **kwargs: Any) -> Any:
        """A FIFO queue answers a repeat with the first message's id; moto drops the repeat, and answers with a new one."""
        message = original(backend, *args, **kwargs)
        queue = backend.get_queue(args[0] if args else kwargs["queue_name"])
        if queue.fifo_queue and message.deduplication_id and not any(m is message for m in queue._messages):
            return next((m for m in queue._messages if m.deduplication_id == message.deduplication_id), message)
        return message

    def answer(self, operation_model: Any, parameters: Any) -> Any:
        """(HTTP response, parsed response) where the call is answered here, else None."""
        service, operation = str(operation_model.service_model.service_name), str(operation_model.name)
        if service == "stepfunctions" and operation.startswith("SendTask"):
            return self._task_answer(operation, parameters)
        if service == "rds-data":
            return self.database.answer(operation, parameters)
        token = _token(operation_model, parameters)
        known = self._tokens.get((service, operation, token)) if token else None
        if known is None or self._clock.now - known[0] >= TOKEN_SECONDS:
            return None
        if service == "dynamodb" and known[1] != _without_token(operation_model, parameters):
            message = "Request has the same client token, but other parameters"
            return error("IdempotentParameterMismatchException", message)
        return known[2]

    def remember(self, operation_model: Any, parameters: Any, response: Any) -> None:
        """A call with a token went through: the same token again gets the same answer, and does nothing."""
        token = _token(operation_model, parameters)
        if token:
            key = (str(operation_model.service_model.service_name), str(operation_model.name), token)
            self._tokens[key] = (self._clock.now, _without_token(operation_model, parameters), response)

    def note(self, operation_model: Any, parameters: Any) -> None:
        """Writes down a successful call that changes something where nobody looks."""
        service, operation = str(operation_model.service_model.service_name), str(operation_model.name)
        if service in OBSERVED or service in _HARMLESS or _READS.match(operation):
            return
        token = _token(operation_model, parameters)
        if token:
            if (f"{service}.{operation}", token) in self._ledger_tokens:
                return
            self._ledger_tokens.add((f"{service}.{operation}", token))
        given = _without_token(operation_model, parameters)
        self._ledger += [(f"{service}.{operation}", entry) for entry in entries_of(service, operation, given)]

    def entries(self) -> Iterator[Entry]:
        """What these parts keep."""
        for call, parameters in self._ledger:
            yield Entry(f"calls of {call}", "", flat(parameters))
        for token, (operation, answer) in self._answers.items():
            yield Entry("task tokens", f"token={token}", {"answered by": operation, **answer})
        yield from self.database.entries()

    def _task_answer(self, operation: str, parameters: Any) -> Any:
        # moto takes any number of answers; Step Functions one per token (documented: TaskTimedOut afterwards).
        token = str(parameters["taskToken"])
        if token in self._answers:
            return error("TaskTimedOut", "Task Timed Out: 'Provided task does not exist anymore'")
        if operation in _TASK_ANSWERS:
            answer = {k: v for k, v in parameters.items() if k != "taskToken"}
            output = text_facts(answer.pop("output", None), "output")
            self._answers[token] = operation, {**answer, **output}
        return success({})


def _token(operation_model: Any, parameters: Any) -> str | None:
    """The request's idempotency token, where the service's model says that it has one."""
    for member in operation_model.idempotent_members:
        if "token" in member.lower() and parameters.get(member):
            return str(parameters[member])
    return None


def _without_token(operation_model: Any, parameters: Any) -> Any:
    rest = {k: v for k, v in parameters.items() if k not in operation_model.idempotent_members}
    return json.loads(json.dumps(rest, default=repr, sort_keys=True))
