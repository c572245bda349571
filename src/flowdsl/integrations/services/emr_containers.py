"""EMR on EKS: virtual clusters and job runs."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement


def permissions(call: Call) -> Iterator[Statement]:
    env = call.environment
    if call.action == "createVirtualCluster":
        yield Statement(("emr-containers:CreateVirtualCluster",), ("*",))
        role = env.arn(
            "iam",
            "role/aws-service-role/emr-containers.amazonaws.com/AWSServiceRoleForAmazonEMRContainers",
            region=False,
        )
        condition = (("StringLike", (("iam:AWSServiceName", "emr-containers.amazonaws.com"),)),)
        yield Statement(("iam:CreateServiceLinkedRole",), (role,), condition)
        return
    if call.action == "deleteVirtualCluster":
        actions = ["DeleteVirtualCluster", *(["DescribeVirtualCluster"] if call.is_sync else [])]
        named = tuple(f"emr-containers:{a}" for a in actions)
        yield call.statement(named, "Id", lambda name: env.arn("emr-containers", f"/virtualclusters/{name}"))
        return
    yield call.statement(
        "emr-containers:StartJobRun",
        "VirtualClusterId",
        lambda name: env.arn("emr-containers", f"/virtualclusters/{name}"),
    )
    if call.is_sync:
        cluster = call.text("VirtualClusterId") or "*"
        runs = env.arn("emr-containers", f"/virtualclusters/{cluster}/jobruns/*")
        yield Statement(("emr-containers:CancelJobRun", "emr-containers:DescribeJobRun"), (runs,))


service = OptimizedService(
    token="emr-containers",
    folder="emr-containers",
    sdk="emrcontainers",
    actions=(
        Action("createVirtualCluster"),
        Action("deleteVirtualCluster", sync=True, polled=("DescribeVirtualCluster",)),
        Action("startJobRun", sync=True, polled=("DescribeJobRun",)),
    ),
    permissions=permissions,
    error_prefix="EmrContainers",
    base_error="AmazonEMRContainersException",
)
