"""What a Map iterates over, what each iteration gets, and what the state gets back; alike in both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flowdsl.analysis import shape as s
from flowdsl.analysis.context_object import with_item
from flowdsl.analysis.flow_state import Visit
from flowdsl.analysis.shape import Origin, Shape
from flowdsl.analysis.shape_join import join_all
from flowdsl.asl.definition import is_distributed
from flowdsl.asl.values import is_list, is_object

Template = Callable[[Visit, Any, Shape, str, str], Shape]
"""(visit, value of a field, document, pointer, the field's name) to what it gives."""
ReadField = Callable[[Visit, str, Shape], Shape | None]

_LISTED = s.closed(
    {
        "Etag": s.TEXT_SHAPE,
        "Key": s.TEXT_SHAPE,
        "LastModified": s.NUMBER_SHAPE,
        "Size": s.NUMBER_SHAPE,
        "StorageClass": s.TEXT_SHAPE,
        "ChecksumAlgorithm": s.SOME.having(s.UNKNOWN),
        "ChecksumType": s.SOME.having(s.UNKNOWN),
        "Owner": s.SOME.having(s.UNKNOWN),
        "RestoreStatus": s.SOME.having(s.UNKNOWN),
    },
    Origin("listed"),
)
"""One object of listObjectsV2 as a child gets it (measured)."""
_ROW = Shape(s.OBJECT, rest=s.UNKNOWN, rest_shape=s.TEXT_SHAPE)
"""One row of a CSV file: every field is a string (documented)."""


def items_read(visit: Visit, document: Shape, template: Template, read_field: ReadField) -> Shape | None:
    """The array that is iterated over; None where an ItemReader reads it, by which ItemsPath is ignored (recorded)."""
    fields, node = visit.fields, visit.node
    reader = fields.get("ItemReader")
    if is_object(reader):
        for key in ("Parameters", "Arguments"):
            if key in reader:
                template(visit, reader[key], document, f"{node.pointer}/ItemReader/{key}", f"ItemReader.{key}")
        return None
    if node.is_jsonata:
        if "Items" not in fields:
            return document
        return template(visit, fields["Items"], document, f"{node.pointer}/Items", "Items")
    if "ItemsPath" not in fields:
        return document
    return read_field(visit, "ItemsPath", document)


def check_items(visit: Visit, items: Shape | None) -> None:
    """Notes a Map over what is known to be no array. A Distributed Map takes an object too."""
    if items is None or items.presence == s.NEVER:
        return
    takes = s.ARRAY | (s.OBJECT if is_distributed(dict(visit.fields)) else 0)
    name = "Items" if visit.node.is_jsonata else "ItemsPath"
    pointer = f"{visit.node.pointer}/{name}" if name in visit.fields else visit.node.pointer
    text = visit.fields.get(name, "the state's input")
    if not items.kinds & takes:
        visit.problem("items", pointer, str(text), items, certain=True, expected=takes, role=name)
    elif items.kinds & ~takes and not items.vague:
        visit.problem("items", pointer, str(text), items, certain=False, expected=takes, role=name)


def item_of(visit: Visit, items: Shape | None) -> Shape:
    """One item."""
    if items is None:
        return _read_item(visit.fields.get("ItemReader"))
    if items.kinds & s.ALL == s.ARRAY:
        return (items.item or s.SOME).having(s.ALWAYS)
    if items.kinds & s.ALL == s.OBJECT:
        values = join_all(tuple(shape for shape in items.fields.values() if shape.kinds)) if items.is_closed else s.SOME
        return s.closed(
            {"Key": s.TEXT_SHAPE, "Value": values.having(s.ALWAYS) if values.kinds else s.SOME},
            Origin("item", visit.node.name),
        )
    return s.SOME


def child_input(visit: Visit, items: Shape | None, document: Shape, template: Template) -> tuple[Shape, Shape | None]:
    """(what each iteration gets, the same as the Execution.Input of a Distributed Map's child)."""
    fields, node = visit.fields, visit.node
    distributed = is_distributed(dict(fields))
    item = item_of(visit, items)
    given = item
    selector = (
        "ItemSelector"
        if "ItemSelector" in fields
        else "Parameters"
        if "Parameters" in fields and not node.is_jsonata
        else None
    )
    if selector is not None:
        outside = visit.context
        over_object = items is not None and items.kinds & s.ALL == s.OBJECT
        visit.context = with_item(outside, item, distributed=distributed, over_object=over_object)
        given = template(visit, fields[selector], document, f"{node.pointer}/{selector}", selector)
        visit.context = outside
    batcher = fields.get("ItemBatcher")
    if is_object(batcher) and distributed:
        members = {"Items": s.array(given, 1)}
        if "BatchInput" in batcher:
            at = f"{node.pointer}/ItemBatcher/BatchInput"
            members["BatchInput"] = template(visit, batcher["BatchInput"], document, at, "ItemBatcher.BatchInput")
        given = s.closed(members, Origin("batch", node.name))
    elif given.is_closed and selector is not None:
        given = given.closed_by((Origin("selector", node.name, selector),))
    return given, given if distributed else None


def map_result(visit: Visit, items: Shape | None, output: Shape, document: Shape, template: Template) -> Shape:
    """What the state gets back: the outputs in the order of the items, or where a ResultWriter put them."""
    fields, node = visit.fields, visit.node
    writer = fields.get("ResultWriter")
    if is_object(writer):
        for key in ("Parameters", "Arguments"):
            if key in writer:
                template(visit, writer[key], document, f"{node.pointer}/ResultWriter/{key}", f"ResultWriter.{key}")
        if "Resource" in writer:
            return s.closed(
                {
                    "MapRunArn": s.TEXT_SHAPE,
                    "ResultWriterDetails": s.closed({"Bucket": s.TEXT_SHAPE, "Key": s.TEXT_SHAPE}),
                },
                Origin("written", node.name),
            )
        return s.SOME
    if not output.kinds:
        output = s.SOME
    if is_distributed(dict(fields)) and any(key.startswith("ToleratedFailure") for key in fields):
        # A tolerated failure stands in the result as what it failed with (measured).
        output = s.SOME
    low, high = (
        (items.low, items.high)
        if items is not None and items.kinds == s.ARRAY and "ItemBatcher" not in fields
        else (0, None)
    )
    return s.array(output.having(s.ALWAYS), low, high).closed_by((Origin("iterations", node.name),))


def _read_item(reader: Any) -> Shape:
    if not is_object(reader):
        return s.SOME
    config = reader.get("ReaderConfig")
    config = config if is_object(config) else {}
    resource = reader.get("Resource")
    if (
        isinstance(resource, str)
        and resource.endswith("s3:listObjectsV2")
        and config.get("Transformation") != "LOAD_AND_FLATTEN"
    ):
        return _LISTED
    if config.get("InputType") == "CSV" and "ManifestType" not in config:
        headers = config.get("CSVHeaders")
        if config.get("CSVHeaderLocation") == "GIVEN" and is_list(headers):
            return s.closed({str(name): s.TEXT_SHAPE for name in headers}, Origin("row"))
        return _ROW
    return s.SOME
