"""s3: what a Distributed Map reads its items from, and where it writes its results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Generic, Literal, TypedDict, TypeVar

from flowdsl.dsl.kinds import STRING, Kind, kind_of
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.trace import UNSET, report
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Place

T = TypeVar("T")
Delimiter = Literal["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]


class S3Object(TypedDict):
    """One listed object (measured)."""

    Etag: str
    Key: str
    LastModified: int
    Size: int
    StorageClass: str


class S3InventoryItem(TypedDict, total=False):
    """One line of an S3 Inventory; which columns there are, the inventory says."""

    Bucket: str
    Key: str
    Size: str
    LastModifiedDate: str
    ETag: str
    StorageClass: str


class Source(Generic[T]):
    """Where items come from: an ItemReader, and what an item is."""

    __slots__ = ("item", "place", "reads", "resource", "settings", "target")

    def __init__(
        self, resource: str, settings: dict[str, Any], target: dict[str, Any], item: Kind, place: Place
    ) -> None:
        self.place = place
        self.resource = resource
        self.reads: list[Any] = []
        self.settings = {k: freeze(v, self.reads, place) for k, v in settings.items() if v is not UNSET}
        """ReaderConfig."""
        self.target = {k: freeze(v, self.reads, place) for k, v in target.items() if v is not UNSET}
        """Bucket, Key, Prefix, ..."""
        self.item = item


class Writer:
    """Where results go: a ResultWriter."""

    __slots__ = ("reads", "settings", "target")

    def __init__(self, settings: dict[str, Any], target: dict[str, Any], place: Place) -> None:
        self.reads: list[Any] = []
        self.settings = {k: v for k, v in settings.items() if v is not UNSET}
        self.target = {k: freeze(v, self.reads, place) for k, v in target.items() if v is not UNSET}


class S3:
    """Sources and writers in S3. The bucket is in the machine's own account and region."""

    def objects(self, bucket: str, prefix: str = UNSET, *, max_items: int = UNSET) -> Source[S3Object]:
        """The objects of a bucket, as a listing has them: `item["Key"]`."""
        target = {"Bucket": bucket, "Prefix": prefix}
        return Source(_LIST, {"MaxItems": max_items}, target, kind_of(S3Object, is_input=False), _place())

    def contents(
        self,
        bucket: str,
        prefix: str,
        item: type[T],
        *,
        input_type: Literal["JSON", "JSONL", "CSV", "PARQUET"] = "JSON",
        max_items: int = UNSET,
    ) -> Source[T]:
        """The items inside all objects below a prefix."""
        place = _place()
        settings = {"InputType": input_type, "Transformation": "LOAD_AND_FLATTEN", "MaxItems": max_items}
        if input_type == "CSV":
            settings["CSVHeaderLocation"] = "FIRST_ROW"
            _check_row(item, place)
        return Source(_LIST, settings, {"Bucket": bucket, "Prefix": prefix}, kind_of(item, is_input=True), place)

    def json(
        self,
        bucket: str,
        key: str,
        item: type[T],
        *,
        pointer: str = UNSET,
        version_id: str = UNSET,
        max_items: int = UNSET,
    ) -> Source[T]:
        """The elements of a list in a JSON file; `pointer` (RFC 6901) says where the list stands."""
        settings = {"InputType": "JSON", "ItemsPointer": pointer, "MaxItems": max_items}
        return Source(_GET, settings, _object(bucket, key, version_id), kind_of(item, is_input=True), _place())

    def jsonl(
        self, bucket: str, key: str, item: type[T], *, version_id: str = UNSET, max_items: int = UNSET
    ) -> Source[T]:
        """The lines of a JSON Lines file."""
        settings = {"InputType": "JSONL", "MaxItems": max_items}
        return Source(_GET, settings, _object(bucket, key, version_id), kind_of(item, is_input=True), _place())

    def csv(
        self,
        bucket: str,
        key: str,
        row: type[T],
        *,
        headers: Sequence[str] = UNSET,
        delimiter: Delimiter = UNSET,
        version_id: str = UNSET,
        max_items: int = UNSET,
    ) -> Source[T]:
        """The rows of a CSV file, every field a text. Without `headers` the first row names the columns."""
        place = _place()
        _check_row(row, place)
        settings = {
            "InputType": "CSV",
            "CSVDelimiter": delimiter,
            "CSVHeaderLocation": "FIRST_ROW" if headers is UNSET else "GIVEN",
            "CSVHeaders": UNSET if headers is UNSET else list(headers),
            "MaxItems": max_items,
        }
        return Source(_GET, settings, _object(bucket, key, version_id), kind_of(row, is_input=True), place)

    def parquet(self, bucket: str, key: str, row: type[T], *, max_items: int = UNSET) -> Source[T]:
        """The rows of a Parquet file."""
        settings = {"InputType": "PARQUET", "MaxItems": max_items}
        return Source(_GET, settings, _object(bucket, key, UNSET), kind_of(row, is_input=True), _place())

    def inventory(self, bucket: str, key: str, *, max_items: int = UNSET) -> Source[S3InventoryItem]:
        """The objects that an S3 Inventory lists; `key` is that of its manifest."""
        settings = {"ManifestType": "S3_INVENTORY", "MaxItems": max_items}
        item = kind_of(S3InventoryItem, is_input=False)
        return Source(_GET, settings, _object(bucket, key, UNSET), item, _place())

    def query(
        self,
        bucket: str,
        key: str,
        row: type[T],
        *,
        input_type: Literal["CSV", "JSONL", "PARQUET"] = "CSV",
        max_items: int = UNSET,
    ) -> Source[T]:
        """The rows that an Athena query (UNLOAD) wrote; `key` is that of its manifest."""
        place = _place()
        if input_type == "CSV":
            _check_row(row, place)
        settings = {"ManifestType": "ATHENA_DATA", "InputType": input_type, "MaxItems": max_items}
        return Source(_GET, settings, _object(bucket, key, UNSET), kind_of(row, is_input=True), place)

    def writer(
        self,
        bucket: str,
        prefix: str = UNSET,
        *,
        transformation: Literal["NONE", "COMPACT", "FLATTEN"] = UNSET,
        output_type: Literal["JSON", "JSONL"] = UNSET,
    ) -> Writer:
        """Where a Distributed Map writes the results of its children; the state's own result then says where."""
        settings = {"Transformation": transformation, "OutputType": output_type}
        return Writer(settings, {"Bucket": bucket, "Prefix": prefix}, _place())


_GET = "arn:aws:states:::s3:getObject"
_LIST = "arn:aws:states:::s3:listObjectsV2"


def _place() -> Place:
    frame = frame_at(2)
    return (frame.f_code, frame.f_lasti)


def _object(bucket: str, key: str, version: str) -> dict[str, Any]:
    return {"Bucket": bucket, "Key": key, "VersionId": version}


def _check_row(row: Any, place: Place) -> None:
    """CSV knows texts only: a row's model must say so."""
    for name, field in (kind_of(row, is_input=True).fields or {}).items():
        if field.kind.json not in ("string", "any") or field.kind.special:
            report(
                "unfitting-type",
                f"every field of a CSV file is a text, and {name!r} of {row.__name__} is {field.kind.name}; declare it as str, and read it with fn.number(...)",
                place,
            )


s3 = S3()
TEXT = STRING
