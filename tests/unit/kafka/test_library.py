"""Every private name of kafka-python that is used, with the file that uses it: a version without one fails here."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.cluster import ClusterMetadata
from kafka.consumer.fetcher import Fetcher
from kafka.consumer.subscription_state import SubscriptionState
from kafka.coordinator.consumer import ConsumerCoordinator
from kafka.net.compat import KafkaNetClient
from kafka.net.manager import KafkaConnectionManager
from kafka.net.selector import NetworkSelector
from kafka.net.transport import KafkaSSLTransport, KafkaTCPTransport
from kafka.producer.sender import Sender
from kafka.producer.transaction_manager import TransactionManager, TxnRequestHandler

import jmslike_transports.kafka

KAFKA = Path(jmslike_transports.kafka.__file__).parent
LIBRARY = KAFKA / "library"

PRIVATE: dict[str, dict[type, tuple[str, ...]]] = {
    "administrator.py": {
        KafkaAdminClient: (
            "_manager",
            "_controller_id",
            "_describe_groups_process_response",
            "_convert_delete_groups_response",
            "_alter_group_offsets_process_response",
        ),
        ClusterMetadata: ("_coordinators",),
    },
    "clients.py": {KafkaProducer: ("_sender", "_unregister_cleanup"), ClusterMetadata: ("_topics",)},
    "consumer.py": {
        KafkaConsumer: ("_client", "_cluster", "_fetcher", "_subscription"),
        KafkaNetClient: ("_net",),
        Fetcher: (
            "_completed_fetches",
            "_fetchable_partitions",
            "_nodes_with_pending_fetch_requests",
            "_send_fetches_async",
        ),
    },
    "group_member.py": {
        KafkaConsumer: ("_coordinator",),
        ConsumerCoordinator: (
            "_assignors",
            "_client",
            "_cluster",
            "_handle_metadata_update",
            "_is_leader",
            "_manager",
            "_send_group_coordinator_request",
            "_send_offset_commit_request",
        ),
        KafkaConnectionManager: ("_net",),
    },
    "network.py": {
        KafkaNetClient: ("_manager",),
        KafkaConnectionManager: ("_conns", "_net", "_do_bootstrap", "_build_transport"),
        KafkaTCPTransport: ("_net", "_sock", "_sock_recv"),
        KafkaSSLTransport: ("_net", "_sock", "_sock_recv"),
    },
    "producer_sequences.py": {KafkaProducer: ("_transaction_manager",), TransactionManager: ("_FATAL_ERRORS",)},
    "transaction_requests.py": {
        KafkaProducer: ("_transaction_manager", "_sender"),
        TransactionManager: ("_lock", "_pending_requests"),
    },
}

UNDOCUMENTED: dict[str, dict[type, tuple[str, ...]]] = {
    "administrator.py": {KafkaConnectionManager: ("broker_version", "cluster")},
    "clients.py": {Sender: ("force_close",)},
    "consumer.py": {
        Fetcher: ("fetched_records",),
        ClusterMetadata: ("add_listener", "leader_for_partition", "partitions_for_topic"),
        NetworkSelector: ("call_soon",),
        SubscriptionState: ("has_all_fetch_positions", "is_offset_validation_needed"),
    },
    "group_member.py": {
        ConsumerCoordinator: ("ensure_active_group", "need_rejoin", "rejoining", "request_rejoin", "reset_generation"),
        KafkaConnectionManager: ("call_soon", "run", "wait_for"),
        KafkaNetClient: ("least_loaded_node", "least_loaded_node_refresh_ms"),
        NetworkSelector: ("sleep",),
    },
    "network.py": {KafkaNetClient: ("await_ready",), KafkaConnectionManager: ("bootstrap", "get_connection")},
    "producer_sequences.py": {
        TransactionManager: ("classify_batch_error", "producer_id_and_epoch", "set_sequence_number"),
    },
    "transaction_requests.py": {
        Sender: ("wakeup",),
        TransactionManager: (
            "begin_abort",
            "begin_commit",
            "has_abortable_error",
            "last_error",
            "producer_id_and_epoch",
            "send_offsets_to_transaction",
        ),
        TxnRequestHandler: ("is_retry",),
    },
}
"""Names without an underscore, of classes that are reached through private names only."""


def uses() -> Iterator[object]:
    """Yield each name with its class and the file to look at."""
    for table in (PRIVATE, UNDOCUMENTED):
        for file, classes in table.items():
            for owner, names in classes.items():
                for name in names:
                    yield pytest.param(file, owner, name, id=f"{file}-{owner.__name__}.{name}")


@pytest.mark.parametrize(("file", "owner", "name"), list(uses()))
def test_the_library_still_has_what_is_used(file: str, owner: type, name: str) -> None:
    is_there = hasattr(owner, name) or any(
        f"self.{name} = " in inspect.getsource(base) for base in owner.__mro__ if base is not object
    )
    assert is_there, f"kafka-python has renamed {owner.__name__}.{name}: see {LIBRARY / file}"


def private_names(file: Path) -> set[str]:
    """Return the underscore names that a module reads from, or overrides in, what is not its own."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    read = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    defined = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
    kept = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
    return {name for name in read - defined - kept if name.startswith("_") and not name.startswith("__")}


@pytest.mark.parametrize("file", sorted(LIBRARY.glob("*.py")), ids=lambda file: file.name)
def test_each_use_is_named_here(file: Path) -> None:
    named = {name for names in PRIVATE.get(file.name, {}).values() for name in names}
    assert private_names(file) <= named


@pytest.mark.parametrize("file", sorted(KAFKA.glob("*.py")), ids=lambda file: file.name)
def test_nothing_else_uses_what_is_private(file: Path) -> None:
    inherited = {"_begin_close", "_closing", "_closed", "_held", "_inbox", "_replace", "_connection", "_subscriptions"}
    assert private_names(file) <= inherited
