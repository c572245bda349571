"""Writes integrations/sdk_index.json: every service and operation of the installed botocore, as Step Functions names them.

Run at a release: `python scripts/build_sdk_index.py`. The index answers names without loading a model.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

from flowdsl.integrations.model import botocore, model
from flowdsl.integrations.names import prefix_of_service, token_of

TARGET = Path(__file__).resolve().parent.parent / "src" / "flowdsl" / "integrations" / "sdk_index.json"


def build() -> str:
    """The index as text: one service a line, sorted, so that a release's differences can be read."""
    services: dict[str, list[str]] = {}
    for folder in botocore.folders():
        service = model(folder)
        if service is None:
            continue
        identity = str(service.metadata.get("serviceId", folder))
        token = token_of(identity)
        metadata = service.metadata
        operations = " ".join(("~" if service.streams(o) else "") + o for o in sorted(service.operations))
        row = [
            prefix_of_service(identity),
            folder,
            str(metadata.get("signingName") or metadata["endpointPrefix"]),
            operations,
        ]
        # Two models of one serviceId (Pinpoint SMS Voice): the one with more operations is the service.
        if token not in services or len(services[token][3]) < len(operations):
            services[token] = row
    lines = [f"{json.dumps(token)}:{json.dumps(row, separators=(',', ':'))}" for token, row in sorted(services.items())]
    return '{"botocore":' + json.dumps(version("botocore")) + ',"services":{\n' + ",\n".join(lines) + "\n}}\n"


if __name__ == "__main__":
    TARGET.write_text(build(), encoding="utf-8", newline="\n")
    print(f"{TARGET.name}: {TARGET.stat().st_size:,} bytes")
