"""ResultWriter: what becomes of the results of a Distributed Map's child executions, in the state and in S3."""

from __future__ import annotations

import json
from typing import IO, Any

from flowdsl.asl.definition import StateNode
from flowdsl.asl.values import is_list
from flowdsl.interpreter import languages
from flowdsl.interpreter.clock import iso
from flowdsl.interpreter.failures import NotSupported
from flowdsl.interpreter.frames import Frame
from flowdsl.interpreter.run import Run
from flowdsl.interpreter.s3 import S3Objects
from flowdsl.interpreter.sizes import to_json

TRANSFORMATIONS = ("NONE", "COMPACT", "FLATTEN")


class ResultWriter:
    """A compiled ResultWriter; an absent one keeps the outputs, COMPACT."""

    def __init__(self, state: StateNode) -> None:
        fields: dict[str, Any] = state.fields.get("ResultWriter") or {}
        config: dict[str, Any] = fields.get("WriterConfig", {})
        self.exports = "Resource" in fields
        if self.exports and not str(fields["Resource"]).endswith(":::s3:putObject"):
            raise NotSupported(state.name, "ResultWriter/Resource", f"{fields['Resource']!r} is not s3:putObject")
        self.transformation: str = config.get("Transformation", "NONE" if self.exports else "COMPACT")
        if self.transformation not in TRANSFORMATIONS:
            raise NotSupported(
                state.name,
                "ResultWriter/WriterConfig/Transformation",
                f"{self.transformation!r} is none of {', '.join(TRANSFORMATIONS)}",
            )
        self.lines = config.get("OutputType") == "JSONL"
        given = "Arguments" if state.is_jsonata else "Parameters"
        compile = languages.template if state.is_jsonata else languages.path_template
        self._parameters = compile(fields.get(given, {}), f"ResultWriter/{given}")

    def parameters(self, frame: Frame) -> dict[str, Any]:
        """Bucket and Prefix."""
        return self._parameters(frame)  # type: ignore[no-any-return]

    def entries(self, child: Run) -> list[Any]:
        """What one child adds to the results."""
        if child.status == "SUCCEEDED":
            if self.transformation == "COMPACT":
                return [child.output]
            if self.transformation == "FLATTEN":
                return child.output if is_list(child.output) else [child.output]
        elif self.transformation != "NONE":
            return [failed_item(child)]
        return [child_record(child)]


def failed_item(child: Run) -> dict[str, Any]:
    """A tolerated failed child's place in the results (measured)."""
    told = {"Status": child.status, "Error": child.error, "Cause": child.cause}
    return {k: v for k, v in told.items() if v is not None}


def child_record(child: Run) -> dict[str, Any]:
    """A child execution as the files of a NONE transformation tell of it."""
    told: dict[str, Any] = {
        "ExecutionArn": child.arn,
        "Input": to_json(child.input),
        "InputDetails": {"Included": True},
        "Name": child.name,
        "StartDate": iso(child.start_ms),
        "StateMachineArn": child.machine_arn,
        "Status": child.status,
        "StopDate": iso(child.stop_ms or child.start_ms),
    }
    if not child.express:
        told |= {"RedriveCount": 0, "RedriveStatus": "NOT_REDRIVABLE"}
    if child.status == "SUCCEEDED":
        told |= {"Output": to_json(child.output), "OutputDetails": {"Included": True}}
    else:
        told |= {k: v for k, v in (("Error", child.error), ("Cause", child.cause)) if v is not None}
        if not child.express:
            told["RedriveStatus"] = "REDRIVABLE_BY_MAP_RUN"
    return dict(sorted(told.items()))


class Export:
    """The files of one Map Run: SUCCEEDED_n, FAILED_n and the manifest that names them."""

    def __init__(self, objects: S3Objects, writer: ResultWriter, bucket: str, prefix: str, map_run_arn: str) -> None:
        self._objects = objects
        self._writer = writer
        self._arn = map_run_arn
        self.bucket = bucket
        self.folder = (
            f"{prefix.rstrip('/')}/{map_run_arn.rpartition(':')[2]}" if prefix else map_run_arn.rpartition(":")[2]
        )
        self._files: dict[str, IO[bytes]] = {}

    def add(self, child: Run) -> None:
        """Writes what one child leaves; failed children are always written in full."""
        good = child.status == "SUCCEEDED"
        entries = self._writer.entries(child) if good else [child_record(child)]
        kind = "SUCCEEDED" if good else "FAILED"
        stream = self._files.get(kind)
        if stream is None:
            stream = self._files[kind] = self._objects.writer()
        for entry in entries:
            first = stream.tell() == 0
            if self._writer.lines:
                stream.write(to_json(entry).encode() + b"\n")
            else:
                stream.write((b"[" if first else b",") + to_json(entry).encode())

    def close(self) -> dict[str, Any]:
        """Stores the files; what the state gets as ResultWriterDetails."""
        suffix = "jsonl" if self._writer.lines else "json"
        listed: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        for kind, stream in self._files.items():
            if not self._writer.lines:
                stream.write(b"]")
            key = f"{self.folder}/{kind}_0.{suffix}"
            size = stream.tell()
            self._objects.put(self.bucket, key, stream)
            listed[kind].append({"Key": key, "Size": size})
        manifest = {"DestinationBucket": self.bucket, "MapRunArn": self._arn, "ResultFiles": listed}
        key = f"{self.folder}/manifest.json"
        self._objects.put(self.bucket, key, json.dumps(manifest))
        return {"Bucket": self.bucket, "Key": key}
