"""DistributedMap: a Map whose items run in child executions of their own, read from S3 or from the workflow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Generic, Literal, TypedDict, TypeGuard, TypeVar, Unpack, overload

from flowdsl.dsl.fan_out import Map, select
from flowdsl.dsl.kinds import ANY, Kind, kind_of, union
from flowdsl.dsl.operators import kind_of_value
from flowdsl.dsl.places import frame_at
from flowdsl.dsl.run import run_scope
from flowdsl.dsl.sources import Source, Writer
from flowdsl.dsl.trace import UNSET, report, tracing
from flowdsl.dsl.values import freeze
from flowdsl.query.expression import Place

if TYPE_CHECKING:
    from flowdsl.dsl.signatures import DistributedFields

T = TypeVar("T")
R = TypeVar("R")
Result = TypeVar("Result")


class FailedItem(TypedDict):
    """What stands for a child that failed, where some may (measured)."""

    Status: Literal["FAILED"]
    Error: str
    Cause: str


class ResultWriterDetails(TypedDict):
    Bucket: str
    Key: str


class MapRun(TypedDict):
    """What a Distributed Map gives when a writer takes the results."""

    MapRunArn: str
    ResultWriterDetails: ResultWriterDetails


class DistributedMap(Map[Any], Generic[Result]):
    """Runs a function's states for each item in an execution of its own: up to 10,000 at a time, from millions of items.

    `items` is a Source (`s3.csv(...)`) or a list. With `max_items_per_batch` the function gets a list of items. With a
    tolerance, failed items stand in the result as FailedItem; with a writer the result is a MapRun.
    """

    __slots__ = ("batched", "imports", "source")
    keywords = Map.keywords | {"execution_type", "result_writer"}

    @overload
    def __init__(
        self: DistributedMap[MapRun],
        function: Callable[[list[T]], Any] | Callable[[T], Any],
        items: Source[T] | Iterable[T] = ...,
        *,
        result_writer: Writer,
        max_items_per_batch: int = ...,
        tolerated_failure_percentage: float = ...,
        tolerated_failure_count: int = ...,
        **fields: Unpack[DistributedFields],
    ) -> None: ...
    @overload
    def __init__(
        self: DistributedMap[list[R | FailedItem]],
        function: Callable[[list[T]], R],
        items: Source[T] | Iterable[T] = ...,
        *,
        max_items_per_batch: int,
        tolerated_failure_percentage: float,
        **fields: Unpack[DistributedFields],
    ) -> None: ...
    @overload
    def __init__(
        self: DistributedMap[list[R | FailedItem]],
        function: Callable[[T], R],
        items: Source[T] | Iterable[T] = ...,
        *,
        tolerated_failure_percentage: float,
        **fields: Unpack[DistributedFields],
    ) -> None: ...
    @overload
    def __init__(
        self: DistributedMap[list[R | FailedItem]],
        function: Callable[[T], R],
        items: Source[T] | Iterable[T] = ...,
        *,
        tolerated_failure_count: int,
        **fields: Unpack[DistributedFields],
    ) -> None: ...
    @overload
    def __init__(
        self: DistributedMap[list[R]],
        function: Callable[[list[T]], R],
        items: Source[T] | Iterable[T] = ...,
        *,
        max_items_per_batch: int,
        **fields: Unpack[DistributedFields],
    ) -> None: ...
    @overload
    def __init__(
        self: DistributedMap[list[R]],
        function: Callable[[T], R],
        items: Source[T] | Iterable[T] = ...,
        **fields: Unpack[DistributedFields],
    ) -> None: ...
    def __init__(self, function: Callable[..., Any], items: Any = UNSET, **given: Any) -> None:
        frame = frame_at(1)
        place = (frame.f_code, frame.f_lasti)
        fields: dict[str, Any] = dict(given)
        self.result_kind, self.call, self.envelope, self.selector, self.is_iterator = ANY, None, (), None, False
        self.imports: dict[str, Any] = {}
        """What the children need from outside, by name."""
        self.source: Source[Any] | None = None
        batch = {k: fields.pop(k) for k in ("max_items_per_batch", "max_input_bytes_per_batch") if k in fields}
        self.batched = bool(batch) or "item_batcher" in fields
        writer = fields.pop("result_writer", UNSET)
        execution_type = fields.pop("execution_type", "STANDARD")
        selector = fields.pop("item_selector", UNSET)
        self._declare(fields, place)
        _check(execution_type, place)
        self.fields["ProcessorConfig"] = {"Mode": "DISTRIBUTED", "ExecutionType": execution_type}
        item = self._items(items, place)
        if selector is not UNSET:
            item = select(self, selector, item, place)
        if batch:
            self.fields["ItemBatcher"] = {_BATCH[k]: freeze(v, self.reads, (*place, k)) for k, v in batch.items()}
        if writer is not UNSET:
            self._write(writer, place)
        if self.batched:
            item = Kind("array", f"list[{item.name}]", item=item)
        self.processor = run_scope(self, function, "processor", item, frame.f_locals, place)
        self.result_kind = self._result_of(self.processor.result_kind, fields, writer)

    def _items(self, items: Any, place: Place) -> Kind:
        if isinstance(items, Source):
            self.source = items
            self.reads.extend(items.reads)
            target = "Arguments" if self.query_language == "JSONata" else "Parameters"
            reader: dict[str, Any] = {"Resource": items.resource}
            if items.settings:
                reader["ReaderConfig"] = items.settings
            self.fields["ItemReader"] = {**reader, target: items.target}
            return items.item
        if items is UNSET:
            return ANY
        kind = kind_of_value(items)
        if kind.json not in ("array", "object", "any"):
            report(
                "unfitting-type",
                f"a DistributedMap takes a source, a list or an object, found {kind.name}",
                (*place, 1),
            )
        self.fields["Items"] = freeze(items, self.reads, (*place, 1))
        return kind.item or ANY

    def _write(self, writer: Any, place: Place) -> None:
        if not isinstance(writer, Writer):
            self.fields["ResultWriter"] = freeze(writer, self.reads, (*place, "result_writer"))
            return
        self.reads.extend(writer.reads)
        target = "Arguments" if self.query_language == "JSONata" else "Parameters"
        found: dict[str, Any] = {"Resource": "arn:aws:states:::s3:putObject"}
        if writer.settings:
            found["WriterConfig"] = writer.settings
        self.fields["ResultWriter"] = {**found, target: writer.target}

    @staticmethod
    def _result_of(kind: Kind, fields: dict[str, Any], writer: Any) -> Kind:
        if writer is not UNSET:
            return kind_of(MapRun, is_input=False)
        if fields.keys() & {"tolerated_failure_percentage", "tolerated_failure_count"}:
            kind = union([kind, kind_of(FailedItem, is_input=False)])
        return Kind("array", f"list[{kind.name}]", item=kind)

    @property
    def result(self) -> Result:  # type: ignore[override] # what a Distributed Map gives follows its keywords
        """What the children gave, in their order; or where a writer put it."""
        result: Any = self._result()
        return result  # type: ignore[no-any-return]


_BATCH = {"max_items_per_batch": "MaxItemsPerBatch", "max_input_bytes_per_batch": "MaxInputBytesPerBatch"}


def _check(execution_type: Any, place: Place) -> None:
    trace = tracing.get()
    if execution_type not in ("STANDARD", "EXPRESS"):
        report(
            "bad-value",
            f"execution_type must be 'STANDARD' or 'EXPRESS', found {execution_type!r}",
            (*place, "execution_type"),
        )
    if trace is not None and trace.type == "EXPRESS":
        report(
            "unsupported-pattern",
            "an Express workflow cannot hold a DistributedMap; make it STANDARD, or take a Map",
            place,
        )


def is_distributed_map(state: Any) -> TypeGuard[DistributedMap[Any]]:
    return isinstance(state, DistributedMap)
