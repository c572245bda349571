"""What moto's services hold, service by service: everything that stays after a handler has ended."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from typing import Any

from flowdsl.handler.wire import is_mapping
from flowdsl.proof import moto_data
from flowdsl.proof.entry import Entry, flat, text_facts


def dynamodb(backend: Any) -> Iterator[Entry]:
    """Items, by key."""
    for name, table in backend.tables.items():
        keys = [k for k in (table.hash_key_attr, table.range_key_attr) if k]
        for held in table.items.values():
            items: Any = held.values() if is_mapping(held) else (held,)
            for item in items:
                attributes = {str(k): _plain(v) for k, v in item.to_json()["Attributes"].items()}
                identity = ", ".join(f"{key}={attributes.get(key)}" for key in keys)
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
            yield Entry(f"bucket {name}", f"key={key}", {**versions[-1], "versions": len(versions)})


def _metadata(version: Any) -> dict[str, Any]:
    return {f"metadata.{k}": str(v) for k, v in version.metadata.items()}


def sqs(backend: Any) -> Iterator[Entry]:
    """Messages that have not been deleted."""
    for name, queue in backend.queues.items():
        for message in queue._messages:
            facts = text_facts(message.body, "body")
            if message.group_id:
                facts["group"] = message.group_id
            yield Entry(f"queue {name}", "", {**facts, **_attributes(message.message_attributes)})


def _attributes(attributes: Any) -> dict[str, Any]:
    given: dict[str, Any] = attributes or {}
    return {f"attribute {name}": repr(value) for name, value in given.items()}


def sns(backend: Any) -> Iterator[Entry]:
    """Messages published, and texts sent to phones."""
    for topic in backend.topics.values():
        for _, message, subject, attributes, group in topic.sent_notifications:
            facts = {**text_facts(message, "message"), "subject": subject, "group": group, **_attributes(attributes)}
            yield Entry(f"topic {topic.name}", "", {k: v for k, v in facts.items() if v is not None})
    for number, message in backend.sms_messages.values():
        yield Entry("text messages", "", {"to": number, **text_facts(message, "message")})


def kinesis(backend: Any) -> Iterator[Entry]:
    """Records. A stream drops no repeats: two are two."""
    for name, stream in backend.streams.items():
        for shard in stream.shards.values():
            for record in shard.records.values():
                yield Entry(
                    f"stream {name}",
                    "",
                    {"partition": record.partition_key, **text_facts(b64decode(record.data), "data")},
                )


def ssm(backend: Any) -> Iterator[Entry]:
    """Parameters with their history; a version that repeats the one before adds nothing."""
    for name, versions in _plainly(backend._parameters).items():
        values: list[str] = []
        for version in versions:
            if not values or values[-1] != version.value:
                values.append(version.value)
        yield Entry("parameters", f"name={name}", _history(values))


def secretsmanager(backend: Any) -> Iterator[Entry]:
    """Secrets with their versions; a version that repeats the one before adds nothing."""
    for secret in _plainly(backend.secrets).values():
        values: list[str] = []
        for version in secret.versions.values():
            value = str(version.get("secret_string") or version.get("secret_binary"))
            if not values or values[-1] != value:
                values.append(value)
        yield Entry("secrets", f"name={secret.name}", {"deleted": secret.deleted_date is not None, **_history(values)})


def _plainly(store: Any) -> dict[str, Any]:
    """Moto's own dicts look things up in their own way; this one is what it holds."""
    plain: type[dict[str, Any]] = dict
    return {key: plain.__getitem__(store, key) for key in list(plain.keys(store))}


def _history(values: list[str]) -> dict[str, Any]:
    return {"value": values[-1] if values else None, "versions": len(values)}


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
    for service, backend in moto_data.touched():
        store = STORES.get(service)
        if store is not None:
            yield from store(backend)
