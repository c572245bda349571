"""The fields of what a Map holds: where items come from, how they are grouped, where results go; and Credentials."""

from __future__ import annotations

from typing import Final

from flowdsl.asl.field import Exclusion, Field

MAX_ITEMS: Final = 100_000_000
"""The largest MaxItems (measured)."""
MAX_BATCH_BYTES: Final = 262_144
"""The largest MaxInputBytesPerBatch: the input of one child execution (documentation)."""

OBJECTS: Final[dict[str, tuple[Field, ...]]] = {
    "ProcessorConfig": (
        Field(
            "Mode",
            "enum",
            "INLINE: in this execution; DISTRIBUTED: in child executions.",
            values=("INLINE", "DISTRIBUTED"),
        ),
        Field(
            "ExecutionType",
            "enum",
            "Of the child executions; required for DISTRIBUTED, not allowed otherwise.",
            values=("STANDARD", "EXPRESS"),
        ),
    ),
    "ItemReader": (
        Field("Resource", "resource", "How S3 is read: s3:getObject or s3:listObjectsV2.", required=True),
        Field("ReaderConfig", "object", "The form of what is read.", of="ReaderConfig"),
        Field("Parameters", "template", "Bucket, Key, Prefix, ...", "JSONPath", shape="object"),
        Field("Arguments", "template", "Bucket, Key, Prefix, ...", "JSONata", shape="object"),
    ),
    "ReaderConfig": (
        Field("InputType", "enum", "The file's form.", values=("CSV", "JSON", "JSONL", "PARQUET", "MANIFEST")),
        Field(
            "ManifestType",
            "enum",
            "Who wrote the list of files that is read.",
            values=("S3_INVENTORY", "ATHENA_DATA"),
        ),
        Field(
            "Transformation",
            "enum",
            "LOAD_AND_FLATTEN reads the content of every listed object.",
            values=("NONE", "LOAD_AND_FLATTEN"),
        ),
        Field(
            "CSVDelimiter", "enum", "COMMA where nothing says.", values=("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB")
        ),
        Field("CSVHeaderLocation", "enum", "Where the columns are named.", values=("FIRST_ROW", "GIVEN")),
        Field("CSVHeaders", "strings", "The columns' names, where CSVHeaderLocation is GIVEN."),
        Field("ItemsPointer", "pointer", "Where in a JSON file the items stand."),
        Field("MaxItems", "integer", "Most items to read; 0: all.", expression=True, minimum=0, maximum=MAX_ITEMS),
        Field("MaxItemsPath", "reference-path", "Where MaxItems stands.", "JSONPath"),
    ),
    "ItemBatcher": (
        Field("MaxItemsPerBatch", "integer", "Most items in one batch.", expression=True, minimum=1),
        Field("MaxItemsPerBatchPath", "reference-path", "Where MaxItemsPerBatch stands.", "JSONPath"),
        Field(
            "MaxInputBytesPerBatch",
            "integer",
            "Most bytes of one batch.",
            expression=True,
            minimum=1,
            maximum=MAX_BATCH_BYTES,
        ),
        Field("MaxInputBytesPerBatchPath", "reference-path", "Where MaxInputBytesPerBatch stands.", "JSONPath"),
        Field("BatchInput", "template", "What each batch gets beside its items."),
    ),
    "ResultWriter": (
        Field("Resource", "resource", "How S3 is written: s3:putObject."),
        Field("WriterConfig", "object", "The form of what is written.", of="WriterConfig"),
        Field("Parameters", "template", "Bucket and Prefix.", "JSONPath", shape="object"),
        Field("Arguments", "template", "Bucket and Prefix.", "JSONata", shape="object"),
    ),
    "WriterConfig": (
        Field(
            "Transformation",
            "enum",
            "How much is kept of each child execution.",
            values=("NONE", "COMPACT", "FLATTEN"),
        ),
        Field("OutputType", "enum", "The files' form.", values=("JSON", "JSONL")),
    ),
    "Credentials": (Field("RoleArn", "text", "The role to take on.", required=True, expression=True),),
}

EXCLUSIONS: Final[dict[str, tuple[Exclusion, ...]]] = {
    "ReaderConfig": (Exclusion(("MaxItems", "MaxItemsPath")),),
    "ItemBatcher": (
        Exclusion(("MaxItemsPerBatch", "MaxItemsPerBatchPath")),
        Exclusion(("MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath")),
    ),
}
