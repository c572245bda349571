"""A fan-out over AWS operations: four things at once, and no Lambda anywhere."""
# pyright: reportUnusedExpression=false

from typing import Any

from pydantic import BaseModel

from flowdsl import Fail, Parallel, Retry, Succeed, Task, aws, context, placeholder, workflow
from flowdsl.errors import ALL


class Customer(BaseModel):
    """Somebody who signed up."""

    id: str
    name: str
    email: str


BUSY = Retry("States.TaskFailed", interval_seconds=1, max_attempts=3, max_delay_seconds=10, jitter_strategy="FULL")


@workflow(timeout_seconds=300)
def onboard_customer(customer: Customer) -> dict[str, Any]:
    """Keep the customer, store a welcome page, greet by mail, tell the other systems."""

    def profile() -> str:
        keep = Task(
            aws.dynamodb.put_item(
                TableName=placeholder("CustomersTable"),
                Item={"id": {"S": customer.id}, "name": {"S": customer.name}, "email": {"S": customer.email}},
                ConditionExpression="attribute_not_exists(id)",
            ),
            timeout_seconds=30,
        )
        keep.retry(BUSY)
        known = Succeed(output="known")
        keep.catch(aws.dynamodb.ConditionalCheckFailedException) >> known
        return "new"

    def welcome_page() -> str:
        page = Task(
            aws.sdk.s3.put_object(
                Bucket=placeholder("PagesBucket"),
                Key=f"welcome/{customer.id}.html",
                Body=f"Welcome, {customer.name}!",
                ContentType="text/html",
            ),
            timeout_seconds=30,
        )
        page.retry(BUSY)
        return f"welcome/{customer.id}.html"

    def greeting() -> Any:
        mail = Task(
            aws.sqs.send_message(
                QueueUrl=placeholder("MailQueueUrl"),
                MessageBody={"to": customer.email, "template": "welcome", "name": customer.name},
                MessageGroupId=customer.id,
                MessageDeduplicationId=customer.id,
            ),
            timeout_seconds=30,
        )
        mail.retry(BUSY)
        return mail.result.MessageId

    def announcement() -> Any:
        event = Task(
            aws.events.put_events(
                Entries=[
                    {
                        "Source": "shop.customers",
                        "DetailType": "CustomerOnboarded",
                        "EventBusName": placeholder("EventBus"),
                        "Detail": {"id": customer.id, "execution": context.execution.id},
                    }
                ]
            ),
            timeout_seconds=30,
        )
        # flowdsl: ignore[ASL406] who listens knows the customer by id: a second event changes nothing
        event.retry(BUSY)
        # flowdsl: ignore[ASL322] PutEvents answers with one entry for each that it is given
        return event.result.Entries[0].EventId

    welcome = Parallel(profile, welcome_page, greeting, announcement)
    failed = Fail("OnboardingFailed", cause=f"customer {customer.id} could not be onboarded")
    welcome.catch(ALL) >> failed

    return {
        "customer": welcome.result_of(profile),
        "page": welcome.result_of(welcome_page),
        "mail": welcome.result_of(greeting),
        "event": welcome.result_of(announcement),
    }
