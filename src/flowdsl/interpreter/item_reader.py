"""ItemReader: the items of a Distributed Map out of S3 objects, one after the other, in bounded memory."""

from __future__ import annotations

import codecs
import csv
import io
import json
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import IO, Any

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list, is_object
from flowdsl.interpreter import languages
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.fields import number
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.s3 import NoSuchKey, S3Object, S3Objects

LARGEST = 8 * 1024 * 1024
"""Bytes of an item (spec)."""

Item = tuple[Any, str]
"""(item, Map.Item.Source)"""
Items = Iterator[Item]

DELIMITERS = {"COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "SPACE": " ", "TAB": "\t"}
INPUT_TYPES = ("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")


class ReaderFailure(Exception):
    """The reader could not read: States.ItemReaderFailed with this cause."""


class ItemReader:
    """A compiled ItemReader."""

    def __init__(self, state: StateNode) -> None:
        fields = state.fields["ItemReader"]
        self.state = state
        at = "ItemReader"
        resource = str(fields.get("Resource", "")).rpartition(":::")[2]
        if resource not in ("s3:getObject", "s3:listObjectsV2"):
            raise NotSupported(
                state.name, f"{at}/Resource", f"{fields.get('Resource')!r} is neither s3:getObject nor s3:listObjectsV2"
            )
        self.lists = resource == "s3:listObjectsV2"
        given = "Arguments" if state.is_jsonata else "Parameters"
        compile = languages.template if state.is_jsonata else languages.path_template
        self._parameters = compile(fields.get(given, {}), f"{at}/{given}")
        config = fields.get("ReaderConfig", {})
        self.config: dict[str, Any] = config
        if self.lists and config.get("InputType") == "MANIFEST":
            raise NotSupported(
                state.name, f"{at}/ReaderConfig/InputType", "MANIFEST is of an object, which s3:getObject reads"
            )
        self.flatten = config.get("Transformation") == "LOAD_AND_FLATTEN"
        self.manifest = config.get("ManifestType")
        self.input_type = config.get("InputType")
        if self.input_type == "MANIFEST":
            self.manifest, self.input_type = self.manifest or "S3_INVENTORY", None
        if self.input_type is not None and self.input_type not in INPUT_TYPES:
            raise NotSupported(
                state.name, f"{at}/ReaderConfig/InputType", f"{self.input_type!r} is none of {', '.join(INPUT_TYPES)}"
            )
        if self.input_type == "PARQUET" and find_spec("pyarrow") is None:
            raise NotSupported(
                state.name, f"{at}/ReaderConfig/InputType", "PARQUET needs pyarrow: pip install 'flowdsl[parquet]'"
            )
        if self.manifest not in (None, "S3_INVENTORY", "ATHENA_DATA"):
            raise NotSupported(state.name, f"{at}/ReaderConfig/ManifestType", f"{self.manifest!r} is not known")
        if not self.lists and self.input_type is None and self.manifest != "S3_INVENTORY":
            raise NotSupported(state.name, f"{at}/ReaderConfig", "InputType is missing")
        self._max_items = number(state, config, "MaxItems", at=f"{at}/ReaderConfig/")

    def parameters(self, frame: Frame) -> dict[str, Any]:
        """Bucket, Key or Prefix."""
        return self._parameters(frame)  # type: ignore[no-any-return]

    def max_items(self, frame: Frame) -> int | None:
        """MaxItems; 0 and absent mean all (recorded)."""
        value = self._max_items(frame)
        return None if value is None or value == 0 else value  # type: ignore[return-value]

    def read(self, parameters: dict[str, Any], max_items: int | None, objects: S3Objects) -> Items:
        """The items. ReaderFailure says why there are none; nothing is read before the first is asked for."""
        if max_items is not None and max_items < 0:
            raise ReaderFailure("field MaxItems must be positive")
        items = self._all(parameters, objects)
        if max_items is None:
            yield from items
            return
        for count, item in enumerate(items, 1):
            yield item
            if count >= max_items:
                return

    def _all(self, parameters: dict[str, Any], objects: S3Objects) -> Items:
        bucket = str(parameters.get("Bucket", ""))
        if self.lists:
            prefix = str(parameters.get("Prefix") or "")
            if bucket not in objects.buckets:
                raise ReaderFailure(f"Failed to list s3://{bucket}/{prefix}: The specified bucket does not exist")
            for found in objects.list(bucket, prefix):
                if self.flatten:
                    yield from self._contents(found)
                else:
                    yield _listed(found), f"S3://{bucket}"
            return
        found = self._object(objects, bucket, str(parameters.get("Key", "")))
        if self.manifest == "S3_INVENTORY":
            yield from self._inventory(found, objects)
        elif self.manifest == "ATHENA_DATA":
            with _readable(found):
                addresses = found.read().decode().split()
            for address in addresses:
                name = address.strip('"').removeprefix("s3://")
                yield from self._contents(self._object(objects, *name.split("/", 1)))
        else:
            yield from self._contents(found)

    def _object(self, objects: S3Objects, bucket: str, key: str = "") -> S3Object:
        try:
            return objects.get(bucket, key)
        except NoSuchKey:
            missing = (
                "The specified key does not exist."
                if bucket in objects.buckets
                else "The specified bucket does not exist"
            )
            raise ReaderFailure(f"Failed to read s3://{bucket}/{key}: {missing}") from None

    def _contents(self, found: S3Object) -> Items:
        source = f"S3://{found.bucket}/{found.key}"
        parsers: dict[str, Callable[[S3Object], Iterator[Any]]] = {
            "CSV": self._csv,
            "JSON": self._json,
            "JSONL": _json_lines,
            "PARQUET": _parquet,
        }
        with _readable(found):
            for item in parsers[self.input_type or "JSON"](found):
                yield item, source

    def _csv(self, found: S3Object) -> Iterator[dict[str, str]]:
        config = self.config
        headers = config.get("CSVHeaders") if config.get("CSVHeaderLocation") == "GIVEN" else None
        delimiter = DELIMITERS.get(config.get("CSVDelimiter", "COMMA"), ",")
        return _csv_rows(found, delimiter, headers)

    def _json(self, found: S3Object) -> Iterator[Any]:
        try:
            value = _parsed(found.read().decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ReaderFailure(f"The file {found.key} is not valid JSON: {error}") from None
        pointer = self.config.get("ItemsPointer")
        if pointer:
            value = _pointed(value, pointer)
        if not is_list(value):
            raise ReaderFailure("Attempting to map over non-iterable node.")
        return iter(value)

    def _inventory(self, found: S3Object, objects: S3Objects) -> Items:
        try:
            manifest = json.loads(found.read())
            columns = [c.strip() for c in manifest["fileSchema"].split(",")]
            files = [f["key"] for f in manifest["files"]]
            bucket = str(manifest.get("destinationBucket", found.bucket)).rpartition(":")[2]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            raise ReaderFailure(f"The file {found.key} is no S3 Inventory manifest") from None
        for key in files:
            listed = self._object(objects, bucket, key)
            with _readable(listed):
                for row in _csv_rows(listed, ",", columns):
                    yield row, f"S3://{bucket}/{key}"


@contextmanager
def _readable(found: S3Object) -> Generator[None, None, None]:
    """Turns what is cut off, no GZIP or no text into the reader's failure."""
    try:
        yield
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ReaderFailure(f"The file {found.key} cannot be read: {error}") from None


def _parsed(text: str | bytes) -> Any:
    return json.loads(text, parse_constant=_no_constant)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} stands in it")


def _csv_rows(found: S3Object, delimiter: str, headers: list[str] | None) -> Iterator[dict[str, str]]:
    """Every field is text; missing ones are "", extra ones are dropped; a backslash that escapes nothing is dropped
    (recorded)."""
    # The bound is the process's: it is raised and stays so, for rows are read in turns with whatever else reads CSV.
    csv.field_size_limit(max(csv.field_size_limit(), LARGEST))
    with found.open() as stream:
        text = io.TextIOWrapper(_without_mark(stream), "utf-8", errors="replace", newline="")
        try:
            rows = csv.reader(text, delimiter=delimiter, escapechar="\\")
            names: list[str] = headers if headers is not None else next(rows, list[str]())
            if len(set(names)) != len(names):
                raise ReaderFailure("CSV headers cannot contain duplicates.")
            width = len(names)
            blank = [""] * width
            for row in rows:
                if not row:
                    continue
                if len(row) < width:
                    row = row + blank[len(row) :]
                yield dict(zip(names, row, strict=False))
        except csv.Error as error:
            raise ReaderFailure(f"The file {found.key} is not valid CSV: {error}") from None
        finally:
            text.detach()  # so that the wrapper does not close what it was lent


def _without_mark(stream: IO[bytes]) -> IO[bytes]:
    """The stream past a UTF-8 byte order mark."""
    if stream.read(3) != codecs.BOM_UTF8:
        stream.seek(0)
    return stream


def _json_lines(found: S3Object) -> Iterator[Any]:
    with found.open() as stream:
        for line_number, line in enumerate(_without_mark(stream), 1):
            if line.strip():
                try:
                    yield _parsed(line)
                except (ValueError, RecursionError) as error:
                    raise ReaderFailure(f"Line {line_number} of {found.key} is not valid JSON: {error}") from None


def _parquet(found: S3Object) -> Iterator[Any]:
    import pyarrow.parquet  # type: ignore[import-untyped]  # only where it is asked for

    with found.open() as stream:
        try:
            file: Any = pyarrow.parquet.ParquetFile(stream)
            for batch in file.iter_batches(batch_size=4096):
                yield from json.loads(json.dumps(batch.to_pylist(), default=str))
        except (ValueError, OSError, NotImplementedError) as error:  # pyarrow's own are of these
            raise ReaderFailure(f"The file {found.key} is no Parquet: {error}") from None


def _pointed(value: Any, pointer: str) -> Any:
    """The node of a JSON Pointer (RFC 6901)."""
    for token in pointer.split("/")[1:]:
        token = token.replace("~1", "/").replace("~0", "~")
        if is_object(value) and token in value:
            value = value[token]
        elif is_list(value) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        else:
            raise ReaderFailure(f"The ItemsPointer {pointer} does not refer to a node of the file.")
    return value


def _listed(found: S3Object) -> dict[str, Any]:
    """An item of listObjectsV2: LastModified is a number (measured)."""
    return {
        "Etag": found.etag,
        "Key": found.key,
        "LastModified": found.last_modified_ms / 1000
        if found.last_modified_ms % 1000
        else found.last_modified_ms // 1000,
        "Size": found.size,
        "StorageClass": "STANDARD",
    }
