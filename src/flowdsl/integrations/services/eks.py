"""EKS: clusters, node groups, Fargate profiles; a Kubernetes job (`runJob`) and any call of its API (`call`)."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement
from flowdsl.integrations.model import ANY
from flowdsl.integrations.names import operation_of

_ACCESS = ("ClusterName", "CertificateAuthority", "Endpoint")


def permissions(call: Call) -> Iterator[Statement]:
    if call.action in ("runJob", "call"):
        # The rights are Kubernetes' own, given to the role in the cluster.
        return
    env = call.environment
    parameter = "Name" if call.action in ("createCluster", "deleteCluster") else "ClusterName"
    cluster = call.text(parameter)
    kind = {"Cluster": "cluster", "FargateProfile": "fargateprofile", "Nodegroup": "nodegroup"}
    noun = call.action.removeprefix("create").removeprefix("delete")
    below = "" if noun == "Cluster" else "/*"
    unknown = "" if cluster else call.why(parameter)
    arns = [env.arn("eks", f"{kind[noun]}/{cluster or '*'}{below}")]
    actions = [f"eks:{operation_of(call.action)}"]
    if call.is_sync:
        actions.append(f"eks:Describe{noun}")
    if noun != "Cluster" and call.action.startswith("create"):
        arns.append(env.arn("eks", f"cluster/{cluster or '*'}"))
    yield Statement(tuple(sorted(actions)), tuple(arns), unknown=unknown)
    if call.action == "createCluster":
        yield call.pass_role("RoleArn", service="eks.amazonaws.com")
    elif call.action == "createNodegroup":
        yield call.pass_role("NodeRole", service="eks.amazonaws.com")
    elif call.action == "createFargateProfile":
        yield call.pass_role("PodExecutionRoleArn", service="eks-fargate.amazonaws.com")


service = OptimizedService(
    token="eks",
    folder="eks",
    sdk="eks",
    actions=(
        Action("createCluster", sync=True, token=True, polled=("DescribeCluster",)),
        Action("deleteCluster", sync=True, token=True, polled=("DescribeCluster",)),
        Action("createFargateProfile", sync=True, token=True, polled=("DescribeFargateProfile",)),
        Action("deleteFargateProfile", sync=True, token=True, polled=("DescribeFargateProfile",)),
        Action("createNodegroup", sync=True, token=True, polled=("DescribeNodegroup",)),
        Action("deleteNodegroup", sync=True, token=True, polled=("DescribeNodegroup",)),
        Action(
            "runJob",
            parameters=(*_ACCESS, "Namespace", "Job", "LogOptions"),
            required=_ACCESS,
            sync=True,
            token=True,
            api=None,
            result=ANY,
        ),
        Action(
            "call",
            parameters=(*_ACCESS, "Method", "Path", "QueryParameters", "RequestBody"),
            required=(*_ACCESS, "Method", "Path"),
            token=True,
            api=None,
            result=ANY,
        ),
    ),
    permissions=permissions,
    error_prefix="EKS",
    base_error="AmazonEKSException",
)
