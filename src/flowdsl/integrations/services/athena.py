"""Athena: queries, their state and their results."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement
from flowdsl.integrations.names import operation_of


def permissions(call: Call) -> Iterator[Statement]:
    env = call.environment
    group = call.text("WorkGroup")
    workgroup = env.arn("athena", f"workgroup/{group or ('*' if call.has('WorkGroup') else 'primary')}")
    if call.action != "startQueryExecution":
        # The query's id says nothing of its workgroup.
        yield Statement((f"athena:{operation_of(call.action)}",), (env.arn("athena", "workgroup/*"),))
        if call.action == "getQueryResults":
            yield Statement(("s3:GetObject",), ("*",), unknown="the query's result location is not in the definition")
        return
    actions = ["athena:GetDataCatalog", "athena:GetQueryExecution", "athena:StartQueryExecution"]
    if call.is_sync:
        actions.append("athena:StopQueryExecution")
    yield Statement(tuple(actions), (workgroup, env.arn("athena", "datacatalog/*")))
    yield Statement(
        (
            "s3:AbortMultipartUpload",
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:ListBucketMultipartUploads",
            "s3:ListMultipartUploadParts",
            "s3:PutObject",
        ),
        ("*",),
        unknown="the buckets that the query reads and writes are not in the definition",
    )
    yield Statement(
        (
            "glue:BatchGetPartition",
            "glue:GetDatabase",
            "glue:GetDatabases",
            "glue:GetPartition",
            "glue:GetPartitions",
            "glue:GetTable",
            "glue:GetTables",
        ),
        (env.arn("glue", "catalog"), env.arn("glue", "database/*"), env.arn("glue", "table/*")),
        unknown="the tables that the query reads are not in the definition",
    )


service = OptimizedService(
    token="athena",
    folder="athena",
    sdk="athena",
    actions=(
        Action("startQueryExecution", sync=True, polled=("GetQueryExecution",)),
        Action("stopQueryExecution"),
        Action("getQueryExecution"),
        Action("getQueryResults"),
    ),
    permissions=permissions,
    error_prefix="Athena",
    base_error="AmazonAthenaException",
)
