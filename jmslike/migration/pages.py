"""The sections of the documentation that help with a feature, or with a call that works everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jmslike.capabilities import Feature

OPTIONS: Final = "getting-started.md#options"
NOT_THERE: Final = "java-names.md#what-is-not-there"
NAMING: Final = "naming.md"
FACTORIES: Final = "java-names.md#scripts-that-import-javas-packages"
LISTENERS: Final = "listeners.md#the-function"
TOPIC_LISTENERS: Final = "listeners.md#topics"
TEMPLATE: Final = "listeners.md#a-template"
RUNNING: Final = "listeners.md#starting-and-stopping"
CONVERTERS: Final = "converters.md"
OBJECTS: Final = "migrating-from-java.md#objects"
BEANS: Final = "migrating-from-java.md#message-driven-beans-and-spring"
RESOURCES: Final = "migrating-from-java.md#transactions-across-resources"

HEADERS: Final = "messages-and-selectors.md#headers"
SELECTORS: Final = "messages-and-selectors.md#selectors"
BROWSING: Final = "two-models.md#browse-look-without-receiving"
PROPERTIES: Final = "messages-and-selectors.md#properties"
TRANSACTIONS: Final = "acknowledgement-and-transactions.md#transactions"
ACKNOWLEDGEMENT: Final = "acknowledgement-and-transactions.md#acknowledge-when-the-work-is-done"
_REDELIVERY: Final = "acknowledgement-and-transactions.md#when-a-message-fails-again-and-again"
_OFFLINE: Final = "two-models.md#keep-messages-for-a-subscriber-that-is-away"
_DURATIONS: Final = "migrating-from-java.md#numbers-that-mean-something-else"

OF_FEATURES: Final[Mapping[Feature, str]] = {
    Feature.QUEUE_SELECTOR: SELECTORS,
    Feature.TOPIC_SELECTOR: SELECTORS,
    Feature.TRANSACTION: TRANSACTIONS,
    Feature.DELAY: HEADERS,
    Feature.TTL: HEADERS,
    Feature.PRIORITY: HEADERS,
    Feature.PERSISTENCE: "durability.md#what-a-call-promises-when-it-returns",
    Feature.DURABLE_SUBSCRIPTION: _OFFLINE,
    Feature.CLIENT_ID: _OFFLINE,
    Feature.SHARED_SUBSCRIPTION: "two-models.md#share-a-subscription",
    Feature.BROWSE: BROWSING,
    Feature.TEMPORARY: "two-models.md#request-and-reply",
    Feature.REDELIVERY_COUNT: _REDELIVERY,
    Feature.NO_LOCAL: "two-models.md#a-topic-informs-every-subscriber",
    Feature.MESSAGE_GROUP: PROPERTIES,
    Feature.COMPETING_CONSUMERS: "two-models.md#a-queue-shares-the-work",
    Feature.NO_WAIT: "getting-started.md#send-and-receive",
    Feature.STATISTICS: "getting-started.md#how-much-waits",
}
"""For each feature that a call can ask for."""

OF_CALLS: Final[Mapping[str, str]] = {
    "acknowledge": ACKNOWLEDGEMENT,
    "createContext": ACKNOWLEDGEMENT,
    "createQueueSession": ACKNOWLEDGEMENT,
    "createSession": ACKNOWLEDGEMENT,
    "createTopicSession": ACKNOWLEDGEMENT,
    "recover": _REDELIVERY,
    "receive": _DURATIONS,
    "setMessageListener": "migrating-from-java.md#threads-and-a-main-that-ends",
    "setExceptionListener": "reconnection.md#when-it-is-lost-for-good",
    "setAsync": "acknowledgement-and-transactions.md#send-without-waiting",
    "getErrorCode": "migrating-from-java.md#exceptions",
    "getLinkedException": "migrating-from-java.md#exceptions",
}
"""For calls that work everywhere, by their members."""
