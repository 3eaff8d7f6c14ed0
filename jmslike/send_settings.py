"""The settings of sends that MessageProducer and JMSProducer share (sections 7.4 and 7.10)."""

from __future__ import annotations

from jmslike.constants import DeliveryMode
from jmslike.durations import Duration, seconds
from jmslike.errors import JMSError
from jmslike.exact import exact_boolean, exact_integer
from jmslike.message import Message


def check_delivery_mode(value: int) -> DeliveryMode:
    """Check a delivery mode. Raises JMSError for anything but 1 and 2."""
    if isinstance(value, bool) or not isinstance(value, int) or value not in (1, 2):
        raise JMSError(f"a delivery mode is DeliveryMode.PERSISTENT or NON_PERSISTENT, not {value!r}")
    return DeliveryMode(exact_integer(value))


def check_priority(value: int) -> int:
    """Check a priority. Raises JMSError for anything but 0 to 9."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 9:
        raise JMSError(f"a priority is a whole number from 0 to 9, not {value!r}")
    return exact_integer(value)


def check_duration(value: Duration, what: str) -> float:
    """Return the duration in seconds. Raises JMSError if it is negative or no duration."""
    try:
        result = seconds(value, what)
    except ValueError as error:
        raise JMSError(str(error)) from error
    if result > 1e11:
        raise JMSError(f"{what} of {result:g} seconds is more than a timestamp can hold")
    return result


class SendSettings:
    """The defaults of a producer's sends. A subclass says whether it is open.

    A setter raises JMSError for a value out of range, ValueError for what is no boolean. Every access raises
    IllegalStateError after `close`.
    """

    __slots__ = (
        "_delivery_delay",
        "_delivery_mode",
        "_disable_message_id",
        "_disable_message_timestamp",
        "_priority",
        "_time_to_live",
    )
    _delivery_mode: DeliveryMode
    _priority: int
    _time_to_live: float
    _delivery_delay: float
    _disable_message_id: bool
    _disable_message_timestamp: bool

    def _set_defaults(self) -> None:
        self._delivery_mode = Message.DEFAULT_DELIVERY_MODE
        self._priority = Message.DEFAULT_PRIORITY
        self._time_to_live = 0.0
        self._delivery_delay = 0.0
        self._disable_message_id = False
        self._disable_message_timestamp = False

    def _check_open(self) -> None:
        raise NotImplementedError

    def _refresh(self) -> None:
        """React to a changed setting."""

    @property
    def delivery_mode(self) -> int:
        """The default delivery mode (section 7.7): DeliveryMode.PERSISTENT unless it is set."""
        self._check_open()
        return self._delivery_mode

    @delivery_mode.setter
    def delivery_mode(self, value: int) -> None:
        self._check_open()
        self._delivery_mode = check_delivery_mode(value)
        self._refresh()

    @property
    def priority(self) -> int:
        """The default priority, 0 to 9 (section 3.4.10): 4 unless it is set."""
        self._check_open()
        return self._priority

    @priority.setter
    def priority(self, value: int) -> None:
        self._check_open()
        self._priority = check_priority(value)

    @property
    def time_to_live(self) -> float:
        """The default time to live (section 7.8), in seconds; 0 for forever. A timedelta may be assigned."""
        self._check_open()
        return self._time_to_live

    @time_to_live.setter
    def time_to_live(self, value: Duration) -> None:
        self._check_open()
        self._time_to_live = check_duration(value, "time_to_live")
        self._refresh()

    @property
    def delivery_delay(self) -> float:
        """The delivery delay (section 7.9), in seconds; 0 for none. A timedelta may be assigned."""
        self._check_open()
        return self._delivery_delay

    @delivery_delay.setter
    def delivery_delay(self, value: Duration) -> None:
        self._check_open()
        self._delivery_delay = check_duration(value, "delivery_delay")
        self._refresh()

    @property
    def disable_message_id(self) -> bool:
        """A hint that message ids are not needed (section 3.4.3). It saves nothing here, so they are always set."""
        self._check_open()
        return self._disable_message_id

    @disable_message_id.setter
    def disable_message_id(self, value: bool) -> None:
        self._check_open()
        self._disable_message_id = exact_boolean(value, "disable_message_id")

    @property
    def disable_message_timestamp(self) -> bool:
        """A hint that timestamps are not needed (section 3.4.4). It saves nothing here, so they are always set."""
        self._check_open()
        return self._disable_message_timestamp

    @disable_message_timestamp.setter
    def disable_message_timestamp(self, value: bool) -> None:
        self._check_open()
        self._disable_message_timestamp = exact_boolean(value, "disable_message_timestamp")
