"""S3 inside a Distributed Map: what ItemReader and ResultWriter may name. No Task: there S3 is an aws-sdk integration."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    def bucket_of(text: str) -> str:
        return call.environment.arn("s3", text, region=False, account=False)

    bucket = call.text("Bucket")
    if bucket is None:
        actions = {"getObject": ("s3:GetObject",), "listObjectsV2": ("s3:GetObject", "s3:ListBucket")}
        yield Statement(actions.get(call.action, _WRITE), ("*",), unknown=call.why("Bucket"))
        return
    if call.action == "getObject":
        yield Statement(("s3:GetObject",), (bucket_of(f"{bucket}/{call.text('Key') or '*'}"),))
        return
    prefix = call.text("Prefix")
    objects = bucket_of(f"{bucket}/{prefix.rstrip('/') + '/*' if prefix else '*'}")
    if call.action == "listObjectsV2":
        condition = (("StringLike", (("s3:prefix", f"{prefix}*"),)),) if prefix else ()
        yield Statement(("s3:ListBucket",), (bucket_of(bucket),), condition)
        yield Statement(("s3:GetObject",), (objects,))
    else:
        yield Statement(_WRITE, (objects,))


_WRITE = ("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject")

service = OptimizedService(
    token="s3",
    folder="s3",
    sdk="s3",
    actions=(
        Action(
            "getObject",
            parameters=("Bucket", "Key", "VersionId", "ExpectedBucketOwner"),
            required=("Bucket", "Key"),
            places=("ItemReader",),
        ),
        Action(
            "listObjectsV2",
            parameters=("Bucket", "Prefix", "ExpectedBucketOwner"),
            required=("Bucket",),
            places=("ItemReader",),
        ),
        Action(
            "putObject",
            parameters=("Bucket", "Prefix", "ExpectedBucketOwner"),
            required=("Bucket",),
            # A Prefix for many objects, where the API has one Key.
            api="PutObject",
            places=("ResultWriter",),
        ),
    ),
    permissions=permissions,
    error_prefix="S3",
)
