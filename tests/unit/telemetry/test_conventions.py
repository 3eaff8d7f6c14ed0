"""The names of the conventions are those that OpenTelemetry's own package has."""

from __future__ import annotations

import pytest
from opentelemetry.semconv._incubating.attributes import messaging_attributes
from opentelemetry.semconv._incubating.metrics import messaging_metrics
from opentelemetry.semconv.attributes import error_attributes
from opentelemetry.semconv.schemas import Schemas

from jmslike.telemetry import conventions

ATTRIBUTES = {
    conventions.SYSTEM: messaging_attributes.MESSAGING_SYSTEM,
    conventions.OPERATION_NAME: messaging_attributes.MESSAGING_OPERATION_NAME,
    conventions.OPERATION_TYPE: messaging_attributes.MESSAGING_OPERATION_TYPE,
    conventions.DESTINATION: messaging_attributes.MESSAGING_DESTINATION_NAME,
    conventions.TEMPORARY: messaging_attributes.MESSAGING_DESTINATION_TEMPORARY,
    conventions.SUBSCRIPTION: messaging_attributes.MESSAGING_DESTINATION_SUBSCRIPTION_NAME,
    conventions.CLIENT_ID: messaging_attributes.MESSAGING_CLIENT_ID,
    conventions.MESSAGE_ID: messaging_attributes.MESSAGING_MESSAGE_ID,
    conventions.CONVERSATION_ID: messaging_attributes.MESSAGING_MESSAGE_CONVERSATION_ID,
    conventions.BATCH: messaging_attributes.MESSAGING_BATCH_MESSAGE_COUNT,
    conventions.ERROR: error_attributes.ERROR_TYPE,
    conventions.SENT: messaging_metrics.MESSAGING_CLIENT_SENT_MESSAGES,
    conventions.CONSUMED: messaging_metrics.MESSAGING_CLIENT_CONSUMED_MESSAGES,
    conventions.OPERATION_DURATION: messaging_metrics.MESSAGING_CLIENT_OPERATION_DURATION,
    conventions.PROCESS_DURATION: messaging_metrics.MESSAGING_PROCESS_DURATION,
}


@pytest.mark.parametrize("name", ATTRIBUTES)
def test_names_are_those_of_the_conventions(name: str) -> None:
    assert name == ATTRIBUTES[name]


def test_values_are_well_known() -> None:
    kinds = {each.value for each in messaging_attributes.MessagingOperationTypeValues}
    assert {"create", "send", "receive", "process", "settle"} <= kinds
    systems = {each.value for each in messaging_attributes.MessagingSystemValues}
    assert {conventions.system_of(product) for product in ("ActiveMQ", "Kafka", "RabbitMQ", "another")} <= systems


def test_the_schema_is_known() -> None:
    assert conventions.SCHEMA in {each.value for each in Schemas}
