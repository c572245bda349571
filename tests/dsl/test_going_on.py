"""After an exception of the workflow's own Python the trace goes on: every mistake is told, each by its full text."""

from __future__ import annotations

import pytest

from tests.dsl.conftest import Source

CASES: dict[str, tuple[str, str]] = {}


def case(name: str, text: str, shown: str) -> None:
    CASES[name] = (text, shown.strip("\n"))


case(
    "misspelt names: of a constructor, a keyword, a field, a member, a class; what depends on them is silent",
    """
    @workflow
    def flow(order: Order) -> Paid:
        reserve = Tsk(reserve_stock(order_id=order.id, lines=order.lines))
        charge = Task(charge_card(payment_id=order.idd, amount=order.total), timeout_secnds=30)
        receipt = Task(send_receipt(to=order.email, body=charge.reslt))
        reserve >> charge >> receipt
        charge.cach(CardDeclined) >> receipt
        charge.catch(CardDeclinde) >> receipt
        reserve.result.id >> receipt
        x = undefined + 1
        y = x.foo
        Pas(y)
        return charge.result
    """,
    """
3:15: ASL367 read-before-declared: there is no 'Tsk' here; did you mean 'Task'?
    3 |     reserve = Tsk(reserve_stock(order_id=order.id, lines=order.lines))
      |               ^^^
4:42: ASL350 no-such-field: Order has no field 'idd'; did you mean 'id'?
    4 |     charge = Task(charge_card(payment_id=order.idd, amount=order.total), timeout_secnds=30)
      |                                          ^^^^^^^^^
4:74: ASL150 unknown-keyword: Task has no timeout_secnds=; did you mean 'timeout_seconds'?
    4 |     charge = Task(charge_card(payment_id=order.idd, amount=order.total), timeout_secnds=30)
      |                                                                          ^^^^^^^^^^^^^^
5:36: ASL350 no-such-field: Order has no field 'email'; it has id, total, tier, lines, coupon, note, address
    5 |     receipt = Task(send_receipt(to=order.email, body=charge.reslt))
      |                                    ^^^^^^^^^^^
5:54: ASL850 workflow-raises: a Task has no .reslt; did you mean 'result'?
    5 |     receipt = Task(send_receipt(to=order.email, body=charge.reslt))
      |                                                      ^^^^^^^^^^^^
7:5: ASL850 workflow-raises: a Task has no .cach; did you mean 'catch'?
    7 |     charge.cach(CardDeclined) >> receipt
      |     ^^^^^^^^^^^
8:18: ASL367 read-before-declared: there is no 'CardDeclinde' here; did you mean 'CardDeclined'?
    8 |     charge.catch(CardDeclinde) >> receipt
      |                  ^^^^^^^^^^^^
10:9: ASL367 read-before-declared: there is no 'undefined' here
   10 |     x = undefined + 1
      |         ^^^^^^^^^
12:5: ASL367 read-before-declared: there is no 'Pas' here; did you mean 'Pass'?
   12 |     Pas(y)
      |     ^^^
""",
)
case(
    "too many arguments, and none that fits",
    """
    @workflow
    def flow(order: Order) -> None:
        wait = Wait(30, 40)
        review = Choice(order.total > 5)
        charge = Task(charge_card(payment_id=order.id, amount=3), 30)
        nothing = Map()
    """,
    """
3:12: ASL850 workflow-raises: Wait takes 1 positional argument, found 2; everything else is a keyword: Wait(seconds=30)
    3 |     wait = Wait(30, 40)
      |            ^^^^^^^^^^^^
4:14: ASL850 workflow-raises: Choice takes no positional argument, found 1; everything else is a keyword: Choice(), then choice.when(order.total > 10) >> review
    4 |     review = Choice(order.total > 5)
      |              ^^^^^^^^^^^^^^^^^^^^^^^
5:14: ASL850 workflow-raises: Task takes 1 positional argument, found 2; everything else is a keyword: Task(charge_card(...), timeout_seconds=30)
    5 |     charge = Task(charge_card(payment_id=order.id, amount=3), 30)
      |              ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
6:15: ASL371 no-value: a Map takes a function that declares states, found nothing
    6 |     nothing = Map()
      |               ^^^^^
""",
)
case(
    "a name of an inner function, a name that is bound later, and a variable that hides its handler",
    """
    @workflow
    def flow(order: Order) -> None:
        def price(line: Line) -> Paid:
            quote = Task(quote_lin(sku=line.sku))
            other = Task(quote_line(sku=line.skuu))
            return quote.result

        quotes = Map(price, order.lines, max_concurency=3)
        more = Map(prce, order.lines)
        mail = Task(send_receipt(to=more.result[0].id))
        charge_card = Task(charge_card(payment_id="x", amount=3))
        charge_card >> mail
        later >> mail
        later = Pass()
        x = order.coupon is None
    """,
    """
4:22: ASL367 read-before-declared: there is no 'quote_lin' here; did you mean 'quote_line'?
    4 |         quote = Task(quote_lin(sku=line.sku))
      |                      ^^^^^^^^^
5:37: ASL350 no-such-field: Line has no field 'skuu'; did you mean 'sku'?
    5 |         other = Task(quote_line(sku=line.skuu))
      |                                     ^^^^^^^^^
8:38: ASL150 unknown-keyword: Map has no max_concurency=; did you mean 'max_concurrency'?
    8 |     quotes = Map(price, order.lines, max_concurency=3)
      |                                      ^^^^^^^^^^^^^^
9:16: ASL367 read-before-declared: there is no 'prce' here; did you mean 'price'?
    9 |     more = Map(prce, order.lines)
      |                ^^^^
11:24: ASL851 hidden-handler: 'charge_card' is a variable of this function, so that it hides what is imported under that name; give the state another name
   11 |     charge_card = Task(charge_card(payment_id="x", amount=3))
      |                        ^^^^^^^^^^^
13:5: ASL367 read-before-declared: 'later' is read before it is declared: declare the state that gives it further up
   13 |     later >> mail
      |     ^^^^^
15:9: ASL351 not-python: `is` is decided by Python before the workflow runs; write fn.not_(fn.exists(order.coupon))
   15 |     x = order.coupon is None
      |         ^^^^^^^^^^^^^^^^^^^^
""",
)
case(
    "what a workflow raises on purpose ends the trace",
    """
    @workflow
    def flow(order: Order) -> None:
        charge = Tsk(order.id)
        if order.id:
            raise ValueError("not today")
        other = Tsk(order.id)
    """,
    """
3:14: ASL367 read-before-declared: there is no 'Tsk' here; did you mean 'Task'?
    3 |     charge = Tsk(order.id)
      |              ^^^
4:8: ASL351 not-python: `if` cannot be decided until the workflow runs; write choice.when(order.id) >> ...
    4 |     if order.id:
      |        ^^^^^^^^
5:15: ASL850 workflow-raises: flow raised ValueError: not today
    5 |         raise ValueError("not today")
      |               ^^^^^^^^^^^^^^^^^^^^^^^
""",
)
case(
    "a loop that a mistake keeps from ending is given up",
    """
    @workflow
    def flow(order: Order) -> None:
        n = 0
        while n < 3:
            n = n + "1"
        done = Pss()
    """,
    """
5:13: ASL850 workflow-raises: flow raised TypeError: unsupported operand type(s) for +: 'int' and 'str'
    5 |         n = n + "1"
      |             ^^^^^^^
6:12: ASL367 read-before-declared: there is no 'Pss' here; did you mean 'Pass'?
    6 |     done = Pss()
      |            ^^^
""",
)
case(
    "what the user catches is the user's",
    """
    @workflow
    def flow(order: Order) -> None:
        try:
            thing = nothing_here
        except NameError:
            thing = Pass()
        other = Pss()
        thing >> other
    """,
    """
7:13: ASL367 read-before-declared: there is no 'Pss' here; did you mean 'Pass'?
    7 |     other = Pss()
      |             ^^^
""",
)
case(
    "edges that are none: >, <, <<, |, +, lists, classes, None and expressions",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Pass()
        two = Pass()
        three = Task(charge_card(payment_id=order.id, amount=order.total))
        one > two > three
        one < two
        one << two
        one | two
        one + two
        one >= two >> three
        [one, two] >> three
        one >> [two, three]
        None >> one
        Pass >> one
        one >> Succeed
        one >> None
        order.total >> one
        one.catch(Timeout) >> two
    """,
    """
6:5: ASL256 not-a-target: > draws no edge; write one >> two
    6 |     one > two > three
      |     ^^^^^^^^^^^^^^^^^
7:5: ASL256 not-a-target: < draws no edge; write one >> two
    7 |     one < two
      |     ^^^^^^^^^
8:5: ASL256 not-a-target: << draws no edge; write two >> one
    8 |     one << two
      |     ^^^^^^^^^^
9:5: ASL256 not-a-target: | joins no states; write one >> two for one after the other, or Parallel(f, g) for functions side by side
    9 |     one | two
      |     ^^^^^^^^^
10:5: ASL256 not-a-target: + joins no states; write one >> two for one after the other, or Parallel(f, g) for functions side by side
   10 |     one + two
      |     ^^^^^^^^^
11:5: ASL256 not-a-target: >= draws no edge; write one >> two >> three
   11 |     one >= two >> three
      |     ^^^^^^^^^^^^^^^^^^^
12:5: ASL256 not-a-target: an edge starts at one state; write one >> three and two >> three
   12 |     [one, two] >> three
      |     ^^^^^^^^^^^^^^^^^^^
13:5: ASL256 not-a-target: an edge leads to a state, found a list; a Choice decides between several, a Parallel(f, g) runs functions side by side
   13 |     one >> [two, three]
      |     ^^^^^^^^^^^^^^^^^^^
14:5: ASL256 not-a-target: an edge starts at a state, found None
   14 |     None >> one
      |     ^^^^^^^^^^^
15:5: ASL256 not-a-target: an edge starts at a state, found the class Pass; write Pass(...)
   15 |     Pass >> one
      |     ^^^^^^^^^^^
16:5: ASL256 not-a-target: an edge leads to a state, found the class Succeed; write Succeed(...)
   16 |     one >> Succeed
      |     ^^^^^^^^^^^^^^
17:5: ASL256 not-a-target: an edge leads to a state, found None
   17 |     one >> None
      |     ^^^^^^^^^^^
18:5: ASL351 not-python: an edge starts at a state, found an expression; a state that computes is Pass(...)
   18 |     order.total >> one
      |     ^^^^^^^^^^^^^^^^^^
19:5: ASL850 workflow-raises: a Pass has no .catch; what can fail is a Task, a Map or a Parallel
   19 |     one.catch(Timeout) >> two
      |     ^^^^^^^^^
""",
)
case(
    "a state or a call where its result is meant",
    """
    @workflow
    def flow(order: Order) -> None:
        charge = Task(charge_card(payment_id=order.id, amount=order.total))
        failed = charge.catch(CardDeclined)
        total = Var[int]()
        ident = charge.id
        for each in charge:
            pass
        count = len(charge)
        more = charge + 1
        first = charge[0]
        call = charge_card(payment_id=order.id, amount=3).id
        again = Task(charge_card)
        wrong = Task(charge_card(payment_id=charge, amount=3))
        mail = Task(send_receipt(to=str(charge)))
    """,
    """
6:13: ASL850 workflow-raises: a Task has no .id; its result has: write .result.id
    6 |     ident = charge.id
      |             ^^^^^^^^^
7:17: ASL351 not-python: the Task 'Charge' cannot be looped over; what it gives is its .result, for a Map(function, items)
    7 |     for each in charge:
      |                 ^^^^^^
9:13: ASL351 not-python: the Task 'Charge' has no length; what it gives is its .result: fn.count(...)
    9 |     count = len(charge)
      |             ^^^^^^^^^^^
10:12: ASL256 not-a-target: + on the Task 'Charge'; what it gives is its .result
   10 |     more = charge + 1
      |            ^^^^^^^^^^
11:13: ASL351 not-python: the Task 'Charge' has no items; what it gives is its .result
   11 |     first = charge[0]
      |             ^^^^^^^^^
12:12: ASL850 workflow-raises: a call has run nothing yet, and has no .id: give it to a Task, done = Task(charge_card(...)), then read done.result.id
   12 |     call = charge_card(payment_id=order.id, amount=3).id
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
13:18: ASL370 no-call: a Task takes a call that the workflow will make; found the handler charge_card itself: write Task(charge_card(...))
   13 |     again = Task(charge_card)
      |                  ^^^^^^^^^^^
14:41: ASL362 no-json: found a Task where a JSON value is due; what a state gives is its .result
   14 |     wrong = Task(charge_card(payment_id=charge, amount=3))
      |                                         ^^^^^^
15:33: ASL362 no-json: a text with the Task 'Charge' in it; what it gives is its .result
   15 |     mail = Task(send_receipt(to=str(charge)))
      |                                 ^^^^^^^^^^^
""",
)
case(
    "Python's own functions on an expression",
    """
    @workflow
    def flow(order: Order) -> None:
        a = max(order.total, 3)
        b = sum(line.quantity for line in order.lines)
        c = sorted(order.lines)
        d = any(order.lines)
        e = int(order.total)
        f = ", ".join(order.lines)
        g = list(enumerate(order.lines))
        h = order.total is None
        i = order.id.startswith("x")
        k = {order.id: 1}
        l = range(order.total)
        m = set(order.lines)
        n = reversed(order.lines)
        o = list(map(str, order.lines))
    """,
    """
3:9: ASL351 not-python: `max()` cannot be known until the workflow runs; write fn.max([order.total, 3])
    3 |     a = max(order.total, 3)
      |         ^^^^^^^^^^^^^^^^^^^
4:39: ASL351 not-python: order.lines cannot be looped over until the workflow runs; write fn.map(order.lines, lambda line: line.quantity)
    4 |     b = sum(line.quantity for line in order.lines)
      |                                       ^^^^^^^^^^^
5:9: ASL351 not-python: `sorted()` cannot be known until the workflow runs; write fn.sort(order.lines)
    5 |     c = sorted(order.lines)
      |         ^^^^^^^^^^^^^^^^^^^
6:9: ASL351 not-python: `any()` cannot be known until the workflow runs; write fn.any_of(...)
    6 |     d = any(order.lines)
      |         ^^^^^^^^^^^^^^^^
7:9: ASL351 not-python: `int()` cannot be known until the workflow runs; write fn.floor(order.total)
    7 |     e = int(order.total)
      |         ^^^^^^^^^^^^^^^^
8:9: ASL351 not-python: `join()` cannot be known until the workflow runs; write fn.join(order.lines, separator)
    8 |     f = ", ".join(order.lines)
      |         ^^^^^^^^^^^^^^^^^^^^^^
9:14: ASL351 not-python: `enumerate()` cannot be known until the workflow runs; write Map(function, order.lines, item_selector=lambda item, index: ...)
    9 |     g = list(enumerate(order.lines))
      |              ^^^^^^^^^^^^^^^^^^^^^^
10:9: ASL351 not-python: `is` is decided by Python before the workflow runs; write fn.not_(fn.exists(order.total))
   10 |     h = order.total is None
      |         ^^^^^^^^^^^^^^^^^^^
11:9: ASL350 no-such-field: a text has no field 'startswith'; write fn.substring(text, 0, length) == start
   11 |     i = order.id.startswith("x")
      |         ^^^^^^^^^^^^^^^^^^^
12:9: ASL351 not-python: an expression is no key: its value is not known until the workflow runs; write fn.lookup(table, key)
   12 |     k = {order.id: 1}
      |         ^^^^^^^^^^^^^
13:9: ASL351 not-python: `range()` cannot be known until the workflow runs; write fn.range(first, last)
   13 |     l = range(order.total)
      |         ^^^^^^^^^^^^^^^^^^
14:9: ASL351 not-python: `set()` cannot be known until the workflow runs; write fn.distinct(order.lines)
   14 |     m = set(order.lines)
      |         ^^^^^^^^^^^^^^^^
15:9: ASL351 not-python: `reversed()` cannot be known until the workflow runs; write fn.reverse(order.lines)
   15 |     n = reversed(order.lines)
      |         ^^^^^^^^^^^^^^^^^^^^^
16:9: ASL351 not-python: `str()` cannot be known until the workflow runs; write f"{map(str, order.lines)}" or fn.string(map(str, order.lines))
   16 |     o = list(map(str, order.lines))
      |         ^^^^^^^^^^^^^^^^^^^^^^^^^^^
16:14: ASL351 not-python: `map()` cannot be known until the workflow runs; write fn.map(order.lines, lambda item: ...)
   16 |     o = list(map(str, order.lines))
      |              ^^^^^^^^^^^^^^^^^^^^^
""",
)
case(
    "a while on an expression does not go round for ever",
    """
    @workflow
    def flow(order: Order) -> None:
        one = Pass()
        while order.total > 3:
            two = order.missing
    """,
    """
4:11: ASL351 not-python: `while` cannot be decided until the workflow runs; write choice.when(order.total > 3) >> ...
    4 |     while order.total > 3:
      |           ^^^^^^^^^^^^^^^
5:15: ASL350 no-such-field: Order has no field 'missing'; it has id, total, tier, lines, coupon, note, address
    5 |         two = order.missing
      |               ^^^^^^^^^^^^^
""",
)


@pytest.mark.parametrize("name", CASES)
def test_a_mistake_does_not_stop_the_trace(source: Source, name: str) -> None:
    text, shown = CASES[name]
    assert source.full(text) == shown


def test_a_text_with_a_state_in_it_or_with_a_format_is_told(source: Source) -> None:
    found = source.mistakes("""
        @workflow
        def flow(order: Order) -> None:
            charge = Task(charge_card(payment_id=order.id, amount=order.total))
            failed = charge.catch(CardDeclined)
            total = Var[int]()
            text = f"{charge} {failed} {total} {order.id:>10}"
    """)
    # Where in the text: from 3.12 on it is known, before it is the whole.
    assert {line.partition(" ")[2] for line in found if line.startswith("6:")} == {
        "ASL362 no-json: a text with the Task 'Charge' in it; what it gives is its .result",
        "ASL362 no-json: a text with a CatchPort in it; what was caught is its .error",
        "ASL362 no-json: a text with a Var in it; what it holds is its .value",
        "ASL351 not-python: a format specification ('>10') is not known in ASL; write "
        'fn.format_number(value, "0.00") or fn.pad(text, width)',
        "ASL361 lost-text: the text with this expression in it never gets into the workflow",
    }
