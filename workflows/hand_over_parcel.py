"""SSM Parameter Store: a setting that people change while executions run; each reads it when it needs it. Never a secret."""
# pyright: reportUnusedExpression=false

from typing import Literal

from pydantic import BaseModel

from flowdsl import Choice, Fail, Retry, Task, Wait, aws, placeholder, workflow


class Outgoing(BaseModel):
    """A parcel that is packed."""

    id: str
    address: str


BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=5, max_delay_seconds=20, jitter_strategy="FULL")


@workflow(timeout_seconds=3 * 24 * 3600, retry=BUSY)
def hand_over_parcel(parcel: Outgoing) -> Literal["handed over"]:
    """Hand a parcel to whichever carrier is set; while none is (`hold`), look again every quarter of an hour."""
    setting = Task(aws.sdk.ssm.get_parameter(Name=placeholder("CarrierParameter")), timeout_seconds=20)
    carrier = Choice()
    pause = Wait(seconds=900)
    hand_over = Task(
        aws.sqs.send_message(
            QueueUrl=placeholder("CarriersQueueUrl", kind="queue"),
            MessageBody={"parcel": parcel.id, "address": parcel.address, "carrier": setting.result.Parameter.Value},
            # The parcel's id and not the carrier's: a repeat is dropped even when the setting has changed in between. The
            # queue does so for five minutes; after that, its reader knows the parcel.
            MessageGroupId=setting.result.Parameter.Value,
            MessageDeduplicationId=parcel.id,
        ),
        timeout_seconds=20,
    )
    not_set = Fail("NoCarrier", cause="the carrier's parameter is not there")

    setting >> carrier
    carrier.when(setting.result.Parameter.Value == "hold") >> pause >> setting
    carrier.otherwise >> hand_over
    setting.catch(aws.sdk.ssm.ParameterNotFoundException) >> not_set

    return "handed over"
