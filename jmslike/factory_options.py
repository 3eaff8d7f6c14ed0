"""The keywords of a connection factory, for type checkers: those of every transport that this package brings.

`settings` and the transport check the values. An option of another package's transport goes into the URL; if it is an
object, as a keyword from a mapping: `ConnectionFactory(url, **{"colour": red})`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypedDict

from jmslike.durations import Duration
from jmslike.instruments import Telemetry
from jmslike.message.serializers import ObjectSerializer


class GeneralOptions(TypedDict, total=False):
    """The options that every transport takes."""

    client_id: str | None
    user_name: str | None
    password: str | None
    max_redeliveries: int | None
    redelivery_delay: Duration | None
    redelivery_backoff: float | None
    dead_letter: str | None
    window: int | None
    max_in_flight: int | None
    connect_timeout: Duration | None
    request_timeout: Duration | None
    strict: bool | None
    object_serializer: ObjectSerializer | None
    telemetry: Telemetry | None


class FactoryOptions(GeneralOptions, total=False):
    """All keywords. One that is None is not given."""

    # native
    max_depth: int | None
    max_bytes: int | None
    when_full: Literal["block", "fail"] | None
    block_timeout: Duration | None
    users: Mapping[str, str] | None
    # stomp
    dialect: Literal["artemis", "activemq", "rabbitmq"] | None
    transformations: bool | None
    # stomp and amqp
    vhost: str | None
    heartbeat: Duration | None
    # amqp
    profile: Literal["jms", "plain"] | None
    queue_type: Literal["classic", "quorum"] | None
    max_priority: int | None
    # kafka
    sasl: Literal["plain", "scram-sha-256", "scram-sha-512"] | None
    group: str | None
    auto_create: bool | None
    partitions: int | None
    replication: int | None
    retention: Duration | Literal["forever"] | None
    compression: Literal["none", "gzip", "snappy", "lz4", "zstd"] | None
    session_timeout: Duration | None
    max_poll_interval: Duration | None
    transaction_timeout: Duration | None
    # with TLS
    tls_ca: str | None
    tls_cert: str | None
    tls_key: str | None
    tls_verify: bool | None
