"""What a Task does: handlers, AWS operations, workflows, activities; and the patterns that wrap a call."""

from __future__ import annotations

from typing import Any

import pytest

from tests.dsl.conftest import Source


def task(source: Source, call: str, keywords: str = "", type: str = "STANDARD") -> dict[str, Any]:
    """The Task that makes a call, as written."""
    state: dict[str, Any] = source.states(f"""
        @handler
        def take_order(order: Order, /) -> Paid: ...


        @handler(idempotency=once())
        def book(*, sku: str) -> Paid: ...


        @handler(idempotency=once())
        def keep(order: Order) -> Paid: ...


        @workflow
        def child(order: Order) -> Paid:
            a = Task(charge_card(payment_id=order.id, amount=1))
            return a.result


        @workflow(type={type!r})
        def flow(order: Order) -> Any:
            one = Task({call}{keywords})
            return one.result
    """)["One"]
    return state


def test_a_handler_gets_its_arguments_as_its_payload(source: Source) -> None:
    found = task(source, "charge_card(payment_id=f'{order.id}-1', amount=order.total * 2)")
    assert found["Resource"] == "arn:aws:states:::lambda:invoke"
    assert found["Arguments"] == {
        "FunctionName": "${ChargeCard}",
        "Payload": {
            "payment_id": '{% $states.context.Execution.Input.id & "-1" %}',
            "amount": "{% $states.context.Execution.Input.total * 2 %}",
        },
    }
    assert found["Output"] == "{% $states.result.Payload %}"


def test_a_handler_of_one_model_gets_the_model_as_its_event(source: Source) -> None:
    found = task(source, "take_order(order)")
    assert found["Arguments"]["Payload"] == "{% $states.context.Execution.Input %}"
    found = task(source, "take_order(new(Order)(id=order.id, total=1, tier='gold', lines=[]))")
    assert found["Arguments"]["Payload"] == {
        "id": "{% $states.context.Execution.Input.id %}",
        "total": 1,
        "tier": "gold",
        "lines": [],
        "coupon": None,
        "note": "none",
        "address": None,
    }


def test_a_handler_that_wants_a_key_gets_one_that_retries_share(source: Source) -> None:
    found = task(source, "book(sku=order.id)")
    assert found["Arguments"]["Payload"] == {
        "sku": "{% $states.context.Execution.Input.id %}",
        "flowdsl_key": '{% $states.context.Execution.Id & ":" & $states.context.State.Name & ":" & $states.context.State.EnteredTime %}',
    }


def test_in_a_map_the_key_has_the_items_index_too(source: Source) -> None:
    states = source.states("""
        @handler(idempotency=once())
        def book(*, sku: str) -> Paid: ...


        @workflow
        def flow(order: Order) -> Any:
            def each(line: Line) -> str:
                wait = Wait(seconds=1)
                one = Task(book(sku=line.sku))
                wait >> one
                return line.sku

            lines = Map(each, order.lines)
            return lines.result
    """)
    assert states["Lines"]["ItemSelector"] == {
        "item": "{% $states.context.Map.Item.Value %}",
        "index": "{% $states.context.Map.Item.Index %}",
    }
    inner = states["Lines"]["ItemProcessor"]["States"]
    assert inner["Wait"]["Assign"] == {"line": "{% $states.input.item %}", "lines_index": "{% $states.input.index %}"}
    assert inner["One"]["Arguments"]["Payload"]["flowdsl_key"].endswith('& ":" & $lines_index %}')


def test_an_aws_operation_is_the_optimised_one_where_there_is_one(source: Source) -> None:
    found = task(
        source, 'aws.dynamodb.put_item(TableName=placeholder("T", kind="table"), Item={"id": {"S": order.id}})'
    )
    assert found["Resource"] == "arn:aws:states:::dynamodb:putItem"
    assert found["Arguments"] == {
        "TableName": "${T}",
        "Item": {"id": {"S": "{% $states.context.Execution.Input.id %}"}},
    }
    assert (
        task(source, 'aws.sdk.dynamodb.put_item(TableName="t", Item={})')["Resource"]
        == "arn:aws:states:::aws-sdk:dynamodb:putItem"
    )
    assert task(source, 'aws.s3.get_object(Bucket="b", Key="k")')["Resource"] == "arn:aws:states:::aws-sdk:s3:getObject"
    assert task(source, 'aws.lambda_.invoke(FunctionName="f")')["Resource"] == "arn:aws:states:::lambda:invoke"


def test_patterns_are_the_end_of_the_resource(source: Source) -> None:
    assert (
        task(source, 'sync(aws.glue.start_job_run(JobName="j"))')["Resource"]
        == "arn:aws:states:::glue:startJobRun.sync"
    )
    found = task(source, "wait_for_task_token(send_receipt(to=context.task.token), Paid)", ", timeout_seconds=60")
    assert found["Resource"] == "arn:aws:states:::lambda:invoke.waitForTaskToken"
    assert found["Arguments"]["Payload"] == {"to": "{% $states.context.Task.Token %}"}
    assert "Output" not in found


def test_a_workflow_waits_for_another_one_unless_it_only_starts_it(source: Source) -> None:
    found = task(source, "child(order)")
    assert found["Resource"] == "arn:aws:states:::states:startExecution.sync:2"
    assert found["Arguments"] == {"StateMachineArn": "${Child}", "Input": "{% $states.context.Execution.Input %}"}
    assert found["Output"] == "{% $states.result.Output %}"
    assert task(source, "child.start(order)")["Resource"] == "arn:aws:states:::states:startExecution"


def test_a_nested_execution_may_have_a_name(source: Source) -> None:
    arguments = task(source, 'child.named(f"child-{order.id}")(order)')["Arguments"]
    assert arguments["Name"] == '{% "child-" & $states.context.Execution.Input.id %}'
    assert task(source, 'child.named("once").start(order)')["Arguments"]["Name"] == "once"


def test_an_activity_is_a_placeholder_or_its_arn(source: Source) -> None:
    found = task(source, 'activity("paint it", {"id": order.id})', ", timeout_seconds=9")
    assert found["Resource"] == "${PaintIt}"
    assert found["Arguments"] == {"id": "{% $states.context.Execution.Input.id %}"}
    arn = "arn:aws:states:eu-west-1:123456789012:activity:paint"
    assert task(source, f'activity("{arn}")')["Resource"] == arn


def test_returns_gives_a_result_a_type(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            one = Task(returns(aws.s3.get_object(Bucket="b", Key="k"), Paid))
            return one.result.idd
    """) == ["4:12: ASL350 no-such-field: Paid has no field 'idd'; did you mean 'id'?"]


def test_placeholders_say_what_they_stand_for(source: Source) -> None:
    workflow = source.workflow("""
        @workflow
        def child(order: Order) -> Paid:
            a = Task(charge_card(payment_id=order.id, amount=1))
            return a.result


        LIMIT = placeholder("Limit", int)


        @workflow
        def flow(order: Order) -> Any:
            one = Task(charge_card(payment_id=order.id, amount=LIMIT))
            two = Task(child(order))
            three = Task(activity("paint"), timeout_seconds=1)
            four = Task(aws.sqs.send_message(QueueUrl=placeholder("Queue", kind="queue"), MessageBody="${Body} of ${AWS::Region}"))
            one >> two >> three >> four
    """)
    found = workflow.definition.bindings.placeholders
    name = workflow.__module__
    assert {k: (b.kind, b.target, b.type) for k, b in found.items()} == {
        "ChargeCard": ("lambda", f"{name}:charge_card", "string"),
        "Limit": ("value", None, "number"),
        "Child": ("state-machine", f"{name}:child", "string"),
        "Paint": ("activity", "paint", "string"),
        "Queue": ("queue", None, "string"),
        "Body": ("value", None, "string"),
    }
    charge = found["ChargeCard"]
    assert charge.raises == ("CardDeclined",)
    assert charge.parameters == {
        "type": "object",
        "properties": {"payment_id": {"type": "string"}, "amount": {"type": "number"}},
        "required": ["payment_id", "amount"],
        "additionalProperties": False,
    }
    assert charge.result_schema is not None
    assert charge.result_schema["required"] == ["id", "amount"]
    schema = workflow.definition.bindings.input_schema
    assert schema is not None
    assert schema["required"] == ["id", "total", "tier", "lines"]


@pytest.mark.parametrize(
    ("call", "mistake"),
    [
        ("charge_card(order.id, amount=1)", "ASL356 unknown-argument: charge_card takes no positional argument, found 1"),
        ("charge_card(payment_id=order.id, amount=None)", "ASL357 unfitting-type: charge_card wants amount to be float, found None"),
        ("charge_card(payment_id=order.coupon, amount=1)", "ASL357 unfitting-type: charge_card wants payment_id to be str, found str | None, which may be null: guard it with fn.exists(...), then pass fn.some(...)"),
        ("quote_line(sku='a', tier=3)", "ASL357 unfitting-type: quote_line wants tier to be str, found int"),
        ("reserve_stock(order_id=order.id, lines=[order.id])", ""),
        ("reserve_stock(order_id=order.id, lines=order)", "ASL357 unfitting-type: reserve_stock wants lines to be list[Line], found Order"),
        ("send_receipt(to=order.id, extra=1)", "ASL356 unknown-argument: send_receipt has no parameter 'extra'; it takes to, body"),
        ("sync(charge_card(payment_id=order.id, amount=1))", "ASL553 unsupported-pattern: a Task waits for charge_card anyway; take sync(...) out"),
        ('sync(aws.sqs.send_message(QueueUrl="q", MessageBody="m"))', "ASL553 unsupported-pattern: sqs:sendMessage has no .sync; it offers .waitForTaskToken"),
        ('sync(sync(aws.glue.start_job_run(JobName="j")))', "ASL553 unsupported-pattern: sync on a call that waits already"),
        ("sync(order.id)", "ASL370 no-call: sync takes a call that a Task makes, found an expression"),
        ("returns(order.id, Paid)", "ASL370 no-call: returns takes a call that a Task makes, found an expression"),
        ("wait_for_task_token(send_receipt(to=order.id), Paid)", "ASL355 missing-argument: nothing in this call of send_receipt hands over the token, so that nobody can answer; give it context.task.token"),
        ("child(order.id)", "ASL357 unfitting-type: child wants order to be Order, found str"),
        ("child()", "ASL355 missing-argument: child needs the argument 'order' (Order)"),
        ("child(order, order)", "ASL356 unknown-argument: child takes one argument, found 2"),
        ("keep(order)", "ASL357 unfitting-type: keep wants an idempotency key beside its event, which must be given field by field here: write new(...), or name a key of the event, once(key=...)"),
        ("aws.nosuch.thing()", "ASL550 unknown-operation: no AWS service 'nosuch'"),
    ],
)  # fmt: skip
def test_a_wrong_call_says_what_to_write(source: Source, call: str, mistake: str) -> None:
    found = source.mistakes(f"""
        @handler(idempotency=once())
        def keep(order: Order) -> Paid: ...


        @workflow
        def child(order: Order) -> Paid:
            a = Task(charge_card(payment_id=order.id, amount=1))
            return a.result


        @workflow
        def flow(order: Order) -> Any:
            one = Task({call})
    """)
    assert [line.partition(": ")[2] for line in found] == ([mistake] if mistake else [])


def test_an_express_workflow_waits_for_nobody(source: Source) -> None:
    assert [
        m.partition(": ")[2]
        for m in source.mistakes("""
        @workflow(type="EXPRESS")
        def quick(order: Order) -> Any:
            a = Pass()


        @workflow
        def child(order: Order) -> Any:
            a = Task(quick(order))


        @workflow(type="EXPRESS")
        def flow(order: Order) -> Any:
            one = Task(sync(aws.glue.start_job_run(JobName="j")))
            two = Task(wait_for_task_token(send_receipt(to=context.task.token)), timeout_seconds=9)
            three = Task(activity("paint"), timeout_seconds=9)
            four = Task(child(order))
            five = Task(child.start(order))
            one >> two >> three >> four >> five
    """)
    ] == [
        "ASL553 unsupported-pattern: an Express workflow has no sync; make it STANDARD, or let the call be request and response",
        "ASL553 unsupported-pattern: an Express workflow has no wait_for_task_token; make it STANDARD, or let the call be request and response",
        "ASL553 unsupported-pattern: an Express workflow cannot wait for an activity; make it STANDARD",
        "ASL553 unsupported-pattern: an Express workflow cannot wait for child; write child.start(...)",
    ]


def test_a_call_that_no_task_makes_is_reported(source: Source) -> None:
    assert source.mistakes("""
        @workflow
        def flow(order: Order) -> Any:
            charge_card(payment_id=order.id, amount=1)
            one = Pass()
    """) == ["3:5: ASL365 unused-call: this call of charge_card does nothing: a Task makes it, Task(charge_card(...))"]


def test_outside_a_declaration_a_handler_is_a_plain_function(source: Source) -> None:
    workflow = source.workflow("""
        @handler
        def double(*, n: int) -> int:
            return n * 2


        @workflow
        def flow(n: int) -> int:
            one = Task(double(n=n))
            return one.result
    """)
    assert workflow.definition
    assert workflow.function.__globals__["double"](n=4) == 8


def test_errors_of_aws_take_the_prefix_of_the_form_that_is_used(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            one = Task(aws.dynamodb.put_item(TableName="t", Item={}))
            end = Pass()
            one.catch(aws.dynamodb.ConditionalCheckFailedException, aws.sdk.dynamodb.ConditionalCheckFailedException) >> end
            one.retry(aws.sqs.AmazonSQSException, max_attempts=1)
            one >> end
    """)
    assert states["One"]["Catch"][0]["ErrorEquals"] == [
        "DynamoDB.ConditionalCheckFailedException",
        "DynamoDb.ConditionalCheckFailedException",
    ]
    assert states["One"]["Retry"][0]["ErrorEquals"] == ["SQS.AmazonSQSException"]


def test_a_base_class_stands_for_what_the_handler_declares_below_it(source: Source) -> None:
    states = source.states("""
        class Busy(Transient): ...


        class Slow(Transient): ...


        class Gone(Permanent): ...


        @handler(raises=(Busy, Slow, Gone))
        def work(*, a: str) -> None: ...


        @workflow
        def flow(order: Order) -> Any:
            def each(line: Line) -> None:
                inner = Task(work(a=line.sku))

            one = Task(work(a="x"))
            many = Map(each, order.lines)
            end = Pass()
            one.retry(Transient, max_attempts=2)
            one.catch(Gone) >> end
            many.catch(Permanent) >> end
            one >> many >> end
    """)
    assert states["One"]["Retry"] == [{"ErrorEquals": ["Busy", "Slow"], "MaxAttempts": 2}]
    assert states["One"]["Catch"][0]["ErrorEquals"] == ["Gone"]
    assert states["Many"]["Catch"][0]["ErrorEquals"] == ["Gone"]


def test_an_http_call_and_a_branchs_own_input(source: Source) -> None:
    states = source.states("""
        @workflow
        def flow(order: Order) -> Any:
            def branch(part: dict[str, Any]) -> Any:
                one = Pass(output=part["id"])
                return one.result

            call = Task(aws.http.invoke(
                ApiEndpoint="https://example.com", Method="GET", Authentication={"ConnectionArn": placeholder("Connection", kind="connection")}
            ))
            both = Parallel(branch, arguments={"id": order.id})
            call >> both
            return [call.result.StatusCode, both.result]
    """)
    assert states["Call"]["Resource"] == "arn:aws:states:::http:invoke"
    assert states["Both"]["Arguments"] == {"id": "{% $states.context.Execution.Input.id %}"}
    assert states["Both"]["Branches"][0]["States"]["One"]["Output"] == "{% $states.input.id %}"
