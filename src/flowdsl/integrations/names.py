"""How Step Functions spells what AWS's API models spell otherwise: tokens, actions, parameters, error names.

The rules are those by which the AWS SDK for Java 2 is generated, since that is what calls the services (measured
against recorded executions and AWS's list of service tokens).
"""

from __future__ import annotations

import re

PREFIX_EXCEPTIONS = {
    "IoT": "Iot",
    "IoT Jobs Data Plane": "IotJobsDataPlane",
    "IoT Wireless": "IotWireless",
    "MemoryDB": "MemoryDB",
    "SESv2": "SesV2",
}
"""Error prefixes in AWS's own table that the rule does not give, by serviceId."""


def token_of(service_id: str) -> str:
    """The token of `arn:aws:states:::aws-sdk:<token>:...` for a model's serviceId: `Config Service` is `config`."""
    letters = re.sub(r"[^a-z0-9]", "", service_id.lower())
    return letters.removesuffix("service") or letters


def prefix_of_service(service_id: str) -> str:
    """What stands before the dot in an SDK integration's error names: `DynamoDB` gives `DynamoDb`, `SFN` gives `Sfn`."""
    exception = PREFIX_EXCEPTIONS.get(service_id)
    if exception is not None:
        return exception
    name = _pascal(service_id)
    for leading in ("Amazon", "Aws"):
        name = name.removeprefix(leading) or name
    return name.removesuffix("Service") or name


def action_of(operation: str) -> str:
    """The action of a Resource for an API operation: `DescribeDBInstances` is `describeDBInstances`."""
    return operation[:1].lower() + operation[1:]


def operation_of(action: str) -> str:
    """The API operation of an action: the first letter raised, everything else kept."""
    return action[:1].upper() + action[1:]


def member_of(name: str) -> str:
    """A parameter or result field as Step Functions spells it: only the leading acronym is lowered.

    `DBInstanceIdentifier` is `DbInstanceIdentifier`, `SNSTopicArn` is `SnsTopicArn`; `TemplateURL` and `ETag` stay;
    `nextToken` is `NextToken`; `equals` is `EqualsValue`.
    """
    if name == "equals":
        return "EqualsValue"
    end = 1
    while end < len(name) and name[end].isupper() and not name[end + 1 : end + 2].islower():
        end += 1
    return name[:1].upper() + name[1:end].lower() + name[end:]


def optimized_member_of(name: str) -> str:
    """The same in an optimised integration, which keeps acronyms: `MD5OfMessageBody`, `BOOL` (recorded)."""
    return name[:1].upper() + name[1:]


def error_of(shape: str, prefix: str) -> str:
    """The error name of an SDK integration for a modelled exception: `DBInstanceNotFoundFault` of RDS is
    `Rds.DbInstanceNotFoundException`.
    """
    base = _pascal(shape.removesuffix("Fault"))
    if not base.endswith("Exception"):
        base += "Exception"
    if base == f"{prefix}Exception":
        base = "Default" + base
    return f"{prefix}.{base}"


def optimized_error_of(shape: str, prefix: str) -> str:
    """The same for an optimised integration, which goes by the older Java SDK: the words of the shape are kept."""
    base = shape.removesuffix("Fault")
    return f"{prefix}.{base[:1].upper() + base[1:]}{'' if base.endswith('Exception') else 'Exception'}"


def normal(name: str) -> str:
    """A name as it is compared when the spelling is the reader's: snake, camel and Pascal case fall together."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _pascal(text: str) -> str:
    return "".join(word[:1].upper() + word[1:].lower() for word in _words(text))


def _words(text: str) -> list[str]:
    """The words of a name: at blanks and signs, at case changes, before a version `V2`, after an inner number."""
    text = re.sub(r"[^A-Za-z0-9]+", " ", text)
    text = re.sub(r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 ", text)
    text = re.sub(r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 ", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z][a-zA-Z0-9])", " ", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text)
    text = re.sub(r"([0-9])([a-zA-Z])", r"\1 \2", text)
    return text.split()
