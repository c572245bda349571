"""AWS's API models: one service's operations and shapes, read from botocore's data when first asked for.

The files are read directly. Importing botocore to read them would cost every command 100 ms, and making a client
would ask for a region; neither adds anything to the data.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, cast

from flowdsl.integrations.names import member_of, optimized_member_of

ShapeType = Literal[
    "structure", "list", "map", "string", "number", "integer", "boolean", "timestamp", "blob", "document"
]

_TYPES: dict[str, ShapeType] = {
    "structure": "structure",
    "list": "list",
    "map": "map",
    "string": "string",
    "character": "string",
    "integer": "integer",
    "long": "integer",
    "short": "integer",
    "byte": "integer",
    "bigInteger": "integer",
    "float": "number",
    "double": "number",
    "bigDecimal": "number",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "blob": "blob",
}


class Shape:
    """The type of a value in a request or an answer, with the names that Step Functions uses.

    Inner shapes are made when they are looked at: many are recursive (a DynamoDB attribute holds attributes), and EC2
    has 5,000.
    """

    __slots__ = ("_inner", "enum", "maximum", "minimum", "name", "required", "token_members", "type")

    def __init__(
        self,
        type: ShapeType,
        name: str = "",
        *,
        members: Mapping[str, Shape] | None = None,
        item: Shape | None = None,
        required: tuple[str, ...] = (),
        enum: tuple[str, ...] = (),
        minimum: float | None = None,
        maximum: float | None = None,
        token_members: tuple[str, ...] = (),
        inner: Any = None,
    ) -> None:
        self.type: ShapeType = type
        self.name = name
        """The API's name of the shape; empty where it has none."""
        self.required = required
        """Members that must be there."""
        self.enum = enum
        """The texts that may stand here; empty: any."""
        self.minimum = minimum
        """Least number, or least length of a text, list or map."""
        self.maximum = maximum
        self.token_members = token_members
        """Members that make a repeated request count once (idempotency tokens)."""
        self._inner: Any = inner if inner is not None else (members if type == "structure" else item)

    @property
    def members(self) -> Mapping[str, Shape]:
        """Members of a structure, in the model's order; empty for anything else."""
        if self.type != "structure":
            return {}
        if callable(self._inner):
            self._inner = self._inner()
        members: Mapping[str, Shape] = self._inner or {}
        return members

    @property
    def item(self) -> Shape:
        """What a list or map holds; anything at all where that is not known."""
        if callable(self._inner):
            self._inner = self._inner()
        return self._inner if isinstance(self._inner, Shape) else ANY

    def __repr__(self) -> str:
        return f"Shape({self.type!r}, {self.name!r})"


ANY = Shape("document")
"""Any JSON value."""
TEXT = Shape("string")
INTEGER = Shape("integer")


def structure(required: tuple[str, ...] = (), /, **members: Shape) -> Shape:
    """An object with these members."""
    return Shape("structure", members=members, required=required)


def list_of(item: Shape) -> Shape:
    """A list of such values."""
    return Shape("list", item=item)


def map_of(value: Shape) -> Shape:
    """An object of any keys with such values."""
    return Shape("map", item=value)


METADATA = {
    "SdkHttpMetadata": structure(AllHttpHeaders=map_of(ANY), HttpHeaders=map_of(TEXT), HttpStatusCode=INTEGER),
    "SdkResponseMetadata": structure(RequestId=TEXT),
}
"""What most optimised integrations put beside the API's answer (recorded)."""


class ServiceModel:
    """One service's API."""

    def __init__(self, folder: str, document: dict[str, Any], spell: Callable[[str], str] = member_of) -> None:
        self.folder = folder
        """botocore's name of the service."""
        self._spell = spell
        self.document = document
        self.metadata: dict[str, Any] = document["metadata"]
        self._operations: dict[str, Any] = document["operations"]
        self._shapes: dict[str, Any] = document["shapes"]
        self._made: dict[str, Shape] = {}

    @property
    def operations(self) -> list[str]:
        return list(self._operations)

    def input(self, operation: str) -> Shape:
        return self._referred(self._operations[operation].get("input"))

    def output(self, operation: str) -> Shape:
        return self._referred(self._operations[operation].get("output"))

    def errors(self, operation: str) -> list[str]:
        """Names of the modelled exceptions, in the model's order."""
        return [e["shape"] for e in self._operations[operation].get("errors", ())]

    def idempotency_tokens(self, operation: str) -> list[str]:
        """Members that botocore fills in at random when they are not given, in the API's own spelling."""
        reference: dict[str, Any] | None = self._operations[operation].get("input")
        members: dict[str, Any] = self._shapes[reference["shape"]].get("members", {}) if reference else {}
        return [name for name, member in members.items() if member.get("idempotencyToken")]

    def streams(self, operation: str) -> bool:
        """Whether the request or the answer is an event stream, which Step Functions offers for no operation."""
        description = self._operations[operation]
        for side in ("input", "output"):
            reference = description.get(side)
            members: dict[str, Any] = self._shapes[reference["shape"]].get("members", {}) if reference else {}
            for member in members.values():
                if member.get("eventstream") or self._shapes[member["shape"]].get("eventstream"):
                    return True
        return False

    def _referred(self, reference: dict[str, Any] | None) -> Shape:
        return EMPTY if reference is None else self.shape(reference["shape"])

    def shape(self, name: str) -> Shape:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self._make(name, self._shapes[name])
        return made

    def _make(self, name: str, raw: dict[str, Any]) -> Shape:
        if raw.get("document"):
            return ANY
        kind = _TYPES[raw["type"]]
        least, most = raw.get("min"), raw.get("max")
        if kind == "structure":
            tokens = tuple(self._spell(k) for k, m in raw.get("members", {}).items() if m.get("idempotencyToken"))
            required = tuple(self._spell(k) for k in raw.get("required", ()))
            return Shape(
                kind, name, required=required, token_members=tokens, inner=lambda: dict(self._members(raw["members"]))
            )
        if kind == "list":
            return Shape(kind, name, inner=lambda: self.shape(raw["member"]["shape"]), minimum=least, maximum=most)
        if kind == "map":
            return Shape(kind, name, inner=lambda: self.shape(raw["value"]["shape"]), minimum=least, maximum=most)
        return Shape(kind, name, enum=tuple(raw.get("enum", ())), minimum=least, maximum=most)

    def _members(self, members: dict[str, Any]) -> Iterator[tuple[str, Shape]]:
        for name, member in members.items():
            # A `jsonvalue` is JSON text on the wire; whether it is parsed here is not recorded.
            yield self._spell(name), ANY if member.get("jsonvalue") else self.shape(member["shape"])


EMPTY = Shape("structure", inner=dict)
"""A request or an answer without members."""


class Botocore:
    """botocore's data folder, found without importing botocore."""

    @cached_property
    def data(self) -> Path | None:
        found = find_spec("botocore")
        places = found.submodule_search_locations if found else None
        return Path(next(iter(places))) / "data" if places else None

    def folders(self) -> list[str]:
        """The services there are models of, by botocore's names."""
        return sorted(p.name for p in self.data.iterdir() if p.is_dir()) if self.data else []

    def load(self, folder: str) -> dict[str, Any] | None:
        """The newest model of a service as it is kept, or None where botocore is not installed or has none."""
        if self.data is None or not (self.data / folder).is_dir():
            return None
        for dated in sorted((p for p in (self.data / folder).iterdir() if p.is_dir()), reverse=True):
            for name in ("service-2.json.gz", "service-2.json"):
                path = dated / name
                if path.is_file():
                    raw = path.read_bytes()
                    document: dict[str, Any] = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
                    _merge_extras(document, dated)
                    return document
        return None


def _merge_extras(document: dict[str, Any], dated: Path) -> None:
    """What botocore adds to a model by hand (RDS's SourceRegion)."""
    path = dated / "service-2.sdk-extras.json"
    if path.is_file():
        merge: dict[str, Any] = json.loads(path.read_bytes()).get("merge", {})
        stack = [(document, merge)]
        while stack:
            into, extra = stack.pop()
            for key, value in extra.items():
                if isinstance(value, dict) and isinstance(into.get(key), dict):
                    stack.append((into[key], cast("dict[str, Any]", value)))
                else:
                    into[key] = value


botocore = Botocore()


@cache
def model(folder: str, optimized: bool = False) -> ServiceModel | None:
    """A service's model, read once a process, with names as the SDK's or the optimised form wants them.

    None where there is none.
    """
    if optimized:
        other = model(folder)
        return ServiceModel(folder, other.document, optimized_member_of) if other else None
    document = botocore.load(folder)
    return ServiceModel(folder, document) if document else None
