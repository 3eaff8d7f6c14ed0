"""JNDI and the client libraries of providers: what takes the place of what is their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.java import vendors
from jmslike.migration.absent import ABSENT
from jmslike.migration.calls import Call
from jmslike.migration.java_types import facade
from jmslike.migration.members import TYPES
from jmslike.migration.pages import FACTORIES, NAMING, OPTIONS
from jmslike.migration.replacement import Replacement, in_part, missing

_LOOKUP: Final = Replacement("InitialContext of jmslike.naming", NAMING)
_NO_BINDING: Final = missing("jmslike.naming only looks names up", NAMING)
NAMING_TYPES: Final = ("Context", "InitialContext")
_FACTORIES: Final[Mapping[str, tuple[type[vendors.VendorFactory], ...]]] = {
    "ActiveMQConnectionFactory": (vendors.ActiveMQClassicFactory, vendors.ArtemisFactory),
    "JmsConnectionFactory": (vendors.QpidFactory,),
    "RMQConnectionFactory": (vendors.RabbitMQFactory,),
}
_OF_ARTEMIS: Final = "ActiveMQJMSClient"
_NOT_NEEDED: Final = Replacement("not needed: a ConnectionFactory holds nothing open", FACTORIES)
_SETTING: Final = Replacement("the URL says it; jmslike.java.install() has this setting, too", FACTORIES)
_OTHER_FACTORY: Final = Replacement("ConnectionFactory(url)", FACTORIES)
_OTHER_SETTING: Final = in_part("the URL and its options say it, where there is a counterpart", OPTIONS)
_DESTINATION: Final = Replacement("Queue(name) or Topic(name), or what a session creates", "getting-started.md")


def of_library(call: Call) -> Replacement | None:
    """Return what takes the place of a call on a type of JNDI or of a client library; None for a call of JMS itself."""
    owner = call.owner or ""
    if owner in NAMING_TYPES:
        return _LOOKUP if call.member in ("new", "lookup", "doLookup", "close") else _NO_BINDING
    if owner == _OF_ARTEMIS:
        return _DESTINATION if call.member in ("createQueue", "createTopic") else _OTHER_FACTORY
    if owner in _FACTORIES:
        return _of_factory(_FACTORIES[owner], call)
    behind = facade(owner)
    if behind is None or owner in TYPES or owner in ABSENT or (call.member != "new" and hasattr(behind, call.member)):
        return None
    if owner.endswith("ConnectionFactory"):
        return _OTHER_FACTORY if call.member == "new" else _OTHER_SETTING
    if call.member == "new":
        return _DESTINATION if owner.endswith(("Queue", "Topic")) else missing(f"{owner} is the client library's own")
    return missing(f"{call.member} is the client library's own, and no member of {behind.__name__}")


def _of_factory(classes: tuple[type, ...], call: Call) -> Replacement | None:
    if call.member == "new":
        return Replacement("ConnectionFactory(url); jmslike.java.install() has this type, too", FACTORIES)
    if call.member.startswith("create"):
        return None
    if call.member == "close":
        return _NOT_NEEDED
    if any(hasattr(cls, call.member) for cls in classes):
        return _SETTING
    return missing("the client library's own setting: see the options of the URL", OPTIONS)
