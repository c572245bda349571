"""SageMaker: training, transform, tuning, processing and labeling jobs; models and endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from flowdsl.integrations.base import Action, Call, Environment, OptimizedService, Statement
from flowdsl.integrations.names import operation_of

_JOBS = {
    # action: (noun, parameter that names it, resource type, rule)
    "createHyperParameterTuningJob": ("HyperParameterTuningJob", "hyper-parameter-tuning-job", "TuningJobsRule"),
    "createLabelingJob": ("LabelingJob", "labeling-job", "LabelingJobsRule"),
    "createProcessingJob": ("ProcessingJob", "processing-job", "ProcessingJobsRule"),
    "createTrainingJob": ("TrainingJob", "training-job", "TrainingJobsRule"),
    "createTransformJob": ("TransformJob", "transform-job", "TransformJobsRule"),
}
_OTHERS = {
    "createEndpoint": (("EndpointName", "endpoint"), ("EndpointConfigName", "endpoint-config")),
    "createEndpointConfig": (("EndpointConfigName", "endpoint-config"),),
    "createModel": (("ModelName", "model"),),
    "updateEndpoint": (("EndpointName", "endpoint"), ("EndpointConfigName", "endpoint-config")),
}


def _arn(env: Environment, kind: str, name: str) -> str:
    return env.arn("sagemaker", f"{kind}/{name}")


def permissions(call: Call) -> Iterator[Statement]:
    env = call.environment
    operation = operation_of(call.action)
    if call.action in _OTHERS:
        for parameter, kind in _OTHERS[call.action]:
            yield call.statement(f"sagemaker:{operation}", parameter, partial(_arn, env, kind))
    else:
        noun, kind, rule = _JOBS[call.action]
        actions = [f"sagemaker:{operation}", "sagemaker:AddTags"]
        if call.is_sync:
            actions += [f"sagemaker:Describe{noun}", f"sagemaker:Stop{noun}", "sagemaker:ListTags"]
        # SageMaker lowers the names of its jobs in ARNs, and a tuning job starts training jobs of its own.
        yield call.statement(sorted(actions), f"{noun}Name", lambda name: env.arn("sagemaker", f"{kind}/{name}"))
        if call.action == "createTransformJob":
            yield call.statement(
                f"sagemaker:{operation}", "ModelName", lambda name: env.arn("sagemaker", f"model/{name}")
            )
        if call.is_sync:
            yield call.managed_rule(f"StepFunctionsGetEventsForSageMaker{rule}")
    if call.action not in ("createTransformJob", "createEndpoint", "createEndpointConfig", "updateEndpoint"):
        yield call.pass_role(
            "RoleArn", "ExecutionRoleArn", "TrainingJobDefinition/RoleArn", service="sagemaker.amazonaws.com"
        )


def _job(action: str) -> Action:
    return Action(action, sync=True, polled=(f"Describe{_JOBS[action][0]}",))


service = OptimizedService(
    token="sagemaker",
    folder="sagemaker",
    sdk="sagemaker",
    actions=(
        *(_job(action) for action in _JOBS),
        *(Action(action) for action in _OTHERS),
    ),
    permissions=permissions,
    error_prefix="SageMaker",
    base_error="AmazonSageMakerException",
)
