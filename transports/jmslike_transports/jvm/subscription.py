"""One consumer of a Java client. The provider pushes to that; a message leaves it when `take` asks."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final

import jpype

from jmslike.errors import JMSError
from jmslike.spi import Delivery, Outcome, SubscriptionSpec
from jmslike_transports.jvm.buffer import Buffer
from jmslike_transports.jvm.connection import JvmConnection, kind_of
from jmslike_transports.jvm.crossings import STEP, cross
from jmslike_transports.jvm.holdings import Holdings, Receipt, is_open
from jmslike_transports.jvm.records import decode
from jmslike_transports.jvm.sender import Outlet
from jmslike_transports.shared.loss import ANEW

_NOTHING: Final = -1
_TOO_SMALL: Final = -2
_CLOSED: Final = -4
_UNANSWERED: Final = -5
"""Answers of the helper instead of a length."""

_PUSH_TIME: Final = 0.1
"""Seconds in which a provider may push that cannot be asked whether a message waits."""
_COUNTS: Final = 10_000
"""Messages whose attempts are known here while they wait for their redelivery: some providers do not count."""


class JvmSubscription:
    """See Postponing, and Stoppable: where a consumer may be closed without ending the subscription, it is.

    `closes_when_settled` is for a client that gives back, with the end of a consumer, what it has delivered and not
    acknowledged. `stays_while_held` is for one that gives back nothing at its end while the session holds what it has
    delivered. `outlet` sends in the transaction of its own Java session. `end` closes the Java session when the
    subscription is closed and holds nothing, if it has one of its own.
    """

    def __init__(
        self,
        connection: JvmConnection,
        spec: SubscriptionSpec,
        worker: Any,
        holdings: Holdings,
        *,
        closes_when_settled: bool = False,
        stays_while_held: bool = False,
        outlet: Outlet | None = None,
        end: Callable[[], object] | None = None,
    ) -> None:
        self.spec = spec
        self._connection = connection
        self._worker = worker
        self._holdings = holdings
        self._closes_when_settled = closes_when_settled
        self._stays_while_held = stays_while_held or closes_when_settled
        self.outlet = outlet
        self._end = end
        self._buffer = Buffer()
        self._number = next(connection.numbers)
        self._selector = None if spec.selector is None else connection.provider.selector(spec.selector)
        self._attempts: OrderedDict[str, int] = OrderedDict()
        self._callback: Callable[[], bool] | None = None
        self._closed = False
        self._changing = threading.Lock()  # of what Java has of it
        self._woken = threading.Event()
        self._is_stopped = False
        self._consumer: Any = None
        self._taken = 0  # by that consumer
        self._has_lost_answer = False  # a take was interrupted, as by Ctrl-C
        connection.pump.attend(self._number, self._tell)
        try:
            if not (spec.stopped and self._may_go):
                self._open()
        except BaseException:
            connection.pump.forget(self._number)
            raise

    @property
    def _may_go(self) -> bool:
        """Whether the subscription lives without a consumer."""
        return self.spec.destination.is_queue or (self.spec.durable and self.spec.shared)

    def _open(self) -> None:
        try:
            call = _subscribing(self._worker, self._number, self.spec, self._selector)
            self._consumer = self._connection.finish(call)
        except JMSError:
            raise
        except BaseException:  # such as Ctrl-C: Java goes on, and its consumer would keep messages from others
            cross(self._worker.drop, self._number)
            raise
        self._taken = 0

    # ---- starting and stopping --------------------------------------------------------------------------------------

    def start(self) -> None:
        """See Stoppable.start."""
        with self._changing:
            self._is_stopped = False
            if not self._closed and self._consumer is None:
                self._open()
        callback = self._callback
        if callback is not None:
            self.ready(callback)

    def stop(self) -> None:
        """See Stoppable.stop. A consumer that cannot go without loss keeps what was pushed to it, at least for now."""
        with self._changing:
            self._is_stopped = True
            self._go_if_possible()

    def _go_if_possible(self) -> None:
        consumer = self._consumer
        stays = not self._may_go or (self._stays_while_held and self._holdings.of(self))
        if self._is_stopped and not self._closed and consumer is not None and not stays:
            self._consumer = None
            self._close_consumer(consumer)

    # ---- taking -----------------------------------------------------------------------------------------------------

    def take(self, timeout: float | None, settle: bool = False) -> Delivery | None:
        """See Subscription.take."""
        connection = self._connection
        timeout = self._time_to_take(timeout)
        deadline = None if timeout is None else time.monotonic() + timeout
        millis = STEP if timeout is None else min(STEP, -int(-timeout * 1000 // 1))
        silent_since = 0.0
        while not self._closed:
            connection.check()
            if self._woken.is_set():
                self._woken.clear()
                break
            answer = self._next(millis)
            if not isinstance(answer, int):
                return answer
            if answer == _TOO_SMALL:
                self._buffer.grow()
            elif answer == _UNANSWERED and timeout == 0:
                silent_since = silent_since or time.monotonic()
                limit = connection.address.request_timeout
                if time.monotonic() - silent_since >= limit:
                    raise connection.give_up(f"the provider did not say within {limit:g} s whether there is a message")
            elif answer == _CLOSED:
                break
            elif deadline is not None:
                left = deadline - time.monotonic()
                if left <= 0:
                    break
                millis = min(STEP, max(1, int(left * 1000)))
        connection.check()
        return None

    def _time_to_take(self, timeout: float | None) -> float | None:
        """Return the seconds to wait; some for what is being pushed, unless the caller hears of that."""
        if timeout == 0 and not self._connection.provider.asks and self._callback is None:
            return _PUSH_TIME
        return timeout

    def _next(self, millis: int) -> Delivery | int:
        """Return a delivery, or the answer of the helper instead of one."""
        try:
            answer = self._asked(millis)
            return self._delivery(answer) if answer >= 0 else answer
        except BaseException:
            self._has_lost_answer = True
            raise

    def _asked(self, millis: int) -> int:
        consumer = self._consumer
        if consumer is None:
            self._woken.wait(millis / 1000)
            return _NOTHING
        try:
            return int(cross(consumer.take, self._buffer.java, millis, self._taken))
        except jpype.JException as error:
            found = self._connection.explained(error)
            raise found from found.__cause__

    def _delivery(self, length: int) -> Delivery:
        envelope, attempts = decode(self._buffer.view[:length], self.spec.destination)
        if self._attempts:
            attempts = max(attempts, self._attempts.pop(envelope.id, 0))
        receipt = Receipt(self, self._consumer, self._taken + 1, envelope.id)
        self._holdings.add(receipt)
        self._taken += 1  # last: until then, the next take would get the same message
        return envelope, receipt, attempts

    def ready(self, callback: Callable[[], bool] | None) -> None:
        """See Subscription.ready."""
        self._callback = callback
        consumer = self._consumer
        if consumer is None:
            return
        waits = cross(consumer.arm, callback is not None) or self._has_lost_answer  # Java hands that one out again
        if callback is not None and waits:
            self._has_lost_answer = False
            callback()

    def _tell(self) -> None:
        callback = self._callback
        if callback is not None:
            callback()

    def interrupt(self) -> None:
        """See Subscription.interrupt."""
        self._woken.set()
        consumer = self._consumer
        if consumer is not None:
            cross(consumer.wake)

    def confirm(self) -> None:
        """Let Java know how many messages have come, before it acknowledges: one that was lost on the way has not."""
        consumer = self._consumer
        if consumer is not None:
            self._connection.run(consumer.confirm, self._taken)

    # ---- settling --------------------------------------------------------------------------------------------------

    def settle(self, receipts: Sequence[Receipt], outcome: Outcome) -> None:
        """See Subscription.settle. A release takes effect when all that the Java session holds is settled."""
        if self._connection.is_lost:
            if any(is_open(receipt) for receipt in receipts):
                raise self._connection.loss(ANEW)
            return
        if outcome is not None:
            self._note(receipts, outcome)
        self._holdings.settle(receipts, outcome)
        self.go_when_settled()

    def postpone(self, receipts: Sequence[Receipt], attempts: int, delay: float) -> None:
        """See Postponing.postpone. What else is in the subscription waits, too."""
        consumer = self._consumer
        if consumer is not None:
            cross(consumer.defer, round(delay * 1000))
        self.settle(receipts, attempts)

    def _note(self, receipts: Sequence[Receipt], attempts: int) -> None:
        for receipt in receipts:
            if is_open(receipt):
                self._attempts[receipt.message_id] = attempts
        while len(self._attempts) > _COUNTS:
            self._attempts.popitem(last=False)

    def holds(self, receipt: Receipt) -> bool:
        """See Subscription.holds."""
        return is_open(receipt) and not self._connection.is_lost

    # ---- closing ----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """See Subscription.close."""
        with self._changing:
            if self._closed:
                return
            self._closed = True
            self._callback = None
            self._connection.pump.forget(self._number)
            self.interrupt()
            if self._consumer is not None and not self._closes_when_settled:
                self._close_consumer(self._consumer)
        self._end_if_settled()

    def _close_consumer(self, consumer: Any) -> None:
        keeps, returns = not self._closes_when_settled, self._holdings.may_give_back
        self._connection.end(consumer.close, keeps, returns, self._taken)

    def go_when_settled(self) -> None:
        """End what a stop or a close had to keep, if all is settled that was received."""
        if self._is_stopped or self._closed:
            with self._changing:
                self._go_if_possible()
            self._end_if_settled()

    def _end_if_settled(self) -> None:
        if self._closed and not self.is_in_use:
            end, self._end = self._end, None
            if end is not None:
                end()

    def release(self) -> None:
        """Close; the Java session gives back what is held when it closes, which it is about to."""
        self.close()
        if self._connection.provider.counts_each_close and self._holdings.of(self):
            self._connection.end(self._worker.rollback)
        self._holdings.clear()

    # ---- what the connection asks (see OpenSubscription) -------------------------------------------------------------

    @property
    def is_in_use(self) -> bool:
        """Whether it is open, or holds an unsettled receipt."""
        return not self._closed or self._holdings.of(self)

    @property
    def is_exclusive(self) -> bool:
        """Whether no other consumer may have the same subscription."""
        return self.spec.durable and not self.spec.shared

    def reads(self, destination: object) -> bool:
        """Whether this is an open consumer of the destination."""
        return not self._closed and self.spec.destination == destination

    def uses(self, name: str) -> bool:
        """Whether this keeps the durable subscription of that name in use."""
        return self.spec.durable and self.spec.name == name and self.is_in_use

    def lose(self, error: JMSError) -> None:
        """Wake what waits, because the connection is gone: its next call raises."""
        self.interrupt()
        self._tell()


class ReturningSubscription(JvmSubscription):
    """See Returning."""

    returns_all = True


def _subscribing(worker: Any, number: int, spec: SubscriptionSpec, selector: str | None) -> Any:
    destination = spec.destination
    return cross(
        worker.subscribe,
        number,
        kind_of(destination),
        destination.name,
        selector,
        spec.name,
        spec.durable,
        spec.shared,
        spec.excluded_origin is not None,
    )
