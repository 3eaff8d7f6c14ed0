"""Which names a property may have (section 3.5.1)."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from jmslike.errors import MessageFormatError
from jmslike.exact import exact_text, type_name
from jmslike.selector import is_identifier
from jmslike.values import PropertyValue

DELIVERY_COUNT: Final = "JMSXDeliveryCount"
GROUP_ID: Final = "JMSXGroupID"
GROUP_SEQ: Final = "JMSXGroupSeq"

PROVIDER_NAMES: Final = frozenset(
    {
        DELIVERY_COUNT,
        "JMSXUserID",
        "JMSXAppID",
        "JMSXProducerTXID",
        "JMSXConsumerTXID",
        "JMSXRcvTimestamp",
        "JMSXState",
    }
)
"""Properties that only a provider sets (section 3.5.9). A client's value is ignored, as for the headers that send sets.
So all properties of a received message can be copied to another one.
"""

_KNOWN = PROVIDER_NAMES | {GROUP_ID, GROUP_SEQ}


def checked_name(name: str) -> str:
    """Return the name of a property to set.

    Raises ValueError unless it is a Java identifier, no word of the selector language, and none of those that begin
    with JMS but for JMSXGroupID, JMSXGroupSeq, what the provider sets, and the vendors' `JMS_...`.
    """
    if not isinstance(name, str):
        raise ValueError(f"the name of a property is a str, not {type_name(name)}")
    exact = exact_text(name)
    _check(exact)
    return exact


def checked_value(name: str, value: PropertyValue) -> PropertyValue:
    """Return the value of a property to set. Raises MessageFormatError: JMSXGroupID is a str, JMSXGroupSeq an int."""
    if name == GROUP_ID and not isinstance(value, str | None):
        raise MessageFormatError(f"{GROUP_ID} is a str, not {type_name(value)}")
    if name == GROUP_SEQ and not (value is None or type(value) is int):
        raise MessageFormatError(f"{GROUP_SEQ} is an int of 32 bits, not {value!r}")
    return value


@lru_cache(maxsize=1024)
def _check(name: str) -> None:
    if not name or not is_identifier(name):
        raise ValueError(f"a property's name is a Java identifier and no word of the selector language, not {name!r}")
    if name.startswith("JMS") and not (name.startswith("JMS_") or name in _KNOWN):
        raise ValueError(f"{name!r} is reserved: no property of a client begins with JMS")
