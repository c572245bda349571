"""The AWS SDK integrations by name: every service and operation botocore knew at the release, without loading a model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from flowdsl.integrations.model import ServiceModel, model
from flowdsl.integrations.names import action_of, normal, token_of

_RETIRED = """
alexaforbusiness codestar elasticinference elastictranscoder evidently honeycode inspector iot1clickprojects
iotanalytics iotevents ioteventsdata iotfleethub lexmodelbuilding lexruntime lookoutmetrics lookoutvision opsworks
opsworkscm panorama qldb qldbsession robomaker sms worklink
"""
RETIRED = frozenset(_RETIRED.split())
"""Tokens that were offered once: AWS withdrew them, or the service itself is gone (documented, August 2026)."""

NOT_OFFERED: dict[str, frozenset[str]] = {
    "applicationdiscovery": frozenset({"DescribeExportConfigurations", "ExportConfigurations"}),
    "codedeploy": frozenset(
        {
            "BatchGetDeploymentInstances",
            "GetDeploymentInstance",
            "ListDeploymentInstances",
            "SkipWaitTimeForInstanceTermination",
        }
    ),
    "comprehendmedical": frozenset({"DetectEntities"}),
    "dataexchange": frozenset({"SendApiAsset"}),
    "efs": frozenset({"CreateTags"}),
    "emr": frozenset({"DescribeJobFlows"}),
    "iotdeviceadvisor": frozenset({"ListTestCases"}),
    "lambda": frozenset({"InvokeAsync"}),
    "mediapackage": frozenset({"RotateChannelCredentials"}),
    "rdsdata": frozenset({"ExecuteSql"}),
    "s3control": frozenset({"SelectObjectContent"}),
    "securityhub": frozenset({"ConnectorRegistrationsV2"}),
    "shield": frozenset({"DeleteSubscription"}),
    "sts": frozenset({"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot"}),
}
"""Operations that Step Functions does not offer although the API has them (documented; not exhaustive). Operations
with an event stream are offered for no service, and are marked in the index."""


@dataclass(frozen=True)
class SdkService:
    """One API as `aws-sdk:<token>`."""

    token: str
    error_prefix: str
    folder: str
    """botocore's name."""
    signing_name: str
    """What its IAM actions begin with, for most services."""
    listed: str
    """The operations, blank-separated; one with an event stream has a `~` before it."""

    @cached_property
    def operations(self) -> dict[str, bool]:
        """API operation name to whether Step Functions offers it."""
        missing = NOT_OFFERED.get(self.token, frozenset())
        names = self.listed.split()
        return {name.lstrip("~"): name[0] != "~" and name.lstrip("~") not in missing for name in names}

    @cached_property
    def by_normal(self) -> dict[str, str]:
        """API operation names by their letters alone: `describe_db_instances` and `describeDBInstances` are one."""
        return {normal(name): name for name in self.operations}

    @property
    def actions(self) -> list[str]:
        """Every action, in camel case, those that are not offered left out."""
        return [action_of(name) for name, offered in self.operations.items() if offered]

    @property
    def model(self) -> ServiceModel | None:
        """Its shapes, read now if they were not yet; None where botocore is missing or no longer has them."""
        return model(self.folder)


@cache
def _index() -> tuple[str, dict[str, SdkService]]:
    raw = json.loads((Path(__file__).parent / "sdk_index.json").read_bytes())
    return raw["botocore"], {
        token: SdkService(token, *row) for token, row in raw["services"].items() if token not in RETIRED
    }


def index_version() -> str:
    """The botocore release that the index was made from."""
    return _index()[0]


def sdk_services() -> dict[str, SdkService]:
    """Every service by its token."""
    return _index()[1]


def sdk_service(token: str) -> SdkService | None:
    """A service by its token as it stands in a Resource."""
    return _index()[1].get(token)


@cache
def _by_normal() -> dict[str, SdkService]:
    services = sdk_services().values()
    named = {normal(service.folder): service for service in services}
    return {**named, **{service.token: service for service in services}}


def sdk_service_like(name: str) -> SdkService | None:
    """A service by a name as a person would write it: `lambda_`, `cognito_idp`, `DynamoDB`, `config_service`."""
    return _by_normal().get(normal(name)) or _by_normal().get(token_of(name))
