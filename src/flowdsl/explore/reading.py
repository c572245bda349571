"""The S3 objects that a Map's ItemReader reads, made of the items that are wanted."""

from __future__ import annotations

import csv
import io
import json
from typing import Any, NamedTuple

from flowdsl.asl.values import is_list, is_object
from flowdsl.explore.origins import Origins
from flowdsl.explore.trace import Visit
from flowdsl.interpreter.item_reader import DELIMITERS
from flowdsl.query.base import ExpressionError, ExpressionSyntaxError

Json = Any


class Address(NamedTuple):
    """What a reader reads: an object, or a bucket's objects with a prefix."""

    pointer: str
    """Of the Map."""
    bucket: str
    key: str
    lists: bool


def address_of(origins: Origins, visit: Visit) -> Address | None:
    """What the ItemReader of a Map visit reads; None for what cannot be made here."""
    reader = visit.node.fields.get("ItemReader")
    if not is_object(reader):
        return None
    lists = str(reader.get("Resource", "")).endswith(":listObjectsV2")
    config = reader.get("ReaderConfig")
    config = config if is_object(config) else {}
    if config.get("InputType") not in (None, "CSV", "JSON", "JSONL") or config.get("ManifestType"):
        return None
    given = _parameters(origins, visit, reader)
    if given is None:
        return None
    name = given.get("Prefix") if lists else given.get("Key")
    return Address(visit.node.pointer, str(given.get("Bucket", "")), str(name or ""), lists)


def _parameters(origins: Origins, visit: Visit, reader: dict[str, Json]) -> dict[str, Json] | None:
    from flowdsl.query.jsonata.dialect import compile_template as jsonata
    from flowdsl.query.jsonpath import compile_template as jsonpath

    name, compile = ("Arguments", jsonata) if visit.node.jsonata else ("Parameters", jsonpath)
    try:
        found = compile(reader.get(name, {}), name)(origins.env(visit))
    except (ExpressionError, ExpressionSyntaxError):
        return None
    return found if is_object(found) else None


def objects_for(address: Address, reader: dict[str, Json], items: Json) -> dict[str, Json]:
    """The objects, as `simulate(s3=...)` takes them: by `bucket/key`."""
    found: list[Json] = items if is_list(items) else []
    config = reader.get("ReaderConfig")
    config = config if is_object(config) else {}
    if address.lists:
        ending = "" if address.key.endswith("/") or not address.key else "/"
        if config.get("Transformation") == "LOAD_AND_FLATTEN":
            return {f"{address.bucket}/{address.key}{ending}1": _content(config, found)}
        return {f"{address.bucket}/{_key(item, address.key + ending, i)}": "" for i, item in enumerate(found)}
    return {f"{address.bucket}/{address.key}": _content(config, found)}


def _key(item: Json, prefix: str, number: int) -> str:
    wanted = item.get("Key") if is_object(item) else None
    if isinstance(wanted, str) and wanted.startswith(prefix):
        return wanted
    return f"{prefix}{number + 1}"


def _content(config: dict[str, Json], items: list[Json]) -> Json:
    kind = config.get("InputType", "JSON")
    if kind == "CSV":
        return _csv(config, items)
    if kind == "JSONL":
        return "".join(f"{json.dumps(item, ensure_ascii=False)}\n" for item in items)
    value: Json = items
    for token in reversed(str(config.get("ItemsPointer") or "").split("/")[1:]):
        value = {token.replace("~1", "/").replace("~0", "~"): value}
    return value


def _csv(config: dict[str, Json], items: list[Json]) -> str:
    given = config.get("CSVHeaders") if config.get("CSVHeaderLocation") == "GIVEN" else None
    rows = [item for item in items if is_object(item)]
    names = (
        [str(name) for name in given] if is_list(given) else list(dict.fromkeys(name for row in rows for name in row))
    )
    names = names or ["column"]
    out = io.StringIO()
    delimiter = DELIMITERS.get(config.get("CSVDelimiter", "COMMA"), ",")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    if not is_list(given):
        writer.writerow(names)
    for row in rows or [{} for _ in items]:
        writer.writerow([_cell(row.get(name, name)) for name in names])
    return out.getvalue()


def _cell(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value)
