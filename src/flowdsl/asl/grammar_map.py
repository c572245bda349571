"""What must hold between the fields of a Map: its mode, its reader, its batches and its writer."""

from __future__ import annotations

import re
from typing import Any, Final

from flowdsl.asl.definition import is_distributed
from flowdsl.asl.grammar_report import Findings
from flowdsl.asl.objects import Here
from flowdsl.asl.values import has_placeholder, is_object, shown

MAX_LABEL: Final = 40
_NOT_IN_LABELS: Final = re.compile(r"""[\s?*<>{}\[\]:;,\\|^~$#%&`"\x00-\x1f\x7f-\x9f]""")

_DISTRIBUTED_ONLY: Final = ("ItemReader", "ItemBatcher", "ResultWriter")
"""A Label or tolerated failures do nothing on an inline Map, but are accepted (seen deployed)."""

_RESOURCES: Final = {
    "ItemReader": ("s3:getObject", "s3:listObjectsV2"),
    "ResultWriter": ("s3:putObject",),
}


def check_map(here: Here, findings: Findings, labels: dict[str, str]) -> None:
    """A Map state. `labels`: the labels met so far, each with the state that has it."""
    fields = here.fields
    processor = fields.get("ItemProcessor", fields.get("Iterator"))
    config = processor.get("ProcessorConfig") if is_object(processor) else None
    mode = config.get("Mode") if is_object(config) else None
    if is_object(processor) and not is_distributed(fields) and not has_placeholder(mode):
        for name in _DISTRIBUTED_ONLY:
            if name in fields:
                findings.add(
                    "map-configuration",
                    here,
                    f"{name} of {here.subject} is for a Distributed Map only; set the processor's Mode to DISTRIBUTED, or "
                    "remove it",
                    name,
                    aws_at=0,
                )
    label = fields.get("Label")
    if isinstance(label, str) and not has_placeholder(label):
        _check_label(here, label, findings, labels)


def _check_label(here: Here, label: str, findings: Findings, labels: dict[str, str]) -> None:
    bad = _NOT_IN_LABELS.search(label)
    if len(label) > MAX_LABEL:
        message = f"the Label of {here.subject} has {len(label)} characters; at most {MAX_LABEL} are allowed"
        findings.add("invalid-label", here, message, "Label")
    elif not label:
        findings.add("invalid-label", here, f"the Label of {here.subject} is empty; leave it out", "Label")
    elif bad is not None:
        message = f"the Label {label!r} of {here.subject} holds {bad.group()!r}, which labels may not hold"
        findings.add("invalid-label", here, message, "Label")
    elif label in labels:
        message = f"the Label {label!r} of {here.subject} is that of {labels[label]} too; give each Map its own"
        findings.add("duplicate-label", here, message, "Label")
    else:
        labels[label] = here.subject


def check_processor_config(here: Here, findings: Findings) -> None:
    mode, execution = here.fields.get("Mode", "INLINE"), here.fields.get("ExecutionType")
    if mode == "DISTRIBUTED" and "ExecutionType" not in here.fields:
        message = f"{here.subject} has the Mode DISTRIBUTED, but no ExecutionType; write STANDARD or EXPRESS"
        findings.add("map-configuration", here, message)
    elif mode == "INLINE" and execution is not None:
        message = f"{here.subject} has an ExecutionType, but not the Mode DISTRIBUTED; remove it, or set the Mode"
        findings.add("map-configuration", here, message, "ExecutionType", aws_at=0)


def check_item_reader(here: Here, findings: Findings) -> None:
    _check_resource(here, findings)
    config = here.fields.get("ReaderConfig")
    resource = here.fields.get("Resource")
    if not isinstance(resource, str) or has_placeholder(resource.rpartition(":s3:")[2]):
        return
    listing = resource.endswith(":s3:listObjectsV2")
    if is_object(config) and config.get("Transformation") == "LOAD_AND_FLATTEN" and not listing:
        message = f"Transformation LOAD_AND_FLATTEN of {here.subject} is for s3:listObjectsV2 only"
        findings.add("reader-configuration", here, message, "ReaderConfig", "Transformation", aws_at=1)
    parameters = here.fields.get("Arguments" if here.is_jsonata else "Parameters")
    if is_object(parameters) and is_object(config) and config.get("InputType") == "PARQUET":
        for name in ("VersionId", "VersionId.$"):
            if name in parameters:
                message = f"{here.subject} has a {name}, which Parquet files cannot have"
                findings.add(
                    "reader-configuration", here, message, "Arguments" if here.is_jsonata else "Parameters", name
                )


def _check_resource(here: Here, findings: Findings) -> None:
    """The last part of a reader's or writer's ARN must be one of the few there are."""
    resource = here.fields.get("Resource")
    allowed = _RESOURCES[here.type]
    if not isinstance(resource, str) or has_placeholder(resource.rpartition(":::")[2]):
        return
    head, _, action = resource.rpartition(":::")
    if action not in allowed or not ((head.startswith("arn:") and head.endswith(":states")) or has_placeholder(head)):
        wanted = " or ".join(f"arn:aws:states:::{one}" for one in allowed)
        message = f"Resource of {here.subject} must be {wanted}, not {shown(resource)}"
        findings.add(
            "reader-configuration" if here.type == "ItemReader" else "map-configuration", here, message, "Resource"
        )


_CSV_FIELDS: Final = ("CSVHeaderLocation", "CSVHeaders", "CSVDelimiter")


def check_reader_config(here: Here, findings: Findings) -> None:
    fields = here.fields
    kind, manifest, location = (fields.get(name) for name in ("InputType", "ManifestType", "CSVHeaderLocation"))
    if any(has_placeholder(value) for value in (kind, manifest, location)):
        return
    subject = here.subject

    def wrong(message: str) -> None:
        findings.add("reader-configuration", here, f"{subject} {message}")

    if manifest == "S3_INVENTORY" and kind not in (None, "MANIFEST"):
        wrong(
            f"has the ManifestType S3_INVENTORY beside the InputType {kind}; an inventory names its own form, remove it"
        )
    if manifest == "ATHENA_DATA" and kind not in ("CSV", "JSONL", "PARQUET"):
        found = f"the InputType {kind}" if kind else "no InputType"
        wrong(f"has the ManifestType ATHENA_DATA with {found}; write CSV, JSONL or PARQUET")
    if kind == "CSV":
        if location is None and manifest is None:
            wrong("has the InputType CSV, but no CSVHeaderLocation; write FIRST_ROW or GIVEN")
        if location == "GIVEN" and not fields.get("CSVHeaders"):
            wrong("has the CSVHeaderLocation GIVEN, but no CSVHeaders; list the columns")
        if location == "FIRST_ROW" and "CSVHeaders" in fields:
            wrong("has CSVHeaders, though the CSVHeaderLocation is FIRST_ROW; write GIVEN, or remove them")
    elif kind is not None:
        extra = [name for name in _CSV_FIELDS if name in fields]
        if extra:
            wrong(f"has {' and '.join(extra)}, which only CSV files have, though the InputType is {kind}")
    pointer = fields.get("ItemsPointer")
    if pointer is not None and not has_placeholder(pointer):
        if kind is not None and kind != "JSON":
            wrong(f"has an ItemsPointer, which only JSON files have, though the InputType is {kind}")
        elif isinstance(pointer, str) and not re.fullmatch(r"(?:/(?:[^~]|~[01])*)?", pointer, re.S):
            wrong(f"has the ItemsPointer {shown(pointer)}, which is no JSON Pointer; it begins with /")
    if fields.get("Transformation") == "LOAD_AND_FLATTEN" and kind is None:
        wrong("has the Transformation LOAD_AND_FLATTEN, but no InputType; say of what form the files are")


def check_result_writer(here: Here, findings: Findings) -> None:
    fields: dict[str, Any] = here.fields
    if any(has_placeholder(name) for name in fields):
        return
    place = "Arguments" if here.is_jsonata else "Parameters"
    if not fields:
        message = f"Value cannot be empty: {here.subject}; write WriterConfig, or Resource with {place}"
        findings.add("empty-value", here, message)
    elif "Resource" in fields and place not in fields:
        message = f"{here.subject} has a Resource, but no {place} with the Bucket and Prefix to write to"
        findings.add("map-configuration", here, message)
    elif place in fields and "Resource" not in fields:
        message = f"{here.subject} has {place}, but no Resource; write arn:aws:states:::s3:putObject"
        findings.add("map-configuration", here, message)
    if "Resource" in fields:
        _check_resource(here, findings)
