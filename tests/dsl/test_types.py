"""Types that cannot be: annotations that name nothing, literals that do not fit, each by its full text."""

from __future__ import annotations

import pytest

from tests.dsl.conftest import Source

CASES: dict[str, tuple[str, str]] = {}


def case(name: str, text: str, shown: str) -> None:
    CASES[name] = (text, shown.strip("\n"))


case(
    "an annotation of a workflow or an inner function that names nothing",
    """
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from decimal import Context


    @workflow
    def flow(order: "Ordr") -> "dict[str, Context]":
        def each(line: "Lien") -> Paid:
            quote = Task(quote_line(sku=line.sku))
            return quote.result

        quotes = Map(each, order.lines)
        return {}
    """,
    """
8:17: ASL853 unresolved-annotation: the type of order is not known: there is no 'Ordr' here; did you mean 'Order'?
    8 | def flow(order: "Ordr") -> "dict[str, Context]":
      |                 ^^^^^^
8:28: ASL853 unresolved-annotation: the type of what flow returns is not known: dict[str, Context], there is no 'Context' when the workflow is built: import it outside `if TYPE_CHECKING:`
    8 | def flow(order: "Ordr") -> "dict[str, Context]":
      |                            ^^^^^^^^^^^^^^^^^^^^
9:20: ASL853 unresolved-annotation: the type of line is not known: there is no 'Lien' here; did you mean 'Line'?
    9 |     def each(line: "Lien") -> Paid:
      |                    ^^^^^^
""",
)
case(
    "a field whose annotation names nothing, of a model and of a TypedDict: where it is read",
    """
    class Inner(BaseModel):
        name: "Missing"
        rest: list["Missing"]
        ok: int


    class Typed(TypedDict):
        inner: Inner
        odd: "Nowhere"


    @workflow
    def flow(given: Typed) -> Any:
        one = Pass(output={"a": given["inner"].name, "b": given["inner"].rest[0].foo, "c": given["odd"]})
        return one.result
    """,
    """
14:29: ASL853 unresolved-annotation: the type of the field 'name' is not known: its annotation names nothing when the workflow is built; import what it names outside `if TYPE_CHECKING:`
   14 |     one = Pass(output={"a": given["inner"].name, "b": given["inner"].rest[0].foo, "c": given["odd"]})
      |                             ^^^^^^^^^^^^^^^^^^^
14:55: ASL853 unresolved-annotation: the type of the field 'rest' is not known: its annotation names nothing when the workflow is built; import what it names outside `if TYPE_CHECKING:`
   14 |     one = Pass(output={"a": given["inner"].name, "b": given["inner"].rest[0].foo, "c": given["odd"]})
      |                                                       ^^^^^^^^^^^^^^^^^^^
14:88: ASL853 unresolved-annotation: the type of the field 'odd' is not known: its annotation names nothing when the workflow is built; import what it names outside `if TYPE_CHECKING:`
   14 |     one = Pass(output={"a": given["inner"].name, "b": given["inner"].rest[0].foo, "c": given["odd"]})
      |                                                                                        ^^^^^^^^^^^^
""",
)
case(
    "an annotation of a handler that names nothing",
    """
    @handler
    def odd(*, x: "Nowhere") -> int: ...


    @workflow
    def flow(order: Order) -> Any:
        one = Task(odd(x=1))
        return one.result
    """,
    """
7:16: ASL850 workflow-raises: odd: an annotation names 'Nowhere', which is not defined where the handler is; import it at run time, not under TYPE_CHECKING
    7 |     one = Task(odd(x=1))
      |                ^^^^^^^^
""",
)
case(
    "a time that is none",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Wait(timestamp="tomorrow")
        two = Wait(timestamp="2030-12-05T21:29:29Z")
        three = Wait(timestamp="${When}")
        one >> two >> three
    """,
    """
3:26: ASL154 bad-value: timestamp must be a time such as '2030-12-05T21:29:29Z', found 'tomorrow'; write datetime(..., tzinfo=UTC), or an expression
    3 |     one = Wait(timestamp="tomorrow")
      |                          ^^^^^^^^^^
""",
)
case(
    "a literal of another type than an AWS operation takes, at any depth",
    """
    @workflow
    def flow(order: Order) -> None:
        send = Task(aws.sqs.send_message(QueueUrl="${Queue}", MessageBody=order.id, DelaySeconds="soon"))
        put = Task(aws.dynamodb.put_item(TableName="t", Item={"id": {"S": order.id}, "n": {"N": ["1"]}}))
        more = Task(
            aws.sqs.send_message(
                QueueUrl="${Queue}",
                MessageBody=order.id,
                MessageAttributes={"a": {"DataType": "String", "Strin": order.id}, "b": []},
            )
        )
        send >> put >> more
    """,
    """
3:94: ASL554 unfitting-service-argument: DelaySeconds of sqs:sendMessage must be a number, found 'soon'
    3 |     send = Task(aws.sqs.send_message(QueueUrl="${Queue}", MessageBody=order.id, DelaySeconds="soon"))
      |                                                                                              ^^^^^^
4:93: ASL554 unfitting-service-argument: Item.n.N of dynamodb:putItem must be a string, found a list
    4 |     put = Task(aws.dynamodb.put_item(TableName="t", Item={"id": {"S": order.id}, "n": {"N": ["1"]}}))
      |                                                                                             ^^^^^
9:69: ASL551 unknown-service-argument: MessageAttributes.a of sqs:sendMessage has no member 'Strin'; did you mean 'StringValue'?
    9 |             MessageAttributes={"a": {"DataType": "String", "Strin": order.id}, "b": []},
      |                                                                     ^^^^^^^^
9:85: ASL554 unfitting-service-argument: MessageAttributes.b of sqs:sendMessage must be an object, found a list
    9 |             MessageAttributes={"a": {"DataType": "String", "Strin": order.id}, "b": []},
      |                                                                                     ^^
""",
)
case(
    "what item_selector makes, against the type that the function takes",
    """
    class Job(TypedDict):
        sku: str
        n: int
        tier: str


    @workflow
    def flow(order: Order) -> None:
        def each(job: Job) -> None:
            quote = Task(quote_line(sku=job["sku"]))

        one = Map(each, order.lines, name="A", item_selector=lambda line, i: {"sku": line.sku, "n": i})
        two = Map(each, order.lines, name="B", item_selector={"sku": "a", "n": "1", "tier": order.tier})
        three = Map(each, order.lines, name="C", item_selector=lambda line, i: line)
        four = Map(each, order.lines, name="D")
        good = Map(each, order.lines, name="E", item_selector=lambda line, i: {"sku": line.sku, "n": i, "tier": order.tier})
        one >> two >> three >> four >> good
    """,
    """
12:58: ASL357 unfitting-type: each takes job: Job, and item_selector makes something else: found {'sku', 'n'}, which has no 'tier'
   12 |     one = Map(each, order.lines, name="A", item_selector=lambda line, i: {"sku": line.sku, "n": i})
      |                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
13:58: ASL357 unfitting-type: each takes job: Job, and item_selector makes something else: found {'sku', 'n', 'tier'}, whose 'n' is str
   13 |     two = Map(each, order.lines, name="B", item_selector={"sku": "a", "n": "1", "tier": order.tier})
      |                                                          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
14:60: ASL357 unfitting-type: each takes job: Job, and item_selector makes something else: found Line, which has no 'n'
   14 |     three = Map(each, order.lines, name="C", item_selector=lambda line, i: line)
      |                                                            ^^^^^^^^^^^^^^^^^^^^
15:22: ASL357 unfitting-type: each takes job: Job, found Line, which has no 'n'
   15 |     four = Map(each, order.lines, name="D")
      |                      ^^^^^^^^^^^
""",
)


@pytest.mark.parametrize("name", CASES)
def test_a_type_that_cannot_be_is_told(source: Source, name: str) -> None:
    text, shown = CASES[name]
    assert source.full(text) == shown
