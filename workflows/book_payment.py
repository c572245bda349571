"""RDS through the Data API: a transaction over several states, and a payment's own id as the token of a unique column."""
# pyright: reportUnusedExpression=false

from typing import Literal

from pydantic import BaseModel

from flowdsl import Choice, Fail, Retry, Succeed, Task, aws, group, placeholder, workflow
from flowdsl.errors import ALL


class Payment(BaseModel):
    """Money that came in for an account, in cents. The id is the bank's."""

    id: str
    account: str
    amount: int


CLUSTER = "ClusterArn"
SECRET = "DatabaseSecretArn"

BUSY = Retry(
    aws.sdk.rdsdata.DatabaseResumingException,
    aws.sdk.rdsdata.ServiceUnavailableErrorException,
    interval_seconds=5,
    max_attempts=4,
    max_delay_seconds=30,
    jitter_strategy="FULL",
)
"""What is over soon. Only the first state tries again: inside the transaction a repeat could count twice, so that is undone."""


@workflow(timeout_seconds=300)
def book_payment(payment: Payment) -> Literal["booked"]:
    """Book a payment and raise the balance: both or none, and once, however often this runs for the same payment."""
    database = {"ResourceArn": placeholder(CLUSTER), "SecretArn": placeholder(SECRET)}

    begin = Task(aws.sdk.rdsdata.begin_transaction(**database, Database="shop"), timeout_seconds=30)
    book = Task(
        aws.sdk.rdsdata.execute_statement(
            **database,
            TransactionId=begin.result.TransactionId,
            Sql="INSERT INTO booking (token, account, amount) VALUES (:token, :account, :amount) "
            "ON CONFLICT (token) DO NOTHING",
            Parameters=[
                {"Name": "token", "Value": {"StringValue": payment.id}},
                {"Name": "account", "Value": {"StringValue": payment.account}},
                {"Name": "amount", "Value": {"LongValue": payment.amount}},
            ],
        ),
        timeout_seconds=30,
    )
    news = Choice()
    raise_balance = Task(
        aws.sdk.rdsdata.execute_statement(
            **database,
            TransactionId=begin.result.TransactionId,
            Sql="UPDATE account SET balance = balance + :amount WHERE name = :account",
            Parameters=[
                {"Name": "account", "Value": {"StringValue": payment.account}},
                {"Name": "amount", "Value": {"LongValue": payment.amount}},
            ],
        ),
        timeout_seconds=30,
    )
    commit = Task(
        aws.sdk.rdsdata.commit_transaction(**database, TransactionId=begin.result.TransactionId), timeout_seconds=30
    )
    undo = Task(
        aws.sdk.rdsdata.rollback_transaction(**database, TransactionId=begin.result.TransactionId), timeout_seconds=30
    )
    not_booked = Fail("NotBooked", cause=f"payment {payment.id} was not booked; run it again, it is booked once")
    done = Succeed()

    begin >> book >> news
    begin.retry(BUSY)
    # No new row: the payment is booked already. The commit ends the transaction, which has changed nothing.
    news.when(book.result.NumberOfRecordsUpdated == 0) >> commit
    news.otherwise >> raise_balance >> commit >> done
    group(book, raise_balance, commit).catch(ALL) >> undo >> not_booked
    undo.catch(ALL) >> not_booked

    return "booked"
