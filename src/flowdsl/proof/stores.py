"""What moto's services hold, service by service: everything that stays after a handler has ended."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

from flowdsl.proof.entry import Entry, flat, text_facts


def dynamodb(backend: Any) -> Iterator[Entry]:
    """Items, by key."""
    for name, table in backend.tables.items():
        keys = [k for k in (table.hash_key_attr, table.range_key_attr) if k]
        for held in table.items.values():
            for item in held.values() if isinstance(held, dict) else (held,):  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
                attributes = {k: _plain(v) for k, v in item.to_json()["Attributes"].items()}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportUnknownArgumentType]
                identity = ", ".join(f"{key}={attributes.get(key)}" for key in keys)  # pyright: ignore[reportUnknownMemberType]
                yield Entry(f"table {name}", identity, flat(attributes))


def _plain(value: dict[str, Any]) -> Any:
    """A DynamoDB value without its type; numbers stay text, as they are sent."""
    ((kind, inner),) = value.items()
    if kind == "M":
        return {k: _plain(v) for k, v in inner.items()}
    if kind == "L":
        return [_plain(v) for v in inner]
    if kind in ("SS", "NS", "BS"):
        return sorted(map(str, inner))
    if kind == "N":
        number = float(inner)
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return None if kind == "NULL" else inner


def s3(backend: Any) -> Iterator[Entry]:
    """Objects with all their versions; a version that repeats the one before adds nothing."""
    for name, bucket in backend.buckets.items():
        for key in list(bucket.keys):
            versions: list[dict[str, Any]] = []
            for version in bucket.keys.getlist(key):
                deleted = not hasattr(version, "value")
                facts = {"deleted": True} if deleted else {**text_facts(version.value, "body"), **_metadata(version)}
                if not versions or versions[-1] != facts:
                    versions.append(facts)
            facts = versions[0] if len(versions) == 1 else {f"version {i}: {k}": v for i, f in enumerate(versions, 1) for k, v in f.items()}
            yield Entry(f"bucket {name}", f"key={key}", facts)


def _metadata(version: Any) -> dict[str, Any]:
    return {f"metadata.{k}": str(v) for k, v in version.metadata.items()}


def sqs(backend: Any) -> Iterator[Entry]:
    """Messages that have not been deleted."""
    for name, queue in backend.queues.items():
        for message in queue._messages:
            facts = text_facts(message.body, "body")
            if message.group_id:
                facts["group"] = message.group_id
            yield Entry(f"queue {name}", "", {**facts, **flat(_attributes(message.message_attributes), "attribute")})


def _attributes(attributes: Any) -> dict[str, Any]:
    return {str(k): (v.get("string_value") or v.get("StringValue") or repr(v)) if isinstance(v, dict) else repr(v) for k, v in (attributes or {}).items()}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


def sns(backend: Any) -> Iterator[Entry]:
    """Messages published, and texts sent to phones."""
    for topic in backend.topics.values():
        for _, message, subject, attributes, group in topic.sent_notifications:
            facts = {**text_facts(message, "message"), "subject": subject, "group": group, **flat(attributes or {}, "attribute")}
            yield Entry(f"topic {topic.name}", "", {k: v for k, v in facts.items() if v is not None})
    for number, message in backend.sms_messages.values():
        yield Entry("text messages", "", {"to": number, **text_facts(message, "message")})


def kinesis(backend: Any) -> Iterator[Entry]:
    """Records. A stream drops no repeats: two are two."""
    for name, stream in backend.streams.items():
        for shard in stream.shards.values():
            for record in shard.records.values():
                yield Entry(f"stream {name}", "", {"partition": record.partition_key, **text_facts(b64decode(record.data), "data")})


def ssm(backend: Any) -> Iterator[Entry]:
    """Parameters with their history; a version that repeats the one before adds nothing."""
    for name, versions in dict.items(backend._parameters):
        values: list[str] = []
        for version in versions:
            if not values or values[-1] != version.value:
                values.append(version.value)
        yield Entry("parameters", f"name={name}", _history(values))


def secretsmanager(backend: Any) -> Iterator[Entry]:
    """Secrets with their versions; a version that repeats the one before adds nothing."""
    for secret in dict.values(backend.secrets):
        values: list[str] = []
        for version in secret.versions.values():
            value = str(version.get("secret_string") or version.get("secret_binary"))
            if not values or values[-1] != value:
                values.append(value)
        yield Entry("secrets", f"name={secret.name}", {"deleted": secret.deleted_date is not None, **_history(values)})


def _history(values: list[str]) -> dict[str, Any]:
    if len(values) == 1:
        return {"value": values[0]}
    return {f"version {i}": value for i, value in enumerate(values, 1)}


def stepfunctions(backend: Any) -> Iterator[Entry]:
    """Executions: each is work that was started."""
    for machine in backend.state_machines:
        for execution in machine.executions:
            facts = {"status": execution.status, **text_facts(execution.execution_input, "input")}
            yield Entry(f"executions of {machine.name}", f"name={execution.name}", facts)


STORES: dict[str, Callable[[Any], Iterator[Entry]]] = {
    "dynamodb": dynamodb,
    "s3": s3,
    "sqs": sqs,
    "sns": sns,
    "kinesis": kinesis,
    "ssm": ssm,
    "secretsmanager": secretsmanager,
    "stepfunctions": stepfunctions,
}
"""By moto's name of the service. Firehose delivers into S3, where it is seen."""


def entries() -> Iterator[Entry]:
    """Everything that the services touched so far hold."""
    from moto.core.base_backend import BackendDict

    # Only what has been touched: asking for the others would load dozens of moto's modules (measured).
    for service in sorted(BackendDict._instances, key=lambda b: b.service_name):  # pyright: ignore[reportPrivateUsage, reportUnknownMemberType, reportUnknownArgumentType, reportUnknownLambdaType]
        store = STORES.get(service.service_name)
        if store is not None:
            for _, _, backend in service.iter_backends():
                yield from store(backend)
