"""EMR: clusters and steps. Single members stand for the API's lists: ClusterId, Step, StepId."""

from __future__ import annotations

from collections.abc import Iterator

from flowdsl.integrations.base import Action, Call, OptimizedService, Statement

_ACTIONS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "createCluster": (
        ("RunJobFlow",),
        ("DescribeCluster", "TerminateJobFlows"),
        "StepFunctionsGetEventForEMRRunJobFlowRule",
    ),
    "terminateCluster": (
        ("TerminateJobFlows",),
        ("DescribeCluster",),
        "StepFunctionsGetEventForEMRTerminateJobFlowsRule",
    ),
    "addStep": (
        ("AddJobFlowSteps",),
        ("CancelSteps", "DescribeStep"),
        "StepFunctionsGetEventForEMRAddJobFlowStepsRule",
    ),
    "cancelStep": (("CancelSteps",), (), ""),
    "setClusterTerminationProtection": (("SetTerminationProtection",), (), ""),
    "modifyInstanceFleetByName": (("ListInstanceFleets", "ModifyInstanceFleet"), (), ""),
    "modifyInstanceGroupByName": (("ListInstanceGroups", "ModifyInstanceGroups"), (), ""),
}


def permissions(call: Call) -> Iterator[Statement]:
    own, watching, rule = _ACTIONS[call.action]
    named = tuple(f"elasticmapreduce:{a}" for a in sorted((*own, *(watching if call.is_sync else ()))))
    if call.action == "createCluster":
        yield Statement(named, ("*",))  # The cluster has no ARN before it exists.
        yield call.pass_role("ServiceRole", "JobFlowRole", "AutoScalingRole", service="elasticmapreduce.amazonaws.com")
    else:
        yield call.statement(
            named, "ClusterId", lambda name: call.environment.arn("elasticmapreduce", f"cluster/{name}")
        )
    if call.is_sync:
        yield call.managed_rule(rule)


service = OptimizedService(
    token="elasticmapreduce",
    folder="emr",
    sdk="emr",
    actions=(
        Action("createCluster", sync=True, api="RunJobFlow", polled=("DescribeCluster",)),
        Action(
            "terminateCluster",
            parameters=("ClusterId",),
            required=("ClusterId",),
            sync=True,
            api="TerminateJobFlows",
            polled=("DescribeCluster",),
        ),
        Action(
            "addStep",
            parameters=("ClusterId", "Step", "ExecutionRoleArn"),
            required=("ClusterId", "Step"),
            sync=True,
            api="AddJobFlowSteps",
            polled=("DescribeStep",),
        ),
        Action("cancelStep", parameters=("ClusterId", "StepId"), required=("ClusterId", "StepId"), api="CancelSteps"),
        Action(
            "setClusterTerminationProtection",
            parameters=("ClusterId", "TerminationProtected"),
            required=("ClusterId", "TerminationProtected"),
            api="SetTerminationProtection",
        ),
        Action(
            "modifyInstanceFleetByName",
            parameters=("ClusterId", "InstanceFleetName", "InstanceFleet"),
            required=("ClusterId", "InstanceFleetName", "InstanceFleet"),
            api="ModifyInstanceFleet",
        ),
        Action(
            "modifyInstanceGroupByName",
            parameters=("ClusterId", "InstanceGroupName", "InstanceGroup"),
            required=("ClusterId", "InstanceGroupName", "InstanceGroup"),
            api="ModifyInstanceGroups",
        ),
    ),
    permissions=permissions,
    error_prefix="ElasticMapReduce",
    base_error="AmazonElasticMapReduceException",
)
