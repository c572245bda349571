"""The mistakes that people make, each by its full text: where, the line with a caret, what was found, what to write."""

from __future__ import annotations

import pytest

from tests.dsl.conftest import Source

CASES: dict[str, tuple[str, str]] = {}


def case(name: str, text: str, shown: str) -> None:
    CASES[name] = (text, shown.strip("\n"))


case(
    "unknown field",
    """
    @workflow
    def flow(order: Order) -> Paid:
        charge = Task(charge_card(payment_id=order.idd, amount=order.total))
        return charge.result
    """,
    """
3:42: ASL350 no-such-field: Order has no field 'idd'; did you mean 'id'?
    3 |     charge = Task(charge_card(payment_id=order.idd, amount=order.total))
      |                                          ^^^^^^^^^
""",
)
case(
    "handler argument missing, unknown and of the wrong type: two mistakes on a line are two findings",
    """
    @workflow
    def flow(order: Order) -> Paid:
        reserve = Task(reserve_stock(order_id=order.id))
        charge = Task(charge_card(paymentid=order.id, amount=order.id))
        reserve >> charge
        return charge.result
    """,
    """
3:20: ASL355 missing-argument: reserve_stock needs the argument 'lines' (list[Line])
    3 |     reserve = Task(reserve_stock(order_id=order.id))
      |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
4:31: ASL356 unknown-argument: charge_card has no parameter 'paymentid'; did you mean 'payment_id'?
    4 |     charge = Task(charge_card(paymentid=order.id, amount=order.id))
      |                               ^^^^^^^^^
4:58: ASL357 unfitting-type: charge_card wants amount to be float, found str
    4 |     charge = Task(charge_card(paymentid=order.id, amount=order.id))
      |                                                          ^^^^^^^^
""",
)
case(
    "if, and, or, not, while, in, len, iteration, a chain and an inline if on an expression: the trace goes on past each",
    """
    @workflow
    def flow(order: Order) -> Paid:
        charge = Task(charge_card(payment_id=order.id, amount=order.total))
        if order.total > 5:
            a = order.total > 3 and order.total < 9
            b = order.tier == "gold" or order.total < 9
        c = not order.total > 5
        for line in order.lines:
            d = line.skuu
        e = len(order.lines)
        f = order.tier in ["gold"]
        g = 0 < order.total < 5
        h = 1 if order.total > 5 else 2
        i = [line for line in order.lines]
        assert order.total > 0
        return charge.result
    """,
    """
4:8: ASL351 not-python: `if` cannot be decided until the workflow runs; write choice.when(order.total > 5) >> ...
    4 |     if order.total > 5:
      |        ^^^^^^^^^^^^^^^
5:13: ASL351 not-python: `and` cannot be known until the workflow runs; write (order.total > 3) & (order.total < 9)
    5 |         a = order.total > 3 and order.total < 9
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
6:13: ASL351 not-python: `or` cannot be known until the workflow runs; write (order.tier == 'gold') | (order.total < 9)
    6 |         b = order.tier == "gold" or order.total < 9
      |             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
7:9: ASL351 not-python: `not` cannot be known until the workflow runs; write fn.not_(order.total > 5)
    7 |     c = not order.total > 5
      |         ^^^^^^^^^^^^^^^^^^^
8:17: ASL351 not-python: order.lines cannot be looped over until the workflow runs; write Map(function, order.lines)
    8 |     for line in order.lines:
      |                 ^^^^^^^^^^^
9:13: ASL350 no-such-field: Line has no field 'skuu'; did you mean 'sku'?
    9 |         d = line.skuu
      |             ^^^^^^^^^
10:9: ASL351 not-python: `len` cannot be known until the workflow runs; write fn.count(order.lines)
   10 |     e = len(order.lines)
      |         ^^^^^^^^^^^^^^^^
11:9: ASL351 not-python: `in` cannot be known until the workflow runs; write fn.one_of(order.tier, ['gold'])
   11 |     f = order.tier in ["gold"]
      |         ^^^^^^^^^^^^^^^^^^^^^^
12:9: ASL351 not-python: a chained comparison cannot be known until the workflow runs; write fn.all_of(0 < order.total, order.total < 5)
   12 |     g = 0 < order.total < 5
      |         ^^^^^^^^^^^^^^^^^^^
13:14: ASL351 not-python: `x if c else y` cannot be known until the workflow runs; write fn.if_else(order.total > 5, 1, 2)
   13 |     h = 1 if order.total > 5 else 2
      |              ^^^^^^^^^^^^^^^
14:27: ASL351 not-python: order.lines cannot be looped over until the workflow runs; write order.lines
   14 |     i = [line for line in order.lines]
      |                           ^^^^^^^^^^^
15:12: ASL351 not-python: `assert` cannot be decided until the workflow runs; write choice.when(order.total > 0) >> ...
   15 |     assert order.total > 0
      |            ^^^^^^^^^^^^^^^
""",
)
case(
    "a result read on a way where its state has not run; the way is named",
    """
    @workflow
    def flow(order: Order) -> Paid:
        check = Choice()
        charge = Task(charge_card(payment_id=order.id, amount=order.total))
        mail = Task(send_receipt(to=order.id, body=charge.result.id))
        check.when(order.total > 10) >> charge >> mail
        check.otherwise >> mail
        return charge.result
    """,
    """
5:48: ASL352 result-not-ready: 'Mail' reads charge.result, but 'Charge' has not run on the way Check → Mail
    5 |     mail = Task(send_receipt(to=order.id, body=charge.result.id))
      |                                                ^^^^^^^^^^^^^
  4:14: Charge is declared here
    4 |     charge = Task(charge_card(payment_id=order.id, amount=order.total))
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
8:12: ASL352 result-not-ready: 'Mail' ends the scope with charge.result, but 'Charge' has not run on the way Check → Mail; give this end an output of its own: mail.output(...)
    8 |     return charge.result
      |            ^^^^^^^^^^^^^
  4:14: Charge is declared here
    4 |     charge = Task(charge_card(payment_id=order.id, amount=order.total))
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
)
case(
    "the result of an inner scope read outside",
    """
    @workflow
    def flow(order: Order) -> None:
        inner = []

        def price(line: Line) -> Paid:
            quote = Task(quote_line(sku=line.sku))
            inner.append(quote)
            return quote.result

        quotes = Map(price, order.lines)
        mail = Task(send_receipt(to=inner[0].result.id))
        quotes >> mail
    """,
    """
11:33: ASL353 result-of-inner-scope: quote.result belongs to a scope inside 'Quotes', which 'Mail' cannot see; return it from price, and read quotes.result
   11 |     mail = Task(send_receipt(to=inner[0].result.id))
      |                                 ^^^^^^^^^^^^^^^
""",
)
case(
    "a caught error read on a way without that catch",
    """
    @workflow
    def flow(order: Order) -> None:
        charge = Task(charge_card(payment_id=order.id, amount=order.total))
        failed = charge.catch(CardDeclined)
        mail = Task(send_receipt(to=order.id, body=failed.error.Cause))
        charge >> mail
        failed >> mail
    """,
    """
5:48: ASL352 result-not-ready: 'Mail' reads failed.error, but nothing was caught on the way Charge → Mail; it is set where 'Charge' fails with CardDeclined only
    5 |     mail = Task(send_receipt(to=order.id, body=failed.error.Cause))
      |                                                ^^^^^^^^^^^^
  4:14: the catch
    4 |     failed = charge.catch(CardDeclined)
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
)
case(
    "a second, different >> from one port",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Pass()
        two = Pass()
        three = Pass()
        one >> two >> three
        one >> three
    """,
    """
7:5: ASL250 second-transition: 'One' goes to 'Two' already (line 6); one port leads to one state, write a Choice to decide between two
    7 |     one >> three
      |     ^^^^^^^^^^^^
  6:5: the first
    6 |     one >> two >> three
      |     ^^^^^^^^^^
""",
)
case(
    "a state never reached, with those after it; and one declared and never wired",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Pass()
        two = Pass()
        three = Pass()
        four = Pass()
        two >> three
    """,
    """
4:11: ASL251 unreached-state: 'Two' is never reached, nor the state after it: no way leads to it from 'One', where the scope starts; a scope starts at its first state unless start >> two says otherwise
    4 |     two = Pass()
      |           ^^^^^^
6:12: ASL252 unwired-state: 'Four' is declared and never wired: no edge leads to it; write other >> four, or take it out
    6 |     four = Pass()
      |            ^^^^^^
""",
)
case(
    "a Choice without a branch",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Pass()
        decide = Choice()
        one >> decide
    """,
    """
4:14: ASL253 choice-without-branch: 'Decide' decides nothing: a Choice has at least one rule, choice.when(condition) >> state
    4 |     decide = Choice()
      |              ^^^^^^^^
""",
)
case(
    "a scope without an end",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Pass()
        two = Pass()
        one >> two >> one
    """,
    """
2:5: ASL254 scope-without-end: flow never ends: every state of it leads to another
    2 | def flow(order: Order) -> None:
      |     ^^^^
""",
)
case(
    "two states of one name, in different scopes: both lines are shown",
    """
    @workflow
    def flow(order: Order) -> None:
        def each(line: Line) -> None:
            quote = Task(quote_line(sku=line.sku))

        quote = Map(each, order.lines)
    """,
    """
4:17: ASL152 duplicate-name: two states are called 'Quote', here and on line 6; a name is unique in the whole workflow: give one of them name=
    4 |         quote = Task(quote_line(sku=line.sku))
      |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  6:13: the first
    6 |     quote = Map(each, order.lines)
      |             ^^^^^^^^^^^^^^^^^^^^^^
""",
)
case(
    "a name of over 80 characters, and one with a forbidden character",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Pass(name="n" * 81)
        two = Pass(name="a\\tb")
        one >> two
    """,
    """
3:21: ASL151 bad-state-name: a state's name has 1 to 80 characters, found 81: 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn'
    3 |     one = Pass(name="n" * 81)
      |                     ^^^^^^^^
4:21: ASL151 bad-state-name: a state's name cannot hold '\\t', found 'a\\tb'
    4 |     two = Pass(name="a\\tb")
      |                     ^^^^^^
""",
)
case(
    "an unknown States.* error, States.ALL not alone, and a catch after it",
    """
    @workflow
    def flow(order: Order) -> None:
        charge = Task(charge_card(payment_id=order.id, amount=order.total))
        charge.catch("States.Timout") >> Fail("Slow")
        charge.catch(Timeout, ALL) >> Fail("Broken")
        charge.catch(CardDeclined) >> Fail("Declined")
    """,
    """
4:18: ASL450 unknown-error: Step Functions has no error 'States.Timout'; did you mean 'States.Timeout'?
    4 |     charge.catch("States.Timout") >> Fail("Slow")
      |                  ^^^^^^^^^^^^^^^
5:27: ASL451 all-not-alone: States.ALL takes every error, so it stands alone
    5 |     charge.catch(Timeout, ALL) >> Fail("Broken")
      |                           ^^^
6:5: ASL452 catch-after-all: catch(ALL) on line 5 takes every error, so that this catch never sees one; write it before
    6 |     charge.catch(CardDeclined) >> Fail("Declined")
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^
  5:5: takes every error
    5 |     charge.catch(Timeout, ALL) >> Fail("Broken")
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^
""",
)
case(
    "retry values out of range, in a policy and on a state",
    """
    POLICY = Retry(TaskFailed, max_attempts=-1, backoff_rate=0.5)


    @workflow
    def flow(order: Order) -> None:
        charge = Task(charge_card(payment_id=order.id, amount=order.total), retry=POLICY)
        charge.retry(Timeout, interval_seconds=0, jitter_strategy="FUL", max_delay_second=3)
    """,
    """
1:41: ASL453 retry-value: max_attempts must be from 0 to 99,999,999, found -1
    1 | POLICY = Retry(TaskFailed, max_attempts=-1, backoff_rate=0.5)
      |                                         ^^
1:58: ASL453 retry-value: backoff_rate must be at least 1, found 0.5
    1 | POLICY = Retry(TaskFailed, max_attempts=-1, backoff_rate=0.5)
      |                                                          ^^^
7:44: ASL453 retry-value: interval_seconds must be from 1 to 99,999,999, found 0
    7 |     charge.retry(Timeout, interval_seconds=0, jitter_strategy="FUL", max_delay_second=3)
      |                                            ^
7:63: ASL453 retry-value: jitter_strategy must be 'FULL' or 'NONE', found 'FUL'; did you mean 'FULL'?
    7 |     charge.retry(Timeout, interval_seconds=0, jitter_strategy="FUL", max_delay_second=3)
      |                                                               ^^^^^
7:70: ASL150 unknown-keyword: a retrier has no max_delay_second=; did you mean 'max_delay_seconds'?
    7 |     charge.retry(Timeout, interval_seconds=0, jitter_strategy="FUL", max_delay_second=3)
      |                                                                      ^^^^^^^^^^^^^^^^
""",
)
case(
    "a heartbeat that is not below the timeout, an unknown keyword and a timeout out of range",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Task(send_receipt(to=order.id), timeout_seconds=5, heartbeat_seconds=5)
        two = Task(send_receipt(to=order.id), timeout_second=5)
        three = Task(send_receipt(to=order.id), timeout_seconds=0)
        one >> two >> three
    """,
    """
3:80: ASL155 heartbeat-not-below-timeout: heartbeat_seconds (5) must be below timeout_seconds (5): a heartbeat that is due later is never missed
    3 |     one = Task(send_receipt(to=order.id), timeout_seconds=5, heartbeat_seconds=5)
      |                                                                                ^
4:43: ASL150 unknown-keyword: Task has no timeout_second=; did you mean 'timeout_seconds'?
    4 |     two = Task(send_receipt(to=order.id), timeout_second=5)
      |                                           ^^^^^^^^^^^^^^
5:61: ASL154 bad-value: timeout_seconds must be from 1 to 99,999,999, found 0
    5 |     three = Task(send_receipt(to=order.id), timeout_seconds=0)
      |                                                             ^
""",
)
case(
    "a JSONata syntax error in a raw expression, at its character",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Pass(output=jsonata("$sum([1, 2)"))
        two = Pass(output="{% 1 + %}")
        one >> two
    """,
    """
3:42: ASL750 raw-jsonata: no JSONata: Expected "]", got ")"
    3 |     one = Pass(output=jsonata("$sum([1, 2)"))
      |                                          ^
4:31: ASL750 raw-jsonata: no JSONata: Unexpected end of expression
    4 |     two = Pass(output="{% 1 + %}")
      |                               ^
""",
)
case(
    "an unknown AWS service, operation and argument, and one that is missing",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Task(aws.dynamodbb.put_item(TableName="t", Item={}))
        two = Task(aws.dynamodb.put_itm(TableName="t", Item={}))
        three = Task(aws.dynamodb.put_item(TableNam="t"))
        one >> two >> three
    """,
    """
3:16: ASL550 unknown-operation: no AWS service 'dynamodbb'; did you mean 'dynamodb'?
    3 |     one = Task(aws.dynamodbb.put_item(TableName="t", Item={}))
      |                ^^^^^^^^^^^^^^^^^^^^^^
4:16: ASL550 unknown-operation: aws-sdk:dynamodb has no action 'put_itm'; did you mean 'put_item'?
    4 |     two = Task(aws.dynamodb.put_itm(TableName="t", Item={}))
      |                ^^^^^^^^^^^^^^^^^^^^
5:18: ASL552 missing-service-argument: dynamodb:putItem needs 'Item'
    5 |     three = Task(aws.dynamodb.put_item(TableNam="t"))
      |                  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
5:40: ASL551 unknown-service-argument: dynamodb:putItem has no argument 'TableNam'; did you mean 'TableName'?
    5 |     three = Task(aws.dynamodb.put_item(TableNam="t"))
      |                                        ^^^^^^^^
""",
)


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_is_shown_whole(source: Source, name: str) -> None:
    text, shown = CASES[name]
    assert source.full(text) == shown


def test_one_build_reports_all_mistakes_at_once(source: Source) -> None:
    found = source.mistakes("""
        BAD = Retry("States.Nothing", max_attempts="three")


        @workflow(retry=BAD)
        def flow(order: Order) -> Paid:
            charge = Task(charge_card(payment_id=order.idd, amount="much"), timeout_secs=3)
            decide = Choice()
            mail = Task(send_receipt(t=order.id, to=nothing.result))
            charge >> decide
            decide.when(order.total > "10") >> mail
            decide.when(True) >> mail
            return charge.result
    """)
    assert [line.split(" ")[1] for line in found] == [
        "ASL450",
        "ASL453",
        "ASL350",
        "ASL357",
        "ASL150",
        "ASL367",
        "ASL358",
        "ASL359",
    ]
