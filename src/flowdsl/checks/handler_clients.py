"""Which names of a handler are AWS clients, resources and connections, and of which service."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from flowdsl.checks.handler_tree import Function, SourceTree, bindings_of
from flowdsl.checks.handler_values import Value, Values

MAKERS = {"boto3.client", "boto3.resource", "boto3.Session", "boto3.session.Session"}
BOUND_TO_A_LOOP = ("httpx.AsyncClient", "aiohttp.ClientSession", "aiohttp.client.ClientSession")
"""Clients that live no longer than the event loop they are made in: each delivery's asyncio.run makes a new one."""
CONNECTIONS = {
    "pymysql.connect": "database connection",
    "pymysql.connections.Connection": "database connection",
    "MySQLdb.connect": "database connection",
    "mysql.connector.connect": "database connection",
    "psycopg2.connect": "database connection",
    "psycopg.connect": "database connection",
    "pg8000.connect": "database connection",
    "pg8000.native.Connection": "database connection",
    "pyodbc.connect": "database connection",
    "pymssql.connect": "database connection",
    "cx_Oracle.connect": "database connection",
    "oracledb.connect": "database connection",
    "snowflake.connector.connect": "database connection",
    "redshift_connector.connect": "database connection",
    "sqlalchemy.create_engine": "database engine",
    "sqlalchemy.engine.create_engine": "database engine",
    "pymongo.MongoClient": "database client",
    "pymongo.mongo_client.MongoClient": "database client",
    "redis.Redis": "cache client",
    "redis.StrictRedis": "cache client",
    "redis.from_url": "cache client",
    "redis.Redis.from_url": "cache client",
    "redis.cluster.RedisCluster": "cache client",
    "pymemcache.client.base.Client": "cache client",
    "elasticsearch.Elasticsearch": "search client",
    "opensearchpy.OpenSearch": "search client",
    "requests.Session": "HTTP session",
    "requests.session": "HTTP session",
    "httpx.Client": "HTTP client",
    **dict.fromkeys(BOUND_TO_A_LOOP, "HTTP client"),
    "urllib3.PoolManager": "HTTP pool",
    "kafka.KafkaProducer": "Kafka producer",
    "paho.mqtt.client.Client": "MQTT client",
    "openai.OpenAI": "HTTP client",
}
"""What is dear to make and made to be kept, by the name that makes it."""

_CLIENT_HELPERS = {"client", "get_client", "make_client", "aws_client", "boto_client", "boto3_client", "client_for"}

ReceiverKind = Literal["client", "resource", "session", "object", "connection"]

_RESOURCE_OBJECTS = {
    ("dynamodb", "Table"),
    ("s3", "Bucket"),
    ("s3", "Object"),
    ("s3", "ObjectSummary"),
    ("s3", "BucketPolicy"),
    ("sqs", "Queue"),
    ("sqs", "get_queue_by_name"),
    ("sqs", "create_queue"),
    ("sqs", "Message"),
    ("sns", "Topic"),
    ("sns", "PlatformEndpoint"),
    ("ec2", "Instance"),
    ("cloudformation", "Stack"),
}


@dataclass(frozen=True, slots=True)
class Receiver:
    """What a method is called on."""

    kind: ReceiverKind
    service: str = ""
    """botocore's name; empty for a session, or where it is computed."""
    made: str = ""
    """`Table`, `Bucket`, ... of an object that a resource made; what makes a connection."""
    call: ast.Call | None = None
    """The call that made it: `Table(NAME)`, `Object(bucket, key)`."""
    function: Function | None = None
    """Where that call stands."""


class Clients:
    """Follows names to the call that made what they hold. Answers are kept: many calls share a client."""

    def __init__(self, tree: SourceTree, values: Values) -> None:
        self.tree = tree
        self.values = values
        self._known: dict[tuple[str, Function | None], Receiver | None] = {}

    def receiver(self, node: ast.expr, function: Function | None, depth: int = 0) -> Receiver | None:
        """What an expression holds; None where that cannot be told."""
        if depth > 12:
            return None
        if isinstance(node, ast.Name):
            key = (node.id, function)
            if key not in self._known:
                self._known[key] = None
                self._known[key] = self._of_name(node.id, function, depth)
            return self._known[key]
        if isinstance(node, ast.Call):
            return self._of_call(node, function, depth)
        if isinstance(node, ast.Attribute):
            return self._of_attribute(node, function, depth)
        if isinstance(node, ast.Subscript):
            return self._of_subscript(node, function, depth)
        if isinstance(node, ast.BoolOp):
            return next((r for v in reversed(node.values) if (r := self.receiver(v, function, depth + 1))), None)
        if isinstance(node, ast.IfExp):
            return self.receiver(node.body, function, depth + 1) or self.receiver(node.orelse, function, depth + 1)
        if isinstance(node, ast.Await | ast.NamedExpr):
            return self.receiver(node.value, function, depth + 1)
        return None

    def _of_name(self, name: str, function: Function | None, depth: int) -> Receiver | None:
        for value in reversed(self.values.definitions(name, function)):
            found = self.receiver(value.node, value.function, depth + 1)
            if found is not None:
                return found
        # `global client` in one function, used in another; or a default: def handler(event, context, table=TABLE).
        for held in self._globals.get(name, ()):
            found = self.receiver(held.node, held.function, depth + 1)
            if found is not None:
                return found
        if function is not None and name in function.parameters:
            default = _default_of(function, name)
            if default is not None:
                return self.receiver(default, None, depth + 1)
        return None

    def _of_call(self, node: ast.Call, function: Function | None, depth: int) -> Receiver | None:
        name = self.tree.dotted(node.func)
        if name in ("boto3.Session", "boto3.session.Session"):
            return Receiver("session", call=node, function=function)
        if name in CONNECTIONS:
            return Receiver("connection", made=name, call=node, function=function)
        if name.rpartition(".")[2] in _CLIENT_HELPERS and isinstance(node.func, ast.Name) and len(node.args) == 1:
            # A helper of another file: client("sqs").
            text = self.values.constant(node.args[0], function)
            if isinstance(text, str) and node.func.id in self.tree.imports and name != "boto3.client":
                return Receiver("client", text, call=node, function=function)
        if isinstance(node.func, ast.Attribute):
            method = node.func.attr
            if method in ("client", "resource"):
                return self._of_maker(node, node.func, name, function, depth)
            held = self.receiver(node.func.value, function, depth + 1)
            if held is not None and held.service and (held.service, method) in _RESOURCE_OBJECTS:
                return Receiver("object", held.service, method, node, function)
            if held is not None and held.kind in ("object", "connection", "resource"):
                # bucket.Object(key), table.batch_writer(), connection.cursor()
                kind: ReceiverKind = "connection" if held.kind == "connection" else "object"
                if method in ("Object", "batch_writer", "cursor", "pipeline", "connect", "begin", "Bucket"):
                    made = held.made if method in ("batch_writer", "cursor", "connect", "begin") else method
                    return Receiver(kind, held.service, made, node if method == "Object" else held.call, function)
        other = self.values.function_called(node, function)
        if other is not None:
            returned = self.values.returned.get(other)
            if returned is None:
                returned = [n.value for n in other.of(ast.Return) if n.value is not None]
            for value in returned:
                found = self.receiver(value, other, depth + 1)
                if found is not None:
                    return found
        return None

    def _of_maker(
        self, node: ast.Call, func: ast.Attribute, name: str, function: Function | None, depth: int
    ) -> Receiver | None:
        if name not in MAKERS:
            held = self.receiver(func.value, function, depth + 1)
            by_name = "session" in name.lower() or "boto" in name.lower()
            if not by_name and (held is None or held.kind != "session"):
                return None
        service = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "service_name"), None)
        text = self.values.constant(service, function)
        kind: ReceiverKind = "client" if func.attr == "client" else "resource"
        return Receiver(kind, text if isinstance(text, str) else "", call=node, function=function)

    def _of_attribute(self, node: ast.Attribute, function: Function | None, depth: int) -> Receiver | None:
        if node.attr == "client" and isinstance(node.value, ast.Attribute) and node.value.attr == "meta":
            held = self.receiver(node.value.value, function, depth + 1)
            return Receiver("client", held.service, call=held.call, function=held.function) if held else None
        if (
            isinstance(node.value, ast.Name)
            and node.value.id in ("self", "cls")
            and function is not None
            and function.owner
        ):
            return self._of_self(function.owner, node.attr, depth)
        if isinstance(node.value, ast.Name) and node.value.id in self.tree.classes:
            return self._of_self(node.value.id, node.attr, depth)
        made = self.values.settled(node.value, function).node
        if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id in self.tree.classes:
            return self._of_self(made.func.id, node.attr, depth)
        return None

    def _of_self(self, owner: str, attribute: str, depth: int) -> Receiver | None:
        for held in self.attributes.get((owner, attribute), ()):
            found = self.receiver(held.node, held.function, depth + 1)
            if found is not None:
                return found
        return None

    @cached_property
    def _globals(self) -> dict[str, list[Value]]:
        """What functions give to names they declare global."""
        found: dict[str, list[Value]] = {}
        for function in self.tree.functions.values():
            if function.globals:
                for node in function.nodes:
                    for name, value in bindings_of(node):
                        if name in function.globals:
                            found.setdefault(name, []).append(Value(value, function))
        return found

    @cached_property
    def attributes(self) -> dict[tuple[str, str], list[Value]]:
        """What an attribute of a class's objects is given: in its methods, by a property, in the class's body."""
        found: dict[tuple[str, str], list[Value]] = {}
        for function in self.tree.functions.values():
            if function.owner is None:
                continue
            for node in function.nodes:
                if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                            found.setdefault((function.owner, target.attr), []).append(Value(node.value, function))
            name = function.name.rpartition(".")[2]
            for returned in function.of(ast.Return) if function.decorators else ():
                if returned.value is not None:
                    found.setdefault((function.owner, name), []).append(Value(returned.value, function))
        for owner, made in self.tree.classes.items():
            for statement in made.body:
                for name, value in bindings_of(statement):
                    found.setdefault((owner, name), []).append(Value(value, None))
        return found

    def _of_subscript(self, node: ast.Subscript, function: Function | None, depth: int) -> Receiver | None:
        """`clients["s3"]`, where `clients` is written out."""
        if isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            for value in (self.values.fields(node.value, function) or {}).get(node.slice.value, ()):
                found = self.receiver(value.node, value.function, depth + 1)
                if found is not None:
                    return found
        return None


def _default_of(function: Function, name: str) -> ast.expr | None:
    arguments = function.node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        if argument.arg == name:
            return default
    for argument, given in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if argument.arg == name:
            return given
    return None
