"""The example that explains the language compiles to the ASL that a person would have written."""

from __future__ import annotations

from tests.dsl.conftest import Source

EXAMPLE = '''
TRANSIENT = Retry(*errors.LAMBDA_TRANSIENT, interval_seconds=2, max_attempts=4, backoff_rate=2.0, jitter_strategy="FULL")


@workflow(timeout_seconds=3600, retry=TRANSIENT)
def fulfil_order(order: Order) -> Paid:
    """Reserve the stock, charge the card, send the receipt."""

    def quote(line: Line) -> float:
        price = Task(quote_line(sku=line.sku, tier=order.tier))
        return price.result.amount

    # states
    reserve = Task(reserve_stock(order_id=order.id, lines=order.lines), timeout_seconds=30)
    quotes = Map(quote, order.lines, max_concurrency=10)
    review = Choice()
    charge = Task(charge_card(payment_id=order.id, amount=order.total))
    receipt = Task(send_receipt(to=order.id, body=f"Paid: {charge.result.id}. Thanks!"))
    release = Task(send_receipt(to=reserve.result.id))
    declined = Fail("OrderDeclined", cause=f"order {order.id} was declined")

    # transitions
    reserve >> quotes >> review
    review.when(order.total > 10_000) >> declined
    review.otherwise >> charge >> receipt

    # failures
    reserve.catch(OutOfStock) >> declined
    charge.catch(CardDeclined) >> release >> declined

    return charge.result
'''

RETRY = [
    {
        "ErrorEquals": [
            "Lambda.ClientExecutionTimeoutException",
            "Lambda.ServiceException",
            "Lambda.AWSLambdaException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
        ],
        "IntervalSeconds": 2,
        "MaxAttempts": 4,
        "BackoffRate": 2,
        "JitterStrategy": "FULL",
    }
]


def test_the_machine_says_its_comment_language_and_timeout_before_its_states(source: Source) -> None:
    document = source.document(EXAMPLE)
    assert list(document) == ["Comment", "QueryLanguage", "TimeoutSeconds", "StartAt", "States"]
    assert document["Comment"] == "Reserve the stock, charge the card, send the receipt."
    assert (document["QueryLanguage"], document["TimeoutSeconds"], document["StartAt"]) == ("JSONata", 3600, "Reserve")


def test_states_stay_in_declared_order_under_their_variables_names(source: Source) -> None:
    states = source.states(EXAMPLE)
    assert list(states) == ["Reserve", "Quotes", "Review", "Charge", "Receipt", "Release", "Declined"]


def test_a_task_is_written_as_on_page_one(source: Source) -> None:
    reserve = source.states(EXAMPLE)["Reserve"]
    assert reserve == {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "TimeoutSeconds": 30,
        "Arguments": {
            "FunctionName": "${ReserveStock}",
            "Payload": {
                "order_id": "{% $states.context.Execution.Input.id %}",
                "lines": "{% $states.context.Execution.Input.lines %}",
            },
        },
        "Retry": RETRY,
        "Catch": [{"ErrorEquals": ["OutOfStock"], "Next": "Declined"}],
        "Assign": {"reserve": "{% $states.result.Payload %}"},
        "Next": "Quotes",
    }
    order = ["Type", "Resource", "TimeoutSeconds", "Arguments", "Retry", "Catch", "Assign", "Next"]
    assert list(reserve) == order


def test_a_later_state_reads_the_variable_and_the_end_gives_what_is_returned(source: Source) -> None:
    states = source.states(EXAMPLE)
    assert states["Release"]["Arguments"]["Payload"] == {"to": "{% $reserve.id %}"}
    assert states["Receipt"]["Arguments"]["Payload"]["body"] == '{% "Paid: " & $charge.id & ". Thanks!" %}'
    assert states["Receipt"]["Output"] == "{% $charge %}"
    assert states["Receipt"]["End"] is True


def test_a_map_runs_its_functions_states_for_each_item(source: Source) -> None:
    assert source.states(EXAMPLE)["Quotes"] == {
        "Type": "Map",
        "Items": "{% $states.context.Execution.Input.lines %}",
        "MaxConcurrency": 10,
        "ItemProcessor": {
            "StartAt": "Price",
            "States": {
                "Price": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::lambda:invoke",
                    "Arguments": {
                        "FunctionName": "${QuoteLine}",
                        "Payload": {
                            "sku": "{% $states.input.sku %}",
                            "tier": "{% $states.context.Execution.Input.tier %}",
                        },
                    },
                    "Retry": RETRY,
                    "Output": "{% $states.result.Payload.amount %}",
                    "End": True,
                }
            },
        },
        "Next": "Review",
    }


def test_a_choice_and_a_fail_are_written_as_on_page_one(source: Source) -> None:
    states = source.states(EXAMPLE)
    assert states["Review"] == {
        "Type": "Choice",
        "Choices": [{"Condition": "{% $states.context.Execution.Input.total > 10000 %}", "Next": "Declined"}],
        "Default": "Charge",
    }
    assert states["Declined"] == {
        "Type": "Fail",
        "Error": "OrderDeclined",
        "Cause": '{% "order " & $states.context.Execution.Input.id & " was declined" %}',
    }


def test_hello_world_is_five_lines(source: Source) -> None:
    document = source.document("""
        @workflow
        def hello(name: str) -> str:
            greet = Pass(output=f"Hello, {name}!")
            return greet.result
    """)
    assert document == {
        "QueryLanguage": "JSONata",
        "StartAt": "Greet",
        "States": {
            "Greet": {"Type": "Pass", "Output": '{% "Hello, " & $states.context.Execution.Input & "!" %}', "End": True}
        },
    }
